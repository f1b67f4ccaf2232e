/* obs/metrics.c - the engine's metrics in Prometheus' text format
 *
 * OpenTelemetry's pool metrics by the names that its exporters map them to (semantic conventions
 * 1.44), then ours. The table is the list; each row says where its number comes from.
 */
#include <inttypes.h>
#include <stddef.h>

#include <trunkline/engine.h>

#include "base/buf.h"
#include "base/fail.h"
#include "engine/engine.h"

enum kind { GAUGE32, COUNTER };

struct metric {
    const char *name;
    const char *labels; /* after the pool's name; "" for none */
    enum kind kind;
    size_t offset;    /* in tl_pool_status */
    const char *help; /* NULL where the row above has the same name */
};

#define GAUGE_(name, labels, member, help)                                  \
    {                                                                       \
        (name), (labels), GAUGE32, offsetof(tl_pool_status, member), (help) \
    }
#define COUNTER_(name, labels, member, help)                                \
    {                                                                       \
        (name), (labels), COUNTER, offsetof(tl_pool_status, member), (help) \
    }

static const struct metric metrics[] = {
    GAUGE_("db_client_connection_idle_max",
           "",
           pool_size,
           "The most connections that are kept open at rest."),
    GAUGE_("db_client_connection_pending_requests",
           "",
           n_waiting,
           "Callers who wait for a connection."),
    COUNTER_("db_client_connection_timeouts_total",
             "",
             timeouts,
             "Callers who gave up at their deadline."),
    GAUGE_("trunkline_pool_places", ",state=\"empty\"", n_empty, "Places of the pool by state."),
    GAUGE_("trunkline_pool_places", ",state=\"opening\"", n_opening, NULL),
    GAUGE_("trunkline_pool_places", ",state=\"idle\"", n_idle, NULL),
    GAUGE_("trunkline_pool_places", ",state=\"lent\"", n_lent, NULL),
    GAUGE_("trunkline_pool_places", ",state=\"probing\"", n_probing, NULL),
    GAUGE_("trunkline_pool_places", ",state=\"resetting\"", n_resetting, NULL),
    GAUGE_("trunkline_pool_places", ",state=\"closing\"", n_closing, NULL),
    COUNTER_("trunkline_pool_acquired_total", "", acquired, "Connections lent."),
    COUNTER_("trunkline_pool_waited_total", "", waited, "Of these, after waiting in line."),
    COUNTER_("trunkline_pool_opened_total", "", opened, "Connections made."),
    COUNTER_("trunkline_pool_open_failures_total",
             "",
             open_failures,
             "Attempts to connect that failed."),
    COUNTER_("trunkline_pool_closed_total", "", closed, "Connections closed, for any reason."),
    COUNTER_("trunkline_pool_recycled_total", "", recycled, "Of these, at the end of their age."),
    COUNTER_("trunkline_pool_invalidated_total",
             "",
             invalidated,
             "Of these, broken or older than a broken one."),
    COUNTER_("trunkline_pool_pings_total", "", pings, "Checks by a round trip before a loan."),
    COUNTER_(
        "trunkline_pool_resets_total", "", resets, "Returns where something had to be undone."),
    COUNTER_("trunkline_pool_reset_failures_total", "", reset_failures, "Of these, in vain."),
    GAUGE_("trunkline_pool_closing", "", closing, "1 from the moment that the engine closes."),
};

/* The pool's name as a label's value. */
static void append_label(struct tl__buf *to, const char *name)
{
    tl__buf_str(to, "pool_name=\"");
    for (const char *c = name; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\')
            tl__buf_char(to, '\\');
        if (*c == '\n')
            tl__buf_str(to, "\\n");
        else
            tl__buf_char(to, *c);
    }
    tl__buf_char(to, '"');
}

