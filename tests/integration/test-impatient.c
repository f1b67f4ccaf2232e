/* integration/test-impatient.c - deadlines, impatient callers, and what they may not break */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/db.h"

enum {
    SHORT_MS = 50,
    AHEAD = 20, /* notices of 1 kB: more than libpq reads at once, far less than a socket holds */
};

static tl_pool_status status_of(tl_engine *engine)
{
    tl_pool_status status;

    tl_engine_status(engine, &status, NULL, 0);
    return status;
}

static void acquire_all(tl_engine *engine, tl_conn **conns, size_t n)
{
    for (size_t i = 0; i < n; i++)
        conns[i] = db_acquire(engine);
}

static void release_all(tl_conn **conns, size_t n)
{
    for (size_t i = 0; i < n; i++)
        tl_conn_release(conns[i]);
}

static void rest(tl_engine *engine, size_t n)
{
    tl_conn *conns[8];

    acquire_all(engine, conns, n);
    release_all(conns, n);
    CHECK_INT(status_of(engine).n_idle, n, "at rest");
}

/* Acquiring. */

/* Not its connections' fault: the next caller, with more time, finds them as they were. */
TEST(who_has_no_time_for_a_check_closes_nothing)
{
    scoped(tl_engine_closep) tl_engine *engine = db_open(NULL, "pool_pre_ping=always pool_size=4");
    tl_error err = TL_ERROR_INIT;
    tl_conn *conns[4];
    tl_conn *none = NULL;

    rest(engine, 4);
    for (int i = 0; i < 3; i++) {
        CHECK_INT(tl_engine_acquire(engine, 0, TL_HERE("now"), &none, &err), TL_ERR_BUSY, "status");
        CHECK(none == NULL);
        CHECK_INT(status_of(engine).n_idle, 4, "at rest");
    }
    acquire_all(engine, conns, 4);
    release_all(conns, 4);
    const tl_pool_status status = status_of(engine);
    CHECK_INT(status.closed, 0, "closed");
    CHECK_INT(status.invalidated, 0, "invalidated");
    CHECK_INT(status.opened, 4, "opened");
}

/* A statement that takes too long says nothing about the server, or the other connections. */
TEST(a_call_that_runs_out_of_time_costs_its_own_connection_alone)
{
    scoped(tl_engine_closep) tl_engine *engine = db_open(NULL, "pool_size=5");
    tl_error err = TL_ERROR_INIT;
    tl_conn *conns[5];

    acquire_all(engine, conns, 5);
    release_all(conns + 1, 4);
    tl_conn_set_timeout(conns[0], SHORT_MS);
    CHECK_INT(tl_exec(conns[0], "select pg_sleep(600)", TL_NO_ARGS, NULL, &err), TL_ERR_TIMEOUT,
              "status");
    tl_conn_release(conns[0]);
    acquire_all(engine, conns, 4);
    CHECK_INT(status_of(engine).invalidated, 1, "invalidated");
    CHECK_INT(status_of(engine).opened, 5, "opened");
    release_all(conns, 4);
}

/* The URL of the test's server with other hosts before its own. */
static void insert_into_url(char *to, size_t size, const char *hosts)
{
    const char *url = getenv("TL_TEST_TCP_URL");
    const char *at = url != NULL ? strrchr(url, '@') : NULL;

    ck_assert_msg(at != NULL, "TL_TEST_TCP_URL is not set: run this by meson test");
    snprintf(to, size, "%.*s@%s,%s?sslmode=disable", (int)(at - url), url, hosts, at + 1);
}

TEST(a_host_that_is_not_found_is_passed_over)
{
    char url[512];

    insert_into_url(url, sizeof url, "nosuch.invalid:1");
    scoped(tl_engine_closep) tl_engine *engine = db_open(url, NULL);
    scoped(tl_conn_releasep) tl_conn *conn = NULL;
    tl_error err = TL_ERROR_INIT;

    CHECK_OK(tl_engine_acquire(engine, 60000, TL_HERE("x"), &conn, &err), &err);
    CHECK_INT(db_int(conn, "select 1::int8"), 1, "it works");
}

static int listen_somewhere(int *port)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof address;
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    CHECK(bind(fd, (const struct sockaddr *)&address, len) == 0);
    CHECK(listen(fd, 8) == 0);
    CHECK(getsockname(fd, (struct sockaddr *)&address, &len) == 0);
    *port = ntohs(address.sin_port);
    return fd;
}

/* Connections are accepted by the system; nobody ever answers. */
TEST(connect_timeout_bounds_connecting_for_the_most_patient_caller)
{
    int port;
    const int fd = listen_somewhere(&port);
    char url[128];
    tl_error err = TL_ERROR_INIT;
    tl_conn *conn = NULL;

    snprintf(url, sizeof url, "postgresql://u:p@127.0.0.1:%d/d?sslmode=disable&connect_timeout=1",
             port);
    scoped(tl_engine_closep) tl_engine *engine = db_open(url, NULL);
    CHECK_INT(tl_engine_acquire(engine, TL_WAIT_FOREVER, TL_HERE("x"), &conn, &err), TL_ERR_TIMEOUT,
              "status");
    CHECK(conn == NULL);
    CHECK_INT(status_of(engine).open_failures, 1, "failures");
    close(fd);
}

