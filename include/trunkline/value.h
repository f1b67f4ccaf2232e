/* trunkline/value.h - PostgreSQL's types as C values
 *
 * A tl_value is what goes to the server as a parameter and what comes back in a column. It borrows
 * the bytes it points to: they must live until the call that sends them returns, or, for a value
 * that was read, as long as its result.
 */
#ifndef TL_VALUE_H
#define TL_VALUE_H

#include <trunkline/common.h>
#include <trunkline/error.h>

/* Name, number, the type's oid and its array's oid in PostgreSQL's catalogue (0: made by an
 * extension, so different in every database). Add at the end. */
#define TL_TYPE_LIST(X)                                         \
    X(UNKNOWN, 0, 0, 0) /* any other type: its text or bytes */ \
    X(BOOL, 1, 16, 1000)                                        \
    X(INT2, 2, 21, 1005)                                        \
    X(INT4, 3, 23, 1007)                                        \
    X(INT8, 4, 20, 1016)                                        \
    X(FLOAT4, 5, 700, 1021)                                     \
    X(FLOAT8, 6, 701, 1022)                                     \
    X(TEXT, 7, 25, 1009)                                        \
    X(BYTEA, 8, 17, 1001)                                       \
    X(NUMERIC, 9, 1700, 1231)                                   \
    X(DATE, 10, 1082, 1182)                                     \
    X(TIMESTAMP, 11, 1114, 1115)                                \
    X(TIMESTAMPTZ, 12, 1184, 1185)                              \
    X(INTERVAL, 13, 1186, 1187)                                 \
    X(UUID, 14, 2950, 2951)                                     \
    X(JSON, 15, 114, 199)                                       \
    X(JSONB, 16, 3802, 3807)                                    \
    X(VECTOR, 17, 0, 0) /* pgvector's */

typedef enum tl_type {
#define TL_DEFINE_(name, number, oid, array_oid) TL_##name = (number),
    TL_TYPE_LIST(TL_DEFINE_)
#undef TL_DEFINE_
} tl_type;

/* Days since 2000-01-01, and microseconds since 2000-01-01 00:00. These four stand for infinity. */
#define TL_DATE_INFINITY INT32_MAX
#define TL_DATE_MINUS_INFINITY INT32_MIN
#define TL_TIMESTAMP_INFINITY INT64_MAX
#define TL_TIMESTAMP_MINUS_INFINITY INT64_MIN

/* What PostgreSQL keeps: three parts that do not convert into each other. */
typedef struct tl_interval {
    int64_t microseconds;
    int32_t days;
    int32_t months;
} tl_interval;

typedef struct tl_uuid {
    uint8_t bytes[16];
} tl_uuid;

/* An exact decimal number: the sum of digit[i] * 10000^(weight - i), shown with scale places after
 * the point. The digits are big-endian 16-bit numbers from 0 to 9999. */
typedef enum tl_numeric_kind {
    TL_NUMERIC_POSITIVE = 0x0000,
    TL_NUMERIC_NEGATIVE = 0x4000,
    TL_NUMERIC_NAN = 0xC000,
    TL_NUMERIC_INFINITY = 0xD000,
    TL_NUMERIC_MINUS_INFINITY = 0xF000,
} tl_numeric_kind;

typedef struct tl_numeric {
    const uint8_t *digits; /* 2 * n_digits bytes */
    uint16_t n_digits;
    int16_t weight;
    uint16_t kind; /* a tl_numeric_kind */
    uint16_t scale;
} tl_numeric;

/* A one-dimensional array, to send (items) or as it was read (wire; walk it by tl_array_next()). Its
 * lower bound is not kept: it is 1 when it is sent. */
typedef struct tl_array {
    tl_type element;
    uint32_t n;                   /* how many elements are left */
    const struct tl_value *items; /* to send: n values of type element, or NULL values */
    tl_str wire;                  /* as read: the elements that are left */
} tl_array;

/* An embedding, to send (items) or as it was read (wire). */
typedef struct tl_vector {
    uint32_t n;
    const float *items;  /* to send */
    const uint8_t *wire; /* as read: n big-endian float4 */
} tl_vector;

