/* cli/cmd-config.c - trunkline config show: every setting, its value, and where it came from */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/table.h"

enum { OPT_ALL = CMD_OPT_OWN };

struct show {
    struct cmd_common common;
    bool all;
    tl_config *config;
    tl_config_item *items; /* those to be shown */
    size_t n_items;
};

static void end_show(struct show *show)
{
    cmd_common_done(&show->common);
    tl_config_free(show->config);
    free(show->items);
}

/* ---- which settings ---- */

static bool is_worth_showing(const tl_config_item *item, bool all)
{
    return all || item->kind == TL_CONFIG_POOL || item->value[0] != '\0';
}

static bool find_setting(const tl_config *config, const char *name, tl_config_item *out)
{
    for (size_t i = 0; tl_config_get(config, i, out); i++)
        if (strcmp(out->name, name) == 0)
            return true;
    return false;
}

static const char *find_nearest(const tl_config *config, const char *name)
{
    const size_t n = tl_config_count(config);
    const char **const words = calloc(n + 1, sizeof *words);
    tl_config_item item;

    if (words == NULL)
        return NULL;
    for (size_t i = 0; i < n && tl_config_get(config, i, &item); i++)
        words[i] = item.name;

    const char *const nearest = cmd_nearest(name, words, n);

    free(words);
    return nearest;
}

static int complain_unknown(const struct cmd *self, const tl_config *config, const char *name)
{
    const char *const nearest = find_nearest(config, name);

    if (nearest != NULL)
        return cmd_usage(self, "unknown setting \"%s\"; did you mean \"%s\"?", name, nearest);
    return cmd_usage(self, "unknown setting \"%s\"", name);
}

static int choose_named(const struct cmd *self, struct show *show, int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        if (!find_setting(show->config, argv[i], &show->items[i]))
            return complain_unknown(self, show->config, argv[i]);
        show->n_items++;
    }
    return EXIT_OK;
}

static void choose_all(struct show *show)
{
    tl_config_item item;

    for (size_t i = 0; tl_config_get(show->config, i, &item); i++)
        if (is_worth_showing(&item, show->all))
            show->items[show->n_items++] = item;
}

static int choose(const struct cmd *self, struct show *show, int argc, char **argv)
{
    const size_t n_named = argc > 0 ? (size_t)argc : 0;

    show->items = calloc(tl_config_count(show->config) + n_named + 1, sizeof *show->items);
    if (show->items == NULL)
        return cmd_failf(self, "out of memory");
    if (argc > 0)
        return choose_named(self, show, argc, argv);
    choose_all(show);
    return EXIT_OK;
}

/* ---- as rows ---- */

/* People get the first four: a table with all of them would be wider than their terminal. */
static const struct {
    const char *name;
    table_kind kind;
} columns[] = {
    { "name", TABLE_TEXT },    { "value", TABLE_TEXT }, { "source", TABLE_TEXT },
    { "live", TABLE_BOOLEAN }, { "kind", TABLE_TEXT },  { "secret", TABLE_BOOLEAN },
    { "help", TABLE_TEXT },
};
enum { N_COLUMNS_FOR_PEOPLE = 4 };

static const char *show_flag(bool flag, bool in_json)
{
    if (in_json)
        return flag ? "t" : "f";
    return flag ? "yes" : "no";
}

/* By the order of columns. */
static const char *show_item(const tl_config_item *item, size_t column, bool in_json)
{
    switch (column) {
    case 0:
        return item->name;
    case 1:
        return item->value;
    case 2:
        return item->source;
    case 3:
        return show_flag(item->live, in_json);
    case 4:
        return item->kind == TL_CONFIG_LIBPQ ? "libpq" : "trunkline";
    case 5:
        return show_flag(item->secret, in_json);
    default:
        return item->help;
    }
}

static const char *get_name(const struct table *self, size_t column)
{
    (void)self;
    return columns[column].name;
}

static table_kind get_kind(const struct table *self, size_t column)
{
    (void)self;
    return columns[column].kind;
}

static tl_str get_cell(const struct table *self, size_t row, size_t column)
{
    const struct show *const show = self->source;
    const char *const text = show_item(&show->items[row], column, show->common.json);

    return (tl_str){ text, strlen(text) };
}

static int print(const struct cmd *self, const struct show *show)
{
    const bool json = show->common.json;
    const struct table table = {
        .n_rows = show->n_items,
        .n_columns = json ? COUNT_OF(columns) : N_COLUMNS_FOR_PEOPLE,
        .name = get_name,
        .kind = get_kind,
        .cell = get_cell,
        .source = show,
        .null_text = "",
    };
    const bool done = json ? table_print_json(&table, stdout) : table_print(&table, stdout);

    return done ? cmd_flush(self->name) : cmd_failf(self, "out of memory");
}

/* ---- the way through ---- */

static int read_options(const struct cmd *self, int argc, char **argv, struct show *show)
{
    static const struct option options[] = {
        { "all", no_argument, NULL, OPT_ALL },
        CMD_COMMON_OPTIONS,
    };
    int option;

    while ((option = cmd_option(self, argc, argv, "", options, &show->common)) > 0)
        show->all = true;
    return option;
}

static int check_verb(const struct cmd *self, int argc, char **argv)
{
    if (argc == 0)
        return cmd_usage(self, "what to do is missing, such as \"show\"");
    if (strcmp(argv[0], "show") != 0)
        return cmd_usage(self, "unknown word \"%s\"; did you mean \"show\"?", argv[0]);
    return EXIT_OK;
}

static int run(const struct cmd *self, int argc, char **argv)
{
    scoped(end_show) struct show show = { .common = CMD_COMMON_INIT };
    tl_error err = TL_ERROR_INIT;

    if (read_options(self, argc, argv, &show) == CMD_OPTIONS_STOP)
        return show.common.exit_code;

    int code = check_verb(self, argc - optind, argv + optind);

    if (code != EXIT_OK)
        return code;
    if (tl_config_new(show.common.url, show.common.settings, &show.config, &err) != TL_OK)
        return cmd_fail(self, &err);
    code = choose(self, &show, argc - optind - 1, argv + optind + 1);
    return code == EXIT_OK ? print(self, &show) : code;
}

const struct cmd cmd_config = {
    .name = "config",
    .summary = "show every setting and where it came from",
    .help =
        "Usage: trunkline config show [OPTION]... [NAME]...\n"
        "\n"
        "Shows the settings that a connection would be made with, their values, where each came\n"
        "from, and whether it can change while a program works. Secrets are masked. Nothing is\n"
        "connected. With names, shows only these.\n"
        "\n"
        "Options:\n"
        "      --all            also libpq's parameters that are not set\n" CMD_COMMON_HELP "\n"
        "--json has more of each setting: whether it is a secret, whose it is, and what it is\n"
        "for.\n",
    .run = run,
};
