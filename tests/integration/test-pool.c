/* integration/test-pool.c - the pool's promises, on a real server */
#include <pthread.h>
#include <stdatomic.h>

#include "base/time.h"
#include "harness/db.h"

static tl_pool_status status_of(tl_engine *engine)
{
    tl_pool_status status;

    tl_engine_status(engine, &status, NULL, 0);
    CHECK_INT(status.n_empty + status.n_opening + status.n_idle + status.n_lent + status.n_probing +
                  status.n_resetting + status.n_closing,
              status.pool_size + status.max_overflow, "the states add up");
    return status;
}

TEST(nothing_is_connected_before_it_is_needed)
{
    scoped(tl_engine_closep) tl_engine *engine = db_open(NULL, "pool_size=5");

    CHECK_INT(status_of(engine).n_empty, 25, "empty places");
    CHECK_INT(status_of(engine).opened, 0, "connections");
}

TEST(a_connection_is_lent_again)
{
    scoped(tl_engine_closep) tl_engine *engine = db_open(NULL, NULL);

    tl_conn *conn = db_acquire(engine);
    const int pid = tl_conn_backend_pid(conn);
    tl_conn_release(conn);
    conn = db_acquire(engine);
    CHECK_INT(tl_conn_backend_pid(conn), pid, "the same server process");
    tl_conn_release(conn);
    CHECK_INT(status_of(engine).opened, 1, "connections made");
    CHECK_INT(status_of(engine).acquired, 2, "loans");
}

TEST(the_last_one_in_is_the_first_one_out)
{
    scoped(tl_engine_closep) tl_engine *engine = db_open(NULL, "pool_use_lifo=true");

    tl_conn *first = db_acquire(engine);
    tl_conn *second = db_acquire(engine);
    const int pid = tl_conn_backend_pid(second);
    tl_conn_release(first);
    tl_conn_release(second);
    tl_conn *third = db_acquire(engine);
    CHECK_INT(tl_conn_backend_pid(third), pid, "backend");
    tl_conn_release(third);
}

TEST(or_the_first_one_on_request)
{
    scoped(tl_engine_closep) tl_engine *engine = db_open(NULL, "pool_use_lifo=false");

    tl_conn *first = db_acquire(engine);
    tl_conn *second = db_acquire(engine);
    const int pid = tl_conn_backend_pid(first);
    tl_conn_release(first);
    tl_conn_release(second);
    tl_conn *third = db_acquire(engine);
    CHECK_INT(tl_conn_backend_pid(third), pid, "backend");
    tl_conn_release(third);
}

TEST(overflow_is_closed_when_it_comes_back)
{
    scoped(tl_engine_closep) tl_engine *engine = db_open(NULL, "pool_size=1 max_overflow=2");
    tl_conn *conns[3];

    for (size_t i = 0; i < 3; i++)
        conns[i] = db_acquire(engine);
    CHECK_INT(status_of(engine).n_lent, 3, "lent");
    for (size_t i = 0; i < 3; i++)
        tl_conn_release(conns[i]);
    CHECK_INT(status_of(engine).n_idle, 1, "kept");
    CHECK_INT(status_of(engine).closed, 2, "closed");
}

TEST(an_exhausted_pool_says_who_holds_what)
{
    scoped(tl_engine_closep) tl_engine *engine = db_open(NULL, "pool_size=1 max_overflow=0");
    tl_error err = TL_ERROR_INIT;
    tl_conn *none = NULL;
    tl_conn *conn = NULL;

    CHECK_OK(tl_engine_acquire(engine, 10000, TL_HERE("orders"), &conn, &err), &err);
    db_run(conn, "select 42");
    CHECK_INT(tl_engine_acquire(engine, 20, TL_HERE("late"), &none, &err), TL_ERR_BUSY, "status");
    CHECK_HAS(err.message, "QueuePool limit of size 1 overflow 0 reached, connection timed out");
    CHECK_HAS(err.detail, "\"orders\" at ");
    CHECK_HAS(err.detail, "select 42");
    CHECK_STR(tl_phase_text(err.phase), "queue");
    CHECK_INT(tl_engine_acquire(engine, 0, TL_HERE("now"), &none, &err), TL_ERR_BUSY, "at once");
    CHECK(none == NULL);
    CHECK_INT(status_of(engine).timeouts, 2, "timeouts");
    tl_conn_release(conn);
}

struct hog {
    tl_engine *engine;
    atomic_int n;
    atomic_bool stop;
};

