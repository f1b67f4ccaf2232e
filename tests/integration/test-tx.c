/* integration/test-tx.c - commit or rollback, always, and the truth about it */
#include "harness/db.h"

static tl_engine *open_with_table(void)
{
    tl_engine *engine = db_open(NULL, NULL);
    scoped(tl_conn_releasep) tl_conn *conn = db_acquire(engine);

    CHECK_OK(tl_script(conn,
                       "drop table if exists t cascade;"
                       "create table t (i int8 primary key, j int8 unique deferrable initially "
                       "deferred)",
                       NULL),
             NULL);
    return engine;
}

static int64_t count_rows(tl_engine *engine)
{
    scoped(tl_conn_releasep) tl_conn *conn = db_acquire(engine);

    return db_int(conn, "select count(*) from t");
}

TEST(what_is_committed_stays)
{
    scoped(tl_engine_closep) tl_engine *engine = open_with_table();
    scoped(tl_conn_releasep) tl_conn *conn = db_acquire(engine);
    scoped(tl_tx_endp) tl_tx *tx = db_begin(conn);
    tl_error err = TL_ERROR_INIT;

    db_run(conn, "insert into t values (1)");
    CHECK(tl_conn_in_transaction(conn));
    CHECK_INT(count_rows(engine), 0, "seen by others before");
    CHECK_OK(tl_tx_commit(tx, &err), &err);
    CHECK(!tl_conn_in_transaction(conn));
    CHECK_INT(count_rows(engine), 1, "and after");
    CHECK_INT(tl_tx_commit(tx, &err), TL_ERR_INVALID, "a second time");
}

TEST(what_is_not_committed_is_undone)
{
    scoped(tl_engine_closep) tl_engine *engine = open_with_table();
    scoped(tl_conn_releasep) tl_conn *conn = db_acquire(engine);

    tl_tx *tx = db_begin(conn);
    db_run(conn, "insert into t values (1)");
    tl_tx_end(tx);
    CHECK(!tl_conn_in_transaction(conn));
    CHECK_INT(count_rows(engine), 0, "rows");
}

TEST(a_savepoint_undoes_its_part_alone)
{
    scoped(tl_engine_closep) tl_engine *engine = open_with_table();
    scoped(tl_conn_releasep) tl_conn *conn = db_acquire(engine);
    scoped(tl_tx_endp) tl_tx *tx = db_begin(conn);
    tl_error err = TL_ERROR_INIT;

    db_run(conn, "insert into t values (1)");
    tl_tx *inner = db_begin(conn);
    db_run(conn, "insert into t values (2)");
    CHECK_INT(tl_exec(conn, "insert into t values (1)", TL_NO_ARGS, NULL, &err), TL_ERR_SERVER,
              "duplicate");
    CHECK_INT(tl_tx_commit(tx, &err), TL_ERR_INVALID, "the savepoint is still open");
    CHECK_OK(tl_tx_rollback(inner, &err), &err);
    tl_tx_end(inner);
    inner = db_begin(conn);
    db_run(conn, "insert into t values (3)");
    CHECK_OK(tl_tx_commit(inner, &err), &err);
    tl_tx_end(inner);
    CHECK_OK(tl_tx_commit(tx, &err), &err);
    scoped(tl_conn_releasep) tl_conn *other = db_acquire(engine);
    CHECK_INT(db_int(other, "select sum(i)::int8 from t"), 4, "1 and 3");
}

TEST(a_savepoint_ends_with_its_transaction)
{
    scoped(tl_engine_closep) tl_engine *engine = open_with_table();
    scoped(tl_conn_releasep) tl_conn *conn = db_acquire(engine);

    tl_tx *tx = db_begin(conn);
    db_run(conn, "insert into t values (1)");
    tl_tx *inner = db_begin(conn);
    db_run(conn, "insert into t values (2)");
    tl_tx_end(tx);
    CHECK_INT(tl_tx_rollback(inner, NULL), TL_ERR_INVALID, "it has ended");
    tl_tx_end(inner);
    CHECK_INT(count_rows(engine), 0, "rows");
}

TEST(committing_a_failed_transaction_tells_the_first_error)
{
    scoped(tl_engine_closep) tl_engine *engine = open_with_table();
    scoped(tl_conn_releasep) tl_conn *conn = db_acquire(engine);
    scoped(tl_tx_endp) tl_tx *tx = db_begin(conn);
    tl_error err = TL_ERROR_INIT;

    db_run(conn, "insert into t values (1)");
    CHECK_INT(tl_exec(conn, "insert into t values (1)", TL_NO_ARGS, NULL, &err), TL_ERR_SERVER,
              "1");
    CHECK_INT(tl_exec(conn, "select 1", TL_NO_ARGS, NULL, &err), TL_ERR_SERVER, "after it");
    CHECK_STR(err.sqlstate, "25P02");
    CHECK_INT(tl_tx_commit(tx, &err), TL_ERR_SERVER, "commit");
    CHECK_STR(err.sqlstate, "23505");
    CHECK_HAS(err.message, "the transaction was rolled back: duplicate key");
    CHECK_STR(err.constraint, "t_pkey");
    CHECK_STR(err.table, "t");
    CHECK_INT(count_rows(engine), 0, "rows");
}

