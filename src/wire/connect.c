/* wire/connect.c - from a list of parameters to a session, under one deadline */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/time.h"
#include "wire/connect-error.h"
#include "wire/resolve.h"
#include "wire/wire-private.h"

int tl_libpq_version(void)
{
    return PQlibVersion();
}

int tl__wire_poll(int fd, enum tl__want want, int64_t deadline)
{
    const short events = want == TL__WANT_WRITE ? POLLIN | POLLOUT : POLLIN;
    struct pollfd p = { .fd = fd, .events = events };

    for (;;) {
        const int ms = tl__ms_until(deadline);
        const int n = poll(&p, 1, ms);

        if (n > 0)
            return TL_OK;
        if (n == 0 && tl__passed(deadline))
            return TL_ERR_TIMEOUT;
        if (n < 0 && errno != EINTR)
            return TL_ERR_SYSTEM;
    }
}

/* libpq ends its messages with a newline and sometimes has several lines: ours has one. */
void tl__wire_copy_message(char *to, size_t size, const char *message)
{
    tl__copy_text(to, size, message);
    size_t len = strlen(to);
    while (len > 0 && to[len - 1] == '\n')
        to[--len] = '\0';
    for (char *c = to; *c != '\0'; c++)
        if (*c == '\n' || *c == '\t')
            *c = ' ';
}

static const char *field_or(const PGresult *result, int part, const char *otherwise)
{
    const char *text = PQresultErrorField(result, part);

    return text != NULL ? text : otherwise;
}

/* libpq would print notices to standard error; and the reason of an idle session's end is one. */
static void receive_notice(void *user, const PGresult *result)
{
    struct tl__wire *wire = user;
    const char *severity = field_or(result, PG_DIAG_SEVERITY_NONLOCALIZED, "");
    const char *sqlstate = field_or(result, PG_DIAG_SQLSTATE, "");
    const char *message = field_or(result, PG_DIAG_MESSAGE_PRIMARY, "");

    if (strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0) {
        tl__copy_text(wire->last_words.severity, sizeof wire->last_words.severity, severity);
        tl__copy_text(wire->last_words.sqlstate, sizeof wire->last_words.sqlstate, sqlstate);
        tl__copy_text(wire->last_words.message, sizeof wire->last_words.message, message);
    }
    if (wire->notice != NULL)
        wire->notice(wire->user, severity, sqlstate, message);
}

tl_phase tl__wire_connect_phase(const PGconn *pg)
{
    switch (PQstatus(pg)) {
    case CONNECTION_SSL_STARTUP:
    case CONNECTION_GSS_STARTUP:
        return TL_PHASE_TLS;
    case CONNECTION_AWAITING_RESPONSE:
    case CONNECTION_AUTH_OK:
    case CONNECTION_SETENV:
    case CONNECTION_CHECK_WRITABLE:
    case CONNECTION_CONSUME:
    case CONNECTION_CHECK_TARGET:
    case CONNECTION_CHECK_STANDBY:
        return TL_PHASE_AUTH;
    default:
        return TL_PHASE_CONNECT;
    }
}

static int fail_connect(struct tl__wire *wire, tl_phase phase, tl_error *err)
{
    tl__fail_set(err, TL_ERR_CONNECT, "no connection");
    if (err != NULL) {
        tl__connect_error_parse(PQerrorMessage(wire->pg), err);
        err->flags |= TL_ERROR_RETRY_CONNECT;
    }
    tl__fail_phase(err, phase);
    tl__wire_locate(wire, err);
    return TL_ERR_CONNECT;
}

static int fail_connect_late(struct tl__wire *wire, tl_phase phase, tl_error *err)
{
    tl__fail_set(err, TL_ERR_TIMEOUT, "no connection before the deadline, in phase %s",
                 tl_phase_text((int)phase));
    tl__fail_phase(err, phase);
    if (err != NULL)
        err->flags |= TL_ERROR_RETRY_CONNECT;
    tl__wire_locate(wire, err);
    return TL_ERR_TIMEOUT;
}

