/* serve/http.c - requests in, answers out, within bounds */
#include "serve/serve.h"

#include <jansson.h>
#include <microhttpd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    THREAD_STACK = 1024 * 1024, /* connecting runs on it, and TLS wants room */
    CLOSE_GRACE_MS = 2000,      /* beyond the probe's bound, for answers on their way out */
};

static const char plain[] = "text/plain; charset=utf-8";
static const char bare_policy[] = "default-src 'none'; frame-ancestors 'none'";

struct reply {
    unsigned status;
    const char *type;
    const char *cache;  /* Cache-Control */
    const char *policy; /* Content-Security-Policy */
    char *body;         /* NULL when memory ran out */
    void (*free_body)(void *body);
};

struct request {
    tl_serve *serve;
    struct MHD_Connection *connection;
    const char *rest; /* of the path, behind the route's own */
};

static struct reply reply_with(unsigned status, const char *type, char *body)
{
    return (struct reply){ .status = status,
                           .type = type,
                           .cache = "no-store",
                           .policy = bare_policy,
                           .body = body,
                           .free_body = free };
}

static struct reply reply_line(unsigned status, const char *line)
{
    struct tl__text text = { 0 };

    tl__text_str(&text, line);
    tl__text_str(&text, "\n");
    return reply_with(status, plain, tl__text_take(&text));
}

static struct reply reply_json(unsigned status, const char *type, json_t *json)
{
    struct reply reply =
        reply_with(status, type, json_dumps(json, JSON_INDENT(2) | JSON_REAL_PRECISION(9)));

    json_decref(json);
    return reply;
}

/* --- what is known at the moment ------------------------------------------------------------ */

struct picture {
    struct tl__report report;
    tl_pool_status pool;
    tl_pool_user *users;
    size_t n_users;
    struct tl__circumstances now;
};

static void free_picturep(struct picture **picture)
{
    if (*picture == NULL)
        return;
    free((*picture)->users);
    free(*picture);
}

static void look_at_pool(tl_serve *serve, struct picture *picture)
{
    picture->users = calloc(TL__SERVE_MAX_USERS, sizeof *picture->users);
    picture->n_users = tl_engine_status(serve->engine, &picture->pool, picture->users,
                                        picture->users != NULL ? TL__SERVE_MAX_USERS : 0);
}

/* The pool after the probe, so that the probe's own loan is not in it. */
static struct picture *take_picture(tl_serve *serve)
{
    struct picture *const picture = calloc(1, sizeof *picture);

    if (picture == NULL)
        return NULL;
    tl__prober_look(&serve->prober, &picture->report);
    look_at_pool(serve, picture);
    picture->now = (struct tl__circumstances){ .report = &picture->report,
                                               .pool = &picture->pool,
                                               .draining = atomic_load(&serve->draining),
                                               .need_write = serve->need_write,
                                               .probe_ms = serve->probe_ms };
    return picture;
}

/* --- routes --------------------------------------------------------------------------------- */

static struct reply answer_livez(const struct request *request)
{
    if (request->rest[0] != '\0')
        return reply_line(MHD_HTTP_NOT_FOUND, "not found");
    return reply_line(MHD_HTTP_OK, "ok");
}

struct argument {
    const char *key;
    const char *value; /* NULL: whatever it is */
    bool found;
};

static enum MHD_Result
match_argument(void *user, enum MHD_ValueKind kind, const char *key, const char *value)
{
    struct argument *const wanted = user;

    (void)kind;
    if (strcmp(key, wanted->key) == 0 &&
        (wanted->value == NULL || (value != NULL && strcmp(value, wanted->value) == 0)))
        wanted->found = true;
    return wanted->found ? MHD_NO : MHD_YES;
}

/* Whether "?key" or "?key=value" is among the arguments; a key may come more than once. */
static bool has_argument(const struct request *request, const char *key, const char *value)
{
    struct argument wanted = { .key = key, .value = value };

    MHD_get_connection_values(request->connection, MHD_GET_ARGUMENT_KIND, match_argument, &wanted);
    return wanted.found;
}

static void write_check(struct tl__text *text, const struct tl__check *check)
{
    const char *const word = check->ok ? (check->text[0] != '\0' ? " ok: " : " ok") : " failed: ";

    tl__text_format(text, "[%c]%s%s%s\n", check->ok ? '+' : '-', check->name, word, check->text);
}

static struct reply answer_all_checks(const struct request *request,
                                      const struct tl__check checks[TL__N_CHECKS])
{
    const bool verbose = has_argument(request, "verbose", NULL);
    struct tl__text list = { 0 };
    bool ready = true;

    for (size_t i = 0; i < TL__N_CHECKS; i++) {
        if (has_argument(request, "exclude", checks[i].name)) {
            tl__text_format(&list, "[+]%s excluded: ok\n", checks[i].name);
            continue;
        }
        write_check(&list, &checks[i]);
        ready = ready && checks[i].ok;
    }
    tl__text_str(&list, ready ? "readyz check passed\n" : "readyz check failed\n");

    if (ready && !verbose) {
        tl__text_done(&list);
        return reply_line(MHD_HTTP_OK, "ok");
    }
    return reply_with(ready ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE, plain,
                      tl__text_take(&list));
}

