/* catalog/load.c - the catalogue into PostgreSQL: tables, embeddings and a graph, in one transaction */
#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "embed.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum {
    BATCH_ROWS = 1000, /* rows in one INSERT */
    COLUMNS_MAX = 12,
    VECTOR_TEXT_MAX = EMBED_DIMS * 16 + 4,
    CALL_TIMEOUT_MS = 60000,
};

/* --- what is there already --- */

static int query_bools(
    tl_conn *conn, const char *sql, const tl_value *args, size_t n_args, bool *out, tl_error *err)
{
    tl_result *rows = NULL;
    const int status = tl_query(conn, sql, args, n_args, &rows, err);

    if (status != TL_OK)
        return status;
    for (size_t i = 0; i < tl_result_columns(rows); i++)
        out[i] = tl_get_bool(rows, 0, i);
    tl_result_free(rows);
    return TL_OK;
}

/* Two programs that load at once take turns: the second finds the file loaded. */
static int take_turn(tl_conn *conn, tl_error *err)
{
    return tl_exec(conn, "select pg_advisory_xact_lock(hashtext('trunkline example catalog'))",
                   TL_NO_ARGS, NULL, err);
}

static int find_extensions(struct load *load, tl_conn *conn, tl_error *err)
{
    bool found[2] = { false };
    const int status = query_bools(conn,
                                   "select to_regtype('vector') is not null,"
                                   " exists (select from pg_extension where extname = 'age')",
                                   TL_NO_ARGS, found, err);

    if (status != TL_OK)
        return status;
    load->has_vector = found[0];
    load->has_graph = found[1];
    return TL_OK;
}

/* The same file counts as new when an extension came or went since. */
static int find_unchanged(struct load *load, tl_conn *conn, tl_error *err)
{
    bool there = false;
    const int status = query_bools(conn, "select to_regclass('catalog.load') is not null",
                                   TL_NO_ARGS, &there, err);

    if (status != TL_OK || !there)
        return status;
    return query_bools(conn,
                       "select exists (select from catalog.load where digest = sha256($1)"
                       " and with_vector = $2 and with_graph = $3)",
                       TL_ARGS(tl_bytea(load->bytes.data, load->bytes.len),
                               tl_bool(load->has_vector), tl_bool(load->has_graph)),
                       &load->unchanged, err);
}

/* --- tables --- */

static const char tables_sql[] =
    "create schema if not exists catalog;"
    "create table if not exists catalog.load ("
    "  only_row boolean primary key default true check (only_row),"
    "  digest bytea not null, with_vector boolean not null, with_graph boolean not null,"
    "  loaded_at timestamptz not null default now());"
    "create table if not exists catalog.package ("
    "  id bigint primary key, name text not null, version text, architecture text,"
    "  section text, maintainer text, summary text, description text, size_kib bigint,"
    "  essential boolean not null, line bigint not null,"
    "  unique nulls not distinct (name, architecture));"
    "create table if not exists catalog.dependency ("
    "  package_id bigint not null references catalog.package, kind text not null,"
    "  clause int not null, alternative int not null, name text not null,"
    "  relation text, version text, primary key (package_id, clause, alternative));"
    "create table if not exists catalog.provides ("
    "  package_id bigint not null references catalog.package,"
    "  name text not null, version text);"
    "create index if not exists provides_package on catalog.provides (package_id);"
    "create table if not exists catalog.edge ("
    "  from_id bigint not null references catalog.package,"
    "  to_id bigint not null references catalog.package,"
    "  clause int not null, choices int not null, via text,"
    "  primary key (from_id, clause, to_id));"
    "create index if not exists edge_to on catalog.edge (to_id);"
    "create table if not exists catalog.note ("
    "  line bigint not null, package text not null, left_out boolean not null,"
    "  reason text not null)";

/* No index on the embeddings: up to some ten thousand rows an exact scan is quick enough. */
static int make_embedding_column(tl_conn *conn, tl_error *err)
{
    char sql[128];

    snprintf(sql, sizeof sql,
             "alter table catalog.package add column if not exists embedding vector(%d)",
             EMBED_DIMS);
    return tl_exec(conn, sql, TL_NO_ARGS, NULL, err);
}

