/* wire/wire.h - one socket to one server, never blocking unless asked to wait
 *
 * This is the only layer that knows libpq. A flight is one or more statements that travel together
 * and are answered together: one round trip. Reading goes on while sending, so neither side can
 * block on a full buffer.
 *
 * Under the calls that wait lies the face for event loops: a step is begun by _start() or _send(),
 * then tl__wire_advance() is called whenever the socket is ready for what it last wanted.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <trunkline/conn.h>
#include <trunkline/error.h>

struct pg_result; /* libpq's PGresult; only wire/ looks inside */
struct tl__wire;

enum tl__want {
    TL__WANT_NOTHING, /* the step is done */
    TL__WANT_READ,
    TL__WANT_WRITE, /* and reading, so that neither side can block */
};

enum tl__step_kind {
    TL__STEP_PARSE,   /* prepare sql under name */
    TL__STEP_EXECUTE, /* run what name was prepared for */
    TL__STEP_RUN,     /* parse and run sql */
    TL__STEP_SCRIPT,  /* several statements by the simple protocol; alone in its flight */
};

struct tl__params {
    int n;
    uint32_t *types;     /* oids, 0 to be inferred */
    const char **values; /* NULL for NULL */
    int *lengths;
    int *formats; /* 1 for binary */
};

struct tl__step {
    enum tl__step_kind kind;
    const char *sql;
    const char *name;
    const struct tl__params *params; /* NULL for none */
    bool text_results;
    struct pg_result *answer; /* afterwards: the answer, or NULL where it was not reached */
};

/* Told of each notice; severity, sqlstate and message are never NULL. */
typedef void (*tl__notice_fn)(void *user,
                              const char *severity,
                              const char *sqlstate,
                              const char *message);

/* Connects and waits for it. keywords and values are libpq's, each ended by NULL. */
int tl__wire_open(const char *const *keywords,
                  const char *const *values,
                  tl__notice_fn notice,
                  void *user,
                  int64_t deadline,
                  struct tl__wire **out,
                  tl_error *err);
void tl__wire_close(struct tl__wire *wire);

/* Closes a connection that is in the middle of something: the server is told to stop, by a thread of
 * its own, so that a server that does not answer holds up nobody. */
void tl__wire_abandon(struct tl__wire *wire);

/* Sends a flight and waits for every answer. TL_OK when all came, whatever they say; otherwise the
 * connection is lost, and err says how. The steps keep what came before that. */
int tl__wire_run(
    struct tl__wire *wire, struct tl__step *steps, size_t n, int64_t deadline, tl_error *err);

/* The parts of tl__wire_run(): steps must live until the flight is done. */
int tl__wire_send(struct tl__wire *wire, struct tl__step *steps, size_t n, tl_error *err);
int tl__wire_advance(struct tl__wire *wire, enum tl__want *want, tl_error *err);
int tl__wire_finish(struct tl__wire *wire, int64_t deadline, tl_error *err);
int tl__wire_fd(const struct tl__wire *wire);

/* Whether the server still holds the other end: one look at the socket, no round trip. */
bool tl__wire_alive(struct tl__wire *wire);
bool tl__wire_lost(const struct tl__wire *wire);
bool tl__wire_refused_copy(const struct tl__wire *wire); /* in the last flight */

enum tl__tx_status { TL__TX_IDLE, TL__TX_OPEN, TL__TX_FAILED, TL__TX_UNKNOWN };
enum tl__tx_status tl__wire_tx_status(const struct tl__wire *wire);

int tl__wire_backend_pid(const struct tl__wire *wire);
int tl__wire_server_version(const struct tl__wire *wire);
const char *tl__wire_parameter(const struct tl__wire *wire, const char *name);

/* Completes err with where the server is and which process it was. */
void tl__wire_locate(const struct tl__wire *wire, tl_error *err);

/* Answers. */
bool tl__answer_ok(const struct pg_result *answer);
int tl__answer_fail(const struct tl__wire *wire, const struct pg_result *answer, tl_error *err);
const char *tl__answer_field(const struct pg_result *answer, int part);
size_t tl__answer_rows(const struct pg_result *answer);
size_t tl__answer_columns(const struct pg_result *answer);
const char *tl__answer_name(const struct pg_result *answer, size_t column);
uint32_t tl__answer_type(const struct pg_result *answer, size_t column);
bool tl__answer_is_text(const struct pg_result *answer, size_t column);
bool tl__answer_is_null(const struct pg_result *answer, size_t row, size_t column);
tl_str tl__answer_value(const struct pg_result *answer, size_t row, size_t column);
const char *tl__answer_tag(const struct pg_result *answer);
int64_t tl__answer_count(const struct pg_result *answer); /* rows that the command touched */
void tl__answer_free(struct pg_result *answer);
