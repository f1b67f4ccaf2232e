/* base/event.h - reporting an event to the program's sink
 *
 * tl__event(log, TL_LEVEL_INFO, "pool.connect", EVENT_INT("backend_pid", pid)); costs two
 * comparisons where nobody listens. Never under a lock.
 */
#pragma once

#include <trunkline/event.h>

#include "base/macro.h"

struct tl__log {
    tl_event_fn sink; /* NULL: nobody listens */
    void *user;
    tl_level level; /* the least that is reported */
};

#define EVENT_TEXT(n, value)                                   \
    {                                                          \
        .name = (n), .kind = TL_FIELD_TEXT, .as.text = (value) \
    }
#define EVENT_INT(n, value)                                          \
    {                                                                \
        .name = (n), .kind = TL_FIELD_INTEGER, .as.integer = (value) \
    }
#define EVENT_REAL(n, value)                                   \
    {                                                          \
        .name = (n), .kind = TL_FIELD_REAL, .as.real = (value) \
    }
#define EVENT_BOOL(n, value)                                         \
    {                                                                \
        .name = (n), .kind = TL_FIELD_BOOLEAN, .as.boolean = (value) \
    }

#define tl__log_wants(log, lvl) ((log)->sink != NULL && (lvl) >= (log)->level)

#define tl__event(log, lvl, what, ...)                                        \
    do {                                                                      \
        if (tl__log_wants(log, lvl)) {                                        \
            const tl_field fields_[] = { __VA_ARGS__ };                       \
            tl__event_send((log), (lvl), (what), fields_, COUNT_OF(fields_)); \
        }                                                                     \
    } while (0)

void tl__event_send(
    const struct tl__log *log, tl_level level, const char *name, const tl_field *fields, size_t n);
