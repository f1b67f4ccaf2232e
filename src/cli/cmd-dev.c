/* cli/cmd-dev.c - trunkline dev: a private PostgreSQL for development */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cmd.h"
#include "cli/dev/dev.h"

enum {
    OPT_DIR = CMD_OPT_OWN,
    OPT_POSTGRES,
    OPT_YES,

    DEFAULT_LINES = 100,
    MOST_LINES = 1000000,
};

/* What the options of one call say, beyond those in struct dev. */
struct wishes {
    bool yes;
    bool follow;
    long n_lines;
    char *postgres; /* owned; dev->wanted_programs */
};

struct verb {
    const char *name;
    const char *short_options;
    const struct option *options; /* NULL: the arguments are another program's */
    int (*run)(struct dev *dev, const struct wishes *wishes, char **args);
    bool takes_args;
};

/* ---- what several verbs begin with ---- */

static int complain_none(const struct dev *dev)
{
    tl__ignore(cmd_failf(dev->self, "there is no cluster yet; make one by \"trunkline dev up\""));
    return EXIT_NO_CONNECTION;
}

static int find_running(struct dev *dev, struct dev_state *out)
{
    struct dev_server server;
    bool exists;
    int code = dev_home_open(dev, DEV_HOME_LOOK, &exists);

    if (code != EXIT_OK)
        return code;
    if (!exists)
        return complain_none(dev);
    if ((code = dev_state_read(dev, out)) != EXIT_OK)
        return code;
    dev_server_look(&server);
    if (server.is_ready && out->is_provisioned) {
        out->port = server.port != 0 ? server.port : out->port;
        return EXIT_OK;
    }
    tl__ignore(cmd_failf(dev->self, "the server does not run; start it by \"trunkline dev up\""));
    return EXIT_NO_CONNECTION;
}

static int open_and_lock(struct dev *dev)
{
    bool exists;
    const int code = dev_home_open(dev, DEV_HOME_MAKE, &exists);

    return code != EXIT_OK ? code : dev_home_lock(dev);
}

/* ---- up, down, reset ---- */

static void report_up(const struct dev *dev, const struct dev_state *state, bool was_started)
{
    if (!dev->quiet)
        printf("%s: PostgreSQL %d on 127.0.0.1:%d, database " DEV_DATABASE ", role " DEV_ROLE "\n",
               was_started ? "started" : "running", state->major, state->port);
}

static int up(struct dev *dev, const struct wishes *wishes, char **args)
{
    struct dev_state state;
    bool started = false;
    int code = open_and_lock(dev);

    (void)wishes;
    (void)args;
    if (code == EXIT_OK)
        code = dev_cluster_up(dev, &state, &started);
    if (code == EXIT_OK)
        code = dev_state_set_ends_with_runs(dev, false);
    if (code == EXIT_OK)
        report_up(dev, &state, started);
    return code;
}

static int report_down(const struct dev *dev, const char *what)
{
    if (!dev->quiet)
        puts(what);
    return EXIT_OK;
}

static int stop(struct dev *dev)
{
    struct dev_state state; /* without it, it is no cluster of ours */
    struct dev_server server;
    int code = dev_state_read(dev, &state);

    if (code != EXIT_OK)
        return code;
    dev_server_look(&server);
    if (server.pid == 0)
        return report_down(dev, "not running");
    code = dev_server_stop(dev, dev->common.timeout_given ? dev->common.timeout_ms : DEV_STOP_MS);
    if (code == EXIT_OK)
        code = dev_state_set_ends_with_runs(dev, false);
    return code == EXIT_OK ? report_down(dev, "stopped") : code;
}

/* A short --timeout is for the server, not for whoever has the lock. */
static int down(struct dev *dev, const struct wishes *wishes, char **args)
{
    bool exists;
    int code = dev_home_open(dev, DEV_HOME_LOOK, &exists);

    (void)wishes;
    (void)args;
    if (code != EXIT_OK)
        return code;
    if (!exists)
        return report_down(dev, "not running");
    dev->common.deadline_ms = dev_now_ms() + DEV_START_MS;
    code = dev_home_lock(dev);
    return code == EXIT_OK ? stop(dev) : code;
}

static int ask(const struct dev *dev)
{
    char answer[16];

    if (!isatty(STDIN_FILENO))
        return cmd_usage(dev->self, "reset removes all data; without a terminal it takes --yes");
    fprintf(stderr, "Remove all data of the cluster in \"%s\" and make it anew? [y/N] ", dev->home);
    if (fgets(answer, sizeof answer, stdin) != NULL && (answer[0] == 'y' || answer[0] == 'Y'))
        return EXIT_OK;
    fputs("nothing was changed\n", stderr);
    return EXIT_FOUND;
}

