/* pool/pool.c - lending connections, taking them back, and ending it all */
#include "pool/pool.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/time.h"
#include "pool/pool-private.h"

static int64_t moment_ns(void)
{
    struct timespec tick = { 0 };

    clock_getres(CLOCK_MONOTONIC_COARSE, &tick);
    return tick.tv_sec * TL__NS_PER_S + tick.tv_nsec + TL__NS_PER_MS;
}

static void take_settings_locked(struct tl__pool *pool, const struct tl__settings *settings)
{
    pool->settings = *settings;
    pool->conn_settings = (struct tl__conn_settings){
        .call_timeout_ms = (int)settings->call_timeout_ms,
        .prepare_threshold = (unsigned)settings->prepare_threshold,
        .statement_cache_size = (size_t)settings->statement_cache_size,
    };
}

static void pool_free(struct tl__pool *pool)
{
    for (size_t i = 0; i < pool->n_places; i++)
        tl__conn_done(&pool->places[i].conn);
    tl__cond_done(&pool->drained);
    tl__mutex_done(&pool->lock);
    tl__free(pool);
}

static int init_places(struct tl__pool *pool, tl_error *err)
{
    int status = TL_OK;

    for (size_t i = 0; i < pool->n_places; i++) {
        struct tl__place *place = &pool->places[i];

        place->pool = pool;
        if (tl__conn_init(&place->conn, &pool->log, pool->name,
                          pool->conn_settings.statement_cache_size) != TL_OK)
            status = TL_ERR_NOMEM;
        tl__list_init(&place->link);
        tl__list_push_back(&pool->empty, &place->link);
    }
    pool->n_by_state[TL__PLACE_EMPTY] = (int32_t)pool->n_places;
    return status == TL_OK ? TL_OK : tl__fail_nomem(err);
}

int tl__pool_new(const struct tl__pool_config *config, struct tl__pool **out, tl_error *err)
{
    const struct tl__settings *s = config->settings;
    const size_t n_places = (size_t)(s->pool_size + s->max_overflow);
    struct tl__pool *pool = tl__alloc(sizeof *pool + n_places * sizeof pool->places[0]);

    if (pool == NULL)
        return tl__fail_nomem(err);
    pool->log = config->log;
    pool->keywords = config->keywords;
    pool->values = config->values;
    pool->n_places = n_places;
    pool->moment_ns = moment_ns();
    pool->random = (uint64_t)tl__now_ns();
    tl__copy_text(pool->name, sizeof pool->name, s->pool_name);
    take_settings_locked(pool, s);
    tl__mutex_init(&pool->lock);
    tl__cond_init(&pool->drained);
    tl__list_init(&pool->idle);
    tl__list_init(&pool->empty);
    tl__list_init(&pool->waiters);
    const int status = init_places(pool, err);
    if (status != TL_OK) {
        pool_free(pool);
        return status;
    }
    *out = pool;
    return TL_OK;
}

/* Lending. */

static bool may_spare_locked(const struct tl__pool *pool)
{
    const int32_t n_free = pool->n_by_state[TL__PLACE_IDLE] +
                           pool->n_by_state[TL__PLACE_RESETTING] +
                           pool->n_by_state[TL__PLACE_EMPTY];

    return n_free >= (pool->n_places > 1 ? 2 : 1);
}

static struct tl__place *pop_locked(struct tl__list *list)
{
    if (tl__list_empty(list))
        return NULL;
    struct tl__place *place = CONTAINER_OF(list->next, struct tl__place, link);
    tl__list_remove(&place->link);
    return place;
}

static enum tl__check
check_locked(const struct tl__pool *pool, const struct tl__place *place, int64_t now)
{
    return tl__check_for((enum tl__pre_ping)pool->settings.pool_pre_ping, now - place->rested_since,
                         pool->moment_ns, pool->settings.pool_ping_age_ms * TL__NS_PER_MS);
}

/* Whether it may be lent as it is: looked at under the lock, so it must be cheap. */
static bool is_fresh_locked(const struct tl__pool *pool, const struct tl__place *place, int64_t now)
{
    return place->state == TL__PLACE_IDLE && place->generation == pool->generation &&
           now < place->recycle_at && check_locked(pool, place, now) == TL__CHECK_NOTHING;
}

