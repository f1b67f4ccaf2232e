/* catalog/ask.c - three questions to the catalogue, answered in print */
#include "ask.h"

#include <inttypes.h>
#include <string.h>

#include "text.h"

#define scoped(done) __attribute__((cleanup(done)))

enum {
    SHOWN_ROWS = 12,
    PAIRS_MAX = 2000000, /* chains times packages: about a second of work for AGE */
    STEPS_MAX = 8,       /* longest chain of dependencies that is followed */
    CALL_TIMEOUT_MS = 30000,
};

struct subject {
    int64_t id;
    char name[256];
};

/* --- printing --- */

/* Texts come from a file that anybody may have written: what could steer a terminal is not printed. */
static bool steers_terminal(tl_str text, size_t i)
{
    const unsigned char c = (unsigned char)text.data[i];
    const unsigned char before = i > 0 ? (unsigned char)text.data[i - 1] : 0;

    return c < ' ' || c == 0x7F || (before == 0xC2 && c < 0xA0); /* the last: U+0080 to U+009F */
}

/* Cut after width characters, and filled with blanks up to it unless it is the last of its line. */
static void print_cell(FILE *out, tl_str text, size_t width, bool last)
{
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++) {
        const unsigned char c = (unsigned char)text.data[i];
        const bool starts = (c & 0xC0) != 0x80;
        if (starts && n == width)
            break;
        n += starts;
        fputc(steers_terminal(text, i) ? '?' : c, out);
    }
    fprintf(out, "%*s", last ? 0 : (int)(width - n) + 2, "");
}

static double mib(int64_t kib)
{
    return (double)kib / 1024;
}

/* --- which package --- */

static int say_unknown(tl_conn *conn, const char *name, tl_error *err)
{
    scoped(tl_result_freep) tl_result *rows = NULL;
    const int status = tl_query(conn,
                                "select string_agg(name, ', ') from (select name"
                                " from catalog.package where strpos(name, $1) > 0"
                                " order by length(name), name limit 5) as alike",
                                TL_ARGS(tl_text(name)), &rows, err);

    if (status != TL_OK)
        return status;
    *err = (tl_error){ .status = TL_ERR_INVALID };
    snprintf(err->message, sizeof err->message, "no package \"%.200s\" is installed", name);
    if (!tl_is_null(rows, 0, 0))
        snprintf(err->hint, sizeof err->hint, "There are: %.*s.", TL_STR(tl_get_text(rows, 0, 0)));
    return TL_ERR_INVALID;
}

/* Without a name, one that much hangs on but not everything; whatever is there else. */
static const char subject_sql[] =
    "select id, name from catalog.package where $1::text is null or name = $1"
    " order by array_position(array['libpq5', 'python3', 'perl'], name) nulls last,"
    "  size_kib desc nulls last, id limit 1";

static int find_subject(tl_conn *conn, const char *name, struct subject *out, tl_error *err)
{
    scoped(tl_result_freep) tl_result *rows = NULL;
    const int status = tl_query(conn, subject_sql, TL_ARGS(tl_text(name)), &rows, err);

    if (status != TL_OK)
        return status;
    if (tl_result_rows(rows) == 0)
        return say_unknown(conn, name != NULL ? name : "", err);
    out->id = tl_get_int8(rows, 0, 0);
    snprintf(out->name, sizeof out->name, "%.*s", TL_STR(tl_get_text(rows, 0, 1)));
    return tl_result_check(rows, err);
}

/* --- 1: what stands and falls with it --- */

/* An edge is "sole" where nothing else installed meets that dependency. Along sole edges alone a
 * package falls for certain; others on a chain still have a choice. */
static void print_needing(FILE *out, const tl_result *rows)
{
    const size_t n = tl_result_rows(rows);
    size_t n_falling = 0;

    for (size_t i = 0; i < n; i++)
        n_falling += tl_get_bool(rows, i, 2);
    fprintf(out, "needed by %zu: %zu fall with it, %zu have another choice\n", n, n_falling,
            n - n_falling);
    for (size_t i = 0; i < n && i < SHOWN_ROWS; i++) {
        fprintf(out, "  ");
        print_cell(out, tl_get_text(rows, i, 0), 34, false);
        fprintf(out, "%" PRId64 " step%s%s\n", tl_get_int8(rows, i, 1),
                tl_get_int8(rows, i, 1) == 1 ? "" : "s",
                tl_get_bool(rows, i, 2) ? "" : "  (has another choice)");
    }
    if (n > SHOWN_ROWS)
        fprintf(out, "  and %zu more\n", n - SHOWN_ROWS);
}

