/* unit/obs/test-event-text.c - events as JSON, and as lines for people */
#include "harness/test.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>

#include "base/event.h"

#define MARK "\xef\xbf\xbd" /* U+FFFD */

/* The one field of an event, as JSON and as a line show it. */
static void check_field(tl_field field, const char *as_json, const char *as_text)
{
    const tl_event event = { .name = "e", .level = TL_LEVEL_INFO, .fields = &field, .n_fields = 1 };
    char json[256];
    char text[256];
    char want[256];

    tl_event_json(&event, json, sizeof json);
    snprintf(
        want, sizeof want,
        "{\"time\":\"1970-01-01T00:00:00.000000Z\",\"level\":\"info\",\"event\":\"e\",\"f\":%s}",
        as_json);
    CHECK_STR(json, want);
    tl_event_text(&event, text, sizeof text);
    snprintf(want, sizeof want, "1970-01-01T00:00:00.000000Z info  e f=%s", as_text);
    CHECK_STR(text, want);
}

static const struct {
    const char *text;
    const char *as_json;
    const char *as_text;
} texts[] = {
    { "plain", "\"plain\"", "plain" },
    { "", "\"\"", "\"\"" },
    { "two words", "\"two words\"", "\"two words\"" },
    { "a=b", "\"a=b\"", "\"a=b\"" },
    { "say \"hi\"", "\"say \\\"hi\\\"\"", "\"say \\\"hi\\\"\"" },
    { "back\\slash", "\"back\\\\slash\"", "\"back\\\\slash\"" },
    { "a\nb\r\tc", "\"a\\nb\\r\\tc\"", "\"a\\nb\\r\\tc\"" },
    { "\x01\x1b[31m\x7f", "\"\\u0001\\u001b[31m\\u007f\"", "\"\\u0001\\u001b[31m\\u007f\"" },
    { "\xc2\x9b"
      "2J",
      "\"\\u009b2J\"", "\"\\u009b2J\"" },
    { "gr\xc3\xbc\xc3\x9f\xe2\x82\xac\xf0\x9f\x90\x98",
      "\"gr\xc3\xbc\xc3\x9f\xe2\x82\xac\xf0\x9f\x90\x98\"",
      "gr\xc3\xbc\xc3\x9f\xe2\x82\xac\xf0\x9f\x90\x98" },
    { "latin1 \xfc", "\"latin1 " MARK "\"", "\"latin1 " MARK "\"" },
    { "\xff", "\"" MARK "\"", "\"" MARK "\"" },
    { "cut \xe2\x82", "\"cut " MARK MARK "\"", "\"cut " MARK MARK "\"" },
    { "cut \xf0\x9f\x90\"", "\"cut " MARK MARK MARK "\\\"\"", "\"cut " MARK MARK MARK "\\\"\"" },
    { "overlong \xc0\xaf", "\"overlong " MARK MARK "\"", "\"overlong " MARK MARK "\"" },
    { "overlong \xe0\x80\xaf", "\"overlong " MARK MARK MARK "\"",
      "\"overlong " MARK MARK MARK "\"" },
    { "surrogate \xed\xa0\x80", "\"surrogate " MARK MARK MARK "\"",
      "\"surrogate " MARK MARK MARK "\"" },
    { "beyond \xf4\x90\x80\x80", "\"beyond " MARK MARK MARK MARK "\"",
      "\"beyond " MARK MARK MARK MARK "\"" },
    { "last \xf4\x8f\xbf\xbf", "\"last \xf4\x8f\xbf\xbf\"", "\"last \xf4\x8f\xbf\xbf\"" },
};

TEST(text_is_escaped_and_always_utf8)
{
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        check_field((tl_field)EVENT_TEXT("f", texts[i].text), texts[i].as_json, texts[i].as_text);
}
END_TEST

static const struct {
    double real;
    const char *shown;
} reals[] = {
    { 0, "0" },
    { -0.0, "-0" },
    { 1.5, "1.5" },
    { 0.1, "0.1" },
    { 1.0 / 3, "0.3333333333333333" },
    { 0.1 + 0.2, "0.30000000000000004" },
    { 1e300, "1e+300" },
    { 2.5e-7, "2.5e-07" },
    { 5e-324, "4.94065645841247e-324" },
    { 123456789.25, "123456789.25" },
    { NAN, "null" },
    { INFINITY, "null" },
    { -INFINITY, "null" },
};

