/* integration/test-types.c - every type, binary both ways, with the server as the judge */
#include <math.h>
#include <stdio.h>

#include "harness/db.h"

static tl_result *query(tl_conn *conn, const char *sql, const tl_value *args, size_t n)
{
    tl_error err = TL_ERROR_INIT;
    tl_result *rows = NULL;

    CHECK_OK(tl_query(conn, sql, args, n, &rows, &err), &err);
    CHECK_INT(tl_result_rows(rows), 1, sql);
    return rows;
}

/* What the server makes of a parameter that we encoded, told in its own text form. */
static void check_sent(tl_conn *conn, const char *type, tl_value value, const char *want)
{
    char sql[128];

    snprintf(sql, sizeof sql, "select ($1::%s)::text", type);
    scoped(tl_result_freep) tl_result *rows = query(conn, sql, &value, 1);
    ck_assert_msg(strcmp(tl_get_text(rows, 0, 0).data, want) == 0, "%s: the server read %s, not %s",
                  type, tl_get_text(rows, 0, 0).data, want);
}

/* What the server sends is decoded, encoded, and must be the same to the server. */
static void check_returned(tl_conn *conn, const char *type, const char *text)
{
    const tl_value as_text = tl_as_text(TL_UNKNOWN, text);
    char sql[128];

    snprintf(sql, sizeof sql, "select $1::%s", type);
    scoped(tl_result_freep) tl_result *rows = query(conn, sql, &as_text, 1);
    tl_error err = TL_ERROR_INIT;
    const tl_value value = tl_get_value(rows, 0, 0);
    CHECK_OK(tl_result_check(rows, &err), &err);
    CHECK(value.type != TL_UNKNOWN || value.is_array);

    const tl_value both[] = { value, as_text };
    snprintf(sql, sizeof sql, "select $1::%s::text = $2::%s::text", type, type);
    scoped(tl_result_freep) tl_result *same = query(conn, sql, both, 2);
    ck_assert_msg(tl_get_bool(same, 0, 0), "%s %s did not come through", type, text);
}

TEST(what_we_send_is_what_the_server_reads)
{
    scoped(tl_engine_closep) tl_engine *engine = db_open(NULL, NULL);
    scoped(tl_conn_releasep) tl_conn *conn = db_acquire(engine);
    const int64_t numbers[] = { 1, -2 };
    const tl_value items[] = { tl_int8(numbers[0]), tl_null(), tl_int8(numbers[1]) };
    char digits[64];
    tl_numeric number;
    tl_uuid uuid;
    int32_t date;

    db_run(conn, "set timezone = 'UTC'");
    check_sent(conn, "bool", tl_bool(false), "false");
    check_sent(conn, "int2", tl_int2(-32768), "-32768");
    check_sent(conn, "int4", tl_int4(INT32_MIN), "-2147483648");
    check_sent(conn, "int8", tl_int8(INT64_MIN), "-9223372036854775808");
    check_sent(conn, "float4", tl_float4(0.1F), "0.1");
    check_sent(conn, "float8", tl_float8(-0.0), "-0");
    check_sent(conn, "float8", tl_float8(NAN), "NaN");
    check_sent(conn, "text", tl_text("zwölf \"'\\ $1"), "zwölf \"'\\ $1");
    check_sent(conn, "text", tl_text(""), "");
    check_sent(conn, "bytea", tl_bytea("\0\xff\\", 3), "\\x00ff5c");
    CHECK_OK(tl_numeric_parse("-12345678901234567890.000100", digits, sizeof digits, &number, NULL),
             NULL);
    check_sent(conn, "numeric", tl_numeric_value(number), "-12345678901234567890.000100");
    CHECK_OK(tl_date_from_civil(-43, 3, 15, &date, NULL), NULL);
    check_sent(conn, "date", tl_date(date), "0044-03-15 BC");
    check_sent(conn, "date", tl_date(TL_DATE_INFINITY), "infinity");
    check_sent(conn, "timestamp", tl_timestamp(-1), "1999-12-31 23:59:59.999999");
    check_sent(conn, "timestamptz", tl_timestamptz(tl_timestamp_from_unix(0, 123456789)),
               "1970-01-01 00:00:00.123456+00");
    check_sent(conn, "interval",
               tl_interval_value((tl_interval){ .months = 14, .days = -3, .microseconds = 1 }),
               "1 year 2 mons -3 days +00:00:00.000001");
    CHECK_OK(tl_uuid_parse("{A0EEBC99-9C0B4EF8-BB6D6BB9-BD380A11}", &uuid, NULL), NULL);
    check_sent(conn, "uuid", tl_uuid_value(uuid), "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11");
    check_sent(conn, "json", tl_json("{\"a\" : 1}"), "{\"a\" : 1}");
    check_sent(conn, "jsonb", tl_jsonb("{\"a\" : 1}"), "{\"a\": 1}");
    check_sent(conn, "int8[]", tl_array_value(TL_INT8, items, COUNT_OF(items)), "{1,NULL,-2}");
    check_sent(conn, "text[]", tl_array_value(TL_TEXT, items, 0), "{}");
    check_sent(conn, "numeric", tl_as_text(TL_NUMERIC, "1e3"), "1000");
}

