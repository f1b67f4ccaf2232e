/* serve/crowd.c - who is connected, and which requests are under way
 *
 * A connection serves one request and is closed. Whoever takes long to ask must not keep others out:
 * when the places run short, the one that has dawdled longest loses its own.
 */
#include "serve/serve.h"

#include <sys/socket.h>

enum {
    KEPT_FREE = 4,         /* places; so a connection that is being cut never blocks a new one */
    LONG_ANSWER_MS = 10000 /* whoever reads an answer for so long dawdles, too */
};

void tl__crowd_init(struct tl__crowd *crowd)
{
    pthread_mutex_init(&crowd->lock, NULL);
    tl__serve_cond_init(&crowd->quiet);
    crowd->n_asking = 0;
    for (size_t i = 0; i < COUNT_OF(crowd->guests); i++)
        crowd->guests[i] = (struct tl__guest){ .fd = -1 };
}

void tl__crowd_done(struct tl__crowd *crowd)
{
    pthread_cond_destroy(&crowd->quiet);
    pthread_mutex_destroy(&crowd->lock);
}

static bool dawdles(const struct tl__guest *guest, int64_t now_ms)
{
    return guest->fd >= 0 && (!guest->asking || now_ms - guest->since_ms > LONG_ANSWER_MS);
}

/* Its thread finds the socket closed and ends; the descriptor itself stays until then. */
static void cut_slowest_locked(struct tl__crowd *crowd, int64_t now_ms)
{
    const struct tl__guest *slowest = NULL;

    for (size_t i = 0; i < COUNT_OF(crowd->guests); i++) {
        const struct tl__guest *const guest = &crowd->guests[i];
        if (dawdles(guest, now_ms) && (slowest == NULL || guest->since_ms < slowest->since_ms))
            slowest = guest;
    }
    if (slowest != NULL)
        shutdown(slowest->fd, SHUT_RDWR);
}

static struct tl__guest *find_place_locked(struct tl__crowd *crowd, size_t *out_n_free)
{
    struct tl__guest *place = NULL;

    *out_n_free = 0;
    for (size_t i = 0; i < COUNT_OF(crowd->guests); i++) {
        if (crowd->guests[i].fd >= 0)
            continue;
        place = &crowd->guests[i];
        ++*out_n_free;
    }
    return place;
}

struct tl__guest *tl__crowd_enter(struct tl__crowd *crowd, int fd)
{
    const int64_t now_ms = tl__serve_now_ms();
    size_t n_free = 0;

    pthread_mutex_lock(&crowd->lock);
    struct tl__guest *const place = find_place_locked(crowd, &n_free);
    if (n_free <= KEPT_FREE)
        cut_slowest_locked(crowd, now_ms);
    if (place != NULL)
        *place = (struct tl__guest){ .fd = fd, .since_ms = now_ms };
    pthread_mutex_unlock(&crowd->lock);
    return place;
}

static void told_locked(struct tl__crowd *crowd, struct tl__guest *guest)
{
    if (!guest->asking)
        return;
    guest->asking = false;
    if (--crowd->n_asking == 0)
        pthread_cond_broadcast(&crowd->quiet);
}

void tl__crowd_leave(struct tl__crowd *crowd, struct tl__guest *guest)
{
    if (guest == NULL)
        return;
    pthread_mutex_lock(&crowd->lock);
    told_locked(crowd, guest);
    guest->fd = -1;
    pthread_mutex_unlock(&crowd->lock);
}

void tl__crowd_ask(struct tl__crowd *crowd, struct tl__guest *guest)
{
    if (guest == NULL)
        return;
    pthread_mutex_lock(&crowd->lock);
    if (!guest->asking)
        crowd->n_asking++;
    guest->asking = true;
    pthread_mutex_unlock(&crowd->lock);
}

void tl__crowd_told(struct tl__crowd *crowd, struct tl__guest *guest)
{
    if (guest == NULL)
        return;
    pthread_mutex_lock(&crowd->lock);
    told_locked(crowd, guest);
    pthread_mutex_unlock(&crowd->lock);
}

void tl__crowd_settle(struct tl__crowd *crowd, int timeout_ms)
{
    const int64_t deadline_ms = tl__serve_now_ms() + timeout_ms;

    pthread_mutex_lock(&crowd->lock);
    while (crowd->n_asking > 0 && tl__serve_cond_wait(&crowd->quiet, &crowd->lock, deadline_ms))
        continue;
    pthread_mutex_unlock(&crowd->lock);
}