/* Port and passwords stay, and so the URL that programs were given. */
static int remake(struct dev *dev)
{
    struct dev_state old;
    const int code = dev_state_read(dev, &old);

    return code == EXIT_OK ? dev_cluster_make(dev, &old) : code;
}

static int reset(struct dev *dev, const struct wishes *wishes, char **args)
{
    struct dev_state state;
    bool exists;
    int code = dev_home_open(dev, DEV_HOME_MAKE, &exists);

    (void)args;
    if (code == EXIT_OK && exists && !wishes->yes)
        code = ask(dev);
    if (code != EXIT_OK)
        return code;
    dev->common.deadline_ms = dev_now_ms() + dev->common.timeout_ms; /* people think slowly */
    code = dev_home_lock(dev);
    if (code == EXIT_OK && access(DEV_CLUSTER, F_OK) == 0)
        code = remake(dev);
    if (code == EXIT_OK)
        code = dev_cluster_up(dev, &state, NULL);
    if (code == EXIT_OK)
        report_up(dev, &state, true);
    return code;
}

/* ---- status, url, psql, logs, run ---- */

static int status(struct dev *dev, const struct wishes *wishes, char **args)
{
    (void)wishes;
    (void)args;
    return dev_status(dev);
}

static int url(struct dev *dev, const struct wishes *wishes, char **args)
{
    struct dev_state state;
    char text[256];
    const int code = find_running(dev, &state);

    (void)wishes;
    (void)args;
    if (code != EXIT_OK)
        return code;
    dev_url(&state, false, text, sizeof text);
    puts(text);
    return EXIT_OK;
}

static int psql(struct dev *dev, const struct wishes *wishes, char **args)
{
    struct dev_state state;
    const int code = find_running(dev, &state);

    (void)wishes;
    return code == EXIT_OK ? dev_psql(dev, &state, args) : code;
}

static int logs(struct dev *dev, const struct wishes *wishes, char **args)
{
    bool exists;
    const int code = dev_home_open(dev, DEV_HOME_LOOK, &exists);

    (void)args;
    if (code != EXIT_OK)
        return code;
    return exists ? dev_log_show(dev, wishes->n_lines, wishes->follow) : complain_none(dev);
}

static int run_with(struct dev *dev, const struct wishes *wishes, char **args)
{
    bool exists;

    (void)wishes;
    if (args[1] == NULL)
        return cmd_usage(dev->self, "run needs a command: trunkline dev run -- CMD [ARGUMENT]...");

    const int code = dev_home_open(dev, DEV_HOME_MAKE, &exists);

    return code == EXIT_OK ? dev_run(dev, args + 1) : code;
}

/* ---- the verbs and their options ---- */

/* clang-format off */
#define DEV_OPTIONS                                                                                \
    { "dir", required_argument, NULL, OPT_DIR },                                                   \
    { "postgres", required_argument, NULL, OPT_POSTGRES },                                         \
    CMD_HELP_OPTION,                                                                               \
    { 0 }
#define QUIET_OPTION { "quiet", no_argument, NULL, 'q' }
#define TIMEOUT_OPTION { "timeout", required_argument, NULL, CMD_OPT_TIMEOUT }
#define JSON_OPTION { "json", no_argument, NULL, CMD_OPT_JSON }
#define YES_OPTION { "yes", no_argument, NULL, OPT_YES }
#define LINES_OPTION { "lines", required_argument, NULL, 'n' }
#define FOLLOW_OPTION { "follow", no_argument, NULL, 'f' }
/* clang-format on */

static const struct option dev_options[] = { DEV_OPTIONS };
static const struct option up_options[] = { QUIET_OPTION, TIMEOUT_OPTION, DEV_OPTIONS };
static const struct option status_options[] = { JSON_OPTION, DEV_OPTIONS };
static const struct option logs_options[] = { LINES_OPTION, FOLLOW_OPTION, DEV_OPTIONS };
static const struct option reset_options[] = { YES_OPTION, QUIET_OPTION, TIMEOUT_OPTION,
                                               DEV_OPTIONS };

static const struct verb verbs[] = {
    { "up", "q", up_options, up, false },
    { "down", "q", up_options, down, false },
    { "status", "", status_options, status, false },
    { "url", "", dev_options, url, false },
    { "psql", "", NULL, psql, true },
    { "logs", "n:f", logs_options, logs, false },
    { "reset", "q", reset_options, reset, false },
    { "run", "+q", up_options, run_with, true },
};

static const struct verb *find_verb(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(verbs); i++)
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    return NULL;
}

static int complain_verb(const struct cmd *self, const char *name)
{
    const char *words[COUNT_OF(verbs)];

    for (size_t i = 0; i < COUNT_OF(verbs); i++)
        words[i] = verbs[i].name;

    const char *const nearest = cmd_nearest(name, words, COUNT_OF(words));

    if (nearest != NULL)
        return cmd_usage(self, "unknown verb \"%s\"; did you mean \"%s\"?", name, nearest);
    return cmd_usage(self, "unknown verb \"%s\"", name);
}

