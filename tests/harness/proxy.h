/* harness/proxy.h - a proxy before the test's server that counts, cuts and stalls
 *
 * It reads the protocol's messages on both ways. A flight is what a client ends with Sync or Query:
 * one round trip. A fault strikes when a side has sent its nth message since proxy_fault().
 */
#pragma once

#include <stddef.h>

struct proxy;

enum proxy_side { FROM_CLIENT, FROM_SERVER };

enum proxy_fault {
    PASS,       /* no fault */
    CUT,        /* close both ways before passing the message on */
    CUT_INSIDE, /* pass half of the message, then close both ways */
    STALL,      /* pass nothing more either way, keep both ends open */
    HALF_CLOSE, /* end the stream towards the other side, keep reading */
};

struct proxy *proxy_open(void); /* before TL_TEST_TCP_URL */
void proxy_close(struct proxy *proxy);
void proxy_closep(struct proxy **proxy);

const char *proxy_url(const struct proxy *proxy); /* as TL_TEST_TCP_URL, through the proxy */
size_t proxy_flights(const struct proxy *proxy);  /* since it was opened */
size_t proxy_clients(const struct proxy *proxy);  /* connections accepted since it was opened */

/* From now on; n is 1 for the next message of that side. Replaces the fault before. */
void proxy_set_fault(struct proxy *proxy, enum proxy_fault fault, enum proxy_side side, size_t n);
