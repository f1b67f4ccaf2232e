/* types/encode.c - from values to binary form */
#include <string.h>

#include <trunkline/value.h>

#include "base/fail.h"
#include "base/macro.h"
#include "types/types.h"

typedef int encoder(const tl_value *value, uint32_t oid, struct tl__buf *out, tl_error *err);

static int
check_range(const tl_value *value, const char *name, int64_t least, int64_t most, tl_error *err)
{
    if (value->as.integer >= least && value->as.integer <= most)
        return TL_OK;
    return tl__fail(err, TL_ERR_TYPE, "%lld does not fit %s", (long long)value->as.integer, name);
}

static int encode_bool(const tl_value *value, uint32_t oid, struct tl__buf *out, tl_error *err)
{
    (void)oid;
    (void)err;
    tl__buf_char(out, value->as.boolean ? 1 : 0);
    return TL_OK;
}

static int encode_int2(const tl_value *value, uint32_t oid, struct tl__buf *out, tl_error *err)
{
    (void)oid;
    tl__buf_be16(out, (uint16_t)value->as.integer);
    return check_range(value, "int2", INT16_MIN, INT16_MAX, err);
}

static int encode_int4(const tl_value *value, uint32_t oid, struct tl__buf *out, tl_error *err)
{
    (void)oid;
    tl__buf_be32(out, (uint32_t)value->as.integer);
    return check_range(value, "int4", INT32_MIN, INT32_MAX, err);
}

static int encode_int8(const tl_value *value, uint32_t oid, struct tl__buf *out, tl_error *err)
{
    if (oid == TL__OID_OID) {
        tl__buf_be32(out, (uint32_t)value->as.integer);
        return check_range(value, "oid", 0, UINT32_MAX, err);
    }
    tl__buf_be64(out, (uint64_t)value->as.integer);
    return TL_OK;
}

/* As PostgreSQL's own cast: digits may be lost, the size may not. */
static int encode_float4(const tl_value *value, uint32_t oid, struct tl__buf *out, tl_error *err)
{
    const double wide = value->as.real;
    const float narrow = (float)wide;
    uint32_t bits;

    (void)oid;
    if (__builtin_isinf(narrow) && !__builtin_isinf(wide))
        return tl__fail(err, TL_ERR_TYPE, "%g does not fit float4: overflow", wide);
    if (narrow == 0 && wide != 0)
        return tl__fail(err, TL_ERR_TYPE, "%g does not fit float4: underflow", wide);
    memcpy(&bits, &narrow, sizeof bits);
    tl__buf_be32(out, bits);
    return TL_OK;
}

static int encode_float8(const tl_value *value, uint32_t oid, struct tl__buf *out, tl_error *err)
{
    uint64_t bits;

    (void)oid;
    (void)err;
    memcpy(&bits, &value->as.real, sizeof bits);
    tl__buf_be64(out, bits);
    return TL_OK;
}

static int encode_bytes(const tl_value *value, uint32_t oid, struct tl__buf *out, tl_error *err)
{
    const tl_str bytes = value->as.bytes;

    (void)oid;
    if (bytes.data == NULL && bytes.len > 0)
        return tl__fail(err, TL_ERR_INVALID, "value of type %s has a length but no bytes",
                        tl__type_name(value->type));
    if (bytes.len > TL__MOST_BYTES)
        return tl__fail(err, TL_ERR_TYPE, "value of type %s is larger than 1 GiB",
                        tl__type_name(value->type));
    tl__buf_bytes(out, bytes.data, bytes.len);
    return TL_OK;
}

static int encode_char(const tl_value *value, struct tl__buf *out, tl_error *err)
{
    const tl_str bytes = value->as.bytes;

    if (bytes.len > 1)
        return tl__fail(err, TL_ERR_TYPE, "value of type \"char\" has %zu bytes, not 1", bytes.len);
    if (bytes.len == 0)
        tl__buf_char(out, '\0');
    return TL_OK;
}

static int encode_text(const tl_value *value, uint32_t oid, struct tl__buf *out, tl_error *err)
{
    const tl_str bytes = value->as.bytes;
    const int status = encode_bytes(value, oid, out, err);

    if (status != TL_OK)
        return status;
    if (bytes.len > 0 && memchr(bytes.data, '\0', bytes.len) != NULL)
        return tl__fail(err, TL_ERR_TYPE, "value of type %s has a NUL", tl__type_name(value->type));
    return oid == TL__OID_CHAR && !value->is_text ? encode_char(value, out, err) : TL_OK;
}

static int encode_jsonb(const tl_value *value, uint32_t oid, struct tl__buf *out, tl_error *err)
{
    tl__buf_char(out, 1); /* the version */
    return encode_text(value, oid, out, err);
}

static int encode_numeric(const tl_value *value, uint32_t oid, struct tl__buf *out, tl_error *err)
{
    (void)oid;
    return tl__numeric_encode(&value->as.numeric, out, err);
}