TEST(what_the_server_sends_comes_through_unharmed)
{
    static const struct {
        const char *type;
        const char *text;
    } cases[] = {
        { "bool", "t" },
        { "int2", "-1" },
        { "int4", "2147483647" },
        { "int8", "9223372036854775807" },
        { "oid", "4294967295" },
        { "float4", "3.4028235e+38" },
        { "float8", "4.9406564584124654e-324" },
        { "float8", "-Infinity" },
        { "text", "日本" },
        { "varchar", "x" },
        { "char(5)", "ab" },
        { "name", "relname" },
        { "bytea", "\\x0001ff" },
        { "numeric", "0" },
        { "numeric", "0.000" },
        { "numeric", "NaN" },
        { "numeric", "-Infinity" },
        { "numeric", "99999999999999999999999999999999.99999999999999999999" },
        { "numeric", "0.00000000000000000001" },
        { "date", "4713-01-01 BC" },
        { "date", "5874897-12-31" },
        { "date", "-infinity" },
        { "timestamp", "294276-12-31 23:59:59.999999" },
        { "timestamp", "4713-01-01 00:00:00 BC" },
        { "timestamptz", "infinity" },
        { "interval", "-178000000 years" },
        { "interval", "1 mon -1 day 00:00:00.000001" },
        { "uuid", "00000000-0000-0000-0000-000000000001" },
        { "json", "[1,  null]" },
        { "jsonb", "{\"ü\": [1.10, true]}" },
        { "bool[]", "{t,NULL,f}" },
        { "int4[]", "{}" },
        { "text[]", "{\"\",NULL,\"NULL\",\"a,b\"}" },
        { "numeric[]", "{1.50,NaN}" },
        { "timestamptz[]", "{\"2026-01-01 00:00:00+00\",infinity}" },
        { "uuid[]", "{00000000-0000-0000-0000-000000000001}" },
        { "jsonb[]", "{\"{\\\"a\\\": 1}\"}" },
    };
    scoped(tl_engine_closep) tl_engine *engine = db_open(NULL, NULL);
    scoped(tl_conn_releasep) tl_conn *conn = db_acquire(engine);

    for (size_t i = 0; i < COUNT_OF(cases); i++)
        check_returned(conn, cases[i].type, cases[i].text);
}

TEST(null_is_null_in_every_type)
{
    scoped(tl_engine_closep) tl_engine *engine = db_open(NULL, NULL);
    scoped(tl_conn_releasep) tl_conn *conn = db_acquire(engine);
    const tl_value args[] = { tl_null(), tl_text(NULL), tl_bytea(NULL, 0) };
    scoped(tl_result_freep) tl_result *rows =
        query(conn, "select $1::int8, $2::text, $3::bytea, null::int8[]", args, COUNT_OF(args));

    for (size_t i = 0; i < 4; i++)
        CHECK(tl_is_null(rows, 0, i));
    CHECK_INT(tl_get_int8(rows, 0, 0), 0, "zero");
    CHECK_INT(tl_get_text(rows, 0, 1).len, 0, "empty");
    CHECK_OK(tl_result_check(rows, NULL), NULL);
}

TEST(the_first_mistake_of_a_getter_is_remembered)
{
    scoped(tl_engine_closep) tl_engine *engine = db_open(NULL, NULL);
    scoped(tl_conn_releasep) tl_conn *conn = db_acquire(engine);
    scoped(tl_result_freep) tl_result *rows =
        query(conn, "select 40000::int8 as big, 'x'::text as word", NULL, 0);
    tl_error err = TL_ERROR_INIT;

    CHECK_INT(tl_get_int2(rows, 0, 0), 0, "too big");
    CHECK_INT(tl_get_int8(rows, 0, 1), 0, "no number");
    CHECK_INT(tl_result_check(rows, &err), TL_ERR_TYPE, "status");
    CHECK_HAS(err.message,
              "row 0, column 0 (\"big\"): a value of type int8 cannot be read as int2");
    CHECK_INT(tl_get_int8(rows, 0, 0), 40000, "the result is still good");
}