static enum tl__undo undo_for(const struct tl__settings *s)
{
    switch ((enum tl__reset)s->pool_reset_on_return) {
    case TL__RESET_NONE:
        return TL__UNDO_NOTHING;
    case TL__RESET_ROLLBACK:
        return TL__UNDO_TRANSACTION;
    case TL__RESET_SMART:
        return TL__UNDO_CHANGED;
    case TL__RESET_FULL:
        return TL__UNDO_ALL;
    }
    return TL__UNDO_ALL;
}

static void lend_locked(struct tl__place *place, const tl_label *label, int64_t now, int64_t waited)
{
    struct tl__pool *pool = place->pool;

    tl__place_set_locked(place, TL__PLACE_LENT);
    place->lent_since = now;
    place->label = *label;
    place->thread = tl__thread_id();
    place->undo = undo_for(&pool->settings);
    place->echo = pool->settings.echo_pool ? TL_LEVEL_INFO : TL_LEVEL_DEBUG;
    tl__conn_lend(&place->conn, &pool->conn_settings);
    pool->counters.acquired++;
    tl__histogram_add(&pool->times.wait, waited);
}

/* A literal is never NULL; a label may be. */
static const char *text_or_none(const char *text)
{
    return text != NULL ? text : "";
}

static void report_checkout(const struct tl__place *place)
{
    tl__event(&place->pool->log, place->echo, "pool.checkout",
              EVENT_TEXT("pool", place->pool->name),
              EVENT_INT("backend_pid", place->conn.backend_pid),
              EVENT_TEXT("label", text_or_none(place->label.name)),
              EVENT_TEXT("file", text_or_none(place->label.file)),
              EVENT_INT("line", place->label.line));
}

struct request {
    const tl_label *label;
    int timeout_ms;
    int64_t start;
    int64_t deadline;
    bool spare;
    bool told;      /* the event that it waits was sent */
    bool timed_out; /* it gave up at its deadline */
};

static int fail_closed(tl_error *err)
{
    return tl__fail(err, TL_ERR_CLOSED, "the engine is closing");
}

/* Waits in line; gives up the lock meanwhile. Being served in the last instant still counts. */
static struct tl__place *wait_in_line_locked(struct tl__pool *pool, const struct request *request)
{
    struct tl__waiter me = { .label = request->label,
                             .since = request->start,
                             .thread = tl__thread_id() };
    bool in_time = true;

    tl__cond_init(&me.wake);
    tl__list_push_back(&pool->waiters, &me.link);
    pool->n_waiting++;
    while (me.place == NULL && !pool->closing && in_time)
        in_time = tl__cond_wait(&me.wake, &pool->lock, request->deadline);
    if (me.place == NULL) {
        tl__list_remove(&me.link);
        pool->n_waiting--;
    }
    tl__cond_done(&me.wake);
    if (me.place != NULL)
        pool->counters.waited++;
    return me.place;
}

static void
report_wait(const struct tl__pool *pool, const char *event, const struct request *request)
{
    tl__event(&pool->log, TL_LEVEL_DEBUG, event,
              EVENT_TEXT("pool", pool->name),
              EVENT_TEXT("label", text_or_none(request->label->name)),
              EVENT_REAL("waited_ms", (double)(tl__now_ns() - request->start) / 1e6));
}

static void report_timeout(const struct tl__pool *pool, const struct request *request)
{
    tl__event(&pool->log, TL_LEVEL_WARN, "pool.timeout",
              EVENT_TEXT("pool", pool->name),
              EVENT_TEXT("label", text_or_none(request->label->name)),
              EVENT_TEXT("file", text_or_none(request->label->file)),
              EVENT_INT("line", request->label->line),
              EVENT_REAL("waited_ms", (double)(tl__now_ns() - request->start) / 1e6));
}

static int give_up_locked(struct tl__pool *pool, struct request *request, tl_error *err)
{
    request->timed_out = true;
    pool->counters.timeouts++;
    return tl__pool_fail_late_locked(pool, request->timeout_ms, err);
}

