/* pool/pool.h - sharing connections: places, the line of waiters, checking, closing
 *
 * A pool is a fixed set of places, made when the pool is made. A place is always in exactly one
 * state and the sum never changes. A connection that comes back goes to whoever has waited longest,
 * and so does a place that becomes empty: its new owner connects by itself. Connecting, checking,
 * resetting, closing and callbacks happen without the lock.
 */
#pragma once

#include <trunkline/pool.h>

#include "base/event.h"
#include "base/histogram.h"
#include "conn/conn.h"
#include "pool/settings.h"

struct tl__pool;

struct tl__pool_config {
    const struct tl__settings *settings;
    const char *const *keywords; /* for libpq, each list ended by NULL; must outlive the pool */
    const char *const *values;
    struct tl__log log;
};

/* What the metrics show beyond tl_pool_status. */
struct tl__pool_times {
    struct tl__histogram create;
    struct tl__histogram wait;
    struct tl__histogram use;
};

int tl__pool_new(const struct tl__pool_config *config, struct tl__pool **out, tl_error *err);

/* Refuses, wakes the waiters, awaits loans until the deadline. The memory goes with the last user,
 * and on_gone is called then: before this returns TL_OK, or later, when it returned TL_ERR_BUSY. */
int tl__pool_close(struct tl__pool *pool,
                   int64_t deadline,
                   void (*on_gone)(void *user),
                   void *user,
                   tl_error *err);

/* timeout_ms as for tl_engine_acquire(). With spare, only if another place would be left. */
int tl__pool_acquire(struct tl__pool *pool,
                     int timeout_ms,
                     bool spare,
                     const tl_label *label,
                     tl_conn **out,
                     tl_error *err);

size_t tl__pool_status(struct tl__pool *pool,
                       tl_pool_status *out,
                       struct tl__pool_times *times,
                       tl_pool_user *users,
                       size_t max);

/* The live ones of the settings take effect at once. */
void tl__pool_settings(struct tl__pool *pool, struct tl__settings *out);
void tl__pool_apply(struct tl__pool *pool, const struct tl__settings *settings);
