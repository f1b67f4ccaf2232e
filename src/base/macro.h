/* base/macro.h - the few words we add to C */
#pragma once

#include <stddef.h>

/* Resources are bound to their scope: scoped(tl_result_freep) tl_result *rows = NULL; */
#define scoped(done) __attribute__((cleanup(done)))

#define PRINTF_LIKE(nth, first) __attribute__((format(printf, nth, first)))

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define MIN_OF(a, b) ((a) < (b) ? (a) : (b))
#define MAX_OF(a, b) ((a) > (b) ? (a) : (b))
#define CONTAINER_OF(pointer, type, member) \
    ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

/* Hand over what a scoped variable owns: *out = tl__take(&thing); */
#define tl__take(variable)                            \
    __extension__({                                   \
        __typeof__(*(variable)) taken_ = *(variable); \
        *(variable) = NULL;                           \
        taken_;                                       \
    })

/* For the few places where ignoring a status is right; a comment there says why. */
#define tl__ignore(call)   \
    do {                   \
        if ((call) != 0) { \
        }                  \
    } while (0)
