/* unit/sql/test-name.c - names and literals inside statements */
#include "harness/test.h"

static const struct {
    const char *text;
    const char *name;
    const char *literal;
} cases[] = {
    { "", "\"\"", "''" },
    { "person", "\"person\"", "'person'" },
    { "Group", "\"Group\"", "'Group'" },
    { "a b", "\"a b\"", "'a b'" },
    { "say \"hi\"", "\"say \"\"hi\"\"\"", "'say \"hi\"'" },
    { "\"", "\"\"\"\"", "'\"'" },
    { "it's", "\"it's\"", "'it''s'" },
    { "''", "\"''\"", "''''''" },
    { "\\", "\"\\\"", " E'\\\\'" },
    { "C:\\'", "\"C:\\'\"", " E'C:\\\\'''" },
    { "x'; drop table t --", "\"x'; drop table t --\"", "'x''; drop table t --'" },
    { "gr\xc3\xbc\xc3\x9f", "\"gr\xc3\xbc\xc3\x9f\"", "'gr\xc3\xbc\xc3\x9f'" },
    { "line\nline", "\"line\nline\"", "'line\nline'" },
    { "\xc0'", "\"\xc0'\"", "'\xc0'''" },
};

TEST(quoting_doubles_what_would_end_the_text)
{
    char text[128];

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        CHECK_INT(tl_sql_name(cases[i].text, text, sizeof text), strlen(cases[i].name),
                  cases[i].text);
        CHECK_STR(text, cases[i].name);
        CHECK_INT(tl_sql_literal(cases[i].text, text, sizeof text), strlen(cases[i].literal),
                  cases[i].text);
        CHECK_STR(text, cases[i].literal);
    }
}
END_TEST

TEST(a_small_buffer_is_filled_and_ended_and_the_need_is_told)
{
    CHECK_INT(tl_sql_name("a\"", NULL, 0), 5, "only counted");
    for (size_t size = 1; size <= 6; size++) {
        char text[8];

        memset(text, '#', sizeof text);
        CHECK_INT(tl_sql_name("a\"", text, size), 5, "bytes needed");
        CHECK(strlen(text) == size - 1 && strncmp(text, "\"a\"\"\"", size - 1) == 0);
        CHECK(text[size] == '#');
    }
    CHECK_INT(tl_sql_literal("\\", NULL, 0), 6, "only counted");
}
END_TEST

int main(void)
{
    return TEST_MAIN("name", quoting_doubles_what_would_end_the_text,
                     a_small_buffer_is_filled_and_ended_and_the_need_is_told);
}
