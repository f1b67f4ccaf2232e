/* conn/run.c - running calls in one flight */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/time.h"
#include "conn/conn.h"
#include "conn/dirt.h"
#include "types/types.h"

enum {
    MOST_PLANNED = TL__MOST_PUT_OFF + TL__MOST_CALLS,
    MOST_STEPS = 3 * MOST_PLANNED, /* each may evict, prepare and run */
};

/* One statement of a flight, and the steps it takes. */
struct planned {
    struct tl__statement *statement; /* NULL: not kept */
    const struct tl__params *params;
    const char *sql;
    bool text_results;
    bool preparing;
    size_t first_step; /* the first that belongs to it */
    size_t last_step;  /* the one that runs it */
    char evict_sql[TL__STATEMENT_NAME_SIZE + 16];
};

struct flight {
    struct tl__call *calls; /* whose flight it is; what was put off goes ahead of them */
    size_t n_calls;
    struct planned planned[MOST_PLANNED];
    size_t n_planned;
    struct tl__step steps[MOST_STEPS];
    size_t n_steps;
    unsigned dirt;
};

static struct tl__step *add_step(struct flight *f, enum tl__step_kind kind)
{
    struct tl__step *step = &f->steps[f->n_steps++];

    *step = (struct tl__step){ .kind = kind };
    return step;
}

static void plan_eviction(struct flight *f, struct planned *p, const char *name)
{
    if (name[0] == '\0')
        return;
    snprintf(p->evict_sql, sizeof p->evict_sql, "DEALLOCATE %s", name);
    add_step(f, TL__STEP_RUN)->sql = p->evict_sql;
}

static void plan_preparation(tl_conn *conn, struct flight *f, struct planned *p)
{
    const unsigned threshold = conn->settings.prepare_threshold;

    if (p->statement == NULL || p->statement->prepared || threshold == 0 ||
        p->statement->n_uses < threshold)
        return;
    struct tl__step *step = add_step(f, TL__STEP_PARSE);
    step->sql = p->sql;
    step->name = p->statement->name;
    step->params = p->params;
    p->preparing = true;
}

static void
plan(tl_conn *conn, struct flight *f, const char *sql, const struct tl__params *params, bool text)
{
    struct planned *p = &f->planned[f->n_planned++];
    char evicted[TL__STATEMENT_NAME_SIZE];

    *p = (struct planned){ .sql = sql, .params = params, .text_results = text };
    p->first_step = f->n_steps;
    evicted[0] = '\0';
    if (tl__conn_tx_status(conn) !=
        TL__TX_FAILED) /* else nothing behind an eviction would be run */
        p->statement =
            tl__statements_use(&conn->statements, sql, params != NULL ? params->types : NULL,
                               params != NULL ? params->n : 0, tl__now_coarse_ns(), evicted);
    f->dirt |= p->statement != NULL ? p->statement->dirt : tl__dirt_of(sql);
    plan_eviction(f, p, evicted);
    plan_preparation(conn, f, p);

    const bool by_name = p->preparing || (p->statement != NULL && p->statement->prepared);
    p->last_step = f->n_steps;
    struct tl__step *step = add_step(f, by_name ? TL__STEP_EXECUTE : TL__STEP_RUN);
    step->sql = sql;
    step->name = by_name ? p->statement->name : NULL;
    step->params = params;
    step->text_results = text;
}

static int plan_all(tl_conn *conn, struct flight *f, tl_error *err)
{
    f->n_planned = f->n_steps = 0;
    f->dirt = 0;
    conn->statements.flight++;
    for (size_t i = 0; i < conn->n_put_off; i++)
        plan(conn, f, conn->put_off[i], NULL, false);
    for (size_t i = 0; i < f->n_calls; i++) {
        const struct tl__call *call = &f->calls[i];
        const struct tl__params *params = call->n_args > 0 ? &conn->params.params : NULL;

        if (params != NULL) {
            const int status =
                tl__params_fill(&conn->params, call->args, call->n_args, conn->vector_oid, err);
            if (status != TL_OK)
                return status;
        }
        plan(conn, f, call->sql, params, call->text_results);
    }
    return TL_OK;
}

static bool step_ok(const struct tl__step *step)
{
    return step->answer != NULL && tl__answer_ok(step->answer);
}

/* What the server prepared stays prepared, even where what followed failed. */
static void note_prepared(struct flight *f)
{
    for (size_t i = 0; i < f->n_planned; i++) {
        struct planned *p = &f->planned[i];

        if (p->preparing && step_ok(&f->steps[p->last_step - 1]))
            p->statement->prepared = true;
    }
}

