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

/* Where an extension's control file lies, seen from the programs: Debian, a prefix of one's own,
 * Fedora. */
static bool has_extension(const struct dev_programs *programs, const char *name)
{
    const struct {
        const char *format;
    } places[] = {
        { "%1$s/../../../../share/postgresql/%3$d/extension/%2$s.control" },
        { "%1$s/../share/postgresql/extension/%2$s.control" },
        { "%1$s/../share/extension/%2$s.control" },
        { "%1$s/../share/pgsql/extension/%2$s.control" },
    };
    (void)places;
    (void)name;
    (void)programs;
    return false;
}
