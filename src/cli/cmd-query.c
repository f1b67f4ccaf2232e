/* cli/cmd-query.c - trunkline query: runs a statement and prints what it gave */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/caret.h"
#include "cli/cmd.h"
#include "cli/source.h"
#include "cli/table.h"

enum { PARAMS_MAX = 65535 }; /* the protocol's own bound */

enum {
    OPT_CSV = CMD_OPT_OWN,
    OPT_NULL,
    OPT_PARAM_NULL,
    OPT_SCRIPT,
    OPT_TABLE,
};

enum format { FORMAT_TABLE, FORMAT_CSV, FORMAT_JSON };

struct query {
    struct cmd_common common;
    enum format format;
    const char *file; /* "-" is standard input; NULL: from the arguments */
    const char *null_text;
    bool is_script;
    char *sql;
    tl_value *params;
    size_t n_params;
};

static void end_query(struct query *query)
{
    cmd_common_done(&query->common);
    free(query->sql);
    free(query->params);
}

/* ---- options ---- */

static int add_param(const struct cmd *self, struct query *query, tl_value value)
{
    const size_t n = query->n_params;

    if (n == PARAMS_MAX)
        return cmd_usage(self, "more than %d parameters", PARAMS_MAX);
    if ((n & (n - 1)) == 0) { /* full at 0, 1, 2, 4, 8, ... */
        tl_value *const more = realloc(query->params, (n == 0 ? 1 : 2 * n) * sizeof *more);

        if (more == NULL)
            return cmd_failf(self, "out of memory");
        query->params = more;
    }
    query->params[query->n_params++] = value;
    return EXIT_OK;
}

static int take_option(const struct cmd *self, struct query *query, int option)
{
    switch (option) {
    case 'f':
        query->file = optarg;
        break;
    case 'p':
        return add_param(self, query, tl_as_text(TL_UNKNOWN, optarg));
    case OPT_PARAM_NULL:
        return add_param(self, query, tl_null());
    case OPT_NULL:
        query->null_text = optarg;
        break;
    case OPT_SCRIPT:
        query->is_script = true;
        break;
    case OPT_CSV:
        query->format = FORMAT_CSV;
        break;
    case OPT_TABLE:
        query->format = FORMAT_TABLE;
        break;
    }
    return EXIT_OK;
}

/* Gives CMD_OPTIONS_END, or CMD_OPTIONS_STOP with the exit code in query->common. */
static int read_options(const struct cmd *self, int argc, char **argv, struct query *query)
{
    static const struct option options[] = {
        { "file", required_argument, NULL, 'f' },
        { "param", required_argument, NULL, 'p' },
        { "param-null", no_argument, NULL, OPT_PARAM_NULL },
        { "null", required_argument, NULL, OPT_NULL },
        { "script", no_argument, NULL, OPT_SCRIPT },
        { "csv", no_argument, NULL, OPT_CSV },
        { "table", no_argument, NULL, OPT_TABLE },
        CMD_COMMON_OPTIONS,
    };
    int option;

    while ((option = cmd_option(self, argc, argv, "f:p:", options, &query->common)) > 0) {
        query->common.exit_code = take_option(self, query, option);
        if (query->common.exit_code != EXIT_OK)
            return CMD_OPTIONS_STOP;
    }
    return option;
}

static int read_statement(const struct cmd *self, struct query *query, int argc, char **argv)
{
    if (argc > 0 && query->file != NULL)
        return cmd_usage(self, "the statement is given twice: by -f and by \"%s\"", argv[0]);
    if (query->is_script && query->n_params > 0)
        return cmd_usage(self, "a script takes no parameters");
    if (query->common.json && query->format == FORMAT_CSV)
        return cmd_usage(self, "--csv and --json exclude each other");
    if (query->common.json)
        query->format = FORMAT_JSON;
    if (argc > 0 && strcmp(argv[0], "-") != 0)
        return source_join(self, argc, argv, &query->sql);
    return source_read(self, query->file != NULL ? query->file : "-", &query->sql);
}

/* ---- what came back ---- */

static const char *get_name(const struct table *self, size_t column)
{
    return tl_result_name(self->source, column);
}

