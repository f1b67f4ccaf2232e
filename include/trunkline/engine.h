/* trunkline/engine.h - one database: where it is, and connections to it on loan */
#ifndef TL_ENGINE_H
#define TL_ENGINE_H

#include <trunkline/error.h>
#include <trunkline/event.h>
#include <trunkline/pool.h>

typedef struct tl_engine_options {
    size_t size;          /* sizeof(tl_engine_options), by TL_ENGINE_OPTIONS_INIT */
    const char *settings; /* such as "pool_size=5 max_overflow=0"; over those of the URL. Or NULL */
    tl_event_fn on_event; /* where events go; NULL for nowhere */
    void *on_event_user;
    tl_level event_level; /* the least level that is reported; 0 stands for TL_LEVEL_INFO */
} tl_engine_options;

/* clang-format off */
#define TL_ENGINE_OPTIONS_INIT { sizeof(tl_engine_options), NULL, NULL, NULL, TL_LEVEL_INFO }
/* clang-format on */

TL_BEGIN_DECLS

/**
 * Open an engine. Nothing is connected yet: the first tl_engine_acquire() does that.
 *
 * @param url      as for tl_config_new(); NULL takes DATABASE_URL
 * @param options  from TL_ENGINE_OPTIONS_INIT; NULL means all defaults. Copied
 * @param out      on success, the engine; end it with tl_engine_close(). Untouched on failure
 * @param err      on failure, what happened; may be NULL
 * @return TL_OK, or
 *         TL_ERR_INVALID  the URL or a setting is wrong: err names every one
 *         TL_ERR_NOMEM    no memory
 * @threads any thread, while nobody changes the environment
 * @since 0.1
 */
TL_EXPORT TL_MUST_CHECK int
tl_engine_open(const char *url, const tl_engine_options *options, tl_engine **out, tl_error *err);

/**
 * Close an engine: no more loans, waiters are sent away with TL_ERR_CLOSED, and loans are awaited.
 *
 * The engine's memory goes with the last loan: a connection that comes back after the deadline is
 * closed then and there. The caller must not use the engine again, whatever the outcome.
 *
 * @param engine      the engine; NULL does nothing
 * @param timeout_ms  how long to wait for loans; 0 does not wait, TL_WAIT_FOREVER has no bound
 * @param err         on failure, how many loans were left, and who holds the oldest; may be NULL
 * @return TL_OK, or
 *         TL_ERR_BUSY  loans were left at the deadline
 * @threads no other user left, but for borrowers
 * @since 0.1
 */
TL_EXPORT int tl_engine_close(tl_engine *engine, int timeout_ms, tl_error *err);

/**
 * tl_engine_close() without waiting, for the cleanup attribute of GCC and Clang.
 *
 * @param engine  the address of a variable that holds an engine or NULL
 * @threads no other user left, but for borrowers
 * @since 0.1
 */
TL_EXPORT void tl_engine_closep(tl_engine **engine);

/**
 * Borrow a connection.
 *
 * Takes a resting connection that was found alive, or opens one while fewer than pool_size +
 * max_overflow exist, or waits in line: first come, first served. What the previous borrower
 * changed in the session has been undone as pool_reset_on_return says.
 *
 * @param engine      the engine
 * @param timeout_ms  longest time for waiting, connecting and checking together; 0 takes only what
 *                    is there, TL_WAIT_FOREVER has no bound, TL_WAIT_DEFAULT is pool_timeout
 * @param label       who asks and what for, as TL_HERE("orders")
 * @param out         on success, the connection; give it back with tl_conn_release(). Untouched on
 *                    failure
 * @param err         on failure, what happened and in which phase; may be NULL
 * @return TL_OK, or
 *         TL_ERR_BUSY     every connection stayed in use until the deadline; err names the holders
 *         TL_ERR_TIMEOUT  connecting or checking was not done by the deadline
 *         TL_ERR_CONNECT  the server could not be reached, or refused the connection
 *         TL_ERR_CLOSED   tl_engine_close() was called
 *         TL_ERR_INVALID  timeout_ms is negative and none of TL_WAIT_...
 *         TL_ERR_NOMEM    no memory for a new connection
 * @threads any thread
 * @since 0.1
 */
TL_EXPORT TL_MUST_CHECK int
tl_engine_acquire(tl_engine *engine, int timeout_ms, tl_label label, tl_conn **out, tl_error *err);

/**
 * Borrow a connection only if another would be left: for probes and housekeeping, which must never
 * take the last place from the work itself. It never waits in line.
 *
 * @param engine      the engine
 * @param timeout_ms  longest time for connecting and checking, as for tl_engine_acquire()
 * @param label       who asks
 * @param out         on success, the connection; give it back with tl_conn_release(). Untouched on
 *                    failure
 * @param err         on failure, what happened and in which phase; may be NULL
 * @return TL_OK, or
 *         TL_ERR_BUSY     fewer than two places are free, or somebody waits; pools of one place
 *                         lend it if nobody waits
 *         TL_ERR_TIMEOUT  connecting or checking was not done by the deadline
 *         TL_ERR_CONNECT  the server could not be reached, or refused the connection
 *         TL_ERR_CLOSED   tl_engine_close() was called
 *         TL_ERR_INVALID  timeout_ms is negative and none of TL_WAIT_...
 *         TL_ERR_NOMEM    no memory for a new connection
 * @threads any thread
 * @since 0.1
 */
TL_EXPORT TL_MUST_CHECK int tl_engine_acquire_spare(
    tl_engine *engine, int timeout_ms, tl_label label, tl_conn **out, tl_error *err);

/**
 * One consistent picture of the pool, and of those who use it.
 *
 * @param engine  the engine
 * @param out     the picture
 * @param users   room for holders, the longest loan first, then waiters, the first in line first;
 *                or NULL
 * @param max     how many fit in users
 * @return how many were written to users
 * @threads any thread
 * @since 0.1
 */
TL_EXPORT size_t tl_engine_status(tl_engine *engine,
                                  tl_pool_status *out,
                                  tl_pool_user *users,
                                  size_t max);

/**
 * Change settings while the engine works: those that tl_config_get() calls live.
 *
 * @param engine    the engine
 * @param settings  as "pool_timeout=5s pool_recycle=30m"; settings not named stay as they are
 * @param err       on failure, every setting that is wrong; then nothing was changed; may be NULL
 * @return TL_OK, or
 *         TL_ERR_INVALID  a setting is unknown, out of its range, or cannot change now
 *         TL_ERR_NOMEM    no memory
 * @threads any thread
 * @since 0.1
 */
TL_EXPORT TL_MUST_CHECK int tl_engine_apply(tl_engine *engine, const char *settings, tl_error *err);

/**
 * The engine's metrics in Prometheus' text format, version 0.0.4: OpenTelemetry's pool metrics by
 * their mapped names, such as db_client_connection_count, and ours, which begin with trunkline_.
 *
 * @param engine  the engine
 * @param out     on success, the text; free with tl_free(). Untouched on failure
 * @param err     on failure, what happened; may be NULL
 * @return TL_OK, or
 *         TL_ERR_NOMEM  no memory
 * @threads any thread
 * @since 0.1
 */
TL_EXPORT TL_MUST_CHECK int tl_engine_metrics(tl_engine *engine, char **out, tl_error *err);

/**
 * The settings that the engine works with.
 *
 * @param engine  the engine
 * @return the settings as they were when the engine was opened, valid as long as it
 * @threads any thread
 * @since 0.1
 */
TL_EXPORT const tl_config *tl_engine_config(const tl_engine *engine);

TL_END_DECLS

#endif