/* A caller who cannot be put in line, or does not want to be. */
static int refuse_line_locked(struct tl__pool *pool, struct request *request, tl_error *err)
{
    const int64_t most = pool->settings.max_waiting;

    if (request->spare)
        return tl__pool_fail_busy_locked(pool, "no place to spare", err);
    if (most > 0 && pool->n_waiting >= most)
        return tl__pool_fail_busy_locked(pool, "as many callers wait as max_waiting allows", err);
    if (request->timeout_ms != 0)
        return TL_OK;
    return give_up_locked(pool, request, err);
}

/* For a caller without time: the first that needs no round trip before it is lent. */
static struct tl__place *pop_ready_locked(struct tl__pool *pool)
{
    const int64_t now = tl__now_coarse_ns();

    for (struct tl__list *l = pool->idle.next; l != &pool->idle; l = l->next) {
        struct tl__place *place = CONTAINER_OF(l, struct tl__place, link);

        if (place->state == TL__PLACE_IDLE && place->generation == pool->generation &&
            check_locked(pool, place, now) != TL__CHECK_PING) {
            tl__list_remove(&place->link);
            return place;
        }
    }
    return NULL;
}

/* What is there now: with a connection to be looked at, or without; NULL where there is nothing. */
static struct tl__place *take_what_is_there_locked(struct tl__pool *pool,
                                                   const struct request *request)
{
    struct tl__place *place;

    if (request->spare && !may_spare_locked(pool))
        return NULL;
    place = request->timeout_ms == 0 ? pop_ready_locked(pool) : pop_locked(&pool->idle);
    if (place != NULL) {
        tl__place_set_locked(place, TL__PLACE_PROBING);
        return place;
    }
    if (request->timeout_ms == 0) /* there is no time to connect */
        return NULL;
    place = pop_locked(&pool->empty);
    if (place != NULL)
        tl__place_set_locked(place, TL__PLACE_OPENING);
    return place;
}

/* Tells that the caller will wait, without the lock: so what is there must be looked at again. */
static void tell_waiting_locked(struct tl__pool *pool, struct request *request)
{
    request->told = true;
    tl__unlock(&pool->lock);
    report_wait(pool, "pool.wait_begin", request);
    tl__lock(&pool->lock);
}

/* A place for the caller alone, at once or after waiting in line. */
static int
take_locked(struct tl__pool *pool, struct request *request, struct tl__place **out, tl_error *err)
{
    for (;;) {
        if (pool->closing)
            return fail_closed(err);
        if ((*out = take_what_is_there_locked(pool, request)) != NULL)
            return TL_OK;
        const int status = refuse_line_locked(pool, request, err);
        if (status != TL_OK)
            return status;
        if (request->told || !tl__log_wants(&pool->log, TL_LEVEL_DEBUG))
            break;
        tell_waiting_locked(pool, request);
    }
    *out = wait_in_line_locked(pool, request);
    if (*out != NULL)
        return TL_OK;
    if (pool->closing)
        return fail_closed(err);
    return give_up_locked(pool, request, err);
}

static int settle_locked(struct tl__place *place, const struct request *request, int status)
{
    struct tl__pool *pool = place->pool;

    if (status == TL_OK && !pool->closing) {
        const int64_t now = tl__now_ns();
        lend_locked(place, request->label, tl__now_coarse_ns(), now - request->start);
        return TL_OK;
    }
    if (status == TL_OK) { /* connected in vain */
        tl__place_set_locked(place, TL__PLACE_CLOSING);
        tl__unlock(&pool->lock);
        tl__conn_close(&place->conn);
        tl__lock(&pool->lock);
        pool->counters.closed++;
        status = TL_ERR_CLOSED;
    }
    tl__place_give_empty_locked(place); /* whoever is next may try */
    return status;
}

static void report_taken(const struct tl__pool *pool, const struct request *request)
{
    if (request->told)
        report_wait(pool, "pool.wait_end", request);
    if (request->timed_out)
        report_timeout(pool, request);
}