/* By the oids of PostgreSQL's catalogue. Money is aligned as a number, and is none in JSON. */
static table_kind get_kind(const struct table *self, size_t column)
{
    switch (tl_result_type(self->source, column)) {
    case 16: /* boolean */
        return TABLE_BOOLEAN;
    case 20:   /* bigint */
    case 21:   /* smallint */
    case 23:   /* integer */
    case 26:   /* oid */
    case 28:   /* xid */
    case 29:   /* cid */
    case 700:  /* real */
    case 701:  /* double precision */
    case 790:  /* money */
    case 1700: /* numeric */
    case 5069: /* xid8 */
        return TABLE_NUMBER;
    case 114:  /* json */
    case 3802: /* jsonb */
        return TABLE_JSON;
    default:
        return TABLE_TEXT;
    }
}

static tl_str get_cell(const struct table *self, size_t row, size_t column)
{
    if (tl_is_null(self->source, row, column))
        return (tl_str){ NULL, 0 };

    const tl_str text = tl_get_text(self->source, row, column);

    return text.data != NULL ? text : (tl_str){ "", 0 };
}

/* A statement without rows has only its tag. CSV and JSON have no place for it. */
static void print_tag(const tl_result *result, enum format format)
{
    fprintf(format == FORMAT_TABLE ? stdout : stderr, "%s\n", tl_result_tag(result));
    if (format == FORMAT_JSON)
        fputs("[]\n", stdout);
}

static bool print_rows(const struct query *query, const tl_result *result)
{
    const struct table table = {
        .n_rows = tl_result_rows(result),
        .n_columns = tl_result_columns(result),
        .name = get_name,
        .kind = get_kind,
        .cell = get_cell,
        .source = result,
        .null_text = query->null_text,
    };

    switch (query->format) {
    case FORMAT_CSV:
        table_print_csv(&table, stdout);
        return true;
    case FORMAT_JSON:
        return table_print_json(&table, stdout);
    default:
        return table_print(&table, stdout);
    }
}

static int print_result(const struct cmd *self, const struct query *query, const tl_result *result)
{
    if (tl_result_columns(result) == 0 && tl_result_rows(result) == 0)
        print_tag(result, query->format);
    else if (!print_rows(query, result))
        return cmd_failf(self, "out of memory");
    return cmd_flush(self->name);
}

/* ---- what went wrong, as psql shows it: the place in the statement comes after the message ---- */

static void print_whole(const tl_conn *conn, const char *label, tl_error_part part, const char *cut)
{
    const char *const whole = tl_conn_error_field(conn, part);
    const char *const text = whole != NULL ? whole : cut;

    if (text[0] != '\0')
        fprintf(stderr, "%s:  %s\n", label, text);
}

static void print_message(const tl_conn *conn, const tl_error *err)
{
    const char *const whole = tl_conn_error_field(conn, TL_PART_MESSAGE);

    if (whole != NULL && err->sqlstate[0] != '\0')
        fprintf(stderr, "%s:  %s: %s\n", err->severity, err->sqlstate, whole);
    else
        fprintf(stderr, "ERROR:  %s\n", err->message);
}

/* The statement, or that of a function that the statement called. */
static void print_place(const tl_conn *conn, const tl_error *err, const char *sql)
{
    const char *const inner = tl_conn_error_field(conn, TL_PART_INTERNAL_QUERY);
    const char *const inner_position = tl_conn_error_field(conn, TL_PART_INTERNAL_POSITION);

    if (err->position > 0)
        caret_print(stderr, sql, err->position);
    else if (inner != NULL && inner_position != NULL)
        caret_print(stderr, inner, (int)strtol(inner_position, NULL, 10));
}

/* Everything but the message, without the line break before it. */
static void print_rest(const tl_error *err)
{
    char text[4096];
    tl_error rest = *err;

    rest.severity[0] = rest.sqlstate[0] = '\0';
    snprintf(rest.message, sizeof rest.message, "-");
    tl_error_format(&rest, text, sizeof text);

    const char *const line_end = strchr(text, '\n');

    if (line_end != NULL)
        fprintf(stderr, "%s\n", line_end + 1);
}

/* The server says that it was more than one statement without a place and without a hint. */
static void print_advice(const tl_error *err, bool is_script)
{
    if (!is_script && tl_error_is(err, "42601") && err->position == 0 && err->hint[0] == '\0')
        fputs("HINT:  Give one statement, or use --script.\n", stderr);
}