static struct reply answer_one_check(const char *name, const struct tl__check checks[TL__N_CHECKS])
{
    struct tl__text line = { 0 };

    for (size_t i = 0; i < TL__N_CHECKS; i++) {
        if (strcmp(checks[i].name, name) != 0)
            continue;
        write_check(&line, &checks[i]);
        return reply_with(checks[i].ok ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE, plain,
                          tl__text_take(&line));
    }
    return reply_line(MHD_HTTP_NOT_FOUND, "no such check");
}

static struct reply answer_readyz(const struct request *request)
{
    scoped(free_picturep) struct picture *picture = take_picture(request->serve);
    struct tl__check checks[TL__N_CHECKS];

    if (picture == NULL)
        return reply_with(0, plain, NULL);
    tl__verdict_ready(&picture->now, checks);
    if (request->rest[0] == '\0')
        return answer_all_checks(request, checks);
    return answer_one_check(request->rest + 1, checks);
}

static struct reply answer_health(const struct request *request)
{
    scoped(free_picturep) struct picture *picture = take_picture(request->serve);
    struct tl__judgement judgement;

    if (picture == NULL)
        return reply_with(0, plain, NULL);
    tl__verdict_health(&picture->now, &judgement);
    struct reply reply =
        reply_json(judgement.health == TL__FAIL ? MHD_HTTP_SERVICE_UNAVAILABLE : MHD_HTTP_OK,
                   "application/health+json", tl__document_health(&picture->now));
    reply.cache = "max-age=1";
    return reply;
}

static struct reply answer_metrics(const struct request *request)
{
    char *text = NULL;

    if (tl_engine_metrics(request->serve->engine, &text, NULL) != TL_OK)
        text = NULL;
    struct reply reply = reply_with(MHD_HTTP_OK, "text/plain; version=0.0.4; charset=utf-8", text);
    reply.free_body = tl_free;
    return reply;
}

static struct reply answer_pool(const struct request *request)
{
    scoped(free_picturep) struct picture *picture = calloc(1, sizeof *picture);

    if (picture == NULL)
        return reply_with(0, plain, NULL);
    look_at_pool(request->serve, picture);
    return reply_json(MHD_HTTP_OK, "application/json",
                      tl__document_pool(&picture->pool, picture->users, picture->n_users));
}

static struct reply answer_page(const struct request *request)
{
    scoped(free_picturep) struct picture *picture = take_picture(request->serve);

    if (picture == NULL)
        return reply_with(0, plain, NULL);
    json_t *const health = tl__document_health(&picture->now);
    json_t *const pool = tl__document_pool(&picture->pool, picture->users, picture->n_users);
    struct reply reply =
        reply_with(MHD_HTTP_OK, "text/html; charset=utf-8", tl__page_render(health, pool));
    reply.policy = tl__page_policy;
    json_decref(health);
    json_decref(pool);
    return reply;
}

static const struct route {
    const char *path;
    bool has_parts; /* "/readyz/pool" belongs to "/readyz" */
    struct reply (*answer)(const struct request *request);
} routes[] = {
    { "/livez", false, answer_livez },   { "/readyz", true, answer_readyz },
    { "/health", false, answer_health }, { "/metrics", false, answer_metrics },
    { "/pool", false, answer_pool },     { "/", false, answer_page },
};

static bool fits(const struct route *route, const char *path, const char **rest)
{
    const size_t len = strlen(route->path);

    if (strncmp(path, route->path, len) != 0)
        return false;
    *rest = path + len;
    return **rest == '\0' || (route->has_parts && **rest == '/');
}

static struct reply answer(struct request *request, const char *path, const char *method)
{
    const char *const host =
        MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_HOST);

    if (!tl__listener_accepts(&request->serve->listener, host))
        return reply_line(MHD_HTTP_MISDIRECTED_REQUEST,
                          "this endpoint answers to names of the loopback only");
    for (size_t i = 0; i < COUNT_OF(routes); i++) {
        if (!fits(&routes[i], path, &request->rest))
            continue;
        if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
            return reply_line(MHD_HTTP_METHOD_NOT_ALLOWED, "only GET and HEAD are answered");
        return routes[i].answer(request);
    }
    return reply_line(MHD_HTTP_NOT_FOUND, "not found");
}

/* --- sending -------------------------------------------------------------------------------- */

static struct MHD_Response *make_response(const struct reply *reply)
{
    static char nothing[] = "out of memory\n";

