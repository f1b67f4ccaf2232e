/* cli/dev/find.c - which PostgreSQL: of those on this machine, the one with our extensions */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/dev/dev.h"

enum { MOST_PROGRAMS = 32 };

struct found {
    size_t n;
    struct dev_programs items[MOST_PROGRAMS];
};

/* ---- decisions ---- */

bool dev_version_parse(const char *text, struct dev_programs *out)
{
    static const char before[] = "(PostgreSQL) ";
    const char *const mark = strstr(text, before);

    if (mark == NULL)
        return false;

    const char *const version = mark + strlen(before);
    const long major = strtol(version, NULL, 10);

    if (major < 1 || major > 9999)
        return false;
    out->major = (int)major;
    snprintf(out->version, sizeof out->version, "%.*s", (int)strcspn(version, " \n"), version);
    return true;
}

static int count_extensions(const struct dev_programs *programs)
{
    return programs->has_age + programs->has_vector;
}

bool dev_programs_is_better(const struct dev_programs *a, const struct dev_programs *b)
{
    if (count_extensions(a) != count_extensions(b))
        return count_extensions(a) > count_extensions(b);
    if (a->is_prepared != b->is_prepared)
        return b->is_prepared;
    return a->major > b->major;
}

/* ---- looking at one folder ---- */

static bool has_control(const struct dev_programs *programs, const char *folder, const char *name)
{
    char path[PATH_MAX + 128];

    snprintf(path, sizeof path, "%s/%s/extension/%s.control", programs->bin, folder, name);
    return access(path, F_OK) == 0;
}

/* An extension's control file, seen from the programs: Debian's place, and those below a prefix. */
static bool has_extension(const struct dev_programs *programs, const char *name)
{
    static const char *const folders[] = { "../share/postgresql", "../share", "../share/pgsql" };
    char debian[64];

    snprintf(debian, sizeof debian, "../../../../share/postgresql/%d", programs->major);
    if (has_control(programs, debian, name))
        return true;
    for (size_t i = 0; i < COUNT_OF(folders); i++)
        if (has_control(programs, folders[i], name))
            return true;
    return false;
}

/* As the server's user, who may be another than the caller. */
static bool may_run(const char *bin, const char *name)
{
    char path[PATH_MAX + 16];

    snprintf(path, sizeof path, "%s/%s", bin, name);
    return eaccess(path, X_OK) == 0;
}

static bool ask_version(const struct dev *dev, struct dev_programs *out)
{
    char program[PATH_MAX + 16], text[256];
    const char *const argv[] = { program, "--version", NULL };

    snprintf(program, sizeof program, "%s/postgres", out->bin);
    return dev_process_run(dev, argv, text, sizeof text) == 0 && dev_version_parse(text, out);
}

/* False if there is no server that runs. */
static bool inspect(const struct dev *dev, const char *bin, struct dev_programs *out)
{
    struct dev_programs found = { 0 };

    if (realpath(bin, found.bin) == NULL || strchr(found.bin, '\n') != NULL)
        return false;
    if (!may_run(found.bin, "postgres") || !may_run(found.bin, "initdb"))
        return false;
    if (!ask_version(dev, &found))
        return false;
    found.has_age = has_extension(&found, "age");
    found.has_vector = has_extension(&found, "vector");
    *out = found;
    return true;
}

/* ---- looking around ---- */

static void add(const struct dev *dev, struct found *found, const char *bin, bool is_prepared)
{
    struct dev_programs *const next = &found->items[found->n];

    if (found->n == MOST_PROGRAMS || !inspect(dev, bin, next))
        return;
    next->is_prepared = is_prepared;
    for (size_t i = 0; i < found->n; i++)
        if (strcmp(found->items[i].bin, next->bin) == 0)
            return;
    found->n++;
}

static void
add_matches(const struct dev *dev, struct found *found, const char *pattern, bool is_prepared)
{
    glob_t matches = { 0 };

    if (glob(pattern, GLOB_ONLYDIR, NULL, &matches) == 0)
        for (size_t i = 0; i < matches.gl_pathc; i++)
            add(dev, found, matches.gl_pathv[i], is_prepared);
    globfree(&matches);
}

static bool find_in_path(const char *name, char *buf, size_t size)
{
    const char *path = getenv("PATH");

    while (path != NULL && *path != '\0') {
        const size_t len = strcspn(path, ":");
        const int n = snprintf(buf, size, "%.*s/%s", (int)len, path, name);

        if (path[0] == '/' && n > 0 && (size_t)n < size && eaccess(buf, X_OK) == 0)
            return true;
        path += len + (path[len] == ':');
    }
    return false;
}