/* Cypher's only parameter is one object; its type is left to the server. The number in it is ours. */
static tl_value cypher_args(const struct subject *subject, char buf[64])
{
    snprintf(buf, 64, "{\"id\": %" PRId64 "}", subject->id);
    return tl_as_text(TL_UNKNOWN, buf);
}

/* How many chains of this length there are, and how many there would be with one step more. */
static int count_ways(tl_conn *conn,
                      const struct subject *subject,
                      int steps,
                      int64_t *ways,
                      int64_t *next,
                      tl_error *err)
{
    scoped(tl_result_freep) tl_result *rows = NULL;
    char sql[512];
    char args[64];

    snprintf(sql, sizeof sql,
             "select coalesce(sum(ways), 0)::bigint, coalesce(sum(ways *"
             " (select count(*) from catalog.edge where to_id = q.id)), 0)::bigint"
             " from ag_catalog.cypher('packages', $cypher$"
             "  match (:Package {id: $id})<-[:DEPENDS_ON*%d..%d]-(p:Package)"
             "  return p.id, count(*)"
             " $cypher$, $1) as q (id bigint, ways bigint)",
             steps, steps);
    const int status = tl_query(conn, sql, TL_ARGS(cypher_args(subject, args)), &rows, err);
    if (status != TL_OK)
        return status;
    *ways = tl_get_int8(rows, 0, 0);
    *next = tl_get_int8(rows, 0, 1);
    return tl_result_check(rows, err);
}

/* AGE 1.5 compares every chain that it finds with every package, as any of them may be its end. That
 * bounds the number of chains. */
static int plan_chains(
    tl_conn *conn, const struct subject *subject, int64_t *next, int64_t *most, tl_error *err)
{
    scoped(tl_result_freep) tl_result *rows = NULL;
    const int status = tl_query(conn,
                                "select count(*), (select count(*) from catalog.package)"
                                " from catalog.edge where to_id = $1",
                                TL_ARGS(tl_int8(subject->id)), &rows, err);

    if (status != TL_OK)
        return status;
    *next = tl_get_int8(rows, 0, 0);
    *most = PAIRS_MAX / tl_get_int8(rows, 0, 1);
    return tl_result_check(rows, err);
}

/* The number of chains can grow many times over with every step: so the length that is still quick
 * to follow is found out first, without ever counting beyond it. It is 0 if the first step is too
 * much. more says whether there are longer ones. */
static int
choose_steps(tl_conn *conn, const struct subject *subject, int *out, bool *more, tl_error *err)
{
    int64_t total = 0;
    int64_t next = 0;
    int64_t ways = 0;
    int64_t most = 0;
    int steps = 0;
    int status = plan_chains(conn, subject, &next, &most, err);

    while (status == TL_OK && next > 0 && steps < STEPS_MAX && total + next <= most) {
        status = count_ways(conn, subject, ++steps, &ways, &next, err);
        total += ways;
    }
    if (status != TL_OK)
        return status;
    *out = steps;
    *more = next > 0;
    return TL_OK;
}

/* The same without a graph. UNION drops what was found before, so cycles end. */
static const char needing_sql[] =
    "with recursive need (id, steps, falls) as ("
    "  select $1::bigint, 0::bigint, true"
    "  union"
    "  select e.from_id, n.steps + 1, n.falls and e.choices = 1"
    "  from need n join catalog.edge e on e.to_id = n.id where n.steps < $2)"
    " select p.name, min(n.steps), bool_or(n.falls)"
    " from need n join catalog.package p using (id)"
    " where n.id <> $1 group by p.id, p.name order by 2, 1";

static int
ask_edges(tl_conn *conn, const struct ask *ask, const struct subject *subject, tl_error *err)
{
    scoped(tl_result_freep) tl_result *rows = NULL;
    const int status =
        tl_query(conn, needing_sql, TL_ARGS(tl_int8(subject->id), tl_int8(STEPS_MAX)), &rows, err);

    if (status != TL_OK)
        return status;
    print_needing(ask->out, rows);
    return tl_result_check(rows, err);
}

/* How many there are in all is easy for SQL, which need not follow each chain. */
static int print_rest(
    tl_conn *conn, const struct ask *ask, const struct subject *subject, int steps, tl_error *err)
{
    scoped(tl_result_freep) tl_result *rows = NULL;
    const int status = tl_query(conn,
                                "with recursive need (id) as (select $1::bigint union"
                                " select e.from_id from need n join catalog.edge e"
                                " on e.to_id = n.id) select count(*) - 1 from need",
                                TL_ARGS(tl_int8(subject->id)), &rows, err);

    if (status == TL_OK)
        fprintf(ask->out,
                "  (chains of more than %d step%s are too many to follow; by SQL, %" PRId64
                " packages need it in all)\n",
                steps, steps == 1 ? "" : "s", tl_get_int8(rows, 0, 0));
    return status;
}

