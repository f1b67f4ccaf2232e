/* unit/types/test-datetime.c - days and moments */
#include <stdio.h>

#include "unit/types/wire.h"

TEST(days_of_the_calendar_are_counted_from_2000)
{
    static const struct {
        int32_t year;
        int month;
        int day;
        int32_t date; /* from PostgreSQL */
    } cases[] = {
        { 2000, 1, 1, 0 },
        { 1999, 12, 31, -1 },
        { 2000, 2, 29, 59 },
        { 2000, 3, 1, 60 },
        { 2001, 1, 1, 366 },
        { 1970, 1, 1, -10957 },
        { 1900, 2, 28, -36466 },
        { 1900, 3, 1, -36465 },
        { 1582, 10, 15, -152384 },
        { 1, 1, 1, -730119 },
        { 0, 12, 31, -730120 },
        { 0, 2, 29, -730426 },
        { 0, 1, 1, -730485 },
        { -1, 12, 31, -730486 },
        { -4, 2, 29, -731887 },
        { -4713, 11, 24, -2451545 },
        { 5874897, 12, 31, 2145031948 },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char what[64];
        tl_error err = TL_ERROR_INIT;
        int32_t date;
        int32_t year;
        int month;
        int day;

        snprintf(what, sizeof what, "%d-%d-%d", cases[i].year, cases[i].month, cases[i].day);
        CHECK_OK(tl_date_from_civil(cases[i].year, cases[i].month, cases[i].day, &date, &err),
                 &err);
        CHECK_INT(date, cases[i].date, what);
        tl_date_to_civil(date, &year, &month, &day);
        CHECK_INT(year, cases[i].year, what);
        CHECK_INT(month, cases[i].month, what);
        CHECK_INT(day, cases[i].day, what);
    }
}

