/* integration/test-trips.c - round trips are counted by a proxy, and fixed */
#include <stdio.h>

#include "harness/db.h"
#include "harness/proxy.h"

struct counted {
    struct proxy *proxy;
    tl_engine *engine;
};

static struct counted open_counted(void)
{
    struct counted c = { .proxy = proxy_open() };

    c.engine = db_open(proxy_url(c.proxy), "pool_size=1 max_overflow=0");
    scoped(tl_conn_releasep) tl_conn *conn = db_acquire(c.engine);
    tl_error err = TL_ERROR_INIT;
    CHECK_OK(tl_script(conn, "drop table if exists trips; create table trips (i int8)", &err),
             &err);
    return c;
}

static void close_counted(struct counted *c)
{
    CHECK_INT(tl_engine_close(c->engine, 10000, NULL), TL_OK, "close");
    proxy_close(c->proxy);
}

/* Runs the unit five times, across the third use that prepares, each on a loan of its own. */
static void
check_trips(struct counted *c, void (*unit)(tl_conn *conn), size_t want, const char *what)
{
    for (int i = 0; i < 5; i++) {
        tl_conn *conn = db_acquire(c->engine);
        const size_t before = proxy_flights(c->proxy);

        unit(conn);
        tl_conn_release(conn);
        tl_conn_release(db_acquire(c->engine)); /* the answer to a reset is read before a loan */
        CHECK_INT(proxy_flights(c->proxy) - before, want, what);
    }
}

static void read_once(tl_conn *conn)
{
    scoped(tl_result_freep) tl_result *rows = NULL;
    tl_error err = TL_ERROR_INIT;

    CHECK_OK(tl_query(conn, "select i from trips where i = $1", TL_ARGS(tl_int8(1)), &rows, &err),
             &err);
}

static void write_and_commit(tl_conn *conn)
{
    scoped(tl_tx_endp) tl_tx *tx = db_begin(conn);

    db_run(conn, "insert into trips values (1)");
    CHECK_OK(tl_tx_commit(tx, NULL), NULL);
}

static void write_in_one(tl_conn *conn)
{
    scoped(tl_tx_endp) tl_tx *tx = db_begin(conn);

    CHECK_OK(tl_tx_commit_with(tx, "insert into trips values (1)", TL_NO_ARGS, NULL, NULL), NULL);
}

static void write_three(tl_conn *conn)
{
    scoped(tl_tx_endp) tl_tx *tx = db_begin(conn);

    read_once(conn);
    db_run(conn, "update trips set i = i");
    db_run(conn, "insert into trips values (1)");
    CHECK_OK(tl_tx_commit(tx, NULL), NULL);
}

static void write_in_savepoint(tl_conn *conn)
{
    scoped(tl_tx_endp) tl_tx *tx = db_begin(conn);
    scoped(tl_tx_endp) tl_tx *inner = db_begin(conn);

    db_run(conn, "insert into trips values (1)");
    CHECK_OK(tl_tx_commit(inner, NULL), NULL);
    CHECK_OK(tl_tx_commit(tx, NULL), NULL);
}

static void do_nothing(tl_conn *conn)
{
    scoped(tl_tx_endp) tl_tx *tx = db_begin(conn);

    CHECK_OK(tl_tx_commit(tx, NULL), NULL);
}

TEST(every_unit_costs_the_fewest_round_trips)
{
    struct counted c = open_counted();

    check_trips(&c, read_once, 1, "a read");
    check_trips(&c, write_and_commit, 2, "one statement, seen before its commit");
    check_trips(&c, write_in_one, 1, "one statement and its commit");
    check_trips(&c, write_three, 4, "three statements");
    check_trips(&c, write_in_savepoint, 3, "a savepoint costs only its release");
    check_trips(&c, do_nothing, 0, "an empty transaction");
    close_counted(&c);
}

static void leave_nothing(tl_conn *conn)
{
    (void)conn;
}

static void leave_a_setting(tl_conn *conn)
{
    db_run(conn, "set work_mem = '1MB'");
}

TEST(a_return_costs_a_trip_only_where_something_is_undone)
{
    struct counted c = open_counted();

    check_trips(&c, leave_nothing, 0, "nothing done");
    check_trips(&c, leave_a_setting, 2, "the setting, and its reset");
    close_counted(&c);
}

TEST(the_third_use_prepares_a_statement)
{
    scoped(tl_engine_closep) tl_engine *engine = db_open(NULL, NULL);
    scoped(tl_conn_releasep) tl_conn *conn = db_acquire(engine);

    for (int n_uses = 1; n_uses <= 4; n_uses++) {
        char look[128]; /* another text each time, so that it is not prepared itself */

        db_run(conn, "select 4711");
        snprintf(look, sizeof look,
                 "select count(*) from pg_prepared_statements where statement = 'select 4711'"
                 " and %d > 0",
                 n_uses);
        CHECK_INT(db_int(conn, look), n_uses >= 3, "prepared");
    }
}

TEST(a_changed_table_does_not_show_behind_a_prepared_statement)
{
    struct counted c = open_counted();
    scoped(tl_engine_closep) tl_engine *other = db_open(NULL, NULL);
    tl_conn *conn = db_acquire(c.engine);
    tl_conn *changer = db_acquire(other);

    for (int i = 0; i < 4; i++)
        db_run(conn, "select * from trips");
    db_run(changer, "alter table trips add column j int8");
    db_run(conn, "select * from trips"); /* "cached plan must not change result type" otherwise */
    db_run(conn, "deallocate all");
    for (int i = 0; i < 4; i++)
        db_run(conn, "select * from trips"); /* "prepared statement does not exist" otherwise */
    tl_conn_release(conn);
    tl_conn_release(changer);
    close_counted(&c);
}

int main(void)
{
    return TEST_MAIN("trips", every_unit_costs_the_fewest_round_trips,
                     a_return_costs_a_trip_only_where_something_is_undone,
                     the_third_use_prepares_a_statement,
                     a_changed_table_does_not_show_behind_a_prepared_statement);
}
