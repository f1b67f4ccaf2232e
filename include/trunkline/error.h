/* trunkline/error.h - what went wrong, for the program and for the person
 *
 * Every call that can fail returns an int to decide by and fills a tl_error to read. The error is a
 * plain value: on the stack, copied by assignment, never freed. Filling it never allocates.
 */
#ifndef TL_ERROR_H
#define TL_ERROR_H

#include <trunkline/common.h>

/* The only list of failures: one for each different reaction. Add at the end; a number, once
 * released, keeps its meaning. */
#define TL_STATUS_LIST(X)                                                                 \
    X(NOMEM, -1, "out of memory")                                                         \
    X(INVALID, -2, "invalid argument, or a call at the wrong time")                       \
    X(TIMEOUT, -3, "the deadline passed before the work was done")                        \
    X(CANCELED, -4, "the statement was canceled")                                         \
    X(BUSY, -5, "every connection stayed in use")                                         \
    X(CLOSED, -6, "the engine is closing or closed")                                      \
    X(CONNECT, -7, "no connection to the server could be made")                           \
    X(SERVER, -8, "the server refused the statement; see sqlstate")                       \
    X(CONFLICT, -9, "serialization failure or deadlock; run the whole transaction again") \
    X(LOST, -10, "the connection broke; nothing of an open transaction was committed")    \
    X(UNKNOWN, -11, "the connection broke while committing; the outcome is unknown")      \
    X(TYPE, -12, "a value is not of the type asked for, or does not fit it")              \
    X(SYSTEM, -13, "the operating system refused; see os_errno")

typedef enum tl_status {
    TL_OK = 0,
#define TL_DEFINE_(name, value, text) TL_ERR_##name = (value),
    TL_STATUS_LIST(TL_DEFINE_)
#undef TL_DEFINE_
} tl_status;

/* Where a call was when it failed. Add at the end. */
#define TL_PHASE_LIST(X)                                                    \
    X(NONE, 0, "none")                                                      \
    X(QUEUE, 1, "queue")     /* waiting for a connection of the pool */     \
    X(RESOLVE, 2, "resolve") /* looking up the host's name */               \
    X(CONNECT, 3, "connect") /* reaching the server's address */            \
    X(TLS, 4, "tls")         /* agreeing on encryption */                   \
    X(AUTH, 5, "auth")       /* authentication, and starting the session */ \
    X(PING, 6, "ping")       /* checking a connection before lending it */  \
    X(SEND, 7, "send")       /* handing the statement to the server */      \
    X(WAIT, 8, "wait")       /* waiting for the answer */                   \
    X(RESET, 9, "reset")     /* undoing what the previous borrower left */  \
    X(DRAIN, 10, "drain")    /* waiting for loans to come back at close */

typedef enum tl_phase {
#define TL_DEFINE_(name, value, text) TL_PHASE_##name = (value),
    TL_PHASE_LIST(TL_DEFINE_)
#undef TL_DEFINE_
} tl_phase;

/* What else is known about a failure; combined by |. */
enum {
    TL_ERROR_RETRY_TX = 1 << 0,      /* running the whole transaction again may succeed */
    TL_ERROR_RETRY_CONNECT = 1 << 1, /* connecting again, later, may succeed */
    TL_ERROR_LOST = 1 << 2,          /* the connection is gone */
    TL_ERROR_TRUNCATED = 1 << 3,     /* a text was too long; tl_conn_error_field() has it whole */
};

/* Every text is NUL-terminated UTF-8 as the server sent it, cut at a character if it is too long.
 * Names of objects are never cut: PostgreSQL's own limit is 63 bytes. */
typedef struct tl_error {
    int status;        /* TL_OK, or what the call returned */
    char sqlstate[6];  /* PostgreSQL's code, such as "23505"; "" if the server had no say */
    uint8_t phase;     /* a tl_phase */
    uint8_t reserved_; /* zero */
    uint32_t flags;    /* TL_ERROR_... */
    int os_errno;      /* errno, where the operating system had the say; else 0 */
    int backend_pid;   /* the server process; 0 if there was none */
    int position;      /* 1-based, in characters of the statement; 0 if none */
    char severity[16]; /* ERROR, FATAL or PANIC, never translated; "" if the server had no say */
    char message[512]; /* one line, lower case, no full stop */
    char detail[512];
    char hint[384];
    char context[384];
    char schema[64];
    char table[64];
    char column[64];
    char data_type[64];
    char constraint[64];
    char host[128]; /* where the server is, as "host:port" or a socket's path; "" if unknown */
    uint64_t spare_[8];
} tl_error;

/* clang-format off */
#ifdef __cplusplus
#define TL_ERROR_INIT {}
#else
#define TL_ERROR_INIT { 0 }
#endif
/* clang-format on */

TL_BEGIN_DECLS

/**
 * The general meaning of a status, such as "the engine is closing or closed".
 *
 * @param status  TL_OK or a TL_ERR_...
 * @return the text, valid for ever; "unknown status" for any other number
 * @threads signal handlers too
 * @since 0.1
 */
TL_EXPORT const char *tl_status_text(int status);

/**
 * The name of a status, such as "TL_ERR_CLOSED".
 *
 * @param status  TL_OK or a TL_ERR_...
 * @return the text, valid for ever; "unknown" for any other number
 * @threads signal handlers too
 * @since 0.1
 */
TL_EXPORT const char *tl_status_name(int status);

/**
 * The word for a phase, such as "connect".
 *
 * @param phase  a tl_phase
 * @return the text, valid for ever; "unknown" for any other number
 * @threads signal handlers too
 * @since 0.1
 */
TL_EXPORT const char *tl_phase_text(int phase);

/**
 * An error as a person reads it: severity, message, SQLSTATE, detail, hint and where, one a line,
 * in the order and with the labels that psql uses.
 *
 * @param err   the error
 * @param buf   where to write; always NUL-terminated when size > 0
 * @param size  bytes in buf; 0 only counts
 * @return the bytes the whole text needs, without the NUL, as snprintf() does
 * @threads any thread
 * @since 0.1
 */
TL_EXPORT size_t tl_error_format(const tl_error *err, char *buf, size_t size);

/**
 * Whether the error has this SQLSTATE, or one of its class.
 *
 * @param err       the error
 * @param sqlstate  five characters such as "23505", or the two of a class such as "23"
 * @return true if it matches
 * @threads any thread
 * @since 0.1
 */
TL_EXPORT bool tl_error_is(const tl_error *err, const char *sqlstate);

TL_END_DECLS

#endif
