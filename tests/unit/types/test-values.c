/* unit/types/test-values.c - making parameters */
#include "unit/types/wire.h"

TEST(a_null_pointer_is_null_in_sql)
{
    const tl_value values[] = {
        tl_null(),
        tl_text(NULL),
        tl_text_n(NULL, 0),
        tl_bytea(NULL, 0),
        tl_json(NULL),
        tl_jsonb(NULL),
        tl_vector_value(NULL, 0),
        tl_array_value(TL_INT4, NULL, 0),
        tl_as_text(TL_DATE, NULL),
    };

    for (size_t i = 0; i < COUNT_OF(values); i++)
        CHECK(values[i].is_null);
}

TEST(something_empty_is_not_null)
{
    const tl_value values[] = {
        tl_text(""), tl_text_n("", 0),        tl_bytea("", 0),
        tl_json(""), tl_as_text(TL_TEXT, ""), tl_array_value(TL_INT4, &(tl_value){ 0 }, 0),
    };

    for (size_t i = 0; i < COUNT_OF(values); i++)
        CHECK(!values[i].is_null);
}

/* They are kept as they are, so that sending them is refused. */
TEST(a_length_with_no_bytes_is_not_null)
{
    CHECK(!tl_text_n(NULL, 3).is_null);
    CHECK(!tl_bytea(NULL, 3).is_null);
    CHECK(!tl_vector_value(NULL, 3).is_null);
    CHECK(!tl_array_value(TL_INT4, NULL, 3).is_null);
}

TEST(a_value_holds_what_it_was_made_from)
{
    static const float numbers[] = { 1, 2.5F };
    const tl_value items[] = { tl_int2(-1), tl_null(), tl_int2(INT16_MAX) };
    const struct {
        tl_value value;
        uint8_t type;
        const char *shown;
    } cases[] = {
        { tl_bool(true), TL_BOOL, "true" },
        { tl_int2(INT16_MIN), TL_INT2, "-32768" },
        { tl_int4(INT32_MIN), TL_INT4, "-2147483648" },
        { tl_int8(INT64_MIN), TL_INT8, "-9223372036854775808" },
        { tl_float4(0.5F), TL_FLOAT4, "0.5" },
        { tl_float8(-0.0), TL_FLOAT8, "-0" },
        { tl_text("Dorothy"), TL_TEXT, "Dorothy" },
        { tl_text_n("Dorothy", 3), TL_TEXT, "Dor" },
        { tl_bytea("\1\2", 2), TL_BYTEA, "\1\2" },
        { tl_json("[1]"), TL_JSON, "[1]" },
        { tl_jsonb("{}"), TL_JSONB, "{}" },
        { tl_date(-1), TL_DATE, "-1" },
        { tl_timestamp(7), TL_TIMESTAMP, "7" },
        { tl_timestamptz(TL_TIMESTAMP_INFINITY), TL_TIMESTAMPTZ, "9223372036854775807" },
        { tl_interval_value((tl_interval){ 1, 2, 3 }), TL_INTERVAL, "3m 2d 1us" },
        { tl_numeric_value((tl_numeric){ .scale = 1 }), TL_NUMERIC, "0.0" },
        { tl_uuid_value((tl_uuid){ { 0xAB } }), TL_UUID, "ab000000-0000-0000-0000-000000000000" },
        { tl_vector_value(numbers, 2), TL_VECTOR, "[1,2.5]" },
        { tl_array_value(TL_INT2, items, 3), TL_INT2, "{-1,NULL,32767}" },
        { tl_as_text(TL_TEXT, "12"), TL_TEXT, "12" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        CHECK_INT(cases[i].value.type, cases[i].type, cases[i].shown);
        CHECK(!cases[i].value.is_null);
        CHECK_INT(cases[i].value.oid, 0, cases[i].shown);
        CHECK_SHOWN(&cases[i].value, cases[i].shown, "the value");
    }
    CHECK(tl_array_value(TL_INT2, items, 3).is_array);
    CHECK(tl_as_text(TL_DATE, "today").is_text);
}

int main(void)
{
    return TEST_MAIN("values", a_null_pointer_is_null_in_sql, something_empty_is_not_null,
                     a_length_with_no_bytes_is_not_null, a_value_holds_what_it_was_made_from);
}