/* The first step that failed or was not run, and the statement it belongs to; false if none. */
static bool find_failed(struct flight *f, size_t *statement, struct tl__step **step)
{
    for (size_t i = 0; i < f->n_planned; i++)
        for (size_t s = f->planned[i].first_step; s <= f->planned[i].last_step; s++)
            if (!step_ok(&f->steps[s])) {
                *statement = i;
                *step = &f->steps[s];
                return true;
            }
    return false;
}

static void free_answers(struct flight *f)
{
    for (size_t i = 0; i < f->n_steps; i++) {
        tl__answer_free(f->steps[i].answer);
        f->steps[i].answer = NULL;
    }
}

/* The server's answer, for tl_conn_error_field(). */
static void keep_failure(tl_conn *conn, struct tl__step *step)
{
    conn->failure = step->answer;
    step->answer = NULL;
}

static bool says_stale_plan(const struct pg_result *failure)
{
    const char *sqlstate = tl__answer_field(failure, TL_PART_SQLSTATE);
    const char *function = tl__answer_field(failure, TL_PART_SOURCE_FUNCTION);

    if (sqlstate == NULL)
        return false;
    return strcmp(sqlstate, "26000") == 0 || (strcmp(sqlstate, "0A000") == 0 && function != NULL &&
                                              strcmp(function, "RevalidateCachedQuery") == 0);
}

/* A server whose tables changed under a statement that we prepared, or one that lost it: to a function
 * with DEALLOCATE inside, or to a pooler. A statement of the caller's may fail with the same words,
 * which is his own affair. */
static bool is_stale(const struct planned *p, const struct tl__step *step)
{
    const bool ours = step->kind == TL__STEP_EXECUTE || step->sql == p->evict_sql;

    return ours && step->answer != NULL && says_stale_plan(step->answer);
}

/* Where one is gone, all may be; where a table changed, only those that use it. */
static void forget_stale(tl_conn *conn, const struct planned *p, const struct pg_result *failure)
{
    if (strcmp(tl__answer_field(failure, TL_PART_SQLSTATE), "26000") == 0)
        tl__statements_forget(&conn->statements);
    else
        tl__statement_forget(&conn->statements, p->statement);
}

static void note_said(tl_conn *conn, const char *sql)
{
    conn->has_said = true;
    tl__lock(&conn->said_lock);
    tl__copy_text(conn->said, sizeof conn->said, sql);
    tl__unlock(&conn->said_lock);
}

void tl__conn_said(tl_conn *conn, char *to, size_t size)
{
    tl__lock(&conn->said_lock);
    tl__copy_text(to, size, conn->said);
    tl__unlock(&conn->said_lock);
}

/* The connection is lost; what the session was is no more. */
static void drop_wire(tl_conn *conn)
{
    conn->unfit = true;
    conn->died = tl__wire_lost(conn->wire);
    conn->n_put_off = 0;
    tl__wire_abandon(conn->wire);
    conn->wire = NULL;
}

static void note_tx_error(tl_conn *conn, const tl_error *why)
{
    if (conn->tx_error.status == TL_OK && tl__conn_tx_status(conn) == TL__TX_FAILED)
        conn->tx_error = *why;
}

/* DISCARD, DEALLOCATE and their like may have taken our statements with them. */
static void note_dirt(tl_conn *conn, unsigned dirt)
{
    conn->dirt |= dirt;
    if ((dirt & TL__DIRT_STATEMENTS) != 0)
        tl__statements_forget(&conn->statements);
}

static int fail_copy(tl_error *err)
{
    tl__fail_set(err, TL_ERR_INVALID, "this call cannot send or receive the data of a COPY");
    tl__fail_hint(err, "COPY from or to a file of the server, or use psql's \\copy.");
    return TL_ERR_INVALID;
}

static int fail_step(tl_conn *conn, struct tl__step *step, tl_error *err)
{
    tl_error why = TL_ERROR_INIT;

    if (step->answer == NULL)
        return tl__fail(err, TL_ERR_LOST, "the server did not run the statement");
    int status = tl__answer_fail(conn->wire, step->answer, &why);
    keep_failure(conn, step);
    if (tl__wire_refused_copy(conn->wire))
        status = fail_copy(&why);
    note_tx_error(conn, &why);
    if (tl__wire_lost(conn->wire) || status == TL_ERR_LOST)
        drop_wire(conn);
    if (err != NULL)
        *err = why;
    return status;
}