static int encode_date(const tl_value *value, uint32_t oid, struct tl__buf *out, tl_error *err)
{
    (void)oid;
    tl__buf_be32(out, (uint32_t)value->as.date);
    return tl__date_is_valid(value->as.date) ? TL_OK
                                             : tl__fail(err, TL_ERR_TYPE, "date out of range");
}

static int encode_timestamp(const tl_value *value, uint32_t oid, struct tl__buf *out, tl_error *err)
{
    (void)oid;
    tl__buf_be64(out, (uint64_t)value->as.timestamp);
    return tl__timestamp_is_valid(value->as.timestamp)
               ? TL_OK
               : tl__fail(err, TL_ERR_TYPE, "timestamp out of range");
}

static int encode_interval(const tl_value *value, uint32_t oid, struct tl__buf *out, tl_error *err)
{
    const tl_interval *interval = &value->as.interval;

    (void)oid;
    (void)err;
    tl__buf_be64(out, (uint64_t)interval->microseconds);
    tl__buf_be32(out, (uint32_t)interval->days);
    tl__buf_be32(out, (uint32_t)interval->months);
    return TL_OK;
}

static int encode_uuid(const tl_value *value, uint32_t oid, struct tl__buf *out, tl_error *err)
{
    (void)oid;
    (void)err;
    tl__buf_bytes(out, value->as.uuid.bytes, sizeof value->as.uuid.bytes);
    return TL_OK;
}

static int encode_vector(const tl_value *value, uint32_t oid, struct tl__buf *out, tl_error *err)
{
    (void)oid;
    return tl__vector_encode(&value->as.vector, out, err);
}

static encoder *const encoders[] = {
    [TL_UNKNOWN] = encode_bytes,
    [TL_BOOL] = encode_bool,
    [TL_INT2] = encode_int2,
    [TL_INT4] = encode_int4,
    [TL_INT8] = encode_int8,
    [TL_FLOAT4] = encode_float4,
    [TL_FLOAT8] = encode_float8,
    [TL_TEXT] = encode_text,
    [TL_BYTEA] = encode_bytes,
    [TL_NUMERIC] = encode_numeric,
    [TL_DATE] = encode_date,
    [TL_TIMESTAMP] = encode_timestamp,
    [TL_TIMESTAMPTZ] = encode_timestamp,
    [TL_INTERVAL] = encode_interval,
    [TL_UUID] = encode_uuid,
    [TL_JSON] = encode_text,
    [TL_JSONB] = encode_jsonb,
    [TL_VECTOR] = encode_vector,
};

int tl__scalar_encode(const tl_value *value, uint32_t oid, struct tl__buf *out, tl_error *err)
{
    return encoders[value->type](value, oid, out, err);
}

/* An oid that we know, and that its owner set, must belong to the form we would send. */
static int check_oid(const tl_value *value, tl_error *err)
{
    const struct tl__type_info *info = tl__type_by_oid(value->oid);

    if (info == NULL || value->type == TL_UNKNOWN ||
        (info->type == value->type && info->is_array == value->is_array))
        return TL_OK;
    return tl__fail(err, TL_ERR_TYPE, "value of type %s%s cannot be sent as %s",
                    tl__type_name(value->type), value->is_array ? "[]" : "", info->name);
}

static int append(const tl_value *value, uint32_t vector_oid, struct tl__buf *out, tl_error *err)
{
    if (value->type >= COUNT_OF(encoders))
        return tl__fail(err, TL_ERR_TYPE, "there is no type with number %u", value->type);
    if (value->is_text)
        return encode_text(value, value->oid, out, err);

    const int status = check_oid(value, err);
    if (status != TL_OK)
        return status;
    if (value->is_array)
        return tl__array_encode(value, vector_oid, out, err);
    return tl__scalar_encode(value, value->oid, out, err);
}

static int fail_buf(const struct tl__buf *out, tl_error *err)
{
    if (tl__buf_status(out) == TL_ERR_NOMEM)
        return tl__fail_nomem(err);
    return tl__fail(err, TL_ERR_INVALID, "value is larger than the room for it");
}

static void cut(struct tl__buf *out, size_t len)
{
    if (out->len > len) {
        out->len = len;
        out->data[len] = '\0';
    }
}

int tl__encode(const tl_value *value, uint32_t vector_oid, struct tl__buf *out, tl_error *err)
{
    const size_t start = out->len;
    int status = append(value, vector_oid, out, err);

    if (status == TL_OK && tl__buf_status(out) != TL_OK)
        status = fail_buf(out, err);
    if (status == TL_OK && out->len - start > TL__MOST_BYTES)
        status = tl__fail(err, TL_ERR_TYPE, "value of type %s is larger than 1 GiB",
                          tl__type_name(value->type));
    if (status != TL_OK)
        cut(out, start);
    return status;
}
