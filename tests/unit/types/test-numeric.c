/* unit/types/test-numeric.c - exact decimals as text and as numbers of C */
#include <math.h>
#include <stdio.h>

#include "unit/types/wire.h"

enum { MOST_TEXT = 131072 + 16383 + 8 };

TEST(text_is_read_and_written_as_postgresql_does)
{
    static const struct {
        const char *text;
        const char *shown;
        const char *hex; /* from PostgreSQL's own numeric_send() */
    } cases[] = {
        { "0", "0", "0000 0000 0000 0000" },
        { "-0", "0", "0000 0000 0000 0000" },
        { "-0.00", "0.00", "0000 0000 0000 0002" },
        { "0e1000000000", "0", "0000 0000 0000 0000" },
        { "1", "1", "0001 0000 0000 0000 0001" },
        { "1.10", "1.10", "0002 0000 0000 0002 0001 03e8" },
        { "-12.50", "-12.50", "0002 0000 4000 0002 000c 1388" },
        { "+.5", "0.5", "0001 ffff 0000 0001 1388" },
        { "5.", "5", "0001 0000 0000 0000 0005" },
        { "0012.3400", "12.3400", "0002 0000 0000 0004 000c 0d48" },
        { "9999", "9999", "0001 0000 0000 0000 270f" },
        { "10000", "10000", "0001 0001 0000 0000 0001" },
        { "100010000", "100010000", "0002 0002 0000 0000 0001 0001" },
        { "120000.0000", "120000.0000", "0001 0001 0000 0004 000c" },
        { "0.0001", "0.0001", "0001 ffff 0000 0004 0001" },
        { "0.00001", "0.00001", "0001 fffe 0000 0005 03e8" },
        { "1e-7", "0.0000001", "0001 fffe 0000 0007 000a" },
        { "1.5e1", "15", "0001 0000 0000 0000 000f" },
        { "1.55E+1", "15.5", "0002 0000 0000 0001 000f 1388" },
        { "123.456e3", "123456", "0002 0001 0000 0000 000c 0d80" },
        { "1.0e3", "1000", "0001 0000 0000 0000 03e8" },
        { " \t\n-1 \v\f\r", "-1", "0001 0000 4000 0000 0001" },
        { "NaN", "NaN", "0000 0000 c000 0000" },
        { " nAn ", "NaN", "0000 0000 c000 0000" },
        { "Infinity", "Infinity", "0000 0000 d000 0000" },
        { "+inf", "Infinity", "0000 0000 d000 0000" },
        { "-INFINITY", "-Infinity", "0000 0000 f000 0000" },
        { "-9223372036854775808", "-9223372036854775808",
          "0005 0004 4000 0000 039a 0d2c 0170 1565 16b0" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        scoped(tl__buf_done) struct tl__buf out = TL__BUF_INIT;
        tl_error err = TL_ERROR_INIT;
        uint8_t storage[64];
        char shown[64];
        tl_numeric number;

        CHECK_OK(tl_numeric_parse(cases[i].text, storage, sizeof storage, &number, &err), &err);
        CHECK_INT(tl_numeric_format(&number, shown, sizeof shown), strlen(cases[i].shown),
                  cases[i].text);
        CHECK_STR(shown, cases[i].shown);
        const tl_value value = tl_numeric_value(number);
        CHECK_OK(tl__encode(&value, 0, &out, &err), &err);
        CHECK_BYTES(&out, cases[i].hex, cases[i].text);
    }
}

TEST(what_is_no_number_or_too_large_is_refused)
{
    static const struct {
        const char *text;
        const char *why;
    } cases[] = {
        { "", "invalid input syntax for type numeric: \"\"" },
        { " ", "invalid input syntax" },
        { ".", "invalid input syntax" },
        { "-", "invalid input syntax" },
        { "+-1", "invalid input syntax" },
        { "- 1", "invalid input syntax" },
        { "1.2.3", "invalid input syntax" },
        { "1,5", "invalid input syntax" },
        { "1 2", "invalid input syntax" },
        { "1e", "invalid input syntax" },
        { "1e+", "invalid input syntax" },
        { "1e1.5", "invalid input syntax" },
        { "e5", "invalid input syntax" },
        { "0x10", "invalid input syntax" },
        { "-NaN", "invalid input syntax" },
        { "NaNs", "invalid input syntax" },
        { "infinit", "invalid input syntax" },
        { "12abc", "invalid input syntax for type numeric: \"12abc\"" },
        { "1e200000", "value overflows numeric format" },
        { "1e131072", "value overflows numeric format" },
        { "1e-16384", "value overflows numeric format" },
        { "0e-16384", "value overflows numeric format" },
        { "1.5e-16383", "value overflows numeric format" },
        { "1e99999999999999999999", "invalid input syntax" },
        { "1e-99999999999999999999", "invalid input syntax" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        tl_numeric number = { .scale = 77 };
        tl_error err = TL_ERROR_INIT;
        uint8_t storage[64];

        CHECK_REFUSED(tl_numeric_parse(cases[i].text, storage, sizeof storage, &number, &err),
                      TL_ERR_TYPE, cases[i].why, &err);
        CHECK_INT(number.scale, 77, "untouched on failure");
    }
}

TEST(the_largest_and_the_smallest_are_kept)
{
    static char shown[MOST_TEXT];
    uint8_t storage[64];
    tl_numeric number;

    CHECK_OK(tl_numeric_parse("1e131071", storage, sizeof storage, &number, NULL), NULL);
    CHECK_INT(number.weight, 32767, "weight");
    CHECK_INT(number.n_digits, 1, "digits");
    CHECK_INT(tl_numeric_format(&number, shown, sizeof shown), 131072, "characters");
    CHECK_INT(strspn(shown + 1, "0"), 131071, "zeros");
    CHECK_OK(tl_numeric_parse("1e-16383", storage, sizeof storage, &number, NULL), NULL);
    CHECK_INT(number.weight, -4096, "weight");
    CHECK_INT(number.scale, 16383, "scale");
    CHECK_INT(tl_numeric_format(&number, shown, sizeof shown), 16385, "characters");
    CHECK_STR(shown + 16380, "00001");
}

TEST(a_number_with_every_digit_there_can_be_comes_back)
{
    static char text[MOST_TEXT];
    static char shown[MOST_TEXT];
    static uint8_t storage[MOST_TEXT];
    tl_numeric number;

    memset(text, '7', 131072 + 1 + 16383);
    text[131072] = '.';
    CHECK_OK(tl_numeric_parse(text, storage, strlen(text) + 8, &number, NULL), NULL);
    CHECK_INT(number.n_digits, 32768 + 4096, "digits");
    CHECK_INT(tl_numeric_format(&number, shown, sizeof shown), strlen(text), "characters");
    CHECK_STR(shown, text);
}

/* The header promises: n characters without an exponent need n + 8 bytes at the most. */
TEST(the_promised_storage_is_enough)
{
    char text[40];

    for (size_t n_zeros = 0; n_zeros < 6; n_zeros++)
        for (size_t n_whole = 0; n_whole < 10; n_whole++)
            for (size_t n_places = 0; n_places < 10; n_places++) {
                const size_t len =
                    (size_t)snprintf(text, sizeof text, "%.*s%.*s.%.*s5", (int)n_zeros, "000000",
                                     (int)n_whole, "9876543210", (int)n_places, "1234567890");
                scoped(wire_free) tl_str storage = wire_copy(text, len + 8);
                tl_numeric number;

                CHECK_OK(tl_numeric_parse(text, (void *)(uintptr_t)storage.data, storage.len,
                                          &number, NULL),
                         NULL);
            }
}

TEST(storage_too_small_is_refused_and_not_written)
{
    uint8_t storage[4] = { 7, 7, 7, 7 };
    tl_error err = TL_ERROR_INIT;
    tl_numeric number;

    CHECK_REFUSED(tl_numeric_parse("1.5", storage, 3, &number, &err), TL_ERR_INVALID,
                  "numeric needs 4 bytes of storage, not 3", &err);
    CHECK(storage[0] == 7 && storage[3] == 7);
    CHECK_OK(tl_numeric_parse("1.5", storage, 4, &number, &err), &err);
    CHECK_OK(tl_numeric_parse("NaN", NULL, 0, &number, &err), &err);
    CHECK_OK(tl_numeric_parse("0.00", NULL, 0, &number, &err), &err);
}

TEST(writing_into_too_little_room_counts_all_the_same)
{
    static const uint8_t digits[] = { 0x00, 0x0C, 0x13, 0x88 };
    const tl_numeric number = { digits, 2, 0, TL_NUMERIC_NEGATIVE, 2 };
    char buf[5] = "????";

    CHECK_INT(tl_numeric_format(&number, NULL, 0), 6, "characters");
    CHECK_INT(tl_numeric_format(&number, buf, sizeof buf), 6, "characters");
    CHECK_STR(buf, "-12.");
    CHECK_INT(tl_numeric_format(&number, buf, 1), 6, "characters");
    CHECK_STR(buf, "");
}

static tl_numeric number_of(const char *text, uint8_t storage[1024])
{
    tl_error err = TL_ERROR_INIT;
    tl_numeric number;

    CHECK_OK(tl_numeric_parse(text, storage, 1024, &number, &err), &err);
    return number;
}

TEST(whole_numbers_become_int8)
{
    static const struct {
        const char *text;
        int64_t want;
    } cases[] = {
        { "0", 0 },
        { "-0.000", 0 },
        { "1.00", 1 },
        { "-10000", -10000 },
        { "1e18", INT64_C(1000000000000000000) },
        { "9223372036854775807", INT64_MAX },
        { "-9223372036854775808", INT64_MIN },
    };
    uint8_t storage[1024];

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const tl_numeric number = number_of(cases[i].text, storage);
        tl_error err = TL_ERROR_INIT;
        int64_t got;

        CHECK_OK(tl_numeric_to_int8(&number, &got, &err), &err);
        CHECK_INT(got, cases[i].want, cases[i].text);
    }
}

TEST(other_numbers_do_not_become_int8)
{
    static const struct {
        const char *text;
        const char *why;
    } cases[] = {
        { "0.5", "numeric has places after the point" },
        { "12.000000001", "numeric has places after the point" },
        { "9223372036854775808", "numeric does not fit int8" },
        { "-9223372036854775809", "numeric does not fit int8" },
        { "1e131071", "numeric does not fit int8" },
        { "NaN", "numeric is not finite" },
        { "-Infinity", "numeric is not finite" },
    };
    uint8_t storage[1024];

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const tl_numeric number = number_of(cases[i].text, storage);
        tl_error err = TL_ERROR_INIT;
        int64_t got = 77;

        CHECK_REFUSED(tl_numeric_to_int8(&number, &got, &err), TL_ERR_TYPE, cases[i].why, &err);
        CHECK_INT(got, 77, "untouched on failure");
    }
}