TEST(a_value_that_is_not_there_is_a_mistake)
{
    scoped(tl_engine_closep) tl_engine *engine = db_open(NULL, NULL);
    scoped(tl_conn_releasep) tl_conn *conn = db_acquire(engine);
    scoped(tl_result_freep) tl_result *rows = query(conn, "select 1", NULL, 0);
    tl_error err = TL_ERROR_INIT;

    CHECK_INT(tl_get_text(rows, 1, 0).len, 0, "no such row");
    CHECK_INT(tl_result_check(rows, &err), TL_ERR_INVALID, "status");
    CHECK(tl_result_column(rows, "?column?") == 0);
    CHECK(tl_result_column(rows, "none") == SIZE_MAX);
    CHECK(tl_result_name(rows, 9) == NULL);
}

TEST(a_parameter_that_cannot_be_sent_is_told_before_it_is)
{
    scoped(tl_engine_closep) tl_engine *engine = db_open(NULL, NULL);
    scoped(tl_conn_releasep) tl_conn *conn = db_acquire(engine);
    tl_error err = TL_ERROR_INIT;

    CHECK_INT(tl_exec(conn, "select $1, $2", TL_ARGS(tl_int4(1), tl_text_n("a\0b", 3)), NULL, &err),
              TL_ERR_TYPE, "a NUL inside");
    CHECK_HAS(err.message, "parameter $2");
    CHECK_INT(tl_exec(conn, " ; ", TL_NO_ARGS, NULL, &err), TL_ERR_INVALID, "nothing to run");
    CHECK_INT(db_int(conn, "select 1::int8"), 1, "the connection is well");
}

static bool have_vector(tl_conn *conn)
{
    return db_int(conn, "select count(*) from pg_extension where extname = 'vector'") == 1;
}

TEST(vectors_and_arrays_of_them_go_both_ways)
{
    scoped(tl_engine_closep) tl_engine *engine = db_open(NULL, NULL);
    scoped(tl_conn_releasep) tl_conn *conn = db_acquire(engine);
    const float numbers[] = { 1, 2.5F, -3 };
    const tl_value vector = tl_vector_value(numbers, COUNT_OF(numbers));
    const tl_value list = tl_array_value(TL_VECTOR, &vector, 1);
    float back[3];
    tl_value item;

    if (!have_vector(conn))
        return; /* PostgreSQL 15 of Debian 12 has no pgvector */
    check_sent(conn, "vector", vector, "[1,2.5,-3]");
    check_sent(conn, "vector[]", list, "{\"[1,2.5,-3]\"}");
    scoped(tl_result_freep) tl_result *rows = query(
        conn, "select '[1,2.5,-3]'::vector, array['[7]', null, '[1,2.5,-3]']::vector[]", NULL, 0);
    const tl_vector read = tl_get_vector(rows, 0, 0);
    CHECK_INT(tl_vector_floats(&read, back, 3), 3, "dimensions");
    for (size_t i = 0; i < COUNT_OF(back); i++)
        CHECK(back[i] == numbers[i]);
    tl_array array = tl_get_array(rows, 0, 1);
    CHECK_INT(array.n, 3, "elements");
    CHECK(tl_array_next(&array, &item) && !item.is_null);
    CHECK(tl_array_next(&array, &item) && item.is_null);
    CHECK(tl_array_next(&array, &item));
    CHECK_INT(tl_vector_floats(&item.as.vector, back, 3), 3, "dimensions");
    CHECK(back[1] == 2.5F);
    CHECK(!tl_array_next(&array, &item));
    CHECK_OK(tl_result_check(rows, NULL), NULL);
}

int main(void)
{
    return TEST_MAIN("types", what_we_send_is_what_the_server_reads,
                     what_the_server_sends_comes_through_unharmed, null_is_null_in_every_type,
                     the_first_mistake_of_a_getter_is_remembered,
                     a_value_that_is_not_there_is_a_mistake,
                     a_parameter_that_cannot_be_sent_is_told_before_it_is,
                     vectors_and_arrays_of_them_go_both_ways);
}
