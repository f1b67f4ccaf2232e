/* trunkline/tx.h - transactions: commit or rollback, always
 *
 * BEGIN costs no round trip of its own: it travels with the first statement. A transaction in which
 * nothing was run costs nothing at all.
 */
#ifndef TL_TX_H
#define TL_TX_H

#include <trunkline/conn.h>
#include <trunkline/pool.h>

typedef enum tl_isolation {
    TL_ISOLATION_DEFAULT = 0, /* as default_transaction_isolation says */
    TL_READ_COMMITTED = 1,
    TL_REPEATABLE_READ = 2,
    TL_SERIALIZABLE = 3,
} tl_isolation;

typedef struct tl_tx_options {
    size_t size; /* sizeof(tl_tx_options), by TL_TX_OPTIONS_INIT */
    tl_isolation isolation;
    bool read_only;
    bool deferrable; /* counts only with TL_SERIALIZABLE and read_only */

    /* For tl_transact(). */
    int attempts;   /* how often the unit may run in all; 0 stands for 5 */
    int timeout_ms; /* for acquiring, each time; TL_WAIT_DEFAULT is pool_timeout */
    tl_label label; /* who asks, as TL_HERE("orders") */
} tl_tx_options;

/* clang-format off */
#define TL_TX_OPTIONS_INIT                                                                         \
    { sizeof(tl_tx_options), TL_ISOLATION_DEFAULT, false, false, 0, TL_WAIT_DEFAULT,               \
      { NULL, NULL, 0 } }
/* clang-format on */

/* A unit of work. It returns TL_OK to commit, anything else to roll back. It may run more than once,
 * each time in a transaction of its own; and it may end the transaction itself, for instance by
 * tl_tx_commit_with(). */
typedef int (*tl_tx_fn)(tl_tx *tx, void *user, tl_error *err);

TL_BEGIN_DECLS

/**
 * Begin a transaction, or inside one a savepoint.
 *
 * @param conn     the connection; it must not be released while the transaction is open
 * @param options  from TL_TX_OPTIONS_INIT; NULL means all defaults. Must be NULL for a savepoint
 * @param out      on success, the transaction; end it with tl_tx_end(). Untouched on failure
 * @param err      on failure, what happened; may be NULL
 * @return TL_OK, or
 *         TL_ERR_INVALID  options for a savepoint, or a transaction that was begun by SQL is open
 *         TL_ERR_SERVER   too many savepoints were waiting to be sent, and sending them failed
 *         TL_ERR_LOST     the connection broke before
 *         TL_ERR_NOMEM    no memory
 * @threads one thread at a time
 * @since 0.1
 */
TL_EXPORT TL_MUST_CHECK int
tl_tx_begin(tl_conn *conn, const tl_tx_options *options, tl_tx **out, tl_error *err);

/**
 * The connection of a transaction.
 *
 * @param tx  the transaction
 * @return the connection, valid as long as its loan
 * @threads one thread at a time
 * @since 0.1
 */
TL_EXPORT tl_conn *tl_tx_conn(tl_tx *tx);

/**
 * Commit a transaction, or release a savepoint.
 *
 * The server answers the COMMIT of a failed transaction with success and rolls back: that is
 * TL_ERR_SERVER here, with the error that made the transaction fail.
 *
 * @param tx   the transaction; still to be ended with tl_tx_end(), whatever the outcome
 * @param err  on failure, what happened; may be NULL
 * @return TL_OK, or
 *         TL_ERR_SERVER    it was rolled back; err has the first error in it
 *         TL_ERR_CONFLICT  it was rolled back; run the whole transaction again
 *         TL_ERR_LOST      the connection broke before COMMIT was sent: nothing was committed
 *         TL_ERR_UNKNOWN   the connection broke, or time was up, while COMMIT was under way
 *         TL_ERR_TIMEOUT   time was up before COMMIT was sent: nothing was committed
 *         TL_ERR_CANCELED  somebody canceled it: still open, to be rolled back
 *         TL_ERR_INVALID   it has ended already, by SQL perhaps, or a savepoint inside is still open
 * @threads one thread at a time
 * @since 0.1
 */
TL_EXPORT TL_MUST_CHECK int tl_tx_commit(tl_tx *tx, tl_error *err);

/**
 * Run a last statement and commit, in one round trip. If it is the only statement, that one trip is
 * all that the transaction costs.
 *
 * @param tx      the transaction, not a savepoint; still to be ended with tl_tx_end()
 * @param sql     one statement, with $1, $2, ... for parameters
 * @param args    the parameters, or NULL; by TL_ARGS(...), or TL_NO_ARGS
 * @param n_args  how many; at most 65535
 * @param out     on success, the statement's result; free with tl_result_free(); may be NULL.
 *                Untouched on failure
 * @param err     on failure, what happened; may be NULL
 * @return as tl_query() and tl_tx_commit()
 * @threads one thread at a time
 * @since 0.1
 */
TL_EXPORT TL_MUST_CHECK int tl_tx_commit_with(tl_tx *tx,
                                              const char *sql,
                                              const tl_value *args,
                                              size_t n_args,
                                              tl_result **out,
                                              tl_error *err);

/**
 * Roll back a transaction, or to a savepoint.
 *
 * @param tx   the transaction; still to be ended with tl_tx_end()
 * @param err  on failure, what happened; may be NULL
 * @return TL_OK, or
 *         TL_ERR_LOST     the connection broke: the server has rolled back, or will
 *         TL_ERR_TIMEOUT  time was up; the connection is lost with it: likewise
 *         TL_ERR_SERVER   the server refused, which a connection survives only broken: release it
 *         TL_ERR_INVALID  it has ended already, or a savepoint inside it is still open
 * @threads one thread at a time
 * @since 0.1
 */
TL_EXPORT int tl_tx_rollback(tl_tx *tx, tl_error *err);

/**
 * End a transaction: roll back what was not committed. Savepoints inside it end with it.
 *
 * @param tx  the transaction; NULL does nothing
 * @threads one thread at a time
 * @since 0.1
 */
TL_EXPORT void tl_tx_end(tl_tx *tx);
TL_EXPORT void tl_tx_endp(tl_tx **tx);

/**
 * Run a unit of work in a transaction on a connection of the engine: commit if it returns TL_OK,
 * roll back otherwise. After a serialization failure, a deadlock, or a connection that broke before
 * COMMIT was sent, it is run again, after a random pause of up to 5 ms that doubles with each
 * attempt, up to 1 s. It is never run again when its outcome is unknown.
 *
 * @param engine   the engine
 * @param options  from TL_TX_OPTIONS_INIT; NULL means all defaults
 * @param fn       the unit of work
 * @param user     handed to fn
 * @param err      on failure, what happened in the last attempt; may be NULL
 * @return TL_OK, what fn returned, or as tl_engine_acquire() and tl_tx_commit()
 * @threads any thread
 * @since 0.1
 */
TL_EXPORT TL_MUST_CHECK int tl_transact(
    tl_engine *engine, const tl_tx_options *options, tl_tx_fn fn, void *user, tl_error *err);

TL_END_DECLS

#endif
