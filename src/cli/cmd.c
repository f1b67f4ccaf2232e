/* cli/cmd.c - what the commands of trunkline share: options, complaints, and the way in */
#include "cli/cmd.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* ---- complaints ---- */

static void PRINTF_LIKE(2, 0) complain(const char *name, const char *format, va_list args)
{
    fflush(stdout);
    fprintf(stderr, "trunkline%s%s: ", name != NULL ? " " : "", name != NULL ? name : "");
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
}

int cmd_usage(const struct cmd *self, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    complain(self->name, format, args);
    va_end(args);
    fprintf(stderr, "Try \"trunkline help %s\".\n", self->name);
    return EXIT_USAGE;
}

int cmd_failf(const struct cmd *self, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    complain(self->name, format, args);
    va_end(args);
    return EXIT_FAILED;
}

/* The phases before a session is there are the first ones. */
static bool is_before_session(const tl_error *err)
{
    return err->phase >= TL_PHASE_QUEUE && err->phase <= TL_PHASE_AUTH;
}

static int choose_exit_code(const tl_error *err)
{
    if (err->status == TL_ERR_INVALID)
        return EXIT_USAGE;
    if (err->status == TL_ERR_CONNECT)
        return EXIT_NO_CONNECTION;
    if (err->status == TL_ERR_TIMEOUT && is_before_session(err))
        return EXIT_NO_CONNECTION;
    return EXIT_FAILED;
}

int cmd_fail(const struct cmd *self, const tl_error *err)
{
    char text[4096];

    (void)self; /* PostgreSQL's users know whose words these are */
    tl_error_format(err, text, sizeof text);
    fflush(stdout);
    fprintf(stderr, "%s\n", text);
    return choose_exit_code(err);
}

int cmd_help(const struct cmd *self)
{
    fputs(self->help, stdout);
    return EXIT_OK;
}

static bool reader_has_gone(void)
{
    struct pollfd out = { .fd = STDOUT_FILENO, .events = POLLOUT };

    return poll(&out, 1, 0) == 1 && (out.revents & (POLLERR | POLLHUP)) != 0;
}

int cmd_flush(const char *name)
{
    errno = ferror(stdout) ? errno : 0; /* of the write that failed, if nothing came between */
    if (fflush(stdout) == 0 && !ferror(stdout))
        return EXIT_OK;

    const int cause = errno;

    __fpurge(stdout); /* or it would be tried, and complained of, again at the end */
    clearerr(stdout);
    if (cause == EPIPE || reader_has_gone())
        return EXIT_OK;
    fprintf(stderr, "trunkline%s%s: could not write to standard output: %s\n",
            name != NULL ? " " : "", name != NULL ? name : "",
            cause != 0 ? strerror(cause) : "the output is incomplete");
    return EXIT_FAILED;
}

/* ---- the nearest word ---- */

enum { WORD_MAX_LEN = 63 };

static size_t least(size_t a, size_t b, size_t c)
{
    return MIN_OF(MIN_OF(a, b), c);
}

/* Insertions, deletions, replacements, and swaps of neighbours that turn a into b. */
static size_t measure_distance(const char *a, const char *b)
{
    const size_t n = strlen(b);
    size_t rows[3][WORD_MAX_LEN + 1];
    size_t *before = rows[0], *above = rows[1], *row = rows[2];

    for (size_t j = 0; j <= n; j++)
        above[j] = j;
    for (size_t i = 1; a[i - 1] != '\0'; i++) {
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            row[j] = least(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = MIN_OF(row[j], before[j - 2] + 1);
        }

        size_t *const oldest = before;
        before = above;
        above = row;
        row = oldest;
    }
    return above[n];
}

const char *cmd_nearest(const char *text, const char *const *words, size_t n)
{
    const char *nearest = NULL;
    size_t least_distance = strlen(text) / 3 + 1; /* further off is another word, not a slip */

    if (strlen(text) > WORD_MAX_LEN)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        if (strlen(words[i]) > WORD_MAX_LEN)
            continue;

        const size_t distance = measure_distance(text, words[i]);
        if (distance < least_distance || (distance == least_distance && nearest == NULL)) {
            nearest = words[i];
            least_distance = distance;
        }
    }
    return nearest;
}

/* ---- options ---- */

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int cmd_ms_left(const struct cmd_common *common)
{
    const int64_t left = common->deadline_ms - now_ms();

    return left < 1 ? 1 : left > INT_MAX ? INT_MAX : (int)left;
}

bool cmd_read_time(const char *text, int *out_ms)
{
    static const struct {
        const char *name;
        int ms;
    } units[] = {
        { "", 1000 },     { "ms", 1 },      { "s", 1000 },     { "m", 60000 },
        { "min", 60000 }, { "h", 3600000 }, { "d", 86400000 },
    };
    char *unit;

    if (text[0] < '0' || text[0] > '9')
        return false;
    errno = 0;

    const long number = strtol(text, &unit, 10);

    for (size_t i = 0; i < COUNT_OF(units); i++) {
        if (strcmp(unit, units[i].name) != 0)
            continue;
        if (errno != 0 || number < 1 || number > INT_MAX / units[i].ms)
            return false;
        *out_ms = (int)number * units[i].ms;
        return true;
    }
    return false;
}

static int stop(struct cmd_common *common, int exit_code)
{
    common->exit_code = exit_code;
    return CMD_OPTIONS_STOP;
}