/* Seen from where the command was called; that is no longer so once the home was entered. */
static int set_postgres(struct dev *dev, struct wishes *wishes, const char *bin)
{
    free(wishes->postgres);
    wishes->postgres = realpath(bin, NULL);
    if (wishes->postgres == NULL)
        return cmd_usage(dev->self, "there is no folder \"%s\" with PostgreSQL's programs: %s", bin,
                         strerror(errno));
    dev->wanted_programs = wishes->postgres;
    return EXIT_OK;
}

static int set_lines(const struct dev *dev, struct wishes *wishes, const char *text)
{
    char *end;

    wishes->n_lines = strtol(text, &end, 10);
    if (end == text || *end != '\0' || wishes->n_lines < 0 || wishes->n_lines > MOST_LINES)
        return cmd_usage(dev->self, "invalid number of lines \"%s\": it is 0 to %d", text,
                         MOST_LINES);
    return EXIT_OK;
}

static int take_option(struct dev *dev, struct wishes *wishes, int option)
{
    switch (option) {
    case OPT_DIR:
        dev->wanted_dir = optarg;
        return EXIT_OK;
    case OPT_POSTGRES:
        return set_postgres(dev, wishes, optarg);
    case OPT_YES:
        wishes->yes = true;
        return EXIT_OK;
    case 'q':
        dev->quiet = true;
        return EXIT_OK;
    case 'f':
        wishes->follow = true;
        return EXIT_OK;
    default:
        return set_lines(dev, wishes, optarg);
    }
}

/* Gives CMD_OPTIONS_END, or CMD_OPTIONS_STOP with the exit code in dev->common. */
static int take_options(struct dev *dev,
                        struct wishes *wishes,
                        int argc,
                        char **argv,
                        const char *short_options,
                        const struct option *options)
{
    int option;

    optind = 0; /* the options before the verb were read by a scan of their own */
    while ((option = cmd_option(dev->self, argc, argv, short_options, options, &dev->common)) > 0) {
        dev->common.exit_code = take_option(dev, wishes, option);
        if (dev->common.exit_code != EXIT_OK)
            return CMD_OPTIONS_STOP;
    }
    return option;
}

/* ---- psql's arguments: our two options may come first, the rest is psql's ---- */

static const char *match_long(const char *name, char ***args)
{
    const size_t len = strlen(name);
    const char *const arg = (*args)[1];

    if (arg == NULL || strncmp(arg, name, len) != 0)
        return NULL;
    if (arg[len] == '=') {
        *args += 1;
        return arg + len + 1;
    }
    if (arg[len] != '\0' || (*args)[2] == NULL)
        return NULL;
    *args += 2;
    return (*args)[0];
}

static int take_leading(struct dev *dev, struct wishes *wishes, char ***args)
{
    const char *value;
    int code = EXIT_OK;

    for (;;) {
        if ((value = match_long("--dir", args)) != NULL)
            dev->wanted_dir = value;
        else if ((value = match_long("--postgres", args)) != NULL)
            code = set_postgres(dev, wishes, value);
        else
            break;
    }
    if ((*args)[1] != NULL && strcmp((*args)[1], "--") == 0)
        *args += 1;
    return code;
}

/* ---- the way through ---- */

/* What would lead our own connections, and the programs started here, elsewhere. */
static void clear_environment(void)
{
    static const char *const names[] = {
        "PGHOST",
        "PGHOSTADDR",
        "PGPORT",
        "PGDATABASE",
        "PGUSER",
        "PGPASSWORD",
        "PGSERVICE",
        "PGOPTIONS",
        "PGSSLMODE",
        "PGREQUIRESSL",
        "PGSSLROOTCERT",
        "PGSSLNEGOTIATION",
        "PGGSSENCMODE",
        "PGREQUIREPEER",
        "PGREQUIREAUTH",
        "PGCHANNELBINDING",
        "PGTARGETSESSIONATTRS",
    };

    for (size_t i = 0; i < COUNT_OF(names); i++)
        unsetenv(names[i]);
}

static int
run_verb(struct dev *dev, struct wishes *wishes, const struct verb *verb, int argc, char **argv)
{
    if (verb->options == NULL) {
        const int code = take_leading(dev, wishes, &argv);
        return code == EXIT_OK ? verb->run(dev, wishes, argv) : code;
    }
    if (take_options(dev, wishes, argc, argv, verb->short_options, verb->options) ==
        CMD_OPTIONS_STOP)
        return dev->common.exit_code;
    if (!verb->takes_args && optind < argc)
        return cmd_usage(dev->self, "unexpected argument \"%s\"", argv[optind]);
    return verb->run(dev, wishes, argv + optind - 1);
}

