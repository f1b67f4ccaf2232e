/* bench/server.c - statements, against loops of libpq that do the least
 *
 * Ours borrows a validated connection for each piece of the work and gives it back; libpq's loops
 * hold one connection, prepared beforehand, and check nothing.
 */
#include <endian.h>
#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

#include <trunkline/trunkline.h>

#include "base/macro.h"
#include "bench.h"

static const char select_sql[] = "select id, name from bench_point where id = $1";
static const char insert_sql[] = "insert into bench_log (id) values ($1)";

static void check(int status, const char *what, const tl_error *err)
{
    if (status != TL_OK)
        bench_die(what, err->message);
}

static tl_conn *borrow(tl_engine *engine)
{
    tl_error err = TL_ERROR_INIT;
    tl_conn *conn;

    check(tl_engine_acquire(engine, 10000, TL_HERE("bench"), &conn, &err), "acquire", &err);
    return conn;
}

static void select_ours(void *user, int n)
{
    tl_error err = TL_ERROR_INIT;
    tl_result *rows;

    for (int i = 0; i < n; i++) {
        tl_conn *conn = borrow(user);

        check(tl_query(conn, select_sql, TL_ARGS(tl_int8(i % 1000)), &rows, &err), "select", &err);
        if (tl_get_int8(rows, 0, 0) != i % 1000)
            bench_die("select", "another row came");
        tl_result_free(rows);
        tl_conn_release(conn);
    }
}

static void insert_known_ours(void *user, int n)
{
    tl_error err = TL_ERROR_INIT;
    tl_tx *tx;

    for (int i = 0; i < n; i++) {
        tl_conn *conn = borrow(user);

        check(tl_tx_begin(conn, NULL, &tx, &err), "begin", &err);
        check(tl_tx_commit_with(tx, insert_sql, TL_ARGS(tl_int8(i)), NULL, &err), "commit", &err);
        tl_tx_end(tx);
        tl_conn_release(conn);
    }
}

static void insert_interactive_ours(void *user, int n)
{
    tl_error err = TL_ERROR_INIT;
    tl_tx *tx;

    for (int i = 0; i < n; i++) {
        tl_conn *conn = borrow(user);

        check(tl_tx_begin(conn, NULL, &tx, &err), "begin", &err);
        check(tl_exec(conn, insert_sql, TL_ARGS(tl_int8(i)), NULL, &err), "insert", &err);
        check(tl_tx_commit(tx, &err), "commit", &err);
        tl_tx_end(tx);
        tl_conn_release(conn);
    }
}

/* libpq. */

struct param {
    uint64_t wire;
    const char *values[1];
    int lengths[1];
    int formats[1];
};

static void set_param(struct param *p, int64_t value)
{
    p->wire = htobe64((uint64_t)value);
    p->values[0] = (const char *)&p->wire;
    p->lengths[0] = sizeof p->wire;
    p->formats[0] = 1;
}

static void check_result(PGconn *pg, PGresult *result)
{
    const ExecStatusType kind = PQresultStatus(result);

    if (kind != PGRES_COMMAND_OK && kind != PGRES_TUPLES_OK && kind != PGRES_PIPELINE_SYNC)
        bench_die("libpq", PQerrorMessage(pg));
}

static void select_libpq(void *user, int n)
{
    struct param p;
    uint64_t id;

    for (int i = 0; i < n; i++) {
        set_param(&p, i % 1000);
        PGresult *result = PQexecPrepared(user, "point", 1, p.values, p.lengths, p.formats, 1);
        check_result(user, result);
        memcpy(&id, PQgetvalue(result, 0, 0), sizeof id);
        if (be64toh(id) != (uint64_t)(i % 1000))
            bench_die("libpq", "another row came");
        PQclear(result);
    }
}

static void send_plain(PGconn *pg, const char *name)
{
    PQsendQueryPrepared(pg, name, 0, NULL, NULL, NULL, 1);
}

static void send_insert(PGconn *pg, struct param *p, int i)
{
    set_param(p, i);
    PQsendQueryPrepared(pg, "put", 1, p->values, p->lengths, p->formats, 1);
}

static void read_flight(PGconn *pg)
{
    for (;;) {
        PGresult *result = PQgetResult(pg);

        if (result == NULL)
            continue; /* the end of one statement */
        const bool last = PQresultStatus(result) == PGRES_PIPELINE_SYNC;
        check_result(pg, result);
        PQclear(result);
        if (last)
            return;
    }
}

static void insert_known_libpq(void *user, int n)
{
    struct param p;

    PQenterPipelineMode(user);
    for (int i = 0; i < n; i++) {
        send_plain(user, "begin");
        send_insert(user, &p, i);
        send_plain(user, "commit");
        PQpipelineSync(user);
        read_flight(user);
    }
    PQexitPipelineMode(user);
}

static void insert_interactive_libpq(void *user, int n)
{
    struct param p;

    PQenterPipelineMode(user);
    for (int i = 0; i < n; i++) {
        send_plain(user, "begin");
        send_insert(user, &p, i);
        PQpipelineSync(user);
        read_flight(user);
        send_plain(user, "commit");
        PQpipelineSync(user);
        read_flight(user);
    }
    PQexitPipelineMode(user);
}

static void prepare(PGconn *pg, const char *name, const char *sql, int n, const Oid *types)
{
    PGresult *result = PQprepare(pg, name, sql, n, types);

    check_result(pg, result);
    PQclear(result);
}

static PGconn *open_libpq(const char *url)
{
    const Oid int8 = 20;
    PGconn *pg = PQconnectdb(url);

    if (PQstatus(pg) != CONNECTION_OK)
        bench_die("libpq", PQerrorMessage(pg));
    prepare(pg, "point", select_sql, 1, &int8);
    prepare(pg, "put", insert_sql, 1, &int8);
    prepare(pg, "begin", "begin", 0, NULL);
    prepare(pg, "commit", "commit", 0, NULL);
    return pg;
}

static tl_engine *open_ours(const char *url)
{
    tl_error err = TL_ERROR_INIT;
    tl_engine *engine = NULL;

    check(tl_engine_open(url, NULL, &engine, &err), "open", &err);
    tl_conn *conn = borrow(engine);
    check(tl_script(conn,
                    "drop table if exists bench_point, bench_log;"
                    "create table bench_point (id int8 primary key, name text);"
                    "insert into bench_point select i, 'row ' || i from generate_series(0, 999) i;"
                    "create unlogged table bench_log (id int8);"
                    "analyze bench_point",
                    &err),
          "set up", &err);
    tl_conn_release(conn);
    return engine;
}

void bench_server(void)
{
    const char *url = getenv("TL_TEST_URL");
    tl_engine *engine = open_ours(url);
    PGconn *pg = open_libpq(url);
    const struct bench_row rows[] = {
        { "validated point SELECT",
          "us",
          3000,
          { "trunkline", select_ours, engine },
          { "libpq prepared binary, not validated", select_libpq, pg } },
        { "1-INSERT transaction, known beforehand",
          "us",
          2000,
          { "trunkline", insert_known_ours, engine },
          { "libpq, one flight", insert_known_libpq, pg } },
        { "1-INSERT transaction, interactive",
          "us",
          2000,
          { "trunkline", insert_interactive_ours, engine },
          { "libpq, two flights", insert_interactive_libpq, pg } },
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        bench_measure(&rows[i]);
    PQfinish(pg);
    tl_engine_close(engine, 1000, NULL);
}
