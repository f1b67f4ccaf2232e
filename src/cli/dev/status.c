/* cli/dev/status.c - trunkline dev status */
#include <stdio.h>

#include "cli/dev/dev.h"
#include "cli/extensions.h"
#include "cli/facts.h"

#define EXTENSIONS "extensions"

enum { ASK_MS = 5000 };

static const char *name_state(const struct dev_server *server)
{
    if (server->pid == 0)
        return "stopped";
    return server->is_ready ? "running" : "not accepting connections";
}

static void add_place(const struct dev *dev,
                      const struct dev_server *server,
                      const struct dev_state *state,
                      struct facts *facts)
{
    facts_text(facts, NULL, "state", name_state(server));
    if (server->pid != 0)
        facts_number(facts, NULL, "pid", server->pid);
    else
        facts_none(facts, NULL, "pid", "none");
    facts_number(facts, NULL, "port", server->port != 0 ? server->port : state->port);
    facts_text(facts, NULL, "dir", dev->home);
    facts_number(facts, NULL, "size_bytes", dev_home_measure_bytes(DEV_CLUSTER));
    facts_text(facts, NULL, "programs", state->bin);
}

static void add_url(const struct dev_state *state, struct facts *facts)
{
    char url[256];

    dev_url(state, true, url, sizeof url);
    facts_text(facts, NULL, "url", url);
}

/* Only a server that runs knows what its database has. */
static void add_stopped(const struct dev_state *state, struct facts *facts)
{
    char major[16];

    snprintf(major, sizeof major, "%d", state->major);
    facts_text(facts, NULL, "version", major);
    facts_none(facts, EXTENSIONS, "age", "not known while the server is stopped");
    facts_none(facts, EXTENSIONS, "vector", "not known while the server is stopped");
}

/* As the role that programs use, so that it is seen to be let in. */
static int add_running(struct dev *dev, const struct dev_state *state, struct facts *facts)
{
    scoped(tl_engine_closep) tl_engine *engine = NULL;
    scoped(tl_conn_releasep) tl_conn *conn = NULL;
    const struct dev_login login = { DEV_ROLE, state->password, DEV_DATABASE, ASK_MS };
    tl_error err = TL_ERROR_INIT;

    if (dev_connect(state, &login, &engine, &conn, &err) != TL_OK)
        return cmd_fail(dev->self, &err);

    const char *const version = tl_conn_parameter(conn, "server_version");

    facts_text(facts, NULL, "version", version != NULL ? version : "unknown");
    if (extensions_add(conn, EXTENSIONS, facts, &err) != TL_OK)
        return cmd_fail(dev->self, &err);
    return EXIT_OK;
}

static int add_cluster(struct dev *dev, struct facts *facts, bool *out_runs)
{
    struct dev_state state;
    struct dev_server server;
    const int code = dev_state_read(dev, &state);

    if (code != EXIT_OK)
        return code;
    dev_server_look(&server);
    if (server.port != 0)
        state.port = server.port;
    *out_runs = server.is_ready && state.is_provisioned;
    add_place(dev, &server, &state, facts);
    add_url(&state, facts);
    if (*out_runs)
        return add_running(dev, &state, facts);
    add_stopped(&state, facts);
    return EXIT_OK;
}

static void add_nothing(const struct dev *dev, struct facts *facts)
{
    facts_text(facts, NULL, "state", "not made");
    if (dev->home != NULL)
        facts_text(facts, NULL, "dir", dev->home);
}

int dev_status(struct dev *dev)
{
    struct facts facts = { 0 };
    bool exists, runs = false;
    int code = dev_home_open(dev, DEV_HOME_LOOK, &exists);

    if (code == EXIT_OK && exists)
        code = add_cluster(dev, &facts, &runs);
    else if (code == EXIT_OK)
        add_nothing(dev, &facts);
    if (code != EXIT_OK)
        return code;
    if (dev->common.json)
        facts_print_json(&facts, stdout);
    else
        facts_print(&facts, stdout);
    code = cmd_flush(dev->self->name);
    return code != EXIT_OK || runs ? code : EXIT_FOUND;
}