static int run_all(struct dev *dev, struct wishes *wishes, int argc, char **argv)
{
    const char *const postgres = getenv("TRUNKLINE_POSTGRES");

    if (postgres != NULL && postgres[0] != '\0' && set_postgres(dev, wishes, postgres) != EXIT_OK)
        return EXIT_USAGE;
    if (take_options(dev, wishes, argc, argv, "+", dev_options) == CMD_OPTIONS_STOP)
        return dev->common.exit_code;
    if (optind >= argc)
        return cmd_usage(dev->self, "which of up, down, status, url, psql, logs, reset, run?");

    const struct verb *const verb = find_verb(argv[optind]);

    if (verb == NULL)
        return complain_verb(dev->self, argv[optind]);
    clear_environment();
    return run_verb(dev, wishes, verb, argc - optind, argv + optind);
}

static int run(const struct cmd *self, int argc, char **argv)
{
    struct wishes wishes = { .n_lines = DEFAULT_LINES };
    struct dev dev = { .self = self,
                       .common = { .timeout_ms = DEV_START_MS },
                       .came_with_umask = umask(022),
                       .lock_fd = -1,
                       .runs_fd = -1,
                       .came_from_fd = -1 };
    const int code = run_all(&dev, &wishes, argc, argv);

    tl__ignore(dev_become_caller(&dev)); /* has complained; the work is done */
    dev_home_unlock(&dev);
    free(dev.home);
    free(wishes.postgres);
    cmd_common_done(&dev.common);
    return code;
}

const struct cmd cmd_dev = {
    .name = "dev",
    .summary = "run a private PostgreSQL with AGE and pgvector for development",
    .help =
        "Usage: trunkline dev [OPTION]... up [-q] [--timeout TIME]\n"
        "       trunkline dev [OPTION]... down [-q] [--timeout TIME]\n"
        "       trunkline dev [OPTION]... status [--json]\n"
        "       trunkline dev [OPTION]... url\n"
        "       trunkline dev [OPTION]... psql [ARGUMENT]...\n"
        "       trunkline dev [OPTION]... logs [-n LINES] [-f]\n"
        "       trunkline dev [OPTION]... reset [--yes] [-q] [--timeout TIME]\n"
        "       trunkline dev [OPTION]... run [-q] [--timeout TIME] [--] CMD [ARGUMENT]...\n"
        "\n"
        "A private cluster, with the database " DEV_DATABASE
        " owned by the ordinary role\n" DEV_ROLE
        ", and the extensions vector and age ready in it. It listens on 127.0.0.1 with a\n"
        "random password, and has its sockets in a folder that only you may enter.\n"
        "\n"
        "  up      make the cluster if there is none, start the server, wait until it accepts\n"
        "          connections; nothing to do if it runs\n"
        "  down    stop the server: --timeout (30s) for work in progress to end, then at once\n"
        "  status  what runs where; exit code 0 if it accepts connections, 1 if not\n"
        "  url     the URL with its password, for DATABASE_URL; exit code 3 if it does not run\n"
        "  psql    psql in the database; all arguments are psql's\n"
        "  logs    the server's log of the last days: -n LINES (100), -f goes on until Ctrl-C\n"
        "  reset   make the whole cluster anew, with the best server that is there now, and start\n"
        "          it. All data is lost; port and password stay, and so does the URL. It asks, or\n"
        "          takes --yes\n"
        "  run     run CMD with DATABASE_URL, PGHOST, PGPORT, PGUSER, PGPASSWORD and PGDATABASE\n"
        "          set; a server that was not running is started, and stopped when the last run\n"
        "          that uses it ends. The exit code is CMD's, or 128 and the signal's number\n"
        "\n"
        "Options:\n"
        "      --dir DIR        where the cluster is; else TRUNKLINE_DEV_DIR, else\n"
        "                       ${XDG_DATA_HOME:-~/.local/share}/trunkline/dev, or\n"
        "                       /var/lib/trunkline/dev as root\n"
        "      --postgres DIR   the folder of the server's programs; else TRUNKLINE_POSTGRES, "
        "else\n"
        "                       the best there is: installed with both extensions, prepared by\n"
        "                       tools/setup, or installed without\n"
        "      --timeout TIME   longest time to wait for the server (60s)\n"
        "  -n, --lines LINES    how many lines of the log\n"
        "  -f, --follow         show what is added to the log as well\n"
        "  -q, --quiet          say nothing but errors\n"
        "      --json           the same facts for machines\n"
        "      --yes            do not ask\n"
        "  -h, --help           show this help\n"
        "\n"
        "As root the server runs as postgres, or the user of sudo, or nobody, and the files are\n"
        "that user's.\n",
    .run = run,
};
