/* harness/db.c - the few lines that nearly every test on a server needs */
#include "harness/db.h"

#include <pthread.h>
#include <stdlib.h>

static pthread_mutex_t events_lock = PTHREAD_MUTEX_INITIALIZER;

static tl_engine *open_with(const char *url, const tl_engine_options *options)
{
    tl_error err = TL_ERROR_INIT;
    tl_engine *engine = NULL;

    CHECK_OK(tl_engine_open(url != NULL ? url : test_url(), options, &engine, &err), &err);
    return engine;
}

tl_engine *db_open(const char *url, const char *settings)
{
    tl_engine_options options = TL_ENGINE_OPTIONS_INIT;

    options.settings = settings;
    return open_with(url, &options);
}

tl_conn *db_acquire(tl_engine *engine)
{
    tl_error err = TL_ERROR_INIT;
    tl_conn *conn = NULL;

    CHECK_OK(tl_engine_acquire(engine, 20000, TL_HERE("test"), &conn, &err), &err);
    return conn;
}

tl_tx *db_begin(tl_conn *conn)
{
    tl_error err = TL_ERROR_INIT;
    tl_tx *tx = NULL;

    CHECK_OK(tl_tx_begin(conn, NULL, &tx, &err), &err);
    return tx;
}

void db_run(tl_conn *conn, const char *sql)
{
    tl_error err = TL_ERROR_INIT;

    CHECK_OK(tl_exec(conn, sql, TL_NO_ARGS, NULL, &err), &err);
}

int64_t db_int(tl_conn *conn, const char *sql)
{
    scoped(tl_result_freep) tl_result *rows = NULL;
    tl_error err = TL_ERROR_INIT;

    CHECK_OK(tl_query(conn, sql, TL_NO_ARGS, &rows, &err), &err);
    CHECK_INT(tl_result_rows(rows), 1, sql);
    const int64_t value = tl_get_int8(rows, 0, 0);
    CHECK_OK(tl_result_check(rows, &err), &err);
    return value;
}

/* pg_terminate_backend() with a timeout waits until the process is gone. */
void db_kill(tl_engine *engine, int backend_pid)
{
    scoped(tl_conn_releasep) tl_conn *conn = db_acquire(engine);
    tl_error err = TL_ERROR_INIT;

    CHECK_OK(tl_exec(conn, "select pg_terminate_backend($1::int4, 20000)",
                     TL_ARGS(tl_int4(backend_pid)), NULL, &err),
             &err);
}

static void keep_event(const tl_event *event, void *user)
{
    struct db_events *events = user;
    char line[2048];
    const size_t len = tl_event_text(event, line, sizeof line - 1);

    line[MIN_OF(len, sizeof line - 2)] = '\n';
    line[MIN_OF(len, sizeof line - 2) + 1] = '\0';
    pthread_mutex_lock(&events_lock);
    const size_t n = strlen(line);
    while (events->len + n + 1 > events->capacity) {
        events->capacity = events->capacity != 0 ? events->capacity * 2 : 4096;
        events->text = realloc(events->text, events->capacity);
    }
    memcpy(events->text + events->len, line, n + 1);
    events->len += n;
    pthread_mutex_unlock(&events_lock);
}

tl_engine *db_open_watched(const char *url, const char *settings, struct db_events *events)
{
    tl_engine_options options = TL_ENGINE_OPTIONS_INIT;

    options.settings = settings;
    options.on_event = keep_event;
    options.on_event_user = events;
    options.event_level = TL_LEVEL_DEBUG;
    return open_with(url, &options);
}

size_t db_count_events(const struct db_events *events, const char *part)
{
    size_t n = 0;

    pthread_mutex_lock(&events_lock);
    for (const char *at = events->text; at != NULL && (at = strstr(at, part)) != NULL; at++)
        n++;
    pthread_mutex_unlock(&events_lock);
    return n;
}

void db_events_done(struct db_events *events)
{
    free(events->text);
    *events = (struct db_events){ 0 };
}
