/* conn/conn.h - one connection: running calls, the state of its session, undoing it
 *
 * A call is a statement with its parameters. Calls that belong together go in one flight. Ahead of
 * them go what was put off: BEGIN and SAVEPOINT travel with the first statement that needs them.
 */
#pragma once

#include <trunkline/conn.h>

#include "base/buf.h"
#include "base/event.h"
#include "base/sync.h"
#include "conn/statements.h"
#include "wire/wire.h"

enum {
    TL__MOST_CALLS = 2,    /* in one flight: the last statement of a transaction, and COMMIT */
    TL__MOST_PUT_OFF = 4,  /* BEGIN and some savepoints */
    TL__PUT_OFF_SIZE = 96, /* bytes of one such statement */
};

/* What every loan takes from the settings. */
struct tl__conn_settings {
    int call_timeout_ms;
    unsigned prepare_threshold; /* 0: never */
    size_t statement_cache_size;
};

/* Parameters as libpq wants them; the memory is kept from call to call. */
struct tl__param_space {
    struct tl__params params;
    size_t capacity;
    struct tl__buf bytes;
};

struct tl_conn {
    struct tl__wire *wire; /* NULL while there is no connection, or it broke */
    const struct tl__log *log;
    const char *pool_name;
    struct tl__conn_settings settings;
    struct tl__statements statements;
    struct tl__param_space params;
    struct pg_result *failure; /* the last server error, for tl_conn_error_field() */
    int timeout_ms;            /* of each call; TL_WAIT_DEFAULT: settings.call_timeout_ms */
    int32_t backend_pid;
    uint32_t vector_oid; /* of pgvector's type in this database; 0 if not looked up */
    uint64_t loan;       /* counts loans: a transaction of an earlier one is recognised */
    unsigned dirt;       /* of this loan */
    bool died;      /* the wire is gone because the other end went, not by a deadline of ours */
    bool unfit;     /* not to be lent again */
    bool has_said;  /* in this loan: said is of it */
    bool resetting; /* a reset was sent; its answer was not read yet */
    struct tl__step reset_step;
    struct tl__buf reset_sql;

    char put_off[TL__MOST_PUT_OFF][TL__PUT_OFF_SIZE];
    size_t n_put_off;

    tl_tx *tx;         /* the innermost that is open, or NULL */
    tl_error tx_error; /* the first in the open transaction; status TL_OK if there was none */

    struct tl__mutex said_lock; /* guards said: others look at it while this one works */
    char said[128];             /* the last statement, cut */
};

struct tl__call {
    const char *sql;
    const tl_value *args;
    size_t n_args; /* only one call of a flight may have any */
    bool text_results;
    struct pg_result *answer; /* afterwards, on success: the caller's */
};

int tl__conn_init(tl_conn *conn,
                  const struct tl__log *log,
                  const char *pool_name,
                  size_t cache_size);
void tl__conn_done(tl_conn *conn);

int tl__conn_open(tl_conn *conn,
                  const char *const *keywords,
                  const char *const *values,
                  int64_t deadline,
                  tl_error *err);
void tl__conn_close(tl_conn *conn); /* and the connection is as before tl__conn_open() */

/* A new loan begins: nothing of the last one is left but the session itself. And it ends. */
void tl__conn_lend(tl_conn *conn, const struct tl__conn_settings *settings);
void tl__conn_return(tl_conn *conn);

/* Runs what was put off and the calls in one flight. On failure *failed, if asked for, is the call
 * that failed, or n where it was before all of them. */
int tl__conn_run(
    tl_conn *conn, struct tl__call *calls, size_t n, int timeout_ms, size_t *failed, tl_error *err);

/* What the caller may have got wrong, and what must be known before the call can be sent. */
int tl__conn_check_call(tl_conn *conn, const struct tl__call *call, int timeout_ms, tl_error *err);

/* Puts off a statement until the next call. Where too many are, they are run now. */
int tl__conn_put_off(tl_conn *conn, const char *sql, tl_error *err);

int tl__conn_ping(tl_conn *conn, int64_t deadline, tl_error *err);
bool tl__conn_alive(tl_conn *conn); /* one look at the socket */
enum tl__tx_status tl__conn_tx_status(const tl_conn *conn);

/* Undoing what the borrower changed: sent by _begin, which gives false where there is nothing to
 * undo; read by _finish. */
enum tl__undo { TL__UNDO_NOTHING, TL__UNDO_TRANSACTION, TL__UNDO_CHANGED, TL__UNDO_ALL };
bool tl__conn_reset_begin(tl_conn *conn, enum tl__undo undo);
int tl__conn_reset_finish(tl_conn *conn, int64_t deadline, tl_error *err);

/* A copy of the last statement, for others than the borrower. */
void tl__conn_said(tl_conn *conn, char *to, size_t size);

/* Encodes args for the wire. The result lives until the next call. */
int tl__params_fill(struct tl__param_space *space,
                    const tl_value *args,
                    size_t n,
                    uint32_t vector_oid,
                    tl_error *err);
void tl__params_done(struct tl__param_space *space);

/* A result is made before its statement is sent, so that no answer is lost for want of memory. */
tl_result *tl__result_new(void);
void tl__result_fill(tl_result *result, struct pg_result *answer);
