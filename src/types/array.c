/* types/array.c - one-dimensional arrays
 *
 * On the wire, 4 bytes each: how many dimensions, whether there are NULLs, the oid of the elements,
 * then for the one dimension its length and lower bound; then for each element its length, -1 for
 * NULL, and its bytes. An empty array has no dimension. The lower bound is not kept.
 */
#include <trunkline/value.h>

#include "base/fail.h"
#include "types/be.h"
#include "types/types.h"

enum {
    EMPTY_BYTES = 12,
    HEADER_BYTES = 20,
    LENGTH_BYTES = 4,
    FLAGS_AT = 4, /* bytes into the header */
};

static int fail_array(tl_error *err, uint8_t type, const char *why)
{
    return tl__fail(err, TL_ERR_TYPE, "value of type %s[] %s", tl__type_name(type), why);
}

/* Splits the next element off. Its data is NULL where it is NULL. */
static bool split_element(const tl_array *array, tl_str *out, tl_str *rest)
{
    const tl_str wire = array->wire;

    if (wire.len < LENGTH_BYTES)
        return false;
    const int32_t len = (int32_t)tl__be32(wire.data);
    const size_t n_bytes = len > 0 ? (size_t)len : 0;
    if (len < -1 || n_bytes > wire.len - LENGTH_BYTES)
        return false;
    *out = (tl_str){ .data = len < 0 ? NULL : wire.data + LENGTH_BYTES, .len = n_bytes };
    rest->data = wire.data + LENGTH_BYTES + n_bytes;
    rest->len = wire.len - LENGTH_BYTES - n_bytes;
    return true;
}

static int read_next(tl_array *array, tl_value *out, tl_error *err)
{
    tl_str element;
    tl_str rest;
    int status = TL_OK;

    if (!split_element(array, &element, &rest))
        return fail_array(err, (uint8_t)array->element, "ends within an element");
    if (element.data == NULL)
        *out = (tl_value){ .type = (uint8_t)array->element, .is_null = true };
    else
        status = tl__decode((uint8_t)array->element, false, element, out, err);
    if (status != TL_OK)
        return status;
    array->wire = rest;
    array->n--;
    return TL_OK;
}

/* An element in either form of array; array->n is not 0. */
static int take_next(tl_array *array, tl_value *out, tl_error *err)
{
    if (array->items == NULL)
        return read_next(array, out, err);
    *out = *array->items++;
    array->n--;
    return TL_OK;
}

bool tl_array_next(tl_array *array, tl_value *out)
{
    return array->n > 0 && take_next(array, out, NULL) == TL_OK;
}

/* Whether elements of this oid may stand in an array of this type. We know no oid of extensions. */
static bool fits(uint8_t type, uint32_t oid)
{
    const struct tl__type_info *info = tl__type_by_oid(oid);

    if (type == TL_UNKNOWN)
        return true;
    if (info == NULL)
        return tl__type_oid(type, false) == 0;
    return info->type == type && !info->is_array;
}

static int check_header(uint8_t type, tl_str wire, tl_error *err)
{
    const uint8_t *at = (const uint8_t *)wire.data;

    if (wire.len < EMPTY_BYTES)
        return fail_array(err, type, "has no whole header");
    if (tl__be32(at) > 1)
        return tl__fail(err, TL_ERR_TYPE, "array has %u dimensions; only one can be read",
                        tl__be32(at));
    if (tl__be32(at + FLAGS_AT) > 1)
        return fail_array(err, type, "has unknown flags");
    if (!fits(type, tl__be32(at + 8)))
        return tl__fail(err, TL_ERR_TYPE, "value of type %s[] has elements of the type with oid %u",
                        tl__type_name(type), tl__be32(at + 8));
    if (tl__be32(at) == 0 && wire.len != EMPTY_BYTES)
        return fail_array(err, type, "has no dimension but elements");
    if (tl__be32(at) == 1 && (wire.len < HEADER_BYTES || tl__be32(at + 12) > INT32_MAX))
        return fail_array(err, type, "has no whole header");
    return TL_OK;
}

