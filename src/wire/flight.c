/* wire/flight.c - statements that travel together
 *
 * One statement alone goes the plain way; several use libpq's pipeline mode, entered for the flight
 * and left after it, with one Sync at the end: after a failure the rest of the flight is not run.
 */
#include <errno.h>

#include "base/fail.h"
#include "base/time.h"
#include "wire/wire-private.h"

static int send_step(PGconn *pg, const struct tl__step *step)
{
    static const struct tl__params none = { 0 };
    const struct tl__params *p = step->params != NULL ? step->params : &none;
    const int format = step->text_results ? 0 : 1;

    switch (step->kind) {
    case TL__STEP_PARSE:
        return PQsendPrepare(pg, step->name, step->sql, p->n, p->types);
    case TL__STEP_EXECUTE:
        return PQsendQueryPrepared(pg, step->name, p->n, p->values, p->lengths, p->formats, format);
    case TL__STEP_RUN:
        return PQsendQueryParams(pg, step->sql, p->n, p->types, p->values, p->lengths, p->formats,
                                 format);
    case TL__STEP_SCRIPT:
        return PQsendQuery(pg, step->sql);
    }
    return 0;
}

static bool send_steps(struct tl__wire *wire, const struct tl__step *steps, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!send_step(wire->pg, &steps[i]))
            return false;
    return !wire->piped || PQpipelineSync(wire->pg);
}

/* A failure here leaves libpq with half a flight in its buffer: the connection is of no use. */
int tl__wire_send(struct tl__wire *wire, struct tl__step *steps, size_t n, tl_error *err)
{
    for (size_t i = 0; i < n; i++)
        steps[i].answer = NULL;
    wire->steps = steps;
    wire->n_steps = n;
    wire->n_answered = 0;
    wire->copying = false;
    wire->flying = true;
    wire->unsent = true;
    wire->piped = n > 1 && PQenterPipelineMode(wire->pg);
    if ((n > 1 && !wire->piped) || !send_steps(wire, steps, n))
        return tl__wire_fail_lost(wire, TL_PHASE_SEND, err);
    return TL_OK;
}

/* Keeps the first failure of a step, else its last answer: a script has several. */
static void keep_answer(struct tl__step *step, PGresult *answer)
{
    if (step->answer != NULL && !tl__answer_ok(step->answer)) {
        PQclear(answer);
        return;
    }
    PQclear(step->answer);
    step->answer = answer;
}

enum progress { GOING, LANDED, BROKEN };

static bool is_copy(ExecStatusType kind)
{
    return kind == PGRES_COPY_IN || kind == PGRES_COPY_OUT || kind == PGRES_COPY_BOTH;
}

/* A COPY that nobody here can serve: one that asks for data is ended, and the server's own error comes
 * as the answer; one that sends data would go on for as long as it has some. */
static enum progress refuse_copy(struct tl__wire *wire, ExecStatusType kind)
{
    wire->copying = true;
    if (kind != PGRES_COPY_IN)
        return BROKEN;
    return PQputCopyEnd(wire->pg, "no data is sent by this call") == 1 ? GOING : BROKEN;
}

static enum progress take_answer(struct tl__wire *wire, PGresult *answer)
{
    const ExecStatusType kind = PQresultStatus(answer);

    if (kind == PGRES_PIPELINE_SYNC) {
        PQclear(answer);
        PQexitPipelineMode(wire->pg);
        wire->piped = false;
        return LANDED;
    }
    if (kind == PGRES_PIPELINE_ABORTED) {
        PQclear(answer); /* this step was not reached */
        return GOING;
    }
    if (is_copy(kind)) {
        PQclear(answer);
        return refuse_copy(wire, kind);
    }
    if (wire->n_answered < wire->n_steps)
        keep_answer(&wire->steps[wire->n_answered], answer);
    else
        PQclear(answer);
    return GOING;
}

/* NULL ends a step; in a pipeline the Sync ends the flight, elsewhere the only step's NULL does. */
static enum progress take_what_came(struct tl__wire *wire)
{
    while (!PQisBusy(wire->pg)) {
        PGresult *answer = PQgetResult(wire->pg);
        enum progress progress = GOING;

        if (answer != NULL)
            progress = take_answer(wire, answer);
        else if (!wire->piped)
            progress = LANDED;
        else
            wire->n_answered++;
        if (progress != GOING)
            return progress;
        if (PQstatus(wire->pg) != CONNECTION_OK)
            return BROKEN;
    }
    return GOING;
}

static int land(struct tl__wire *wire, enum tl__want *want, tl_error *err)
{
    tl__wire_discard_notifications(wire); /* nobody asks for them, and libpq would keep them all */
    wire->flying = false;
    *want = TL__WANT_NOTHING;
    if (PQstatus(wire->pg) != CONNECTION_OK)
        return tl__wire_fail_lost(wire, TL_PHASE_WAIT, err);
    return TL_OK;
}

int tl__wire_advance(struct tl__wire *wire, enum tl__want *want, tl_error *err)
{
    if (wire->unsent) {
        const int more = PQflush(wire->pg);

        if (more < 0)
            return tl__wire_fail_lost(wire, TL_PHASE_SEND, err);
        wire->unsent = more > 0;
        if (!wire->unsent) { /* nothing can have come yet */
            *want = TL__WANT_READ;
            return TL_OK;
        }
    }
    if (!PQconsumeInput(wire->pg))
        return tl__wire_fail_lost(wire, TL_PHASE_WAIT, err);

    const enum progress progress = take_what_came(wire);
    if (progress == LANDED)
        return land(wire, want, err);
    if (progress == BROKEN)
        return tl__wire_fail_lost(wire, TL_PHASE_WAIT, err);
    *want = wire->unsent ? TL__WANT_WRITE : TL__WANT_READ;
    return TL_OK;
}

static int fail_late(struct tl__wire *wire, int status, tl_error *err)
{
    const tl_phase phase = wire->unsent ? TL_PHASE_SEND : TL_PHASE_WAIT;
    const int os_errno = status == TL_ERR_SYSTEM ? errno : 0;

    if (status != TL_ERR_TIMEOUT)
        tl__fail_set(err, status, "could not wait for the server");
    else
        tl__fail_set(err, status,
                     phase == TL_PHASE_SEND ? "the statement was not sent before the deadline"
                                            : "no answer from the server before the deadline");
    tl__fail_phase(err, phase);
    tl__wire_locate(wire, err);
    if (err != NULL) {
        err->os_errno = os_errno;
        err->flags |= TL_ERROR_LOST;
    }
    return status;
}

bool tl__wire_refused_copy(const struct tl__wire *wire)
{
    return wire->copying;
}

/* The clock is looked at while data keeps coming, too; but not before the first wait. */
int tl__wire_finish(struct tl__wire *wire, int64_t deadline, tl_error *err)
{
    for (bool waited = false;; waited = true) {
        enum tl__want want = TL__WANT_NOTHING;
        int status = tl__wire_advance(wire, &want, err);

        if (status != TL_OK || want == TL__WANT_NOTHING)
            return status;
        status = waited && tl__passed(deadline) ? TL_ERR_TIMEOUT
                                                : tl__wire_poll(PQsocket(wire->pg), want, deadline);
        if (status != TL_OK)
            return fail_late(wire, status, err);
    }
}

int tl__wire_run(
    struct tl__wire *wire, struct tl__step *steps, size_t n, int64_t deadline, tl_error *err)
{
    const int status = tl__wire_send(wire, steps, n, err);

    return status == TL_OK ? tl__wire_finish(wire, deadline, err) : status;
}
