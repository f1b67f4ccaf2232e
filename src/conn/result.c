/* conn/result.c - what a statement gave back, decoded as it is asked for */
#include <string.h>

#include <trunkline/result.h>

#include "base/alloc.h"
#include "base/append.h"
#include "base/fail.h"
#include "conn/conn.h"
#include "types/types.h"

struct mistake {
    int status; /* TL_OK while there was none */
    char message[192];
};

enum { KNOWN_COLUMNS = 16 };

struct tl_result {
    struct pg_result *answer;
    size_t n_rows;
    size_t n_columns;
    struct mistake mistake; /* the first; getters take a const result, and only ever set this */
    const struct tl__type_info *types[KNOWN_COLUMNS]; /* of the first columns: looked up once */
};

tl_result *tl__result_new(void)
{
    return tl__alloc(sizeof(tl_result));
}

void tl__result_fill(tl_result *result, struct pg_result *answer)
{
    result->answer = answer;
    result->n_rows = tl__answer_rows(answer);
    result->n_columns = tl__answer_columns(answer);
    for (size_t i = 0; i < MIN_OF(result->n_columns, KNOWN_COLUMNS); i++)
        result->types[i] = tl__type_by_oid(tl__answer_type(answer, i));
}

/* NULL where we do not know the type. */
static const struct tl__type_info *type_of(const tl_result *result, size_t column)
{
    return column < KNOWN_COLUMNS ? result->types[column]
                                  : tl__type_by_oid(tl__answer_type(result->answer, column));
}

void tl_result_free(tl_result *result)
{
    if (result == NULL)
        return;
    tl__answer_free(result->answer);
    tl__free(result);
}

void tl_result_freep(tl_result **result)
{
    tl_result_free(*result);
    *result = NULL;
}

size_t tl_result_rows(const tl_result *result)
{
    return result->n_rows;
}

size_t tl_result_columns(const tl_result *result)
{
    return result->n_columns;
}

int64_t tl_result_affected(const tl_result *result)
{
    return tl__answer_count(result->answer);
}

const char *tl_result_tag(const tl_result *result)
{
    return tl__answer_tag(result->answer);
}

const char *tl_result_name(const tl_result *result, size_t column)
{
    return column < result->n_columns ? tl__answer_name(result->answer, column) : NULL;
}

uint32_t tl_result_type(const tl_result *result, size_t column)
{
    return column < result->n_columns ? tl__answer_type(result->answer, column) : 0;
}

size_t tl_result_column(const tl_result *result, const char *name)
{
    for (size_t i = 0; i < result->n_columns; i++)
        if (strcmp(tl__answer_name(result->answer, i), name) == 0)
            return i;
    return SIZE_MAX;
}

int tl_result_check(const tl_result *result, tl_error *err)
{
    if (result->mistake.status == TL_OK)
        return TL_OK;
    tl__fail_set(err, result->mistake.status, "%s", result->mistake.message);
    return result->mistake.status;
}

/* Every result was made by tl__result_new() in memory that may be written to. */
static struct mistake *mistake_of(const tl_result *result)
{
    union {
        const tl_result *given;
        tl_result *made;
    } u = { .given = result };

    return u.made->mistake.status == TL_OK ? &u.made->mistake : NULL;
}

static void
note_mistake(const tl_result *result, size_t row, size_t column, int status, const char *what)
{
    struct mistake *m = mistake_of(result);

    if (m == NULL)
        return;
    m->status = status;
    struct tl__append to = tl__append_to(m->message, sizeof m->message);
    tl__append(&to, "row %zu, column %zu (\"%.40s\"): %s", row, column,
               column < result->n_columns ? tl__answer_name(result->answer, column) : "", what);
}

static bool exists(const tl_result *result, size_t row, size_t column)
{
    if (row < result->n_rows && column < result->n_columns)
        return true;
    note_mistake(result, row, column, TL_ERR_INVALID, "there is no such value");
    return false;
}

bool tl_is_null(const tl_result *result, size_t row, size_t column)
{
    return !exists(result, row, column) || tl__answer_is_null(result->answer, row, column);
}

static void
note_type(const tl_result *result, size_t row, size_t column, const char *wanted, const char *why)
{
    const struct tl__type_info *type = type_of(result, column);
    char what[128];
    struct tl__append to = tl__append_to(what, sizeof what);

    tl__append(&to, "a value of type %s cannot be read as %s%s",
               type != NULL ? type->name : "unknown", wanted, why);
    note_mistake(result, row, column, TL_ERR_TYPE, what);
}

