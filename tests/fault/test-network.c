/* fault/test-network.c - cut, stalled and silent networks: no call waits past its deadline */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/db.h"
#include "harness/proxy.h"

static int listen_on(int *port)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof address;
    const int fd = socket(AF_INET, SOCK_STREAM, 0);

    CHECK(bind(fd, (struct sockaddr *)&address, len) == 0);
    CHECK(getsockname(fd, (struct sockaddr *)&address, &len) == 0);
    *port = ntohs(address.sin_port);
    return fd;
}

static tl_engine *open_at(const char *host, int port)
{
    char url[128];

    snprintf(url, sizeof url, "postgresql://u:p@%s:%d/d?sslmode=disable", host, port);
    return db_open(url, NULL);
}

TEST(a_closed_port_is_told_with_its_address)
{
    int port;
    const int fd = listen_on(&port); /* bound, but nobody listens */
    scoped(tl_engine_closep) tl_engine *engine = open_at("127.0.0.1", port);
    tl_error err = TL_ERROR_INIT;
    tl_conn *conn = NULL;

    CHECK_INT(tl_engine_acquire(engine, 10000, TL_HERE("x"), &conn, &err), TL_ERR_CONNECT,
              "status");
    CHECK_HAS(err.message, "Connection refused");
    CHECK_HAS(err.host, "127.0.0.1:");
    CHECK_STR(tl_phase_text(err.phase), "connect");
    close(fd);
}

/* The connection is accepted by the system; nobody ever answers. */
TEST(a_server_that_never_answers_is_given_up_at_the_deadline)
{
    int port;
    const int fd = listen_on(&port);
    CHECK(listen(fd, 8) == 0);
    scoped(tl_engine_closep) tl_engine *engine = open_at("127.0.0.1", port);
    tl_error err = TL_ERROR_INIT;
    tl_conn *conn = NULL;

    CHECK_INT(tl_engine_acquire(engine, 50, TL_HERE("x"), &conn, &err), TL_ERR_TIMEOUT, "status");
    CHECK_STR(tl_phase_text(err.phase), "auth");
    close(fd);
}

