/* wire/wire-private.h - what the files of wire/ share */
#pragma once

#include <libpq-fe.h>

#include "wire/wire.h"

/* A statement that was going out when the server said FATAL gets no reason of its own from libpq:
 * the reason of an idle session's end comes as a notice. So the last one is kept. */
struct tl__last_words {
    char sqlstate[6];
    char severity[16];
    char message[512];
};

struct tl__wire {
    PGconn *pg;
    tl__notice_fn notice;
    void *user;
    struct tl__last_words last_words;

    /* The flight under way. */
    struct tl__step *steps;
    size_t n_steps;
    size_t n_answered;
    bool piped;  /* in libpq's pipeline mode, until the answer to its Sync */
    bool unsent; /* some of it is still in libpq's buffer */
    bool flying;
    bool copying; /* a COPY was begun that nobody here can serve */
};

tl_phase tl__wire_connect_phase(const PGconn *pg);
int tl__wire_fail_lost(struct tl__wire *wire, tl_phase phase, tl_error *err);

/* Copies libpq's own message without the newline at its end, as one line. */
void tl__wire_copy_message(char *to, size_t size, const char *message);

void tl__wire_discard_notifications(struct tl__wire *wire);

/* Waits until the socket is ready for want. TL_OK, TL_ERR_TIMEOUT or TL_ERR_SYSTEM; no text. */
int tl__wire_poll(int fd, enum tl__want want, int64_t deadline);
