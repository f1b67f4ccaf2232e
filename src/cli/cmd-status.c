/* cli/cmd-status.c - trunkline status: what the server, the pool, and our sessions there are doing */
#include <stdio.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/extensions.h"
#include "cli/facts.h"

#define SERVER "server"
#define EXTENSIONS "extensions"
#define ROLE_SESSIONS "sessions_of_this_role"
#define APPLICATION_SESSIONS "sessions_of_this_application"
#define POOL "pool"

/* ---- the server ---- */

static const char server_sql[] =
    "select current_setting('server_version'), host(inet_server_addr()),"
    " inet_server_port(), current_database()::text, current_user::text,"
    " pg_is_in_recovery(), current_setting('transaction_read_only')::boolean,"
    " (select version from pg_catalog.pg_stat_ssl where pid = pg_backend_pid()),"
    " pg_postmaster_start_time()::timestamptz(0)::text, current_setting('max_connections')::int8,"
    " (select sum(numbackends)::int8 from pg_catalog.pg_stat_database)";

/* In the order of the statement's columns. */
static const struct {
    const char *name;
    fact_kind kind;
    const char *null_shown;
} server_columns[] = {
    { "version", FACT_TEXT, "" },
    { "address", FACT_TEXT, "local socket" },
    { "port", FACT_NUMBER, "none" },
    { "database", FACT_TEXT, "" },
    { "role", FACT_TEXT, "" },
    { "in_recovery", FACT_BOOLEAN, "" },
    { "read_only", FACT_BOOLEAN, "" },
    { "tls", FACT_TEXT, "no" },
    { "started", FACT_TEXT, "" },
    { "max_connections", FACT_NUMBER, "" },
    { "connections_in_use", FACT_NUMBER, "unknown" },
};

static void add_column(struct facts *facts, const tl_result *rows, size_t column)
{
    const char *const name = server_columns[column].name;

    if (tl_is_null(rows, 0, column))
        facts_none(facts, SERVER, name, server_columns[column].null_shown);
    else if (server_columns[column].kind == FACT_NUMBER)
        facts_number(facts, SERVER, name, tl_get_int8(rows, 0, column));
    else if (server_columns[column].kind == FACT_BOOLEAN)
        facts_boolean(facts, SERVER, name, tl_get_bool(rows, 0, column));
    else
        facts_text(facts, SERVER, name, tl_get_text(rows, 0, column).data);
}

static int add_server(tl_conn *conn, struct facts *facts, tl_error *err)
{
    scoped(tl_result_freep) tl_result *rows = NULL;
    const int status = tl_query(conn, server_sql, TL_NO_ARGS, &rows, err);

    if (status != TL_OK)
        return status;
    for (size_t i = 0; i < COUNT_OF(server_columns); i++)
        add_column(facts, rows, i);
    return tl_result_check(rows, err);
}

static const char *find_setting(const tl_config *config, const char *name)
{
    tl_config_item item;

    for (size_t i = 0; tl_config_get(config, i, &item); i++)
        if (strcmp(item.name, name) == 0)
            return item.value;
    return "";
}

/* Where the settings say the server is; the server's own words follow. */
static void add_target(const tl_config *config, struct facts *facts)
{
    const char *host = find_setting(config, "host");

    if (host[0] == '\0')
        host = find_setting(config, "hostaddr");
    if (host[0] == '\0')
        facts_none(facts, SERVER, "host", "libpq's default");
    else
        facts_text(facts, SERVER, "host", host);
}

/* ---- sessions ---- */

/* A role sees the states of its own sessions, whatever its rights. */
static const char sessions_sql[] =
    "select coalesce(state, 'starting')::text, count(*),"
    " count(*) filter (where application_name = current_setting('application_name'))"
    " from pg_catalog.pg_stat_activity where usename = current_user and backend_type ="
    " 'client backend' group by 1 order by 1";

static void add_states(const tl_result *rows, const char *group, size_t column, struct facts *facts)
{
    for (size_t i = 0; i < tl_result_rows(rows); i++)
        facts_number(facts, group, tl_get_text(rows, i, 0).data, tl_get_int8(rows, i, column));
}

static int add_sessions(tl_conn *conn, struct facts *facts, tl_error *err)
{
    scoped(tl_result_freep) tl_result *rows = NULL;
    const int status = tl_query(conn, sessions_sql, TL_NO_ARGS, &rows, err);

    if (status != TL_OK)
        return status;
    add_states(rows, ROLE_SESSIONS, 1, facts);
    add_states(rows, APPLICATION_SESSIONS, 2, facts);
    return tl_result_check(rows, err);
}

/* ---- the pool ---- */

