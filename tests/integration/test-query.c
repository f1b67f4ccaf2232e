/* integration/test-query.c - statements, parameters and results on a real server */
#include "harness/test.h"

static tl_engine *open_engine(const char *settings)
{
    tl_engine_options options = TL_ENGINE_OPTIONS_INIT;
    tl_error err = TL_ERROR_INIT;
    tl_engine *engine = NULL;

    options.settings = settings;
    CHECK_OK(tl_engine_open(test_url(), &options, &engine, &err), &err);
    return engine;
}

static tl_conn *acquire(tl_engine *engine)
{
    tl_error err = TL_ERROR_INIT;
    tl_conn *conn = NULL;

    CHECK_OK(tl_engine_acquire(engine, 10000, TL_HERE("test"), &conn, &err), &err);
    return conn;
}

TEST(a_row_comes_back_as_it_was_sent)
{
    scoped(tl_engine_closep) tl_engine *engine = open_engine(NULL);
    scoped(tl_conn_releasep) tl_conn *conn = acquire(engine);
    scoped(tl_result_freep) tl_result *rows = NULL;
    tl_error err = TL_ERROR_INIT;

    CHECK_OK(tl_query(conn, "select $1::int8, $2::text, $3::float8, $4::bool, null::int4",
                      TL_ARGS(tl_int8(INT64_MIN), tl_text("zwölf"), tl_float8(0.1), tl_bool(true)),
                      &rows, &err),
             &err);
    CHECK_INT(tl_result_rows(rows), 1, "rows");
    CHECK_INT(tl_get_int8(rows, 0, 0), INT64_MIN, "int8");
    CHECK_STR(tl_get_text(rows, 0, 1).data, "zwölf");
    CHECK(tl_get_float8(rows, 0, 2) == 0.1);
    CHECK(tl_get_bool(rows, 0, 3));
    CHECK(tl_is_null(rows, 0, 4));
    CHECK_OK(tl_result_check(rows, &err), &err);
}

int main(void)
{
    return TEST_MAIN("query", a_row_comes_back_as_it_was_sent);
}