/* DELETE, not TRUNCATE: who reads meanwhile goes on seeing the previous state. */
static int make_tables(struct load *load, tl_conn *conn, tl_error *err)
{
    int status = tl_script(conn, tables_sql, err);

    if (status == TL_OK && load->has_vector)
        status = make_embedding_column(conn, err);
    if (status != TL_OK)
        return status;
    return tl_script(conn,
                     "delete from catalog.load; delete from catalog.note;"
                     "delete from catalog.edge; delete from catalog.provides;"
                     "delete from catalog.dependency; delete from catalog.package",
                     err);
}

/* --- rows, many in one statement: each column travels as an array --- */

struct batch;

struct table {
    const char *name;
    const char *sql;
    size_t n_columns;
    tl_type types[COLUMNS_MAX];
    size_t (*count)(const struct catalog *catalog);
    void (*fill)(struct batch *batch, size_t i, tl_value *row); /* row i as n_columns values */
};

struct batch {
    const struct catalog *catalog;
    tl_value *columns[COLUMNS_MAX]; /* of BATCH_ROWS values each */
    tl_value *values;
    char *vectors; /* BATCH_ROWS texts of VECTOR_TEXT_MAX */
};

static tl_value text_or_null(tl_str text)
{
    return text.data != NULL ? tl_text_n(text.data, text.len) : tl_null();
}

/* The packages' places in the file, from 1, are their ids. */
static tl_value id_of(size_t index)
{
    return tl_int8((int64_t)index + 1);
}

static size_t count_packages(const struct catalog *catalog)
{
    return catalog->n_packages;
}

static void fill_package(struct batch *batch, size_t i, tl_value *row)
{
    const struct package *p = &batch->catalog->packages[i];

    row[0] = id_of(i);
    row[1] = text_or_null(p->name);
    row[2] = text_or_null(p->version);
    row[3] = text_or_null(p->architecture);
    row[4] = text_or_null(p->section);
    row[5] = text_or_null(p->maintainer);
    row[6] = text_or_null(p->summary);
    row[7] = text_or_null(p->description);
    row[8] = p->size_kib >= 0 ? tl_int8(p->size_kib) : tl_null();
    row[9] = tl_bool(p->essential);
    row[10] = tl_int8((int64_t)p->line);
}

/* The summary says most in the fewest words, so it counts twice. */
static bool embed_package(const struct package *package, float out[EMBED_DIMS])
{
    memset(out, 0, EMBED_DIMS * sizeof *out);
    embed_add(out, package->summary, 2);
    embed_add(out, package->description, 1);
    return embed_close(out);
}

static void format_vector(const float vector[EMBED_DIMS], char text[VECTOR_TEXT_MAX])
{
    size_t n = 0;

    for (size_t i = 0; i < EMBED_DIMS; i++)
        n += (size_t)snprintf(text + n, VECTOR_TEXT_MAX - n, "%c%.6g", i == 0 ? '[' : ',',
                              (double)vector[i]);
    snprintf(text + n, VECTOR_TEXT_MAX - n, "]");
}

static void fill_package_with_vector(struct batch *batch, size_t i, tl_value *row)
{
    float vector[EMBED_DIMS];
    char *text = batch->vectors + (i % BATCH_ROWS) * VECTOR_TEXT_MAX;

    fill_package(batch, i, row);
    row[11] = tl_null(); /* a zero vector resembles nothing */
    if (embed_package(&batch->catalog->packages[i], vector)) {
        format_vector(vector, text);
        row[11] = tl_text(text);
    }
}

static size_t count_dependencies(const struct catalog *catalog)
{
    return catalog->n_dependencies;
}

static void fill_dependency(struct batch *batch, size_t i, tl_value *row)
{
    const struct dependency *d = &batch->catalog->dependencies[i];

    row[0] = id_of(d->package);
    row[1] = tl_text(relation_name(d->kind));
    row[2] = tl_int4(d->clause);
    row[3] = tl_int4(d->alternative);
    row[4] = text_or_null(d->name);
    row[5] = text_or_null(d->relation);
    row[6] = text_or_null(d->version);
}

