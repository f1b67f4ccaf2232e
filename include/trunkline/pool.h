/* trunkline/pool.h - what an engine's pool of connections is doing
 *
 * A pool is a fixed set of places. A place is always in exactly one state, and the states always
 * add up to pool_size + max_overflow, so the server never sees more connections than that.
 */
#ifndef TL_POOL_H
#define TL_POOL_H

#include <trunkline/common.h>

/* Where and for what a connection was asked for. The texts must live as long as the engine: literals
 * do. */
typedef struct tl_label {
    const char *name; /* what for, such as "orders"; NULL for none */
    const char *file;
    int line;
} tl_label;

#ifdef __cplusplus
#define TL_HERE(name)              \
    tl_label                       \
    {                              \
        (name), __FILE__, __LINE__ \
    }
#else
#define TL_HERE(name) ((tl_label){ (name), __FILE__, __LINE__ })
#endif

/* One consistent picture, taken in one moment. */
typedef struct tl_pool_status {
    char name[64];        /* setting pool_name, by default host:port/database */
    int32_t pool_size;    /* places that keep their connection */
    int32_t max_overflow; /* places more, for as long as they are needed */

    /* Places by state. The sum is pool_size + max_overflow. */
    int32_t n_empty;     /* no connection */
    int32_t n_opening;   /* being connected */
    int32_t n_idle;      /* connected, ready to be lent */
    int32_t n_lent;      /* with a borrower */
    int32_t n_probing;   /* being checked before a loan */
    int32_t n_resetting; /* the server is undoing what the borrower changed */
    int32_t n_closing;   /* being closed */

    int32_t n_waiting;      /* threads in line */
    int64_t oldest_wait_ms; /* how long the first of them has waited */
    int64_t oldest_loan_ms; /* how long the longest loan has lasted */

    /* Since the engine was opened. */
    uint64_t acquired;       /* loans */
    uint64_t waited;         /* loans that had to wait in line */
    uint64_t timeouts;       /* callers who gave up at their deadline */
    uint64_t opened;         /* connections made */
    uint64_t open_failures;  /* attempts that failed */
    uint64_t closed;         /* connections closed, for whatever reason */
    uint64_t recycled;       /* of these: had reached pool_recycle */
    uint64_t invalidated;    /* of these: found broken, or older than a broken one */
    uint64_t pings;          /* checks by a round trip before a loan */
    uint64_t resets;         /* returns where something had to be undone */
    uint64_t reset_failures; /* of these: in vain, so the connection was closed */

    int32_t closing;   /* 1 from tl_engine_close() on */
    int32_t reserved_; /* zero */
    char last_failure
        [256]; /* why the last attempt to connect failed; "" if the last one succeeded */
    char last_sqlstate[6]; /* its code, if the server had a say */
    char spare_[58];
} tl_pool_status;

typedef enum tl_user_kind {
    TL_USER_HOLDER = 1, /* has a connection */
    TL_USER_WAITER = 2, /* stands in line for one */
} tl_user_kind;

/* Somebody who has, or waits for, a connection. */
typedef struct tl_pool_user {
    tl_user_kind kind;
    int32_t thread;      /* the operating system's number of the thread */
    int32_t backend_pid; /* of a holder's connection; 0 for a waiter */
    int32_t reserved_;   /* zero */
    int64_t since_ms;    /* how long ago the loan, or the waiting, began */
    tl_label label;
    char statement[128]; /* a holder's last statement without its parameters, cut; "" if none */
} tl_pool_user;

TL_BEGIN_DECLS

/**
 * A pool's status in SQLAlchemy's words: "Pool size: 5  Connections in pool: 0 Current Overflow: -5
 * Current Checked out connections: 0".
 *
 * Connections in pool are n_idle + n_resetting; the overflow is the number of connections that
 * exist or are being made beyond pool_size, negative while there are fewer.
 *
 * @param status  the status
 * @param buf     where to write; always NUL-terminated when size > 0
 * @param size    bytes in buf; 0 only counts
 * @return the bytes the whole text needs, without the NUL, as snprintf() does
 * @threads any thread
 * @since 0.1
 */
TL_EXPORT size_t tl_pool_status_line(const tl_pool_status *status, char *buf, size_t size);

TL_END_DECLS

#endif
