/* harness/test.c - how our tests are written, over the Check framework */
#include "harness/test.h"

#include <dirent.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"

/* The main thread, and two of the thread sanitizer: it starts one anew after a fork. */
#if defined(__SANITIZE_THREAD__)
enum { OUR_THREADS = 3 };
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
enum { OUR_THREADS = 3 };
#else
enum { OUR_THREADS = 1 };
#endif
#else
enum { OUR_THREADS = 1 };
#endif

static int n_descriptors;

static int count_entries(const char *folder)
{
    DIR *dir = opendir(folder);
    int n = -2; /* the folder itself and the one above */

    while (readdir(dir) != NULL)
        n++;
    closedir(dir);
    return n;
}

static int count_descriptors(void)
{
    return count_entries("/proc/self/fd");
}

static void note_resources(void)
{
    n_descriptors = count_descriptors();
}

/* Threads that nobody joins (a cancel on its way, a name being looked up) end by themselves. */
static void check_resources(void)
{
    while (count_entries("/proc/self/task") > OUR_THREADS)
        sched_yield();
    ck_assert_msg(tl__alloc_live() == 0, "the test left %zu blocks", tl__alloc_live());
    ck_assert_msg(count_descriptors() == n_descriptors, "the test left %d descriptors",
                  count_descriptors() - n_descriptors);
}

int test_main(const char *suite, const TTest *const *tests, size_t n)
{
    Suite *s = suite_create(suite);
    SRunner *runner = srunner_create(s);

    for (size_t i = 0; i < n; i++) {
        TCase *one = tcase_create(tests[i]->name);

        tcase_add_checked_fixture(one, note_resources, check_resources);
        tcase_set_timeout(one, 120);
        tcase_add_test(one, tests[i]);
        suite_add_tcase(s, one);
    }
    srunner_run_all(runner, CK_ENV);
    const int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

void test_fail_with(const char *file, int line, const char *call, int status, const tl_error *err)
{
    char text[4096] = "";

    if (err != NULL)
        tl_error_format(err, text, sizeof text);
    ck_abort_msg("%s:%d: %s gave %s: %s", file, line, call, tl_status_name(status), text);
    abort();
}

void test_every_allocation(int (*body)(void *user), void *user)
{
    bool hit = true;

    for (size_t nth = 1; hit; nth++) {
        const size_t n_before = tl__alloc_live();

        tl__alloc_fail(nth);
        const int status = body(user);
        hit = tl__alloc_failed();
        tl__alloc_fail(0);
        CHECK_INT(status, hit ? TL_ERR_NOMEM : TL_OK, "status");
        CHECK_INT(tl__alloc_live(), n_before, "blocks left");
    }
}

const char *test_url(void)
{
    const char *url = getenv("TL_TEST_URL");

    ck_assert_msg(url != NULL, "TL_TEST_URL is not set: run this by meson test, or make check");
    return url;
}
