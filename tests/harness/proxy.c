/* harness/proxy.c - a proxy before the test's server that counts, cuts and stalls */
#include "harness/proxy.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/test.h"

enum { MOST_PAIRS = 64, CHUNK = 16384 };

/* One way of a connection: where in a message its stream stands. */
struct way {
    int from;
    int to;
    enum proxy_side side;
    bool typed;    /* messages have a type; the client's first ones do not */
    size_t n_head; /* bytes of the head read so far */
    unsigned char head[5];
    size_t left; /* bytes of the body to come */
    bool ended;
};

struct pair {
    struct way up;   /* from the client */
    struct way down; /* from the server */
};

struct proxy {
    int listener;
    int wake; /* an eventfd: close */
    pthread_t thread;
    struct sockaddr_in server;
    char url[512];
    struct pair pairs[MOST_PAIRS];
    size_t n_pairs;
    atomic_size_t n_flights;
    atomic_size_t n_clients;
    atomic_int fault;
    atomic_int fault_side;
    atomic_size_t fault_in; /* messages until it strikes; 0: it has, or there is none */
    bool stalled;
};

static void close_pair(struct proxy *p, size_t i)
{
    close(p->pairs[i].up.from);
    close(p->pairs[i].down.from);
    p->pairs[i] = p->pairs[--p->n_pairs];
}

