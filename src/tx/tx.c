/* tx/tx.c - transactions and savepoints: commit or rollback, always */
#include <stdio.h>
#include <string.h>

#include <trunkline/tx.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "conn/conn.h"
#include "tx/tx.h"

struct tl_tx {
    tl_conn *conn;
    tl_tx *outer;   /* NULL for the transaction itself; else this is a savepoint */
    unsigned depth; /* 0, or the savepoint's number */
    bool open;      /* neither committed nor rolled back */
    uint64_t loan;  /* of the connection, so as not to touch it after it was released */
    char begin[TL__PUT_OFF_SIZE];
};

static const char *const isolations[] = {
    [TL_ISOLATION_DEFAULT] = "",
    [TL_READ_COMMITTED] = " ISOLATION LEVEL READ COMMITTED",
    [TL_REPEATABLE_READ] = " ISOLATION LEVEL REPEATABLE READ",
    [TL_SERIALIZABLE] = " ISOLATION LEVEL SERIALIZABLE",
};

static int check_options(const tl_tx_options *options, tl_error *err)
{
    if (options == NULL)
        return TL_OK;
    if (options->size != sizeof *options)
        return tl__fail(err, TL_ERR_INVALID, "transaction options are not from TL_TX_OPTIONS_INIT");
    if ((unsigned)options->isolation >= COUNT_OF(isolations))
        return tl__fail(err, TL_ERR_INVALID, "isolation %d is none of tl_isolation",
                        (int)options->isolation);
    return TL_OK;
}

static void word_begin(tl_tx *tx, const tl_tx_options *options)
{
    static const tl_tx_options defaults = TL_TX_OPTIONS_INIT;
    const tl_tx_options *o = options != NULL ? options : &defaults;

    if (tx->outer != NULL)
        snprintf(tx->begin, sizeof tx->begin, "SAVEPOINT tl_%u", tx->depth);
    else
        snprintf(tx->begin, sizeof tx->begin, "BEGIN%s%s%s", isolations[o->isolation],
                 o->read_only ? " READ ONLY" : "", o->deferrable ? " DEFERRABLE" : "");
}

static int check_may_begin(const tl_conn *conn, const tl_tx_options *options, tl_error *err)
{
    if (conn->tx != NULL && options != NULL)
        return tl__fail(err, TL_ERR_INVALID, "a savepoint takes no transaction options");
    if (conn->tx == NULL && conn->wire != NULL && tl__conn_tx_status(conn) != TL__TX_IDLE) {
        tl__fail_set(err, TL_ERR_INVALID, "a transaction that was begun by SQL is open");
        tl__fail_hint(err, "End it by SQL as well, or begin it by tl_tx_begin().");
        return TL_ERR_INVALID;
    }
    return TL_OK;
}

bool tl__tx_is_open(const tl_tx *tx)
{
    return tx->open;
}

int tl_tx_begin(tl_conn *conn, const tl_tx_options *options, tl_tx **out, tl_error *err)
{
    int status = check_options(options, err);
    if (status == TL_OK)
        status = check_may_begin(conn, options, err);
    if (status != TL_OK)
        return status;

    scoped(tl__freep) tl_tx *tx = tl__alloc(sizeof *tx);
    if (tx == NULL)
        return tl__fail_nomem(err);
    tx->conn = conn;
    tx->loan = conn->loan;
    tx->outer = conn->tx;
    tx->depth = tx->outer != NULL ? tx->outer->depth + 1 : 0;
    word_begin(tx, options);
    status = tl__conn_put_off(conn, tx->begin, err);
    if (status != TL_OK)
        return status;

    tx->open = true;
    if (tx->outer == NULL)
        conn->tx_error.status = TL_OK;
    conn->tx = tx;
    *out = tl__take(&tx);
    return TL_OK;
}

tl_conn *tl_tx_conn(tl_tx *tx)
{
    return tx->conn;
}

static int check_may_end(const tl_tx *tx, tl_error *err)
{
    if (!tx->open || tx->conn->loan != tx->loan)
        return tl__fail(err, TL_ERR_INVALID, "the transaction has ended already");
    if (tx->conn->tx != tx)
        return tl__fail(err, TL_ERR_INVALID, "a savepoint inside the transaction is still open");
    return TL_OK;
}

static void note_ended(tl_tx *tx)
{
    tx->open = false;
    tx->conn->tx = tx->outer;
}