static int poll_connect(struct tl__wire *wire, int64_t deadline, tl_error *err)
{
    PostgresPollingStatusType next = PGRES_POLLING_WRITING; /* as libpq's manual asks for */
    tl_phase phase = TL_PHASE_CONNECT;

    while (next != PGRES_POLLING_OK) {
        const enum tl__want want = next == PGRES_POLLING_READING ? TL__WANT_READ : TL__WANT_WRITE;

        if (tl__wire_poll(PQsocket(wire->pg), want, deadline) != TL_OK || tl__passed(deadline))
            return fail_connect_late(wire, phase, err);
        next = PQconnectPoll(wire->pg);
        if (next == PGRES_POLLING_FAILED)
            return fail_connect(wire, phase, err);
        phase = tl__wire_connect_phase(wire->pg);
    }
    return TL_OK;
}

static const char *
find_value(const char *const *keywords, const char *const *values, const char *of)
{
    for (size_t i = 0; keywords[i] != NULL; i++)
        if (strcmp(keywords[i], of) == 0)
            return values[i];
    return NULL;
}

/* Where libpq would take a host from if the parameters named none. */
static const char *find_host(const char *const *keywords, const char *const *values)
{
    if (find_value(keywords, values, "hostaddr") != NULL)
        return NULL; /* nothing to look up */
    return find_value(keywords, values, "host");
}

/* libpq leaves connect_timeout to whoever polls. For us it bounds the whole, not each address. */
static int64_t
bound_connect(const char *const *keywords, const char *const *values, int64_t deadline)
{
    const char *seconds = find_value(keywords, values, "connect_timeout");
    int64_t s = 0;

    for (; seconds != NULL && *seconds >= '0' && *seconds <= '9' && s < 1000000; seconds++)
        s = s * 10 + (*seconds - '0');
    return s > 0 ? MIN_OF(deadline, tl__now_ns() + s * TL__NS_PER_S) : deadline;
}

enum { MOST_PARAMETERS = 64 };

struct parameters {
    const char *keywords[MOST_PARAMETERS + 4];
    const char *values[MOST_PARAMETERS + 4];
    size_t n;
};

static void add_parameter(struct parameters *p, const char *keyword, const char *value)
{
    p->keywords[p->n] = keyword;
    p->values[p->n] = value;
    p->n++;
}

/* The parameters with the names of hosts looked up: the last of two equal keywords counts. */
static void fill_parameters(struct parameters *p,
                            const char *const *keywords,
                            const char *const *values,
                            const struct tl__hosts *hosts)
{
    for (size_t i = 0; keywords[i] != NULL && p->n < MOST_PARAMETERS; i++)
        add_parameter(p, keywords[i], values[i]);
    if (hosts->host != NULL) {
        add_parameter(p, "host", hosts->host);
        add_parameter(p, "hostaddr", hosts->hostaddr);
        add_parameter(p, "port", hosts->port);
    }
}

static int start(struct tl__wire *wire, const struct parameters *p, tl_error *err)
{
    wire->pg = PQconnectStartParams(p->keywords, p->values, 0);
    if (wire->pg == NULL)
        return tl__fail_nomem(err);
    PQsetNoticeReceiver(wire->pg, receive_notice, wire);
    PQsetErrorVerbosity(wire->pg, PQERRORS_VERBOSE); /* else the SQLSTATE of a refusal is lost */
    if (PQstatus(wire->pg) == CONNECTION_BAD)
        return fail_connect(wire, TL_PHASE_CONNECT, err);
    return TL_OK;
}

static void wire_closep(struct tl__wire **wire)
{
    tl__wire_close(*wire);
}

int tl__wire_open(const char *const *keywords,
                  const char *const *values,
                  tl__notice_fn notice,
                  void *user,
                  int64_t deadline,
                  struct tl__wire **out,
                  tl_error *err)
{
    scoped(wire_closep) struct tl__wire *wire = tl__alloc(sizeof *wire);
    scoped(tl__hosts_done) struct tl__hosts hosts = { 0 };
    struct parameters parameters = { 0 };

    if (wire == NULL)
        return tl__fail_nomem(err);
    wire->notice = notice;
    wire->user = user;
    deadline = bound_connect(keywords, values, deadline);

    int status = tl__resolve(find_host(keywords, values), find_value(keywords, values, "port"),
                             deadline, &hosts, err);
    if (status != TL_OK)
        return status;
    fill_parameters(&parameters, keywords, values, &hosts);
    status = start(wire, &parameters, err);
    if (status == TL_OK)
        status = poll_connect(wire, deadline, err);
    if (status != TL_OK)
        return status;

    PQsetErrorVerbosity(wire->pg, PQERRORS_DEFAULT);
    PQsetnonblocking(wire->pg, 1);
    *out = tl__take(&wire);
    return TL_OK;
}