typedef struct tl_value {
    uint8_t type;  /* a tl_type; for an array the type of its elements */
    bool is_null;  /* then nothing below counts */
    bool is_array; /* as.array */
    bool is_text;  /* as.bytes is the value's text form, whatever its type; the server reads it */
    uint32_t oid;  /* as read: the column's type; to send: 0 leaves it to type, or to the server */
    union {
        bool boolean;
        int64_t integer;   /* INT2, INT4, INT8 */
        double real;       /* FLOAT4, FLOAT8 */
        int32_t date;      /* DATE */
        int64_t timestamp; /* TIMESTAMP, TIMESTAMPTZ */
        tl_interval interval;
        tl_uuid uuid;
        tl_numeric numeric;
        tl_str bytes; /* TEXT, BYTEA, JSON, JSONB, UNKNOWN */
        tl_vector vector;
        tl_array array;
    } as;
} tl_value;

#ifndef __cplusplus
/* The parameters of a statement, $1 first: tl_query(conn, sql, TL_ARGS(tl_int8(7)), &rows, &err).
 * C++ has no compound literals; pass an array and its length there. */
#define TL_ARGS(...)                     \
    ((const tl_value[]){ __VA_ARGS__ }), \
        (sizeof((const tl_value[]){ __VA_ARGS__ }) / sizeof(tl_value))
#endif
#define TL_NO_ARGS NULL, 0

TL_BEGIN_DECLS

/**
 * Make a parameter. Each borrows what it is given a pointer to.
 *
 * A NULL pointer makes SQL's NULL, where the length is 0 or not given.
 *
 * @param value   the value; text ends at its NUL
 * @param data    the first of len bytes
 * @param len     how many bytes
 * @param items   the first of n elements
 * @param n       how many elements
 * @param type    the type, or for an array the type of its elements
 * @param text    the value as PostgreSQL's input function takes it, such as "12.50" or "{1,2}"
 * @return the parameter
 * @threads any thread
 * @since 0.1
 */
TL_EXPORT tl_value tl_null(void);
TL_EXPORT tl_value tl_bool(bool value);
TL_EXPORT tl_value tl_int2(int16_t value);
TL_EXPORT tl_value tl_int4(int32_t value);
TL_EXPORT tl_value tl_int8(int64_t value);
TL_EXPORT tl_value tl_float4(float value);
TL_EXPORT tl_value tl_float8(double value);
TL_EXPORT tl_value tl_text(const char *value);
TL_EXPORT tl_value tl_text_n(const char *data, size_t len);
TL_EXPORT tl_value tl_bytea(const void *data, size_t len);
TL_EXPORT tl_value tl_json(const char *value);
TL_EXPORT tl_value tl_jsonb(const char *value);
TL_EXPORT tl_value tl_numeric_value(tl_numeric value);
TL_EXPORT tl_value tl_date(int32_t value);
TL_EXPORT tl_value tl_timestamp(int64_t value);
TL_EXPORT tl_value tl_timestamptz(int64_t value);
TL_EXPORT tl_value tl_interval_value(tl_interval value);
TL_EXPORT tl_value tl_uuid_value(tl_uuid value);
TL_EXPORT tl_value tl_vector_value(const float *items, size_t n);
TL_EXPORT tl_value tl_array_value(tl_type type, const tl_value *items, size_t n);
TL_EXPORT tl_value tl_as_text(tl_type type, const char *text);

/**
 * The next element of an array that was read.
 *
 * @param array  the array; it is moved on by one element
 * @param out    the element, which may be NULL in SQL's sense; untouched at the end
 * @return true while there was an element; false at the end, and when the rest is garbage
 * @threads one thread at a time
 * @since 0.1
 */
TL_EXPORT bool tl_array_next(tl_array *array, tl_value *out);

/**
 * The numbers of a vector that was read.
 *
 * @param vector  the vector
 * @param out     where the numbers go
 * @param max     how many fit in out
 * @return how many there are; only the first max of them were written
 * @threads any thread
 * @since 0.1
 */
TL_EXPORT size_t tl_vector_floats(const tl_vector *vector, float *out, size_t max);

/**
 * Read an exact decimal: "-12.50", "1e-7", "NaN", "Infinity".
 *
 * @param text     the number, as PostgreSQL's numeric takes it; blanks around it are allowed
 * @param storage  where its digits go; must live as long as out is used. A text of n characters
 *                 with no exponent never needs more than n + 8 bytes
 * @param size     bytes in storage
 * @param out      the number
 * @param err      on failure, what happened; may be NULL
 * @return TL_OK, or
 *         TL_ERR_TYPE     the text is not a number, or has more digits than PostgreSQL keeps
 *         TL_ERR_INVALID  storage is too small
 * @threads any thread
 * @since 0.1
 */
