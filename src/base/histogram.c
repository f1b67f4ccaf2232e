/* base/histogram.c - durations counted by size */
#include "base/histogram.h"

#include "base/time.h"

const double tl__bucket_bounds[TL__BUCKETS] = { 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10 };

static const int64_t bounds_ns[TL__BUCKETS] = {
    1 * TL__NS_PER_MS,  5 * TL__NS_PER_MS,   10 * TL__NS_PER_MS,
    50 * TL__NS_PER_MS, 100 * TL__NS_PER_MS, TL__NS_PER_S / 2,
    1 * TL__NS_PER_S,   5 * TL__NS_PER_S,    10 * TL__NS_PER_S,
};

void tl__histogram_add(struct tl__histogram *histogram, int64_t ns)
{
    int i = 0;

    while (i < TL__BUCKETS && ns > bounds_ns[i])
        i++;
    histogram->counts[i]++;
    histogram->n++;
    histogram->sum_ns += ns;
}