/* Every element is one, and nothing follows the last. */
static int check_elements(tl_array array, tl_error *err)
{
    const uint32_t n = array.n;
    tl_value element;

    while (array.n > 0) {
        const int status = read_next(&array, &element, err);
        if (status != TL_OK)
            return tl__context(err, status, "element %u", n - array.n + 1);
    }
    return array.wire.len == 0
               ? TL_OK
               : fail_array(err, (uint8_t)array.element, "has bytes after its last element");
}

int tl__array_decode(uint8_t type, tl_str wire, tl_value *out, tl_error *err)
{
    int status = check_header(type, wire, err);

    if (status != TL_OK)
        return status;

    tl_array array = { .element = (tl_type)type };
    if (tl__be32(wire.data) == 1) {
        array.n = tl__be32(wire.data + 12);
        array.wire.data = wire.data + HEADER_BYTES;
        array.wire.len = wire.len - HEADER_BYTES;
    }
    status = check_elements(array, err);
    if (status == TL_OK)
        out->as.array = array;
    return status;
}

static int
find_element_oid(const tl_value *value, uint32_t vector_oid, uint32_t *out, tl_error *err)
{
    uint32_t oid = tl__type_element_oid(value->oid);

    if (oid == 0)
        oid = value->type == TL_VECTOR ? vector_oid : tl__type_oid(value->type, false);
    if (oid == 0)
        return tl__fail(err, TL_ERR_TYPE,
                        value->type == TL_VECTOR
                            ? "cannot send an array of vectors: this database has no type vector"
                            : "cannot send an array of an unknown type in binary form");
    *out = oid;
    return TL_OK;
}

static void put_at(struct tl__buf *out, size_t at, uint32_t number)
{
    if (tl__buf_status(out) == TL_OK)
        tl__be32_put(out->data + at, number);
}

static int
write_element(const tl_value *item, uint8_t type, uint32_t oid, struct tl__buf *out, tl_error *err)
{
    const size_t start = out->len;

    if (item->is_null) {
        tl__buf_be32(out, UINT32_MAX);
        return TL_OK;
    }
    if (item->is_array || item->is_text)
        return tl__fail(err, TL_ERR_TYPE, "%s cannot stand in an array of %s",
                        item->is_array ? "an array" : "a value in text form", tl__type_name(type));
    if (item->type != type)
        return tl__fail(err, TL_ERR_TYPE, "a value of type %s cannot stand in an array of %s",
                        tl__type_name(item->type), tl__type_name(type));

    tl__buf_be32(out, 0);
    const int status = tl__scalar_encode(item, oid, out, err);
    put_at(out, start, (uint32_t)(out->len - start - LENGTH_BYTES));
    return status;
}

static int
write_elements(tl_array array, uint8_t type, uint32_t oid, struct tl__buf *out, tl_error *err)
{
    const uint32_t n = array.n;
    const size_t start = out->len;
    bool has_null = false;
    tl_value item;

    while (array.n > 0) {
        const uint32_t nth = n - array.n + 1;
        int status = take_next(&array, &item, err);
        if (status == TL_OK)
            status = write_element(&item, type, oid, out, err);
        if (status != TL_OK)
            return tl__context(err, status, "element %u", nth);
        if (out->len - start > TL__MOST_BYTES)
            return tl__fail(err, TL_ERR_TYPE, "array is larger than 1 GiB");
        has_null = has_null || item.is_null;
    }
    put_at(out, start - HEADER_BYTES + FLAGS_AT, has_null ? 1 : 0);
    return TL_OK;
}

int tl__array_encode(const tl_value *value, uint32_t vector_oid, struct tl__buf *out, tl_error *err)
{
    const tl_array *array = &value->as.array;
    uint32_t oid;
    const int status = find_element_oid(value, vector_oid, &oid, err);

    if (status != TL_OK)
        return status;
    if (array->n > INT32_MAX)
        return tl__fail(err, TL_ERR_TYPE, "array is larger than 1 GiB");
    if (array->n > 0 && array->items == NULL && array->wire.data == NULL)
        return tl__fail(err, TL_ERR_INVALID, "array of %u elements has none", array->n);

    tl__buf_be32(out, array->n > 0 ? 1 : 0);
    tl__buf_be32(out, 0);
    tl__buf_be32(out, oid);
    if (array->n == 0)
        return TL_OK;
    tl__buf_be32(out, array->n);
    tl__buf_be32(out, 1);
    return write_elements(*array, value->type, oid, out, err);
}
