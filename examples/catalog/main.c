/* catalog/main.c - loads Debian's package catalogue into PostgreSQL and asks it three questions
 *
 * A tour of the library on real input: one transaction that replaces everything (load.c), then
 * Cypher, vectors and SQL side by side (ask.c). The parser (parse.c), the resolver of dependencies
 * (resolve.c) and the embedder (embed.c) know nothing of databases.
 */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <trunkline/trunkline.h>

#include "ask.h"
#include "load.h"
#include "parse.h"
#include "resolve.h"

enum {
    EXIT_OK = 0,
    EXIT_USAGE = 2, /* wrong usage, or a wrong setting */
    EXIT_NO_CONNECTION = 3,
    EXIT_FAILED = 4,
    FILE_MAX = 256 << 20,
    NOTES_SHOWN = 10,
};

static const char help[] =
    "Usage: catalog [--file FILE] [--package NAME] [--quiet]\n"
    "\n"
    "Loads Debian's package catalogue into the database that DATABASE_URL names, and answers "
    "three\n"
    "questions about it. A catalogue that was loaded before is not loaded again.\n"
    "\n"
    "  -f, --file FILE     the catalogue; by default /var/lib/dpkg/status\n"
    "  -p, --package NAME  the package to ask about\n"
    "  -q, --quiet         print nothing but the answers\n"
    "  -h, --help          print this\n"
    "\n"
    "Exit codes: 0 done, 2 wrong usage or setting, 3 no connection, 4 failed.\n";

struct options {
    const char *file;
    const char *package;
    bool quiet;
    bool help;
};

__attribute__((format(printf, 1, 2))) static int fail(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fprintf(stderr, "catalog: ");
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    return EXIT_FAILED;
}

/* The server could not be reached, or not in time, before there was a session. */
static bool is_no_connection(const tl_error *err)
{
    return err->status == TL_ERR_CONNECT ||
           (err->status == TL_ERR_TIMEOUT && err->phase < TL_PHASE_SEND);
}

static int fail_with(const tl_error *err)
{
    char text[4096];

    tl_error_format(err, text, sizeof text);
    fail("%s", text);
    if (err->status == TL_ERR_INVALID)
        return EXIT_USAGE;
    return is_no_connection(err) ? EXIT_NO_CONNECTION : EXIT_FAILED;
}

static bool read_options(int argc, char **argv, struct options *out)
{
    static const struct option known[] = {
        { "file", required_argument, NULL, 'f' },
        { "package", required_argument, NULL, 'p' },
        { "quiet", no_argument, NULL, 'q' },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 },
    };
    int c;

    *out = (struct options){ .file = "/var/lib/dpkg/status" };
    while ((c = getopt_long(argc, argv, "f:p:qh", known, NULL)) != -1) {
        switch (c) {
        case 'f':
            out->file = optarg;
            break;
        case 'p':
            out->package = optarg;
            break;
        case 'q':
            out->quiet = true;
            break;
        case 'h':
            out->help = true;
            break;
        default:
            return false; /* getopt_long() has said what is wrong */
        }
    }
    if (optind == argc)
        return true;
    fail("unexpected argument \"%s\"", argv[optind]);
    return false;
}

/* --- the file --- */

static bool read_all(FILE *file, char **bytes, size_t *len)
{
    size_t room = 0;

    while (!feof(file) && !ferror(file) && *len < FILE_MAX) {
        if (*len == room) {
            room = room == 0 ? 1 << 20 : 2 * room;
            char *grown = realloc(*bytes, room);
            if (grown == NULL)
                return false;
            *bytes = grown;
        }
        *len += fread(*bytes + *len, 1, room - *len, file);
    }
    return !ferror(file);
}

static bool read_file(const char *path, char **bytes, size_t *len)
{
    FILE *file = fopen(path, "rb");

    if (file == NULL) {
        fail("could not open \"%s\": %s", path, strerror(errno));
        return false;
    }
    errno = 0;
    const bool done = read_all(file, bytes, len);
    if (!done)
        fail("could not read \"%s\": %s", path, strerror(errno));
    else if (*len >= FILE_MAX)
        fail("cannot load \"%s\": it is larger than 256 MiB", path);
    fclose(file);
    return done && *len < FILE_MAX;
}

/* --- what is told while it works --- */

static double now_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* On a terminal only: one line that changes. */
static void show_progress(const char *what, size_t done, size_t total)
{
    fprintf(stderr, "\r\033[Kloading %s: %zu of %zu", what, done, total);
}

static void clear_progress(void)
{
    fprintf(stderr, "\r\033[K");
}