/* The bounds of a chain cannot be parameters of Cypher, so they are written into the text. */
#define NEEDING_CYPHER                                                           \
    "select q.name, q.steps, s.id is not null as falls"                          \
    " from ag_catalog.cypher('packages', $cypher$"                               \
    "  match w = (:Package {id: $id})<-[:DEPENDS_ON*1..%d]-(p:Package)"          \
    "  where p.id <> $id return p.id, p.name, min(length(w))"                    \
    " $cypher$, $1) as q (id bigint, name text, steps bigint)"                   \
    " left join ag_catalog.cypher('packages', $cypher$"                          \
    "  match (:Package {id: $id})<-[:DEPENDS_ON*1..%d {sole: true}]-(p:Package)" \
    "  return distinct p.id"                                                     \
    " $cypher$, $1) as s (id bigint) on s.id = q.id"                             \
    " order by q.steps, q.name"

static int
ask_graph(tl_conn *conn, const struct ask *ask, const struct subject *subject, tl_error *err)
{
    scoped(tl_result_freep) tl_result *rows = NULL;
    char sql[sizeof NEEDING_CYPHER + 16];
    char args[64];
    int steps;
    bool more;

    int status = choose_steps(conn, subject, &steps, &more, err);
    if (status != TL_OK)
        return status;
    if (steps == 0 && more) /* the first step alone is too much for chains */
        return ask_edges(conn, ask, subject, err);
    steps = steps > 0 ? steps : 1;
    snprintf(sql, sizeof sql, NEEDING_CYPHER, steps, steps);
    status = tl_query(conn, sql, TL_ARGS(cypher_args(subject, args)), &rows, err);
    if (status != TL_OK)
        return status;
    print_needing(ask->out, rows);
    status = tl_result_check(rows, err);
    if (status == TL_OK && more)
        status = print_rest(conn, ask, subject, steps, err);
    return status;
}

/* AGE's library is loaded by the cast, and its operators are found by search_path. */
static int enter_graph(tl_conn *conn, tl_error *err)
{
    return tl_script(conn,
                     "select set_config('search_path', concat_ws(', ',"
                     " nullif(current_setting('search_path'), ''), 'ag_catalog'), true);"
                     "select '1'::ag_catalog.agtype",
                     err);
}

static int
ask_needing(tl_conn *conn, const struct ask *ask, const struct subject *subject, tl_error *err)
{
    fprintf(ask->out, "\n1. What stands and falls with %s? (%s)\n  ", subject->name,
            ask->has_graph ? "Cypher" : "SQL, as Apache AGE is not there");
    if (!ask->has_graph)
        return ask_edges(conn, ask, subject, err);

    const int status = enter_graph(conn, err);
    return status != TL_OK ? status : ask_graph(conn, ask, subject, err);
}

/* --- 2: what resembles it --- */

static const char alike_sql[] =
    "select b.name, a.embedding <=> b.embedding, coalesce(b.summary, '')"
    " from catalog.package a join catalog.package b on b.id <> a.id"
    " where a.id = $1 and b.embedding is not null order by 2, 1 limit 8";

static int
ask_alike(tl_conn *conn, const struct ask *ask, const struct subject *subject, tl_error *err)
{
    scoped(tl_result_freep) tl_result *rows = NULL;

    fprintf(ask->out, "\n2. What resembles %s? (distance of embeddings)\n", subject->name);
    if (!ask->has_vector) {
        fprintf(ask->out, "   not answered, as pgvector is not there\n");
        return TL_OK;
    }
    const int status = tl_query(conn, alike_sql, TL_ARGS(tl_int8(subject->id)), &rows, err);
    if (status != TL_OK)
        return status;
    for (size_t i = 0; i < tl_result_rows(rows) && !tl_is_null(rows, i, 1); i++) {
        fprintf(ask->out, "  %.3f  ", tl_get_float8(rows, i, 1));
        print_cell(ask->out, tl_get_text(rows, i, 0), 28, false);
        print_cell(ask->out, tl_get_text(rows, i, 2), 50, true);
        fputc('\n', ask->out);
    }
    return tl_result_check(rows, err);
}

/* --- 3: what takes the space --- */

