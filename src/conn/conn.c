/* conn/conn.c - one connection: from opening it to undoing what its borrower did */
#include "conn/conn.h"

#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/time.h"
#include "conn/dirt.h"

enum { MOST_KEPT_BYTES = 1024 * 1024 }; /* of memory for parameters, from loan to loan */

int tl__conn_init(tl_conn *conn,
                  const struct tl__log *log,
                  const char *pool_name,
                  size_t cache_size)
{
    conn->log = log;
    conn->pool_name = pool_name;
    tl__mutex_init(&conn->said_lock);
    return tl__statements_init(&conn->statements, cache_size);
}

void tl__conn_done(tl_conn *conn)
{
    tl__conn_close(conn);
    tl__statements_done(&conn->statements);
    tl__params_done(&conn->params);
    tl__buf_done(&conn->reset_sql);
    tl__mutex_done(&conn->said_lock);
}

static tl_level level_of(const char *severity)
{
    if (strcmp(severity, "WARNING") == 0)
        return TL_LEVEL_WARN;
    if (strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0)
        return TL_LEVEL_ERROR;
    return TL_LEVEL_INFO;
}

static void
report_notice(void *user, const char *severity, const char *sqlstate, const char *message)
{
    const tl_conn *conn = user;

    tl__event(conn->log, level_of(severity), "pool.notice",
              EVENT_TEXT("pool", conn->pool_name),
              EVENT_INT("backend_pid", conn->backend_pid),
              EVENT_TEXT("severity", severity),
              EVENT_TEXT("sqlstate", sqlstate),
              EVENT_TEXT("message", message));
}

int tl__conn_open(tl_conn *conn,
                  const char *const *keywords,
                  const char *const *values,
                  int64_t deadline,
                  tl_error *err)
{
    const int status =
        tl__wire_open(keywords, values, report_notice, conn, deadline, &conn->wire, err);

    if (status != TL_OK)
        return status;
    conn->backend_pid = tl__wire_backend_pid(conn->wire);
    conn->unfit = conn->died = false;
    return TL_OK;
}

void tl__conn_close(tl_conn *conn)
{
    if (conn->wire != NULL && conn->resetting)
        tl__wire_abandon(conn->wire); /* it is in the middle of something */
    else
        tl__wire_close(conn->wire);
    conn->wire = NULL;
    tl__answer_free(conn->failure);
    conn->failure = NULL;
    tl__answer_free(conn->reset_step.answer);
    conn->reset_step.answer = NULL;
    tl__statements_forget(&conn->statements);
    conn->resetting = false;
    conn->dirt = 0;
    conn->n_put_off = 0;
    conn->vector_oid = 0;
}

void tl__conn_lend(tl_conn *conn, const struct tl__conn_settings *settings)
{
    conn->settings = *settings;
    conn->timeout_ms = TL_WAIT_DEFAULT;
    conn->loan++;
    conn->dirt = 0;
    conn->n_put_off = 0;
    conn->tx = NULL;
    conn->tx_error.status = TL_OK;
}

void tl__conn_return(tl_conn *conn)
{
    conn->loan++; /* a transaction that outlives its loan must not touch the next one's */
    if (!conn->has_said)
        return; /* so that a loan without a statement pays for no lock */
    if (conn->params.bytes.capacity > MOST_KEPT_BYTES)
        tl__buf_done(&conn->params.bytes);
    conn->has_said = false;
    tl__lock(&conn->said_lock);
    conn->said[0] = '\0';
    tl__unlock(&conn->said_lock);
}

enum tl__tx_status tl__conn_tx_status(const tl_conn *conn)
{
    return conn->wire != NULL ? tl__wire_tx_status(conn->wire) : TL__TX_UNKNOWN;
}

bool tl__conn_alive(tl_conn *conn)
{
    return conn->wire != NULL && tl__wire_alive(conn->wire);
}