void tl__wire_close(struct tl__wire *wire)
{
    if (wire == NULL)
        return;
    wire->notice = NULL; /* nobody listens any more */
    PQfinish(wire->pg);
    tl__free(wire);
}

static void *send_cancel(void *user)
{
    PGcancel *cancel = user;
    char why[256];

    PQcancel(cancel, why, sizeof why); /* in vain or not: the connection is gone either way */
    PQfreeCancel(cancel);
    return NULL;
}

void tl__wire_abandon(struct tl__wire *wire)
{
    const bool busy = wire->flying && !tl__wire_lost(wire);
    PGcancel *cancel = busy ? PQgetCancel(wire->pg) : NULL;
    pthread_t thread;

    if (cancel != NULL) {
        if (pthread_create(&thread, NULL, send_cancel, cancel) == 0)
            pthread_detach(thread);
        else
            PQfreeCancel(cancel);
    }
    tl__wire_close(wire);
}

/* A look at one byte. A server that went away shows as the end of the stream; before that, its last
 * words may wait to be read, and so may a notification on a connection that is well. */
static int peek(int fd)
{
    char byte;
    const ssize_t n = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

    if (n > 0)
        return 1;
    return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) ? 0 : -1;
}

void tl__wire_discard_notifications(struct tl__wire *wire)
{
    PGnotify *note;

    while ((note = PQnotifies(wire->pg)) != NULL)
        PQfreemem(note);
}

bool tl__wire_alive(struct tl__wire *wire)
{
    for (int n_reads = 0; n_reads < 100; n_reads++) {
        const int seen = peek(PQsocket(wire->pg));

        if (seen <= 0)
            return seen == 0 && PQstatus(wire->pg) == CONNECTION_OK;
        if (!PQconsumeInput(wire->pg) || PQisBusy(wire->pg))
            return false;
        tl__wire_discard_notifications(wire);
    }
    return false; /* nobody rests and talks that much */
}

bool tl__wire_lost(const struct tl__wire *wire)
{
    return PQstatus(wire->pg) != CONNECTION_OK;
}

int tl__wire_fd(const struct tl__wire *wire)
{
    return PQsocket(wire->pg);
}

enum tl__tx_status tl__wire_tx_status(const struct tl__wire *wire)
{
    switch (PQtransactionStatus(wire->pg)) {
    case PQTRANS_IDLE:
        return TL__TX_IDLE;
    case PQTRANS_INTRANS:
        return TL__TX_OPEN;
    case PQTRANS_INERROR:
        return TL__TX_FAILED;
    default:
        return TL__TX_UNKNOWN;
    }
}

int tl__wire_backend_pid(const struct tl__wire *wire)
{
    return PQbackendPID(wire->pg);
}

int tl__wire_server_version(const struct tl__wire *wire)
{
    return PQserverVersion(wire->pg);
}

const char *tl__wire_parameter(const struct tl__wire *wire, const char *name)
{
    return PQparameterStatus(wire->pg, name);
}

void tl__wire_locate(const struct tl__wire *wire, tl_error *err)
{
    char where[512];

    if (err == NULL)
        return;
    const char *host = PQhost(wire->pg) != NULL ? PQhost(wire->pg) : "";
    const char *port = PQport(wire->pg) != NULL ? PQport(wire->pg) : "";
    if (host[0] == '/')
        snprintf(where, sizeof where, "%s/.s.PGSQL.%s", host, port);
    else
        snprintf(where, sizeof where, "%s:%s", host, port);
    if (host[0] != '\0')
        tl__copy_text(err->host, sizeof err->host, where);
    err->backend_pid = PQbackendPID(wire->pg);
}