static size_t count_provided(const struct catalog *catalog)
{
    return catalog->n_provided;
}

static void fill_provided(struct batch *batch, size_t i, tl_value *row)
{
    const struct provided *p = &batch->catalog->provided[i];

    row[0] = id_of(p->package);
    row[1] = text_or_null(p->name);
    row[2] = text_or_null(p->version);
}

static size_t count_edges(const struct catalog *catalog)
{
    return catalog->n_edges;
}

static void fill_edge(struct batch *batch, size_t i, tl_value *row)
{
    const struct edge *e = &batch->catalog->edges[i];

    row[0] = id_of(e->from);
    row[1] = id_of(e->to);
    row[2] = tl_int4(e->clause);
    row[3] = tl_int4(e->choices);
    row[4] = text_or_null(e->via);
}

static size_t count_notes(const struct catalog *catalog)
{
    return catalog->n_notes;
}

static void fill_note(struct batch *batch, size_t i, tl_value *row)
{
    const struct note *n = &batch->catalog->notes[i];

    row[0] = tl_int8((int64_t)n->line);
    row[1] = tl_text(n->package);
    row[2] = tl_bool(n->left_out);
    row[3] = tl_text(n->reason);
}

#define PACKAGE_TYPES                                                                         \
    TL_INT8, TL_TEXT, TL_TEXT, TL_TEXT, TL_TEXT, TL_TEXT, TL_TEXT, TL_TEXT, TL_INT8, TL_BOOL, \
        TL_INT8

#define PACKAGE_COLUMNS                                                                     \
    "id, name, version, architecture, section, maintainer, summary, description, size_kib," \
    " essential, line"

#define PACKAGE_ARRAYS                                                                      \
    "$1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[]," \
    " $8::text[], $9::bigint[], $10::boolean[], $11::bigint[]"

static const struct table package_table = {
    "packages",
    "insert into catalog.package (" PACKAGE_COLUMNS ") select * from unnest(" PACKAGE_ARRAYS ")",
    11,
    { PACKAGE_TYPES },
    count_packages,
    fill_package,
};

/* The embeddings travel as text, which PostgreSQL reads as vectors. */
static const struct table package_table_with_vector = {
    "packages and embeddings",
    "insert into catalog.package (" PACKAGE_COLUMNS ", embedding)"
    " select " PACKAGE_COLUMNS ", embedding::vector"
    " from unnest(" PACKAGE_ARRAYS ", $12::text[]) as r (" PACKAGE_COLUMNS ", embedding)",
    12,
    { PACKAGE_TYPES, TL_TEXT },
    count_packages,
    fill_package_with_vector,
};

/* In an order that the foreign keys allow, after the packages. */
static const struct table tables[] = {
    { "dependencies",
      "insert into catalog.dependency"
      " (package_id, kind, clause, alternative, name, relation, version) select * from unnest("
      "$1::bigint[], $2::text[], $3::int[], $4::int[], $5::text[], $6::text[], $7::text[])",
      7,
      { TL_INT8, TL_TEXT, TL_INT4, TL_INT4, TL_TEXT, TL_TEXT, TL_TEXT },
      count_dependencies,
      fill_dependency },
    { "virtual packages",
      "insert into catalog.provides (package_id, name, version)"
      " select * from unnest($1::bigint[], $2::text[], $3::text[])",
      3,
      { TL_INT8, TL_TEXT, TL_TEXT },
      count_provided,
      fill_provided },
    { "edges",
      "insert into catalog.edge (from_id, to_id, clause, choices, via)"
      " select * from unnest($1::bigint[], $2::bigint[], $3::int[], $4::int[], $5::text[])",
      5,
      { TL_INT8, TL_INT8, TL_INT4, TL_INT4, TL_TEXT },
      count_edges,
      fill_edge },
    { "notes",
      "insert into catalog.note (line, package, left_out, reason)"
      " select * from unnest($1::bigint[], $2::text[], $3::boolean[], $4::text[])",
      4,
      { TL_INT8, TL_TEXT, TL_BOOL, TL_TEXT },
      count_notes,
      fill_note },
};