static void append_head(struct tl__buf *to, const char *name, const char *type, const char *help)
{
    tl__buf_printf(to, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void append_metric(struct tl__buf *to,
                          const struct metric *metric,
                          const char *label,
                          const tl_pool_status *status)
{
    const char *at = (const char *)status + metric->offset;

    if (metric->help != NULL)
        append_head(to, metric->name, metric->kind == COUNTER ? "counter" : "gauge", metric->help);
    tl__buf_printf(to, "%s{%s%s} ", metric->name, label, metric->labels);
    if (metric->kind == COUNTER)
        tl__buf_printf(to, "%" PRIu64 "\n", *(const uint64_t *)(const void *)at);
    else
        tl__buf_printf(to, "%" PRId32 "\n", *(const int32_t *)(const void *)at);
}

/* OpenTelemetry knows two states; what is on its way from one to the other is in use. */
static void append_counts(struct tl__buf *to, const char *label, const tl_pool_status *s)
{
    const int32_t n_idle = s->n_idle + s->n_resetting;
    const int32_t n_used = s->n_lent + s->n_probing + s->n_opening + s->n_closing;

    append_head(to, "db_client_connection_count", "gauge", "Connections by state.");
    tl__buf_printf(to, "db_client_connection_count{%s,state=\"idle\"} %d\n", label, n_idle);
    tl__buf_printf(to, "db_client_connection_count{%s,state=\"used\"} %d\n", label, n_used);
    append_head(to, "db_client_connection_max", "gauge", "The most connections allowed.");
    tl__buf_printf(to, "db_client_connection_max{%s} %d\n", label, s->pool_size + s->max_overflow);
    append_head(to, "db_client_connection_idle_min", "gauge",
                "The fewest connections that are kept open at rest.");
    tl__buf_printf(to, "db_client_connection_idle_min{%s} 0\n", label);
}

static void append_histogram(struct tl__buf *to,
                             const char *name,
                             const char *help,
                             const char *label,
                             const struct tl__histogram *h)
{
    uint64_t n = 0;

    append_head(to, name, "histogram", help);
    for (int i = 0; i < TL__BUCKETS; i++) {
        n += h->counts[i];
        tl__buf_printf(to, "%s_bucket{%s,le=\"%g\"} %" PRIu64 "\n", name, label,
                       tl__bucket_bounds[i], n);
    }
    tl__buf_printf(to, "%s_bucket{%s,le=\"+Inf\"} %" PRIu64 "\n", name, label, h->n);
    tl__buf_printf(to, "%s_sum{%s} %.9g\n", name, label, (double)h->sum_ns / 1e9);
    tl__buf_printf(to, "%s_count{%s} %" PRIu64 "\n", name, label, h->n);
}

static void append_build(struct tl__buf *to)
{
    append_head(to, "trunkline_build_info", "gauge", "Always 1; the labels tell the versions.");
    tl__buf_printf(to, "trunkline_build_info{version=\"%s\",libpq=\"%d\"} 1\n", tl_version(),
                   tl_libpq_version());
}

static void append_all(struct tl__buf *to,
                       const char *label,
                       const tl_pool_status *status,
                       const struct tl__pool_times *times)
{
    append_counts(to, label, status);
    for (size_t i = 0; i < COUNT_OF(metrics); i++)
        append_metric(to, &metrics[i], label, status);
    append_histogram(to, "db_client_connection_create_time_seconds",
                     "How long making a connection took.", label, &times->create);
    append_histogram(to, "db_client_connection_wait_time_seconds",
                     "How long it took to obtain a connection.", label, &times->wait);
    append_histogram(to, "db_client_connection_use_time_seconds",
                     "How long a connection was in use before it came back.", label, &times->use);
    append_build(to);
}

int tl_engine_metrics(tl_engine *engine, char **out, tl_error *err)
{
    scoped(tl__buf_done) struct tl__buf text = TL__BUF_INIT;
    scoped(tl__buf_done) struct tl__buf label = TL__BUF_INIT;
    struct tl__pool_times times;
    tl_pool_status status;

    tl__pool_status(engine->pool, &status, &times, NULL, 0);
    append_label(&label, status.name);
    append_all(&text, tl__buf_cstr(&label), &status, &times);

    char *whole = tl__buf_status(&label) == TL_OK ? tl__buf_take(&text) : NULL;
    if (whole == NULL)
        return tl__fail_nomem(err);
    *out = whole;
    return TL_OK;
}
