/* unit/base/test-buf.c - bytes that grow */
#include "base/buf.h"

#include "base/alloc.h"
#include "harness/test.h"

TEST(a_buffer_grows_and_ends_in_a_nul)
{
    scoped(tl__buf_done) struct tl__buf buf = TL__BUF_INIT;

    CHECK_STR(tl__buf_cstr(&buf), "");
    for (int i = 0; i < 1000; i++)
        tl__buf_printf(&buf, "%d,", i % 10);
    tl__buf_char(&buf, '!');
    CHECK_INT(buf.len, 2001, "length");
    CHECK_INT(buf.data[buf.len], 0, "end");
    CHECK_INT(tl__buf_status(&buf), TL_OK, "status");
}

TEST(numbers_go_big_end_first)
{
    scoped(tl__buf_done) struct tl__buf buf = TL__BUF_INIT;

    tl__buf_be16(&buf, 0x0102);
    tl__buf_be32(&buf, 0x03040506);
    tl__buf_be64(&buf, UINT64_C(0x0708090A0B0C0D0E));
    for (size_t i = 0; i < buf.len; i++)
        CHECK_INT(buf.data[i], i + 1, "byte");
}

TEST(a_bound_is_kept_and_told)
{
    scoped(tl__buf_done) struct tl__buf buf = { .most = 4 };

    tl__buf_str(&buf, "1234");
    CHECK_INT(tl__buf_status(&buf), TL_OK, "full");
    tl__buf_char(&buf, '5');
    CHECK_INT(tl__buf_status(&buf), TL_ERR_INVALID, "too full");
    CHECK(tl__buf_take(&buf) == NULL);
}

TEST(the_first_failure_sticks)
{
    scoped(tl__buf_done) struct tl__buf buf = TL__BUF_INIT;

    tl__alloc_fail(1);
    tl__buf_str(&buf, "lost");
    tl__buf_str(&buf, "also lost");
    CHECK_INT(tl__buf_status(&buf), TL_ERR_NOMEM, "status");
    CHECK_STR(tl__buf_cstr(&buf), "");
    CHECK(tl__buf_take(&buf) == NULL);
}

TEST(what_is_taken_is_the_callers)
{
    struct tl__buf buf = TL__BUF_INIT;

    char *nothing = tl__buf_take(&buf);
    CHECK_STR(nothing, "");
    tl__free(nothing);
    tl__buf_str(&buf, "something");
    char *something = tl__buf_take(&buf);
    CHECK_STR(something, "something");
    CHECK_INT(buf.len, 0, "left");
    tl__free(something);
}

int main(void)
{
    return TEST_MAIN("buf", a_buffer_grows_and_ends_in_a_nul, numbers_go_big_end_first,
                     a_bound_is_kept_and_told, the_first_failure_sticks,
                     what_is_taken_is_the_callers);
}