TEST(days_that_are_none_are_refused)
{
    static const struct {
        int32_t year;
        int month;
        int day;
        const char *why;
    } cases[] = {
        { 2001, 2, 29, "there is no day 29 in month 2 of year 2001" },
        { 1900, 2, 29, "there is no day 29 in month 2 of year 1900" },
        { -1, 2, 29, "there is no day 29 in month 2 of year -1" },
        { 2000, 2, 30, "there is no day 30" },
        { 2000, 4, 31, "there is no day 31" },
        { 2000, 12, 32, "there is no day 32" },
        { 2000, 0, 1, "there is no day 1 in month 0" },
        { 2000, 13, 1, "there is no day 1 in month 13" },
        { 2000, 1, 0, "there is no day 0" },
        { 2000, INT32_MIN, INT32_MAX, "there is no day" },
        { -4713, 11, 23, "date out of range" },
        { -4714, 12, 31, "date out of range" },
        { 5874898, 1, 1, "date out of range" },
        { INT32_MAX, 1, 1, "date out of range" },
        { INT32_MIN, 1, 1, "date out of range" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        tl_error err = TL_ERROR_INIT;
        int32_t date = 77;

        CHECK_REFUSED(tl_date_from_civil(cases[i].year, cases[i].month, cases[i].day, &date, &err),
                      TL_ERR_TYPE, cases[i].why, &err);
        CHECK_INT(date, 77, "untouched on failure");
    }
}

static void check_next_day(int32_t date, int32_t *year, int *month, int *day)
{
    const int32_t before[] = { *year, *month, *day };
    int32_t back;

    tl_date_to_civil(date, year, month, day);
    CHECK_OK(tl_date_from_civil(*year, *month, *day, &back, NULL), NULL);
    CHECK_INT(back, date, "there and back");
    const bool is_next = (*year == before[0] && *month == before[1] && *day == before[2] + 1) ||
                         (*year == before[0] && *month == before[1] + 1 && *day == 1) ||
                         (*year == before[0] + 1 && *month == 1 && *day == 1 && before[1] == 12);
    ck_assert_msg(is_next, "%d-%d-%d follows %d-%d-%d", *year, *month, *day, before[0], before[1],
                  before[2]);
}

TEST(each_day_follows_the_one_before)
{
    static const int32_t starts[] = { -2451545, -731000, -200000, 0, 2145031948 - 150000 };

    for (size_t i = 0; i < COUNT_OF(starts); i++) {
        int32_t year;
        int month;
        int day;

        tl_date_to_civil(starts[i], &year, &month, &day);
        for (int32_t date = starts[i] + 1; date <= starts[i] + 150000; date++)
            check_next_day(date, &year, &month, &day);
    }
}

TEST(any_number_of_days_has_a_day_in_the_calendar)
{
    static const int32_t dates[] = { INT32_MIN, INT32_MAX };

    for (size_t i = 0; i < COUNT_OF(dates); i++) {
        int32_t year;
        int month;
        int day;

        tl_date_to_civil(dates[i], &year, &month, &day);
        CHECK(month >= 1 && month <= 12 && day >= 1 && day <= 31);
    }
}

TEST(timestamps_are_those_of_posix_rounded_down)
{
    static const struct {
        int64_t seconds;
        int32_t nanoseconds;
        int64_t timestamp;
        int32_t back; /* nanoseconds */
    } cases[] = {
        { 946684800, 0, 0, 0 },
        { 946684799, 999999999, -1, 999999000 },
        { 946684799, 0, -1000000, 0 },
        { 946684800, 1999, 1, 1000 },
        { 0, 0, INT64_C(-946684800000000), 0 },
        { -1, 500000000, INT64_C(-946684800500000), 500000000 },
        { INT64_C(-210866803200), 0, INT64_C(-211813488000000000), 0 },
        { INT64_C(9224318015999), 999999000, INT64_C(9223371331199999999), 999999000 },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const int64_t got = tl_timestamp_from_unix(cases[i].seconds, cases[i].nanoseconds);
        int64_t seconds;
        int32_t nanoseconds;

        CHECK_INT(got, cases[i].timestamp, "timestamp");
        tl_timestamp_to_unix(got, &seconds, &nanoseconds);
        CHECK_INT(seconds, cases[i].seconds, "seconds");
        CHECK_INT(nanoseconds, cases[i].back, "nanoseconds");
    }
}

TEST(what_no_timestamp_can_hold_is_infinite)
{
    static const struct {
        int64_t seconds;
        int64_t want;
    } cases[] = {
        { INT64_MAX, TL_TIMESTAMP_INFINITY },
        { INT64_MIN, TL_TIMESTAMP_MINUS_INFINITY },
        { INT64_C(9224318016000), TL_TIMESTAMP_INFINITY },
        { INT64_C(-210866803201), TL_TIMESTAMP_MINUS_INFINITY },
        { INT64_MAX / 1000000 + 946684801, TL_TIMESTAMP_INFINITY },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++)
        CHECK_INT(tl_timestamp_from_unix(cases[i].seconds, 999999999), cases[i].want, "timestamp");
}

TEST(the_infinities_have_a_time_far_away)
{
    int64_t seconds;
    int32_t nanoseconds;

    tl_timestamp_to_unix(TL_TIMESTAMP_INFINITY, &seconds, &nanoseconds);
    CHECK_INT(tl_timestamp_from_unix(seconds, nanoseconds), TL_TIMESTAMP_INFINITY,
              "there and back");
    tl_timestamp_to_unix(TL_TIMESTAMP_MINUS_INFINITY, &seconds, &nanoseconds);
    CHECK_INT(tl_timestamp_from_unix(seconds, nanoseconds), TL_TIMESTAMP_MINUS_INFINITY,
              "there and back");
}

int main(void)
{
    return TEST_MAIN("datetime", days_of_the_calendar_are_counted_from_2000,
                     days_that_are_none_are_refused, each_day_follows_the_one_before,
                     any_number_of_days_has_a_day_in_the_calendar,
                     timestamps_are_those_of_posix_rounded_down,
                     what_no_timestamp_can_hold_is_infinite, the_infinities_have_a_time_far_away);
}
