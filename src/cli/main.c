/* cli/main.c - the command trunkline: finds the command in its table and runs it */
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cli/cmd.h"

static const struct cmd *const commands[] = {
    &cmd_config, &cmd_dev, &cmd_query, &cmd_serve, &cmd_status, &cmd_version,
};

static int print_help(void)
{
    fputs("Usage: trunkline COMMAND [OPTION]... [ARGUMENT]...\n"
          "       trunkline help COMMAND\n"
          "       trunkline --version | --help\n"
          "\n"
          "A direct line to PostgreSQL.\n"
          "\n"
          "Commands:\n",
          stdout);
    for (size_t i = 0; i < COUNT_OF(commands); i++)
        printf("  %-9s %s\n", commands[i]->name, commands[i]->summary);
    fputs("  help      show this, or how a command is used\n"
          "\n"
          "The database is the URL given by -d, else DATABASE_URL, else what libpq's environment\n"
          "says. Exit codes: 0 done, 1 done with findings, 2 wrong usage or setting, 3 no\n"
          "connection, 4 failed.\n",
          stdout);
    return EXIT_OK;
}

static int print_version(void)
{
    const int libpq = tl_libpq_version();

    printf("trunkline %s (libpq %d.%d)\n", tl_version(), libpq / 10000, libpq % 10000);
    return EXIT_OK;
}

static const struct cmd *find_command(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(commands); i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

static int complain_unknown(const char *name)
{
    const char *words[COUNT_OF(commands) + 1];

    for (size_t i = 0; i < COUNT_OF(commands); i++)
        words[i] = commands[i]->name;
    words[COUNT_OF(commands)] = "help";

    const char *const nearest = cmd_nearest(name, words, COUNT_OF(words));
    const char *const kind = name[0] == '-' ? "option" : "command";

    if (nearest != NULL)
        fprintf(stderr, "trunkline: unknown %s \"%s\"; did you mean \"%s\"?\n", kind, name,
                nearest);
    else
        fprintf(stderr, "trunkline: unknown %s \"%s\"; \"trunkline help\" lists the commands\n",
                kind, name);
    return EXIT_USAGE;
}

static int help(int argc, char **argv)
{
    if (argc < 2)
        return print_help();

    const struct cmd *const command = find_command(argv[1]);

    return command != NULL ? cmd_help(command) : complain_unknown(argv[1]);
}

static int run(int argc, char **argv)
{
    if (argc < 1) {
        fputs("trunkline: no command given; \"trunkline help\" lists the commands\n", stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[0], "--version") == 0 || strcmp(argv[0], "-V") == 0)
        return print_version();
    if (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0)
        return print_help();
    if (strcmp(argv[0], "help") == 0)
        return help(argc, argv);

    const struct cmd *const command = find_command(argv[0]);

    return command != NULL ? command->run(command, argc, argv) : complain_unknown(argv[0]);
}

/* The server speaks UTF-8 to us, whatever the locale: without one, widths still come out right. */
static void set_locale(void)
{
    setlocale(LC_CTYPE, "");
    if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        setlocale(LC_CTYPE, "C.UTF-8");
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    set_locale();

    const int code = run(argc - 1, argv + 1);
    const int written = cmd_flush(NULL);

    return code != EXIT_OK ? code : written;
}