static const struct option *find_long(const struct option *options, int val)
{
    for (; options->name != NULL; options++)
        if (options->val == val)
            return options;
    return NULL;
}

static int
complain_unknown_long(const struct cmd *self, const struct option *options, const char *given)
{
    const char *words[32];
    size_t n = 0;
    char name[WORD_MAX_LEN + 1];

    snprintf(name, sizeof name, "%.*s", (int)strcspn(given + 2, "="), given + 2);
    for (; options->name != NULL && n < COUNT_OF(words); options++)
        words[n++] = options->name;

    const char *const nearest = cmd_nearest(name, words, n);

    if (nearest != NULL)
        return cmd_usage(self, "unknown option \"--%s\"; did you mean \"--%s\"?", name, nearest);
    return cmd_usage(self, "unknown option \"--%s\"", name);
}

/* getopt_long() gave '?': an option that is unknown, or has an argument but should not. */
static int complain_option(const struct cmd *self, const struct option *options, char **argv)
{
    const char *const given = argv[optind - 1];
    const struct option *const known = optopt != 0 ? find_long(options, optopt) : NULL;

    if (optopt == 0)
        return complain_unknown_long(self, options, given);
    if (known != NULL && known->has_arg == no_argument)
        return cmd_usage(self, "option \"--%s\" takes no value", known->name);
    return cmd_usage(self, "unknown option \"-%c\"", optopt);
}

static int add_settings(const struct cmd *self, struct cmd_common *common, const char *more)
{
    const char *const before = common->settings != NULL ? common->settings : "";
    const size_t size = strlen(before) + strlen(more) + 2;
    char *const joined = malloc(size);

    if (joined == NULL)
        return cmd_failf(self, "out of memory");
    snprintf(joined, size, "%s%s%s", before, before[0] != '\0' ? " " : "", more);
    free(common->settings);
    common->settings = joined;
    return EXIT_OK;
}

static int set_timeout(const struct cmd *self, struct cmd_common *common, const char *text)
{
    if (!cmd_read_time(text, &common->timeout_ms))
        return cmd_usage(
            self,
            "invalid time \"%s\": it takes a whole number and ms, s, min or h, such as "
            "250ms",
            text);
    common->timeout_given = true;
    return EXIT_OK;
}

/* Takes an option that all commands have; gives an exit code, or -1 for any other option. */
static int take_common(const struct cmd *self, struct cmd_common *common, int option)
{
    switch (option) {
    case 'd':
        common->url = optarg;
        return EXIT_OK;
    case CMD_OPT_SET:
        return add_settings(self, common, optarg);
    case CMD_OPT_TIMEOUT:
        return set_timeout(self, common, optarg);
    case CMD_OPT_JSON:
        common->json = true;
        return EXIT_OK;
    default:
        return -1;
    }
}

static int
next_option(int argc, char **argv, const char *short_options, const struct option *options)
{
    const bool in_order = short_options[0] == '+';
    char all[64];

    /* The colon makes getopt_long() quiet and tells a missing argument from an unknown option. */
    snprintf(all, sizeof all, "%s:h%s%s", in_order ? "+" : "",
             find_long(options, 'd') != NULL ? "d:" : "", short_options + (in_order ? 1 : 0));
    return getopt_long(argc, argv, all, options, NULL);
}

static int complain_missing(const struct cmd *self, const struct option *options)
{
    const struct option *const known = find_long(options, optopt);

    if (known != NULL)
        return cmd_usage(self, "option \"--%s\" needs a value", known->name);
    return cmd_usage(self, "option \"-%c\" needs a value", optopt);
}

int cmd_option(const struct cmd *self,
               int argc,
               char **argv,
               const char *short_options,
               const struct option *options,
               struct cmd_common *common)
{
    for (;;) {
        const int option = next_option(argc, argv, short_options, options);

        if (option == -1) {
            common->deadline_ms = now_ms() + common->timeout_ms;
            return CMD_OPTIONS_END;
        }
        if (option == 'h')
            return stop(common, cmd_help(self));
        if (option == ':')
            return stop(common, complain_missing(self, options));
        if (option == '?')
            return stop(common, complain_option(self, options, argv));

        const int code = take_common(self, common, option);

        if (code == -1)
            return option;
        if (code != EXIT_OK)
            return stop(common, code);
    }
}

void cmd_common_done(struct cmd_common *common)
{
    free(common->settings);
    common->settings = NULL;
}

/* ---- the way in ---- */

int cmd_open(const struct cmd *self,
             const struct cmd_common *common,
             const tl_engine_options *options,
             tl_engine **out)
{
    tl_engine_options mine = TL_ENGINE_OPTIONS_INIT;
    tl_error err = TL_ERROR_INIT;

    if (options != NULL)
        mine = *options;
    if (common->settings != NULL)
        mine.settings = common->settings;
    if (tl_engine_open(common->url, &mine, out, &err) != TL_OK)
        return cmd_fail(self, &err);
    return EXIT_OK;
}

int cmd_connect(const struct cmd *self,
                const struct cmd_common *common,
                tl_engine *engine,
                tl_conn **out)
{
    tl_error err = TL_ERROR_INIT;
    const tl_label label = { self->name, __FILE__, __LINE__ };

    if (tl_engine_acquire(engine, cmd_ms_left(common), label, out, &err) != TL_OK)
        return cmd_fail(self, &err);
    return EXIT_OK;
}