TEST(the_nearest_double_is_found)
{
    static const struct {
        const char *text;
        double want;
    } cases[] = {
        { "0", 0 },
        { "-12.50", -12.5 },
        { "0.1", 0.1 },
        { "1e-7", 1e-7 },
        { "123456789.123456789", 123456789.123456789 },
        { "9007199254740993", 9007199254740992.0 },
        { "9007199254740993.0000000000000000000000000001", 9007199254740994.0 },
        { "1.7976931348623157e308", 1.7976931348623157e308 },
        { "1e309", __builtin_inf() },
        { "-1e131071", -__builtin_inf() },
        { "4.9e-324", 4.9e-324 },
        { "1e-400", 0 },
        { "Infinity", __builtin_inf() },
        { "-Infinity", -__builtin_inf() },
    };
    uint8_t storage[1024];

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const tl_numeric number = number_of(cases[i].text, storage);
        const double got = tl_numeric_to_float8(&number);

        ck_assert_msg(got == cases[i].want, "%s is %.17g, not %.17g", cases[i].text, got,
                      cases[i].want);
    }
    const tl_numeric nan = number_of("NaN", storage);
    CHECK(isnan(tl_numeric_to_float8(&nan)));
}

/* 2 to the power of 53, plus 1, lies in the middle of two doubles; a last digit, very far away,
 * decides which is nearer. */
TEST(a_digit_far_behind_decides_between_two_doubles)
{
    char text[1200];
    uint8_t storage[1300];
    tl_numeric number;

    memset(text, '0', sizeof text);
    memcpy(text, "9007199254740993.", 17);
    text[sizeof text - 2] = '1';
    text[sizeof text - 1] = '\0';
    CHECK_OK(tl_numeric_parse(text, storage, sizeof storage, &number, NULL), NULL);
    CHECK(tl_numeric_to_float8(&number) == 9007199254740994.0);
}

int main(void)
{
    return TEST_MAIN("numeric", text_is_read_and_written_as_postgresql_does,
                     what_is_no_number_or_too_large_is_refused,
                     the_largest_and_the_smallest_are_kept,
                     a_number_with_every_digit_there_can_be_comes_back,
                     the_promised_storage_is_enough, storage_too_small_is_refused_and_not_written,
                     writing_into_too_little_room_counts_all_the_same, whole_numbers_become_int8,
                     other_numbers_do_not_become_int8, the_nearest_double_is_found,
                     a_digit_far_behind_decides_between_two_doubles);
}
