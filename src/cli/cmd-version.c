/* cli/cmd-version.c - trunkline version: the library, libpq, and the server if one is known */
#include <stdio.h>
#include <stdlib.h>

#include "cli/cmd.h"
#include "cli/extensions.h"
#include "cli/facts.h"

enum {
    OPT_SERVER = CMD_OPT_OWN,
    UNASKED_MS = 3000, /* who did not ask for the server does not wait for it for long */
};

struct version {
    struct cmd_common common;
    bool is_asked; /* for the server */
    struct facts facts;
};

static void end_version(struct version *version)
{
    cmd_common_done(&version->common);
}

static int read_options(const struct cmd *self, int argc, char **argv, struct version *version)
{
    static const struct option options[] = {
        { "server", no_argument, NULL, OPT_SERVER },
        CMD_COMMON_OPTIONS,
    };
    int option;

    while ((option = cmd_option(self, argc, argv, "", options, &version->common)) > 0)
        version->is_asked = true;
    if (version->common.url != NULL)
        version->is_asked = true;
    if (!version->is_asked && !version->common.timeout_given)
        version->common.deadline_ms -= version->common.timeout_ms - UNASKED_MS;
    return option;
}

static void add_client(struct facts *facts)
{
    const int libpq = tl_libpq_version();
    char text[32];

    snprintf(text, sizeof text, "%d.%d", libpq / 10000, libpq % 10000);
    facts_text(facts, NULL, "trunkline", tl_version());
    facts_text(facts, NULL, "libpq", text);
}

static int add_server(const struct cmd *self, struct version *version)
{
    scoped(tl_engine_closep) tl_engine *engine = NULL;
    scoped(tl_conn_releasep) tl_conn *conn = NULL;
    tl_error err = TL_ERROR_INIT;
    int code = cmd_open(self, &version->common, NULL, &engine);

    if (code == EXIT_OK)
        code = cmd_connect(self, &version->common, engine, &conn);
    if (code != EXIT_OK)
        return code;

    const char *const server = tl_conn_parameter(conn, "server_version");

    facts_text(&version->facts, NULL, "server", server != NULL ? server : "unknown");
    tl_conn_set_timeout(conn, cmd_ms_left(&version->common));
    if (extensions_add(conn, NULL, &version->facts, &err) != TL_OK)
        return cmd_fail(self, &err);
    return EXIT_OK;
}

static bool knows_server(const struct version *version)
{
    const char *const url = getenv("DATABASE_URL");

    return version->is_asked || (url != NULL && url[0] != '\0');
}

static int run(const struct cmd *self, int argc, char **argv)
{
    scoped(end_version) struct version version = { .common = CMD_COMMON_INIT };
    int code = EXIT_OK;

    if (read_options(self, argc, argv, &version) == CMD_OPTIONS_STOP)
        return version.common.exit_code;
    if (optind < argc)
        return cmd_usage(self, "unexpected argument \"%s\"", argv[optind]);
    add_client(&version.facts);
    if (knows_server(&version))
        code = add_server(self, &version);
    if (version.common.json)
        facts_print_json(&version.facts, stdout);
    else
        facts_print(&version.facts, stdout);

    const int written = cmd_flush(self->name);

    return version.is_asked && code != EXIT_OK ? code : written;
}

const struct cmd cmd_version = {
    .name = "version",
    .summary = "show versions: library, libpq, server, extensions",
    .help =
        "Usage: trunkline version [OPTION]...\n"
        "\n"
        "Shows the versions of the library and of libpq and, when a database is given by -d or\n"
        "DATABASE_URL, those of the server and of the extensions age and vector there.\n"
        "\n"
        "Options:\n"
        "      --server         ask the server that libpq's environment names, "
        "too\n" CMD_COMMON_HELP "\n"
        "When the server cannot be reached, the rest is shown all the same. That is a failure\n"
        "only if the server was asked for, by -d or --server.\n",
    .run = run,
};
