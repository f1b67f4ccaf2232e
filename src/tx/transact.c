/* tx/transact.c - running a whole unit of work, again where that is right */
#include <trunkline/engine.h>
#include <trunkline/tx.h>

#include "base/fail.h"
#include "base/time.h"
#include "conn/conn.h"
#include "tx/backoff.h"
#include "tx/tx.h"

enum { DEFAULT_ATTEMPTS = 5 };

static const struct tl__backoff pauses = { .base_ns = 5 * TL__NS_PER_MS, .cap_ns = TL__NS_PER_S };

/* A unit may say that it failed without saying why. */
static int fail_unit(int status, tl_error *err)
{
    if (err != NULL && err->status == TL_OK)
        tl__fail_set(err, status, "the unit of work gave %d", status);
    return status;
}

static int
run_once(tl_engine *engine, const tl_tx_options *options, tl_tx_fn fn, void *user, tl_error *err)
{
    scoped(tl_conn_releasep) tl_conn *conn = NULL;
    scoped(tl_tx_endp) tl_tx *tx = NULL; /* ends before the connection goes back */

    if (err != NULL)
        err->status = TL_OK;
    int status = tl_engine_acquire(engine, options->timeout_ms, options->label, &conn, err);
    if (status != TL_OK)
        return status;
    status = tl_tx_begin(conn, options, &tx, err);
    if (status != TL_OK)
        return status;
    status = fn(tx, user, err);
    if (status != TL_OK) /* rolled back on the way out */
        return fail_unit(status, err);
    return tl__tx_is_open(tx) ? tl_tx_commit(tx, err) : TL_OK; /* it may have ended it by itself */
}

/* Nothing can have been committed, and another try may fare better. */
static bool may_run_again(int status)
{
    return status == TL_ERR_CONFLICT || status == TL_ERR_LOST;
}

/* Good enough to spread callers out; nothing secret hangs on it. */
static uint64_t draw(void)
{
    uint64_t x = (uint64_t)tl__now_ns() * UINT64_C(0x9E3779B97F4A7C15);

    return x ^ (x >> 29);
}

int tl_transact(
    tl_engine *engine, const tl_tx_options *options, tl_tx_fn fn, void *user, tl_error *err)
{
    static const tl_tx_options defaults = TL_TX_OPTIONS_INIT;
    const tl_tx_options *o = options != NULL ? options : &defaults;

    if (o->size != sizeof *o)
        return tl__fail(err, TL_ERR_INVALID, "transaction options are not from TL_TX_OPTIONS_INIT");
    const int n_attempts = o->attempts > 0 ? o->attempts : DEFAULT_ATTEMPTS;
    for (int i = 0;; i++) {
        const int status = run_once(engine, o, fn, user, err);

        if (!may_run_again(status) || i + 1 >= n_attempts)
            return status;
        tl__pause_ns(tl__backoff_ns(&pauses, (unsigned)i, draw()));
    }
}
