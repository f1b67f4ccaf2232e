/* integration/test-odd-ends.c - calls in odd orders: what was told holds, and the session goes on */
#include <stdio.h>

#include "base/alloc.h"
#include "harness/db.h"

enum { OFTEN = 6 }; /* twice what makes a statement a prepared one */

static void make_table(tl_engine *engine)
{
    scoped(tl_conn_releasep) tl_conn *conn = db_acquire(engine);

    CHECK_OK(tl_script(conn, "drop table if exists t; create table t (i int8, j int8)", NULL),
             NULL);
}

static tl_engine *open_with_table(const char *settings)
{
    tl_engine *engine = db_open(NULL, settings);

    make_table(engine);
    return engine;
}

/* As others see it. */
static int64_t count_rows(void)
{
    scoped(tl_engine_closep) tl_engine *engine = db_open(NULL, NULL);
    scoped(tl_conn_releasep) tl_conn *conn = db_acquire(engine);

    return db_int(conn, "select count(*) from t");
}

static void commit_and_end(tl_tx *tx)
{
    tl_error err = TL_ERROR_INIT;

    CHECK_OK(tl_tx_commit(tx, &err), &err);
    tl_tx_end(tx);
}

static void run_often(tl_conn *conn, const char *sql)
{
    for (int i = 0; i < OFTEN; i++)
        db_run(conn, sql);
}

static void commit_often(tl_conn *conn)
{
    for (int i = 0; i < OFTEN; i++) {
        tl_tx *tx = db_begin(conn);

        db_run(conn, "select 3");
        commit_and_end(tx);
    }
}

static void check_refused(tl_conn *conn, const char *sql, const char *sqlstate)
{
    tl_error err = TL_ERROR_INIT;

    CHECK_INT(tl_exec(conn, sql, TL_NO_ARGS, NULL, &err), TL_ERR_SERVER, sql);
    CHECK_STR(err.sqlstate, sqlstate);
}

static tl_pool_status status_of(tl_engine *engine)
{
    tl_pool_status status;

    tl_engine_status(engine, &status, NULL, 0);
    return status;
}

/* The statement cache. */

static void use_all(tl_conn *conn)
{
    run_often(conn, "select * from t");
    run_often(conn, "select 7");
    commit_often(conn);
}

/* One disturbance, and then each use, up to the one that prepares again and beyond it. */
static void check_still_usable_after(int (*disturb)(tl_conn *conn, tl_error *err))
{
    scoped(tl_engine_closep) tl_engine *engine = open_with_table("pool_size=1 max_overflow=0");
    tl_error err = TL_ERROR_INIT;

    tl_conn *conn = db_acquire(engine);
    use_all(conn);
    CHECK_OK(disturb(conn, &err), &err);
    use_all(conn);
    tl_conn_release(conn);
    conn = db_acquire(engine);
    use_all(conn);
    tl_conn_release(conn);
    CHECK_INT(status_of(engine).opened, 1, "it was one session");
}

static int run_script(tl_conn *conn, tl_error *err)
{
    return tl_script(conn, "select 1; select 2", err);
}

TEST(prepared_statements_outlive_a_script)
{
    check_still_usable_after(run_script);
}

static int run_do(tl_conn *conn, tl_error *err)
{
    return tl_exec(conn, "do $$ begin end $$", TL_NO_ARGS, NULL, err);
}

TEST(prepared_statements_outlive_a_do_block)
{
    check_still_usable_after(run_do);
}

/* "cached plan must not change result type" takes the plans of the others with it. */
static int change_table(tl_conn *conn, tl_error *err)
{
    return tl_exec(conn, "alter table t add k int8", TL_NO_ARGS, NULL, err);
}

TEST(prepared_statements_outlive_a_change_of_their_table)
{
    check_still_usable_after(change_table);
}

static int deallocate_all(tl_conn *conn, tl_error *err)
{
    return tl_exec(conn, "deallocate all", TL_NO_ARGS, NULL, err);
}

TEST(prepared_statements_are_prepared_anew_where_the_server_forgot_them)
{
    check_still_usable_after(deallocate_all);
}

