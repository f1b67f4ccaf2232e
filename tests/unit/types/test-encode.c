/* unit/types/test-encode.c - from values to binary form */
#include <float.h>

#include "unit/types/wire.h"

static const float some_floats[] = { 1, 2 };

TEST(values_become_the_bytes_that_the_server_reads)
{
    static const uint8_t digits[] = { 0x00, 0x0C, 0x13, 0x88 };
    const tl_value ints[] = { tl_int4(1), tl_null(), tl_int4(-1) };
    const struct {
        tl_value value;
        const char *hex;
    } cases[] = {
        { tl_bool(true), "01" },
        { tl_int2(-2), "fffe" },
        { tl_int4(258), "00000102" },
        { tl_int8(INT64_MIN), "8000000000000000" },
        { tl_float4(1), "3f800000" },
        { tl_float8(-2), "c000000000000000" },
        { tl_text("\xc3\xa9"), "c3a9" },
        { tl_text(""), "" },
        { tl_bytea("a\0b", 3), "610062" },
        { tl_json("{}"), "7b7d" },
        { tl_jsonb("{}"), "01 7b7d" },
        { tl_numeric_value((tl_numeric){ digits, 2, 0, TL_NUMERIC_NEGATIVE, 2 }),
          "0002 0000 4000 0002 000c 1388" },
        { tl_date(-1), "ffffffff" },
        { tl_timestamp(1), "0000000000000001" },
        { tl_timestamptz(TL_TIMESTAMP_MINUS_INFINITY), "8000000000000000" },
        { tl_interval_value((tl_interval){ 1, 2, 3 }), "0000000000000001 00000002 00000003" },
        { tl_uuid_value((tl_uuid){ { 0xAB } }), "ab000000 00000000 00000000 00000000" },
        { tl_vector_value(some_floats, 2), "0002 0000 3f800000 40000000" },
        { tl_array_value(TL_INT4, ints, 3), "00000001 00000001 00000017 00000003 00000001"
                                            "00000004 00000001 ffffffff 00000004 ffffffff" },
        { tl_array_value(TL_TEXT, ints, 0), "00000000 00000000 00000019" },
        { { .type = TL_UNKNOWN, .oid = 600, .as.bytes = { "\1\2", 2 } }, "0102" },
        { tl_as_text(TL_DATE, "today"), "746f646179" },
        { { .type = TL_TEXT, .oid = 18, .as.bytes = { "a", 1 } }, "61" },
        { { .type = TL_TEXT, .oid = 1043, .as.bytes = { "ab", 2 } }, "6162" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        scoped(tl__buf_done) struct tl__buf out = TL__BUF_INIT;
        tl_error err = TL_ERROR_INIT;

        CHECK_OK(tl__encode(&cases[i].value, 0, &out, &err), &err);
        CHECK_BYTES(&out, cases[i].hex, tl__type_name(cases[i].value.type));
    }
}

static tl_value integer_of(tl_type type, uint32_t oid, int64_t integer)
{
    return (tl_value){ .type = (uint8_t)type, .oid = oid, .as.integer = integer };
}

static tl_value real_of(double real)
{
    return (tl_value){ .type = TL_FLOAT4, .as.real = real };
}

TEST(what_cannot_be_sent_is_refused_and_leaves_the_buffer_as_it_was)
{
    static const uint8_t bad_digits[] = { 0x27, 0x10 };
    const struct {
        tl_value value;
        int status;
        const char *why;
    } cases[] = {
        { integer_of(TL_INT2, 0, 32768), TL_ERR_TYPE, "32768 does not fit int2" },
        { integer_of(TL_INT2, 0, -32769), TL_ERR_TYPE, "-32769 does not fit int2" },
        { integer_of(TL_INT4, 0, INT64_C(2147483648)), TL_ERR_TYPE,
          "2147483648 does not fit int4" },
        { integer_of(TL_INT4, 0, INT64_MIN), TL_ERR_TYPE, "does not fit int4" },
        { integer_of(TL_INT8, 26, -1), TL_ERR_TYPE, "-1 does not fit oid" },
        { integer_of(TL_INT8, 26, INT64_C(4294967296)), TL_ERR_TYPE,
          "4294967296 does not fit oid" },
        { integer_of(TL_INT4, 20, 1), TL_ERR_TYPE, "value of type int4 cannot be sent as int8" },
        { integer_of(TL_INT4, 1007, 1), TL_ERR_TYPE,
          "value of type int4 cannot be sent as int4[]" },
        { real_of(1e39), TL_ERR_TYPE, "1e+39 does not fit float4: overflow" },
        { real_of(-DBL_MAX), TL_ERR_TYPE, "does not fit float4: overflow" },
        { real_of(1e-46), TL_ERR_TYPE, "1e-46 does not fit float4: underflow" },
        { tl_text_n("a\0b", 3), TL_ERR_TYPE, "value of type text has a NUL" },
        { tl_text_n(NULL, 3), TL_ERR_INVALID, "value of type text has a length but no bytes" },
        { tl_bytea("", (size_t)1 << 30), TL_ERR_TYPE, "value of type bytea is larger than 1 GiB" },
        { { .type = TL_JSONB, .as.bytes = { "\0", 1 } }, TL_ERR_TYPE, "jsonb has a NUL" },
        { { .type = TL_DATE, .is_text = true, .as.bytes = { "1\0", 2 } },
          TL_ERR_TYPE,
          "value of type date has a NUL" },
        { { .type = TL_TEXT, .oid = 18, .as.bytes = { "ab", 2 } },
          TL_ERR_TYPE,
          "value of type \"char\" has 2 bytes, not 1" },
        { tl_date(-2451546), TL_ERR_TYPE, "date out of range" },
        { tl_timestamp(INT64_MAX - 1), TL_ERR_TYPE, "timestamp out of range" },
        { tl_numeric_value((tl_numeric){ .kind = 7 }), TL_ERR_TYPE, "has an unknown kind, 0x0007" },
        { tl_numeric_value((tl_numeric){ .n_digits = 1 }), TL_ERR_INVALID,
          "no bytes for its digits" },
        { tl_numeric_value((tl_numeric){ .digits = bad_digits, .n_digits = 1 }), TL_ERR_TYPE,
          "has a digit above 9999" },
        { tl_vector_value(some_floats, 0), TL_ERR_TYPE, "vector has 0 dimensions, not 1 to 16000" },
        { tl_vector_value(some_floats, 16001), TL_ERR_TYPE, "vector has 16001 dimensions" },
        { tl_vector_value(some_floats, SIZE_MAX), TL_ERR_TYPE, "vector has 4294967295 dimensions" },
        { tl_vector_value(NULL, 2), TL_ERR_INVALID, "vector of 2 dimensions has no numbers" },
        { { .type = 200 }, TL_ERR_TYPE, "there is no type with number 200" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        scoped(tl__buf_done) struct tl__buf out = TL__BUF_INIT;
        tl_error err = TL_ERROR_INIT;

        tl__buf_str(&out, "before");
        CHECK_REFUSED(tl__encode(&cases[i].value, 0, &out, &err), cases[i].status, cases[i].why,
                      &err);
        CHECK_STR(tl__buf_cstr(&out), "before");
        CHECK_INT(out.len, 6, "bytes");
    }
}

TEST(floats_that_float4_keeps_are_sent)
{
    static const double kept[] = {
        0, -0.0, 0.1, FLT_MAX, 1e-45, __builtin_inf(), -__builtin_inf()
    };

    for (size_t i = 0; i < COUNT_OF(kept); i++) {
        scoped(tl__buf_done) struct tl__buf out = TL__BUF_INIT;
        const tl_value sent = real_of(kept[i]);
        tl_error err = TL_ERROR_INIT;
        tl_value back;

        CHECK_OK(tl__encode(&sent, 0, &out, &err), &err);
        CHECK_OK(tl__decode(TL_FLOAT4, false, (tl_str){ out.data, out.len }, &back, &err), &err);
        CHECK(back.as.real == (double)(float)kept[i]);
    }
}

TEST(the_longest_vector_goes_and_comes_back)
{
    static float numbers[16000];
    static float back[16000];
    scoped(tl__buf_done) struct tl__buf out = TL__BUF_INIT;
    tl_error err = TL_ERROR_INIT;
    tl_value value;

    for (size_t i = 0; i < COUNT_OF(numbers); i++)
        numbers[i] = (float)i - 0.5F;
    value = tl_vector_value(numbers, COUNT_OF(numbers));
    CHECK_OK(tl__encode(&value, 0, &out, &err), &err);
    CHECK_OK(tl__decode(TL_VECTOR, false, (tl_str){ out.data, out.len }, &value, &err), &err);
    CHECK_INT(tl_vector_floats(&value.as.vector, back, COUNT_OF(back)), 16000, "dimensions");
    for (size_t i = 0; i < COUNT_OF(back); i++)
        CHECK(numbers[i] == back[i]);
}

TEST(only_as_many_floats_are_written_as_fit)
{
    scoped(wire_free) tl_str wire = wire_of("0003 0000 3f800000 40000000 40400000");
    float room[3] = { 0, 0, -7 };
    tl_value value;

    CHECK_OK(tl__decode(TL_VECTOR, false, wire, &value, NULL), NULL);
    CHECK_INT(tl_vector_floats(&value.as.vector, room, 2), 3, "how many there are");
    CHECK(room[0] == 1 && room[1] == 2 && room[2] == -7);
    CHECK_INT(tl_vector_floats(&value.as.vector, NULL, 0), 3, "only counted");
}

static int encode_everything(void *user)
{
    scoped(tl__buf_done) struct tl__buf out = TL__BUF_INIT;
    const tl_value texts[] = { tl_text(
                                   "a text that is longer than a buffer is at its birth, by far"),
                               tl_null(), tl_text("and another, so that it must grow once more") };
    const tl_value values[] = {
        tl_array_value(TL_TEXT, texts, COUNT_OF(texts)),
        tl_vector_value(user, 200),
        tl_numeric_value((tl_numeric){ .digits = user, .n_digits = 400 }),
        tl_jsonb("{}"),
    };

    for (size_t i = 0; i < COUNT_OF(values); i++) {
        const size_t before = out.len;
        const int status = tl__encode(&values[i], 0, &out, NULL);

        if (status != TL_OK) {
            CHECK_INT(out.len, before, "nothing appended");
            return status;
        }
    }
    return TL_OK;
}

TEST(encoding_survives_every_allocation_that_fails)
{
    static float zeros[200];

    test_every_allocation(encode_everything, zeros);
}

TEST(a_buffer_with_a_bound_refuses_what_is_longer)
{
    scoped(tl__buf_done) struct tl__buf out = { .most = 4 };
    const tl_value value = tl_int8(1);
    tl_error err = TL_ERROR_INIT;

    CHECK_REFUSED(tl__encode(&value, 0, &out, &err), TL_ERR_INVALID,
                  "value is larger than the room for it", &err);
}

int main(void)
{
    return TEST_MAIN("encode", values_become_the_bytes_that_the_server_reads,
                     what_cannot_be_sent_is_refused_and_leaves_the_buffer_as_it_was,
                     floats_that_float4_keeps_are_sent, the_longest_vector_goes_and_comes_back,
                     only_as_many_floats_are_written_as_fit,
                     encoding_survives_every_allocation_that_fails,
                     a_buffer_with_a_bound_refuses_what_is_longer);
}
