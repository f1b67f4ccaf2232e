/* cli/cmd.h - what the commands of trunkline share
 *
 * A command is one file, cmd-NAME.c, that defines one struct cmd, and one row in the table of main.c.
 * Commands are written against the public headers, like any other program. Results go to standard
 * output, everything else to standard error.
 */
#pragma once

#include <getopt.h>
#include <stdbool.h>

#include <trunkline/trunkline.h>

#include "base/macro.h"

enum {
    EXIT_OK = 0,            /* done */
    EXIT_FOUND = 1,         /* done, with findings */
    EXIT_USAGE = 2,         /* wrong usage, or a wrong setting */
    EXIT_NO_CONNECTION = 3, /* no connection */
    EXIT_FAILED = 4,        /* failed */
};

/* SIGPIPE is ignored while a command runs, so that a reader who goes away is a write error: set it
 * back to SIG_DFL in a child before exec. main() flushes standard output after the command and
 * complains if something could not be written. */
struct cmd {
    const char *name;
    const char *summary; /* one line of the list of commands */
    const char *help;    /* the whole of "trunkline help NAME", from "Usage:" on */

    /* argv[0] is the command's name. Gives the exit code. */
    int (*run)(const struct cmd *self, int argc, char **argv);
};

extern const struct cmd cmd_config;
extern const struct cmd cmd_dev;
extern const struct cmd cmd_query;
extern const struct cmd cmd_serve;
extern const struct cmd cmd_status;
extern const struct cmd cmd_version;

/* One specific line and a pointer to help, on standard error. Gives EXIT_USAGE. */
int cmd_usage(const struct cmd *self, const char *format, ...) PRINTF_LIKE(2, 3);

/* The error as psql would show it, on standard error. Gives the exit code that fits its status:
 * TL_ERR_INVALID is EXIT_USAGE; TL_ERR_CONNECT, and TL_ERR_TIMEOUT before a session was there, are
 * EXIT_NO_CONNECTION; everything else is EXIT_FAILED. */
int cmd_fail(const struct cmd *self, const tl_error *err);

/* A failure of our own, in one line on standard error: "trunkline NAME: ...". Gives EXIT_FAILED. */
int cmd_failf(const struct cmd *self, const char *format, ...) PRINTF_LIKE(2, 3);

/* Prints self->help on standard output. Gives EXIT_OK. */
int cmd_help(const struct cmd *self);

/* The options that every command takes which connects: -d, --set, --timeout, --json, --help.
 *
 *     static const struct option options[] = { { "csv", no_argument, NULL, OPT_CSV },
 *                                              CMD_COMMON_OPTIONS };
 *     scoped(cmd_common_done) struct cmd_common common = CMD_COMMON_INIT;
 *     int option;
 *
 *     while ((option = cmd_option(self, argc, argv, "p:", options, &common)) > 0)
 *         ... an option of the command's own, by its val; its argument is optarg
 *     if (option == CMD_OPTIONS_STOP)
 *         return common.exit_code;
 *     ... argv[optind] is the first argument
 */
struct cmd_common {
    const char *url;     /* NULL: DATABASE_URL, else libpq's own environment */
    char *settings;      /* every --set, joined by blanks; or NULL */
    int timeout_ms;      /* of connecting, and of what the command asks the server */
    int64_t deadline_ms; /* timeout_ms after the options were read; see cmd_ms_left() */
    bool timeout_given;
    bool json;
    int exit_code; /* after CMD_OPTIONS_STOP */
};

enum {
    CMD_TIMEOUT_MS = 10000, /* --timeout, when it is not given */
    CMD_OPTIONS_END = -1,   /* there are no more */
    CMD_OPTIONS_STOP = 0,   /* help was printed, or wrong usage was complained of */

    CMD_OPT_SET = 256,
    CMD_OPT_TIMEOUT,
    CMD_OPT_JSON,
    CMD_OPT_OWN = 512, /* the vals of a command's own long options begin here */
};

/* clang-format off */
#define CMD_COMMON_INIT { .timeout_ms = CMD_TIMEOUT_MS }
#define CMD_HELP_OPTION { "help", no_argument, NULL, 'h' }
#define CMD_COMMON_OPTIONS                                                                         \
    { "url", required_argument, NULL, 'd' },                                                       \
    { "set", required_argument, NULL, CMD_OPT_SET },                                               \
    { "timeout", required_argument, NULL, CMD_OPT_TIMEOUT },                                       \
    { "json", no_argument, NULL, CMD_OPT_JSON },                                                   \
    CMD_HELP_OPTION,                                                                               \
    { 0 }
/* clang-format on */

/* For self->help, after the command's own options. */
#define CMD_COMMON_HELP                                                                         \
    "  -d, --url URL        the database; without it DATABASE_URL, then libpq's environment\n"  \
    "      --set SETTINGS   settings such as \"pool_size=5 pool_timeout=2s\"; over the URL's\n" \
    "      --timeout TIME   longest time to wait for the server, such as 250ms, 5s, 1min\n"     \
    "      --json           the same facts for machines\n"                                      \
    "  -h, --help           show this help\n"

/* The next option that the command itself must handle, which is positive; the common ones go to
 * common. A command that takes only --help lists CMD_HELP_OPTION and { 0 }, and gives a common all the
 * same. short_options are the command's own, without "d:" and "h"; "+" before them stops at the first
 * argument. */
int cmd_option(const struct cmd *self,
               int argc,
               char **argv,
               const char *short_options,
               const struct option *options,
               struct cmd_common *common);
void cmd_common_done(struct cmd_common *common);

/* A time such as "250ms", "5s", "2min", "1h", or a bare number of seconds, as milliseconds. */
bool cmd_read_time(const char *text, int *out_ms);

/* What is left of --timeout, at least 1; for calls of the library. */
int cmd_ms_left(const struct cmd_common *common);

/* An engine with the common options, and a connection of it in time. Both give EXIT_OK, or complain
 * and give the exit code. options may be NULL; its settings give way to --set. */
int cmd_open(const struct cmd *self,
             const struct cmd_common *common,
             const tl_engine_options *options,
             tl_engine **out);
int cmd_connect(const struct cmd *self,
                const struct cmd_common *common,
                tl_engine *engine,
                tl_conn **out);

/* The word among n that text was probably meant to be; NULL if none is near. */
const char *cmd_nearest(const char *text, const char *const *words, size_t n);

/* Write out what standard output holds. Gives EXIT_OK, or complains and gives EXIT_FAILED; a reader
 * who has gone away has seen enough, and is no failure. name is for the complaint, or NULL. */
int cmd_flush(const char *name);