TL_EXPORT TL_MUST_CHECK int
tl_numeric_parse(const char *text, void *storage, size_t size, tl_numeric *out, tl_error *err);

/**
 * Write an exact decimal the way PostgreSQL does, never with an exponent.
 *
 * @param number  the number
 * @param buf     where to write; always NUL-terminated when size > 0
 * @param size    bytes in buf; 0 only counts
 * @return the bytes the whole text needs, without the NUL, as snprintf() does
 * @threads any thread
 * @since 0.1
 */
TL_EXPORT size_t tl_numeric_format(const tl_numeric *number, char *buf, size_t size);

/**
 * An exact decimal as a whole number.
 *
 * @param number  the number
 * @param out     the whole number
 * @param err     on failure, what happened; may be NULL
 * @return TL_OK, or
 *         TL_ERR_TYPE  it has places after the point, is not finite, or does not fit
 * @threads any thread
 * @since 0.1
 */
TL_EXPORT TL_MUST_CHECK int
tl_numeric_to_int8(const tl_numeric *number, int64_t *out, tl_error *err);

/**
 * An exact decimal as the nearest binary number.
 *
 * @param number  the number
 * @return the nearest double; NaN and the infinities as themselves
 * @threads any thread
 * @since 0.1
 */
TL_EXPORT double tl_numeric_to_float8(const tl_numeric *number);

/**
 * The date of a day in the Gregorian calendar, which PostgreSQL uses for all times.
 *
 * @param year   astronomical: 0 is 1 BC, -1 is 2 BC; from -4713 to 5874897
 * @param month  1 to 12
 * @param day    1 to the length of the month
 * @param out    days since 2000-01-01
 * @param err    on failure, what happened; may be NULL
 * @return TL_OK, or
 *         TL_ERR_TYPE  there is no such day, or PostgreSQL cannot keep it
 * @threads any thread
 * @since 0.1
 */
TL_EXPORT TL_MUST_CHECK int
tl_date_from_civil(int32_t year, int month, int day, int32_t *out, tl_error *err);

/**
 * The day in the Gregorian calendar of a date.
 *
 * @param date   days since 2000-01-01, finite
 * @param year   astronomical: 0 is 1 BC
 * @param month  1 to 12
 * @param day    1 to 31
 * @threads any thread
 * @since 0.1
 */
TL_EXPORT void tl_date_to_civil(int32_t date, int32_t *year, int *month, int *day);

/**
 * A timestamp from the time of POSIX.
 *
 * @param seconds      seconds since 1970-01-01 00:00 UTC
 * @param nanoseconds  0 to 999999999; rounded down to microseconds
 * @return microseconds since 2000-01-01 00:00 UTC; an infinity where it does not fit
 * @threads any thread
 * @since 0.1
 */
TL_EXPORT int64_t tl_timestamp_from_unix(int64_t seconds, int32_t nanoseconds);

/**
 * The time of POSIX of a timestamp.
 *
 * @param timestamp    microseconds since 2000-01-01 00:00 UTC
 * @param seconds      seconds since 1970-01-01 00:00 UTC
 * @param nanoseconds  0 to 999999000
 * @threads any thread
 * @since 0.1
 */
TL_EXPORT void tl_timestamp_to_unix(int64_t timestamp, int64_t *seconds, int32_t *nanoseconds);

/**
 * Read a UUID in any form that PostgreSQL takes.
 *
 * @param text  32 hexadecimal digits, a hyphen allowed after any group of four, braces around
 * @param out   the UUID
 * @param err   on failure, what happened; may be NULL
 * @return TL_OK, or
 *         TL_ERR_TYPE  the text is not a UUID
 * @threads any thread
 * @since 0.1
 */
TL_EXPORT TL_MUST_CHECK int tl_uuid_parse(const char *text, tl_uuid *out, tl_error *err);

/**
 * Write a UUID in its usual form.
 *
 * @param uuid  the UUID
 * @param buf   room for 36 characters and a NUL
 * @threads any thread
 * @since 0.1
 */
TL_EXPORT void tl_uuid_format(const tl_uuid *uuid, char buf[37]);

TL_END_DECLS

#endif
