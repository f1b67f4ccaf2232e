/* tx/backoff.c - how long to wait before the next try */
#include "tx/backoff.h"

int64_t tl__backoff_ns(const struct tl__backoff *b, unsigned attempt, uint64_t random)
{
    int64_t ceiling = b->cap_ns;

    if (attempt < 62 && b->base_ns <= (b->cap_ns >> attempt))
        ceiling = b->base_ns << attempt;
    return (int64_t)(random % ((uint64_t)ceiling + 1));
}
