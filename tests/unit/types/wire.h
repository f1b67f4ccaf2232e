/* unit/types/wire.h - binary forms written as hexadecimal digits, and values written as text */
#pragma once

#include <stdlib.h>

#include "base/append.h"
#include "harness/test.h"
#include "types/types.h"

static inline unsigned wire_digit(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* The bytes in a block of exactly their size, so that a sanitizer sees a read past them. */
static inline tl_str wire_copy(const void *data, size_t len)
{
    char *block = malloc(len > 0 ? len : 1);

    if (len > 0)
        memcpy(block, data, len);
    return (tl_str){ .data = block, .len = len };
}

/* "0001 ff" */
static inline tl_str wire_of(const char *hex)
{
    char bytes[512];
    size_t len = 0;

    for (; *hex != '\0'; hex += hex[0] == ' ' ? 1 : 2)
        if (hex[0] != ' ')
            bytes[len++] = (char)(wire_digit(hex[0]) << 4 | wire_digit(hex[1]));
    return wire_copy(bytes, len);
}

static inline void wire_free(tl_str *wire)
{
    free((void *)(uintptr_t)wire->data);
}

static inline void show_value(const tl_value *value, struct tl__append *to);

static inline void show_array(tl_array array, struct tl__append *to)
{
    tl_value element;
    const char *between = "{";

    if (array.n == 0)
        tl__append(to, "{");
    for (; tl_array_next(&array, &element); between = ",") {
        tl__append(to, "%s", between);
        show_value(&element, to);
    }
    tl__append(to, "}");
}

static inline void show_vector(const tl_vector *vector, struct tl__append *to)
{
    float numbers[8];
    const size_t n = tl_vector_floats(vector, numbers, COUNT_OF(numbers));

    for (size_t i = 0; i < n; i++)
        tl__append(to, "%s%g", i == 0 ? "[" : ",", (double)numbers[i]);
    tl__append(to, "]");
}

static inline void show_scalar(const tl_value *value, struct tl__append *to)
{
    char text[256];

    switch (value->type) {
    case TL_BOOL:
        tl__append(to, "%s", value->as.boolean ? "true" : "false");
        break;
    case TL_INT2:
    case TL_INT4:
    case TL_INT8:
        tl__append(to, "%" PRId64, value->as.integer);
        break;
    case TL_FLOAT4:
    case TL_FLOAT8:
        tl__append(to, "%.17g", value->as.real);
        break;
    case TL_NUMERIC:
        tl_numeric_format(&value->as.numeric, text, sizeof text);
        tl__append(to, "%s", text);
        break;
    case TL_DATE:
        tl__append(to, "%" PRId32, value->as.date);
        break;
    case TL_TIMESTAMP:
    case TL_TIMESTAMPTZ:
        tl__append(to, "%" PRId64, value->as.timestamp);
        break;
    case TL_INTERVAL:
        tl__append(to, "%" PRId32 "m %" PRId32 "d %" PRId64 "us", value->as.interval.months,
                   value->as.interval.days, value->as.interval.microseconds);
        break;
    case TL_UUID:
        tl_uuid_format(&value->as.uuid, text);
        tl__append(to, "%s", text);
        break;
    case TL_VECTOR:
        show_vector(&value->as.vector, to);
        break;
    default:
        tl__append_bytes(to, value->as.bytes.data, value->as.bytes.len);
    }
}

static inline void show_value(const tl_value *value, struct tl__append *to)
{
    if (value->is_null)
        tl__append(to, "NULL");
    else if (value->is_array)
        show_array(value->as.array, to);
    else
        show_scalar(value, to);
}

#define CHECK_SHOWN(value, want, what)                                                             \
    do {                                                                                           \
        char shown_[512];                                                                          \
        struct tl__append to_ = tl__append_to(shown_, sizeof shown_);                              \
        show_value((value), &to_);                                                                 \
        ck_assert_msg(strcmp(shown_, (want)) == 0, "%s: it is \"%s\", not \"%s\"", (what), shown_, \
                      (want));                                                                     \
    } while (0)

#define CHECK_BYTES(buf, hex, what)                                                            \
    do {                                                                                       \
        scoped(wire_free) tl_str want_ = wire_of(hex);                                         \
        ck_assert_msg((buf)->len == want_.len &&                                               \
                          (want_.len == 0 || memcmp((buf)->data, want_.data, want_.len) == 0), \
                      "%s: these are not the bytes %s", (what), (hex));                        \
    } while (0)

/* The call is refused with a status and a message that says why. */
#define CHECK_REFUSED(call, want, why, err)      \
    do {                                         \
        CHECK_INT((call), (want), (why));        \
        CHECK_INT((err)->status, (want), (why)); \
        CHECK_HAS((err)->message, (why));        \
    } while (0)