/* The code that tells of a forgotten plan of ours may just as well be the statement's own. */
TEST(a_statement_that_names_an_unknown_statement_fails)
{
    static const char *const statements[] = {
        "execute nosuch",
        "deallocate nosuch",
        "do $$ begin raise exception 'mine' using errcode = '26000'; end $$",
        "select raise_26000()",
    };
    scoped(tl_engine_closep) tl_engine *engine = db_open(NULL, NULL);
    scoped(tl_conn_releasep) tl_conn *conn = db_acquire(engine);
    tl_error err = TL_ERROR_INIT;
    tl_result *rows = NULL;

    db_run(conn, "create or replace function raise_26000() returns int language plpgsql as"
                 " $$ begin raise exception 'mine' using errcode = '26000'; end $$");
    for (size_t i = 0; i < COUNT_OF(statements); i++) {
        for (int n = 0; n < OFTEN; n++)
            check_refused(conn, statements[i], "26000");
        CHECK_INT(tl_query(conn, statements[i], TL_NO_ARGS, &rows, &err), TL_ERR_SERVER, "query");
        CHECK(rows == NULL);
        tl_tx *tx = db_begin(conn);
        check_refused(conn, statements[i], "26000");
        tl_tx_end(tx);
    }
    CHECK_INT(db_int(conn, "select 1::int8"), 1, "it goes on");
}

/* Making room means DEALLOCATE, which a failed transaction refuses. */
TEST(a_full_cache_does_not_keep_a_savepoint_from_being_rolled_back_to)
{
    scoped(tl_engine_closep) tl_engine *engine =
        open_with_table("statement_cache_size=2 pool_size=1 max_overflow=0");
    tl_error err = TL_ERROR_INIT;

    tl_conn *conn = db_acquire(engine);
    tl_tx *tx = db_begin(conn);
    run_often(conn, "select 1");
    tl_tx *inner = db_begin(conn);
    run_often(conn, "select 1");
    run_often(conn, "select 2");
    check_refused(conn, "select 1/0", "22012");
    CHECK_OK(tl_tx_rollback(inner, &err), &err);
    tl_tx_end(inner);
    db_run(conn, "insert into t values (1)");
    commit_and_end(tx);
    CHECK_INT(count_rows(), 1, "rows");
    use_all(conn);
    tl_conn_release(conn);
    conn = db_acquire(engine);
    use_all(conn);
    tl_conn_release(conn);
    CHECK_INT(status_of(engine).opened, 1, "connections made");
}

/* The same with ROLLBACK of the whole, and nothing around it. */
TEST(a_full_cache_does_not_keep_a_failed_transaction_from_ending)
{
    scoped(tl_engine_closep) tl_engine *engine = open_with_table("statement_cache_size=2");
    scoped(tl_conn_releasep) tl_conn *conn = db_acquire(engine);
    tl_error err = TL_ERROR_INIT;

    tl_tx *tx = db_begin(conn);
    run_often(conn, "select 1");
    run_often(conn, "select 2");
    check_refused(conn, "select 1/0", "22012");
    CHECK_OK(tl_tx_rollback(tx, &err), &err);
    tl_tx_end(tx);
    CHECK(!tl_conn_in_transaction(conn));
    use_all(conn);
}

/* Some commands cannot share a flight with the DEALLOCATE that would make room for them. */
TEST(a_full_cache_does_not_keep_commands_from_running_that_must_be_alone)
{
    scoped(tl_engine_closep) tl_engine *engine = open_with_table("statement_cache_size=2");
    scoped(tl_conn_releasep) tl_conn *conn = db_acquire(engine);

    run_often(conn, "select 1");
    run_often(conn, "select 2");
    db_run(conn, "vacuum t");
    run_often(conn, "select 1");
    run_often(conn, "select 2");
    db_run(conn, "create index concurrently on t (i)");
    run_often(conn, "vacuum t");
    use_all(conn);
}

/* Transactions. */

/* Nothing was sent, so nothing has ended: the borrower may still roll back. */
TEST(a_last_statement_that_cannot_be_sent_leaves_the_transaction_open)
{
    scoped(tl_engine_closep) tl_engine *engine = open_with_table(NULL);
    tl_error err = TL_ERROR_INIT;

    for (int n_before = 0; n_before < 2; n_before++) {
        scoped(tl_conn_releasep) tl_conn *conn = db_acquire(engine);
        scoped(tl_tx_endp) tl_tx *tx = db_begin(conn);

        if (n_before > 0)
            db_run(conn, "insert into t values (1)");
        CHECK_INT(tl_tx_commit_with(tx, "insert into t values (length($1))",
                                    TL_ARGS(tl_text_n("a\0b", 3)), NULL, &err),
                  TL_ERR_TYPE, "status");
        CHECK(tl_conn_in_transaction(conn));
        CHECK_OK(tl_tx_rollback(tx, &err), &err);
        CHECK(!tl_conn_in_transaction(conn));
        db_run(conn, "insert into t values (2)");
        CHECK_INT(count_rows(), n_before + 1, "committed at once");
    }
}

