/* conn/statements.h - which statements a connection has used, and which are prepared on it
 *
 * A statement is prepared at its third use within five minutes, under a name made from the digest of
 * its text and its parameters' types, and a number: a name is never used twice on a connection, so
 * what the server still knows of a forgotten one does no harm. The least recently used makes room.
 * Utility commands are not kept: some of them cannot share a flight with anything. No I/O here.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"

enum { TL__STATEMENT_NAME_SIZE = 32 };

struct tl__statement {
    struct tl__list link;       /* by use, the latest first */
    struct tl__statement *next; /* of the same bucket */
    uint64_t digest;
    int64_t first_use;
    uint64_t flight; /* the last one it was used in: not to be evicted from it */
    unsigned n_uses;
    unsigned dirt; /* of the text, so that it is read once */
    bool prepared;
    char name[TL__STATEMENT_NAME_SIZE];
    int n_types;
    uint32_t *types;
    char *sql; /* both behind the struct, in one block */
};

struct tl__statements {
    size_t capacity;
    size_t n;
    size_t n_buckets; /* a power of two */
    struct tl__statement **buckets;
    struct tl__list by_use;
    uint64_t flight;
    uint32_t n_names; /* given out so far */
};

int tl__statements_init(struct tl__statements *cache, size_t capacity);
void tl__statements_done(struct tl__statements *cache);

/* Notes a use. NULL where the statement is not kept: a utility command, too long, no memory, or
 * everything is in use. An evicted statement that was prepared leaves its name in evicted (else ""). */
struct tl__statement *tl__statements_use(struct tl__statements *cache,
                                         const char *sql,
                                         const uint32_t *types,
                                         int n_types,
                                         int64_t now,
                                         char evicted[TL__STATEMENT_NAME_SIZE]);

/* The server may not know this one any more, or not as it was. */
void tl__statement_forget(struct tl__statements *cache, struct tl__statement *statement);

/* The same for all of them. */
void tl__statements_forget(struct tl__statements *cache);
