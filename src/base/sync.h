/* base/sync.h - a lock, and waiting under it until a deadline of the monotonic clock */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct tl__mutex {
    pthread_mutex_t mutex;
};

struct tl__cond {
    pthread_cond_t cond;
};

void tl__mutex_init(struct tl__mutex *mutex);
void tl__mutex_done(struct tl__mutex *mutex);
void tl__lock(struct tl__mutex *mutex);
void tl__unlock(struct tl__mutex *mutex);

void tl__cond_init(struct tl__cond *cond);
void tl__cond_done(struct tl__cond *cond);
void tl__cond_wake(struct tl__cond *cond);
void tl__cond_wake_all(struct tl__cond *cond);

/* Gives up the lock while it waits. False when the deadline has passed. */
bool tl__cond_wait(struct tl__cond *cond, struct tl__mutex *mutex, int64_t deadline);

int32_t tl__thread_id(void); /* the operating system's number, as in ps and gdb */