TEST(a_check_that_fails_at_commit_is_an_error_of_commit)
{
    scoped(tl_engine_closep) tl_engine *engine = open_with_table();
    scoped(tl_conn_releasep) tl_conn *conn = db_acquire(engine);
    scoped(tl_tx_endp) tl_tx *tx = db_begin(conn);
    tl_error err = TL_ERROR_INIT;

    db_run(conn, "insert into t values (1, 7), (2, 7)");
    CHECK_INT(tl_tx_commit(tx, &err), TL_ERR_SERVER, "commit");
    CHECK_STR(err.sqlstate, "23505");
    CHECK_INT(count_rows(engine), 0, "rows");
}

TEST(the_last_statement_and_commit_go_together)
{
    scoped(tl_engine_closep) tl_engine *engine = open_with_table();
    scoped(tl_conn_releasep) tl_conn *conn = db_acquire(engine);
    scoped(tl_result_freep) tl_result *rows = NULL;
    tl_error err = TL_ERROR_INIT;

    tl_tx *tx = db_begin(conn);
    CHECK_OK(tl_tx_commit_with(tx, "insert into t values ($1) returning i", TL_ARGS(tl_int8(9)),
                               &rows, &err),
             &err);
    tl_tx_end(tx);
    CHECK_INT(tl_get_int8(rows, 0, 0), 9, "returned");
    CHECK_INT(count_rows(engine), 1, "rows");

    tx = db_begin(conn);
    CHECK_INT(tl_tx_commit_with(tx, "insert into t values ($1)", TL_ARGS(tl_int8(9)), NULL, &err),
              TL_ERR_SERVER, "duplicate");
    tl_tx_end(tx);
    CHECK(!tl_conn_in_transaction(conn));
    CHECK_INT(count_rows(engine), 1, "rows");
}

TEST(options_reach_the_server)
{
    scoped(tl_engine_closep) tl_engine *engine = open_with_table();
    scoped(tl_conn_releasep) tl_conn *conn = db_acquire(engine);
    scoped(tl_tx_endp) tl_tx *tx = NULL;
    scoped(tl_result_freep) tl_result *rows = NULL;
    tl_tx_options options = TL_TX_OPTIONS_INIT;
    tl_error err = TL_ERROR_INIT;

    options.isolation = TL_SERIALIZABLE;
    options.read_only = true;
    options.deferrable = true;
    CHECK_OK(tl_tx_begin(conn, &options, &tx, &err), &err);
    CHECK_OK(tl_query(conn,
                      "select current_setting('transaction_isolation'),"
                      " current_setting('transaction_read_only'),"
                      " current_setting('transaction_deferrable')",
                      TL_NO_ARGS, &rows, &err),
             &err);
    CHECK_STR(tl_get_text(rows, 0, 0).data, "serializable");
    CHECK_STR(tl_get_text(rows, 0, 1).data, "on");
    CHECK_STR(tl_get_text(rows, 0, 2).data, "on");
    CHECK_INT(tl_exec(conn, "insert into t values (1)", TL_NO_ARGS, NULL, &err), TL_ERR_SERVER,
              "w");
    CHECK_STR(err.sqlstate, "25006");
}

TEST(a_transaction_begun_by_sql_is_not_taken_over)
{
    scoped(tl_engine_closep) tl_engine *engine = open_with_table();
    scoped(tl_conn_releasep) tl_conn *conn = db_acquire(engine);
    tl_error err = TL_ERROR_INIT;
    tl_tx *tx = NULL;

    db_run(conn, "begin");
    CHECK_INT(tl_tx_begin(conn, NULL, &tx, &err), TL_ERR_INVALID, "status");
    CHECK(tx == NULL);
}

struct attempts {
    int n;
    int fail_with; /* the status the unit gives until n is 3 */
};

static int insert_at_third(tl_tx *tx, void *user, tl_error *err)
{
    struct attempts *a = user;
    const int status = tl_exec(tl_tx_conn(tx), "insert into t values (1)", TL_NO_ARGS, NULL, err);

    if (status != TL_OK)
        return status;
    return ++a->n < 3 ? a->fail_with : TL_OK;
}