TEST(ending_a_failed_transaction_ends_it_though_an_unused_savepoint_is_open)
{
    scoped(tl_engine_closep) tl_engine *engine = open_with_table(NULL);
    scoped(tl_conn_releasep) tl_conn *conn = db_acquire(engine);

    tl_tx *tx = db_begin(conn);
    check_refused(conn, "select 1/0", "22012");
    tl_tx *inner = db_begin(conn);
    tl_tx_end(tx);
    tl_tx_end(inner);
    CHECK(!tl_conn_in_transaction(conn));
    db_run(conn, "insert into t values (1)");
    CHECK_INT(count_rows(), 1, "committed at once");
    commit_often(conn);
}

static void make_forgetful(tl_conn *conn)
{
    db_run(conn, "create or replace function forget() returns int language plpgsql as"
                 " $$ begin execute 'deallocate all'; return 1; end $$");
}

/* Our text scan cannot see the DEALLOCATE in there, and COMMIT is a prepared statement too. */
TEST(a_commit_that_the_server_has_forgotten_is_no_commit)
{
    scoped(tl_engine_closep) tl_engine *engine = open_with_table(NULL);
    scoped(tl_conn_releasep) tl_conn *conn = db_acquire(engine);
    tl_error err = TL_ERROR_INIT;

    make_forgetful(conn);
    commit_often(conn);
    tl_tx *tx = db_begin(conn);
    db_run(conn, "insert into t values (1)");
    db_run(conn, "select forget()");
    CHECK(tl_tx_commit(tx, &err) != TL_OK);
    tl_tx_end(tx);
    CHECK(!tl_conn_in_transaction(conn));
    CHECK_INT(count_rows(), 0, "rows");
}

/* One stale plan is enough to know: no other statement, least of all BEGIN, has to fail as well. */
TEST(where_one_prepared_statement_is_gone_none_is_counted_on)
{
    scoped(tl_engine_closep) tl_engine *engine = open_with_table("pool_size=1 max_overflow=0");

    tl_conn *conn = db_acquire(engine);
    make_forgetful(conn);
    use_all(conn);
    db_run(conn, "select forget()");
    use_all(conn);
    tl_conn_release(conn);
    conn = db_acquire(engine);
    use_all(conn);
    tl_conn_release(conn);
}

TEST(a_transaction_that_sql_has_ended_cannot_be_committed)
{
    scoped(tl_engine_closep) tl_engine *engine = open_with_table(NULL);
    scoped(tl_conn_releasep) tl_conn *conn = db_acquire(engine);
    tl_error err = TL_ERROR_INIT;

    tl_tx *tx = db_begin(conn);
    db_run(conn, "insert into t values (1)");
    db_run(conn, "rollback");
    CHECK_INT(tl_tx_commit(tx, &err), TL_ERR_INVALID, "status");
    tl_tx_end(tx);
    CHECK_INT(count_rows(), 0, "rows");
    commit_often(conn);
}

static int end_only(tl_tx *tx, tl_error *err)
{
    (void)tx;
    (void)err;
    return TL_OK;
}

/* A savepoint in which nothing was run has undone nothing. */
static void check_first_error_is_kept(const char *sqlstate, int status)
{
    static int (*const ways[])(tl_tx * tx, tl_error * err) = { end_only, tl_tx_commit,
                                                               tl_tx_rollback };
    scoped(tl_engine_closep) tl_engine *engine = db_open(NULL, NULL);
    scoped(tl_conn_releasep) tl_conn *conn = db_acquire(engine);
    char sql[128];

    snprintf(sql, sizeof sql, "do $$ begin raise exception 'first' using errcode = '%s'; end $$",
             sqlstate);
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        tl_error err = TL_ERROR_INIT;
        scoped(tl_tx_endp) tl_tx *tx = db_begin(conn);

        CHECK_INT(tl_exec(conn, sql, TL_NO_ARGS, NULL, &err), status, sql);
        tl_tx *inner = db_begin(conn);
        CHECK_OK(ways[i](inner, &err), &err);
        tl_tx_end(inner);
        CHECK_INT(tl_tx_commit(tx, &err), status, "commit");
        CHECK_STR(err.sqlstate, sqlstate);
        CHECK_HAS(err.message, "first");
    }
}

