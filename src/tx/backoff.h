/* tx/backoff.h - how long to wait before the next try; pure */
#pragma once

#include <stdint.h>

struct tl__backoff {
    int64_t base_ns; /* the ceiling of the first pause; it doubles with every attempt */
    int64_t cap_ns;  /* the ceiling of ceilings */
};

/* Between 0 and the ceiling: full jitter keeps those who failed together from coming back together.
 * attempt is 0 for the first pause; the caller brings the random number, so a test can name every
 * outcome. */
int64_t tl__backoff_ns(const struct tl__backoff *b, unsigned attempt, uint64_t random);
