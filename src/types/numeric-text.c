/* types/numeric-text.c - exact decimals as text, both ways, by PostgreSQL's rules
 *
 * The scale is what was written: 1.10 keeps its two places. An exponent moves the point first, so
 * 1.5e1 is 15 and 1e-2 is 0.01. Nothing here depends on the locale.
 */
#include <limits.h>

#include <trunkline/value.h>

#include "base/append.h"
#include "base/fail.h"
#include "types/be.h"

enum {
    PLACES = 4, /* decimal digits in a digit of a tl_numeric */
    MOST_SCALE = 16383,
};

/* A number as it was written. Significant digits: those from the first that is not 0 to the last. */
struct decimal {
    const char *first; /* significant digit; a point may stand among those that follow */
    size_t n;          /* how many are significant; 0 for zero */
    int64_t exponent;  /* the first one counts 10 to the power of this */
    int64_t scale;     /* places after the point */
    bool is_negative;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const char *skip_blanks(const char *at)
{
    while (*at == ' ' || (*at >= '\t' && *at <= '\r'))
        at++;
    return at;
}

/* Whether the text goes on with the word, in small or capital letters; moves past it. */
static bool take_word(const char **at, const char *word)
{
    const char *c = *at;

    for (; *word != '\0'; word++, c++)
        if ((*c >= 'A' && *c <= 'Z' ? *c - 'A' + 'a' : *c) != *word)
            return false;
    *at = c;
    return true;
}

static bool take_sign(const char **at)
{
    const bool is_negative = **at == '-';

    if (is_negative || **at == '+')
        *at += 1;
    return is_negative;
}

static bool is_end(const char *at)
{
    return *skip_blanks(at) == '\0';
}

/* NaN has no sign; the infinities may. */
static bool read_special(const char *at, uint16_t *kind)
{
    if (take_word(&at, "nan")) {
        *kind = TL_NUMERIC_NAN;
        return is_end(at);
    }
    *kind = take_sign(&at) ? TL_NUMERIC_MINUS_INFINITY : TL_NUMERIC_INFINITY;
    return (take_word(&at, "infinity") || take_word(&at, "inf")) && is_end(at);
}

/* Digits with at most one point. False if there is no digit. */
static bool read_digits(const char **at, struct decimal *d)
{
    int64_t n_digits = 0;
    int64_t n_before_first = 0;
    bool has_point = false;

    for (; is_digit(**at) || (**at == '.' && !has_point); *at += 1) {
        if (**at == '.') {
            has_point = true;
            continue;
        }
        if (**at != '0' && d->first == NULL) {
            d->first = *at;
            n_before_first = n_digits;
        }
        n_digits++;
        d->scale += has_point ? 1 : 0;
        if (**at != '0')
            d->n = (size_t)(n_digits - n_before_first);
    }
    d->exponent = n_digits - d->scale - n_before_first - 1;
    return n_digits > 0;
}

/* Stops growing long before it overflows: no number that large can be kept. */
static bool read_exponent(const char **at, int64_t *out)
{
    const bool is_negative = take_sign(at);
    int64_t value = 0;

    if (!is_digit(**at))
        return false;
    for (; is_digit(**at); *at += 1)
        if (value < INT_MAX / 2)
            value = value * 10 + (**at - '0');
    *out = is_negative ? -value : value;
    return value < INT_MAX / 2;
}

static bool read_decimal(const char *at, struct decimal *d)
{
    int64_t exponent = 0;

    d->is_negative = take_sign(&at);
    if (!read_digits(&at, d))
        return false;
    if (take_word(&at, "e") && !read_exponent(&at, &exponent))
        return false;
    d->exponent += exponent;
    d->scale = d->scale > exponent ? d->scale - exponent : 0;
    return is_end(at);
}

/* Decimal digits before the first significant one in the first digit of the tl_numeric. */
static size_t lead_of(const struct decimal *d, int64_t weight)
{
    return (size_t)(PLACES - 1 - (d->exponent - PLACES * weight));
}

static void write_digits(const struct decimal *d, size_t lead, uint8_t *to)
{
    const char *at = d->first;
    size_t place = lead;
    unsigned value = 0;

    for (size_t n_left = d->n; n_left > 0 || place % PLACES != 0;) {
        if (n_left > 0 && *at == '.') {
            at++;
            continue;
        }
        value = value * 10 + (n_left > 0 ? (unsigned)(*at++ - '0') : 0);
        n_left -= n_left > 0 ? 1 : 0;
        if (++place % PLACES == 0) {
            tl__be16_put(to, (uint16_t)value);
            to += 2;
            value = 0;
        }
    }
}

static int64_t weight_of(const struct decimal *d)
{
    return d->exponent / PLACES - (d->exponent % PLACES < 0 ? 1 : 0);
}

static int
store(const struct decimal *d, uint8_t *storage, size_t size, tl_numeric *out, tl_error *err)
{
    const int64_t weight = d->n > 0 ? weight_of(d) : 0;
    const size_t lead = d->n > 0 ? lead_of(d, weight) : 0;
    const size_t n = (lead + d->n + PLACES - 1) / PLACES;

    if (weight > INT16_MAX || d->scale > MOST_SCALE)
        return tl__fail(err, TL_ERR_TYPE, "value overflows numeric format");
    if (n > size / 2)
        return tl__fail(err, TL_ERR_INVALID, "numeric needs %zu bytes of storage, not %zu", 2 * n,
                        size);
    write_digits(d, lead, storage);
    *out = (tl_numeric){
        .digits = storage,
        .n_digits = (uint16_t)n,
        .weight = (int16_t)weight,
        .kind = d->is_negative && n > 0 ? TL_NUMERIC_NEGATIVE : TL_NUMERIC_POSITIVE,
        .scale = (uint16_t)d->scale,
    };
    return TL_OK;
}

int tl_numeric_parse(const char *text, void *storage, size_t size, tl_numeric *out, tl_error *err)
{
    const char *at = skip_blanks(text);
    struct decimal d = { 0 };
    uint16_t kind;

    if (read_special(at, &kind)) {
        *out = (tl_numeric){ .digits = storage, .kind = kind };
        return TL_OK;
    }
    if (!read_decimal(at, &d))
        return tl__fail(err, TL_ERR_TYPE, "invalid input syntax for type numeric: \"%s\"", text);
    return store(&d, storage, size, out, err);
}

/* The decimal digits of the digit that counts 10000 to the power of power; zeros where it has none. */
static void spell(const tl_numeric *number, int power, char to[PLACES])
{
    const int i = number->weight - power;
    unsigned value = i >= 0 && i < number->n_digits ? tl__be16(number->digits + 2 * i) : 0;

    for (int place = PLACES - 1; place >= 0; place--, value /= 10)
        to[place] = (char)('0' + value % 10);
}

static void write_whole(const tl_numeric *number, struct tl__append *to)
{
    bool has_begun = false;
    char text[PLACES];

    for (int power = number->weight; power >= 0; power--) {
        size_t from = 0;

        spell(number, power, text);
        while (!has_begun && from < PLACES && text[from] == '0')
            from++;
        has_begun = has_begun || from < PLACES;
        tl__append_bytes(to, text + from, PLACES - from);
    }
    if (!has_begun)
        tl__append_bytes(to, "0", 1);
}

static void write_places(const tl_numeric *number, struct tl__append *to)
{
    char text[PLACES];
    int power = -1;

    if (number->scale > 0)
        tl__append_bytes(to, ".", 1);
    for (size_t n_left = number->scale; n_left > 0; power--) {
        const size_t n = n_left < PLACES ? n_left : PLACES;

        spell(number, power, text);
        tl__append_bytes(to, text, n);
        n_left -= n;
    }
}

size_t tl_numeric_format(const tl_numeric *number, char *buf, size_t size)
{
    struct tl__append to = tl__append_to(buf, size);

    switch (number->kind) {
    case TL_NUMERIC_NAN:
        tl__append(&to, "NaN");
        break;
    case TL_NUMERIC_INFINITY:
        tl__append(&to, "Infinity");
        break;
    case TL_NUMERIC_MINUS_INFINITY:
        tl__append(&to, "-Infinity");
        break;
    default:
        if (number->kind == TL_NUMERIC_NEGATIVE)
            tl__append_bytes(&to, "-", 1);
        write_whole(number, &to);
        write_places(number, &to);
    }
    return to.len;
}
