/* trunkline/conn.h - running statements on a connection */
#ifndef TL_CONN_H
#define TL_CONN_H

#include <trunkline/error.h>
#include <trunkline/result.h>
#include <trunkline/value.h>

typedef struct tl_call_options {
    size_t size;       /* sizeof(tl_call_options), by TL_CALL_OPTIONS_INIT */
    int timeout_ms;    /* for this call; TL_WAIT_DEFAULT: as tl_conn_set_timeout() said */
    bool text_results; /* values come in PostgreSQL's text form, for showing them to a person */
} tl_call_options;

/* clang-format off */
#define TL_CALL_OPTIONS_INIT { sizeof(tl_call_options), TL_WAIT_DEFAULT, false }
/* clang-format on */

/* The parts of a server's message, by the letters of the protocol. */
typedef enum tl_error_part {
    TL_PART_SEVERITY_LOCALIZED = 'S',
    TL_PART_SEVERITY = 'V',
    TL_PART_SQLSTATE = 'C',
    TL_PART_MESSAGE = 'M',
    TL_PART_DETAIL = 'D',
    TL_PART_HINT = 'H',
    TL_PART_POSITION = 'P',
    TL_PART_INTERNAL_POSITION = 'p',
    TL_PART_INTERNAL_QUERY = 'q',
    TL_PART_CONTEXT = 'W',
    TL_PART_SCHEMA = 's',
    TL_PART_TABLE = 't',
    TL_PART_COLUMN = 'c',
    TL_PART_DATA_TYPE = 'd',
    TL_PART_CONSTRAINT = 'n',
    TL_PART_SOURCE_FILE = 'F',
    TL_PART_SOURCE_LINE = 'L',
    TL_PART_SOURCE_FUNCTION = 'R',
} tl_error_part;

TL_BEGIN_DECLS

/**
 * Give a connection back to its engine.
 *
 * An open transaction is rolled back, and what the borrower changed in the session is undone, as
 * pool_reset_on_return says, before anybody else gets the connection. Nobody waits for that.
 *
 * @param conn  the connection; NULL does nothing. It must not be used again
 * @threads one thread at a time
 * @since 0.1
 */
TL_EXPORT void tl_conn_release(tl_conn *conn);

/**
 * The same for the cleanup attribute of GCC and Clang.
 *
 * @param conn  the address of a variable that holds a connection or NULL
 * @threads one thread at a time
 * @since 0.1
 */
TL_EXPORT void tl_conn_releasep(tl_conn **conn);

/**
 * Bound every call on this connection from now on, until it goes back.
 *
 * When the time is up the call fails with TL_ERR_TIMEOUT, the server is told to stop, and the
 * connection is not lent again.
 *
 * @param conn        the connection
 * @param timeout_ms  the bound of each call; TL_WAIT_FOREVER for none; TL_WAIT_DEFAULT for the
 *                    setting call_timeout
 * @threads one thread at a time
 * @since 0.1
 */
TL_EXPORT void tl_conn_set_timeout(tl_conn *conn, int timeout_ms);

/**
 * Run one statement and get what it gave.
 *
 * @param conn    the connection
 * @param sql     one statement, with $1, $2, ... for parameters
 * @param args    the parameters, or NULL; by TL_ARGS(...), or TL_NO_ARGS
 * @param n_args  how many; at most 65535
 * @param out     on success, the result; free with tl_result_free(). Untouched on failure
 * @param err     on failure, what happened; may be NULL
 * @return TL_OK, or
 *         TL_ERR_SERVER    the server refused it; err->sqlstate has the code
 *         TL_ERR_CONFLICT  serialization failure or deadlock; run the whole transaction again
 *         TL_ERR_CANCELED  somebody canceled it
 *         TL_ERR_TIMEOUT   it was not done in time; the connection is lost with it
 *         TL_ERR_LOST      the connection broke
 *         TL_ERR_TYPE      a parameter cannot be sent as its type
 *         TL_ERR_INVALID   the statement is empty or has too many parameters; or it is a COPY from or
 *                          to the client, and the connection is lost with it if err->flags says so
 *         TL_ERR_SYSTEM    the operating system could not wait for the server
 *         TL_ERR_NOMEM     no memory
 * @threads one thread at a time
 * @since 0.1
 */
