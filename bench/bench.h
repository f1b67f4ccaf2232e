/* bench/bench.h - two ways to do the same work, timed in turn in one run
 *
 * A figure alone says little on a shared machine. Each row runs ours and the reference one after the
 * other, many times, and reports the medians and their ratio.
 */
#pragma once

#include <stdint.h>

struct bench_side {
    const char *name;
    void (*run)(void *user, int n); /* does the work n times */
    void *user;
};

struct bench_row {
    const char *name;
    const char *unit; /* "ns" or "us" for one piece of the work */
    int n;            /* pieces in each run */
    struct bench_side ours;
    struct bench_side reference;
};

void bench_measure(const struct bench_row *row);

void bench_pool(void);   /* lending and taking back, against a mutex and a stack */
void bench_server(void); /* statements, against loops of libpq */

_Noreturn void bench_die(const char *what, const char *why);