/* Not through tl__conn_run(): a check leaves no trace in what the borrower said or may look up. */
static int run_script(tl_conn *conn, const char *sql, int64_t deadline, tl_error *err)
{
    struct tl__step step = { .kind = TL__STEP_SCRIPT, .sql = sql };
    int status = tl__wire_run(conn->wire, &step, 1, deadline, err);

    if (status == TL_OK && !(step.answer != NULL && tl__answer_ok(step.answer)))
        status = step.answer != NULL ? tl__answer_fail(conn->wire, step.answer, err) : TL_ERR_LOST;
    tl__answer_free(step.answer);
    return status;
}

int tl__conn_ping(tl_conn *conn, int64_t deadline, tl_error *err)
{
    const int status = run_script(conn, "", deadline, err);

    if (status != TL_OK)
        tl__fail_phase(err, TL_PHASE_PING);
    return status;
}

static unsigned dirt_to_undo(const tl_conn *conn, enum tl__undo undo)
{
    switch (undo) {
    case TL__UNDO_CHANGED:
        return conn->dirt;
    case TL__UNDO_ALL:
        return TL__DIRT_ALL;
    default:
        return 0;
    }
}

bool tl__conn_reset_begin(tl_conn *conn, enum tl__undo undo)
{
    const enum tl__tx_status tx = tl__conn_tx_status(conn);
    const unsigned dirt = dirt_to_undo(conn, undo);
    enum tl__want want;

    conn->n_put_off = 0;
    if (undo == TL__UNDO_NOTHING || conn->wire == NULL || (tx == TL__TX_IDLE && dirt == 0))
        return false;
    tl__buf_clear(&conn->reset_sql);
    tl__dirt_undo(dirt, tx != TL__TX_IDLE, &conn->reset_sql);
    conn->reset_step =
        (struct tl__step){ .kind = TL__STEP_SCRIPT, .sql = tl__buf_cstr(&conn->reset_sql) };
    conn->resetting = true;
    if (tl__buf_status(&conn->reset_sql) != TL_OK ||
        tl__wire_send(conn->wire, &conn->reset_step, 1, NULL) != TL_OK ||
        tl__wire_advance(conn->wire, &want, NULL) != TL_OK)
        conn->unfit = true; /* tl__conn_reset_finish() says so too */
    if ((dirt & TL__DIRT_STATEMENTS) != 0)
        tl__statements_forget(&conn->statements);
    return true;
}

int tl__conn_reset_finish(tl_conn *conn, int64_t deadline, tl_error *err)
{
    if (conn->unfit || conn->wire == NULL)
        return tl__fail(err, TL_ERR_LOST, "the connection broke before it was reset");

    int status = tl__wire_finish(conn->wire, deadline, err);
    if (status == TL_OK &&
        !(conn->reset_step.answer != NULL && tl__answer_ok(conn->reset_step.answer)))
        status = conn->reset_step.answer != NULL
                     ? tl__answer_fail(conn->wire, conn->reset_step.answer, err)
                     : tl__fail(err, TL_ERR_LOST, "the server did not run the reset");
    tl__answer_free(conn->reset_step.answer);
    conn->reset_step.answer = NULL;
    if (status == TL_OK)
        conn->resetting = false; /* else closing it is in the middle of something */
    else
        tl__fail_phase(err, TL_PHASE_RESET);
    return status;
}

void tl_conn_set_timeout(tl_conn *conn, int timeout_ms)
{
    conn->timeout_ms = timeout_ms;
}

const char *tl_conn_error_field(const tl_conn *conn, tl_error_part part)
{
    return conn->failure != NULL ? tl__answer_field(conn->failure, (int)part) : NULL;
}

const char *tl_conn_parameter(const tl_conn *conn, const char *name)
{
    return conn->wire != NULL ? tl__wire_parameter(conn->wire, name) : NULL;
}

int tl_conn_backend_pid(const tl_conn *conn)
{
    return conn->backend_pid;
}

int tl_conn_server_version(const tl_conn *conn)
{
    return conn->wire != NULL ? tl__wire_server_version(conn->wire) : 0;
}

bool tl_conn_in_transaction(const tl_conn *conn)
{
    const enum tl__tx_status status = tl__conn_tx_status(conn);

    return conn->n_put_off > 0 || status == TL__TX_OPEN || status == TL__TX_FAILED;
}

void tl_conn_invalidate(tl_conn *conn)
{
    conn->unfit = true;
}