/* Its BEGIN or SAVEPOINT is still waiting to be sent: nothing was run in it. */
static bool is_empty(const tl_tx *tx)
{
    const tl_conn *conn = tx->conn;

    return conn->wire != NULL && conn->n_put_off > 0 &&
           strcmp(conn->put_off[conn->n_put_off - 1], tx->begin) == 0;
}

/* What made the transaction fail: the first error in it, behind a few words of ours. */
static int fail_as_first(const tl_conn *conn, const char *context, tl_error *err)
{
    const int status = conn->tx_error.status != TL_OK ? conn->tx_error.status : TL_ERR_SERVER;

    if (err == NULL)
        return status;
    if (conn->tx_error.status != TL_OK)
        *err = conn->tx_error;
    else
        tl__fail_set(err, status, "a statement in it had failed");
    return tl__context(err, status, "%s", context);
}

/* The server answers the COMMIT of a failed transaction with success, and the tag ROLLBACK. */
static int check_commit_tag(const tl_conn *conn, struct pg_result *answer, tl_error *err)
{
    const bool committed = strcmp(tl__answer_tag(answer), "ROLLBACK") != 0;

    tl__answer_free(answer);
    return committed ? TL_OK : fail_as_first(conn, "the transaction was rolled back", err);
}

/* The connection broke, or time was up, with COMMIT under way. */
static int fail_unknown(tl_error *err, int status)
{
    if (status != TL_ERR_LOST && status != TL_ERR_TIMEOUT)
        return status;
    if (err != NULL) {
        tl__ignore(tl__context(err, status, "the outcome of the commit is unknown"));
        tl__fail_hint(err, "Look whether the transaction's effect is there before doing it again.");
        err->status = TL_ERR_UNKNOWN;
        err->flags &= ~(uint32_t)TL_ERROR_RETRY_TX;
    }
    return TL_ERR_UNKNOWN;
}

/* A connection that is found dead before COMMIT is sent has committed nothing. Running something on
 * it brings out the server's own words. */
static int check_alive(tl_tx *tx, tl_error *err)
{
    struct tl__call none = { .sql = "" };

    if (tl__conn_alive(tx->conn))
        return TL_OK;
    const int status = tl__conn_run(tx->conn, &none, 1, TL_WAIT_DEFAULT, NULL, err);
    if (status == TL_OK)
        tl__answer_free(none.answer);
    else
        note_ended(tx);
    return status;
}

/* Whether there is a transaction to commit, on a connection to commit it on. */
static int check_may_commit(tl_tx *tx, tl_error *err)
{
    const tl_conn *conn = tx->conn;

    if (conn->n_put_off == 0 && tl__conn_tx_status(conn) == TL__TX_IDLE) {
        note_ended(tx);
        return tl__fail(err, TL_ERR_INVALID, "the transaction was ended by SQL");
    }
    return check_alive(tx, err);
}

static int release_savepoint(tl_tx *tx, tl_error *err)
{
    char sql[64];
    struct tl__call call = { .sql = sql };

    if (tl__conn_tx_status(tx->conn) == TL__TX_FAILED)
        return fail_as_first(tx->conn, "the savepoint cannot be released", err);
    snprintf(sql, sizeof sql, "RELEASE SAVEPOINT tl_%u", tx->depth);
    const int status = tl__conn_run(tx->conn, &call, 1, TL_WAIT_DEFAULT, NULL, err);
    if (status != TL_OK)
        return status; /* still open: it may be rolled back to */
    tl__answer_free(call.answer);
    note_ended(tx);
    return TL_OK;
}

/* Still open if COMMIT was not even run: then it is to be rolled back. */
static bool is_left_open(const tl_tx *tx)
{
    return tx->conn->wire != NULL && tl_conn_in_transaction(tx->conn);
}

static int commit(tl_tx *tx, tl_error *err)
{
    struct tl__call call = { .sql = "COMMIT" };
    int status = check_may_commit(tx, err);

    if (status != TL_OK)
        return status;
    status = tl__conn_run(tx->conn, &call, 1, TL_WAIT_DEFAULT, NULL, err);
    if (status != TL_OK && is_left_open(tx))
        return status;
    note_ended(tx);
    if (status != TL_OK)
        return fail_unknown(err, status);
    return check_commit_tag(tx->conn, call.answer, err);
}

