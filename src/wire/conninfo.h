/* wire/conninfo.h - libpq's connection parameters: what is given, and what holds in the end
 *
 * Nothing is connected. Values may be secrets; they are wiped before their memory is given back.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum tl__origin {
    TL__FROM_DEFAULT,
    TL__FROM_TEXT, /* what tl__conninfo_parse() was given */
    TL__FROM_ENVIRONMENT,
    TL__FROM_SERVICE, /* libpq's service file */
    TL__FROM_US,      /* tl__conninfo_set() */
};

struct tl__parameter {
    const char *keyword;
    const char *envvar;   /* NULL if there is none */
    const char *compiled; /* libpq's default; NULL if there is none, or it must be found out */
    const char *label;    /* a few words for people */
    char *value;          /* NULL if unset; never "" */
    enum tl__origin origin;
    bool secret;
};

struct tl__conninfo {
    struct tl__parameter *items; /* every parameter that this libpq knows */
    size_t n;
    void *options; /* libpq's list, which the texts above belong to */
};

/* What a URL that begins with postgresql:// or a keyword/value text says, and nothing else.
 * TL_ERR_INVALID, with libpq's reason appended to why, or TL_ERR_NOMEM. */
int tl__conninfo_parse(const char *text, struct tl__conninfo *out, struct tl__buf *why);

/* Completes what was parsed by the service file, the environment and the defaults, and has libpq
 * check the whole: TL_ERR_INVALID with its reason in why, which was empty, or TL_ERR_NOMEM. */
int tl__conninfo_resolve(struct tl__conninfo *conninfo, struct tl__buf *why);

struct tl__parameter *tl__conninfo_find(const struct tl__conninfo *conninfo, const char *keyword);
int tl__conninfo_set(struct tl__conninfo *conninfo, const char *keyword, const char *value);
void tl__conninfo_done(struct tl__conninfo *conninfo);