static const char sections_sql[] =
    "select coalesce(section, '(none)'), count(*), coalesce(sum(size_kib), 0)::bigint,"
    " (coalesce(100 * sum(size_kib) / nullif(sum(sum(size_kib)) over (), 0), 0))::float8"
    " from catalog.package group by 1 order by 3 desc, 1 limit 8";

static int ask_sections(tl_conn *conn, const struct ask *ask, tl_error *err)
{
    scoped(tl_result_freep) tl_result *rows = NULL;
    const int status = tl_query(conn, sections_sql, TL_NO_ARGS, &rows, err);

    if (status != TL_OK)
        return status;
    fprintf(ask->out, "  section              packages        MiB  share\n");
    for (size_t i = 0; i < tl_result_rows(rows); i++) {
        fprintf(ask->out, "  ");
        print_cell(ask->out, tl_get_text(rows, i, 0), 18, false);
        fprintf(ask->out, " %8" PRId64 " %10.1f %5.1f%%\n", tl_get_int8(rows, i, 1),
                mib(tl_get_int8(rows, i, 2)), tl_get_float8(rows, i, 3));
    }
    return tl_result_check(rows, err);
}

/* With everything installed that it depends on, whatever the number of steps. */
static const char largest_sql[] =
    "with recursive top (id) as ("
    "  select id from catalog.package where size_kib is not null"
    "  order by size_kib desc, id limit 8),"
    " need (top, id) as ("
    "  select id, id from top"
    "  union"
    "  select n.top, e.to_id from need n join catalog.edge e on e.from_id = n.id)"
    " select t.name, t.size_kib, coalesce(sum(p.size_kib), 0)::bigint, count(*) - 1"
    " from need n join catalog.package t on t.id = n.top join catalog.package p on p.id = n.id"
    " group by t.id, t.name, t.size_kib order by t.size_kib desc, t.id";

static int ask_largest(tl_conn *conn, const struct ask *ask, tl_error *err)
{
    scoped(tl_result_freep) tl_result *rows = NULL;
    const int status = tl_query(conn, largest_sql, TL_NO_ARGS, &rows, err);

    if (status != TL_OK)
        return status;
    fprintf(ask->out, "\n  package                             MiB  with all it needs\n");
    for (size_t i = 0; i < tl_result_rows(rows); i++) {
        fprintf(ask->out, "  ");
        print_cell(ask->out, tl_get_text(rows, i, 0), 28, false);
        fprintf(ask->out, "%9.1f %10.1f (%" PRId64 " more)\n", mib(tl_get_int8(rows, i, 1)),
                mib(tl_get_int8(rows, i, 2)), tl_get_int8(rows, i, 3));
    }
    return tl_result_check(rows, err);
}

static int ask_space(tl_conn *conn, const struct ask *ask, tl_error *err)
{
    fprintf(ask->out, "\n3. What takes the space? (SQL)\n");
    const int status = ask_sections(conn, ask, err);
    return status != TL_OK ? status : ask_largest(conn, ask, err);
}

/* --- all three --- */

static int ask_in_tx(tl_tx *tx, const struct ask *ask, tl_error *err)
{
    tl_conn *conn = tl_tx_conn(tx);
    struct subject subject;

    int status = find_subject(conn, ask->package, &subject, err);
    if (status == TL_OK)
        status = ask_needing(conn, ask, &subject, err);
    if (status == TL_OK)
        status = ask_alike(conn, ask, &subject, err);
    if (status == TL_OK)
        status = ask_space(conn, ask, err);
    return status;
}

/* One transaction, so that all answers are about the same state. Not by tl_transact(), which may run
 * its work again: what was printed stays printed. */
int ask_all(tl_engine *engine, const struct ask *ask, tl_error *err)
{
    scoped(tl_conn_releasep) tl_conn *conn = NULL;
    scoped(tl_tx_endp) tl_tx *tx = NULL; /* ends before the connection goes back */
    tl_tx_options options = TL_TX_OPTIONS_INIT;

    options.isolation = TL_REPEATABLE_READ;
    options.read_only = true;
    int status =
        tl_engine_acquire(engine, TL_WAIT_DEFAULT, TL_HERE("ask three questions"), &conn, err);
    if (status != TL_OK)
        return status;
    tl_conn_set_timeout(conn, CALL_TIMEOUT_MS);
    status = tl_tx_begin(conn, &options, &tx, err);
    if (status == TL_OK)
        status = ask_in_tx(tx, ask, err);
    return status != TL_OK ? status : tl_tx_commit(tx, err);
}