TEST(a_real_number_has_the_fewest_digits_that_tell_it)
{
    for (size_t i = 0; i < COUNT_OF(reals); i++)
        check_field((tl_field)EVENT_REAL("f", reals[i].real), reals[i].shown, reals[i].shown);
}
END_TEST

TEST(a_point_stays_a_point_in_every_locale)
{
    static const char *const names[] = { "de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8",
                                         "ps_AF.UTF-8" };

    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (setlocale(LC_ALL, names[i]) != NULL)
            check_field((tl_field)EVENT_REAL("f", -1.25), "-1.25", "-1.25");
}
END_TEST

TEST(integers_and_booleans_are_bare)
{
    check_field((tl_field)EVENT_INT("f", INT64_MIN), "-9223372036854775808",
                "-9223372036854775808");
    check_field((tl_field)EVENT_INT("f", INT64_MAX), "9223372036854775807", "9223372036854775807");
    check_field((tl_field)EVENT_BOOL("f", true), "true", "true");
    check_field((tl_field)EVENT_BOOL("f", false), "false", "false");
}
END_TEST

static const struct {
    int64_t unix_us;
    const char *shown;
} times[] = {
    { 0, "1970-01-01T00:00:00.000000Z" },
    { -1, "1969-12-31T23:59:59.999999Z" },
    { INT64_C(951782400000001), "2000-02-29T00:00:00.000001Z" },
    { INT64_C(1767225599123456), "2025-12-31T23:59:59.123456Z" },
    { INT64_C(4102444800000000), "2100-01-01T00:00:00.000000Z" },
};

TEST(time_is_utc_to_the_microsecond)
{
    for (size_t i = 0; i < COUNT_OF(times); i++) {
        const tl_event event = { .name = "e", .level = TL_LEVEL_WARN, .unix_us = times[i].unix_us };
        char text[64];
        char want[64];

        tl_event_text(&event, text, sizeof text);
        snprintf(want, sizeof want, "%s warn  e", times[i].shown);
        CHECK_STR(text, want);
    }
}
END_TEST

static const tl_field fields[] = {
    EVENT_TEXT("pool", "db:5432/x"),
    EVENT_INT("backend_pid", 4711),
    EVENT_REAL("waited_ms", 12.5),
    EVENT_BOOL("found \"dead\"", true),
};

static const tl_event whole = {
    .name = "pool.connect",
    .level = TL_LEVEL_ERROR,
    .unix_us = INT64_C(1767225599123456),
    .fields = fields,
    .n_fields = COUNT_OF(fields),
};

static const char whole_json[] =
    "{\"time\":\"2025-12-31T23:59:59.123456Z\",\"level\":\"error\",\"event\":\"pool.connect\","
    "\"pool\":\"db:5432/x\",\"backend_pid\":4711,\"waited_ms\":12.5,\"found \\\"dead\\\"\":true}";

TEST(an_event_is_one_object_with_its_fields_in_order)
{
    char json[512];

    CHECK_INT(tl_event_json(&whole, json, sizeof json), strlen(whole_json), "bytes needed");
    CHECK_STR(json, whole_json);
}
END_TEST

TEST(a_small_buffer_holds_the_beginning_and_the_need_is_told)
{
    char json[sizeof whole_json + 1];

    CHECK_INT(tl_event_json(&whole, NULL, 0), strlen(whole_json), "only counted");
    for (size_t size = 1; size <= sizeof whole_json; size++) {
        memset(json, '#', sizeof json);
        CHECK_INT(tl_event_json(&whole, json, size), strlen(whole_json), "bytes needed");
        CHECK_INT(strlen(json), size - 1, "bytes written");
        CHECK(memcmp(json, whole_json, size - 1) == 0);
        CHECK(json[size] == '#');
    }
}
END_TEST

int main(void)
{
    return TEST_MAIN("event text", text_is_escaped_and_always_utf8,
                     a_real_number_has_the_fewest_digits_that_tell_it,
                     a_point_stays_a_point_in_every_locale, integers_and_booleans_are_bare,
                     time_is_utc_to_the_microsecond,
                     an_event_is_one_object_with_its_fields_in_order,
                     a_small_buffer_holds_the_beginning_and_the_need_is_told);
}