/* Everything but an idle connection that needs no look. Comes and goes with the lock held. */
static int acquire_slowly_locked(struct tl__pool *pool,
                                 struct request *request,
                                 struct tl__place **out,
                                 tl_error *err)
{
    struct tl__place *place = NULL;
    int status = take_locked(pool, request, &place, err);

    tl__unlock(&pool->lock);
    report_taken(pool, request);
    if (status == TL_OK)
        status = tl__place_make_fit(place, request->deadline, err);
    tl__lock(&pool->lock);
    if (place == NULL)
        return status;
    const bool was_fit = status == TL_OK;
    status = settle_locked(place, request, status);
    if (was_fit && status == TL_ERR_CLOSED)
        return fail_closed(err);
    *out = status == TL_OK ? place : NULL;
    return status;
}

static void start_clock_locked(const struct tl__pool *pool, struct request *request)
{
    if (request->timeout_ms == TL_WAIT_DEFAULT)
        request->timeout_ms = (int)pool->settings.pool_timeout_ms;
    request->start = tl__now_ns();
    request->deadline =
        request->timeout_ms < 0 ? TL__NEVER : request->start + request->timeout_ms * TL__NS_PER_MS;
}

/* The next connection at rest, if it may be lent as it is. While any rests nobody waits. */
static struct tl__place *
take_fresh_locked(struct tl__pool *pool, const struct request *request, int64_t now)
{
    if (request->spare || pool->closing || tl__list_empty(&pool->idle))
        return NULL;

    struct tl__place *place = CONTAINER_OF(pool->idle.next, struct tl__place, link);
    if (!is_fresh_locked(pool, place, now))
        return NULL;
    tl__list_remove(&place->link);
    lend_locked(place, request->label, now, 0);
    return place;
}

int tl__pool_acquire(struct tl__pool *pool,
                     int timeout_ms,
                     bool spare,
                     const tl_label *label,
                     tl_conn **out,
                     tl_error *err)
{
    const int64_t now = tl__now_coarse_ns();
    struct request request = { .label = label, .timeout_ms = timeout_ms, .spare = spare };
    int status = TL_OK;

    tl__lock(&pool->lock);
    struct tl__place *place = take_fresh_locked(pool, &request, now);
    if (place != NULL) {
        tl__unlock(&pool->lock);
    } else {
        start_clock_locked(pool, &request);
        pool->n_inside++;
        status = acquire_slowly_locked(pool, &request, &place, err);
        pool->n_inside--;
        tl__pool_unlock(pool);
    }
    if (status != TL_OK)
        return status;
    report_checkout(place);
    *out = &place->conn;
    return TL_OK;
}

/* Taking back. */

static void report_checkin(const struct tl__place *place, bool reset)
{
    tl__event(&place->pool->log, place->echo, "pool.checkin",
              EVENT_TEXT("pool", place->pool->name),
              EVENT_INT("backend_pid", place->conn.backend_pid),
              EVENT_TEXT("label", text_or_none(place->label.name)),
              EVENT_BOOL("reset", reset),
              EVENT_BOOL("unfit", place->conn.unfit));
}

/* Why a connection that comes back is not kept; NULL if it is. */
static const char *reason_to_close_locked(const struct tl__place *place, int64_t now)
{
    const struct tl__pool *pool = place->pool;
    const int32_t n_kept = pool->n_by_state[TL__PLACE_IDLE] + pool->n_by_state[TL__PLACE_RESETTING];

    if (place->conn.unfit || place->conn.wire == NULL)
        return place->conn.wire == NULL ? "broken" : "invalidated";
    if (pool->closing)
        return "the engine is closing";
    if (now >= place->recycle_at)
        return "recycled";
    if (n_kept >= pool->settings.pool_size && tl__list_empty(&pool->waiters))
        return "overflow";
    return NULL;
}

static void count_close_locked(struct tl__place *place, const char *reason)
{
    struct tl__pool *pool = place->pool;

    if (strcmp(reason, "recycled") == 0)
        pool->counters.recycled++;
    if (place->conn.unfit || place->conn.wire == NULL) {
        pool->counters.invalidated++;
        if (place->conn.died && place->generation == pool->generation)
            pool->generation++; /* what ended this one has likely ended its elders */
    }
}

