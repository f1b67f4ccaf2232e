/* engine/config-tls.c - how a server is verified where nobody said it */
#include "engine/config-tls.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/macro.h"

static bool is_loopback(const char *address)
{
    struct in_addr four;
    struct in6_addr six;

    if (inet_pton(AF_INET, address, &four) == 1)
        return (ntohl(four.s_addr) >> 24) == 127;
    return inet_pton(AF_INET6, address, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

static bool is_local_name(const char *name)
{
    return name[0] == '\0' || name[0] == '/' || name[0] == '@' ||
           strcasecmp(name, "localhost") == 0 || is_loopback(name);
}

/* The first entry of a comma-separated list; the list is moved behind it, or to NULL at its end. */
static void next_entry(const char **list, char *entry, size_t size)
{
    const size_t len = strcspn(*list, ",");
    const char *end = *list + len;

    snprintf(entry, size, "%.*s", (int)MIN_OF(len, size - 1), *list); /* cut: no local name */
    *list = *end == ',' ? end + 1 : NULL;
}

/* Of an entry that has both, libpq connects to the address. */
bool tl__host_is_local(const char *host, const char *hostaddr)
{
    char name[256];
    char address[256];

    if (host == NULL && hostaddr == NULL)
        return true;
    while (host != NULL || hostaddr != NULL) {
        name[0] = address[0] = '\0';
        if (host != NULL)
            next_entry(&host, name, sizeof name);
        if (hostaddr != NULL)
            next_entry(&hostaddr, address, sizeof address);
        if (!is_local_name(address[0] != '\0' ? address : name))
            return false;
    }
    return true;
}

struct tl__tls tl__tls_choose(const struct tl__tls_facts *facts)
{
    enum { KNOWS_SYSTEM = 160000 };

    if (facts->has_mode || tl__host_is_local(facts->host, facts->hostaddr))
        return (struct tl__tls){ 0 };
    if (facts->has_roots)
        return (struct tl__tls){ .sslmode = "verify-full" };
    if (facts->libpq_version >= KNOWS_SYSTEM)
        return (struct tl__tls){ .sslmode = "verify-full", .sslrootcert = "system" };
    if (facts->bundle != NULL)
        return (struct tl__tls){ .sslmode = "verify-full", .sslrootcert = facts->bundle };
    return (struct tl__tls){ .sslmode = "require" };
}
