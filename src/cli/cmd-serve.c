/* cli/cmd-serve.c - trunkline serve: the production endpoint over an engine
 *
 * The main thread waits for signals, and in between asks the database once a second, so that the
 * events tell its story even where nobody probes. All else happens on the threads of the library.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <trunkline/serve.h>

#include "cli/cmd.h"

static const char help[] =
    "Usage: trunkline serve [OPTION]...\n"
    "\n"
    "Keep an engine on the database, and answer over HTTP how it is: /livez, /readyz,\n"
    "/health, /metrics, /pool, and / for a person. It stays up while the database is down.\n"
    "Events go to standard output, one a line.\n"
    "\n"
    "      --listen ADDRESS       where to listen; 127.0.0.1:8432 if not given, port 0 takes\n"
    "                             a free one\n"
    "      --allow-remote         listen beyond the loopback; nobody is asked for a password\n"
    "      --read-only-ok         ready on a read-only server, too\n"
    "      --settings FILE        settings, \"name = value\" a line; read again at SIGHUP\n"
    "      --log json|text        for machines (the default) or for people\n"
    "      --log-level LEVEL      the least to tell: debug, info (the default), warn, error\n"
    "      --drain-timeout TIME   longest time to wait for loans at the end; 10s\n"
    "      --drain-delay TIME     how long to go on answering after SIGTERM, while /readyz\n"
    "                             fails, so that others see it; 1s\n"
    "  -d, --url URL              the database; without it DATABASE_URL, then libpq's\n"
    "                             environment\n"
    "      --set SETTINGS         settings such as \"pool_size=5\"; over the file's and the URL's\n"
    "  -h, --help                 show this help\n"
    "\n"
    "SIGTERM or SIGINT: /readyz fails, loans are awaited, the end. A second one ends at once.\n"
    "SIGHUP: the settings are read again; those that can change live do.\n";

#ifdef TRUNKLINE_NO_HTTP

static int run(const struct cmd *self, int argc, char **argv)
{
    (void)argc, (void)argv;
    return cmd_failf(self, "this build has no HTTP endpoint: it was made with -Dhttp=disabled");
}

#else

enum {
    PROBE_MS = 1000,
    WATCH_MS = 1000, /* between two looks at the database */
    MAX_LINES = 200, /* of a file of settings */
};

struct flags {
    const char *listen;
    const char *settings_path; /* or NULL */
    bool allow_remote;
    bool read_only_ok;
    bool text_log;
    tl_level level;
    int drain_timeout_ms;
    int drain_delay_ms;
};

enum readiness { NOT_KNOWN, READY, NOT_READY };

struct server {
    const struct cmd *self;
    const struct cmd_common *common;
    struct flags *flags;
    tl_config *config; /* as it is now in force */
    tl_engine *engine;
    tl_serve *serve;
    enum readiness readiness;
};

static void freep(void *variable)
{
    free(*(void **)variable);
}

static void close_filep(FILE **file)
{
    if (*file != NULL)
        fclose(*file);
}

/* ---- events ---- */

/* A log that nobody reads any more must not stop the service. */
static void print_line(const char *line, size_t len)
{
    flockfile(stdout);
    fwrite(line, 1, len, stdout);
    fputc('\n', stdout);
    fflush(stdout);
    funlockfile(stdout);
}

/* Called by any thread. */
static void print_event(const tl_event *event, void *user)
{
    const struct flags *const flags = user;
    size_t (*const format)(const tl_event *, char *, size_t) =
        flags->text_log ? tl_event_text : tl_event_json;
    char line[2048];

    const size_t len = format(event, line, sizeof line);
    if (len < sizeof line) {
        print_line(line, len);
        return;
    }

    char *const longer = malloc(len + 1);
    if (longer == NULL)
        return;
    format(event, longer, len + 1);
    print_line(longer, len);
    free(longer);
}