static bool batch_init(struct batch *batch, const struct catalog *catalog)
{
    *batch = (struct batch){ .catalog = catalog };
    batch->values = calloc((size_t)COLUMNS_MAX * BATCH_ROWS, sizeof *batch->values);
    batch->vectors = malloc((size_t)BATCH_ROWS * VECTOR_TEXT_MAX);
    for (size_t c = 0; c < COLUMNS_MAX && batch->values != NULL; c++)
        batch->columns[c] = batch->values + c * BATCH_ROWS;
    return batch->values != NULL && batch->vectors != NULL;
}

static void batch_done(struct batch *batch)
{
    free(batch->values);
    free(batch->vectors);
}

static int insert_batch(tl_conn *conn,
                        const struct table *table,
                        struct batch *batch,
                        size_t first,
                        size_t n,
                        tl_error *err)
{
    tl_value row[COLUMNS_MAX];
    tl_value arrays[COLUMNS_MAX];

    for (size_t i = 0; i < n; i++) {
        table->fill(batch, first + i, row);
        for (size_t c = 0; c < table->n_columns; c++)
            batch->columns[c][i] = row[c];
    }
    for (size_t c = 0; c < table->n_columns; c++)
        arrays[c] = tl_array_value(table->types[c], batch->columns[c], n);
    return tl_exec(conn, table->sql, arrays, table->n_columns, NULL, err);
}

static int insert_rows(
    struct load *load, tl_conn *conn, const struct table *table, struct batch *batch, tl_error *err)
{
    const size_t total = table->count(load->catalog);

    for (size_t first = 0; first < total; first += BATCH_ROWS) {
        const size_t n = total - first < BATCH_ROWS ? total - first : BATCH_ROWS;
        const int status = insert_batch(conn, table, batch, first, n, err);
        if (status != TL_OK)
            return status;
        if (load->progress != NULL)
            load->progress(table->name, first + n, total);
    }
    return TL_OK;
}

static int insert_tables(struct load *load, tl_conn *conn, struct batch *batch, tl_error *err)
{
    int status = insert_rows(
        load, conn, load->has_vector ? &package_table_with_vector : &package_table, batch, err);

    for (size_t i = 0; i < COUNT_OF(tables) && status == TL_OK; i++)
        status = insert_rows(load, conn, &tables[i], batch, err);
    return status;
}

static int fill_tables(struct load *load, tl_conn *conn, tl_error *err)
{
    struct batch batch;
    int status = TL_ERR_NOMEM;

    if (batch_init(&batch, load->catalog))
        status = insert_tables(load, conn, &batch, err);
    else
        *err = (tl_error){ .status = TL_ERR_NOMEM, .message = "out of memory" };
    batch_done(&batch);
    return status;
}

/* --- the graph --- */

/* AGE finds its operators by search_path; for the rest of this transaction only. The cast loads its
 * library into the session, which Cypher needs. */
static const char graph_session_sql[] =
    "select set_config('search_path', concat_ws(', ',"
    " nullif(current_setting('search_path'), ''), 'ag_catalog'), true);"
    "select '1'::ag_catalog.agtype";

/* AGE 1.5 makes no indexes of its own. Labels are made before they are used: made by the first
 * CREATE, two sessions could race for them. */
static const char graph_make_sql[] = "select ag_catalog.create_graph('packages');"
                                     "select ag_catalog.create_vlabel('packages', 'Package');"
                                     "select ag_catalog.create_elabel('packages', 'DEPENDS_ON');"
                                     "create unique index on packages.\"Package\" (id);"
                                     "create index on packages.\"Package\" using gin (properties);"
                                     "create index on packages.\"DEPENDS_ON\" (start_id);"
                                     "create index on packages.\"DEPENDS_ON\" (end_id)";

/* A label is a table, and filling it by INSERT is the quickest way. An id is made of the label's
 * number and a number of ours, so that edges can be made without looking their ends up. */