int tl_tx_commit(tl_tx *tx, tl_error *err)
{
    const int status = check_may_end(tx, err);

    if (status != TL_OK)
        return status;
    if (is_empty(tx)) {
        tx->conn->n_put_off--;
        note_ended(tx);
        return TL_OK;
    }
    return tx->outer != NULL ? release_savepoint(tx, err) : commit(tx, err);
}

static int check_may_commit_with(tl_tx *tx, const struct tl__call *call, tl_error *err)
{
    int status = check_may_end(tx, err);

    if (status == TL_OK && tx->outer != NULL)
        status = tl__fail(err, TL_ERR_INVALID, "a savepoint cannot be committed with a statement");
    if (status == TL_OK)
        status = check_may_commit(tx, err);
    if (status == TL_OK)
        status = tl__conn_check_call(tx->conn, call, TL_WAIT_DEFAULT, err);
    return status;
}

int tl_tx_commit_with(
    tl_tx *tx, const char *sql, const tl_value *args, size_t n_args, tl_result **out, tl_error *err)
{
    struct tl__call calls[] = { { .sql = sql, .args = args, .n_args = n_args },
                                { .sql = "COMMIT" } };
    scoped(tl_result_freep) tl_result *result = tl__result_new(); /* before anything is done */

    if (result == NULL)
        return tl__fail_nomem(err);
    int status = check_may_commit_with(tx, &calls[0], err);
    if (status != TL_OK)
        return status;
    status = tl__conn_run(tx->conn, calls, COUNT_OF(calls), TL_WAIT_DEFAULT, NULL, err);
    if (status != TL_OK && is_left_open(tx))
        return status;
    note_ended(tx);
    if (status != TL_OK)
        return fail_unknown(err, status);
    tl__result_fill(result, calls[0].answer);
    status = check_commit_tag(tx->conn, calls[1].answer, err);
    if (status == TL_OK && out != NULL)
        *out = tl__take(&result);
    return status;
}

/* Both in one trip; the savepoint is gone afterwards, as with a commit. */
static int roll_back(tl_tx *tx, tl_error *err)
{
    char to[64];
    char release[64];
    struct tl__call calls[] = { { .sql = to }, { .sql = release } };
    const size_t n = tx->outer != NULL ? 2 : 1;

    snprintf(to, sizeof to, tx->outer != NULL ? "ROLLBACK TO SAVEPOINT tl_%u" : "ROLLBACK",
             tx->depth);
    snprintf(release, sizeof release, "RELEASE SAVEPOINT tl_%u", tx->depth);
    const int status = tl__conn_run(tx->conn, calls, n, TL_WAIT_DEFAULT, NULL, err);
    for (size_t i = 0; i < n; i++)
        tl__answer_free(calls[i].answer);
    return status;
}

/* A second time if the first was not run, for want of a prepared statement that somebody dropped: in
 * a failed transaction nothing prepared is used. */
static int roll_back_surely(tl_tx *tx, tl_error *err)
{
    const int status = roll_back(tx, err);

    return status != TL_OK && is_left_open(tx) ? roll_back(tx, err) : status;
}

int tl_tx_rollback(tl_tx *tx, tl_error *err)
{
    int status = check_may_end(tx, err);

    if (status != TL_OK)
        return status;
    if (is_empty(tx)) {
        tx->conn->n_put_off--;
    } else {
        status = roll_back_surely(tx, err);
        if (status == TL_OK && tx->outer != NULL)
            tx->conn->tx_error.status = TL_OK; /* it goes on as if nothing had failed */
    }
    note_ended(tx);
    return status;
}

/* Savepoints inside end with it: those that were only put off must not be sent any more. */
static void end_inner(tl_tx *tx)
{
    for (tl_tx *t = tx->conn->tx; t != NULL && t != tx; t = t->outer) {
        if (is_empty(t))
            t->conn->n_put_off--;
        t->open = false;
    }
    tx->conn->tx = tx;
}

/* A rollback that fails means a broken connection; the pool finds out at release. */
void tl_tx_end(tl_tx *tx)
{
    if (tx == NULL)
        return;
    if (tx->open && tx->conn->loan == tx->loan) {
        end_inner(tx);
        tl__ignore(tl_tx_rollback(tx, NULL));
    }
    tl__free(tx);
}

void tl_tx_endp(tl_tx **tx)
{
    tl_tx_end(*tx);
    *tx = NULL;
}
