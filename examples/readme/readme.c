#include <inttypes.h>
#include <stdio.h>
#include <trunkline/trunkline.h>

int main(void)
{
    tl_error err = TL_ERROR_INIT; /* a value: on the stack, never freed */
    tl_engine *engine = NULL;
    tl_conn *conn = NULL;
    tl_result *rows = NULL;
    char text[1024];

    if (tl_engine_open(NULL, NULL, &engine, &err) == TL_OK && /* NULL: where DATABASE_URL says */
        tl_engine_acquire(engine, 250, TL_HERE("readme"), &conn, &err) == TL_OK &&
        tl_query(conn, "select i, 'row ' || i from generate_series(1, $1) as i",
                 TL_ARGS(tl_int8(3)), &rows, &err) == TL_OK)
        for (size_t i = 0; i < tl_result_rows(rows); i++)
            printf("%" PRId64 " %.*s\n", tl_get_int8(rows, i, 0), TL_STR(tl_get_text(rows, i, 1)));
    if (err.status != TL_OK && tl_error_format(&err, text, sizeof text) > 0)
        fprintf(stderr, "%s\n", text);
    tl_result_free(rows); /* each takes NULL: one way out for all cases */
    tl_conn_release(conn);
    return tl_engine_close(engine, 5000, NULL) != TL_OK || err.status != TL_OK;
}
