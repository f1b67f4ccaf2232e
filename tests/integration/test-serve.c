/* integration/test-serve.c - the endpoint over an engine that others work with */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <trunkline/serve.h>

#include "harness/test.h"

enum { PROBE_MS = 100, PATIENCE_MS = 10000 };

/* Two places, no more. */
static tl_engine *open_small_engine(void)
{
    tl_engine_options options = TL_ENGINE_OPTIONS_INIT;
    tl_error err = TL_ERROR_INIT;
    tl_engine *engine = NULL;

    options.settings = "pool_size=2 max_overflow=0";
    CHECK_OK(tl_engine_open(test_url(), &options, &engine, &err), &err);
    return engine;
}

static tl_serve *open_serve(tl_engine *engine)
{
    tl_serve_options options = TL_SERVE_OPTIONS_INIT;
    tl_error err = TL_ERROR_INIT;
    tl_serve *serve = NULL;

    options.listen = "127.0.0.1:0";
    options.probe_ms = PROBE_MS;
    CHECK_OK(tl_serve_open(engine, &options, &serve, &err), &err);
    return serve;
}

static void close_servep(tl_serve **serve)
{
    tl_serve_close(*serve);
}

static tl_conn *acquire(tl_engine *engine, const char *name)
{
    const tl_label label = { name, "orders.c", 7 };
    tl_error err = TL_ERROR_INIT;
    tl_conn *conn = NULL;

    CHECK_OK(tl_engine_acquire(engine, PATIENCE_MS, label, &conn, &err), &err);
    return conn;
}

