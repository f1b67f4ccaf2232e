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
    p->statement = tl__statements_use(&conn->statements, sql, params != NULL ? params->types : NULL,
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

static int
plan_all(tl_conn *conn, struct flight *f, const struct tl__call *calls, size_t n, tl_error *err)
{
    f->n_planned = f->n_steps = 0;
    f->dirt = 0;
    conn->statements.flight++;
    for (size_t i = 0; i < conn->n_put_off; i++)
        plan(conn, f, conn->put_off[i], NULL, false);
    for (size_t i = 0; i < n; i++) {
        const struct tl__params *params = calls[i].n_args > 0 ? &conn->params.params : NULL;

        if (params != NULL) {
            const int status = tl__params_fill(&conn->params, calls[i].args, calls[i].n_args,
                                               conn->vector_oid, err);
            if (status != TL_OK)
                return status;
        }
        plan(conn, f, calls[i].sql, params, calls[i].text_results);
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

/* The first planned statement that failed, or n_planned. */
static size_t find_failed(const struct flight *f, struct pg_result **failure)
{
    for (size_t i = 0; i < f->n_planned; i++)
        for (size_t s = f->planned[i].first_step; s <= f->planned[i].last_step; s++)
            if (!step_ok(&f->steps[s])) {
                *failure = f->steps[s].answer;
                return i;
            }
    return f->n_planned;
}

static void free_answers(struct flight *f)
{
    for (size_t i = 0; i < f->n_steps; i++) {
        tl__answer_free(f->steps[i].answer);
        f->steps[i].answer = NULL;
    }
}

static void keep_failure(tl_conn *conn, struct flight *f, struct pg_result *failure)
{
    for (size_t i = 0; i < f->n_steps; i++)
        if (f->steps[i].answer == failure)
            f->steps[i].answer = NULL; /* ours now */
    conn->failure = failure;
}

/* A server whose tables changed under a prepared statement, or a pooler that does not know it. */
static bool is_stale_plan(const struct pg_result *failure)
{
    const char *sqlstate = tl__answer_field(failure, TL_PART_SQLSTATE);
    const char *function = tl__answer_field(failure, TL_PART_SOURCE_FUNCTION);

    if (sqlstate == NULL)
        return false;
    return strcmp(sqlstate, "26000") == 0 || (strcmp(sqlstate, "0A000") == 0 && function != NULL &&
                                              strcmp(function, "RevalidateCachedQuery") == 0);
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

static int fail_call(tl_conn *conn, struct flight *f, struct pg_result *failure, tl_error *err)
{
    tl_error why = TL_ERROR_INIT;

    if (failure == NULL)
        return tl__fail(err, TL_ERR_LOST, "the server did not run the statement");
    const int status = tl__answer_fail(conn->wire, failure, &why);
    keep_failure(conn, f, failure);
    note_tx_error(conn, &why);
    if (tl__wire_lost(conn->wire) || status == TL_ERR_LOST)
        drop_wire(conn);
    if (err != NULL)
        *err = why;
    return status;
}

static void hand_over_answers(tl_conn *conn, struct flight *f, struct tl__call *calls, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct tl__step *step = &f->steps[f->planned[f->n_planned - n + i].last_step];

        calls[i].answer = step->answer;
        step->answer = NULL;
    }
    conn->n_put_off = 0;
}

enum outcome { FINAL, STALE };

/* One try. STALE where nothing was done because of an old plan, and the same may be tried anew. */
static enum outcome fly(tl_conn *conn,
                        struct flight *f,
                        struct tl__call *calls,
                        size_t n,
                        int64_t deadline,
                        size_t *failed,
                        int *status,
                        tl_error *err)
{
    struct pg_result *failure = NULL;
    const bool alone = tl__wire_tx_status(conn->wire) == TL__TX_IDLE && conn->n_put_off == 0;

    *status = tl__wire_run(conn->wire, f->steps, f->n_steps, deadline, err);
    if (*status != TL_OK) {
        drop_wire(conn);
        free_answers(f);
        return FINAL;
    }
    note_prepared(f);
    note_dirt(conn, f->dirt);
    const size_t i = find_failed(f, &failure);
    if (i == f->n_planned) {
        hand_over_answers(conn, f, calls, n);
        free_answers(f);
        return FINAL;
    }
    if (failure != NULL && is_stale_plan(failure)) {
        tl__statements_forget(&conn->statements);
        if (alone) {
            free_answers(f);
            return STALE;
        }
    }
    const size_t n_ahead = f->n_planned - n;
    *failed = i >= n_ahead ? i - n_ahead : n;
    conn->n_put_off = 0;
    *status = fail_call(conn, f, failure, err);
    free_answers(f);
    return FINAL;
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
    struct flight f;
    size_t which = n;

    int status = check_usable(conn, err);
    if (status == TL_OK)
        note_said(conn, calls[0].sql);
    for (int n_tries = 0; status == TL_OK; n_tries++) {
        status = plan_all(conn, &f, calls, n, err);
        if (status != TL_OK || fly(conn, &f, calls, n, deadline, &which, &status, err) == FINAL ||
            n_tries > 0)
            break;
    }
    if (failed != NULL)
        *failed = which;
    return status;
}

int tl__conn_put_off(tl_conn *conn, const char *sql, tl_error *err)
{
    if (check_usable(conn, err) != TL_OK)
        return TL_ERR_LOST;
    if (conn->n_put_off == TL__MOST_PUT_OFF)
        return tl__fail(err, TL_ERR_INVALID, "too many savepoints without a statement between");
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

static int look_up_vector(tl_conn *conn, tl_error *err)
{
    struct tl__call call = {
        .sql = "SELECT coalesce((SELECT t.oid FROM pg_catalog.pg_type t"
               " JOIN pg_catalog.pg_extension e ON e.extnamespace = t.typnamespace"
               " WHERE e.extname = 'vector' AND t.typname = 'vector'), 0)::int8",
    };
    const int status = tl__conn_run(conn, &call, 1, TL_WAIT_DEFAULT, NULL, err);

    if (status != TL_OK)
        return tl__context(err, status, "could not look up the type vector");
    const tl_str wire = tl__answer_value(call.answer, 0, 0);
    tl_value oid;
    tl__ignore(tl__decode(TL_INT8, false, wire, &oid, NULL)); /* we wrote the statement */
    conn->vector_oid = (uint32_t)oid.as.integer;
    tl__answer_free(call.answer);
    return TL_OK;
}

static int run_one(tl_conn *conn,
                   const char *sql,
                   const tl_value *args,
                   size_t n_args,
                   const tl_call_options *options,
                   struct pg_result **answer,
                   tl_error *err)
{
    struct tl__call call = { .sql = sql, .args = args, .n_args = n_args };
    int timeout_ms = TL_WAIT_DEFAULT;

    if (options != NULL) {
        if (options->size != sizeof *options)
            return tl__fail(err, TL_ERR_INVALID, "call options are not from TL_CALL_OPTIONS_INIT");
        call.text_results = options->text_results;
        timeout_ms = options->timeout_ms;
    }
    if (conn->vector_oid == 0 && needs_vector_oid(args, n_args)) {
        const int status = look_up_vector(conn, err);
        if (status != TL_OK)
            return status;
    }
    const int status = tl__conn_run(conn, &call, 1, timeout_ms, NULL, err);
    if (status != TL_OK)
        return status;
    if (tl__answer_empty(call.answer)) {
        tl__answer_free(call.answer);
        return tl__fail(err, TL_ERR_INVALID, "the statement is empty");
    }
    *answer = call.answer;
    return TL_OK;
}

int tl_query_with(tl_conn *conn,
                  const char *sql,
                  const tl_value *args,
                  size_t n_args,
                  const tl_call_options *options,
                  tl_result **out,
                  tl_error *err)
{
    struct pg_result *answer;
    const int status = run_one(conn, sql, args, n_args, options, &answer, err);

    return status == TL_OK ? tl__result_new(answer, out, err) : status;
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
    struct pg_result *answer;
    const int status = run_one(conn, sql, args, n_args, NULL, &answer, err);

    if (status != TL_OK)
        return status;
    if (affected != NULL)
        *affected = tl__answer_count(answer);
    tl__answer_free(answer);
    return TL_OK;
}

int tl_script(tl_conn *conn, const char *sql, tl_error *err)
{
    struct tl__call none = { .sql = "" };
    int status = check_usable(conn, err);

    if (status == TL_OK && conn->n_put_off > 0) { /* the simple protocol shares no flight */
        status = tl__conn_run(conn, &none, 1, TL_WAIT_DEFAULT, NULL, err);
        if (status == TL_OK)
            tl__answer_free(none.answer);
    }
    if (status != TL_OK)
        return status;

    struct flight f = { .n_planned = 1, .n_steps = 1 };
    f.steps[0] = (struct tl__step){ .kind = TL__STEP_SCRIPT, .sql = sql };
    note_said(conn, sql);
    status = tl__wire_run(conn->wire, f.steps, 1, deadline_of(conn, TL_WAIT_DEFAULT), err);
    if (status != TL_OK)
        drop_wire(conn);
    else
        note_dirt(conn, TL__DIRT_ALL); /* which of many statements left what is not worth knowing */
    if (status == TL_OK && !step_ok(&f.steps[0]))
        status = fail_call(conn, &f, f.steps[0].answer, err);
    free_answers(&f);
    return status;
}