TL_EXPORT TL_MUST_CHECK int tl_query(tl_conn *conn,
                                     const char *sql,
                                     const tl_value *args,
                                     size_t n_args,
                                     tl_result **out,
                                     tl_error *err);

/**
 * tl_query() with options.
 *
 * @param conn     the connection
 * @param sql      one statement, with $1, $2, ... for parameters
 * @param args     the parameters, or NULL; by TL_ARGS(...), or TL_NO_ARGS
 * @param n_args   how many; at most 65535
 * @param options  from TL_CALL_OPTIONS_INIT; NULL means all defaults
 * @param out      on success, the result; free with tl_result_free(). Untouched on failure
 * @param err      on failure, what happened; may be NULL
 * @return as tl_query()
 * @threads one thread at a time
 * @since 0.1
 */
TL_EXPORT TL_MUST_CHECK int tl_query_with(tl_conn *conn,
                                          const char *sql,
                                          const tl_value *args,
                                          size_t n_args,
                                          const tl_call_options *options,
                                          tl_result **out,
                                          tl_error *err);

/**
 * Run one statement for its effect.
 *
 * @param conn      the connection
 * @param sql       one statement, with $1, $2, ... for parameters
 * @param args      the parameters, or NULL; by TL_ARGS(...), or TL_NO_ARGS
 * @param n_args    how many; at most 65535
 * @param affected  on success, how many rows it touched; may be NULL
 * @param err       on failure, what happened; may be NULL
 * @return as tl_query()
 * @threads one thread at a time
 * @since 0.1
 */
TL_EXPORT TL_MUST_CHECK int tl_exec(tl_conn *conn,
                                    const char *sql,
                                    const tl_value *args,
                                    size_t n_args,
                                    int64_t *affected,
                                    tl_error *err);

/**
 * Run a text of several statements, separated by semicolons, in one round trip. Without BEGIN in
 * it, or a transaction around it, they are one transaction.
 *
 * @param conn  the connection
 * @param sql   the statements, without parameters. COPY from or to the client is refused
 * @param err   on failure, the first statement's that failed; may be NULL
 * @return as tl_query()
 * @threads one thread at a time
 * @since 0.1
 */
TL_EXPORT TL_MUST_CHECK int tl_script(tl_conn *conn, const char *sql, tl_error *err);

/**
 * A part of the server's message of the last call that failed on this connection, whole however
 * long it is.
 *
 * @param conn  the connection
 * @param part  which part
 * @return the text, valid until the next call on the connection; NULL if there is none
 * @threads one thread at a time
 * @since 0.1
 */
TL_EXPORT const char *tl_conn_error_field(const tl_conn *conn, tl_error_part part);

/**
 * What the server says of itself, such as "server_version", "in_hot_standby" or "TimeZone".
 *
 * @param conn  the connection
 * @param name  the name of a parameter that the server reports
 * @return the value, valid until the next call on the connection; NULL if the server does not
 *         report it
 * @threads one thread at a time
 * @since 0.1
 */
TL_EXPORT const char *tl_conn_parameter(const tl_conn *conn, const char *name);

/**
 * The number of the server process, and of the server's version.
 *
 * @param conn  the connection
 * @return the process id, as in pg_stat_activity; or a version such as 170012
 * @threads one thread at a time
 * @since 0.1
 */
TL_EXPORT int tl_conn_backend_pid(const tl_conn *conn);
TL_EXPORT int tl_conn_server_version(const tl_conn *conn);

/**
 * Whether a transaction is open, or will be with the next statement.
 *
 * @param conn  the connection
 * @return true inside a transaction, failed or not
 * @threads one thread at a time
 * @since 0.1
 */
TL_EXPORT bool tl_conn_in_transaction(const tl_conn *conn);

/**
 * Say that the connection must not be lent again, whatever it looks like.
 *
 * @param conn  the connection; it is closed when it goes back
 * @threads one thread at a time
 * @since 0.1
 */
TL_EXPORT void tl_conn_invalidate(tl_conn *conn);

TL_END_DECLS

#endif
