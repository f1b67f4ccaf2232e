/* cli/cmd.h - what the commands of trunkline share
 *
 * A command is one file, cmd-NAME.c, that defines one struct cmd, and one row in the table of main.c.
 * Commands are written against the public headers, like any other program. Results go to standard
 * output, everything else to standard error.
 */
#pragma once

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
