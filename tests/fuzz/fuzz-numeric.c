/* fuzz/fuzz-numeric.c - a decimal that was read is written as text that reads the same */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/macro.h"
#include "fuzz/fuzz.h"
#include "types/types.h"

static void check(bool holds)
{
    if (!holds)
        abort();
}

static bool is_same(const tl_numeric *a, const tl_numeric *b)
{
    return a->kind == b->kind && a->scale == b->scale && a->weight == b->weight &&
           a->n_digits == b->n_digits &&
           (a->n_digits == 0 || memcmp(a->digits, b->digits, 2 * (size_t)a->n_digits) == 0);
}

static void check_wire(const tl_numeric *number)
{
    scoped(tl__buf_done) struct tl__buf sent = TL__BUF_INIT;
    const tl_value value = tl_numeric_value(*number);
    tl_value back;

    check(tl__encode(&value, 0, &sent, NULL) == TL_OK);
    check(tl__decode(TL_NUMERIC, false, (tl_str){ sent.data, sent.len }, &back, NULL) == TL_OK);
    check(is_same(number, &back.as.numeric));
}

/* Against the C library, which reads the text in the locale "C". */
static void check_double(const tl_numeric *number, const char *text)
{
    const double want = strtod(text, NULL);
    const double got = tl_numeric_to_float8(number);

    check(got == want || (isnan(got) && isnan(want)));
}

static void check_int8(const tl_numeric *number, const char *text)
{
    char whole[32];
    int64_t value;

    if (tl_numeric_to_int8(number, &value, NULL) != TL_OK)
        return;
    const int len = snprintf(whole, sizeof whole, "%lld", (long long)value);
    check(strncmp(text, whole, (size_t)len) == 0);
    check(text[len] == '\0' ||
          (text[len] == '.' && strspn(text + len + 1, "0") == strlen(text + len + 1)));
}

static void check_number(const tl_numeric *number)
{
    const size_t len = tl_numeric_format(number, NULL, 0);
    scoped(tl__freep) char *text = tl__alloc(len + 1);
    scoped(tl__freep) uint8_t *storage = tl__alloc(len + 8);
    tl_numeric back;

    check(text != NULL && storage != NULL);
    check(tl_numeric_format(number, text, len + 1) == len && strlen(text) == len);
    check(tl_numeric_parse(text, storage, len + 8, &back, NULL) == TL_OK);
    check(is_same(number, &back));
    check_wire(number);
    check_double(number, text);
    check_int8(number, text);
}

/* An exponent does not need more storage either, as it adds no digit that is not 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    scoped(tl__freep) char *text = tl__strndup((const char *)data, size);
    scoped(tl__freep) uint8_t *storage = tl__alloc(size + 8);
    tl_numeric number;

    check(text != NULL && storage != NULL);
    const int status = tl_numeric_parse(text, storage, size + 8, &number, NULL);
    check(status == TL_OK || status == TL_ERR_TYPE);
    if (status == TL_OK)
        check_number(&number);
    return 0;
}
