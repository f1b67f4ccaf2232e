/* base/sync.c - locks and waiting */
#include "base/sync.h"

#include <errno.h>
#include <time.h>
#include <unistd.h>

#include "base/time.h"

void tl__mutex_init(struct tl__mutex *mutex)
{
    pthread_mutex_init(&mutex->mutex, NULL);
}

void tl__mutex_done(struct tl__mutex *mutex)
{
    pthread_mutex_destroy(&mutex->mutex);
}

void tl__lock(struct tl__mutex *mutex)
{
    pthread_mutex_lock(&mutex->mutex);
}

void tl__unlock(struct tl__mutex *mutex)
{
    pthread_mutex_unlock(&mutex->mutex);
}

void tl__cond_init(struct tl__cond *cond)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&cond->cond, &attributes);
    pthread_condattr_destroy(&attributes);
}

void tl__cond_done(struct tl__cond *cond)
{
    pthread_cond_destroy(&cond->cond);
}

void tl__cond_wake(struct tl__cond *cond)
{
    pthread_cond_signal(&cond->cond);
}

void tl__cond_wake_all(struct tl__cond *cond)
{
    pthread_cond_broadcast(&cond->cond);
}

bool tl__cond_wait(struct tl__cond *cond, struct tl__mutex *mutex, int64_t deadline)
{
    if (deadline == TL__NEVER) {
        pthread_cond_wait(&cond->cond, &mutex->mutex);
        return true;
    }
    const struct timespec until = { .tv_sec = deadline / TL__NS_PER_S,
                                    .tv_nsec = deadline % TL__NS_PER_S };
    return pthread_cond_timedwait(&cond->cond, &mutex->mutex, &until) != ETIMEDOUT;
}

int32_t tl__thread_id(void)
{
    static _Thread_local int32_t id; /* gettid() is a system call each time */

    if (id == 0)
        id = (int32_t)gettid();
    return id;
}
