/* pool/settings.h - the table of Trunkline's settings
 *
 * A setting exists once, as a row: name, kind, default, bounds, one line of help, and the member
 * that keeps it. Parser, defaults, "trunkline config show" and trunkline(5) come from these rows.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <trunkline/error.h>

#include "base/buf.h"

enum tl__pre_ping {
    TL__PING_NEVER,  /* "none" */
    TL__PING_PEEK,   /* "peek": look at the socket, no round trip */
    TL__PING_AUTO,   /* "auto": peek, and a round trip if it rested longer than pool_ping_age */
    TL__PING_ALWAYS, /* "always" */
};

enum tl__reset {
    TL__RESET_NONE,     /* "none" */
    TL__RESET_ROLLBACK, /* "rollback": end an open transaction, nothing else */
    TL__RESET_SMART,    /* "smart": undo what was changed, nothing else */
    TL__RESET_FULL,     /* "full": DISCARD ALL after every loan */
};

/* Durations are milliseconds; -1 means never, or without bound. */
struct tl__settings {
    char pool_name[64];           /* "" stands for host:port/database */
    int64_t pool_size;            /* 10; 1 to 1000 */
    int64_t max_overflow;         /* 20; 0 to 1000 */
    int64_t max_waiting;          /* 0 (no bound); to 1000000 */
    int64_t pool_timeout_ms;      /* 30s; live */
    int64_t pool_recycle_ms;      /* 1h, or -1; live */
    int64_t pool_pre_ping;        /* auto; an enum tl__pre_ping; live */
    int64_t pool_ping_age_ms;     /* 30s; live */
    int64_t pool_ping_timeout_ms; /* 1s, 10ms to 1min; live */
    int64_t pool_use_lifo;        /* true; live */
    int64_t pool_reset_on_return; /* smart; an enum tl__reset; live */
    int64_t echo_pool;            /* false: loans and returns are events of level debug; true: of
                                  level info; live */
    int64_t call_timeout_ms;   /* -1: how long a call may take where nothing else was said; live */
    int64_t prepare_threshold; /* 3: which use of a statement prepares it; 0 never; to 1000; live */
    int64_t statement_cache_size; /* 256: prepared statements for each connection; 1 to 10000 */
};

enum tl__setting_kind {
    TL__SETTING_INTEGER,
    TL__SETTING_DURATION,
    TL__SETTING_BOOLEAN,
    TL__SETTING_WORD, /* one of a list */
    TL__SETTING_TEXT,
};

struct tl__setting_word {
    const char *word; /* the first of those with the same value is the one that is printed */
    int64_t value;
};

struct tl__setting {
    const char *name;
    enum tl__setting_kind kind;
    const char *fallback; /* the default, as a user would write it */
    int64_t min;          /* numbers; milliseconds; of texts the bytes */
    int64_t max;
    bool may_be_never;                    /* durations: -1 is a value too */
    bool live;                            /* can change while the engine works */
    const struct tl__setting_word *words; /* ended by a NULL word */
    const char *help;
    size_t offset; /* of the member in struct tl__settings */
};

const struct tl__setting *tl__settings_table(size_t *n);
const struct tl__setting *tl__setting_find(const char *name, size_t len); /* or NULL */
void tl__settings_defaults(struct tl__settings *out);

/* False, with a complaint appended to why, if value does not suit; then nothing was set. */
bool tl__setting_set(struct tl__settings *s,
                     const struct tl__setting *row,
                     const char *value,
                     struct tl__buf *why);

/* The value in the one way of writing it that is shown: 30s, 1h, 250ms, never, true, smart. */
void tl__setting_print(const struct tl__settings *s,
                       const struct tl__setting *row,
                       char *buf,
                       size_t size);

/* Whether the settings go together; if not, a complaint is appended to why. */
bool tl__settings_check(const struct tl__settings *s, struct tl__buf *why);
