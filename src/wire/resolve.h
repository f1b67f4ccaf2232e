/* wire/resolve.h - looking up hosts' names under a deadline
 *
 * libpq looks names up while it connects, and blocks. So names are looked up before, by a thread of
 * their own, and libpq is given addresses beside the names, which certificates are still checked by.
 */
#pragma once

#include <stdint.h>

#include <trunkline/error.h>

struct tl__hosts {
    char *host; /* comma-separated, as libpq takes them; NULL where libpq needs no help */
    char *hostaddr;
    char *port;
};

/* host and port are libpq's lists, or NULL. */
int tl__resolve(
    const char *host, const char *port, int64_t deadline, struct tl__hosts *out, tl_error *err);
void tl__hosts_done(struct tl__hosts *hosts);
