/* serve/serve.h - what the parts of the endpoint share
 *
 * A request takes one way: http.c finds its route, prober.c says what the database was like within
 * the last second, verdict.c judges that (pure), document.c and page.c write it down, http.c sends
 * it. crowd.c keeps the number and the age of connections within bounds.
 *
 * This library is written against the public headers alone, like any other program.
 */
#pragma once

#include <trunkline/serve.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define scoped(done) __attribute__((cleanup(done)))
#define PRINTF_LIKE(nth, first) __attribute__((format(printf, nth, first)))
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum {
    TL__SERVE_MAX_CONNECTIONS = 64,    /* at one time; another closes the one that dawdles most */
    TL__SERVE_MAX_REQUEST = 16 * 1024, /* bytes of request line and headers */
    TL__SERVE_IDLE_S = 5,              /* a connection that says nothing for so long is closed */
    TL__SERVE_MAX_USERS = 200,         /* holders and waiters shown */
    TL__SERVE_FRESH_MS = 1000,         /* an answer of the database serves so long */
    TL__SERVE_PATIENCE_MS = 250,       /* beyond the probe's bound, for those who wait for it */
    TL__SERVE_DEFAULT_PROBE_MS = 1000,
    TL__SERVE_MAX_PROBE_MS = 60 * 1000,
};

/* --- base.c: what every part needs ---------------------------------------------------------- */

int tl__serve_fail(tl_error *err, int status, const char *format, ...) PRINTF_LIKE(3, 4);
void tl__serve_copy(char *field, size_t size, const char *text); /* cut at a whole character */
int64_t tl__serve_now_ms(void);                                  /* monotonic */
int64_t tl__serve_unix_us(void);
void tl__serve_iso_time(int64_t unix_us, char out[32]); /* RFC 3339, UTC, milliseconds */

void tl__serve_cond_init(pthread_cond_t *cond);
bool tl__serve_cond_wait(pthread_cond_t *cond,
                         pthread_mutex_t *lock,
                         int64_t deadline_ms); /* false when the deadline has passed */

/* Text that grows: append as often as you like, ask once. */
struct tl__text {
    char *data;
    size_t len;
    size_t size;
    bool failed; /* no memory; sticks */
};

void tl__text_done(struct tl__text *text);
void tl__text_bytes(struct tl__text *text, const void *data, size_t len);
void tl__text_str(struct tl__text *text, const char *s);
void tl__text_format(struct tl__text *text, const char *format, ...) PRINTF_LIKE(2, 3);
void tl__text_html(struct tl__text *text, const char *s); /* escaped for text and attributes */
char *tl__text_take(struct tl__text *text);               /* NULL when memory ran out; free() it */

/* --- listen.c: from "127.0.0.1:8432" to a socket -------------------------------------------- */

struct tl__listener {
    int fd;
    int family;
    int port;
    bool loopback;
    char host[256]; /* as it was given, without brackets */
};

int tl__listener_open(const char *where,
                      bool allow_remote,
                      struct tl__listener *out,
                      tl_error *err);

/* Whether a request's Host names this machine's loopback, or the host that we listen on. Elsewhere a
 * page from the outside could read us through a name of its own that leads to 127.0.0.1. */
bool tl__listener_accepts(const struct tl__listener *listener, const char *host_header);

/* --- crowd.c: connections and requests under way -------------------------------------------- */

struct tl__crowd {
    pthread_mutex_t lock;
    pthread_cond_t quiet; /* n_asking fell to 0 */
    int n_asking;
    struct tl__guest {
        int fd; /* -1: nobody */
        bool asking;
        int64_t since_ms;
    } guests[TL__SERVE_MAX_CONNECTIONS];
};

