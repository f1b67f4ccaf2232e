/* pool/place.c - one place: its states, and making its connection fit to be lent */
#include <string.h>

#include "base/fail.h"
#include "base/time.h"
#include "pool/pool-private.h"

void tl__place_set_locked(struct tl__place *place, enum tl__place_state state)
{
    place->pool->n_by_state[place->state]--;
    place->state = state;
    place->pool->n_by_state[state]++;
}

static bool give_to_waiter_locked(struct tl__place *place, enum tl__place_state state)
{
    struct tl__pool *pool = place->pool;

    if (tl__list_empty(&pool->waiters))
        return false;
    struct tl__waiter *first = CONTAINER_OF(pool->waiters.next, struct tl__waiter, link);
    tl__list_remove(&first->link);
    pool->n_waiting--;
    tl__place_set_locked(place, state);
    first->place = place;
    tl__cond_wake(&first->wake);
    return true;
}

void tl__place_give_idle_locked(struct tl__place *place)
{
    struct tl__pool *pool = place->pool;

    if (give_to_waiter_locked(place, TL__PLACE_PROBING))
        return;
    tl__place_set_locked(place, place->conn.resetting ? TL__PLACE_RESETTING : TL__PLACE_IDLE);
    if (pool->settings.pool_use_lifo)
        tl__list_push_front(&pool->idle, &place->link);
    else
        tl__list_push_back(&pool->idle, &place->link);
}

void tl__place_give_empty_locked(struct tl__place *place)
{
    if (!place->pool->closing && give_to_waiter_locked(place, TL__PLACE_OPENING))
        return;
    tl__place_set_locked(place, TL__PLACE_EMPTY);
    tl__list_push_back(&place->pool->empty, &place->link);
}

static void report_close(const struct tl__place *place, const char *reason)
{
    tl__event(&place->pool->log, TL_LEVEL_INFO, "pool.close",
              EVENT_TEXT("pool", place->pool->name),
              EVENT_INT("backend_pid", place->conn.backend_pid),
              EVENT_TEXT("reason", reason));
}

void tl__place_close(struct tl__place *place, const char *reason)
{
    struct tl__pool *pool = place->pool;

    report_close(place, reason);
    tl__conn_close(&place->conn);
    tl__lock(&pool->lock);
    pool->counters.closed++;
    tl__place_give_empty_locked(place);
    tl__pool_unlock(pool);
}

/* Why a connection cannot be lent; NULL if it can. */
static const char *examine(struct tl__place *place, int64_t deadline, bool *dead, tl_error *why)
{
    struct tl__pool *pool = place->pool;
    tl_conn *conn = &place->conn;

    tl__lock(&pool->lock);
    const struct tl__settings s = pool->settings;
    const bool outdated = place->generation < pool->generation;
    tl__unlock(&pool->lock);

    const int64_t bound = MIN_OF(deadline, tl__deadline_in_ms((int)s.pool_ping_timeout_ms));
    *dead = false;
    if (conn->resetting && tl__conn_reset_finish(conn, bound, why) != TL_OK)
        return "reset failed";
    if (tl__passed(place->recycle_at))
        return "recycled";
    if (outdated)
        return "older than a broken one";

    const enum tl__check check =
        tl__check_for((enum tl__pre_ping)s.pool_pre_ping, tl__now_coarse_ns() - place->rested_since,
                      pool->moment_ns, s.pool_ping_age_ms * TL__NS_PER_MS);
    *dead = true;
    if (check != TL__CHECK_NOTHING && !tl__conn_alive(conn))
        return "found dead";
    if (check == TL__CHECK_PING) {
        tl__lock(&pool->lock);
        pool->counters.pings++;
        tl__unlock(&pool->lock);
        if (tl__conn_ping(conn, bound, why) != TL_OK) {
            *dead =
                bound != deadline || why->status != TL_ERR_TIMEOUT; /* else who asked was hasty */
            return "ping failed";
        }
    }
    *dead = false;
    return NULL;
}

static void note_unfit(struct tl__place *place, const char *reason, bool dead)
{
    struct tl__pool *pool = place->pool;

    tl__lock(&pool->lock);
    pool->counters.closed++;
    if (strcmp(reason, "recycled") == 0)
        pool->counters.recycled++;
    else if (strcmp(reason, "reset failed") == 0)
        pool->counters.reset_failures++;
    else
        pool->counters.invalidated++;
    if (dead && place->generation == pool->generation)
        pool->generation++; /* what killed this one has likely killed its elders */
    tl__place_set_locked(place, TL__PLACE_OPENING);
    tl__unlock(&pool->lock);
}