static int connect_to(const tl_serve *serve)
{
    const struct sockaddr_in address = { .sin_family = AF_INET,
                                         .sin_port = htons((uint16_t)tl_serve_port(serve)),
                                         .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    CHECK(fd >= 0);
    CHECK(connect(fd, (const struct sockaddr *)&address, sizeof address) == 0);
    return fd;
}

/* The whole answer in buf; gives its status. */
static int get(const tl_serve *serve, const char *path, char *buf, size_t size)
{
    const int fd = connect_to(serve);
    char request[256];
    size_t len = 0;
    ssize_t n = 0;
    int status = 0;

    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", path);
    CHECK(write(fd, request, strlen(request)) == (ssize_t)strlen(request));
    while ((n = read(fd, buf + len, size - 1 - len)) > 0)
        len += (size_t)n;
    buf[len] = '\0';
    close(fd);
    CHECK(strncmp(buf, "HTTP/1.1 ", 9) == 0);
    for (const char *digit = buf + 9; *digit >= '0' && *digit <= '9'; digit++)
        status = status * 10 + (*digit - '0');
    return status;
}

/* A thread in line, until it is served. */
static void *wait_in_line(void *user)
{
    tl_conn_release(acquire(user, "waiter"));
    return NULL;
}

TEST(a_probe_never_takes_the_last_place)
{
    scoped(tl_engine_closep) tl_engine *engine = open_small_engine();
    scoped(close_servep) tl_serve *serve = open_serve(engine);
    tl_conn *const mine = acquire(engine, "orders");
    tl_pool_status status;
    char answer[8192];

    CHECK_INT(get(serve, "/readyz?verbose", answer, sizeof answer), 200, "status");
    CHECK_HAS(answer, "[+]pool ok: no spare place");
    CHECK_HAS(answer, "[+]database ok: not asked");
    tl_engine_status(engine, &status, NULL, 0);
    CHECK_INT(status.acquired, 1, "loans: mine alone");
    tl_conn_release(mine);
}

TEST(a_line_that_does_not_move_is_not_ready)
{
    scoped(tl_engine_closep) tl_engine *engine = open_small_engine();
    scoped(close_servep) tl_serve *serve = open_serve(engine);
    tl_conn *first = acquire(engine, "first");
    tl_conn *second = acquire(engine, "second");
    char answer[16384];
    pthread_t waiter;

    CHECK(pthread_create(&waiter, NULL, wait_in_line, engine) == 0);
    while (get(serve, "/readyz", answer, sizeof answer) != 503)
        CHECK_HAS(answer, "\r\n\r\nok");
    CHECK_HAS(answer, "[-]pool failed: 1 in line, the first for");
    CHECK_INT(get(serve, "/health", answer, sizeof answer), 200, "health is warn, not fail");
    CHECK_HAS(answer, "Threads wait in line");
    CHECK_INT(get(serve, "/livez", answer, sizeof answer), 200, "livez");

    tl_conn_release(first);
    tl_conn_release(second);
    CHECK(pthread_join(waiter, NULL) == 0);
    while (get(serve, "/readyz", answer, sizeof answer) != 200)
        CHECK_HAS(answer, "[-]");
}

TEST(draining_fails_readiness_and_nothing_else)
{
    scoped(tl_engine_closep) tl_engine *engine = open_small_engine();
    scoped(close_servep) tl_serve *serve = open_serve(engine);
    char answer[16384];

    CHECK_INT(get(serve, "/readyz", answer, sizeof answer), 200, "before");
    tl_serve_drain(serve);
    CHECK_INT(get(serve, "/readyz", answer, sizeof answer), 503, "after");
    CHECK_HAS(answer, "[-]shutdown failed: draining");
    CHECK_INT(get(serve, "/livez", answer, sizeof answer), 200, "livez");
    CHECK_INT(get(serve, "/health", answer, sizeof answer), 200, "health");
    tl_conn_release(acquire(engine, "still lent"));
}

TEST(holders_are_shown_and_escaped)
{
    scoped(tl_engine_closep) tl_engine *engine = open_small_engine();
    scoped(close_servep) tl_serve *serve = open_serve(engine);
    scoped(tl_conn_releasep) tl_conn *mine = acquire(engine, "<b>&");
    static char answer[65536];
    tl_error err = TL_ERROR_INIT;

    CHECK_OK(
        tl_exec(mine, "select '<i>' where $1 <> 'secret'", TL_ARGS(tl_text("secret")), NULL, &err),
        &err);
    CHECK_INT(get(serve, "/", answer, sizeof answer), 200, "page");
    CHECK_HAS(answer, "&lt;b&gt;&amp;");
    CHECK_HAS(answer, "select &#39;&lt;i&gt;&#39;");
    CHECK(strstr(answer, "<b>&") == NULL);
    CHECK_INT(get(serve, "/pool", answer, sizeof answer), 200, "pool");
    CHECK_HAS(answer, "\"where\": \"orders.c:7\"");
}

TEST(a_busy_port_is_the_systems_refusal)
{
    scoped(tl_engine_closep) tl_engine *engine = open_small_engine();
    scoped(close_servep) tl_serve *serve = open_serve(engine);
    tl_serve_options options = TL_SERVE_OPTIONS_INIT;
    tl_error err = TL_ERROR_INIT;
    tl_serve *other = NULL;
    char address[32];

    snprintf(address, sizeof address, "127.0.0.1:%d", tl_serve_port(serve));
    options.listen = address;
    CHECK_INT(tl_serve_open(engine, &options, &other, &err), TL_ERR_SYSTEM, "status");
    CHECK_INT(err.os_errno, EADDRINUSE, "errno");
    CHECK_HAS(err.message, address);
    CHECK(other == NULL);
}

TEST(wrong_options_are_refused)
{
    scoped(tl_engine_closep) tl_engine *engine = open_small_engine();
    static const struct {
        tl_serve_options options;
        const char *says;
    } cases[] = {
        { { sizeof(tl_serve_options), "0.0.0.0:0", false, true, 0 }, "--allow-remote" },
        { { sizeof(tl_serve_options), "[::]:0", false, true, 0 }, "--allow-remote" },
        { { sizeof(tl_serve_options), "127.0.0.1", false, true, 0 }, "not an address" },
        { { sizeof(tl_serve_options), "127.0.0.1:65536", false, true, 0 }, "not an address" },
        { { sizeof(tl_serve_options), "::1:80", false, true, 0 }, "not an address" },
        { { sizeof(tl_serve_options), "127.0.0.1:0", false, true, -5 }, "probe_ms" },
        { { sizeof(tl_serve_options) + 8, "127.0.0.1:0", false, true, 0 }, "too new" },
        { { 0, "127.0.0.1:0", false, true, 0 }, "TL_SERVE_OPTIONS_INIT" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        tl_error err = TL_ERROR_INIT;
        tl_serve *serve = NULL;

        CHECK_INT(tl_serve_open(engine, &cases[i].options, &serve, &err), TL_ERR_INVALID,
                  cases[i].says);
        CHECK_HAS(err.message, cases[i].says);
        CHECK(serve == NULL);
    }
}

int main(void)
{
    return TEST_MAIN("serve", a_probe_never_takes_the_last_place,
                     a_line_that_does_not_move_is_not_ready,
                     draining_fails_readiness_and_nothing_else, holders_are_shown_and_escaped,
                     a_busy_port_is_the_systems_refusal, wrong_options_are_refused);
}