TEST(an_unused_savepoint_does_not_hide_the_first_error)
{
    check_first_error_is_kept("22012", TL_ERR_SERVER);
}

TEST(a_conflict_stays_one_whatever_savepoint_follows)
{
    check_first_error_is_kept("40001", TL_ERR_CONFLICT);
}

static int insert_and_commit(tl_tx *tx, void *user, tl_error *err)
{
    ++*(int *)user;
    return tl_tx_commit_with(tx, "insert into t values (1)", TL_NO_ARGS, NULL, err);
}

TEST(a_unit_may_commit_by_itself)
{
    scoped(tl_engine_closep) tl_engine *engine = open_with_table(NULL);
    tl_error err = TL_ERROR_INIT;
    int n_runs = 0;

    CHECK_OK(tl_transact(engine, NULL, insert_and_commit, &n_runs, &err), &err);
    CHECK_INT(n_runs, 1, "runs");
    CHECK_INT(count_rows(), 1, "rows");
}

TEST(a_transaction_that_ends_after_its_loan_touches_nothing)
{
    scoped(tl_engine_closep) tl_engine *engine = open_with_table("pool_size=1 max_overflow=0");

    tl_conn *conn = db_acquire(engine);
    tl_tx *tx = db_begin(conn);
    db_run(conn, "insert into t values (1)");
    tl_conn_release(conn);
    tl_tx_end(tx);
    conn = db_acquire(engine);
    db_run(conn, "insert into t values (2)");
    tl_conn_release(conn);
    CHECK_INT(status_of(engine).opened, 1, "the same connection");
    CHECK_INT(status_of(engine).reset_failures, 0, "resets in vain");
    CHECK_INT(count_rows(), 1, "rows");
}

TEST(a_transaction_that_ends_in_the_next_loan_leaves_that_alone)
{
    scoped(tl_engine_closep) tl_engine *engine = open_with_table("pool_size=1 max_overflow=0");

    tl_conn *conn = db_acquire(engine);
    tl_tx *late = db_begin(conn);
    db_run(conn, "insert into t values (1)");
    tl_conn_release(conn);
    conn = db_acquire(engine);
    tl_tx *tx = db_begin(conn);
    db_run(conn, "insert into t values (2)");
    tl_tx_end(late);
    CHECK(tl_conn_in_transaction(conn));
    commit_and_end(tx);
    tl_conn_release(conn);
    CHECK_INT(count_rows(), 1, "rows");
}

enum { DEEP = 9 };

TEST(unused_savepoints_nest_as_deep_as_one_likes)
{
    scoped(tl_engine_closep) tl_engine *engine = db_open(NULL, NULL);
    scoped(tl_conn_releasep) tl_conn *conn = db_acquire(engine);
    tl_tx *txs[DEEP];

    for (size_t i = 0; i < DEEP; i++)
        txs[i] = db_begin(conn);
    for (size_t i = DEEP; i-- > 0;)
        commit_and_end(txs[i]);
    CHECK(!tl_conn_in_transaction(conn));
    CHECK_INT(db_int(conn, "select 1::int8"), 1, "it goes on");
}

TEST(a_statement_in_the_innermost_of_them_is_undone_with_it)
{
    scoped(tl_engine_closep) tl_engine *engine = open_with_table(NULL);
    scoped(tl_conn_releasep) tl_conn *conn = db_acquire(engine);
    tl_error err = TL_ERROR_INIT;
    tl_tx *txs[DEEP];

    for (size_t i = 0; i < DEEP; i++)
        txs[i] = db_begin(conn);
    db_run(conn, "insert into t values (1), (1)");
    CHECK_OK(tl_tx_rollback(txs[DEEP - 1], &err), &err);
    tl_tx_end(txs[DEEP - 1]);
    db_run(conn, "insert into t values (2)");
    for (size_t i = DEEP - 1; i-- > 0;)
        commit_and_end(txs[i]);
    CHECK_INT(count_rows(), 1, "rows");
}

/* The last statement and COMMIT in one. */