static void report_unfit(const struct tl__place *place, const char *reason, const tl_error *why)
{
    const bool planned = strcmp(reason, "recycled") == 0;

    tl__event(&place->pool->log, planned ? TL_LEVEL_INFO : TL_LEVEL_WARN,
              planned ? "pool.recycle" : "pool.invalidate",
              EVENT_TEXT("pool", place->pool->name),
              EVENT_INT("backend_pid", place->conn.backend_pid),
              EVENT_TEXT("reason", reason),
              EVENT_TEXT("sqlstate", why->sqlstate),
              EVENT_TEXT("message", why->message));
}

static void note_opened(struct tl__place *place, int64_t took_ns)
{
    struct tl__pool *pool = place->pool;
    const int64_t now = tl__now_ns();

    tl__lock(&pool->lock);
    pool->random = pool->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    place->recycle_at = tl__recycle_at(now, pool->settings.pool_recycle_ms, pool->random >> 33);
    place->generation = pool->generation;
    pool->counters.opened++;
    pool->counters.last_failure[0] = '\0';
    pool->counters.last_sqlstate[0] = '\0';
    tl__histogram_add(&pool->times.create, took_ns);
    tl__unlock(&pool->lock);
}

static void note_open_failure(struct tl__place *place, const tl_error *why)
{
    struct tl__pool *pool = place->pool;

    tl__lock(&pool->lock);
    pool->counters.open_failures++;
    tl__copy_text(pool->counters.last_failure, sizeof pool->counters.last_failure, why->message);
    memcpy(pool->counters.last_sqlstate, why->sqlstate, sizeof pool->counters.last_sqlstate);
    tl__unlock(&pool->lock);
}

static void report_opened(const struct tl__place *place, int64_t took_ns)
{
    tl__event(&place->pool->log, TL_LEVEL_INFO, "pool.connect",
              EVENT_TEXT("pool", place->pool->name),
              EVENT_INT("backend_pid", place->conn.backend_pid),
              EVENT_REAL("duration_ms", (double)took_ns / 1e6),
              EVENT_INT("server_version", tl_conn_server_version(&place->conn)));
}

static void report_open_failure(const struct tl__place *place, const tl_error *why, int64_t took_ns)
{
    tl__event(&place->pool->log, TL_LEVEL_ERROR, "pool.create_failed",
              EVENT_TEXT("pool", place->pool->name),
              EVENT_TEXT("host", why->host),
              EVENT_TEXT("phase", tl_phase_text(why->phase)),
              EVENT_TEXT("sqlstate", why->sqlstate),
              EVENT_TEXT("message", why->message),
              EVENT_REAL("duration_ms", (double)took_ns / 1e6));
}

static int open_place(struct tl__place *place, int64_t deadline, tl_error *err)
{
    tl_error why = TL_ERROR_INIT;
    const int64_t start = tl__now_ns();
    const int status =
        tl__conn_open(&place->conn, place->pool->keywords, place->pool->values, deadline, &why);
    const int64_t took_ns = tl__now_ns() - start;

    if (status == TL_OK) {
        note_opened(place, took_ns);
        report_opened(place, took_ns);
        return TL_OK;
    }
    note_open_failure(place, &why);
    report_open_failure(place, &why, took_ns);
    if (err != NULL)
        *err = why;
    return status;
}

int tl__place_make_fit(struct tl__place *place, int64_t deadline, tl_error *err)
{
    tl_error why = TL_ERROR_INIT;
    bool dead;

    if (place->conn.wire != NULL) {
        const char *reason = examine(place, deadline, &dead, &why);

        if (reason == NULL)
            return TL_OK;
        report_unfit(place, reason, &why);
        report_close(place, reason);
        tl__conn_close(&place->conn);
        note_unfit(place, reason, dead);
        if (why.status == TL_ERR_TIMEOUT && tl__passed(deadline)) {
            if (err != NULL)
                *err = why; /* its phase is where the time went */
            return TL_ERR_TIMEOUT;
        }
    }
    return open_place(place, deadline, err);
}