static void make_prompt(int fd)
{
    const int on = 1;

    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

static void accept_client(struct proxy *p)
{
    const int client = accept4(p->listener, NULL, NULL, SOCK_CLOEXEC);
    const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    atomic_fetch_add(&p->n_clients, 1);
    if (p->n_pairs == MOST_PAIRS ||
        connect(server, (const struct sockaddr *)&p->server, sizeof p->server) != 0) {
        close(client);
        close(server);
        return;
    }
    make_prompt(client);
    make_prompt(server);
    p->pairs[p->n_pairs++] = (struct pair){
        .up = { .from = client, .to = server, .side = FROM_CLIENT },
        .down = { .from = server, .to = client, .side = FROM_SERVER, .typed = true },
    };
}

static uint32_t be32(const unsigned char *b)
{
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/* True when the fault strikes at the message that now begins. */
static bool strikes(struct proxy *p, const struct way *way)
{
    size_t left = atomic_load(&p->fault_in);

    if (left == 0 || atomic_load(&p->fault_side) != (int)way->side)
        return false;
    atomic_store(&p->fault_in, left - 1);
    return left == 1;
}

static void head_done(struct proxy *p, struct way *way)
{
    const uint32_t len = be32(way->head + (way->typed ? 1 : 0));

    if (way->typed && way->side == FROM_CLIENT && (way->head[0] == 'S' || way->head[0] == 'Q'))
        atomic_fetch_add(&p->n_flights, 1);
    if (!way->typed && be32(way->head) != 8) /* a start-up packet; 8 asks for encryption */
        way->typed = true;
    way->left = len > 4 ? len - 4 : 0;
    way->n_head = 0;
}

/* How many of the bytes may pass before the fault strikes; all where it does not. */
static size_t scan(struct proxy *p, struct way *way, const unsigned char *data, size_t n, bool *hit)
{
    size_t i = 0;

    *hit = false;
    while (i < n) {
        if (way->left > 0) {
            const size_t step = MIN_OF(way->left, n - i);
            way->left -= step;
            i += step;
            continue;
        }
        if (way->n_head == 0 && way->typed && strikes(p, way)) {
            *hit = true;
            return i;
        }
        way->head[way->n_head++] = data[i++];
        if (way->n_head == (way->typed ? 5U : 4U))
            head_done(p, way);
    }
    return n;
}

static void send_all(int fd, const unsigned char *data, size_t n)
{
    while (n > 0) {
        const ssize_t sent = send(fd, data, n, MSG_NOSIGNAL);

        if (sent <= 0)
            return;
        data += sent;
        n -= (size_t)sent;
    }
}

/* False where the pair is to be closed. */
static bool strike(struct proxy *p, struct way *way, const unsigned char *data, size_t n)
{
    switch (atomic_load(&p->fault)) {
    case CUT_INSIDE:
        send_all(way->to, data, n / 2 + 1);
        return false;
    case STALL:
        p->stalled = true;
        return true;
    case HALF_CLOSE:
        shutdown(way->to, SHUT_WR);
        way->ended = true;
        return true;
    default:
        return false;
    }
}

static bool pass_on(struct proxy *p, struct way *way)
{
    unsigned char data[CHUNK];
    const ssize_t n = recv(way->from, data, sizeof data, 0);
    bool hit;

    if (n <= 0)
        return false;
    if (way->ended)
        return true;
    const size_t fits = scan(p, way, data, (size_t)n, &hit);
    send_all(way->to, data, fits);
    return !hit || strike(p, way, data + fits, (size_t)n - fits);
}

static void serve_pairs(struct proxy *p, const struct pollfd *fds, size_t n)
{
    for (size_t i = n; i-- > 0;) {
        bool keep = true;

        if (fds[2 * i].revents != 0)
            keep = pass_on(p, &p->pairs[i].up);
        if (keep && !p->stalled && fds[2 * i + 1].revents != 0)
            keep = pass_on(p, &p->pairs[i].down);
        if (!keep)
            close_pair(p, i);
    }
}

static void *work(void *user)
{
    struct proxy *p = user;
    struct pollfd fds[2 + 2 * MOST_PAIRS];

    for (;;) {
        const size_t n = p->stalled ? 0 : p->n_pairs;

        fds[0] = (struct pollfd){ .fd = p->wake, .events = POLLIN };
        fds[1] = (struct pollfd){ .fd = p->listener, .events = POLLIN };
        for (size_t i = 0; i < n; i++) {
            fds[2 + 2 * i] = (struct pollfd){ .fd = p->pairs[i].up.from, .events = POLLIN };
            fds[3 + 2 * i] = (struct pollfd){ .fd = p->pairs[i].down.from, .events = POLLIN };
        }
        if (poll(fds, 2 + 2 * n, -1) < 0 && errno != EINTR)
            return NULL;
        if (fds[0].revents != 0)
            return NULL;
        serve_pairs(p, fds + 2, n);
        if (fds[1].revents != 0)
            accept_client(p);
    }
}

/* postgresql://user:password@127.0.0.1:port/database */
static void read_url(struct proxy *p, int port)
{
    const char *url = getenv("TL_TEST_TCP_URL");
    const char *at = url != NULL ? strrchr(url, '@') : NULL;
    const char *colon = at != NULL ? strchr(at, ':') : NULL;
    const char *slash = colon != NULL ? strchr(colon, '/') : NULL;

    ck_assert_msg(slash != NULL, "TL_TEST_TCP_URL is not set: run this by meson test");
    p->server = (struct sockaddr_in){ .sin_family = AF_INET,
                                      .sin_port = htons((uint16_t)strtol(colon + 1, NULL, 10)),
                                      .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    snprintf(p->url, sizeof p->url, "%.*s@127.0.0.1:%d%s?sslmode=disable", (int)(at - url), url,
             port, slash);
}

static int listen_somewhere(int *port)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof address;
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    ck_assert(bind(fd, (const struct sockaddr *)&address, len) == 0);
    ck_assert(listen(fd, MOST_PAIRS) == 0);
    ck_assert(getsockname(fd, (struct sockaddr *)&address, &len) == 0);
    *port = ntohs(address.sin_port);
    return fd;
}

struct proxy *proxy_open(void)
{
    struct proxy *p = calloc(1, sizeof *p);
    int port;

    p->listener = listen_somewhere(&port);
    p->wake = eventfd(0, EFD_CLOEXEC);
    read_url(p, port);
    ck_assert(pthread_create(&p->thread, NULL, work, p) == 0);
    return p;
}

void proxy_close(struct proxy *p)
{
    if (p == NULL)
        return;
    eventfd_write(p->wake, 1);
    pthread_join(p->thread, NULL);
    while (p->n_pairs > 0)
        close_pair(p, 0);
    close(p->listener);
    close(p->wake);
    free(p);
}

void proxy_closep(struct proxy **proxy)
{
    proxy_close(*proxy);
    *proxy = NULL;
}

const char *proxy_url(const struct proxy *proxy)
{
    return proxy->url;
}

size_t proxy_flights(const struct proxy *proxy)
{
    return atomic_load(&proxy->n_flights);
}

size_t proxy_clients(const struct proxy *proxy)
{
    return atomic_load(&proxy->n_clients);
}

void proxy_set_fault(struct proxy *proxy, enum proxy_fault fault, enum proxy_side side, size_t n)
{
    atomic_store(&proxy->fault_in, 0);
    atomic_store(&proxy->fault, fault);
    atomic_store(&proxy->fault_side, side);
    atomic_store(&proxy->fault_in, n);
}
