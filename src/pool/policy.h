/* pool/policy.h - the pool's decisions; pure: no clock, no lock, no socket */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "pool/settings.h"

enum tl__check {
    TL__CHECK_NOTHING,
    TL__CHECK_PEEK, /* look at the socket */
    TL__CHECK_PING, /* look, then a round trip */
};

/* How to check a connection before it is lent. Within a moment of its last use there is nothing to
 * check, but with pool_pre_ping=always. */
enum tl__check
tl__check_for(enum tl__pre_ping how, int64_t rested_ns, int64_t moment_ns, int64_t ping_age_ns);

/* When a connection opened at opened_at is to be replaced: after recycle_ms less up to a tenth, so
 * that connections opened together do not end together. TL__NEVER for -1. */
int64_t tl__recycle_at(int64_t opened_at, int64_t recycle_ms, uint64_t random);