TEST(a_conflict_runs_the_whole_unit_again)
{
    scoped(tl_engine_closep) tl_engine *engine = open_with_table();
    struct attempts attempts = { .fail_with = TL_ERR_CONFLICT };
    tl_error err = TL_ERROR_INIT;

    CHECK_OK(tl_transact(engine, NULL, insert_at_third, &attempts, &err), &err);
    CHECK_INT(attempts.n, 3, "attempts");
    CHECK_INT(count_rows(engine), 1, "rows: the first two were rolled back");
}

TEST(another_failure_does_not)
{
    scoped(tl_engine_closep) tl_engine *engine = open_with_table();
    struct attempts attempts = { .fail_with = -4711 };

    CHECK_INT(tl_transact(engine, NULL, insert_at_third, &attempts, NULL), -4711, "the unit's own");
    CHECK_INT(attempts.n, 1, "attempts");
    CHECK_INT(count_rows(engine), 0, "rows");
}

static int kill_itself_first(tl_tx *tx, void *user, tl_error *err)
{
    struct attempts *a = user;
    tl_conn *conn = tl_tx_conn(tx);

    int status = tl_exec(conn, "insert into t values (1)", TL_NO_ARGS, NULL, err);
    if (status == TL_OK && a->n++ == 0)
        status =
            tl_exec(conn, "select pg_terminate_backend(pg_backend_pid())", TL_NO_ARGS, NULL, err);
    return status;
}

TEST(a_unit_whose_connection_dies_before_commit_is_run_again)
{
    scoped(tl_engine_closep) tl_engine *engine = open_with_table();
    struct attempts attempts = { 0 };
    tl_error err = TL_ERROR_INIT;

    CHECK_OK(tl_transact(engine, NULL, kill_itself_first, &attempts, &err), &err);
    CHECK_INT(attempts.n, 2, "attempts");
    CHECK_INT(count_rows(engine), 1, "rows");
}

/* libpq takes the reason for a notice and would leave the error without a code. */
TEST(a_commit_on_a_dead_connection_says_why_and_that_nothing_was_committed)
{
    scoped(tl_engine_closep) tl_engine *engine = open_with_table();
    tl_error err = TL_ERROR_INIT;

    tl_conn *conn = db_acquire(engine);
    tl_tx *tx = db_begin(conn);
    db_run(conn, "insert into t values (1)");
    db_kill(engine, tl_conn_backend_pid(conn));
    CHECK_INT(tl_tx_commit(tx, &err), TL_ERR_LOST, "status");
    CHECK_STR(err.sqlstate, "57P01");
    CHECK_STR(err.severity, "FATAL");
    tl_tx_end(tx);
    tl_conn_release(conn);
    CHECK_INT(count_rows(engine), 0, "rows");
}

TEST(a_real_serialization_failure_is_a_conflict)
{
    scoped(tl_engine_closep) tl_engine *engine = open_with_table();
    scoped(tl_conn_releasep) tl_conn *a = db_acquire(engine);
    scoped(tl_conn_releasep) tl_conn *b = db_acquire(engine);
    tl_tx_options options = TL_TX_OPTIONS_INIT;
    tl_error err = TL_ERROR_INIT;
    tl_tx *tx = NULL;

    db_run(a, "insert into t values (1, 1)");
    options.isolation = TL_REPEATABLE_READ;
    CHECK_OK(tl_tx_begin(a, &options, &tx, &err), &err);
    CHECK_INT(db_int(a, "select j from t"), 1, "seen");
    db_run(b, "update t set j = 2");
    CHECK_INT(tl_exec(a, "update t set j = 3", TL_NO_ARGS, NULL, &err), TL_ERR_CONFLICT, "status");
    CHECK_STR(err.sqlstate, "40001");
    CHECK((err.flags & TL_ERROR_RETRY_TX) != 0);
    tl_tx_end(tx);
}

int main(void)
{
    return TEST_MAIN("tx", what_is_committed_stays, what_is_not_committed_is_undone,
                     a_savepoint_undoes_its_part_alone, a_savepoint_ends_with_its_transaction,
                     committing_a_failed_transaction_tells_the_first_error,
                     a_check_that_fails_at_commit_is_an_error_of_commit,
                     the_last_statement_and_commit_go_together, options_reach_the_server,
                     a_transaction_begun_by_sql_is_not_taken_over,
                     a_conflict_runs_the_whole_unit_again, another_failure_does_not,
                     a_unit_whose_connection_dies_before_commit_is_run_again,
                     a_commit_on_a_dead_connection_says_why_and_that_nothing_was_committed,
                     a_real_serialization_failure_is_a_conflict);
}
