/* fuzz/fuzz-decode.c - what decodes can be sent again, and then means the same
 *
 * The first byte of the input is the type, its top bit says that it is an array; the rest is the
 * binary form.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/macro.h"
#include "fuzz/fuzz.h"
#include "types/be.h"
#include "types/types.h"

enum { ARRAY_BIT = 0x80, VECTOR_OID = 99999 };

static void check(bool holds)
{
    if (!holds)
        abort();
}

static tl_str str_of(const struct tl__buf *buf)
{
    return (tl_str){ .data = tl__buf_cstr(buf), .len = buf->len };
}

static bool is_same_str(tl_str a, tl_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* Of an array of a type that we do not know we cannot tell the server the elements' oid. */
static bool can_be_sent(const tl_value *value)
{
    return !value->is_array || value->type != TL_UNKNOWN;
}

/* Where other bytes may mean the same: an oid, the "char" of no character, and a NaN of float4,
 * which becomes a quiet one on its way through a double. */
static bool may_differ(const tl_value *value, tl_str wire)
{
    switch (value->type) {
    case TL_INT8:
        return wire.len == sizeof(uint32_t);
    case TL_TEXT:
    case TL_JSON:
        return wire.len == 1 && value->as.bytes.len == 0;
    case TL_JSONB:
        return wire.len == 2 && value->as.bytes.len == 0;
    case TL_FLOAT4:
        return isnan(value->as.real);
    default:
        return false;
    }
}

static void check_element(const tl_value *a, const tl_value *b)
{
    scoped(tl__buf_done) struct tl__buf bytes_a = TL__BUF_INIT;
    scoped(tl__buf_done) struct tl__buf bytes_b = TL__BUF_INIT;

    check(a->is_null == b->is_null && a->type == b->type);
    if (a->is_null)
        return;
    check(tl__encode(a, VECTOR_OID, &bytes_a, NULL) == TL_OK);
    check(tl__encode(b, VECTOR_OID, &bytes_b, NULL) == TL_OK);
    check(is_same_str(str_of(&bytes_a), str_of(&bytes_b)));
}

/* A decoded array has as many elements as it says, and so does what it was sent as. */
static void check_elements(tl_array a, tl_array b)
{
    tl_value of_a;
    tl_value of_b;

    check(a.n == b.n);
    while (a.n > 0) {
        check(tl_array_next(&a, &of_a) && tl_array_next(&b, &of_b));
        check_element(&of_a, &of_b);
    }
    check(!tl_array_next(&a, &of_a) && !tl_array_next(&b, &of_b));
}

static void check_value(const tl_value *value, tl_str wire)
{
    scoped(tl__buf_done) struct tl__buf sent = TL__BUF_INIT;
    tl_error err = TL_ERROR_INIT;
    tl_value back;

    check(tl__encode(value, VECTOR_OID, &sent, &err) == TL_OK);
    check(tl__decode(value->type, value->is_array, str_of(&sent), &back, &err) == TL_OK);
    if (value->is_array)
        check_elements(value->as.array, back.as.array);
    else
        check(may_differ(value, wire) || is_same_str(wire, str_of(&sent)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t head = size > 0 ? data[0] : 0;
    const tl_str wire = { .data = size > 0 ? (const char *)data + 1 : "",
                          .len = size > 0 ? size - 1 : 0 };
    tl_error err = TL_ERROR_INIT;
    tl_value value = { .type = UINT8_MAX };
    const int status =
        tl__decode(head & ~ARRAY_BIT & 0xFF, (head & ARRAY_BIT) != 0, wire, &value, &err);

    if (status == TL_OK && can_be_sent(&value))
        check_value(&value, wire);
    if (status != TL_OK)
        check(status == TL_ERR_TYPE && err.message[0] != '\0' && value.type == UINT8_MAX);
    return 0;
}