/* The types that a getter takes, as bits. */
#define BIT(type) (UINT32_C(1) << (type))

static const uint32_t INTEGERS = BIT(TL_INT2) | BIT(TL_INT4) | BIT(TL_INT8);
static const uint32_t REALS = BIT(TL_FLOAT4) | BIT(TL_FLOAT8);
static const uint32_t TIMESTAMPS = BIT(TL_TIMESTAMP) | BIT(TL_TIMESTAMPTZ);

/* A value that is there, not NULL, in binary form, and of a type that is wanted. */
static bool fetch(const tl_result *result,
                  size_t row,
                  size_t column,
                  uint32_t wanted,
                  const char *wanted_name,
                  tl_value *out)
{
    const struct tl__type_info *type;
    tl_error why = TL_ERROR_INIT;

    if (tl_is_null(result, row, column))
        return false;
    type = type_of(result, column);
    if (tl__answer_is_text(result->answer, column)) {
        note_type(result, row, column, wanted_name, ": it came in text form");
        return false;
    }
    if (type == NULL || type->is_array || (BIT(type->type) & wanted) == 0) {
        note_type(result, row, column, wanted_name, "");
        return false;
    }
    if (tl__decode(type->type, false, tl__answer_value(result->answer, row, column), out, &why) !=
        TL_OK) {
        note_mistake(result, row, column, TL_ERR_TYPE, why.message);
        return false;
    }
    return true;
}

bool tl_get_bool(const tl_result *result, size_t row, size_t column)
{
    tl_value value;

    return fetch(result, row, column, BIT(TL_BOOL), "bool", &value) && value.as.boolean;
}

static int64_t get_integer(const tl_result *result,
                           size_t row,
                           size_t column,
                           int64_t least,
                           int64_t most,
                           const char *name)
{
    tl_value value;

    if (!fetch(result, row, column, INTEGERS, name, &value))
        return 0;
    if (value.as.integer < least || value.as.integer > most) {
        note_type(result, row, column, name, ": it does not fit");
        return 0;
    }
    return value.as.integer;
}

int16_t tl_get_int2(const tl_result *result, size_t row, size_t column)
{
    return (int16_t)get_integer(result, row, column, INT16_MIN, INT16_MAX, "int2");
}

int32_t tl_get_int4(const tl_result *result, size_t row, size_t column)
{
    return (int32_t)get_integer(result, row, column, INT32_MIN, INT32_MAX, "int4");
}

int64_t tl_get_int8(const tl_result *result, size_t row, size_t column)
{
    return get_integer(result, row, column, INT64_MIN, INT64_MAX, "int8");
}

double tl_get_float8(const tl_result *result, size_t row, size_t column)
{
    tl_value value;

    return fetch(result, row, column, REALS, "float8", &value) ? value.as.real : 0;
}

/* A float8 fits only if no digit of it is lost. */
float tl_get_float4(const tl_result *result, size_t row, size_t column)
{
    tl_value value;

    if (!fetch(result, row, column, REALS, "float4", &value))
        return 0;
    const float narrow = (float)value.as.real;
    if (value.as.real == value.as.real && (double)narrow != value.as.real) {
        note_type(result, row, column, "float4", ": it does not fit");
        return 0;
    }
    return narrow;
}

tl_str tl_get_bytes(const tl_result *result, size_t row, size_t column)
{
    if (tl_is_null(result, row, column))
        return (tl_str){ .data = "", .len = 0 };
    return tl__answer_value(result->answer, row, column);
}

enum { FIRST_USERS_OID = 16384 }; /* below it are the types that PostgreSQL brings */

/* A type that we do not know has its text on the wire if it is an enum, or one of an extension whose
 * binary form is text. What PostgreSQL brings itself is known where it is text, and no text has a NUL. */
static bool may_be_text(const tl_result *result, size_t row, size_t column)
{
    const tl_str wire = tl__answer_value(result->answer, row, column);

    return tl__answer_type(result->answer, column) >= FIRST_USERS_OID &&
           memchr(wire.data, '\0', wire.len) == NULL;
}

