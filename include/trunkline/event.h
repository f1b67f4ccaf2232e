/* trunkline/event.h - what the library tells while it works
 *
 * The library never prints. It reports events to a sink that the program sets. Names and fields are
 * stable, because people build alerts on them; they are listed in trunkline-events(7). Passwords and
 * the values of parameters are never in an event.
 */
#ifndef TL_EVENT_H
#define TL_EVENT_H

#include <trunkline/common.h>

typedef enum tl_level {
    TL_LEVEL_DEBUG = 10, /* every loan and return */
    TL_LEVEL_INFO = 20,  /* life and death of big things: engines, connections */
    TL_LEVEL_WARN = 30,  /* it went on all the same; the fields say how */
    TL_LEVEL_ERROR = 40, /* somebody must look */
    TL_LEVEL_NONE = 100, /* for a threshold: nothing at all */
} tl_level;

typedef enum tl_field_kind {
    TL_FIELD_TEXT = 1,
    TL_FIELD_INTEGER = 2,
    TL_FIELD_REAL = 3,
    TL_FIELD_BOOLEAN = 4,
} tl_field_kind;

typedef struct tl_field {
    const char *name; /* with its unit, such as "waited_ms" */
    tl_field_kind kind;
    union {
        const char *text; /* never NULL */
        int64_t integer;
        double real;
        bool boolean;
    } as;
} tl_field;

typedef struct tl_event {
    const char *name; /* such as "pool.connect" */
    tl_level level;
    int64_t unix_us; /* when, in microseconds since 1970-01-01 00:00 UTC */
    const tl_field *fields;
    size_t n_fields;
} tl_event;

/* Called by whatever thread the event happened on, without a lock held; it may call the library. The
 * event lives as long as the call. It must not longjmp. */
typedef void (*tl_event_fn)(const tl_event *event, void *user);

TL_BEGIN_DECLS

/**
 * The word for a level, such as "warn".
 *
 * @param level  a level
 * @return the text, valid for ever
 * @threads signal handlers too
 * @since 0.1
 */
TL_EXPORT const char *tl_level_text(tl_level level);

/**
 * An event as one JSON object: "time" (RFC 3339, UTC), "level", "event", then its fields.
 *
 * @param event  the event
 * @param buf    where to write, without a newline; always NUL-terminated when size > 0
 * @param size   bytes in buf; 0 only counts
 * @return the bytes the whole text needs, without the NUL, as snprintf() does
 * @threads any thread
 * @since 0.1
 */
TL_EXPORT size_t tl_event_json(const tl_event *event, char *buf, size_t size);

/**
 * An event as one line for people: time, level, name, then field=value pairs.
 *
 * @param event  the event
 * @param buf    where to write, without a newline; always NUL-terminated when size > 0
 * @param size   bytes in buf; 0 only counts
 * @return the bytes the whole text needs, without the NUL, as snprintf() does
 * @threads any thread
 * @since 0.1
 */
TL_EXPORT size_t tl_event_text(const tl_event *event, char *buf, size_t size);

TL_END_DECLS

#endif
