/* harness/db.h - the few lines that nearly every test on a server needs */
#pragma once

#include "harness/test.h"

/* NULL takes TL_TEST_URL. A failure fails the test. */
tl_engine *db_open(const char *url, const char *settings);
tl_conn *db_acquire(tl_engine *engine);
tl_tx *db_begin(tl_conn *conn); /* or a savepoint */
void db_run(tl_conn *conn, const char *sql);
int64_t db_int(tl_conn *conn, const char *sql); /* the only value of one row, as int8 */
void db_kill(tl_engine *engine,
             int backend_pid); /* the server ends that session, and has ended it */

/* Events of an engine, kept in order. */
struct db_events {
    char *text; /* one line for each, "name field=value ..." */
    size_t len;
    size_t capacity;
};

tl_engine *db_open_watched(const char *url, const char *settings, struct db_events *events);
size_t db_count_events(const struct db_events *events, const char *part);
void db_events_done(struct db_events *events);
