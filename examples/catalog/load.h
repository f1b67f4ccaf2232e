/* catalog/load.h - the catalogue into PostgreSQL: tables, embeddings and a graph, in one transaction
 *
 * Everything is in schema "catalog" and, where the database has Apache AGE, in graph "packages" with
 * label "Package" and edges "DEPENDS_ON". Column package.embedding is there where it has pgvector.
 */
#pragma once

#include <trunkline/trunkline.h>

#include "parse.h"

typedef void (*progress_fn)(const char *what, size_t done, size_t total);

struct load {
    const struct catalog *catalog;
    tl_str bytes;         /* the file that the catalogue was read from: its digest is kept */
    progress_fn progress; /* or NULL */

    /* Filled by load_catalog(). */
    bool has_vector;
    bool has_graph;
    bool unchanged; /* the same file was loaded before: nothing was done */
};

/* Replaces what was loaded before, unless it came from the same bytes. If it fails, everything stays
 * as it was. */
int load_catalog(tl_engine *engine, struct load *load, tl_error *err);
