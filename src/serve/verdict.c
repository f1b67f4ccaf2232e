/* serve/verdict.c - ready or not, healthy or not: judging what was seen
 *
 * Pure: no clock, no lock, no database.
 */
#include "serve/serve.h"

#include <inttypes.h>
#include <stdio.h>

static const double nearly_full = 0.9;

static bool not_draining(const struct tl__circumstances *now, char *text, size_t size)
{
    if (now->draining)
        snprintf(text, size, "draining: no new work is to be sent here");
    return !now->draining;
}

/* Without a spare place nobody was asked; the line itself then says how it goes. */
static bool pool_moves(const struct tl__circumstances *now, char *text, size_t size)
{
    if (now->report->reach != TL__NO_SPARE)
        return true;
    if (now->pool->oldest_wait_ms <= now->probe_ms) {
        snprintf(text, size,
                 "no spare place for a probe; %" PRId32 " in line, the first for %" PRId64 " ms",
                 now->pool->n_waiting, now->pool->oldest_wait_ms);
        return true;
    }
    snprintf(text, size, "%" PRId32 " in line, the first for %" PRId64 " ms, above %d ms",
             now->pool->n_waiting, now->pool->oldest_wait_ms, now->probe_ms);
    return false;
}

static bool database_answers(const struct tl__circumstances *now, char *text, size_t size)
{
    if (now->report->reach == TL__NO_SPARE)
        snprintf(text, size, "not asked: no spare place");
    if (now->report->reach == TL__UNREACHED)
        snprintf(text, size, "%s", now->report->reason);
    return now->report->reach != TL__UNREACHED;
}

static bool may_write(const struct tl__circumstances *now, char *text, size_t size)
{
    const struct tl__facts *const facts = &now->report->facts;

    if (!now->need_write) {
        snprintf(text, size, "not wanted");
        return true;
    }
    if (now->report->reach == TL__UNREACHED) {
        snprintf(text, size, "unknown: the database does not answer");
        return false;
    }
    if (facts->standby)
        snprintf(text, size, "the server is a standby");
    else if (facts->read_only)
        snprintf(text, size, "transactions are read-only");
    else if (!facts->known)
        snprintf(text, size, "not asked: no spare place");
    return !facts->standby && !facts->read_only;
}

static const struct {
    const char *name;
    bool (*judge)(const struct tl__circumstances *now, char *text, size_t size);
} checks[TL__N_CHECKS] = {
    { "shutdown", not_draining },
    { "pool", pool_moves },
    { "database", database_answers },
    { "writable", may_write },
};

void tl__verdict_ready(const struct tl__circumstances *now, struct tl__check out[TL__N_CHECKS])
{
    for (size_t i = 0; i < TL__N_CHECKS; i++) {
        out[i] = (struct tl__check){ .name = checks[i].name };
        out[i].ok = checks[i].judge(now, out[i].text, sizeof out[i].text);
    }
}

double tl__verdict_utilization(const tl_pool_status *pool)
{
    const int32_t n_places = pool->pool_size + pool->max_overflow;

    return n_places > 0 ? (double)pool->n_lent / n_places : 0.0;
}

bool tl__verdict_strained(const tl_pool_status *pool)
{
    return tl__verdict_utilization(pool) >= nearly_full;
}

/* What may be wrong, the worst first: each says whether it is, and the numbers. */

static bool is_unreached(const struct tl__circumstances *now, char *text, size_t size)
{
    snprintf(text, size, "%s", now->report->reason);
    return now->report->reach == TL__UNREACHED;
}

static bool is_draining(const struct tl__circumstances *now, char *text, size_t size)
{
    snprintf(text, size, "/readyz fails, so that work goes elsewhere");
    return now->draining;
}

static bool is_waited_for(const struct tl__circumstances *now, char *text, size_t size)
{
    snprintf(text, size, "%" PRId32 " in line, the first for %" PRId64 " ms", now->pool->n_waiting,
             now->pool->oldest_wait_ms);
    return now->pool->n_waiting > 0;
}

static bool is_nearly_full(const struct tl__circumstances *now, char *text, size_t size)
{
    snprintf(text, size, "%" PRId32 " of %" PRId32 " places are lent", now->pool->n_lent,
             now->pool->pool_size + now->pool->max_overflow);
    return tl__verdict_strained(now->pool);
}

static bool is_read_only(const struct tl__circumstances *now, char *text, size_t size)
{
    return !may_write(now, text, size);
}

static const struct {
    bool (*applies)(const struct tl__circumstances *now, char *text, size_t size);
    enum tl__health health;
    const char *headline;
} troubles[] = {
    { is_unreached, TL__FAIL, "The database cannot be reached" },
    { is_draining, TL__WARN, "Draining: no new work is taken" },
    { is_waited_for, TL__WARN, "Threads wait in line for a connection" },
    { is_nearly_full, TL__WARN, "Nearly every connection is lent" },
    { is_read_only, TL__WARN, "The database can be read, but not written" },
};

void tl__verdict_health(const struct tl__circumstances *now, struct tl__judgement *out)
{
    for (size_t i = 0; i < COUNT_OF(troubles); i++) {
        if (!troubles[i].applies(now, out->detail, sizeof out->detail))
            continue;
        out->health = troubles[i].health;
        out->headline = troubles[i].headline;
        return;
    }
    *out = (struct tl__judgement){ .health = TL__PASS, .headline = "All is well" };
}

const char *tl__health_text(enum tl__health health)
{
    static const char *const words[] = { "pass", "warn", "fail" };

    return words[health];
}
