/* types/decode.c - from binary form to values */
#include <string.h>

#include <trunkline/value.h>

#include "base/fail.h"
#include "base/macro.h"
#include "types/be.h"
#include "types/types.h"

/* Reads wire, whose length was checked if it is a fixed one, into out, whose type is set. */
struct decoder {
    size_t size; /* how many bytes; 0 if that depends */
    int (*decode)(tl_str wire, tl_value *out, tl_error *err);
};

static int decode_bytes(tl_str wire, tl_value *out, tl_error *err)
{
    (void)err;
    out->as.bytes = wire;
    return TL_OK;
}

static int decode_bool(tl_str wire, tl_value *out, tl_error *err)
{
    const uint8_t byte = (uint8_t)wire.data[0];

    if (byte > 1)
        return tl__fail(err, TL_ERR_TYPE, "value of type bool is %u, not 0 or 1", byte);
    out->as.boolean = byte == 1;
    return TL_OK;
}

static int decode_int2(tl_str wire, tl_value *out, tl_error *err)
{
    (void)err;
    out->as.integer = (int16_t)tl__be16(wire.data);
    return TL_OK;
}

static int decode_int4(tl_str wire, tl_value *out, tl_error *err)
{
    (void)err;
    out->as.integer = (int32_t)tl__be32(wire.data);
    return TL_OK;
}

/* Four bytes are an oid. */
static int decode_int8(tl_str wire, tl_value *out, tl_error *err)
{
    if (wire.len == sizeof(uint32_t))
        out->as.integer = tl__be32(wire.data);
    else if (wire.len == sizeof(int64_t))
        out->as.integer = (int64_t)tl__be64(wire.data);
    else
        return tl__fail(err, TL_ERR_TYPE, "value of type int8 has %zu bytes, not 8", wire.len);
    return TL_OK;
}

static int decode_float4(tl_str wire, tl_value *out, tl_error *err)
{
    const uint32_t bits = tl__be32(wire.data);
    float value;

    (void)err;
    memcpy(&value, &bits, sizeof value);
    out->as.real = (double)value;
    return TL_OK;
}

static int decode_float8(tl_str wire, tl_value *out, tl_error *err)
{
    const uint64_t bits = tl__be64(wire.data);

    (void)err;
    memcpy(&out->as.real, &bits, sizeof out->as.real);
    return TL_OK;
}

/* Only the type "char" has a NUL, alone, and its text is empty. */
static int decode_text(tl_str wire, tl_value *out, tl_error *err)
{
    const bool has_nul = wire.len > 0 && memchr(wire.data, '\0', wire.len) != NULL;

    if (has_nul && wire.len > 1)
        return tl__fail(err, TL_ERR_TYPE, "value of type %s has a NUL", tl__type_name(out->type));
    out->as.bytes = (tl_str){ .data = wire.data, .len = has_nul ? 0 : wire.len };
    return TL_OK;
}

static int decode_jsonb(tl_str wire, tl_value *out, tl_error *err)
{
    if (wire.len == 0)
        return tl__fail(err, TL_ERR_TYPE, "value of type jsonb has no bytes");
    if (wire.data[0] != 1)
        return tl__fail(err, TL_ERR_TYPE, "value of type jsonb has version %u, not 1",
                        (uint8_t)wire.data[0]);
    return decode_text((tl_str){ .data = wire.data + 1, .len = wire.len - 1 }, out, err);
}

static int decode_date(tl_str wire, tl_value *out, tl_error *err)
{
    out->as.date = (int32_t)tl__be32(wire.data);
    return tl__date_is_valid(out->as.date) ? TL_OK
                                           : tl__fail(err, TL_ERR_TYPE, "date out of range");
}

static int decode_timestamp(tl_str wire, tl_value *out, tl_error *err)
{
    out->as.timestamp = (int64_t)tl__be64(wire.data);
    return tl__timestamp_is_valid(out->as.timestamp)
               ? TL_OK
               : tl__fail(err, TL_ERR_TYPE, "timestamp out of range");
}

static int decode_interval(tl_str wire, tl_value *out, tl_error *err)
{
    (void)err;
    out->as.interval = (tl_interval){
        .microseconds = (int64_t)tl__be64(wire.data),
        .days = (int32_t)tl__be32(wire.data + 8),
        .months = (int32_t)tl__be32(wire.data + 12),
    };
    return TL_OK;
}

static int decode_uuid(tl_str wire, tl_value *out, tl_error *err)
{
    (void)err;
    memcpy(out->as.uuid.bytes, wire.data, sizeof out->as.uuid.bytes);
    return TL_OK;
}

static const struct decoder decoders[] = {
    [TL_UNKNOWN] = { 0, decode_bytes },
    [TL_BOOL] = { 1, decode_bool },
    [TL_INT2] = { 2, decode_int2 },
    [TL_INT4] = { 4, decode_int4 },
    [TL_INT8] = { 0, decode_int8 },
    [TL_FLOAT4] = { 4, decode_float4 },
    [TL_FLOAT8] = { 8, decode_float8 },
    [TL_TEXT] = { 0, decode_text },
    [TL_BYTEA] = { 0, decode_bytes },
    [TL_NUMERIC] = { 0, tl__numeric_decode },
    [TL_DATE] = { 4, decode_date },
    [TL_TIMESTAMP] = { 8, decode_timestamp },
    [TL_TIMESTAMPTZ] = { 8, decode_timestamp },
    [TL_INTERVAL] = { 16, decode_interval },
    [TL_UUID] = { 16, decode_uuid },
    [TL_JSON] = { 0, decode_text },
    [TL_JSONB] = { 0, decode_jsonb },
    [TL_VECTOR] = { 0, tl__vector_decode },
};

static int decode_scalar(uint8_t type, tl_str wire, tl_value *out, tl_error *err)
{
    const struct decoder *decoder = &decoders[type];

    if (decoder->size != 0 && wire.len != decoder->size)
        return tl__fail(err, TL_ERR_TYPE, "value of type %s has %zu bytes, not %zu",
                        tl__type_name(type), wire.len, decoder->size);
    return decoder->decode(wire, out, err);
}

int tl__decode(uint8_t type, bool is_array, tl_str wire, tl_value *out, tl_error *err)
{
    tl_value value = { .type = type, .is_array = is_array };
    int status;

    if (type >= COUNT_OF(decoders))
        return tl__fail(err, TL_ERR_TYPE, "there is no type with number %u", type);
    if (is_array)
        status = tl__array_decode(type, wire, &value, err);
    else
        status = decode_scalar(type, wire, &value, err);
    if (status == TL_OK)
        *out = value;
    return status;
}
