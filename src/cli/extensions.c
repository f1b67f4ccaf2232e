/* cli/extensions.c - the extensions that matter to us, as facts */
#include "cli/extensions.h"

static const char sql[] =
    "select name, (select extversion::text from pg_catalog.pg_extension where extname = name)"
    " from (values ('age'::text), ('vector')) as wanted (name)";

int extensions_add(tl_conn *conn, const char *group, struct facts *facts, tl_error *err)
{
    scoped(tl_result_freep) tl_result *rows = NULL;
    const int status = tl_query(conn, sql, TL_NO_ARGS, &rows, err);

    if (status != TL_OK)
        return status;
    for (size_t i = 0; i < tl_result_rows(rows); i++) {
        const char *const name = tl_get_text(rows, i, 0).data;

        if (tl_is_null(rows, i, 1))
            facts_none(facts, group, name, "not in this database");
        else
            facts_text(facts, group, name, tl_get_text(rows, i, 1).data);
    }
    return tl_result_check(rows, err);
}