static const char graph_fill_sql[] =
    "delete from packages.\"DEPENDS_ON\";"
    "delete from packages.\"Package\";"
    "insert into packages.\"Package\" (id, properties)"
    " select ag_catalog._graphid(label.id, p.id),"
    "  json_strip_nulls(json_build_object('id', p.id, 'name', p.name, 'version', p.version))::text"
    "   ::ag_catalog.agtype"
    " from catalog.package p, ag_catalog._label_id('packages', 'Package') as label (id);"
    "insert into packages.\"DEPENDS_ON\" (id, start_id, end_id, properties)"
    " select ag_catalog._graphid(edge.id, row_number() over ()),"
    "  ag_catalog._graphid(label.id, e.from_id), ag_catalog._graphid(label.id, e.to_id),"
    "  json_strip_nulls(json_build_object('choices', e.choices, 'sole', e.choices = 1, 'via', "
    "e.via))::text"
    "   ::ag_catalog.agtype"
    " from catalog.edge e, ag_catalog._label_id('packages', 'Package') as label (id),"
    "  ag_catalog._label_id('packages', 'DEPENDS_ON') as edge (id);"
    "select setval('packages.\"Package_id_seq\"', count(*) + 1) from catalog.package;"
    "select setval('packages.\"DEPENDS_ON_id_seq\"', count(*) + 1) from catalog.edge";

static int make_graph(tl_conn *conn, tl_error *err)
{
    bool there = false;
    const int status = query_bools(
        conn, "select to_regclass('packages.\"DEPENDS_ON\"') is not null", TL_NO_ARGS, &there, err);

    if (status != TL_OK || there)
        return status;
    return tl_script(conn, graph_make_sql, err);
}

static int fill_graph(struct load *load, tl_conn *conn, tl_error *err)
{
    if (!load->has_graph)
        return TL_OK;
    if (load->progress != NULL)
        load->progress("graph", 0, load->catalog->n_edges);

    int status = tl_script(conn, graph_session_sql, err);
    if (status == TL_OK)
        status = make_graph(conn, err);
    if (status == TL_OK)
        status = tl_script(conn, graph_fill_sql, err);
    if (status == TL_OK && load->progress != NULL)
        load->progress("graph", load->catalog->n_edges, load->catalog->n_edges);
    return status;
}

/* --- all of it --- */

static int note_load(struct load *load, tl_conn *conn, tl_error *err)
{
    return tl_exec(conn,
                   "insert into catalog.load (digest, with_vector, with_graph)"
                   " values (sha256($1), $2, $3)",
                   TL_ARGS(tl_bytea(load->bytes.data, load->bytes.len), tl_bool(load->has_vector),
                           tl_bool(load->has_graph)),
                   NULL, err);
}

/* Statistics for the planner, who would take the new tables for empty. */
static int analyze(struct load *load, tl_conn *conn, tl_error *err)
{
    const int status =
        tl_script(conn, "analyze catalog.package, catalog.dependency, catalog.edge", err);

    if (status != TL_OK || !load->has_graph)
        return status;
    return tl_script(conn, "analyze packages.\"Package\", packages.\"DEPENDS_ON\"", err);
}

typedef int (*step_fn)(struct load *load, tl_conn *conn, tl_error *err);

static int replace_all(struct load *load, tl_conn *conn, tl_error *err)
{
    static const step_fn steps[] = { make_tables, fill_tables, fill_graph, note_load, analyze };

    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        const int status = steps[i](load, conn, err);
        if (status != TL_OK)
            return status;
    }
    return TL_OK;
}

/* It may run again after a conflict or a broken connection, so it begins from nothing. */
static int load_once(tl_tx *tx, void *user, tl_error *err)
{
    struct load *load = user;
    tl_conn *conn = tl_tx_conn(tx);

    load->unchanged = false;
    tl_conn_set_timeout(conn, CALL_TIMEOUT_MS);
    int status = take_turn(conn, err);
    if (status == TL_OK)
        status = find_extensions(load, conn, err);
    if (status == TL_OK)
        status = find_unchanged(load, conn, err);
    if (status != TL_OK || load->unchanged)
        return status;
    return replace_all(load, conn, err);
}

int load_catalog(tl_engine *engine, struct load *load, tl_error *err)
{
    tl_tx_options options = TL_TX_OPTIONS_INIT;

    options.label = TL_HERE("load the catalogue");
    return tl_transact(engine, &options, load_once, load, err);
}