static void print_notes(const struct catalog *catalog)
{
    for (size_t i = 0; i < catalog->n_notes && i < NOTES_SHOWN; i++) {
        const struct note *note = &catalog->notes[i];
        fprintf(stderr, "line %zu: %s%s%s%s\n", note->line, note->package,
                *note->package != '\0' ? ": " : "", note->left_out ? "left out: " : "",
                note->reason);
    }
    const size_t n = catalog->n_notes + catalog->n_notes_more;
    if (n > NOTES_SHOWN)
        fprintf(stderr, "and %zu more: see table catalog.note\n", n - NOTES_SHOWN);
}

static void print_report(const struct load *load, const char *file, double seconds)
{
    const struct catalog *c = load->catalog;

    if (load->unchanged)
        printf("%s is unchanged since it was loaded: nothing to do", file);
    else
        printf("%s: %zu entries, %zu left out; loaded %zu packages%s, %zu dependencies,"
               " %zu virtual packages, %zu edges%s",
               file, c->n_entries, c->n_left_out, c->n_packages,
               load->has_vector ? " with embeddings" : "", c->n_dependencies, c->n_provided,
               c->n_edges, load->has_graph ? " into tables and graph" : "");
    printf(" (%.2f s)\n", seconds);
    if (!load->has_vector)
        printf("extension \"vector\" is not in this database: no embeddings\n");
    if (!load->has_graph)
        printf("extension \"age\" is not in this database: no graph\n");
    fflush(stdout);
}

static void print_pool(tl_engine *engine)
{
    tl_pool_status status;
    char line[256];

    tl_engine_status(engine, &status, NULL, 0);
    tl_pool_status_line(&status, line, sizeof line);
    printf("\n%s\n%llu loans, %llu waited, %llu connections opened\n", line,
           (unsigned long long)status.acquired, (unsigned long long)status.waited,
           (unsigned long long)status.opened);
}

/* --- the work --- */

static int load(tl_engine *engine, const struct options *options, struct load *work)
{
    tl_error err = TL_ERROR_INIT;
    const double start = now_s();
    const bool on_terminal = !options->quiet && isatty(STDERR_FILENO);

    work->progress = on_terminal ? show_progress : NULL;
    const int status = load_catalog(engine, work, &err);
    if (on_terminal)
        clear_progress();
    if (status != TL_OK)
        return fail_with(&err);
    if (options->quiet)
        return EXIT_OK;
    if (!work->unchanged)
        print_notes(work->catalog);
    print_report(work, options->file, now_s() - start);
    return EXIT_OK;
}

static int ask(tl_engine *engine, const struct options *options, const struct load *loaded)
{
    tl_error err = TL_ERROR_INIT;
    const double start = now_s();
    const struct ask questions = { .package = options->package,
                                   .has_vector = loaded->has_vector,
                                   .has_graph = loaded->has_graph,
                                   .out = stdout };

    if (ask_all(engine, &questions, &err) != TL_OK)
        return fail_with(&err);
    if (options->quiet)
        return EXIT_OK;
    printf("\n(three answers in %.2f s)\n", now_s() - start);
    print_pool(engine);
    return EXIT_OK;
}

static int work_with(const struct options *options, const struct catalog *catalog, tl_str bytes)
{
    tl_error err = TL_ERROR_INIT;
    tl_engine *engine = NULL;
    struct load work = { .catalog = catalog, .bytes = bytes };

    if (tl_engine_open(NULL, NULL, &engine, &err) != TL_OK)
        return fail_with(&err);
    int code = load(engine, options, &work);
    if (code == EXIT_OK)
        code = ask(engine, options, &work);
    tl_engine_close(engine, 5000, NULL);
    return code;
}

/* More likely the wrong file than a machine without packages: what was loaded before stays. */
static int refuse_empty(const struct options *options, const struct catalog *catalog)
{
    print_notes(catalog);
    return fail("cannot load \"%s\": there is no installed package in it", options->file);
}

static int run(const struct options *options)
{
    struct catalog catalog = { 0 };
    char *bytes = NULL;
    size_t len = 0;
    int code = EXIT_FAILED;

    if (!read_file(options->file, &bytes, &len)) {
        free(bytes);
        return EXIT_FAILED;
    }
    if (!catalog_parse(&catalog, bytes, len) || !catalog_resolve(&catalog))
        fail("out of memory");
    else if (catalog.n_packages == 0)
        code = refuse_empty(options, &catalog);
    else
        code = work_with(options, &catalog, (tl_str){ bytes, len });
    catalog_done(&catalog);
    free(bytes);
    return code;
}

int main(int argc, char **argv)
{
    struct options options;

    if (!read_options(argc, argv, &options)) {
        fprintf(stderr, "Try \"catalog --help\".\n");
        return EXIT_USAGE;
    }
    if (options.help) {
        fputs(help, stdout);
        return EXIT_OK;
    }
    return run(&options);
}