TEST(a_last_statement_takes_an_array_of_vectors)
{
    scoped(tl_engine_closep) tl_engine *engine = db_open(NULL, NULL);
    const float numbers[] = { 1, 2 };
    const tl_value vector = tl_vector_value(numbers, COUNT_OF(numbers));
    tl_error err = TL_ERROR_INIT;

    tl_conn *conn = db_acquire(engine);
    if (db_int(conn, "select count(*) from pg_extension where extname = 'vector'") > 0) {
        db_run(conn, "create table if not exists vs (v vector[])");
        tl_conn_release(conn);
        conn = db_acquire(engine);
        scoped(tl_tx_endp) tl_tx *tx = db_begin(conn);
        CHECK_OK(tl_tx_commit_with(tx, "insert into vs values ($1)",
                                   TL_ARGS(tl_array_value(TL_VECTOR, &vector, 1)), NULL, &err),
                 &err);
        CHECK_INT(db_int(conn, "select count(*) from vs where v[1] = '[1,2]'"), 1, "rows");
    }
    tl_conn_release(conn);
}

TEST(an_empty_statement_is_a_mistake_everywhere)
{
    static const char *const nothing[] = { "", " \n", "-- nothing", "/* no /* thing */ */", ";" };
    scoped(tl_engine_closep) tl_engine *engine = open_with_table(NULL);
    scoped(tl_conn_releasep) tl_conn *conn = db_acquire(engine);
    tl_error err = TL_ERROR_INIT;
    tl_result *rows = NULL;

    for (size_t i = 0; i < COUNT_OF(nothing); i++) {
        const char *sql = nothing[i];
        scoped(tl_tx_endp) tl_tx *tx = NULL;

        CHECK_INT(tl_query(conn, sql, TL_NO_ARGS, &rows, &err), TL_ERR_INVALID, sql);
        CHECK_INT(tl_exec(conn, sql, TL_NO_ARGS, NULL, &err), TL_ERR_INVALID, sql);
        CHECK_INT(tl_script(conn, sql, &err), TL_ERR_INVALID, sql);
        tx = db_begin(conn);
        CHECK_INT(tl_tx_commit_with(tx, sql, TL_NO_ARGS, &rows, &err), TL_ERR_INVALID, sql);
        CHECK(rows == NULL);
    }
    CHECK(!tl_conn_in_transaction(conn));
    CHECK_INT(db_int(conn, "select 1::int8"), 1, "it goes on");
}

static bool has_row(tl_conn *conn, int64_t i)
{
    scoped(tl_result_freep) tl_result *rows = NULL;
    tl_error err = TL_ERROR_INIT;

    CHECK_OK(tl_query(conn, "select 1 from t where i = $1", TL_ARGS(tl_int8(i)), &rows, &err),
             &err);
    return tl_result_rows(rows) == 1;
}

/* Who is told that there was no memory will do it again. */
TEST(no_failing_allocation_denies_what_was_committed)
{
    scoped(tl_engine_closep) tl_engine *engine = open_with_table(NULL);
    scoped(tl_conn_releasep) tl_conn *conn = db_acquire(engine);
    bool hit = true;

    for (int64_t nth = 1; hit; nth++) {
        scoped(tl_result_freep) tl_result *rows = NULL;
        tl_tx *tx = db_begin(conn);

        tl__alloc_fail((size_t)nth);
        const int status = tl_tx_commit_with(tx, "insert into t values ($1) returning i",
                                             TL_ARGS(tl_int8(nth)), &rows, NULL);
        hit = tl__alloc_failed();
        tl__alloc_fail(0);
        tl_tx_end(tx);
        CHECK(status == TL_OK || (hit && status == TL_ERR_NOMEM));
        CHECK_INT(rows != NULL, status == TL_OK, "a result with success alone");
        CHECK_INT(has_row(conn, nth), status == TL_OK, "committed");
    }
}

/* What the server says, and what cannot be said to it. */

TEST(a_copy_that_this_call_cannot_serve_is_refused_by_name)
{
    scoped(tl_engine_closep) tl_engine *engine = open_with_table("pool_size=1 max_overflow=0");
    tl_error err = TL_ERROR_INIT;

    tl_conn *conn = db_acquire(engine);
    for (int i = 0; i < OFTEN; i++) {
        CHECK_INT(tl_exec(conn, "copy t from stdin", TL_NO_ARGS, NULL, &err), TL_ERR_INVALID,
                  "status");
        CHECK_HAS(err.message, "COPY");
        CHECK_INT(db_int(conn, "select 1::int8"), 1, "it works");
    }
    tl_conn_release(conn);
    tl_conn_release(db_acquire(engine));
    CHECK_INT(status_of(engine).opened, 1, "the same connection");
}