tl_str tl_get_text(const tl_result *result, size_t row, size_t column)
{
    const uint32_t texts = BIT(TL_TEXT) | BIT(TL_JSON) | BIT(TL_JSONB);
    tl_value value;

    if (tl_is_null(result, row, column))
        return (tl_str){ .data = "", .len = 0 };
    if (tl__answer_is_text(result->answer, column) ||
        (type_of(result, column) == NULL && may_be_text(result, row, column)))
        return tl__answer_value(result->answer, row, column);
    if (!fetch(result, row, column, texts, "text", &value))
        return (tl_str){ .data = "", .len = 0 };
    return value.as.bytes;
}

tl_numeric tl_get_numeric(const tl_result *result, size_t row, size_t column)
{
    tl_value value;

    if (!fetch(result, row, column, BIT(TL_NUMERIC), "numeric", &value))
        return (tl_numeric){ 0 };
    return value.as.numeric;
}

int32_t tl_get_date(const tl_result *result, size_t row, size_t column)
{
    tl_value value;

    return fetch(result, row, column, BIT(TL_DATE), "date", &value) ? value.as.date : 0;
}

int64_t tl_get_timestamp(const tl_result *result, size_t row, size_t column)
{
    tl_value value;

    return fetch(result, row, column, TIMESTAMPS, "timestamp", &value) ? value.as.timestamp : 0;
}

tl_interval tl_get_interval(const tl_result *result, size_t row, size_t column)
{
    tl_value value;

    if (!fetch(result, row, column, BIT(TL_INTERVAL), "interval", &value))
        return (tl_interval){ 0 };
    return value.as.interval;
}

tl_uuid tl_get_uuid(const tl_result *result, size_t row, size_t column)
{
    tl_value value;

    if (!fetch(result, row, column, BIT(TL_UUID), "uuid", &value))
        return (tl_uuid){ { 0 } };
    return value.as.uuid;
}

/* pgvector's type has another number in each database: it is known by its shape. */
tl_vector tl_get_vector(const tl_result *result, size_t row, size_t column)
{
    tl_error why = TL_ERROR_INIT;
    tl_value value;

    if (tl_is_null(result, row, column))
        return (tl_vector){ 0 };
    if (type_of(result, column) != NULL || tl__answer_is_text(result->answer, column)) {
        note_type(result, row, column, "vector", "");
        return (tl_vector){ 0 };
    }
    if (tl__decode(TL_VECTOR, false, tl__answer_value(result->answer, row, column), &value, &why) !=
        TL_OK) {
        note_mistake(result, row, column, TL_ERR_TYPE, why.message);
        return (tl_vector){ 0 };
    }
    return value.as.vector;
}

/* An array of a type that we do not know: of vectors, if of anything. */
static uint8_t element_type(const struct tl__type_info *type)
{
    return type != NULL ? type->type : (uint8_t)TL_VECTOR;
}

tl_array tl_get_array(const tl_result *result, size_t row, size_t column)
{
    tl_error why = TL_ERROR_INIT;
    tl_value value;

    if (tl_is_null(result, row, column))
        return (tl_array){ .element = TL_UNKNOWN };
    const struct tl__type_info *type = type_of(result, column);
    if ((type != NULL && !type->is_array) || tl__answer_is_text(result->answer, column)) {
        note_type(result, row, column, "an array", "");
        return (tl_array){ .element = TL_UNKNOWN };
    }
    if (tl__decode(element_type(type), true, tl__answer_value(result->answer, row, column), &value,
                   &why) != TL_OK) {
        note_mistake(result, row, column, TL_ERR_TYPE, why.message);
        return (tl_array){ .element = TL_UNKNOWN };
    }
    return value.as.array;
}

tl_value tl_get_value(const tl_result *result, size_t row, size_t column)
{
    tl_value value = { .type = TL_UNKNOWN, .is_null = true };
    tl_error why = TL_ERROR_INIT;

    if (tl_is_null(result, row, column))
        return value;
    const struct tl__type_info *type = type_of(result, column);
    const tl_str wire = tl__answer_value(result->answer, row, column);
    const bool is_text = tl__answer_is_text(result->answer, column);

    if (type == NULL || is_text ||
        tl__decode(type->type, type->is_array, wire, &value, &why) != TL_OK)
        value = (tl_value){ .type = type != NULL ? type->type : (uint8_t)TL_UNKNOWN,
                            .is_array = type != NULL && type->is_array,
                            .is_text = is_text,
                            .as.bytes = wire };
    if (why.status != TL_OK)
        note_mistake(result, row, column, TL_ERR_TYPE, why.message);
    value.oid = tl__answer_type(result->answer, column);
    return value;
}
