/* unit/types/test-decode.c - from binary form to values, and back */
#include "unit/types/wire.h"

enum { VECTOR_OID = 99999 };

static const struct sample {
    uint8_t type;
    bool is_array;
    const char *hex;
    const char *shown;
} samples[] = {
    { TL_UNKNOWN, false, "", "" },
    { TL_UNKNOWN, false, "41ff", "A\xff" },
    { TL_BOOL, false, "00", "false" },
    { TL_BOOL, false, "01", "true" },
    { TL_INT2, false, "8000", "-32768" },
    { TL_INT2, false, "7fff", "32767" },
    { TL_INT4, false, "ffffffff", "-1" },
    { TL_INT4, false, "80000000", "-2147483648" },
    { TL_INT8, false, "7fffffffffffffff", "9223372036854775807" },
    { TL_INT8, false, "8000000000000000", "-9223372036854775808" },
    { TL_FLOAT4, false, "3f000000", "0.5" },
    { TL_FLOAT4, false, "7f7fffff", "3.4028234663852886e+38" },
    { TL_FLOAT4, false, "00000001", "1.4012984643248171e-45" },
    { TL_FLOAT4, false, "ff800000", "-inf" },
    { TL_FLOAT4, false, "7fc00000", "nan" },
    { TL_FLOAT8, false, "8000000000000000", "-0" },
    { TL_FLOAT8, false, "3fb999999999999a", "0.10000000000000001" },
    { TL_FLOAT8, false, "7ff8000000000000", "nan" },
    { TL_TEXT, false, "", "" },
    { TL_TEXT, false, "c3a97a", "\xc3\xa9z" },
    { TL_BYTEA, false, "ff7f", "\xff\x7f" },
    { TL_NUMERIC, false, "0000 0000 0000 0000", "0" },
    { TL_NUMERIC, false, "0000 0000 0000 0002", "0.00" },
    { TL_NUMERIC, false, "0002 0000 4000 0002 000c 1388", "-12.50" },
    { TL_NUMERIC, false, "0001 0001 0000 0000 0001", "10000" },
    { TL_NUMERIC, false, "0001 ffff 0000 0004 0001", "0.0001" },
    { TL_NUMERIC, false, "0000 0000 c000 0000", "NaN" },
    { TL_NUMERIC, false, "0000 0000 d000 0020", "Infinity" },
    { TL_NUMERIC, false, "0000 0000 f000 0020", "-Infinity" },
    { TL_DATE, false, "ffda97a7", "-2451545" },
    { TL_DATE, false, "7fda970c", "2145031948" },
    { TL_DATE, false, "7fffffff", "2147483647" },
    { TL_DATE, false, "80000000", "-2147483648" },
    { TL_TIMESTAMP, false, "ffffffffffffffff", "-1" },
    { TL_TIMESTAMP, false, "fd0f7cc1411fa000", "-211813488000000000" },
    { TL_TIMESTAMP, false, "7fffff5bb3b29fff", "9223371331199999999" },
    { TL_TIMESTAMPTZ, false, "7fffffffffffffff", "9223372036854775807" },
    { TL_TIMESTAMPTZ, false, "8000000000000000", "-9223372036854775808" },
    { TL_INTERVAL, false, "ffffffffffffffff 00000002 fffffffd", "-3m 2d -1us" },
    { TL_UUID, false, "a0eebc999c0b4ef8bb6d6bb9bd380a11", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11" },
    { TL_JSON, false, "7b7d", "{}" },
    { TL_JSONB, false, "01 5b5d", "[]" },
    { TL_VECTOR, false, "0002 0000 3f800000 c0200000", "[1,-2.5]" },
    { TL_INT4, true, "00000000 00000000 00000017", "{}" },
    { TL_INT4, true,
      "00000001 00000000 00000017 00000002 00000001 00000004 00000007 00000004 fffffff8",
      "{7,-8}" },
    { TL_INT2, true, "00000001 00000001 00000015 00000002 00000001 ffffffff 00000002 0003",
      "{NULL,3}" },
    { TL_TEXT, true, "00000001 00000000 00000019 00000002 00000001 00000000 00000001 61", "{,a}" },
    { TL_BOOL, true, "00000001 00000000 00000010 00000001 00000001 00000001 01", "{true}" },
    { TL_NUMERIC, true,
      "00000001 00000000 000006a4 00000001 00000001 0000000a 0001 0000 0000 0001 0005", "{5.0}" },
    { TL_JSONB, true, "00000001 00000000 00000eda 00000001 00000001 00000002 01 31", "{1}" },
    { TL_VECTOR, true, "00000001 00000000 0001869f 00000001 00000001 00000008 0001 0000 3f800000",
      "{[1]}" },
};

static void check_sample(const struct sample *sample)
{
    scoped(wire_free) tl_str wire = wire_of(sample->hex);
    scoped(tl__buf_done) struct tl__buf again = TL__BUF_INIT;
    tl_error err = TL_ERROR_INIT;
    tl_value value;

    CHECK_OK(tl__decode(sample->type, sample->is_array, wire, &value, &err), &err);
    CHECK_INT(value.type, sample->type, sample->hex);
    CHECK_INT(value.is_array, sample->is_array, sample->hex);
    CHECK(!value.is_null && !value.is_text && value.oid == 0);
    CHECK_SHOWN(&value, sample->shown, sample->hex);
    CHECK_OK(tl__encode(&value, VECTOR_OID, &again, &err), &err);
    CHECK_BYTES(&again, sample->hex, sample->shown);
}

TEST(what_was_read_is_right_and_goes_back_as_it_came)
{
    for (size_t i = 0; i < COUNT_OF(samples); i++)
        check_sample(&samples[i]);
}

/* What a prefix means does not matter here, but that nothing past it is read. */
static void check_prefix(const struct sample *sample, tl_str wire, size_t len)
{
    scoped(wire_free) tl_str prefix = wire_copy(wire.data, len);
    scoped(tl__buf_done) struct tl__buf again = TL__BUF_INIT;
    tl_error err = TL_ERROR_INIT;
    tl_value value = { .type = 77 };
    const int status = tl__decode(sample->type, sample->is_array, prefix, &value, &err);

    if (status == TL_OK) {
        CHECK_OK(tl__encode(&value, VECTOR_OID, &again, &err), &err);
        return;
    }
    CHECK_INT(status, TL_ERR_TYPE, sample->hex);
    CHECK(err.message[0] != '\0');
    CHECK_INT(value.type, 77, "untouched on failure");
}

TEST(a_value_cut_short_is_never_read_past_its_end)
{
    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        scoped(wire_free) tl_str wire = wire_of(samples[i].hex);

        for (size_t len = 0; len < wire.len; len++)
            check_prefix(&samples[i], wire, len);
    }
}

