/* wire/resolve.c - looking up hosts' names under a deadline */
#include "wire/resolve.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/fail.h"
#include "base/sync.h"
#include "base/time.h"

/* The lists that libpq will be given, entry by entry. */
struct lists {
    struct tl__buf host;
    struct tl__buf hostaddr;
    struct tl__buf port;
    size_t n;
};

enum { MOST_ADDRESSES = 8 }; /* of one name; more would only lengthen a failure */

/* Shared by the one who asks and the thread that looks up; the last of them frees it. */
struct lookup {
    struct tl__mutex lock;
    struct tl__cond done;
    int n_users;
    bool finished;
    int code; /* of getaddrinfo() */
    size_t n;
    char addresses[MOST_ADDRESSES][INET6_ADDRSTRLEN + 16]; /* a scope such as %eth0 may follow */
    char name[];
};

static struct lookup *lookup_new(const char *name, size_t len)
{
    struct lookup *lookup = tl__alloc(sizeof *lookup + len + 1);

    if (lookup == NULL)
        return NULL;
    tl__mutex_init(&lookup->lock);
    tl__cond_init(&lookup->done);
    memcpy(lookup->name, name, len);
    lookup->n_users = 2;
    return lookup;
}

static void lookup_leave(struct lookup *lookup)
{
    tl__lock(&lookup->lock);
    const bool last = --lookup->n_users == 0;
    tl__unlock(&lookup->lock);
    if (!last)
        return;
    tl__cond_done(&lookup->done);
    tl__mutex_done(&lookup->lock);
    tl__free(lookup);
}

static void lookup_leavep(struct lookup **lookup)
{
    if (*lookup != NULL)
        lookup_leave(*lookup);
}

static void note_addresses(struct lookup *lookup, const struct addrinfo *list)
{
    for (const struct addrinfo *a = list; a != NULL && lookup->n < MOST_ADDRESSES; a = a->ai_next) {
        char *to = lookup->addresses[lookup->n];

        if (getnameinfo(a->ai_addr, a->ai_addrlen, to, sizeof lookup->addresses[0], NULL, 0,
                        NI_NUMERICHOST) == 0)
            lookup->n++;
    }
}

static void *look_up(void *user)
{
    const struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
    struct lookup *lookup = user;
    struct addrinfo *list = NULL;
    const int code = getaddrinfo(lookup->name, NULL, &hints, &list);

    tl__lock(&lookup->lock);
    lookup->code = code;
    if (code == 0)
        note_addresses(lookup, list);
    lookup->finished = true;
    tl__cond_wake(&lookup->done);
    tl__unlock(&lookup->lock);
    if (list != NULL)
        freeaddrinfo(list);
    lookup_leave(lookup);
    return NULL;
}

static bool start_thread(struct lookup *lookup)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, look_up, lookup) != 0)
        return false;
    pthread_detach(thread);
    return true;
}

static bool wait_for(struct lookup *lookup, int64_t deadline)
{
    bool in_time = true;

    tl__lock(&lookup->lock);
    while (!lookup->finished && in_time)
        in_time = tl__cond_wait(&lookup->done, &lookup->lock, deadline);
    const bool finished = lookup->finished;
    tl__unlock(&lookup->lock);
    return finished;
}

static int fail_resolve(tl_error *err, int status, const char *name, const char *why)
{
    tl__fail_set(err, status, "could not translate host name \"%s\" to address: %s", name, why);
    tl__fail_phase(err, TL_PHASE_RESOLVE);
    if (err != NULL)
        err->flags |= TL_ERROR_RETRY_CONNECT;
    return status;
}

static bool is_name(const char *host, size_t len)
{
    char text[INET6_ADDRSTRLEN];
    struct in6_addr address;

    if (len == 0 || host[0] == '/' || host[0] == '@' || memchr(host, '%', len) != NULL)
        return false;
    if (len >= sizeof text)
        return true;
    memcpy(text, host, len);
    text[len] = '\0';
    return inet_pton(AF_INET, text, &address) != 1 && inet_pton(AF_INET6, text, &address) != 1;
}

