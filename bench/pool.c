/* bench/pool.c - lending and taking back, against a mutex and a stack */
#include <pthread.h>
#include <stdlib.h>

#include <trunkline/trunkline.h>

#include "base/macro.h"
#include "bench.h"

enum { PLACES = 10, MOST_THREADS = 8 };

/* The least that a pool can do: it checks nothing, tells nobody, and is not fair. */
struct stack {
    pthread_mutex_t lock;
    pthread_cond_t returned;
    void *items[PLACES];
    int n;
};

static void *stack_take(struct stack *s)
{
    pthread_mutex_lock(&s->lock);
    while (s->n == 0)
        pthread_cond_wait(&s->returned, &s->lock);
    void *item = s->items[--s->n];
    pthread_mutex_unlock(&s->lock);
    return item;
}

static void stack_give(struct stack *s, void *item)
{
    pthread_mutex_lock(&s->lock);
    s->items[s->n++] = item;
    pthread_cond_signal(&s->returned);
    pthread_mutex_unlock(&s->lock);
}

static void use_stack(void *user, int n)
{
    for (int i = 0; i < n; i++)
        stack_give(user, stack_take(user));
}

static void use_engine(void *user, int n)
{
    tl_error err = TL_ERROR_INIT;
    tl_conn *conn;

    for (int i = 0; i < n; i++) {
        if (tl_engine_acquire(user, 10000, TL_HERE("bench"), &conn, &err) != TL_OK)
            bench_die("acquire", err.message);
        tl_conn_release(conn);
    }
}

/* The same by several threads at once; the time is that of the whole, for each loan. */
struct crowd {
    void (*run)(void *user, int n);
    void *user;
    int n_threads;
    int n;
};

static void *run_share(void *user)
{
    const struct crowd *crowd = user;

    crowd->run(crowd->user, crowd->n / crowd->n_threads);
    return NULL;
}

static void use_crowd(void *user, int n)
{
    struct crowd *crowd = user;
    pthread_t threads[MOST_THREADS];

    crowd->n = n;
    for (int i = 0; i < crowd->n_threads; i++)
        pthread_create(&threads[i], NULL, run_share, crowd);
    for (int i = 0; i < crowd->n_threads; i++)
        pthread_join(threads[i], NULL);
}

static void measure_crowd(tl_engine *engine, struct stack *stack, int n_threads, const char *name)
{
    struct crowd ours = { use_engine, engine, n_threads, 0 };
    struct crowd theirs = { use_stack, stack, n_threads, 0 };

    bench_measure(&(struct bench_row){
        .name = name,
        .unit = "ns",
        .n = 200000,
        .ours = { "trunkline", use_crowd, &ours },
        .reference = { "mutex and stack", use_crowd, &theirs },
    });
}

void bench_pool(void)
{
    static struct stack stack = { .lock = PTHREAD_MUTEX_INITIALIZER,
                                  .returned = PTHREAD_COND_INITIALIZER,
                                  .n = PLACES };
    tl_engine_options options = TL_ENGINE_OPTIONS_INIT;
    tl_error err = TL_ERROR_INIT;
    tl_engine *engine = NULL;

    options.settings = "pool_size=10 max_overflow=0";
    if (tl_engine_open(getenv("TL_TEST_URL"), &options, &engine, &err) != TL_OK)
        bench_die("open", err.message);
    bench_measure(&(struct bench_row){
        .name = "acquire + release, 1 thread",
        .unit = "ns",
        .n = 500000,
        .ours = { "trunkline", use_engine, engine },
        .reference = { "mutex and stack", use_stack, &stack },
    });
    measure_crowd(engine, &stack, 2, "acquire + release, 2 threads over 10");
    measure_crowd(engine, &stack, 8, "acquire + release, 8 threads over 10");
    tl_engine_close(engine, 1000, NULL);
}