/* The first answer with a code says why, whole, even where the connection went with it. */
static void fail_flight(tl_conn *conn, struct flight *f)
{
    for (size_t i = 0; i < f->n_steps && conn->failure == NULL; i++)
        if (f->steps[i].answer != NULL && !tl__answer_ok(f->steps[i].answer) &&
            tl__answer_field(f->steps[i].answer, TL_PART_SQLSTATE) != NULL)
            keep_failure(conn, &f->steps[i]);
    drop_wire(conn);
}

static void hand_over_answers(tl_conn *conn, struct flight *f)
{
    for (size_t i = 0; i < f->n_calls; i++) {
        struct tl__step *step = &f->steps[f->planned[f->n_planned - f->n_calls + i].last_step];

        f->calls[i].answer = step->answer;
        step->answer = NULL;
    }
    conn->n_put_off = 0;
}

enum { AGAIN = 1 }; /* beside the statuses: nothing was done because of a stale plan; try anew */

/* One try. On failure *failed is the call that failed, or n_calls where it was ahead of them. */
static int
fly(tl_conn *conn, struct flight *f, int64_t deadline, bool again, size_t *failed, tl_error *err)
{
    const bool alone = tl__wire_tx_status(conn->wire) == TL__TX_IDLE && conn->n_put_off == 0;
    struct tl__step *step;
    size_t i;

    const int status = tl__wire_run(conn->wire, f->steps, f->n_steps, deadline, err);
    if (status != TL_OK) {
        fail_flight(conn, f);
        return status;
    }
    note_prepared(f);
    note_dirt(conn, f->dirt);
    if (!find_failed(f, &i, &step)) {
        hand_over_answers(conn, f);
        return TL_OK;
    }
    if (is_stale(&f->planned[i], step)) {
        forget_stale(conn, &f->planned[i], step->answer);
        if (alone && !again)
            return AGAIN;
    }
    const size_t n_ahead = f->n_planned - f->n_calls;
    *failed = i >= n_ahead ? i - n_ahead : f->n_calls;
    conn->n_put_off = 0;
    return fail_step(conn, step, err);
}

/* What must hold before anything is sent. */
static int check_usable(tl_conn *conn, tl_error *err)
{
    tl__answer_free(conn->failure);
    conn->failure = NULL;
    if (conn->wire != NULL)
        return TL_OK;
    tl__fail_set(err, TL_ERR_LOST, "the connection broke earlier");
    tl__fail_hint(err, "Release it and acquire another.");
    if (err != NULL)
        err->flags |= TL_ERROR_LOST;
    return TL_ERR_LOST;
}

static int64_t deadline_of(const tl_conn *conn, int timeout_ms)
{
    if (timeout_ms == TL_WAIT_DEFAULT)
        timeout_ms = conn->timeout_ms;
    if (timeout_ms == TL_WAIT_DEFAULT)
        timeout_ms = conn->settings.call_timeout_ms;
    return tl__deadline_in_ms(timeout_ms);
}

int tl__conn_run(
    tl_conn *conn, struct tl__call *calls, size_t n, int timeout_ms, size_t *failed, tl_error *err)
{
    const int64_t deadline = deadline_of(conn, timeout_ms);
    struct flight f; /* large: each try sets what it uses */
    size_t which = n;

    f.calls = calls;
    f.n_calls = n;
    int status = check_usable(conn, err);
    if (status == TL_OK)
        note_said(conn, calls[0].sql);
    for (int n_tries = 0; status == TL_OK; n_tries++) {
        status = plan_all(conn, &f, err);
        if (status != TL_OK)
            break;
        status = fly(conn, &f, deadline, n_tries > 0, &which, err);
        free_answers(&f);
        if (status != AGAIN)
            break;
        status = TL_OK;
    }
    if (failed != NULL)
        *failed = which;
    return status;
}

/* Sends what was put off by itself: no more fits, or what follows cannot share a flight. */
static int run_put_off(tl_conn *conn, tl_error *err)
{
    struct tl__call none = { .sql = "" };

    if (conn->n_put_off == 0)
        return TL_OK;
    const int status = tl__conn_run(conn, &none, 1, TL_WAIT_DEFAULT, NULL, err);
    if (status == TL_OK)
        tl__answer_free(none.answer);
    return status;
}

int tl__conn_put_off(tl_conn *conn, const char *sql, tl_error *err)
{
    int status = check_usable(conn, err);

    if (status == TL_OK && conn->n_put_off == TL__MOST_PUT_OFF)
        status = run_put_off(conn, err);
    if (status != TL_OK)
        return status;
    tl__copy_text(conn->put_off[conn->n_put_off++], TL__PUT_OFF_SIZE, sql);
    return TL_OK;
}

/* Arrays of vectors name their element's type, whose number is different in each database. */
static bool needs_vector_oid(const tl_value *args, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (args[i].type == TL_VECTOR && args[i].is_array && !args[i].is_null && !args[i].is_text)
            return true;
    return false;
}

