/* pool/pool-private.h - what the files of pool/ share */
#pragma once

#include "base/list.h"
#include "base/sync.h"
#include "pool/policy.h"
#include "pool/pool.h"

enum tl__place_state {
    TL__PLACE_EMPTY,     /* no connection; in the list of empty places */
    TL__PLACE_OPENING,   /* its owner, a thread in tl__pool_acquire(), connects */
    TL__PLACE_IDLE,      /* in the list of idle places */
    TL__PLACE_RESETTING, /* the same, and the answer to its reset is still to be read */
    TL__PLACE_PROBING,   /* its owner checks it before it is lent */
    TL__PLACE_LENT,
    TL__PLACE_CLOSING, /* its owner closes it */
    TL__PLACE_STATES,
};

struct tl__place {
    tl_conn conn; /* first by habit only; a loan is &place->conn */
    struct tl__pool *pool;
    struct tl__list link; /* in the list of its state, else alone */
    enum tl__place_state state;
    uint64_t generation;  /* the pool's when it was opened */
    int64_t recycle_at;   /* when it is to be replaced */
    int64_t rested_since; /* of the coarse clock */

    /* The loan. */
    int64_t lent_since; /* of the coarse clock */
    tl_label label;
    int32_t thread;
    enum tl__undo undo; /* what the settings said when it was lent */
    tl_level echo;      /* likewise: of the events of loan and return */
};

/* A thread in line. It lives on its stack, so joining cannot fail. */
struct tl__waiter {
    struct tl__list link; /* alone once served */
    struct tl__cond wake;
    struct tl__place *place; /* what it was given: to be opened or probed */
    const tl_label *label;
    int64_t since;
    int32_t thread;
};

struct tl__pool {
    struct tl__log log;
    char name[64];
    const char *const *keywords;
    const char *const *values;
    int64_t moment_ns; /* of rest that needs no check: a tick of the coarse clock, and 1 ms */

    struct tl__mutex lock; /* guards everything below */
    struct tl__settings settings;
    struct tl__conn_settings conn_settings;
    struct tl__list idle; /* next to be lent first */
    struct tl__list empty;
    struct tl__list waiters; /* the longest first; not empty only while no place is idle or empty */
    int32_t n_waiting;
    int32_t n_by_state[TL__PLACE_STATES];
    uint64_t generation; /* connections older than this are replaced before they are lent */
    uint64_t random;
    tl_pool_status counters; /* its counters and last failure; the rest is made when asked for */
    struct tl__pool_times times;

    bool closing;
    bool abandoned;   /* the closer left; the last user frees */
    int32_t n_inside; /* threads on the slow way through tl__pool_acquire() */
    struct tl__cond drained;
    void (*on_gone)(void *user);
    void *on_gone_user;

    size_t n_places;
    struct tl__place places[];
};

void tl__place_set_locked(struct tl__place *place, enum tl__place_state state);

/* Somebody may need what became free. Each gives the place to the first in line, or to its list. */
void tl__place_give_idle_locked(struct tl__place *place);
void tl__place_give_empty_locked(struct tl__place *place);

/* Closes the connection of a place that is CLOSING, without the lock, and gives the place on. */
void tl__place_close(struct tl__place *place, const char *reason);

/* Makes a place that is PROBING or OPENING fit to be lent. Without the lock. */
int tl__place_make_fit(struct tl__place *place, int64_t deadline, tl_error *err);

/* Gives up the lock, and the pool's memory where this was its last user. */
void tl__pool_unlock(struct tl__pool *pool);

/* The error of a caller for whom there was no place. */
int tl__pool_fail_busy_locked(struct tl__pool *pool, const char *why, tl_error *err);

/* The same for one whose time is up. */
int tl__pool_fail_late_locked(struct tl__pool *pool, int timeout_ms, tl_error *err);