static void lists_done(struct lists *lists)
{
    tl__buf_done(&lists->host);
    tl__buf_done(&lists->hostaddr);
    tl__buf_done(&lists->port);
}

static void add_entry(struct lists *to, tl_str host, const char *address, tl_str port)
{
    if (to->n++ > 0) {
        tl__buf_char(&to->host, ',');
        tl__buf_char(&to->hostaddr, ',');
        tl__buf_char(&to->port, ',');
    }
    tl__buf_bytes(&to->host, host.data, host.len);
    tl__buf_str(&to->hostaddr, address);
    tl__buf_bytes(&to->port, port.data, port.len);
}

static int add_name(struct lists *to, tl_str host, tl_str port, int64_t deadline, tl_error *err)
{
    scoped(lookup_leavep) struct lookup *lookup = lookup_new(host.data, host.len);

    if (lookup == NULL)
        return tl__fail_nomem(err);
    if (!start_thread(lookup)) {
        lookup_leave(lookup); /* the share of the thread that never was */
        return fail_resolve(err, TL_ERR_CONNECT, lookup->name, "no thread could be started");
    }
    if (!wait_for(lookup, deadline))
        return fail_resolve(err, TL_ERR_TIMEOUT, lookup->name, "no answer before the deadline");
    if (lookup->code != 0)
        return fail_resolve(err, TL_ERR_CONNECT, lookup->name, gai_strerror(lookup->code));
    for (size_t i = 0; i < lookup->n; i++)
        add_entry(to, host, lookup->addresses[i], port);
    return TL_OK;
}

/* The first entry of a comma-separated list; the list is moved behind it. One port serves all. */
static tl_str next_entry(const char **list)
{
    const char *const start = *list;
    const size_t len = strcspn(start, ",");

    *list = start[len] == ',' ? start + len + 1 : NULL;
    return (tl_str){ .data = start, .len = len };
}

static bool any_name(const char *host)
{
    while (host != NULL) {
        const tl_str entry = next_entry(&host);

        if (is_name(entry.data, entry.len))
            return true;
    }
    return false;
}

/* A name that is not known leaves the others; only where none is left it is a failure. */
static int
fill_lists(struct lists *lists, const char *host, const char *port, int64_t deadline, tl_error *err)
{
    tl_str last_port = { .data = "", .len = 0 };
    int unknown = TL_OK;

    while (host != NULL) {
        const tl_str entry = next_entry(&host);
        int status = TL_OK;

        if (port != NULL)
            last_port = next_entry(&port);
        if (is_name(entry.data, entry.len))
            status = add_name(lists, entry, last_port, deadline, err);
        else
            add_entry(lists, entry, "", last_port);
        if (status != TL_OK && status != TL_ERR_CONNECT)
            return status;
        if (status != TL_OK)
            unknown = status;
    }
    return lists->n > 0 ? TL_OK : unknown;
}

int tl__resolve(
    const char *host, const char *port, int64_t deadline, struct tl__hosts *out, tl_error *err)
{
    scoped(lists_done) struct lists lists = { 0 };

    *out = (struct tl__hosts){ 0 };
    if (!any_name(host))
        return TL_OK;

    const int status = fill_lists(&lists, host, port, deadline, err);
    if (status != TL_OK)
        return status;
    out->host = tl__buf_take(&lists.host);
    out->hostaddr = tl__buf_take(&lists.hostaddr);
    out->port = tl__buf_take(&lists.port);
    if (out->host != NULL && out->hostaddr != NULL && out->port != NULL)
        return TL_OK;
    tl__hosts_done(out);
    return tl__fail_nomem(err);
}

void tl__hosts_done(struct tl__hosts *hosts)
{
    tl__free(hosts->host);
    tl__free(hosts->hostaddr);
    tl__free(hosts->port);
    *hosts = (struct tl__hosts){ 0 };
}
