/* wire/answer.c - what the server said, and its errors whole */
#include <string.h>

#include "base/fail.h"
#include "wire/sqlstate.h"
#include "wire/wire-private.h"

bool tl__answer_ok(const struct pg_result *answer)
{
    const ExecStatusType kind = PQresultStatus(answer);

    return kind == PGRES_COMMAND_OK || kind == PGRES_TUPLES_OK || kind == PGRES_EMPTY_QUERY;
}

/* The texts of a tl_error and the fields of the protocol they come from. */
static const struct {
    int part;
    size_t offset;
    size_t size;
} parts[] = {
#define PART_(letter, member)                                               \
    {                                                                       \
        (letter), offsetof(tl_error, member), sizeof((tl_error *)0)->member \
    }
    PART_(PG_DIAG_SEVERITY_NONLOCALIZED, severity),
    PART_(PG_DIAG_SQLSTATE, sqlstate),
    PART_(PG_DIAG_MESSAGE_PRIMARY, message),
    PART_(PG_DIAG_MESSAGE_DETAIL, detail),
    PART_(PG_DIAG_MESSAGE_HINT, hint),
    PART_(PG_DIAG_CONTEXT, context),
    PART_(PG_DIAG_SCHEMA_NAME, schema),
    PART_(PG_DIAG_TABLE_NAME, table),
    PART_(PG_DIAG_COLUMN_NAME, column),
    PART_(PG_DIAG_DATATYPE_NAME, data_type),
    PART_(PG_DIAG_CONSTRAINT_NAME, constraint),
#undef PART_
};

/* Of a number that the server wrote; 0 where there is none. */
static int64_t read_digits(const char *text)
{
    int64_t number = 0;

    for (; *text >= '0' && *text <= '9' && number < INT64_MAX / 100; text++)
        number = number * 10 + (*text - '0');
    return number;
}

static void copy_parts(const PGresult *answer, tl_error *err)
{
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        const char *text = PQresultErrorField(answer, parts[i].part);

        if (text != NULL && !tl__copy_text((char *)err + parts[i].offset, parts[i].size, text))
            err->flags |= TL_ERROR_TRUNCATED;
    }
    const char *position = PQresultErrorField(answer, PG_DIAG_STATEMENT_POSITION);
    if (position != NULL)
        err->position = (int)read_digits(position);
}

/* Foreign servers' and users' own errors may have the code of a lost connection; ours is lost only
 * where the server says that it ends it. */
static bool ends_session(const PGresult *answer)
{
    const char *severity = PQresultErrorField(answer, PG_DIAG_SEVERITY_NONLOCALIZED);

    return severity != NULL && (strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0);
}

int tl__answer_fail(const struct tl__wire *wire, const struct pg_result *answer, tl_error *err)
{
    const char *sqlstate = PQresultErrorField(answer, PG_DIAG_SQLSTATE);
    const int meant = tl__status_of_sqlstate(sqlstate != NULL ? sqlstate : "");
    const bool about_us = ends_session(answer) || (meant != TL_ERR_LOST && meant != TL_ERR_CONNECT);
    const int status = about_us ? meant : TL_ERR_SERVER;

    tl__fail_set(err, status, "the server sent no message");
    if (err == NULL)
        return status;
    if (sqlstate == NULL)
        tl__wire_copy_message(err->message, sizeof err->message, PQresultErrorMessage(answer));
    copy_parts(answer, err);
    if (about_us)
        err->flags |= tl__flags_of_sqlstate(err->sqlstate);
    tl__fail_phase(err, TL_PHASE_WAIT);
    tl__wire_locate(wire, err);
    return status;
}

static struct pg_result *last_failure(const struct tl__wire *wire)
{
    for (size_t i = 0; i < wire->n_steps; i++)
        if (wire->steps[i].answer != NULL && !tl__answer_ok(wire->steps[i].answer) &&
            PQresultErrorField(wire->steps[i].answer, PG_DIAG_SQLSTATE) != NULL)
            return wire->steps[i].answer;
    return NULL;
}

/* The connection is gone. The reason is, in this order: what the server said to the statement, what
 * it said before (an idle session's end comes as a notice), what libpq has to say. */
int tl__wire_fail_lost(struct tl__wire *wire, tl_phase phase, tl_error *err)
{
    const struct pg_result *said = last_failure(wire);
    const int status = wire->copying ? TL_ERR_INVALID : TL_ERR_LOST; /* trying again is no use */

    if (wire->copying)
        tl__fail_set(err, TL_ERR_LOST, "this call cannot receive the data of a COPY");
    else if (said != NULL)
        tl__ignore(tl__answer_fail(wire, said, err)); /* only for its texts */
    else
        tl__fail_set(err, TL_ERR_LOST, "the connection broke");
    if (err == NULL)
        return status;

    if (!wire->copying && said == NULL && wire->last_words.message[0] != '\0') {
        memcpy(err->severity, wire->last_words.severity, sizeof err->severity);
        memcpy(err->sqlstate, wire->last_words.sqlstate, sizeof err->sqlstate);
        memcpy(err->message, wire->last_words.message, sizeof err->message);
    } else if (!wire->copying && said == NULL && PQerrorMessage(wire->pg)[0] != '\0') {
        tl__wire_copy_message(err->message, sizeof err->message, PQerrorMessage(wire->pg));
    }
    err->status = status;
    err->flags |=
        wire->copying ? TL_ERROR_LOST : TL_ERROR_LOST | TL_ERROR_RETRY_CONNECT | TL_ERROR_RETRY_TX;
    tl__fail_phase(err, phase);
    tl__wire_locate(wire, err);
    return status;
}

const char *tl__answer_field(const struct pg_result *answer, int part)
{
    return PQresultErrorField(answer, part);
}

size_t tl__answer_rows(const struct pg_result *answer)
{
    return (size_t)PQntuples(answer);
}

size_t tl__answer_columns(const struct pg_result *answer)
{
    return (size_t)PQnfields(answer);
}

const char *tl__answer_name(const struct pg_result *answer, size_t column)
{
    return PQfname(answer, (int)column);
}

uint32_t tl__answer_type(const struct pg_result *answer, size_t column)
{
    return PQftype(answer, (int)column);
}

bool tl__answer_is_text(const struct pg_result *answer, size_t column)
{
    return PQfformat(answer, (int)column) == 0;
}

bool tl__answer_is_null(const struct pg_result *answer, size_t row, size_t column)
{
    return PQgetisnull(answer, (int)row, (int)column) != 0;
}

tl_str tl__answer_value(const struct pg_result *answer, size_t row, size_t column)
{
    return (tl_str){ .data = PQgetvalue(answer, (int)row, (int)column),
                     .len = (size_t)PQgetlength(answer, (int)row, (int)column) };
}

/* libpq's signatures want a result that they do not change. */
static PGresult *unconst(const struct pg_result *answer)
{
    union {
        const struct pg_result *given;
        PGresult *wanted;
    } u = { .given = answer };

    return u.wanted;
}

const char *tl__answer_tag(const struct pg_result *answer)
{
    return PQcmdStatus(unconst(answer));
}

int64_t tl__answer_count(const struct pg_result *answer)
{
    return read_digits(PQcmdTuples(unconst(answer)));
}

void tl__answer_free(struct pg_result *answer)
{
    PQclear(answer);
}
