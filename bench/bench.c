/* bench/bench.c - timing in turn, medians, a table and a file
 *
 * bench pool|server FILE appends its rows to FILE, one JSON object a line.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/macro.h"

enum { ROUNDS = 15 };

static FILE *rows_file;

void bench_die(const char *what, const char *why)
{
    fprintf(stderr, "bench: %s: %s\n", what, why);
    exit(EXIT_FAILURE);
}

static double now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double time_one(const struct bench_side *side, int n)
{
    const double start = now_ns();

    side->run(side->user, n);
    return (now_ns() - start) / n;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;

    return (x > y) - (x < y);
}

struct spread {
    double least;
    double median;
    double most;
};

static struct spread spread_of(double *times)
{
    qsort(times, ROUNDS, sizeof *times, compare);
    return (struct spread){ times[0], times[ROUNDS / 2], times[ROUNDS - 1] };
}

static void print_row(const struct bench_row *row,
                      const struct spread *ours,
                      const struct spread *reference,
                      const struct spread *ratio)
{
    printf("%-44s %9.2f %9.2f %-2s  %5.2f (%.2f to %.2f)  %s\n", row->name, ours->median,
           reference->median, row->unit, ratio->median, ratio->least, ratio->most,
           row->reference.name);
    fflush(stdout);
    fprintf(rows_file,
            "{\"name\":\"%s\",\"unit\":\"%s\",\"ours\":%.3f,\"reference\":%.3f,"
            "\"reference_name\":\"%s\",\"ratio\":%.3f}\n",
            row->name, row->unit, ours->median, reference->median, row->reference.name,
            ratio->median);
}

void bench_measure(const struct bench_row *row)
{
    const double scale = strcmp(row->unit, "us") == 0 ? 1e-3 : 1;
    double ours[ROUNDS];
    double reference[ROUNDS];
    double ratio[ROUNDS];

    row->ours.run(row->ours.user, row->n / 4 + 1); /* warm: statements prepared, caches filled */
    row->reference.run(row->reference.user, row->n / 4 + 1);
    for (int i = 0; i < ROUNDS; i++) {
        ours[i] = time_one(&row->ours, row->n) * scale;
        reference[i] = time_one(&row->reference, row->n) * scale;
        ratio[i] = ours[i] / reference[i];
    }
    const struct spread o = spread_of(ours);
    const struct spread r = spread_of(reference);
    const struct spread q = spread_of(ratio);
    print_row(row, &o, &r, &q);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        bench_die("usage", "bench pool|server FILE");
    rows_file = fopen(argv[2], "a");
    if (rows_file == NULL)
        bench_die(argv[2], "cannot be written");
    if (strcmp(argv[1], "pool") == 0)
        bench_pool();
    else
        bench_server();
    fclose(rows_file);
    return EXIT_SUCCESS;
}
