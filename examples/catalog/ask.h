/* catalog/ask.h - three questions to the catalogue, answered in print
 *
 * What stands and falls with a package (Cypher over the graph), what resembles it (vector distance),
 * and what takes the space (SQL). Where the database lacks Apache AGE the first is answered by SQL;
 * where it lacks pgvector the second is left out.
 */
#pragma once

#include <stdio.h>

#include <trunkline/trunkline.h>

struct ask {
    const char *package; /* NULL: one that is sure to be interesting */
    bool has_vector;
    bool has_graph;
    FILE *out;
};

/* Prints the answers. An unknown package is TL_ERR_INVALID, and err names some that are alike. */
int ask_all(tl_engine *engine, const struct ask *ask, tl_error *err);
