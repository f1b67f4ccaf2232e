/* trunkline/common.h - what every other header of Trunkline needs */
#ifndef TL_COMMON_H
#define TL_COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TL_VERSION "0.1.0"

#if defined(__GNUC__)
#define TL_EXPORT __attribute__((visibility("default")))
#define TL_MUST_CHECK __attribute__((warn_unused_result))
#else
#define TL_EXPORT
#define TL_MUST_CHECK
#endif

#ifdef __cplusplus
#define TL_BEGIN_DECLS extern "C" {
#define TL_END_DECLS }
#else
#define TL_BEGIN_DECLS
#define TL_END_DECLS
#endif

/* Timeouts are milliseconds everywhere: 0 does not wait, a positive number is a bound. */
enum {
    TL_WAIT_FOREVER = -1, /* no bound at all */
    TL_WAIT_DEFAULT = -2, /* the setting that governs the call, such as pool_timeout */
};

/* Bytes that belong to somebody else. Text from the server also ends in a NUL that len does not
 * count; do not rely on it for bytea. */
typedef struct tl_str {
    const char *data;
    size_t len;
} tl_str;

/* For "%.*s". The argument is evaluated twice. */
#define TL_STR(s) (int)(s).len, (s).data

typedef struct tl_engine tl_engine; /* one database: where it is, and the pool of connections */
typedef struct tl_conn tl_conn;     /* a connection on loan from an engine */
typedef struct tl_result tl_result; /* rows, or the count of rows, that a statement gave */
typedef struct tl_tx tl_tx;         /* a transaction or a savepoint inside one */
typedef struct tl_config tl_config; /* every setting with its value and where it came from */

TL_BEGIN_DECLS

/**
 * The version of the library that the program runs with.
 *
 * @return text such as "0.1.0", valid for ever
 * @threads any thread
 * @since 0.1
 */
TL_EXPORT const char *tl_version(void);

/**
 * The version of libpq that the program runs with.
 *
 * @return a number such as 150018 for 15.18
 * @threads any thread
 * @since 0.1
 */
TL_EXPORT int tl_libpq_version(void);

/**
 * Free text that the library handed over.
 *
 * @param text  what a function documented as "free with tl_free()" gave; NULL does nothing
 * @threads no other user left
 * @since 0.1
 */
TL_EXPORT void tl_free(void *text);

TL_END_DECLS

#endif
