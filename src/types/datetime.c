/* types/datetime.c - days and moments, in the Gregorian calendar before its time too
 *
 * PostgreSQL counts from 2000-01-01, POSIX from 1970-01-01. Years are astronomical: 0 is 1 BC.
 */
#include <trunkline/value.h>

#include "base/fail.h"
#include "base/macro.h"
#include "types/types.h"

enum {
    DAYS_IN_400_YEARS = 146097,
    DAYS_0_TO_2000 = 5 * DAYS_IN_400_YEARS, /* from 0000-01-01 */
    FIRST_DATE = -2451545,                  /* 4714-11-24 BC: day 0 of Julian day numbers */
    LAST_DATE = 2145031948,                 /* 5874897-12-31 */
    LEAST_YEAR = -4713,
    MOST_YEAR = 5874897,
    SECONDS_1970_TO_2000 = 946684800,
    USECS = 1000000, /* in a second */
};

static const int64_t FIRST_TIMESTAMP = -211813488000000000; /* 4714-11-24 00:00 BC */
static const int64_t END_TIMESTAMP = 9223371331200000000;   /* 294277-01-01 00:00 */

bool tl__date_is_valid(int32_t date)
{
    return date == TL_DATE_INFINITY || date == TL_DATE_MINUS_INFINITY ||
           (date >= FIRST_DATE && date <= LAST_DATE);
}

bool tl__timestamp_is_valid(int64_t timestamp)
{
    return timestamp == TL_TIMESTAMP_INFINITY || timestamp == TL_TIMESTAMP_MINUS_INFINITY ||
           (timestamp >= FIRST_TIMESTAMP && timestamp < END_TIMESTAMP);
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0 ? 1 : 0);
}

static bool is_leap(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* From 0000-01-01 to the first day of the year. Year 0 is a leap year. */
static int64_t days_to_year(int64_t year)
{
    const int64_t last = year - 1;

    return 365 * year + floor_div(last, 4) - floor_div(last, 100) + floor_div(last, 400) + 1;
}

/* From the first day of the year to the first of the month; month 13 is next January. */
static int64_t days_to_month(int64_t year, int month)
{
    static const int16_t days[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365 };

    return days[month - 1] + (month > 2 && is_leap(year) ? 1 : 0);
}

static bool is_day(int64_t year, int month, int day)
{
    return month >= 1 && month <= 12 && day >= 1 &&
           day <= days_to_month(year, month + 1) - days_to_month(year, month);
}

int tl_date_from_civil(int32_t year, int month, int day, int32_t *out, tl_error *err)
{
    if (!is_day(year, month, day))
        return tl__fail(err, TL_ERR_TYPE, "there is no day %d in month %d of year %d", day, month,
                        year);

    const int64_t date = days_to_year(year) + days_to_month(year, month) + day - 1 - DAYS_0_TO_2000;
    if (year < LEAST_YEAR || year > MOST_YEAR || date < FIRST_DATE)
        return tl__fail(err, TL_ERR_TYPE, "date out of range: day %d in month %d of year %d", day,
                        month, year);
    *out = (int32_t)date;
    return TL_OK;
}

void tl_date_to_civil(int32_t date, int32_t *year, int *month, int *day)
{
    const int64_t days = (int64_t)date + DAYS_0_TO_2000;
    int64_t y = floor_div(days * 400, DAYS_IN_400_YEARS); /* right, or one beside it */
    int m = 1;

    if (days < days_to_year(y))
        y--;
    else if (days >= days_to_year(y + 1))
        y++;
    const int64_t of_year = days - days_to_year(y);
    while (of_year >= days_to_month(y, m + 1))
        m++;
    *year = (int32_t)y;
    *month = m;
    *day = (int)(of_year - days_to_month(y, m)) + 1;
}

int64_t tl_timestamp_from_unix(int64_t seconds, int32_t nanoseconds)
{
    int64_t timestamp;

    if (__builtin_sub_overflow(seconds, SECONDS_1970_TO_2000, &timestamp) ||
        __builtin_mul_overflow(timestamp, USECS, &timestamp) ||
        __builtin_add_overflow(timestamp, floor_div(nanoseconds, 1000), &timestamp) ||
        !tl__timestamp_is_valid(timestamp))
        return seconds > 0 ? TL_TIMESTAMP_INFINITY : TL_TIMESTAMP_MINUS_INFINITY;
    return timestamp;
}

void tl_timestamp_to_unix(int64_t timestamp, int64_t *seconds, int32_t *nanoseconds)
{
    const int64_t rest = timestamp % USECS;

    *seconds = floor_div(timestamp, USECS) + SECONDS_1970_TO_2000;
    *nanoseconds = (int32_t)(rest < 0 ? rest + USECS : rest) * 1000;
}
