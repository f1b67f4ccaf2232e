/* pool/policy.c - the pool's decisions */
#include "pool/policy.h"

#include "base/time.h"

enum tl__check
tl__check_for(enum tl__pre_ping how, int64_t rested_ns, int64_t moment_ns, int64_t ping_age_ns)
{
    if (how == TL__PING_ALWAYS)
        return TL__CHECK_PING;
    if (how == TL__PING_NEVER || rested_ns <= moment_ns)
        return TL__CHECK_NOTHING;
    return how == TL__PING_AUTO && rested_ns > ping_age_ns ? TL__CHECK_PING : TL__CHECK_PEEK;
}

int64_t tl__recycle_at(int64_t opened_at, int64_t recycle_ms, uint64_t random)
{
    if (recycle_ms < 0 || recycle_ms > (TL__NEVER - opened_at) / TL__NS_PER_MS)
        return TL__NEVER;

    const int64_t recycle_ns = recycle_ms * TL__NS_PER_MS;
    return opened_at + recycle_ns - (int64_t)(random % (uint64_t)(recycle_ns / 10 + 1));
}