/* Answers. */

struct slow_sink {
    tl_engine *full; /* its only connection is lent */
    tl_conn *lent;
    int backend_pid; /* of the session that talks */
    int n;
};

/* A wait that begins now ends after every deadline of half its length that began before. */
static void outlive_deadline(tl_engine *full)
{
    tl_conn *none = NULL;

    CHECK_INT(tl_engine_acquire(full, 2 * SHORT_MS, TL_HERE("clock"), &none, NULL), TL_ERR_BUSY,
              "status");
}

/* The server is further than what libpq can have read, or has said it all: there is more to read. */
static bool is_ahead(const struct slow_sink *sink)
{
    char sql[160];

    snprintf(sql, sizeof sql,
             "select count(*) from said, pg_stat_activity where pid = %d and"
             " (last_value > %d or state = 'idle')",
             sink->backend_pid, sink->n + AHEAD);
    return db_int(sink->lent, sql) == 1;
}

/* The first notice takes until after the deadline, and no other is done before the next has come. */
static void receive_slowly(const tl_event *event, void *user)
{
    struct slow_sink *sink = user;

    if (strcmp(event->name, "pool.notice") != 0)
        return;
    if (sink->n++ == 0)
        outlive_deadline(sink->full);
    while (!is_ahead(sink))
        sched_yield();
}

TEST(an_answer_that_keeps_coming_is_given_up_at_the_deadline)
{
    scoped(tl_engine_closep) tl_engine *full = db_open(NULL, "pool_size=1 max_overflow=0");
    struct slow_sink sink = { .full = full, .lent = db_acquire(full) };
    tl_engine_options options = TL_ENGINE_OPTIONS_INIT;
    tl_error err = TL_ERROR_INIT;
    tl_engine *engine = NULL;

    options.on_event = receive_slowly;
    options.on_event_user = &sink;
    CHECK_OK(tl_engine_open(test_url(), &options, &engine, &err), &err);
    tl_conn *conn = db_acquire(engine);
    sink.backend_pid = tl_conn_backend_pid(conn);
    CHECK_OK(tl_script(conn, "drop sequence if exists said; create sequence said", &err), &err);
    tl_conn_set_timeout(conn, SHORT_MS);
    CHECK_INT(tl_exec(conn,
                      "do $$ begin for i in 1..2000 loop"
                      " raise notice '% %', nextval('said'), repeat('x', 1000);"
                      " end loop; end $$",
                      TL_NO_ARGS, NULL, &err),
              TL_ERR_TIMEOUT, "status");
    CHECK(sink.n > 0);
    tl_conn_release(conn);
    CHECK_INT(status_of(engine).n_idle, 0, "kept");
    tl_engine_closep(&engine);
    tl_conn_release(sink.lent);
}

/* Closing. */

struct latecomer {
    tl_engine *engine;
    int n_asked;
    int n_closed;
};

static void ask_for_another(const tl_event *event, void *user)
{
    struct latecomer *late = user;
    tl_conn *conn = NULL;

    if (strcmp(event->name, "pool.close") != 0)
        return;
    late->n_asked++;
    if (tl_engine_acquire(late->engine, 10000, TL_HERE("late"), &conn, NULL) == TL_ERR_CLOSED)
        late->n_closed++;
    tl_conn_release(conn);
}

/* Those not closed yet are still at rest when the first of them goes. */
TEST(nothing_is_lent_once_closing_has_begun)
{
    struct latecomer late = { 0 };
    tl_engine_options options = TL_ENGINE_OPTIONS_INIT;
    tl_error err = TL_ERROR_INIT;

    options.on_event = ask_for_another;
    options.on_event_user = &late;
    CHECK_OK(tl_engine_open(test_url(), &options, &late.engine, &err), &err);
    rest(late.engine, 3);
    CHECK_INT(tl_engine_close(late.engine, 10000, &err), TL_OK, "close");
    CHECK_INT(late.n_asked, 3, "asked");
    CHECK_INT(late.n_closed, 3, "refused");
}

int main(void)
{
    return TEST_MAIN("impatient", who_has_no_time_for_a_check_closes_nothing,
                     a_call_that_runs_out_of_time_costs_its_own_connection_alone,
                     a_host_that_is_not_found_is_passed_over,
                     connect_timeout_bounds_connecting_for_the_most_patient_caller,
                     an_answer_that_keeps_coming_is_given_up_at_the_deadline,
                     nothing_is_lent_once_closing_has_begun);
}
