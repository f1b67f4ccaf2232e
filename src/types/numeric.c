/* types/numeric.c - exact decimals on the wire, and as numbers of C
 *
 * On the wire: how many digits, weight, kind, scale, then the digits; 16 bits each. Infinity comes
 * with a scale that means nothing.
 */
#include <stdio.h>
#include <stdlib.h>

#include <trunkline/value.h>

#include "base/fail.h"
#include "base/macro.h"
#include "types/be.h"
#include "types/types.h"

enum {
    HEADER_BYTES = 8,
    BASE = 10000,
    MOST_SCALE = 0x3FFF,
    /* Beyond these only their being zero or not can change which double is the nearest: the middle
     * between two doubles has at most 767 digits of ten. */
    DIGITS_THAT_COUNT = 200,
};

static unsigned digit(const tl_numeric *number, size_t i)
{
    return tl__be16(number->digits + 2 * i);
}

static bool is_special(const tl_numeric *number)
{
    return number->kind == TL_NUMERIC_NAN || number->kind == TL_NUMERIC_INFINITY ||
           number->kind == TL_NUMERIC_MINUS_INFINITY;
}

static bool is_kind(const tl_numeric *number)
{
    return is_special(number) || number->kind == TL_NUMERIC_POSITIVE ||
           number->kind == TL_NUMERIC_NEGATIVE;
}

static bool has_digits_in_range(const tl_numeric *number)
{
    for (size_t i = 0; i < number->n_digits; i++)
        if (digit(number, i) >= BASE)
            return false;
    return true;
}

static int check(const tl_numeric *number, tl_error *err)
{
    if (!is_kind(number))
        return tl__fail(err, TL_ERR_TYPE, "value of type numeric has an unknown kind, 0x%04x",
                        number->kind);
    if (number->scale > MOST_SCALE)
        return tl__fail(err, TL_ERR_TYPE, "value of type numeric has a scale of %u, above %d",
                        number->scale, MOST_SCALE);
    if (is_special(number) && number->n_digits != 0)
        return tl__fail(err, TL_ERR_TYPE, "value of type numeric is not finite but has digits");
    if (!has_digits_in_range(number))
        return tl__fail(err, TL_ERR_TYPE, "value of type numeric has a digit above 9999");
    return TL_OK;
}

int tl__numeric_decode(tl_str wire, tl_value *out, tl_error *err)
{
    const uint8_t *at = (const uint8_t *)wire.data;

    if (wire.len < HEADER_BYTES || wire.len != HEADER_BYTES + 2 * (size_t)tl__be16(at))
        return tl__fail(err, TL_ERR_TYPE,
                        "value of type numeric has %zu bytes, not what its digits need", wire.len);
    out->as.numeric = (tl_numeric){
        .n_digits = tl__be16(at),
        .weight = (int16_t)tl__be16(at + 2),
        .kind = tl__be16(at + 4),
        .scale = tl__be16(at + 6),
        .digits = at + HEADER_BYTES,
    };
    return check(&out->as.numeric, err);
}

int tl__numeric_encode(const tl_numeric *number, struct tl__buf *out, tl_error *err)
{
    if (number->digits == NULL && number->n_digits != 0)
        return tl__fail(err, TL_ERR_INVALID, "value of type numeric has no bytes for its digits");

    const int status = check(number, err);
    if (status != TL_OK)
        return status;
    tl__buf_be16(out, number->n_digits);
    tl__buf_be16(out, (uint16_t)number->weight);
    tl__buf_be16(out, number->kind);
    tl__buf_be16(out, number->scale);
    tl__buf_bytes(out, number->digits, 2 * (size_t)number->n_digits);
    return TL_OK;
}

static bool has_only_zeros_from(const tl_numeric *number, size_t i)
{
    while (i < number->n_digits && digit(number, i) == 0)
        i++;
    return i >= number->n_digits;
}

/* Counted below zero, where there is room for one more. */
static bool subtract_digits(const tl_numeric *number, size_t n, int64_t *sum)
{
    int64_t value = 0;

    for (size_t i = 0; i < n; i++) {
        const unsigned next = i < number->n_digits ? digit(number, i) : 0;

        if (__builtin_mul_overflow(value, BASE, &value) ||
            __builtin_sub_overflow(value, next, &value))
            return false;
    }
    *sum = value;
    return true;
}

int tl_numeric_to_int8(const tl_numeric *number, int64_t *out, tl_error *err)
{
    const size_t n_whole = number->weight >= 0 ? (size_t)number->weight + 1 : 0;
    int64_t value;

    if (is_special(number))
        return tl__fail(err, TL_ERR_TYPE, "numeric is not finite");
    if (!has_only_zeros_from(number, n_whole))
        return tl__fail(err, TL_ERR_TYPE, "numeric has places after the point");
    if (!subtract_digits(number, n_whole, &value) ||
        (number->kind != TL_NUMERIC_NEGATIVE && value == INT64_MIN))
        return tl__fail(err, TL_ERR_TYPE, "numeric does not fit int8");
    *out = number->kind == TL_NUMERIC_NEGATIVE ? value : -value;
    return TL_OK;
}

static void put_4_digits(char *to, unsigned value)
{
    to[0] = (char)('0' + value / 1000);
    to[1] = (char)('0' + value / 100 % 10);
    to[2] = (char)('0' + value / 10 % 10);
    to[3] = (char)('0' + value % 10);
}

/* "0123" "4500" "e-4": with no point, strtod() gives the same in every locale. */
static double read_finite(const tl_numeric *number)
{
    char text[4 * DIGITS_THAT_COUNT + sizeof "1e-2147483648"];
    const size_t n = MIN_OF(number->n_digits, (size_t)DIGITS_THAT_COUNT);
    const bool has_more = !has_only_zeros_from(number, n);
    const int exponent = 4 * (number->weight + 1 - (int)n) - (has_more ? 1 : 0);

    for (size_t i = 0; i < n; i++)
        put_4_digits(text + 4 * i, digit(number, i));
    snprintf(text + 4 * n, sizeof text - 4 * n, "%se%d", has_more ? "1" : "", exponent);
    return n > 0 ? strtod(text, NULL) : 0;
}

double tl_numeric_to_float8(const tl_numeric *number)
{
    switch (number->kind) {
    case TL_NUMERIC_NAN:
        return __builtin_nan("");
    case TL_NUMERIC_INFINITY:
        return __builtin_inf();
    case TL_NUMERIC_MINUS_INFINITY:
        return -__builtin_inf();
    case TL_NUMERIC_NEGATIVE:
        return -read_finite(number);
    default:
        return read_finite(number);
    }
}