static void *take_and_give(void *user)
{
    struct hog *hog = user;

    while (!atomic_load(&hog->stop)) {
        tl_conn_release(db_acquire(hog->engine));
        atomic_fetch_add(&hog->n, 1);
    }
    return NULL;
}

static void wait_for_waiters(tl_engine *engine, int n)
{
    while (status_of(engine).n_waiting < n)
        sched_yield();
}

/* The holder gives back and asks again at once: those in line must still come first. */
TEST(a_newcomer_never_overtakes_a_waiter)
{
    scoped(tl_engine_closep) tl_engine *engine = db_open(NULL, "pool_size=1 max_overflow=0");
    struct hog waiters[3] = { { .engine = engine }, { .engine = engine }, { .engine = engine } };
    pthread_t threads[3];

    tl_conn *conn = db_acquire(engine);
    for (size_t i = 0; i < 3; i++)
        CHECK(pthread_create(&threads[i], NULL, take_and_give, &waiters[i]) == 0);
    wait_for_waiters(engine, 3);
    for (int round = 1; round <= 20; round++) {
        tl_conn_release(conn);
        conn = db_acquire(engine); /* now each of the three had its turn */
        for (size_t i = 0; i < 3; i++)
            CHECK(atomic_load(&waiters[i].n) >= round - 1);
        wait_for_waiters(engine, 3);
    }
    for (size_t i = 0; i < 3; i++)
        atomic_store(&waiters[i].stop, true);
    tl_conn_release(conn);
    for (size_t i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
}

TEST(a_probe_never_takes_the_last_place)
{
    scoped(tl_engine_closep) tl_engine *engine = db_open(NULL, "pool_size=2 max_overflow=0");
    tl_error err = TL_ERROR_INIT;
    tl_conn *spare = NULL;

    CHECK_OK(tl_engine_acquire_spare(engine, 10000, TL_HERE("probe"), &spare, &err), &err);
    tl_conn_release(spare);
    tl_conn *conn = db_acquire(engine);
    spare = NULL;
    CHECK_INT(tl_engine_acquire_spare(engine, 10000, TL_HERE("probe"), &spare, &err), TL_ERR_BUSY,
              "status");
    CHECK(spare == NULL);
    tl_conn_release(conn);
}

TEST(a_killed_connection_is_replaced_without_the_caller_seeing_it)
{
    scoped(tl_engine_closep) tl_engine *other = db_open(NULL, NULL);
    scoped(db_events_done) struct db_events events = { 0 };
    tl_engine *engine = db_open_watched(NULL, NULL, &events);

    tl_conn *conn = db_acquire(engine);
    const int pid = tl_conn_backend_pid(conn);
    tl_conn_release(conn);
    db_kill(other, pid);
    CHECK_OK(tl_engine_apply(engine, "pool_pre_ping=always", NULL), NULL); /* whatever its rest */
    conn = db_acquire(engine);
    CHECK(tl_conn_backend_pid(conn) != pid);
    CHECK_INT(db_int(conn, "select 1::int8"), 1, "it works");
    tl_conn_release(conn);
    CHECK_INT(status_of(engine).invalidated, 1, "invalidated");
    CHECK_INT(db_count_events(&events, "pool.invalidate"), 1, "events");
    CHECK_INT(db_count_events(&events, "57P01"), 1, "the server's reason is told");
    CHECK_INT(tl_engine_close(engine, 1000, NULL), TL_OK, "close");
}

/* Time must pass before a look at the socket is due; it passes while others work. */
static void rest(tl_conn *worker)
{
    const int64_t until = tl__now_ns() + 50 * TL__NS_PER_MS;

    while (tl__now_ns() < until)
        db_run(worker, "select 1");
}

TEST(one_look_at_the_socket_finds_a_killed_connection)
{
    scoped(tl_engine_closep) tl_engine *other = db_open(NULL, NULL);
    scoped(tl_engine_closep) tl_engine *engine = db_open(NULL, "pool_pre_ping=peek");
    scoped(tl_conn_releasep) tl_conn *worker = db_acquire(other);

    tl_conn *conn = db_acquire(engine);
    const int pid = tl_conn_backend_pid(conn);
    tl_conn_release(conn);
    db_kill(other, pid);
    rest(worker);
    conn = db_acquire(engine);
    CHECK(tl_conn_backend_pid(conn) != pid);
    CHECK_INT(status_of(engine).pings, 0, "round trips");
    tl_conn_release(conn);
}

TEST(a_connection_that_breaks_in_use_says_why_and_is_not_lent_again)
{
    scoped(tl_engine_closep) tl_engine *engine = db_open(NULL, NULL);
    scoped(tl_engine_closep) tl_engine *other = db_open(NULL, NULL);
    tl_error err = TL_ERROR_INIT;

    tl_conn *conn = db_acquire(engine);
    db_kill(other, tl_conn_backend_pid(conn));
    CHECK_INT(tl_exec(conn, "select 1", TL_NO_ARGS, NULL, &err), TL_ERR_LOST, "status");
    CHECK_STR(err.sqlstate, "57P01"); /* libpq alone would have no code here */
    CHECK((err.flags & TL_ERROR_LOST) != 0);
    CHECK_INT(tl_exec(conn, "select 1", TL_NO_ARGS, NULL, &err), TL_ERR_LOST, "still");
    CHECK_HAS(err.hint, "acquire another");
    tl_conn_release(conn);
    CHECK_INT(status_of(engine).n_idle, 0, "kept");
    CHECK_INT(status_of(engine).invalidated, 1, "invalidated");
}

/* What the borrower did, and how the next one would see it. */
TEST(no_borrower_sees_what_another_left)
{
    static const struct {
        const char *leave;
        const char *look; /* 0 when nothing is left */
    } cases[] = {
        { "set work_mem = '7777kB'", "select count(*) from pg_settings where name = 'work_mem'"
                                     " and setting = '7777'" },
        { "select set_config('tl.x', 'y', false)",
          "select length(coalesce(current_setting('tl.x', true), ''))::int8" },
        { "create temp table leftover (i int)",
          "select count(*) from pg_class where relname = 'leftover'" },
        { "select pg_advisory_lock(4711)",
          "select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()" },
        { "listen leftover", "select count(*) from pg_listening_channels()" },
        { "declare c cursor with hold for select 1",
          "select count(*) from pg_cursors where name <> ''" },
        { "prepare leftover as select 1",
          "select count(*) from pg_prepared_statements where name = 'leftover'" },
        { "do $$ begin perform set_config('tl.x', 'y', false); end $$",
          "select length(coalesce(current_setting('tl.x', true), ''))::int8" },
        { "set session characteristics as transaction isolation level serializable",
          "select count(*) from pg_settings where name = 'default_transaction_isolation'"
          " and setting = 'serializable'" },
    };
    scoped(tl_engine_closep) tl_engine *engine = db_open(NULL, "pool_size=1 max_overflow=0");
    int pid = 0;

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        tl_conn *conn = db_acquire(engine);
        pid = tl_conn_backend_pid(conn);
        db_run(conn, cases[i].leave);
        tl_conn_release(conn);

        conn = db_acquire(engine);
        CHECK_INT(tl_conn_backend_pid(conn), pid, "the same session");
        CHECK_INT(db_int(conn, cases[i].look), 0, cases[i].leave);
        tl_conn_release(conn);
    }
    CHECK_INT(status_of(engine).resets, COUNT_OF(cases), "only what left something was reset");
}