static void print_server_error(const tl_conn *conn, const tl_error *err, const struct query *query)
{
    tl_error rest = *err;

    print_message(conn, err);
    print_place(conn, err, query->sql);
    print_whole(conn, "DETAIL", TL_PART_DETAIL, err->detail);
    print_whole(conn, "HINT", TL_PART_HINT, err->hint);
    print_advice(err, query->is_script);
    print_whole(conn, "QUERY", TL_PART_INTERNAL_QUERY, "");
    print_whole(conn, "CONTEXT", TL_PART_CONTEXT, err->context);
    rest.detail[0] = rest.hint[0] = rest.context[0] = '\0';
    if ((err->flags & TL_ERROR_LOST) == 0) { /* where the server is does not matter to its answer */
        rest.phase = TL_PHASE_NONE;
        rest.host[0] = '\0';
    }
    print_rest(&rest);
}

static int
fail(const struct cmd *self, const tl_conn *conn, const struct query *query, const tl_error *err)
{
    if (err->sqlstate[0] == '\0')
        return cmd_fail(self, err);
    print_server_error(conn, err, query);
    return EXIT_FAILED;
}

/* ---- the way through ---- */

static int run_statement(const struct cmd *self, tl_conn *conn, const struct query *query)
{
    scoped(tl_result_freep) tl_result *result = NULL;
    tl_call_options options = TL_CALL_OPTIONS_INIT;
    tl_error err = TL_ERROR_INIT;

    options.text_results = true;
    if (tl_query_with(conn, query->sql, query->params, query->n_params, &options, &result, &err) !=
        TL_OK)
        return fail(self, conn, query, &err);
    return print_result(self, query, result);
}

static int run_script(const struct cmd *self, tl_conn *conn, const struct query *query)
{
    tl_error err = TL_ERROR_INIT;

    if (tl_script(conn, query->sql, &err) != TL_OK)
        return fail(self, conn, query, &err);
    return EXIT_OK;
}

static int connect_and_run(const struct cmd *self, const struct query *query)
{
    scoped(tl_engine_closep) tl_engine *engine = NULL;
    scoped(tl_conn_releasep) tl_conn *conn = NULL;
    int code = cmd_open(self, &query->common, NULL, &engine);

    if (code == EXIT_OK)
        code = cmd_connect(self, &query->common, engine, &conn);
    if (code != EXIT_OK)
        return code;
    if (query->common.timeout_given)
        tl_conn_set_timeout(conn, cmd_ms_left(&query->common));
    return query->is_script ? run_script(self, conn, query) : run_statement(self, conn, query);
}

static int run(const struct cmd *self, int argc, char **argv)
{
    scoped(end_query) struct query query = { .common = CMD_COMMON_INIT, .null_text = "" };

    if (read_options(self, argc, argv, &query) == CMD_OPTIONS_STOP)
        return query.common.exit_code;

    const int code = read_statement(self, &query, argc - optind, argv + optind);

    return code == EXIT_OK ? connect_and_run(self, &query) : code;
}

const struct cmd cmd_query = {
    .name = "query",
    .summary = "run a statement and print what it gives",
    .help =
        "Usage: trunkline query [OPTION]... [SQL]...\n"
        "       trunkline query [OPTION]... -f FILE\n"
        "       trunkline query [OPTION]... < FILE\n"
        "\n"
        "Runs one statement, made of the arguments, of a file, or of standard input, and prints\n"
        "its rows, or its tag if it gives none.\n"
        "\n"
        "Options:\n"
        "  -f, --file FILE      read the statement from a file; - is standard input\n"
        "  -p, --param VALUE    the next of the parameters $1, $2, ...; the server finds its type\n"
        "      --param-null     the next of the parameters, which is NULL\n"
        "      --script         run several statements, separated by semicolons, as one\n"
        "                       transaction, and print no rows; without parameters\n"
        "      --table          print an aligned table (the default)\n"
        "      --csv            print RFC 4180; a text that equals the one for NULL is quoted\n"
        "      --null TEXT      what stands for NULL in a table or in CSV, by default "
        "nothing\n" CMD_COMMON_HELP "\n"
        "With --timeout the statement, too, must be done in time; without it, only the setting\n"
        "call_timeout bounds the statement.\n"
        "\n"
        "--json prints an array with an object for each row. Numbers are as the server wrote\n"
        "them, but NaN and infinities are strings; booleans and NULL are JSON's own; json and\n"
        "jsonb are embedded; everything else is a string. A column whose name was there before\n"
        "gets _2, _3, ... appended.\n",
    .run = run,
};
