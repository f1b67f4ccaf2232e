/* conn/dirt.h - what a statement may leave behind in its session; pure
 *
 * The text is all there is to go by: a function of the user's own that calls set_config() inside is
 * not seen. Where that matters, pool_reset_on_return=full is there.
 */
#pragma once

#include <stdbool.h>

#include "base/buf.h"

enum tl__dirt {
    TL__DIRT_SETTINGS = 1 << 0,   /* SET, also ROLE and SESSION AUTHORIZATION; set_config() */
    TL__DIRT_TEMP = 1 << 1,       /* temporary tables */
    TL__DIRT_LOCKS = 1 << 2,      /* advisory locks of the session */
    TL__DIRT_LISTEN = 1 << 3,     /* LISTEN */
    TL__DIRT_CURSORS = 1 << 4,    /* DECLARE ... WITH HOLD */
    TL__DIRT_STATEMENTS = 1 << 5, /* PREPARE, DEALLOCATE, DISCARD: ours may be gone as well */
    TL__DIRT_OTHER = 1 << 6,      /* not recognised: all of them */
    TL__DIRT_ALL = (1 << 7) - 1,
};

unsigned tl__dirt_of(const char *sql);

/* Whether there is nothing in the text but blanks, comments and semicolons, or no text. */
bool tl__sql_is_empty(const char *sql);

/* Whether preparing it pays, and it may share a flight: queries, and what begins and ends
 * transactions. Some utility commands, such as VACUUM, must be alone. */
bool tl__sql_is_plannable(const char *sql);

/* Appends the statements that undo dirt, after a ROLLBACK where one is wanted: for one round trip by
 * the simple protocol. Nothing where there is nothing to undo. */
void tl__dirt_undo(unsigned dirt, bool rollback, struct tl__buf *sql);