TEST(an_open_transaction_is_rolled_back_at_return)
{
    scoped(tl_engine_closep) tl_engine *engine = db_open(NULL, "pool_size=1 max_overflow=0");

    tl_conn *conn = db_acquire(engine);
    db_run(conn, "begin");
    db_run(conn, "create table leftover_of_transaction (i int)");
    tl_conn_release(conn);
    conn = db_acquire(engine);
    CHECK(!tl_conn_in_transaction(conn));
    CHECK_INT(db_int(conn, "select count(*) from pg_class where relname like 'leftover_of%'"), 0,
              "tables");
    tl_conn_release(conn);
}

TEST(a_failed_transaction_is_rolled_back_at_return)
{
    scoped(tl_engine_closep) tl_engine *engine = db_open(NULL, "pool_size=1 max_overflow=0");
    tl_error err = TL_ERROR_INIT;

    tl_conn *conn = db_acquire(engine);
    db_run(conn, "begin");
    CHECK_INT(tl_exec(conn, "select 1/0", TL_NO_ARGS, NULL, &err), TL_ERR_SERVER, "status");
    CHECK_STR(err.sqlstate, "22012");
    tl_conn_release(conn);
    conn = db_acquire(engine);
    CHECK_INT(db_int(conn, "select 1::int8"), 1, "value");
    tl_conn_release(conn);
}

