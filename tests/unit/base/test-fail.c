/* unit/base/test-fail.c - errors, as the program and the person get them */
#include "base/fail.h"

#include "base/append.h"
#include "harness/test.h"

TEST(a_long_message_is_cut_at_a_character)
{
    char field[6];

    CHECK(tl__copy_text(field, sizeof field, "12345"));
    CHECK_STR(field, "12345");
    CHECK(!tl__copy_text(field, sizeof field, "1234ü"));
    CHECK_STR(field, "1234");
    CHECK(!tl__copy_text(field, sizeof field, "1234\xe2\x82\xac"));
    CHECK_STR(field, "1234");
}

TEST(a_cut_message_says_so)
{
    tl_error err = TL_ERROR_INIT;

    CHECK_INT(tl__fail(&err, TL_ERR_INVALID, "%0600d", 7), TL_ERR_INVALID, "status");
    CHECK(strlen(err.message) == sizeof err.message - 1);
    CHECK((err.flags & TL_ERROR_TRUNCATED) != 0);
}

TEST(context_comes_before_the_cause)
{
    tl_error err = TL_ERROR_INIT;

    tl__fail_set(&err, TL_ERR_SERVER, "no %s", "table");
    CHECK_INT(tl__context(&err, TL_ERR_SERVER, "could not load \"%s\"", "x"), TL_ERR_SERVER, "st");
    CHECK_STR(err.message, "could not load \"x\": no table");
}

TEST(nothing_needs_an_error_to_write_to)
{
    CHECK_INT(tl__fail(NULL, TL_ERR_BUSY, "x"), TL_ERR_BUSY, "status");
    CHECK_INT(tl__context(NULL, TL_ERR_BUSY, "x"), TL_ERR_BUSY, "status");
    tl__fail_hint(NULL, "x");
    tl__fail_detail(NULL, "x");
    tl__fail_phase(NULL, TL_PHASE_SEND);
}

TEST(an_error_reads_like_one_of_psql)
{
    tl_error err = TL_ERROR_INIT;
    char text[512];

    tl__fail_set(&err, TL_ERR_SERVER, "duplicate key");
    memcpy(err.sqlstate, "23505", 6);
    memcpy(err.severity, "ERROR", 6);
    tl__fail_detail(&err, "Key (id)=(1) already exists.");
    const size_t len = tl_error_format(&err, text, sizeof text);
    CHECK_STR(text, "ERROR:  23505: duplicate key\nDETAIL:  Key (id)=(1) already exists.");
    CHECK_INT(len, strlen(text), "length");
    CHECK_INT(tl_error_format(&err, NULL, 0), len, "only counted");
    CHECK(tl_error_is(&err, "23505") && tl_error_is(&err, "23") && !tl_error_is(&err, "2350"));
}

TEST(every_status_and_phase_has_its_words)
{
#define STATUS_(name, value, text) CHECK_STR(tl_status_name(value), "TL_ERR_" #name);
    TL_STATUS_LIST(STATUS_)
#undef STATUS_
#define PHASE_(name, value, text) CHECK_STR(tl_phase_text(value), text);
    TL_PHASE_LIST(PHASE_)
#undef PHASE_
    CHECK_STR(tl_status_text(12345), "unknown status");
    CHECK_STR(tl_phase_text(12345), "unknown");
}

TEST(appending_counts_what_does_not_fit)
{
    char text[4];
    struct tl__append to = tl__append_to(text, sizeof text);

    tl__append(&to, "ab");
    tl__append_bytes(&to, "cde", 3);
    tl__append(&to, "%d", 7);
    CHECK_STR(text, "abc");
    CHECK_INT(to.len, 6, "length");
}

int main(void)
{
    return TEST_MAIN("fail", a_long_message_is_cut_at_a_character, a_cut_message_says_so,
                     context_comes_before_the_cause, nothing_needs_an_error_to_write_to,
                     an_error_reads_like_one_of_psql, every_status_and_phase_has_its_words,
                     appending_counts_what_does_not_fit);
}
