/* engine/config-read.h - collecting Trunkline's settings from texts and the environment
 *
 * Whoever is read first wins. What was found is checked in the end, so that a value that another
 * one hides cannot be wrong.
 */
#pragma once

#include <trunkline/error.h>

#include "engine/config-mistakes.h"
#include "pool/settings.h"
#include "wire/conninfo.h"

enum { TL__MOST_SETTINGS = 32 };

struct tl__found {
    char *value;        /* NULL: not found yet */
    const char *source; /* as tl_config_item tells it */
};

struct tl__reading {
    struct tl__found found[TL__MOST_SETTINGS]; /* by row of the table */
    struct tl__conninfo known; /* libpq's parameters; empty where they do not belong */
    struct tl__mistakes mistakes;
    bool no_memory;
    const char *source; /* of what is being read; within it the last of two counts */
};

void tl__reading_done(struct tl__reading *reading);

/* Reads a URL or keyword/value text. What belongs to libpq is appended to rest, a secret. */
void tl__reading_text(struct tl__reading *reading,
                      const char *text,
                      const char *source,
                      struct tl__buf *rest);
void tl__reading_environment(struct tl__reading *reading);

/* "environment TRUNKLINE_POOL_SIZE" for pool_size. */
void tl__variable_print(const char *name, char *buf, size_t size);

/* Sets what was found and checks the whole; with only_live, complains of what cannot change now. */
void tl__reading_apply(struct tl__reading *reading, bool only_live, struct tl__settings *settings);

/* Where a parameter comes from, in words; text_source is what was parsed. */
void tl__origin_print(const struct tl__parameter *item,
                      const char *text_source,
                      char *buf,
                      size_t size);

/* Lets libpq read the rest of a text, and complains without repeating a secret. */
void tl__reading_libpq(struct tl__reading *reading,
                       const char *rest,
                       const char *source,
                       struct tl__conninfo *out);

/* TL_OK, TL_ERR_INVALID with every mistake in err, or TL_ERR_NOMEM. */
int tl__reading_finish(const struct tl__reading *reading, tl_error *err);