    if (reply->body == NULL)
        return MHD_create_response_from_buffer(sizeof nothing - 1, nothing, MHD_RESPMEM_PERSISTENT);

    struct MHD_Response *const response = MHD_create_response_from_buffer_with_free_callback(
        strlen(reply->body), reply->body, reply->free_body);
    if (response == NULL)
        reply->free_body(reply->body);
    return response;
}

static void add_headers(struct MHD_Response *response, const struct reply *reply)
{
    const struct {
        const char *name;
        const char *value;
    } headers[] = {
        { "Content-Type", reply->type },
        { "Cache-Control", reply->cache },
        { "Content-Security-Policy", reply->policy },
        { "X-Content-Type-Options", "nosniff" },
        { "Referrer-Policy", "no-referrer" },
        { "Cross-Origin-Resource-Policy", "same-origin" },
        { "Connection", "close" },
        { "Allow", reply->status == MHD_HTTP_METHOD_NOT_ALLOWED ? "GET, HEAD" : NULL },
    };

    for (size_t i = 0; i < COUNT_OF(headers); i++)
        if (headers[i].value != NULL)
            MHD_add_response_header(response, headers[i].name, headers[i].value);
}

static enum MHD_Result send_reply(struct MHD_Connection *connection, const struct reply *reply)
{
    struct MHD_Response *const response = make_response(reply);

    if (response == NULL)
        return MHD_NO;
    add_headers(response, reply);
    const enum MHD_Result queued = MHD_queue_response(
        connection, reply->body != NULL ? reply->status : MHD_HTTP_INTERNAL_SERVER_ERROR, response);
    MHD_destroy_response(response);
    return queued;
}

static struct tl__guest *find_guest(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *const info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info != NULL ? info->socket_context : NULL;
}

/* Called once for each request: it answers before a body could come, and then closes. */
static enum MHD_Result handle(void *user,
                              struct MHD_Connection *connection,
                              const char *path,
                              const char *method,
                              const char *version,
                              const char *upload,
                              size_t *upload_size,
                              void **context)
{
    tl_serve *const serve = user;
    struct request request = { .serve = serve, .connection = connection, .rest = "" };

    (void)version, (void)upload, (void)upload_size;
    *context = serve;
    tl__crowd_ask(&serve->crowd, find_guest(connection));
    const struct reply reply = answer(&request, path, method);
    return send_reply(connection, &reply);
}

static void request_ended(void *user,
                          struct MHD_Connection *connection,
                          void **context,
                          enum MHD_RequestTerminationCode how)
{
    tl_serve *const serve = user;

    (void)context, (void)how;
    tl__crowd_told(&serve->crowd, find_guest(connection));
}

static void connection_changed(void *user,
                               struct MHD_Connection *connection,
                               void **context,
                               enum MHD_ConnectionNotificationCode what)
{
    tl_serve *const serve = user;

    if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
        tl__crowd_leave(&serve->crowd, *context);
        return;
    }
    const union MHD_ConnectionInfo *const info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    *context = info != NULL ? tl__crowd_enter(&serve->crowd, info->connect_fd) : NULL;
}

/* --- starting and stopping ------------------------------------------------------------------ */

static struct MHD_Daemon *start_daemon(tl_serve *serve)
{
    const unsigned flags = MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_THREAD_PER_CONNECTION |
                           MHD_USE_ITC | (serve->listener.family == AF_INET6 ? MHD_USE_IPv6 : 0);

    return MHD_start_daemon(flags, 0, NULL, NULL, handle, serve, MHD_OPTION_LISTEN_SOCKET,
                            serve->listener.fd, MHD_OPTION_CONNECTION_LIMIT,
                            (unsigned)TL__SERVE_MAX_CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT,
                            (unsigned)TL__SERVE_IDLE_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                            (size_t)TL__SERVE_MAX_REQUEST, MHD_OPTION_THREAD_STACK_SIZE,
                            (size_t)THREAD_STACK, MHD_OPTION_NOTIFY_COMPLETED, request_ended, serve,
                            MHD_OPTION_NOTIFY_CONNECTION, connection_changed, serve,
                            MHD_OPTION_END);
}

/* The endpoint's threads take no signals: those belong to the program. */
struct MHD_Daemon *tl__http_start(tl_serve *serve)
{
    sigset_t all;
    sigset_t before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    struct MHD_Daemon *const daemon = start_daemon(serve);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return daemon;
}

void tl__http_stop(tl_serve *serve)
{
    const MHD_socket listening = MHD_quiesce_daemon(serve->daemon);

    tl__crowd_settle(&serve->crowd, serve->probe_ms + CLOSE_GRACE_MS);
    MHD_stop_daemon(serve->daemon);
    if (listening != MHD_INVALID_SOCKET)
        close(listening);
}
