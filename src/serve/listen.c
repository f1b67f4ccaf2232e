/* serve/listen.c - from "127.0.0.1:8432" to a listening socket, on loopback unless allowed */
#include "serve/serve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 64 };

static void free_addressesp(struct addrinfo **addresses)
{
    if (*addresses != NULL)
        freeaddrinfo(*addresses);
}

static int refuse_address(const char *where, tl_error *err)
{
    tl__serve_fail(err, TL_ERR_INVALID, "\"%s\" is not an address to listen on", where);
    if (err != NULL)
        tl__serve_copy(err->hint, sizeof err->hint,
                       "Give host and port, such as 127.0.0.1:8432, [::1]:8432 or localhost:0.");
    return TL_ERR_INVALID;
}

static bool is_port(const char *text)
{
    const size_t len = strlen(text);
    unsigned value = 0;

    if (len == 0 || len > 5 || strspn(text, "0123456789") != len)
        return false;
    for (size_t i = 0; i < len; i++)
        value = value * 10 + (unsigned)(text[i] - '0');
    return value <= 65535;
}

/* "[::1]:80" and "localhost:80" into host and port; "::1:80" could mean anything. */
static bool split(const char *where, char host[256], const char **port)
{
    const char *const colon = strrchr(where, ':');
    const char *start = where;

    if (colon == NULL || !is_port(colon + 1))
        return false;
    size_t len = (size_t)(colon - where);
    if (len >= 2 && where[0] == '[' && where[len - 1] == ']') {
        start++;
        len -= 2;
    } else if (memchr(where, ':', len) != NULL) {
        return false;
    }
    if (len == 0 || len >= 256)
        return false;
    memcpy(host, start, len);
    host[len] = '\0';
    *port = colon + 1;
    return true;
}

static bool is_loopback(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *const in = (const void *)address;
        return (ntohl(in->sin_addr.s_addr) >> 24) == 127;
    }
    if (address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *const in6 = (const void *)address;
        return IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
    }
    return false;
}

static bool all_loopback(const struct addrinfo *addresses)
{
    for (; addresses != NULL; addresses = addresses->ai_next)
        if (!is_loopback(addresses->ai_addr))
            return false;
    return true;
}

static int refuse_remote(const char *where, tl_error *err)
{
    tl__serve_fail(err, TL_ERR_INVALID,
                   "cannot listen on \"%s\": it is not a loopback address, and --allow-remote "
                   "(allow_remote) was not given",
                   where);
    if (err != NULL)
        tl__serve_copy(err->hint, sizeof err->hint,
                       "The endpoint asks nobody for a password. Open it to the network only where "
                       "the network is yours.");
    return TL_ERR_INVALID;
}

static int fail_listen(const char *where, int os_errno, tl_error *err)
{
    char reason[128];

    tl__serve_fail(err, TL_ERR_SYSTEM, "could not listen on \"%s\": %s", where,
                   strerror_r(os_errno, reason, sizeof reason));
    if (err != NULL)
        err->os_errno = os_errno;
    return TL_ERR_SYSTEM;
}

static bool listen_on(int fd, const struct addrinfo *address)
{
    const int on = 1;

    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (address->ai_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    return bind(fd, address->ai_addr, address->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0;
}

/* A descriptor, or -1 and errno. */
static int try_address(const struct addrinfo *address)
{
    const int fd =
        socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd >= 0 && !listen_on(fd, address)) {
        const int os_errno = errno;
        close(fd);
        errno = os_errno;
        return -1;
    }
    return fd;
}

static int find_port(int fd)
{
    union {
        struct sockaddr any;
        struct sockaddr_in in;
        struct sockaddr_in6 in6;
    } address = { .in6 = { 0 } };
    socklen_t size = sizeof address;

    if (getsockname(fd, &address.any, &size) != 0)
        return 0;
    return ntohs(address.any.sa_family == AF_INET6 ? address.in6.sin6_port : address.in.sin_port);
}

/* The first address that takes us. */
static int open_first(const char *where,
                      const struct addrinfo *addresses,
                      struct tl__listener *out,
                      tl_error *err)
{
    int os_errno = EADDRNOTAVAIL;

    for (const struct addrinfo *a = addresses; a != NULL; a = a->ai_next) {
        const int fd = try_address(a);
        if (fd >= 0) {
            out->fd = fd;
            out->family = a->ai_family;
            out->port = find_port(fd);
            return TL_OK;
        }
        os_errno = errno;
    }
    return fail_listen(where, os_errno, err);
}

int tl__listener_open(const char *where, bool allow_remote, struct tl__listener *out, tl_error *err)
{
    const struct addrinfo wanted = { .ai_family = AF_UNSPEC,
                                     .ai_socktype = SOCK_STREAM,
                                     .ai_flags = AI_PASSIVE | AI_NUMERICSERV };
    scoped(free_addressesp) struct addrinfo *addresses = NULL;
    struct tl__listener listener = { .fd = -1 };
    const char *port = NULL;

    if (!split(where, listener.host, &port))
        return refuse_address(where, err);
    const int failure = getaddrinfo(listener.host, port, &wanted, &addresses);
    if (failure != 0)
        return tl__serve_fail(err, TL_ERR_INVALID, "cannot listen on \"%s\": %s", where,
                              gai_strerror(failure));
    listener.loopback = all_loopback(addresses);
    if (!listener.loopback && !allow_remote)
        return refuse_remote(where, err);

    const int status = open_first(where, addresses, &listener, err);
    if (status == TL_OK)
        *out = listener;
    return status;
}

/* The host of "host:port" or "[host]:port", without port and brackets. */
static bool take_host(const char *header, char host[256])
{
    const bool bracketed = header[0] == '[';
    const char *const start = header + (bracketed ? 1 : 0);
    const size_t len = strcspn(start, bracketed ? "]" : ":");

    if (len == 0 || len >= 256)
        return false;
    memcpy(host, start, len);
    host[len] = '\0';
    return true;
}

bool tl__listener_accepts(const struct tl__listener *listener, const char *host_header)
{
    struct in_addr in;
    struct in6_addr in6;
    char host[256];

    if (!listener->loopback || host_header == NULL) /* HTTP/1.0 needs no Host */
        return true;
    if (!take_host(host_header, host))
        return false;
    if (strcasecmp(host, "localhost") == 0 || strcasecmp(host, listener->host) == 0)
        return true;
    if (inet_pton(AF_INET, host, &in) == 1)
        return (ntohl(in.s_addr) >> 24) == 127;
    return inet_pton(AF_INET6, host, &in6) == 1 && IN6_IS_ADDR_LOOPBACK(&in6);
}
