/* base/histogram.h - durations counted by size, in OpenTelemetry's buckets for seconds */
#pragma once

#include <stdint.h>

enum { TL__BUCKETS = 9 };

extern const double tl__bucket_bounds[TL__BUCKETS]; /* seconds, each inclusive */

struct tl__histogram {
    uint64_t counts[TL__BUCKETS + 1]; /* each bucket alone; the last is beyond all bounds */
    uint64_t n;
    int64_t sum_ns;
};

void tl__histogram_add(struct tl__histogram *histogram, int64_t ns);