static void tell_fields(const struct server *server,
                        tl_level level,
                        const char *name,
                        const tl_field *fields,
                        size_t n_fields)
{
    struct timespec now;

    if (level < server->flags->level)
        return;
    clock_gettime(CLOCK_REALTIME, &now);

    const tl_event event = { .name = name,
                             .level = level,
                             .unix_us = (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000,
                             .fields = fields,
                             .n_fields = n_fields };
    print_event(&event, server->flags);
}

/* clang-format off */
#define TEXT(field, value) { (field), TL_FIELD_TEXT, { .text = (value) } }
#define INTEGER(field, value) { (field), TL_FIELD_INTEGER, { .integer = (value) } }
/* clang-format on */
#define TELL(server, level, name, ...)                                        \
    tell_fields((server), (level), (name), (const tl_field[]){ __VA_ARGS__ }, \
                COUNT_OF(((const tl_field[]){ __VA_ARGS__ })))

/* ---- settings: "name = value" lines ---- */

/* Why settings are refused. */
struct reason {
    char text[768];
};

struct settings_file {
    struct {
        char name[64];
        int number;
    } lines[MAX_LINES];
    size_t n_lines;
    char *text; /* as tl_engine_open() takes it */
};

static void settings_file_done(struct settings_file *file)
{
    free(file->text);
    file->text = NULL;
}

/* As libpq quotes; NULL when memory ran out. */
static char *quote(const char *value)
{
    char *const quoted = malloc(2 * strlen(value) + 1);
    size_t n = 0;

    if (quoted == NULL)
        return NULL;
    for (; *value != '\0'; value++) {
        if (*value == '\'' || *value == '\\')
            quoted[n++] = '\\';
        quoted[n++] = *value;
    }
    quoted[n] = '\0';
    return quoted;
}

/* One more "name='value'". */
static bool append_setting(char **text, const char *name, const char *value)
{
    char *const quoted = quote(value);
    char *joined = NULL;

    if (quoted == NULL)
        return false;
    const int len = asprintf(&joined, "%s%s%s='%s'", *text != NULL ? *text : "",
                             *text != NULL ? " " : "", name, quoted);
    free(quoted);
    if (len < 0)
        return false;
    free(*text);
    *text = joined;
    return true;
}

static char *trim(char *s)
{
    static const char blank[] = " \t\r\n";
    size_t len;

    s += strspn(s, blank);
    for (len = strlen(s); len > 0 && strchr(blank, s[len - 1]) != NULL; len--)
        continue;
    s[len] = '\0';
    return s;
}

static bool refuse(struct reason *why, const char *message)
{
    snprintf(why->text, sizeof why->text, "%s", message);
    return false;
}

static bool
refuse_line(struct reason *why, const struct server *server, int number, const char *message)
{
    snprintf(why->text, sizeof why->text, "%s:%d: %s", server->flags->settings_path, number,
             message);
    return false;
}

/* A line alone is tried on the URL, so that a refusal can name it. */
static bool check_setting(const struct server *server,
                          int number,
                          const char *name,
                          const char *value,
                          struct reason *why)
{
    scoped(tl_config_freep) tl_config *config = NULL;
    scoped(freep) char *text = NULL;
    tl_error err = TL_ERROR_INIT;

    if (name[strspn(name, "abcdefghijklmnopqrstuvwxyz_")] != '\0' || strlen(name) > 63)
        return refuse_line(why, server, number, "no setting has such a name");
    if (!append_setting(&text, name, value))
        return refuse_line(why, server, number, "out of memory");
    if (tl_config_new(server->common->url, text, &config, &err) != TL_OK)
        return refuse_line(why, server, number, err.message);
    return true;
}

static bool take_line(const struct server *server,
                      char *line,
                      int number,
                      struct settings_file *file,
                      struct reason *why)
{
    char *const name = trim(line);
    char *const equals = strchr(name, '=');

    if (name[0] == '\0' || name[0] == '#')
        return true;
    if (equals == NULL)
        return refuse_line(why, server, number, "there is no \"=\"");
    if (file->n_lines == MAX_LINES)
        return refuse_line(why, server, number, "there are too many settings");
    *equals = '\0';

    const char *const key = trim(name);
    const char *const value = trim(equals + 1);
    if (!check_setting(server, number, key, value, why))
        return false;
    if (!append_setting(&file->text, key, value))
        return refuse_line(why, server, number, "out of memory");
    snprintf(file->lines[file->n_lines].name, sizeof file->lines[0].name, "%s", key);
    file->lines[file->n_lines++].number = number;
    return true;
}

static bool read_lines(const struct server *server, struct settings_file *file, struct reason *why)
{
    scoped(close_filep) FILE *stream = fopen(server->flags->settings_path, "re");
    char line[1024];

    if (stream == NULL) {
        snprintf(why->text, sizeof why->text, "could not open \"%s\": %s",
                 server->flags->settings_path, strerror(errno));
        return false;
    }
    for (int number = 1; fgets(line, sizeof line, stream) != NULL; number++) {
        if (strchr(line, '\n') == NULL && !feof(stream))
            return refuse_line(why, server, number, "the line is too long");
        if (!take_line(server, line, number, file, why))
            return false;
    }
    return true;
}

/* The file's settings, then those of --set, which win. */
static bool
read_settings(const struct server *server, struct settings_file *file, struct reason *why)
{
    const char *const given = server->common->settings;
    char *joined = NULL;

    if (server->flags->settings_path != NULL && !read_lines(server, file, why))
        return false;
    if (given == NULL)
        return true;
    if (asprintf(&joined, "%s %s", file->text != NULL ? file->text : "", given) < 0)
        return refuse(why, "out of memory");
    free(file->text);
    file->text = joined;
    return true;
}

static int find_line(const struct settings_file *file, const char *name)
{
    int number = 0;

    for (size_t i = 0; i < file->n_lines; i++)
        if (strcmp(file->lines[i].name, name) == 0)
            number = file->lines[i].number;
    return number;
}

/* ---- SIGHUP: from the settings in force to those of the file ---- */

struct change {
    char *apply; /* as tl_engine_apply() takes it; NULL if nothing changes */
    char *words; /* "pool_timeout: 30s -> 5s", for people; or NULL */
};

static void change_done(struct change *change)
{
    free(change->apply);
    free(change->words);
}

static bool add_change(struct change *change, const tl_config_item *from, const tl_config_item *to)
{
    char *words = NULL;

    if (!append_setting(&change->apply, to->name, to->value) ||
        asprintf(&words, "%s%s%s: %s -> %s", change->words != NULL ? change->words : "",
                 change->words != NULL ? ", " : "", to->name, from->value, to->value) < 0)
        return false;
    free(change->words);
    change->words = words;
    return true;
}

static bool refuse_change(const struct server *server,
                          const struct settings_file *file,
                          const tl_config_item *from,
                          const tl_config_item *to,
                          struct reason *why)
{
    char message[256];

    snprintf(message, sizeof message, "%s cannot change from %s to %s without a restart", to->name,
             from->value, to->value);
    const int number = find_line(file, to->name); /* 0: its line has gone */
    if (number == 0)
        return refuse(why, message);
    return refuse_line(why, server, number, message);
}

static bool find_changes(const struct server *server,
                         const struct settings_file *file,
                         const tl_config *wanted,
                         struct change *change,
                         struct reason *why)
{
    tl_config_item from;
    tl_config_item to;

    for (size_t i = 0; tl_config_get(wanted, i, &to); i++) {
        if (to.kind != TL_CONFIG_POOL || !tl_config_get(server->config, i, &from) ||
            strcmp(from.value, to.value) == 0)
            continue;
        if (!to.live)
            return refuse_change(server, file, &from, &to, why);
        if (!add_change(change, &from, &to))
            return refuse(why, "out of memory");
    }
    return true;
}

/* All or nothing. */
static bool reload(struct server *server, struct change *change, struct reason *why)
{
    scoped(settings_file_done) struct settings_file file = { 0 };
    scoped(tl_config_freep) tl_config *wanted = NULL;
    tl_error err = TL_ERROR_INIT;

    if (!read_settings(server, &file, why))
        return false;
    if (tl_config_new(server->common->url, file.text, &wanted, &err) != TL_OK) {
        return refuse(why, err.message);
    }
    if (!find_changes(server, &file, wanted, change, why))
        return false;
    if (change->apply != NULL && tl_engine_apply(server->engine, change->apply, &err) != TL_OK) {
        return refuse(why, err.message);
    }
    tl_config_free(server->config);
    server->config = tl__take(&wanted);
    return true;
}

static void reload_settings(struct server *server)
{
    scoped(change_done) struct change change = { 0 };
    struct reason why = { "" };

    if (!reload(server, &change, &why)) {
        TELL(server, TL_LEVEL_ERROR, "serve.settings_refused", TEXT("reason", why.text));
        return;
    }
    TELL(server, TL_LEVEL_INFO, "serve.settings_applied",
         TEXT("changed", change.words != NULL ? change.words : ""));
}

/* ---- the watch ---- */

static int ask(const struct server *server, char *reason, size_t size, tl_error *err)
{
    scoped(tl_conn_releasep) tl_conn *conn = NULL;
    scoped(tl_result_freep) tl_result *rows = NULL;

    int status =
        tl_engine_acquire_spare(server->engine, PROBE_MS, TL_HERE("serve watch"), &conn, err);
    if (status != TL_OK)
        return status;
    tl_conn_set_timeout(conn, PROBE_MS);
    status =
        tl_query(conn, "SELECT pg_is_in_recovery(), current_setting('transaction_read_only')::bool",
                 TL_NO_ARGS, &rows, err);
    if (status != TL_OK || server->flags->read_only_ok)
        return status;
    if (tl_get_bool(rows, 0, 0))
        snprintf(reason, size, "the server is a standby");
    else if (tl_get_bool(rows, 0, 1))
        snprintf(reason, size, "transactions are read-only");
    return tl_result_check(rows, err);
}

/* Nobody could be asked because the work needs every place: the line tells whether it moves. */
static void judge_line(const struct server *server, char *reason, size_t size)
{
    tl_pool_status status;

    tl_engine_status(server->engine, &status, NULL, 0);
    if (status.oldest_wait_ms > PROBE_MS)
        snprintf(reason, size, "the first of %d in line has waited for %lld ms",
                 (int)status.n_waiting, (long long)status.oldest_wait_ms);
}

static void tell_readiness(const struct server *server, const char *reason, const char *sqlstate)
{
    if (server->readiness == READY)
        TELL(server, TL_LEVEL_INFO, "serve.ready", TEXT("reason", "the database answers"));
    else
        TELL(server, TL_LEVEL_WARN, "serve.not_ready", TEXT("reason", reason),
             TEXT("sqlstate", sqlstate));
}

/* Ready or not, told when it changes. */
static void watch(struct server *server)
{
    tl_error err = TL_ERROR_INIT;
    char reason[sizeof err.message] = "";

    const int status = ask(server, reason, sizeof reason, &err);
    if (status == TL_ERR_BUSY)
        judge_line(server, reason, sizeof reason);
    else if (status != TL_OK)
        snprintf(reason, sizeof reason, "%s", err.message);

    const enum readiness seen = reason[0] == '\0' ? READY : NOT_READY;
    if (seen == server->readiness)
        return;
    server->readiness = seen;
    tell_readiness(server, reason, status == TL_ERR_BUSY ? "" : err.sqlstate);
}

/* ---- from start to end ---- */

static void fill_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGHUP);
}

