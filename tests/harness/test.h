/* harness/test.h - how our tests are written, over the Check framework
 *
 * TEST(a_sentence_about_what_holds) { CHECK_INT(got, want, "what"); }
 * int main(void) { return TEST_MAIN("pool", a_sentence_about_what_holds, another); }
 *
 * Every test runs in a process of its own, so a crash fails one test. After each the harness counts
 * the library's live blocks and the open descriptors: a leak fails the test that made it.
 */
#pragma once

#include <check.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <trunkline/trunkline.h>

#include "base/macro.h"

#define TEST(name) START_TEST(name)

#define TEST_MAIN(suite, ...)                                 \
    test_main((suite), (const TTest *const[]){ __VA_ARGS__ }, \
              COUNT_OF(((const TTest *const[]){ __VA_ARGS__ })))

#define CHECK(condition) ck_assert_msg((condition), "%s", #condition)

#define CHECK_INT(got, want, what)                                                         \
    do {                                                                                   \
        const intmax_t got_ = (intmax_t)(got);                                             \
        const intmax_t want_ = (intmax_t)(want);                                           \
        ck_assert_msg(got_ == want_, "%s: %s is %jd, not %jd", (what), #got, got_, want_); \
    } while (0)

#define CHECK_STR(got, want)                                                                      \
    do {                                                                                          \
        const char *got_ = (got);                                                                 \
        const char *want_ = (want);                                                               \
        ck_assert_msg(got_ != NULL && strcmp(got_, want_) == 0, "%s is \"%s\", not \"%s\"", #got, \
                      got_ != NULL ? got_ : "(null)", want_);                                     \
    } while (0)

#define CHECK_HAS(text, part)                                                                      \
    do {                                                                                           \
        const char *text_ = (text);                                                                \
        const char *part_ = (part);                                                                \
        ck_assert_msg(text_ != NULL && strstr(text_, part_) != NULL, "no \"%s\" in \"%s\"", part_, \
                      text_ != NULL ? text_ : "(null)");                                           \
    } while (0)

/* The call gives TL_OK, or the test fails with the whole error. */
#define CHECK_OK(call, err)                                            \
    do {                                                               \
        const int status_ = (call);                                    \
        if (status_ != TL_OK)                                          \
            test_fail_with(__FILE__, __LINE__, #call, status_, (err)); \
    } while (0)

int test_main(const char *suite, const TTest *const *tests, size_t n);
_Noreturn void
test_fail_with(const char *file, int line, const char *call, int status, const tl_error *err);

/* Runs body once for each allocation it makes, with that one failing, and once with none failing.
 * The body gives TL_ERR_NOMEM when hit is true at its end, TL_OK otherwise; blocks must balance. */
void test_every_allocation(int (*body)(void *user), void *user);

/* The server that the suite was given, as a URL from TL_TEST_URL; fails the test without one. */
const char *test_url(void);
