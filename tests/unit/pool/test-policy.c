/* unit/pool/test-policy.c - the pool's decisions */
#include "pool/policy.h"

#include "base/time.h"
#include "harness/test.h"

TEST(a_connection_is_checked_as_much_as_it_rested)
{
    const int64_t moment = 5 * TL__NS_PER_MS;
    const int64_t age = 30 * TL__NS_PER_S;
    const struct {
        const char *what;
        enum tl__pre_ping how;
        int64_t rested;
        enum tl__check want;
    } cases[] = {
        { "just used", TL__PING_AUTO, 0, TL__CHECK_NOTHING },
        { "the clock stood still or went back a tick", TL__PING_AUTO, -moment, TL__CHECK_NOTHING },
        { "a moment", TL__PING_AUTO, moment, TL__CHECK_NOTHING },
        { "longer than a moment", TL__PING_AUTO, moment + 1, TL__CHECK_PEEK },
        { "as old as the age", TL__PING_AUTO, age, TL__CHECK_PEEK },
        { "older than the age", TL__PING_AUTO, age + 1, TL__CHECK_PING },
        { "peek only, however old", TL__PING_PEEK, age * 100, TL__CHECK_PEEK },
        { "never", TL__PING_NEVER, age * 100, TL__CHECK_NOTHING },
        { "always, even if just used", TL__PING_ALWAYS, 0, TL__CHECK_PING },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++)
        CHECK_INT(tl__check_for(cases[i].how, cases[i].rested, moment, age), cases[i].want,
                  cases[i].what);
}

TEST(recycling_is_spread_and_never_overflows)
{
    const int64_t hour = 3600 * TL__NS_PER_S;

    CHECK_INT(tl__recycle_at(7, 3600000, 0), 7 + hour, "no draw waits the whole time");
    CHECK_INT(tl__recycle_at(7, 3600000, (uint64_t)hour / 10), 7 + hour - hour / 10,
              "the largest draw takes a tenth off");
    CHECK_INT(tl__recycle_at(7, -1, 12345), TL__NEVER, "never");
    CHECK_INT(tl__recycle_at(INT64_MAX - 5, 3600000, 0), TL__NEVER, "beyond the end of time");
}

int main(void)
{
    return TEST_MAIN("policy", a_connection_is_checked_as_much_as_it_rested,
                     recycling_is_spread_and_never_overflows);
}
