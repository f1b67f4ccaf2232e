/* types/values.c - making parameters */
#include <string.h>

#include <trunkline/value.h>

#include "base/macro.h"

tl_value tl_null(void)
{
    return (tl_value){ .type = TL_UNKNOWN, .is_null = true };
}

tl_value tl_bool(bool value)
{
    return (tl_value){ .type = TL_BOOL, .as.boolean = value };
}

tl_value tl_int2(int16_t value)
{
    return (tl_value){ .type = TL_INT2, .as.integer = value };
}

tl_value tl_int4(int32_t value)
{
    return (tl_value){ .type = TL_INT4, .as.integer = value };
}

tl_value tl_int8(int64_t value)
{
    return (tl_value){ .type = TL_INT8, .as.integer = value };
}

tl_value tl_float4(float value)
{
    return (tl_value){ .type = TL_FLOAT4, .as.real = (double)value };
}

tl_value tl_float8(double value)
{
    return (tl_value){ .type = TL_FLOAT8, .as.real = value };
}

/* A length that comes with no bytes is kept, so that sending the value is refused. */
static tl_value make_bytes(tl_type type, const void *data, size_t len)
{
    return (tl_value){ .type = (uint8_t)type,
                       .is_null = data == NULL && len == 0,
                       .as.bytes = { .data = data, .len = len } };
}

static tl_value make_text(tl_type type, const char *text)
{
    return make_bytes(type, text, text != NULL ? strlen(text) : 0);
}

tl_value tl_text(const char *value)
{
    return make_text(TL_TEXT, value);
}

tl_value tl_text_n(const char *data, size_t len)
{
    return make_bytes(TL_TEXT, data, len);
}

tl_value tl_bytea(const void *data, size_t len)
{
    return make_bytes(TL_BYTEA, data, len);
}

tl_value tl_json(const char *value)
{
    return make_text(TL_JSON, value);
}

tl_value tl_jsonb(const char *value)
{
    return make_text(TL_JSONB, value);
}

tl_value tl_numeric_value(tl_numeric value)
{
    return (tl_value){ .type = TL_NUMERIC, .as.numeric = value };
}

tl_value tl_date(int32_t value)
{
    return (tl_value){ .type = TL_DATE, .as.date = value };
}

tl_value tl_timestamp(int64_t value)
{
    return (tl_value){ .type = TL_TIMESTAMP, .as.timestamp = value };
}

tl_value tl_timestamptz(int64_t value)
{
    return (tl_value){ .type = TL_TIMESTAMPTZ, .as.timestamp = value };
}

tl_value tl_interval_value(tl_interval value)
{
    return (tl_value){ .type = TL_INTERVAL, .as.interval = value };
}

tl_value tl_uuid_value(tl_uuid value)
{
    return (tl_value){ .type = TL_UUID, .as.uuid = value };
}

/* More than we can count is more than can be sent, and is refused there. */
static uint32_t clamp(size_t n)
{
    return (uint32_t)MIN_OF(n, (size_t)UINT32_MAX);
}

tl_value tl_vector_value(const float *items, size_t n)
{
    return (tl_value){ .type = TL_VECTOR,
                       .is_null = items == NULL && n == 0,
                       .as.vector = { .items = items, .n = clamp(n) } };
}

tl_value tl_array_value(tl_type type, const tl_value *items, size_t n)
{
    return (tl_value){ .type = (uint8_t)type,
                       .is_array = true,
                       .is_null = items == NULL && n == 0,
                       .as.array = { .element = type, .items = items, .n = clamp(n) } };
}

tl_value tl_as_text(tl_type type, const char *text)
{
    tl_value value = make_text(type, text);

    value.is_text = true;
    return value;
}