static void end_loan_locked(struct tl__place *place, int64_t now, bool reset)
{
    struct tl__pool *pool = place->pool;

    place->rested_since = now;
    tl__histogram_add(&pool->times.use, now - place->lent_since);
    if (reset)
        pool->counters.resets++;
}

void tl_conn_release(tl_conn *conn)
{
    if (conn == NULL)
        return;

    struct tl__place *place = CONTAINER_OF(conn, struct tl__place, conn);
    struct tl__pool *pool = place->pool;
    const bool reset = !conn->unfit && tl__conn_reset_begin(conn, place->undo);
    const int64_t now = tl__now_coarse_ns();

    tl__conn_return(conn);
    report_checkin(place, reset);
    tl__lock(&pool->lock);
    end_loan_locked(place, now, reset);
    const char *reason = reason_to_close_locked(place, now);
    if (reason == NULL) {
        tl__place_give_idle_locked(place);
    } else {
        count_close_locked(place, reason);
        tl__place_set_locked(place, TL__PLACE_CLOSING);
    }
    tl__unlock(&pool->lock);
    if (reason != NULL)
        tl__place_close(place, reason);
}

void tl_conn_releasep(tl_conn **conn)
{
    tl_conn_release(*conn);
    *conn = NULL;
}

/* Ending. */

static bool is_drained_locked(const struct tl__pool *pool)
{
    return pool->n_inside == 0 && pool->n_by_state[TL__PLACE_EMPTY] == (int32_t)pool->n_places;
}

static void pool_gone(struct tl__pool *pool)
{
    void (*const on_gone)(void *user) = pool->on_gone;
    void *const user = pool->on_gone_user;

    pool_free(pool);
    on_gone(user);
}

void tl__pool_unlock(struct tl__pool *pool)
{
    const bool drained = pool->closing && is_drained_locked(pool);
    const bool gone = drained && pool->abandoned;

    if (drained)
        tl__cond_wake_all(&pool->drained);
    tl__unlock(&pool->lock);
    if (gone)
        pool_gone(pool);
}

static void wake_waiters_locked(struct tl__pool *pool)
{
    for (struct tl__list *l = pool->waiters.next; l != &pool->waiters; l = l->next)
        tl__cond_wake(&CONTAINER_OF(l, struct tl__waiter, link)->wake);
}

static void close_idle_locked(struct tl__pool *pool)
{
    struct tl__place *place;

    while ((place = pop_locked(&pool->idle)) != NULL) {
        tl__place_set_locked(place, TL__PLACE_CLOSING);
        tl__unlock(&pool->lock);
        tl__place_close(place, "the engine is closing");
        tl__lock(&pool->lock);
    }
}

int tl__pool_close(
    struct tl__pool *pool, int64_t deadline, void (*on_gone)(void *user), void *user, tl_error *err)
{
    bool in_time = true;

    tl__lock(&pool->lock);
    pool->on_gone = on_gone;
    pool->on_gone_user = user;
    pool->closing = true;
    wake_waiters_locked(pool);
    close_idle_locked(pool);
    while (!is_drained_locked(pool) && in_time)
        in_time = tl__cond_wait(&pool->drained, &pool->lock, deadline);
    if (is_drained_locked(pool)) {
        tl__unlock(&pool->lock);
        pool_gone(pool);
        return TL_OK;
    }
    pool->abandoned = true;
    tl__pool_fail_busy_locked(pool, "connections were still in use at the deadline", err);
    tl__fail_phase(err, TL_PHASE_DRAIN);
    tl__unlock(&pool->lock);
    return TL_ERR_BUSY;
}

/* Steering. */

void tl__pool_settings(struct tl__pool *pool, struct tl__settings *out)
{
    tl__lock(&pool->lock);
    *out = pool->settings;
    tl__unlock(&pool->lock);
}

void tl__pool_apply(struct tl__pool *pool, const struct tl__settings *settings)
{
    tl__lock(&pool->lock);
    take_settings_locked(pool, settings);
    tl__unlock(&pool->lock);
}