static void add_from_pg_config(const struct dev *dev, struct found *found)
{
    char program[PATH_MAX], bin[PATH_MAX];
    const char *const argv[] = { program, "--bindir", NULL };

    if (!find_in_path("pg_config", program, sizeof program))
        return;
    if (dev_process_run(dev, argv, bin, sizeof bin) != 0)
        return;
    bin[strcspn(bin, "\n")] = '\0';
    add(dev, found, bin, false);
}

static void add_from_cache(const struct dev *dev, struct found *found, const char *cache)
{
    char pattern[PATH_MAX];
    const int n = snprintf(pattern, sizeof pattern, "%s/pg17-*/usr/lib/postgresql/17/bin", cache);

    if (n > 0 && (size_t)n < sizeof pattern)
        add_matches(dev, found, pattern, true);
}

/* The caller's own cache, and that of root, which is for everybody. */
static void add_prepared(const struct dev *dev, struct found *found)
{
    const char *const cache = getenv("TRUNKLINE_CACHE");
    const char *const user_cache = getenv("XDG_CACHE_HOME");
    const char *const user_home = getenv("HOME");
    char path[PATH_MAX] = "";

    if (cache != NULL && cache[0] != '\0')
        snprintf(path, sizeof path, "%s", cache);
    else if (user_cache != NULL && user_cache[0] == '/')
        snprintf(path, sizeof path, "%s/trunkline", user_cache);
    else if (user_home != NULL)
        snprintf(path, sizeof path, "%s/.cache/trunkline", user_home);
    if (path[0] == '/')
        add_from_cache(dev, found, path);
    add_from_cache(dev, found, "/var/cache/trunkline");
}

static const struct dev_programs *pick(const struct found *found, int major)
{
    const struct dev_programs *best = NULL;

    for (size_t i = 0; i < found->n; i++) {
        const struct dev_programs *const one = &found->items[i];

        if (major != 0 && one->major != major)
            continue;
        if (best == NULL || dev_programs_is_better(one, best))
            best = one;
    }
    return best;
}

static bool look_around(const struct dev *dev, int major, struct dev_programs *out)
{
    struct found *const found = calloc(1, sizeof *found);

    if (found == NULL)
        return false;
    add_matches(dev, found, "/usr/lib/postgresql/*/bin", false);
    add_from_pg_config(dev, found);
    add_prepared(dev, found);

    const struct dev_programs *const best = pick(found, major);

    if (best != NULL)
        *out = *best;
    free(found);
    return best != NULL;
}

/* ---- the choice ---- */

static int inspect_wanted(struct dev *dev, struct dev_programs *out)
{
    if (!inspect(dev, dev->wanted_programs, out))
        return cmd_usage(dev->self,
                         "there is no PostgreSQL server to run in \"%s\": --postgres takes the "
                         "folder of the programs postgres and initdb",
                         dev->wanted_programs);
    return EXIT_OK;
}

int dev_programs_choose(struct dev *dev, int major, struct dev_programs *out)
{
    if (dev->wanted_programs != NULL)
        return inspect_wanted(dev, out);
    if (!look_around(dev, major, out))
        return cmd_failf(dev->self,
                         "there is no PostgreSQL server on this machine: run tools/setup, "
                         "or install one, or name its programs by --postgres");
    return EXIT_OK;
}

static int read_cluster_major(const struct dev *dev, int *out)
{
    char text[16];

    if (!dev_file_read(DEV_DATA "/PG_VERSION", text, sizeof text))
        return cmd_failf(dev->self, "could not read \"%s/" DEV_DATA "/PG_VERSION\": %s", dev->home,
                         strerror(errno));
    *out = (int)strtol(text, NULL, 10);
    return EXIT_OK;
}

static int complain_version(const struct dev *dev, int major, const struct dev_programs *programs)
{
    return cmd_failf(
        dev->self,
        "the cluster in \"%s\" was made by PostgreSQL %d and cannot be run by %s: name "
        "the programs of %d by --postgres, or make a new cluster by \"trunkline dev "
        "reset\"",
        dev->home, major, programs != NULL ? programs->version : "what is here", major);
}

int dev_programs_for(struct dev *dev, const struct dev_state *state, struct dev_programs *out)
{
    int major = 0;
    int code = read_cluster_major(dev, &major);

    if (code != EXIT_OK)
        return code;
    if (dev->wanted_programs != NULL) {
        code = inspect_wanted(dev, out);
        if (code == EXIT_OK && out->major != major)
            return complain_version(dev, major, out);
        return code;
    }
    if (inspect(dev, state->bin, out) && out->major == major)
        return EXIT_OK;
    if (!look_around(dev, major, out))
        return complain_version(dev, major, NULL);
    return EXIT_OK;
}