static void add_places(const tl_pool_status *pool, struct facts *facts)
{
    facts_number(facts, POOL, "pool_size", pool->pool_size);
    facts_number(facts, POOL, "max_overflow", pool->max_overflow);
    facts_number(facts, POOL, "empty", pool->n_empty);
    facts_number(facts, POOL, "opening", pool->n_opening);
    facts_number(facts, POOL, "idle", pool->n_idle);
    facts_number(facts, POOL, "lent", pool->n_lent);
    facts_number(facts, POOL, "probing", pool->n_probing);
    facts_number(facts, POOL, "resetting", pool->n_resetting);
    facts_number(facts, POOL, "closing", pool->n_closing);
    facts_number(facts, POOL, "waiting", pool->n_waiting);
    facts_number(facts, POOL, "oldest_wait_ms", pool->oldest_wait_ms);
    facts_number(facts, POOL, "oldest_loan_ms", pool->oldest_loan_ms);
}

static void add_counters(const tl_pool_status *pool, struct facts *facts)
{
    facts_number(facts, POOL, "acquired", (int64_t)pool->acquired);
    facts_number(facts, POOL, "waited", (int64_t)pool->waited);
    facts_number(facts, POOL, "timeouts", (int64_t)pool->timeouts);
    facts_number(facts, POOL, "opened", (int64_t)pool->opened);
    facts_number(facts, POOL, "open_failures", (int64_t)pool->open_failures);
    facts_number(facts, POOL, "closed", (int64_t)pool->closed);
    facts_number(facts, POOL, "recycled", (int64_t)pool->recycled);
    facts_number(facts, POOL, "invalidated", (int64_t)pool->invalidated);
    facts_number(facts, POOL, "pings", (int64_t)pool->pings);
    facts_number(facts, POOL, "resets", (int64_t)pool->resets);
    facts_number(facts, POOL, "reset_failures", (int64_t)pool->reset_failures);
}

static void add_pool(tl_engine *engine, struct facts *facts)
{
    tl_pool_status pool;
    char line[256];

    tl_engine_status(engine, &pool, NULL, 0);
    tl_pool_status_line(&pool, line, sizeof line);
    facts_text(facts, POOL, "name", pool.name);
    add_places(&pool, facts);
    add_counters(&pool, facts);
    facts_text(facts, POOL, "summary", line);
}

/* ---- the way through ---- */

static int ask_server(tl_conn *conn, struct facts *facts, tl_error *err)
{
    int status = add_server(conn, facts, err);

    if (status == TL_OK)
        status = extensions_add(conn, EXTENSIONS, facts, err);
    if (status == TL_OK)
        status = add_sessions(conn, facts, err);
    return status;
}

static int collect(const struct cmd *self, const struct cmd_common *common, struct facts *facts)
{
    scoped(tl_engine_closep) tl_engine *engine = NULL;
    scoped(tl_conn_releasep) tl_conn *conn = NULL;
    tl_error err = TL_ERROR_INIT;
    int code = cmd_open(self, common, NULL, &engine);

    if (code == EXIT_OK)
        code = cmd_connect(self, common, engine, &conn);
    if (code != EXIT_OK)
        return code;
    tl_conn_set_timeout(conn, cmd_ms_left(common));
    add_target(tl_engine_config(engine), facts);
    if (ask_server(conn, facts, &err) != TL_OK)
        return cmd_fail(self, &err);
    add_pool(engine, facts);
    return EXIT_OK;
}

static int run(const struct cmd *self, int argc, char **argv)
{
    static const struct option options[] = { CMD_COMMON_OPTIONS };
    scoped(cmd_common_done) struct cmd_common common = CMD_COMMON_INIT;
    struct facts facts = { 0 };

    if (cmd_option(self, argc, argv, "", options, &common) == CMD_OPTIONS_STOP)
        return common.exit_code;
    if (optind < argc)
        return cmd_usage(self, "unexpected argument \"%s\"", argv[optind]);

    const int code = collect(self, &common, &facts);

    if (code != EXIT_OK)
        return code;
    if (common.json)
        facts_print_json(&facts, stdout);
    else
        facts_print(&facts, stdout);
    return cmd_flush(self->name);
}

const struct cmd cmd_status = {
    .name = "status",
    .summary = "show the server, our sessions there, and the pool",
    .help =
        "Usage: trunkline status [OPTION]...\n"
        "\n"
        "Connects, and shows the server and what it has, how many sessions of this role and of\n"
        "this application it has in which state, and the status of the pool in one consistent\n"
        "picture. The pool is this command's own: that of a running service is at /pool of its\n"
        "endpoint.\n"
        "\n"
        "Options:\n" CMD_COMMON_HELP,
    .run = run,
};