/* A full queue of connections makes the kernel drop packets, as a firewall does. */
TEST(an_address_that_drops_packets_is_given_up_at_the_deadline)
{
    int port;
    const int fd = listen_on(&port);
    int fillers[4];
    CHECK(listen(fd, 0) == 0);
    scoped(tl_engine_closep) tl_engine *engine = open_at("127.0.0.1", port);
    const struct sockaddr_in address = { .sin_family = AF_INET,
                                         .sin_port = htons((uint16_t)port),
                                         .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    tl_error err = TL_ERROR_INIT;
    tl_conn *conn = NULL;

    for (size_t i = 0; i < COUNT_OF(fillers); i++) {
        fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        tl__ignore(connect(fillers[i], (const struct sockaddr *)&address, sizeof address));
    }
    CHECK_INT(tl_engine_acquire(engine, 50, TL_HERE("x"), &conn, &err), TL_ERR_TIMEOUT, "status");
    CHECK_STR(tl_phase_text(err.phase), "connect");
    for (size_t i = 0; i < COUNT_OF(fillers); i++)
        close(fillers[i]);
    close(fd);
}

TEST(an_unknown_host_is_told_by_name)
{
    scoped(tl_engine_closep) tl_engine *engine = open_at("no-such-host.invalid", 5432);
    tl_error err = TL_ERROR_INIT;
    tl_conn *conn = NULL;

    CHECK_INT(tl_engine_acquire(engine, 60000, TL_HERE("x"), &conn, &err), TL_ERR_CONNECT,
              "status");
    CHECK_HAS(err.message, "could not translate host name \"no-such-host.invalid\" to address");
    CHECK_STR(tl_phase_text(err.phase), "resolve");
}

TEST(a_wrong_password_has_the_servers_own_code)
{
    const char *url = getenv("TL_TEST_TCP_URL");
    const char *at = url != NULL ? strchr(url, '@') : NULL;
    char wrong[512];
    tl_error err = TL_ERROR_INIT;
    tl_conn *conn = NULL;

    CHECK(at != NULL);
    snprintf(wrong, sizeof wrong, "postgresql://tl_test:wrong%s", at != NULL ? at : "");
    scoped(tl_engine_closep) tl_engine *engine = db_open(wrong, NULL);
    CHECK_INT(tl_engine_acquire(engine, 10000, TL_HERE("x"), &conn, &err), TL_ERR_CONNECT,
              "status");
    CHECK_STR(err.sqlstate, "28P01");
    CHECK_STR(tl_phase_text(err.phase), "auth");
    CHECK(strstr(err.message, "wrong") == NULL);
}

TEST(a_stalled_answer_is_given_up_and_its_connection_with_it)
{
    scoped(proxy_closep) struct proxy *proxy = proxy_open();
    scoped(tl_engine_closep) tl_engine *engine = db_open(proxy_url(proxy), NULL);
    tl_error err = TL_ERROR_INIT;
    tl_pool_status status;

    tl_conn *conn = db_acquire(engine);
    proxy_set_fault(proxy, STALL, FROM_SERVER, 1);
    tl_conn_set_timeout(conn, 50);
    CHECK_INT(tl_exec(conn, "select 1", TL_NO_ARGS, NULL, &err), TL_ERR_TIMEOUT, "status");
    CHECK_STR(tl_phase_text(err.phase), "wait");
    tl_conn_release(conn);
    tl_engine_status(engine, &status, NULL, 0);
    CHECK_INT(status.n_idle, 0, "kept");
}

static void run_unit(tl_engine *engine, int *status, tl_error *err)
{
    scoped(tl_conn_releasep) tl_conn *conn = NULL;
    scoped(tl_result_freep) tl_result *rows = NULL;
    scoped(tl_tx_endp) tl_tx *tx = NULL;

    *status = tl_engine_acquire(engine, 10000, TL_HERE("unit"), &conn, err);
    if (*status != TL_OK)
        return;
    tl_conn_set_timeout(conn, 10000);
    *status = tl_tx_begin(conn, NULL, &tx, err);
    if (*status == TL_OK)
        *status = tl_query(conn, "insert into cuts values (1) returning i", TL_NO_ARGS, &rows, err);
    if (*status == TL_OK)
        *status = tl_tx_commit(tx, err);
}

/* Cuts the way of one side at each of its messages in turn, until the unit gets through unharmed:
 * each time the answer is a truth about what the table then holds. */
static void cut_everywhere(enum proxy_fault fault, enum proxy_side side)
{
    scoped(tl_engine_closep) tl_engine *direct = db_open(NULL, NULL);
    scoped(tl_conn_releasep) tl_conn *look = db_acquire(direct);
    int status = TL_ERR_LOST;
    tl_error err = TL_ERROR_INIT;

    CHECK_OK(tl_script(look, "drop table if exists cuts; create table cuts (i int8)", &err), &err);
    for (size_t n = 1; status != TL_OK; n++) {
        scoped(proxy_closep) struct proxy *proxy = proxy_open();
        scoped(tl_engine_closep) tl_engine *engine = db_open(proxy_url(proxy), NULL);

        CHECK(n < 100);
        tl_conn_release(db_acquire(engine)); /* the connection itself is not at stake here */
        db_run(look, "truncate cuts");
        proxy_set_fault(proxy, fault, side, n);
        run_unit(engine, &status, &err);
        const int64_t rows = db_int(look, "select count(*) from cuts");
        if (status == TL_OK)
            CHECK_INT(rows, 1, "committed");
        else if (status == TL_ERR_LOST || status == TL_ERR_CONNECT)
            CHECK_INT(rows, 0, "nothing was committed");
        else
            CHECK_INT(status, TL_ERR_UNKNOWN, "status");
    }
}

TEST(a_cut_before_any_message_of_the_client_is_told_truly)
{
    cut_everywhere(CUT, FROM_CLIENT);
}

TEST(a_cut_before_any_message_of_the_server_is_told_truly)
{
    cut_everywhere(CUT, FROM_SERVER);
}

TEST(a_cut_inside_any_message_of_the_server_is_told_truly)
{
    cut_everywhere(CUT_INSIDE, FROM_SERVER);
}

TEST(a_half_closed_stream_of_the_server_is_told_truly)
{
    cut_everywhere(HALF_CLOSE, FROM_SERVER);
}

/* The same while connecting: each is one clear failure, and the place is free again. */
TEST(a_connection_cut_while_it_is_made_leaves_nothing)
{
    int status = TL_ERR_CONNECT;

    for (size_t n = 1; status != TL_OK; n++) {
        scoped(proxy_closep) struct proxy *proxy = proxy_open();
        scoped(tl_engine_closep) tl_engine *engine = db_open(proxy_url(proxy), NULL);
        tl_pool_status pool;
        tl_error err = TL_ERROR_INIT;
        tl_conn *conn = NULL;

        CHECK(n < 100);
        proxy_set_fault(proxy, CUT, FROM_SERVER, n);
        status = tl_engine_acquire(engine, 10000, TL_HERE("x"), &conn, &err);
        CHECK(status == TL_OK || status == TL_ERR_CONNECT);
        CHECK_INT(tl_engine_status(engine, &pool, NULL, 0), 0, "users");
        CHECK_INT(pool.n_empty, status == TL_OK ? 29 : 30, "empty places");
        tl_conn_release(conn);
    }
}

int main(void)
{
    return TEST_MAIN("network", a_closed_port_is_told_with_its_address,
                     a_server_that_never_answers_is_given_up_at_the_deadline,
                     an_address_that_drops_packets_is_given_up_at_the_deadline,
                     an_unknown_host_is_told_by_name, a_wrong_password_has_the_servers_own_code,
                     a_stalled_answer_is_given_up_and_its_connection_with_it,
                     a_cut_before_any_message_of_the_client_is_told_truly,
                     a_cut_before_any_message_of_the_server_is_told_truly,
                     a_cut_inside_any_message_of_the_server_is_told_truly,
                     a_half_closed_stream_of_the_server_is_told_truly,
                     a_connection_cut_while_it_is_made_leaves_nothing);
}
