/* engine/config-tls.h - how a server is verified where nobody said it
 *
 * A server beyond this machine is verified against the roots that the system trusts. Pure.
 */
#pragma once

#include <stdbool.h>

struct tl__tls_facts {
    const char *host; /* lists as libpq takes them; NULL if unset */
    const char *hostaddr;
    int libpq_version;
    bool has_mode;      /* somebody chose an sslmode */
    bool has_roots;     /* somebody chose the roots, or libpq's own file is there */
    const char *bundle; /* the file with the system's roots; NULL if there is none */
};

struct tl__tls {
    const char *sslmode; /* NULL to leave it as it is */
    const char *sslrootcert;
};

bool tl__host_is_local(const char *host, const char *hostaddr);
struct tl__tls tl__tls_choose(const struct tl__tls_facts *facts);
