/* serve/prober.c - asks the database how it is: at most once a second, one caller at a time
 *
 * Probes come from strangers, as often as they like. So they share one answer, ask for a connection
 * only where another would be left for the work, and have a bound for everything together.
 */
#include "serve/serve.h"

#include <stdio.h>
#include <time.h>

#include <trunkline/conn.h>

/* One trip. pg_stat_database counts every backend, and is cheap where pg_stat_activity is not. */
static const char ask_facts[] = "SELECT split_part(current_setting('server_version'), ' ', 1),"
                                " pg_is_in_recovery(),"
                                " current_setting('transaction_read_only')::bool,"
                                " (SELECT extversion FROM pg_extension WHERE extname = 'age'),"
                                " (SELECT extversion FROM pg_extension WHERE extname = 'vector'),"
                                " (SELECT sum(numbackends) FROM pg_stat_database)::int8,"
                                " current_setting('max_connections')::int8";

void tl__prober_init(struct tl__prober *prober, tl_engine *engine, int probe_ms)
{
    *prober = (struct tl__prober){ .engine = engine, .probe_ms = probe_ms };
    pthread_mutex_init(&prober->lock, NULL);
    tl__serve_cond_init(&prober->done);
}

void tl__prober_done(struct tl__prober *prober)
{
    pthread_cond_destroy(&prober->done);
    pthread_mutex_destroy(&prober->lock);
}

static void copy_view(char *field, size_t size, tl_str view)
{
    snprintf(field, size, "%.*s", TL_STR(view));
}

static int read_facts(const tl_result *rows, struct tl__facts *out, tl_error *err)
{
    struct tl__facts facts = { .known = true };

    copy_view(facts.version, sizeof facts.version, tl_get_text(rows, 0, 0));
    facts.standby = tl_get_bool(rows, 0, 1);
    facts.read_only = tl_get_bool(rows, 0, 2);
    copy_view(facts.age, sizeof facts.age, tl_get_text(rows, 0, 3));
    copy_view(facts.vector, sizeof facts.vector, tl_get_text(rows, 0, 4));
    facts.n_connections = tl_get_int8(rows, 0, 5);
    facts.max_connections = tl_get_int8(rows, 0, 6);

    const int status = tl_result_check(rows, err);
    if (status == TL_OK)
        *out = facts;
    return status;
}

static double elapsed_ms(const struct timespec *since)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - since->tv_sec) * 1e3 +
           (double)(now.tv_nsec - since->tv_nsec) / 1e6;
}

static int query_facts(tl_conn *conn, struct tl__report *report, tl_error *err)
{
    scoped(tl_result_freep) tl_result *rows = NULL;
    struct timespec start;

    clock_gettime(CLOCK_MONOTONIC, &start);
    const int status = tl_query(conn, ask_facts, TL_NO_ARGS, &rows, err);
    if (status != TL_OK)
        return status;
    report->response_ms = elapsed_ms(&start);
    return read_facts(rows, &report->facts, err);
}

static int ask_database(const struct tl__prober *prober, struct tl__report *report, tl_error *err)
{
    const int64_t deadline_ms = tl__serve_now_ms() + prober->probe_ms;
    scoped(tl_conn_releasep) tl_conn *conn = NULL;

    const int status = tl_engine_acquire_spare(prober->engine, prober->probe_ms,
                                               TL_HERE("health probe"), &conn, err);
    if (status != TL_OK)
        return status;

    const int64_t left_ms = deadline_ms - tl__serve_now_ms();
    tl_conn_set_timeout(conn, left_ms > 1 ? (int)left_ms : 1);
    return query_facts(conn, report, err);
}

/* The server's own words can name hosts and users; what strangers get is kind, phase and code. */
static void explain(const tl_error *err, char *out, size_t size)
{
    const bool has_phase = err->phase != TL_PHASE_NONE;
    const bool has_code = err->sqlstate[0] != '\0';

    snprintf(out, size, "%s%s%s%s%s", tl_status_text(err->status), has_phase ? "; phase " : "",
             has_phase ? tl_phase_text(err->phase) : "", has_code ? "; SQLSTATE " : "",
             has_code ? err->sqlstate : "");
}

static void probe(const struct tl__prober *prober, struct tl__report *report)
{
    tl_error err = TL_ERROR_INIT;
    const int status = ask_database(prober, report, &err);

    report->unix_us = tl__serve_unix_us();
    report->reason[0] = '\0';
    report->reach = status == TL_OK         ? TL__REACHED
                    : status == TL_ERR_BUSY ? TL__NO_SPARE
                                            : TL__UNREACHED;
    if (report->reach == TL__UNREACHED)
        explain(&err, report->reason, sizeof report->reason);
}

static void probe_and_tell(struct tl__prober *prober, struct tl__report *report)
{
    probe(prober, report);

    pthread_mutex_lock(&prober->lock);
    prober->last = *report;
    prober->asked = true;
    prober->probing = false;
    prober->fresh_until_ms = tl__serve_now_ms() + TL__SERVE_FRESH_MS;
    pthread_cond_broadcast(&prober->done);
    pthread_mutex_unlock(&prober->lock);
}

static bool is_fresh_locked(const struct tl__prober *prober)
{
    return prober->asked && !prober->probing && tl__serve_now_ms() < prober->fresh_until_ms;
}

/* True: this caller is to probe. Otherwise *out is what another found out, or that it has not. */
static bool take_turn(struct tl__prober *prober, struct tl__report *out)
{
    const int64_t deadline_ms = tl__serve_now_ms() + prober->probe_ms + TL__SERVE_PATIENCE_MS;
    bool in_time = true;

    pthread_mutex_lock(&prober->lock);
    while (prober->probing && in_time)
        in_time = tl__serve_cond_wait(&prober->done, &prober->lock, deadline_ms);
    const bool mine = !prober->probing && !is_fresh_locked(prober);
    const bool given_up = prober->probing;
    prober->probing = prober->probing || mine;
    *out = prober->last;
    pthread_mutex_unlock(&prober->lock);

    if (given_up) {
        out->reach = TL__UNREACHED;
        out->unix_us = tl__serve_unix_us();
        snprintf(out->reason, sizeof out->reason, "a probe has not ended within %d ms",
                 prober->probe_ms);
    }
    return mine;
}

void tl__prober_look(struct tl__prober *prober, struct tl__report *out)
{
    if (take_turn(prober, out))
        probe_and_tell(prober, out);
}