TEST(closing_awaits_loans_until_the_deadline)
{
    tl_engine *engine = db_open(NULL, NULL);
    tl_error err = TL_ERROR_INIT;

    tl_conn *conn = db_acquire(engine);
    CHECK_INT(tl_engine_close(engine, 10, &err), TL_ERR_BUSY, "status");
    CHECK_HAS(err.detail, "\"test\" at ");
    CHECK_STR(tl_phase_text(err.phase), "drain");
    CHECK_INT(db_int(conn, "select 1::int8"), 1, "the loan goes on");
    tl_conn_release(conn); /* and takes the engine with it: the harness counts blocks */
}

static void *acquire_until_closed(void *user)
{
    tl_error err = TL_ERROR_INIT;
    tl_conn *conn = NULL;

    CHECK_INT(tl_engine_acquire(user, TL_WAIT_FOREVER, TL_HERE("waiter"), &conn, &err),
              TL_ERR_CLOSED, "status");
    return NULL;
}

TEST(closing_sends_waiters_away)
{
    tl_engine *engine = db_open(NULL, "pool_size=1 max_overflow=0");
    pthread_t thread;

    tl_conn *conn = db_acquire(engine);
    CHECK(pthread_create(&thread, NULL, acquire_until_closed, engine) == 0);
    wait_for_waiters(engine, 1);
    CHECK_INT(tl_engine_close(engine, 10, NULL), TL_ERR_BUSY, "status");
    pthread_join(thread, NULL);
    tl_conn_release(conn);
}

TEST(holders_and_waiters_are_named)
{
    scoped(tl_engine_closep) tl_engine *engine = db_open(NULL, "pool_size=2 max_overflow=0");
    tl_pool_status status;
    tl_pool_user users[4];
    tl_conn *first = NULL;
    tl_conn *second = NULL;
    struct hog waiter = { .engine = engine };
    pthread_t thread;

    CHECK_OK(tl_engine_acquire(engine, 10000, TL_HERE("one"), &first, NULL), NULL);
    CHECK_OK(tl_engine_acquire(engine, 10000, TL_HERE("two"), &second, NULL), NULL);
    db_run(second, "select 'two'");
    CHECK(pthread_create(&thread, NULL, take_and_give, &waiter) == 0);
    wait_for_waiters(engine, 1);
    CHECK_INT(tl_engine_status(engine, &status, users, COUNT_OF(users)), 3, "users");
    CHECK_INT(users[2].kind, TL_USER_WAITER, "kind");
    CHECK_INT(users[0].kind, TL_USER_HOLDER, "kind");
    const tl_pool_user *two = strcmp(users[0].label.name, "two") == 0 ? &users[0] : &users[1];
    CHECK_STR(two->statement, "select 'two'");
    CHECK_INT(two->backend_pid, tl_conn_backend_pid(second), "backend");
    CHECK_INT(tl_engine_status(engine, &status, users, 1), 1, "no more than there is room for");
    atomic_store(&waiter.stop, true);
    tl_conn_release(first);
    tl_conn_release(second);
    pthread_join(thread, NULL);
}

TEST(metrics_have_their_standard_names)
{
    scoped(tl_engine_closep) tl_engine *engine = db_open(NULL, NULL);
    char *text = NULL;

    tl_conn_release(db_acquire(engine));
    CHECK_OK(tl_engine_metrics(engine, &text, NULL), NULL);
    CHECK_HAS(text, "db_client_connection_count{pool_name=\"");
    CHECK_HAS(text, "\",state=\"idle\"} 1\n");
    CHECK_HAS(text, "db_client_connection_max{");
    CHECK_HAS(text, "db_client_connection_create_time_seconds_count{");
    CHECK_HAS(text, "trunkline_pool_opened_total{");
    tl_free(text);
}

int main(void)
{
    return TEST_MAIN("pool", nothing_is_connected_before_it_is_needed, a_connection_is_lent_again,
                     the_last_one_in_is_the_first_one_out, or_the_first_one_on_request,
                     overflow_is_closed_when_it_comes_back, an_exhausted_pool_says_who_holds_what,
                     a_newcomer_never_overtakes_a_waiter, a_probe_never_takes_the_last_place,
                     a_killed_connection_is_replaced_without_the_caller_seeing_it,
                     one_look_at_the_socket_finds_a_killed_connection,
                     a_connection_that_breaks_in_use_says_why_and_is_not_lent_again,
                     no_borrower_sees_what_another_left,
                     an_open_transaction_is_rolled_back_at_return,
                     a_failed_transaction_is_rolled_back_at_return,
                     closing_awaits_loans_until_the_deadline, closing_sends_waiters_away,
                     holders_and_waiters_are_named, metrics_have_their_standard_names);
}