void tl__crowd_init(struct tl__crowd *crowd);
void tl__crowd_done(struct tl__crowd *crowd);
struct tl__guest *tl__crowd_enter(struct tl__crowd *crowd, int fd); /* NULL: no place was left */
void tl__crowd_leave(struct tl__crowd *crowd, struct tl__guest *guest);
void tl__crowd_ask(struct tl__crowd *crowd, struct tl__guest *guest);
void tl__crowd_told(struct tl__crowd *crowd, struct tl__guest *guest);
void tl__crowd_settle(struct tl__crowd *crowd, int timeout_ms); /* until no request is under way */

/* --- prober.c: what the database is like ---------------------------------------------------- */

enum tl__reach {
    TL__REACHED,   /* a validated connection was lent, and answered */
    TL__NO_SPARE,  /* not asked: the work itself needs every place */
    TL__UNREACHED, /* no connection, or no answer */
};

struct tl__facts {
    bool known;
    bool standby;
    bool read_only;
    char version[32];
    char age[32];    /* "" if the extension is not in this database */
    char vector[32]; /* likewise */
    int64_t n_connections;
    int64_t max_connections;
};

struct tl__report {
    enum tl__reach reach;
    char reason[160]; /* why not reached, in words that are fit for strangers */
    double response_ms;
    int64_t unix_us;        /* when */
    struct tl__facts facts; /* as last seen; facts.known tells whether ever */
};

struct tl__prober {
    tl_engine *engine;
    int probe_ms;
    pthread_mutex_t lock;
    pthread_cond_t done;
    bool probing; /* from here on guarded by lock */
    bool asked;   /* last holds an answer */
    int64_t fresh_until_ms;
    struct tl__report last;
};

void tl__prober_init(struct tl__prober *prober, tl_engine *engine, int probe_ms);
void tl__prober_done(struct tl__prober *prober);

/* What was seen within the last second. One caller asks the database, the others wait for it, and
 * nobody longer than the probe's bound and a moment. */
void tl__prober_look(struct tl__prober *prober, struct tl__report *out);

/* --- verdict.c: judging, pure --------------------------------------------------------------- */

enum { TL__N_CHECKS = 4 };

struct tl__circumstances {
    const struct tl__report *report;
    const tl_pool_status *pool;
    bool draining;
    bool need_write;
    int probe_ms;
};

struct tl__check {
    const char *name;
    bool ok;
    char text[224]; /* what is to be said about it; "" for nothing */
};

enum tl__health { TL__PASS, TL__WARN, TL__FAIL };

struct tl__judgement {
    enum tl__health health;
    const char *headline; /* a few words for a person; they change only when the matter does */
    char detail[224];     /* with the numbers; "" when all is well */
};

void tl__verdict_ready(const struct tl__circumstances *now, struct tl__check out[TL__N_CHECKS]);
void tl__verdict_health(const struct tl__circumstances *now, struct tl__judgement *out);
bool tl__verdict_strained(const tl_pool_status *pool);
double tl__verdict_utilization(const tl_pool_status *pool);
const char *tl__health_text(enum tl__health health);

/* --- document.c, page.c: writing it down ---------------------------------------------------- */

struct json_t;

/* New references; NULL when memory ran out. */
struct json_t *tl__document_health(const struct tl__circumstances *now);
struct json_t *
tl__document_pool(const tl_pool_status *status, const tl_pool_user *users, size_t n_users);

char *tl__page_render(const struct json_t *health, const struct json_t *pool);

extern const unsigned char tl__page_html[]; /* page.html; NUL-terminated */
extern const char tl__page_policy[];        /* its Content-Security-Policy */

/* --- http.c, serve.c ------------------------------------------------------------------------ */

struct MHD_Daemon;

struct tl_serve {
    tl_engine *engine;
    bool need_write;
    int probe_ms;
    atomic_bool draining;
    struct tl__listener listener;
    struct tl__crowd crowd;
    struct tl__prober prober;
    struct MHD_Daemon *daemon;
};

struct MHD_Daemon *tl__http_start(tl_serve *serve); /* takes the listener's descriptor; or NULL */
void tl__http_stop(tl_serve *serve);