static bool may_end_anywhere(const struct sample *sample)
{
    return !sample->is_array && (sample->type == TL_UNKNOWN || sample->type == TL_TEXT ||
                                 sample->type == TL_BYTEA || sample->type == TL_JSON);
}

TEST(an_array_or_a_number_cut_short_is_refused)
{
    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        scoped(wire_free) tl_str wire = wire_of(samples[i].hex);
        tl_value value;

        if (may_end_anywhere(&samples[i]) || samples[i].type == TL_JSONB)
            continue;
        for (; wire.len > 0; wire.len--) {
            const bool is_oid = samples[i].type == TL_INT8 && wire.len - 1 == 4;
            CHECK_INT(tl__decode(samples[i].type, samples[i].is_array,
                                 (tl_str){ wire.data, wire.len - 1 }, &value, NULL),
                      is_oid ? TL_OK : TL_ERR_TYPE, samples[i].hex);
        }
    }
}

TEST(garbage_is_refused_with_the_reason)
{
    static const struct {
        uint8_t type;
        const char *hex;
        const char *why;
    } cases[] = {
        { TL_BOOL, "02", "value of type bool is 2, not 0 or 1" },
        { TL_BOOL, "", "value of type bool has 0 bytes, not 1" },
        { TL_INT2, "000000", "value of type int2 has 3 bytes, not 2" },
        { TL_INT4, "0000000000000000", "value of type int4 has 8 bytes, not 4" },
        { TL_INT8, "000000", "value of type int8 has 3 bytes, not 8" },
        { TL_INT8, "000000000000000000", "value of type int8 has 9 bytes, not 8" },
        { TL_FLOAT8, "00000000", "value of type float8 has 4 bytes, not 8" },
        { TL_TEXT, "610062", "value of type text has a NUL" },
        { TL_JSON, "7b00", "value of type json has a NUL" },
        { TL_NUMERIC, "0002 0000 0000 0000 0001", "has 10 bytes, not what its digits need" },
        { TL_NUMERIC, "0000 0000 0000 0000 00", "has 9 bytes, not what its digits need" },
        { TL_NUMERIC, "0000 0000 1000 0000", "has an unknown kind, 0x1000" },
        { TL_NUMERIC, "0000 0000 0000 4000", "has a scale of 16384, above 16383" },
        { TL_NUMERIC, "0001 0000 0000 0000 2710", "has a digit above 9999" },
        { TL_NUMERIC, "0001 0000 c000 0000 0001", "is not finite but has digits" },
        { TL_DATE, "ffda97a6", "date out of range" },
        { TL_DATE, "7fda970d", "date out of range" },
        { TL_TIMESTAMP, "fd0f7cc1411f9fff", "timestamp out of range" },
        { TL_TIMESTAMPTZ, "7fffff5bb3b2a000", "timestamp out of range" },
        { TL_UUID, "a0eebc99", "value of type uuid has 4 bytes, not 16" },
        { TL_JSONB, "", "value of type jsonb has no bytes" },
        { TL_JSONB, "02 7b7d", "value of type jsonb has version 2, not 1" },
        { TL_VECTOR, "0001", "value of type vector has 2 bytes, no whole header" },
        { TL_VECTOR, "0000 0000", "value of type vector has no header of a vector" },
        { TL_VECTOR, "0001 0001 00000000", "value of type vector has no header of a vector" },
        { TL_VECTOR, "3e81 0000", "value of type vector has no header of a vector" },
        { TL_VECTOR, "0002 0000 00000000", "value of type vector has 8 bytes, not 12" },
        { TL_VECTOR, "0001 0000 00000000 00", "value of type vector has 9 bytes, not 8" },
        { 255, "00", "there is no type with number 255" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        scoped(wire_free) tl_str wire = wire_of(cases[i].hex);
        tl_error err = TL_ERROR_INIT;
        tl_value value;

        CHECK_REFUSED(tl__decode(cases[i].type, false, wire, &value, &err), TL_ERR_TYPE,
                      cases[i].why, &err);
    }
}

TEST(an_oid_is_an_int8_of_four_unsigned_bytes)
{
    scoped(wire_free) tl_str wire = wire_of("ffffffff");
    scoped(tl__buf_done) struct tl__buf again = TL__BUF_INIT;
    tl_error err = TL_ERROR_INIT;
    tl_value value;

    CHECK_OK(tl__decode(TL_INT8, false, wire, &value, &err), &err);
    CHECK_INT(value.as.integer, UINT32_MAX, "oid");
    value.oid = 26;
    CHECK_OK(tl__encode(&value, 0, &again, &err), &err);
    CHECK_BYTES(&again, "ffffffff", "oid");
}

TEST(the_empty_char_comes_as_a_nul_and_goes_back_as_one)
{
    scoped(wire_free) tl_str wire = wire_of("00");
    scoped(tl__buf_done) struct tl__buf again = TL__BUF_INIT;
    tl_error err = TL_ERROR_INIT;
    tl_value value;

    CHECK_OK(tl__decode(TL_TEXT, false, wire, &value, &err), &err);
    CHECK_INT(value.as.bytes.len, 0, "length");
    value.oid = 18;
    CHECK_OK(tl__encode(&value, 0, &again, &err), &err);
    CHECK_BYTES(&again, "00", "\"char\"");
}

int main(void)
{
    return TEST_MAIN("decode", what_was_read_is_right_and_goes_back_as_it_came,
                     a_value_cut_short_is_never_read_past_its_end,
                     an_array_or_a_number_cut_short_is_refused, garbage_is_refused_with_the_reason,
                     an_oid_is_an_int8_of_four_unsigned_bytes,
                     the_empty_char_comes_as_a_nul_and_goes_back_as_one);
}
