/* cli/dev/provision.c - role, database and extensions, through the library like any program
 *
 * Each step leaves alone what is there, so that a set-up that was interrupted is completed by doing
 * it again. The passwords have no character that means anything in SQL or in a URL.
 */
#include <stdio.h>

#include "cli/dev/dev.h"

int dev_connect(const struct dev_state *state,
                const struct dev_login *login,
                tl_engine **out_engine,
                tl_conn **out_conn,
                tl_error *err)
{
    tl_engine_options options = TL_ENGINE_OPTIONS_INIT;
    char url[256];

    options.settings = "pool_size=1 max_overflow=0";
    snprintf(url, sizeof url, "postgresql://%s:%s@127.0.0.1:%d/%s?sslmode=disable", login->role,
             login->password, state->port, login->database);

    int status = tl_engine_open(url, &options, out_engine, err);

    if (status == TL_OK)
        status = tl_engine_acquire(*out_engine, login->timeout_ms, TL_HERE("dev"), out_conn, err);
    if (status == TL_OK)
        tl_conn_set_timeout(*out_conn, login->timeout_ms);
    return status;
}

/* ---- role and database ---- */

static const char role_sql[] =
    "do $$ begin"
    " if not exists (select from pg_catalog.pg_roles where rolname = '" DEV_ROLE "') then"
    " create role " DEV_ROLE "; end if; end $$;"
    "alter role " DEV_ROLE " login nosuperuser nocreatedb nocreaterole password '%s'";

static const char find_database_sql[] =
    "select from pg_catalog.pg_database where datname = '" DEV_DATABASE "'";

static const char database_sql[] = "create database " DEV_DATABASE " owner " DEV_ROLE;

static int make_database(tl_conn *conn, const struct dev_state *state, tl_error *err)
{
    char sql[sizeof role_sql + DEV_PASSWORD_SIZE];
    int64_t n_there = 0;

    snprintf(sql, sizeof sql, role_sql, state->password);

    int status = tl_script(conn, sql, err);

    if (status == TL_OK)
        status = tl_exec(conn, find_database_sql, TL_NO_ARGS, &n_there, err);
    if (status == TL_OK && n_there == 0)
        status = tl_exec(conn, database_sql, TL_NO_ARGS, NULL, err);
    return status;
}

/* ---- extensions ---- */

/* An ordinary role creates its own objects first in its own schemas: ag_catalog comes last. */
static const struct {
    const char *name;
    const char *sql;
} extensions[] = {
    { "vector", "create extension if not exists vector schema public" },
    { "age", "create extension if not exists age;"
             "grant usage on schema ag_catalog to " DEV_ROLE ";"
             "grant select on all tables in schema ag_catalog to " DEV_ROLE ";"
             "alter role " DEV_ROLE " in database " DEV_DATABASE
             " set search_path = \"$user\", public, ag_catalog" },
};

static int make_extension(tl_conn *conn, const char *name, const char *sql, tl_error *err)
{
    int64_t n_available = 0;
    const int status =
        tl_exec(conn, "select from pg_catalog.pg_available_extensions where name = $1",
                TL_ARGS(tl_text(name)), &n_available, err);

    if (status != TL_OK || n_available == 0)
        return status;
    return tl_script(conn, sql, err);
}

static int make_extensions(tl_conn *conn, const struct dev_state *state, tl_error *err)
{
    int status = TL_OK;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(extensions) && status == TL_OK; i++)
        status = make_extension(conn, extensions[i].name, extensions[i].sql, err);
    return status;
}

/* ---- both ---- */

static int work_in(struct dev *dev,
                   const struct dev_state *state,
                   const char *database,
                   int (*work)(tl_conn *conn, const struct dev_state *state, tl_error *err))
{
    scoped(tl_engine_closep) tl_engine *engine = NULL;
    scoped(tl_conn_releasep) tl_conn *conn = NULL;
    const struct dev_login login = { DEV_SUPERUSER, state->superuser_password, database,
                                     dev_ms_left(dev->common.deadline_ms) };
    tl_error err = TL_ERROR_INIT;

    if (dev_connect(state, &login, &engine, &conn, &err) != TL_OK ||
        work(conn, state, &err) != TL_OK)
        return cmd_fail(dev->self, &err);
    return EXIT_OK;
}

int dev_provision(struct dev *dev, const struct dev_state *state)
{
    const int code = work_in(dev, state, "postgres", make_database);

    return code != EXIT_OK ? code : work_in(dev, state, DEV_DATABASE, make_extensions);
}