/* A signal, or 0 when the time has passed. */
static int wait_for_signal(int timeout_ms)
{
    const struct timespec timeout = { .tv_sec = timeout_ms / 1000,
                                      .tv_nsec = timeout_ms % 1000 * 1000000L };
    sigset_t set;

    fill_signals(&set);
    const int signal_number = sigtimedwait(&set, NULL, &timeout);
    return signal_number > 0 ? signal_number : 0;
}

static int watch_until_told_to_end(struct server *server)
{
    for (;;) {
        watch(server);

        const int signal_number = wait_for_signal(WATCH_MS);
        if (signal_number == SIGTERM || signal_number == SIGINT)
            return signal_number;
        if (signal_number == SIGHUP)
            reload_settings(server);
    }
}

/* From here on SIGTERM and SIGINT do what they do in any program: end it at once. */
static void let_signals_end_us(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    signal(SIGTERM, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

/* SIGTERM comes from a supervisor: whoever sends work here is to see /readyz fail before the port
 * closes. SIGINT comes from a person, who does not want to wait. */
static void drain(struct server *server, int signal_number)
{
    const int delay_ms = signal_number == SIGTERM ? server->flags->drain_delay_ms : 0;
    const struct timespec delay = { .tv_sec = delay_ms / 1000,
                                    .tv_nsec = delay_ms % 1000 * 1000000L };
    tl_error err = TL_ERROR_INIT;

    tl_serve_drain(server->serve);
    TELL(server, TL_LEVEL_INFO, "serve.draining", TEXT("signal", sigabbrev_np(signal_number)),
         INTEGER("delay_ms", delay_ms), INTEGER("timeout_ms", server->flags->drain_timeout_ms));
    let_signals_end_us();
    nanosleep(&delay, NULL);

    tl_serve_close(server->serve);
    const int status = tl_engine_close(server->engine, server->flags->drain_timeout_ms, &err);
    server->engine = NULL;
    if (status != TL_OK)
        TELL(server, TL_LEVEL_WARN, "serve.stopped", TEXT("left", err.message));
    else
        TELL(server, TL_LEVEL_INFO, "serve.stopped", TEXT("left", ""));
}

static void tell_listening(const struct server *server)
{
    const char *const listen = server->flags->listen;
    const int host_len = (int)(strrchr(listen, ':') - listen);
    char url[300];

    snprintf(url, sizeof url, "http://%.*s:%d/", host_len, listen, tl_serve_port(server->serve));
    TELL(server, TL_LEVEL_INFO, "serve.listening", TEXT("url", url), INTEGER("pid", getpid()));
}

/* What to do about it, in the same line. */
static int fail_listening(const struct server *server, const tl_error *err)
{
    static const struct {
        int os_errno;
        const char *advice;
    } known[] = {
        { EADDRINUSE, "another program listens there; stop it, or choose with --listen" },
        { EACCES, "a port below 1024 needs a privilege; choose a higher one with --listen" },
        { EADDRNOTAVAIL, "this machine has no such address; choose another with --listen" },
    };

    for (size_t i = 0; i < COUNT_OF(known); i++)
        if (known[i].os_errno == err->os_errno)
            return cmd_failf(server->self, "%s: %s", err->message, known[i].advice);
    return cmd_fail(server->self, err);
}

static int open_endpoint(struct server *server)
{
    tl_serve_options options = TL_SERVE_OPTIONS_INIT;
    tl_error err = TL_ERROR_INIT;

    options.listen = server->flags->listen;
    options.allow_remote = server->flags->allow_remote;
    options.need_write = !server->flags->read_only_ok;
    options.probe_ms = PROBE_MS;
    if (tl_serve_open(server->engine, &options, &server->serve, &err) != TL_OK)
        return fail_listening(server, &err);
    return EXIT_OK;
}

static int open_engine(struct server *server)
{
    scoped(settings_file_done) struct settings_file file = { 0 };
    struct reason why = { "" };
    tl_engine_options options = { .size = sizeof options,
                                  .on_event = print_event,
                                  .on_event_user = server->flags,
                                  .event_level = server->flags->level };
    tl_error err = TL_ERROR_INIT;

    /* The URL and --set alone first, so that their mistakes are not blamed on the file. */
    if (tl_config_new(server->common->url, server->common->settings, &server->config, &err) !=
        TL_OK)
        return cmd_fail(server->self, &err);
    tl_config_freep(&server->config);
    if (!read_settings(server, &file, &why)) {
        cmd_failf(server->self, "%s", why.text);
        return EXIT_USAGE;
    }
    options.settings = file.text;
    if (tl_config_new(server->common->url, file.text, &server->config, &err) != TL_OK ||
        tl_engine_open(server->common->url, &options, &server->engine, &err) != TL_OK)
        return cmd_fail(server->self, &err);
    return EXIT_OK;
}

static int serve(struct server *server)
{
    sigset_t set;

    /* Before any thread is made, so that all of them leave the signals to this one. */
    fill_signals(&set);
    pthread_sigmask(SIG_BLOCK, &set, NULL);

    int code = open_engine(server);
    if (code == EXIT_OK)
        code = open_endpoint(server);
    if (code == EXIT_OK) {
        tell_listening(server);
        drain(server, watch_until_told_to_end(server));
    }
    tl_engine_closep(&server->engine);
    tl_config_freep(&server->config);
    return code;
}

/* ---- options ---- */

enum {
    OPT_LISTEN = CMD_OPT_OWN,
    OPT_ALLOW_REMOTE,
    OPT_READ_ONLY_OK,
    OPT_SETTINGS,
    OPT_LOG,
    OPT_LOG_LEVEL,
    OPT_DRAIN_TIMEOUT,
    OPT_DRAIN_DELAY,
};

static const struct option options[] = {
    { "listen", required_argument, NULL, OPT_LISTEN },
    { "allow-remote", no_argument, NULL, OPT_ALLOW_REMOTE },
    { "read-only-ok", no_argument, NULL, OPT_READ_ONLY_OK },
    { "settings", required_argument, NULL, OPT_SETTINGS },
    { "log", required_argument, NULL, OPT_LOG },
    { "log-level", required_argument, NULL, OPT_LOG_LEVEL },
    { "drain-timeout", required_argument, NULL, OPT_DRAIN_TIMEOUT },
    { "drain-delay", required_argument, NULL, OPT_DRAIN_DELAY },
    { "url", required_argument, NULL, 'd' },
    { "set", required_argument, NULL, CMD_OPT_SET },
    CMD_HELP_OPTION,
    { 0 },
};

static int take_log(const struct cmd *self, struct flags *flags, const char *text)
{
    flags->text_log = strcmp(text, "text") == 0;
    if (flags->text_log || strcmp(text, "json") == 0)
        return EXIT_OK;
    return cmd_usage(self, "invalid log \"%s\": it is json or text", text);
}

static int take_level(const struct cmd *self, struct flags *flags, const char *text)
{
    static const tl_level levels[] = { TL_LEVEL_DEBUG, TL_LEVEL_INFO, TL_LEVEL_WARN,
                                       TL_LEVEL_ERROR };

    for (size_t i = 0; i < COUNT_OF(levels); i++) {
        if (strcmp(text, tl_level_text(levels[i])) == 0) {
            flags->level = levels[i];
            return EXIT_OK;
        }
    }
    return cmd_usage(self, "invalid level \"%s\": it is debug, info, warn or error", text);
}

static int take_time(const struct cmd *self, const char *text, int *out_ms)
{
    if (strcmp(text, "0") == 0 || strcmp(text, "0s") == 0) {
        *out_ms = 0;
        return EXIT_OK;
    }
    if (cmd_read_time(text, out_ms))
        return EXIT_OK;
    return cmd_usage(self, "invalid time \"%s\": it is such as 250ms, 10s or 1min", text);
}

static int take_option(const struct cmd *self, struct flags *flags, int option)
{
    switch (option) {
    case OPT_LISTEN:
        flags->listen = optarg;
        return EXIT_OK;
    case OPT_ALLOW_REMOTE:
        flags->allow_remote = true;
        return EXIT_OK;
    case OPT_READ_ONLY_OK:
        flags->read_only_ok = true;
        return EXIT_OK;
    case OPT_SETTINGS:
        flags->settings_path = optarg;
        return EXIT_OK;
    case OPT_LOG:
        return take_log(self, flags, optarg);
    case OPT_LOG_LEVEL:
        return take_level(self, flags, optarg);
    case OPT_DRAIN_TIMEOUT:
        return take_time(self, optarg, &flags->drain_timeout_ms);
    default:
        return take_time(self, optarg, &flags->drain_delay_ms);
    }
}

static int run(const struct cmd *self, int argc, char **argv)
{
    scoped(cmd_common_done) struct cmd_common common = CMD_COMMON_INIT;
    struct flags flags = { .listen = "127.0.0.1:8432",
                           .level = TL_LEVEL_INFO,
                           .drain_timeout_ms = 10000,
                           .drain_delay_ms = 1000 };
    struct server server = { .self = self, .common = &common, .flags = &flags };
    int option;

    while ((option = cmd_option(self, argc, argv, "", options, &common)) > 0) {
        const int code = take_option(self, &flags, option);
        if (code != EXIT_OK)
            return code;
    }
    if (option == CMD_OPTIONS_STOP)
        return common.exit_code;
    if (optind < argc)
        return cmd_usage(self, "unexpected argument \"%s\"", argv[optind]);
    return serve(&server);
}

#endif

const struct cmd cmd_serve = {
    .name = "serve",
    .summary = "answer over HTTP how the database and its pool are",
    .help = help,
    .run = run,
};