static int look_up_vector(tl_conn *conn, int timeout_ms, tl_error *err)
{
    struct tl__call call = {
        .sql = "SELECT coalesce((SELECT t.oid FROM pg_catalog.pg_type t"
               " JOIN pg_catalog.pg_extension e ON e.extnamespace = t.typnamespace"
               " WHERE e.extname = 'vector' AND t.typname = 'vector'), 0)::int8",
    };
    const int status = tl__conn_run(conn, &call, 1, timeout_ms, NULL, err);

    if (status != TL_OK)
        return tl__context(err, status, "could not look up the type vector");
    const tl_str wire = tl__answer_value(call.answer, 0, 0);
    tl_value oid = { .as.integer = 0 };
    tl__ignore(tl__decode(TL_INT8, false, wire, &oid, NULL)); /* we wrote the statement */
    conn->vector_oid = (uint32_t)oid.as.integer;
    tl__answer_free(call.answer);
    return TL_OK;
}

int tl__conn_check_call(tl_conn *conn, const struct tl__call *call, int timeout_ms, tl_error *err)
{
    if (tl__sql_is_empty(call->sql))
        return tl__fail(err, TL_ERR_INVALID, "the statement is empty");
    if (conn->vector_oid == 0 && needs_vector_oid(call->args, call->n_args))
        return look_up_vector(conn, timeout_ms, err);
    return TL_OK;
}

static int
run_one(tl_conn *conn, struct tl__call *call, const tl_call_options *options, tl_error *err)
{
    static const tl_call_options defaults = TL_CALL_OPTIONS_INIT;
    const tl_call_options *o = options != NULL ? options : &defaults;

    if (o->size != sizeof *o)
        return tl__fail(err, TL_ERR_INVALID, "call options are not from TL_CALL_OPTIONS_INIT");
    call->text_results = o->text_results;
    const int status = tl__conn_check_call(conn, call, o->timeout_ms, err);
    if (status != TL_OK)
        return status;
    return tl__conn_run(conn, call, 1, o->timeout_ms, NULL, err);
}

int tl_query_with(tl_conn *conn,
                  const char *sql,
                  const tl_value *args,
                  size_t n_args,
                  const tl_call_options *options,
                  tl_result **out,
                  tl_error *err)
{
    struct tl__call call = { .sql = sql, .args = args, .n_args = n_args };
    scoped(tl_result_freep) tl_result *result = tl__result_new(); /* before anything is done */

    if (result == NULL)
        return tl__fail_nomem(err);
    const int status = run_one(conn, &call, options, err);
    if (status != TL_OK)
        return status;
    tl__result_fill(result, call.answer);
    *out = tl__take(&result);
    return TL_OK;
}

int tl_query(tl_conn *conn,
             const char *sql,
             const tl_value *args,
             size_t n_args,
             tl_result **out,
             tl_error *err)
{
    return tl_query_with(conn, sql, args, n_args, NULL, out, err);
}

int tl_exec(tl_conn *conn,
            const char *sql,
            const tl_value *args,
            size_t n_args,
            int64_t *affected,
            tl_error *err)
{
    struct tl__call call = { .sql = sql, .args = args, .n_args = n_args };
    const int status = run_one(conn, &call, NULL, err);

    if (status != TL_OK)
        return status;
    if (affected != NULL)
        *affected = tl__answer_count(call.answer);
    tl__answer_free(call.answer);
    return TL_OK;
}

int tl_script(tl_conn *conn, const char *sql, tl_error *err)
{
    const int64_t deadline = deadline_of(conn, TL_WAIT_DEFAULT);
    struct flight f = { .n_planned = 1, .n_steps = 1 };

    int status = check_usable(conn, err);
    if (status == TL_OK && tl__sql_is_empty(sql))
        status = tl__fail(err, TL_ERR_INVALID, "the script is empty");
    if (status == TL_OK)
        status = run_put_off(conn, err); /* the simple protocol shares no flight */
    if (status != TL_OK)
        return status;

    f.steps[0] = (struct tl__step){ .kind = TL__STEP_SCRIPT, .sql = sql };
    note_said(conn, sql);
    status = tl__wire_run(conn->wire, f.steps, 1, deadline, err);
    if (status != TL_OK)
        fail_flight(conn, &f);
    else
        note_dirt(conn, TL__DIRT_ALL); /* which of many statements left what is not worth knowing */
    if (status == TL_OK && !step_ok(&f.steps[0]))
        status = fail_step(conn, &f.steps[0], err);
    free_answers(&f);
    return status;
}
