/* base/time.c - the clocks */
#include "base/time.h"

#include <limits.h>
#include <time.h>

static int64_t read_clock(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * TL__NS_PER_S + t.tv_nsec;
}

int64_t tl__now_ns(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t tl__now_coarse_ns(void)
{
    return read_clock(CLOCK_MONOTONIC_COARSE);
}

int64_t tl__unix_us(void)
{
    return read_clock(CLOCK_REALTIME) / 1000;
}

int64_t tl__deadline_in_ms(int timeout_ms)
{
    return timeout_ms < 0 ? TL__NEVER : tl__now_ns() + timeout_ms * TL__NS_PER_MS;
}

int tl__ms_until(int64_t deadline)
{
    if (deadline == TL__NEVER)
        return -1;

    const int64_t left = deadline - tl__now_ns();
    if (left <= 0)
        return 0;
    const int64_t ms = (left + TL__NS_PER_MS - 1) / TL__NS_PER_MS; /* up, so as not to spin */
    return ms > INT_MAX ? INT_MAX : (int)ms;
}

bool tl__passed(int64_t deadline)
{
    return deadline != TL__NEVER && tl__now_ns() >= deadline;
}

void tl__pause_ns(int64_t ns)
{
    struct timespec left = { .tv_sec = ns / TL__NS_PER_S, .tv_nsec = ns % TL__NS_PER_S };

    while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) != 0)
        ;
}
