/* fault/test-memory.c - every allocation failing in turn */
#include "base/alloc.h"
#include "harness/db.h"

static int open_and_close(void *user)
{
    tl_engine *engine = NULL;
    const int status = tl_engine_open(test_url(), NULL, &engine, NULL);

    (void)user;
    CHECK((engine == NULL) == (status != TL_OK));
    if (status == TL_OK)
        CHECK_INT(tl_engine_close(engine, 0, NULL), TL_OK, "close");
    return status;
}

TEST(opening_an_engine_survives_it)
{
    test_every_allocation(open_and_close, NULL);
}

static int connect_once(void *user)
{
    scoped(tl_engine_closep) tl_engine *engine = NULL;
    tl_conn *conn = NULL;

    (void)user;
    int status = tl_engine_open(test_url(), NULL, &engine, NULL);
    if (status == TL_OK)
        status = tl_engine_acquire(engine, 10000, TL_HERE("x"), &conn, NULL);
    CHECK((conn == NULL) == (status != TL_OK));
    tl_conn_release(conn);
    return status;
}

TEST(connecting_survives_it)
{
    test_every_allocation(connect_once, NULL);
}

/* A statement that cannot be remembered is run all the same: that failure is benign, so the counting
 * starts on a connection that has seen it. */
static int query_once(void *user)
{
    tl_conn *conn = user;
    tl_result *rows = NULL;
    const int status = tl_query(conn, "select $1::text", TL_ARGS(tl_text("x")), &rows, NULL);

    CHECK((rows == NULL) == (status != TL_OK));
    tl_result_free(rows);
    return status;
}

TEST(a_query_survives_it)
{
    scoped(tl_engine_closep) tl_engine *engine = db_open(NULL, NULL);
    scoped(tl_conn_releasep) tl_conn *conn = db_acquire(engine);

    CHECK_INT(query_once(conn), TL_OK, "first use");
    test_every_allocation(query_once, conn);
}

static int run_transaction(void *user)
{
    scoped(tl_tx_endp) tl_tx *tx = NULL;

    int status = tl_tx_begin(user, NULL, &tx, NULL);
    if (status == TL_OK)
        status = tl_exec(user, "select 1", TL_NO_ARGS, NULL, NULL);
    if (status == TL_OK)
        status = tl_tx_commit(tx, NULL);
    return status;
}

TEST(a_transaction_survives_it)
{
    scoped(tl_engine_closep) tl_engine *engine = db_open(NULL, NULL);
    scoped(tl_conn_releasep) tl_conn *conn = db_acquire(engine);

    CHECK_INT(run_transaction(conn), TL_OK, "first use");
    test_every_allocation(run_transaction, conn);
}

static int render_metrics(void *user)
{
    char *text = NULL;
    const int status = tl_engine_metrics(user, &text, NULL);

    CHECK((text == NULL) == (status != TL_OK));
    tl_free(text);
    return status;
}

TEST(metrics_survive_it)
{
    scoped(tl_engine_closep) tl_engine *engine = db_open(NULL, NULL);

    test_every_allocation(render_metrics, engine);
}

int main(void)
{
    return TEST_MAIN("memory", opening_an_engine_survives_it, connecting_survives_it,
                     a_query_survives_it, a_transaction_survives_it, metrics_survive_it);
}
