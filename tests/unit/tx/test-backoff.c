/* unit/tx/test-backoff.c - how long to wait before the next try */
#include "tx/backoff.h"

#include "harness/test.h"

TEST(pauses_grow_and_stay_in_bounds)
{
    static const struct tl__backoff backoff = { .base_ns = 5, .cap_ns = 1000 };
    static const struct {
        const char *what;
        unsigned attempt;
        uint64_t random;
        int64_t want;
    } cases[] = {
        { "the smallest draw does not wait", 0, 0, 0 },
        { "a full draw waits the base", 0, 5, 5 },
        { "the ceiling doubles", 3, 40, 40 },
        { "and a draw beyond it wraps", 3, 41, 0 },
        { "the ceiling stops at the cap", 20, 1000, 1000 },
        { "a huge attempt does not overflow", 4000000, 1000, 1000 },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++)
        CHECK_INT(tl__backoff_ns(&backoff, cases[i].attempt, cases[i].random), cases[i].want,
                  cases[i].what);
}

int main(void)
{
    return TEST_MAIN("backoff", pauses_grow_and_stay_in_bounds);
}
