/* pool/status.c - one consistent picture of a pool, and the error of a caller it has no place for */
#include <stdlib.h>
#include <string.h>

#include "base/append.h"
#include "base/fail.h"
#include "base/time.h"
#include "pool/pool-private.h"

static int64_t ms_since(int64_t then, int64_t now)
{
    return now > then ? (now - then) / TL__NS_PER_MS : 0;
}

static int64_t oldest_loan_locked(const struct tl__pool *pool, int64_t now)
{
    int64_t oldest = 0;

    for (size_t i = 0; i < pool->n_places; i++)
        if (pool->places[i].state == TL__PLACE_LENT)
            oldest = MAX_OF(oldest, ms_since(pool->places[i].lent_since, now));
    return oldest;
}

static int64_t oldest_wait_locked(const struct tl__pool *pool, int64_t now)
{
    if (tl__list_empty(&pool->waiters))
        return 0;
    return ms_since(CONTAINER_OF(pool->waiters.next, struct tl__waiter, link)->since, now);
}

static void fill_status_locked(struct tl__pool *pool, int64_t now, tl_pool_status *out)
{
    *out = pool->counters;
    memcpy(out->name, pool->name, sizeof out->name);
    out->pool_size = (int32_t)pool->settings.pool_size;
    out->max_overflow = (int32_t)pool->settings.max_overflow;
    out->n_empty = pool->n_by_state[TL__PLACE_EMPTY];
    out->n_opening = pool->n_by_state[TL__PLACE_OPENING];
    out->n_idle = pool->n_by_state[TL__PLACE_IDLE];
    out->n_lent = pool->n_by_state[TL__PLACE_LENT];
    out->n_probing = pool->n_by_state[TL__PLACE_PROBING];
    out->n_resetting = pool->n_by_state[TL__PLACE_RESETTING];
    out->n_closing = pool->n_by_state[TL__PLACE_CLOSING];
    out->n_waiting = pool->n_waiting;
    out->oldest_wait_ms = oldest_wait_locked(pool, now);
    out->oldest_loan_ms = oldest_loan_locked(pool, now);
    out->closing = pool->closing;
}

static void fill_holder(struct tl__place *place, int64_t now, tl_pool_user *out)
{
    *out = (tl_pool_user){ .kind = TL_USER_HOLDER,
                           .thread = place->thread,
                           .backend_pid = place->conn.backend_pid,
                           .since_ms = ms_since(place->lent_since, now),
                           .label = place->label };
    tl__conn_said(&place->conn, out->statement, sizeof out->statement);
}

/* The oldest loans, longest first, by insertion: max is small or the places are few. */
static size_t
list_holders_locked(struct tl__pool *pool, int64_t now, tl_pool_user *users, size_t max)
{
    size_t n = 0;

    for (size_t i = 0; i < pool->n_places; i++) {
        tl_pool_user user;

        if (pool->places[i].state != TL__PLACE_LENT)
            continue;
        fill_holder(&pool->places[i], now, &user);
        size_t at = n < max ? n++ : max;
        for (; at > 0 && users[at - 1].since_ms < user.since_ms; at--)
            if (at < max)
                users[at] = users[at - 1];
        if (at < max)
            users[at] = user;
    }
    return n;
}

static size_t
list_waiters_locked(struct tl__pool *pool, int64_t now, tl_pool_user *users, size_t max)
{
    size_t n = 0;

    for (struct tl__list *l = pool->waiters.next; l != &pool->waiters && n < max; l = l->next) {
        const struct tl__waiter *w = CONTAINER_OF(l, struct tl__waiter, link);

        users[n++] = (tl_pool_user){ .kind = TL_USER_WAITER,
                                     .thread = w->thread,
                                     .since_ms = ms_since(w->since, now),
                                     .label = *w->label };
    }
    return n;
}

size_t tl__pool_status(struct tl__pool *pool,
                       tl_pool_status *out,
                       struct tl__pool_times *times,
                       tl_pool_user *users,
                       size_t max)
{
    const int64_t now = tl__now_ns();
    size_t n = 0;

    tl__lock(&pool->lock);
    fill_status_locked(pool, now, out);
    if (times != NULL)
        *times = pool->times;
    if (users != NULL) {
        n = list_holders_locked(pool, now, users, max);
        n += list_waiters_locked(pool, now, users + n, max - n);
    }
    tl__unlock(&pool->lock);
    return n;
}

static void describe_holder(struct tl__append *to, const tl_pool_user *holder)
{
    tl__append(to, "%s\"%s\"", to->len > 0 ? "; " : "Held longest by ",
               holder->label.name != NULL ? holder->label.name : "");
    if (holder->label.file != NULL)
        tl__append(to, " at %s:%d", holder->label.file, holder->label.line);
    tl__append(to, " for %.1f s (thread %d, server process %d)", (double)holder->since_ms / 1e3,
               holder->thread, holder->backend_pid);
    if (holder->statement[0] != '\0') {
        char start[49];

        tl__copy_text(start, sizeof start, holder->statement);
        tl__append(to, ": %s", start);
    }
}

static void describe_holders_locked(struct tl__pool *pool, tl_error *err)
{
    struct tl__append detail = tl__append_to(err->detail, sizeof err->detail);
    tl_pool_user holders[3];
    const size_t n = list_holders_locked(pool, tl__now_ns(), holders, COUNT_OF(holders));

    for (size_t i = 0; i < n; i++)
        describe_holder(&detail, &holders[i]);
    if (detail.len > 0)
        tl__append(&detail, ". %d lent, %d waiting.", pool->n_by_state[TL__PLACE_LENT],
                   pool->n_waiting);
    if (pool->counters.last_failure[0] != '\0')
        tl__fail_hint(err, "The last attempt to connect failed: %s", pool->counters.last_failure);
    tl__fail_phase(err, TL_PHASE_QUEUE);
}

int tl__pool_fail_busy_locked(struct tl__pool *pool, const char *why, tl_error *err)
{
    tl__fail_set(err, TL_ERR_BUSY, "pool \"%s\": %s", pool->name, why);
    if (err != NULL)
        describe_holders_locked(pool, err);
    return TL_ERR_BUSY;
}

/* SQLAlchemy's words, which teams have their alerts on. */
int tl__pool_fail_late_locked(struct tl__pool *pool, int timeout_ms, tl_error *err)
{
    tl__fail_set(err, TL_ERR_BUSY,
                 "QueuePool limit of size %d overflow %d reached, connection timed out, "
                 "timeout %.2f",
                 (int)pool->settings.pool_size, (int)pool->settings.max_overflow,
                 (double)timeout_ms / 1e3);
    if (err != NULL)
        describe_holders_locked(pool, err);
    return TL_ERR_BUSY;
}