/* Of a foreign server that a function asked, for instance: our own session is well. */
TEST(a_connection_exception_that_a_function_raised_is_the_statements_own)
{
    scoped(tl_engine_closep) tl_engine *engine = db_open(NULL, "pool_size=1 max_overflow=0");

    tl_conn *conn = db_acquire(engine);
    check_refused(conn, "do $$ begin raise exception 'x' using errcode = '08006'; end $$", "08006");
    check_refused(conn, "do $$ begin raise exception 'x' using errcode = '08001'; end $$", "08001");
    CHECK_INT(db_int(conn, "select 1::int8"), 1, "it goes on");
    tl_conn_release(conn);
    tl_conn_release(db_acquire(engine));
    CHECK_INT(status_of(engine).opened, 1, "the same connection");
}

TEST(a_text_with_a_nul_inside_is_not_sent_cut)
{
    scoped(tl_engine_closep) tl_engine *engine = db_open(NULL, NULL);
    scoped(tl_conn_releasep) tl_conn *conn = db_acquire(engine);
    tl_value value = tl_as_text(TL_TEXT, "ab");
    tl_error err = TL_ERROR_INIT;
    tl_result *rows = NULL;

    value.as.bytes = (tl_str){ "ab\0cd", 5 };
    CHECK_INT(tl_query(conn, "select length($1::text)", &value, 1, &rows, &err), TL_ERR_TYPE,
              "status");
    CHECK(rows == NULL);
    CHECK_INT(db_int(conn, "select 1::int8"), 1, "it goes on");
}

TEST(the_servers_last_words_can_be_looked_up)
{
    scoped(tl_engine_closep) tl_engine *engine = db_open(NULL, NULL);
    scoped(tl_conn_releasep) tl_conn *conn = db_acquire(engine);
    tl_error err = TL_ERROR_INIT;

    CHECK_INT(
        tl_exec(conn, "select pg_terminate_backend(pg_backend_pid())", TL_NO_ARGS, NULL, &err),
        TL_ERR_LOST, "status");
    CHECK_STR(err.sqlstate, "57P01");
    CHECK_STR(tl_conn_error_field(conn, TL_PART_SQLSTATE), "57P01");
}

int main(void)
{
    return TEST_MAIN(
        "odd ends", prepared_statements_outlive_a_script, prepared_statements_outlive_a_do_block,
        prepared_statements_outlive_a_change_of_their_table,
        prepared_statements_are_prepared_anew_where_the_server_forgot_them,
        a_statement_that_names_an_unknown_statement_fails,
        a_full_cache_does_not_keep_a_savepoint_from_being_rolled_back_to,
        a_full_cache_does_not_keep_a_failed_transaction_from_ending,
        a_full_cache_does_not_keep_commands_from_running_that_must_be_alone,
        a_last_statement_that_cannot_be_sent_leaves_the_transaction_open,
        ending_a_failed_transaction_ends_it_though_an_unused_savepoint_is_open,
        a_commit_that_the_server_has_forgotten_is_no_commit,
        where_one_prepared_statement_is_gone_none_is_counted_on,
        a_transaction_that_sql_has_ended_cannot_be_committed,
        an_unused_savepoint_does_not_hide_the_first_error,
        a_conflict_stays_one_whatever_savepoint_follows, a_unit_may_commit_by_itself,
        a_transaction_that_ends_after_its_loan_touches_nothing,
        a_transaction_that_ends_in_the_next_loan_leaves_that_alone,
        unused_savepoints_nest_as_deep_as_one_likes,
        a_statement_in_the_innermost_of_them_is_undone_with_it,
        a_last_statement_takes_an_array_of_vectors, an_empty_statement_is_a_mistake_everywhere,
        no_failing_allocation_denies_what_was_committed,
        a_copy_that_this_call_cannot_serve_is_refused_by_name,
        a_connection_exception_that_a_function_raised_is_the_statements_own,
        a_text_with_a_nul_inside_is_not_sent_cut, the_servers_last_words_can_be_looked_up);
}
