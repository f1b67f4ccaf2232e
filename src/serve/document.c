/* serve/document.c - health as application/health+json, and the pool as JSON */
#include "serve/serve.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Text from elsewhere may have been cut inside a character; JSON wants whole ones. */
static json_t *text_json(const char *s)
{
    json_t *const json = json_string(s);
    if (json != NULL)
        return json;

    char *const ascii = strdup(s);
    if (ascii == NULL)
        return NULL;
    for (char *c = ascii; *c != '\0'; c++)
        if (((unsigned char)*c & 0x80) != 0)
            *c = '?';
    json_t *const plain = json_string(ascii);
    free(ascii);
    return plain;
}

static json_t *time_json(int64_t unix_us)
{
    char time[32];

    tl__serve_iso_time(unix_us, time);
    return json_string(time);
}

/* A number as a person would write it: 0.84, not 0.83751. */
static json_t *rounded_json(double value, double parts)
{
    return json_real((double)(int64_t)(value * parts + 0.5) / parts);
}

/* --- health --------------------------------------------------------------------------------- */

struct finding {
    const char *component; /* as the draft names kinds of components */
    json_t *value;         /* taken; NULL where nothing was seen */
    const char *unit;      /* or NULL */
    enum tl__health health;
    const char *output; /* why not pass; or NULL */
};

/* Each check is an array, since a component may have several; ours have one. */
static json_t *finding_json(const struct tl__circumstances *now, struct finding finding)
{
    return json_pack("[{s:s, s:o*, s:s*, s:s, s:o, s:s*}]", "componentType", finding.component,
                     "observedValue", finding.value, "observedUnit", finding.unit, "status",
                     tl__health_text(finding.health), "time", time_json(now->report->unix_us),
                     "output", finding.output);
}

/* What only the database can tell: the value if it was ever seen, and how fresh that is. */
static json_t *
database_finding(const struct tl__circumstances *now, json_t *value, const char *unit)
{
    struct finding finding = { .component = "datastore", .unit = unit };

    if (now->report->reach == TL__UNREACHED) {
        json_decref(value);
        finding.health = TL__FAIL;
        finding.output = now->report->reason;
        return finding_json(now, finding);
    }
    finding.value = value;
    if (!now->report->facts.known) {
        json_decref(value);
        finding.value = NULL;
    }
    if (now->report->reach == TL__NO_SPARE) {
        finding.health = TL__WARN;
        finding.output = "as last seen: the pool has no spare place for a probe";
    }
    return finding_json(now, finding);
}

static json_t *response_time(const struct tl__circumstances *now)
{
    return database_finding(now, rounded_json(now->report->response_ms, 100), "ms");
}

static json_t *connections(const struct tl__circumstances *now)
{
    const struct tl__facts *const facts = &now->report->facts;
    json_t *const array = database_finding(now, json_integer(facts->n_connections), "connections");

    if (facts->known && now->report->reach != TL__UNREACHED)
        json_object_set_new(json_array_get(array, 0), "limit",
                            json_integer(facts->max_connections));
    return array;
}

static json_t *server_version(const struct tl__circumstances *now)
{
    return database_finding(now, text_json(now->report->facts.version), NULL);
}

static json_t *server_role(const struct tl__circumstances *now)
{
    const struct tl__facts *const facts = &now->report->facts;
    const char *const role = facts->standby     ? "standby"
                             : facts->read_only ? "primary, read-only"
                                                : "primary";

    return database_finding(now, json_string(role), NULL);
}

static json_t *extension(const struct tl__circumstances *now, const char *version)
{
    json_t *const array = database_finding(now, json_boolean(version[0] != '\0'), NULL);

    if (version[0] != '\0' && now->report->reach != TL__UNREACHED)
        json_object_set_new(json_array_get(array, 0), "version", text_json(version));
    return array;
}

static json_t *age_extension(const struct tl__circumstances *now)
{
    return extension(now, now->report->facts.age);
}

static json_t *vector_extension(const struct tl__circumstances *now)
{
    return extension(now, now->report->facts.vector);
}

static json_t *pool_utilization(const struct tl__circumstances *now)
{
    const double utilization = tl__verdict_utilization(now->pool);
    const bool waiting = now->pool->n_waiting > 0;
    const bool strained = waiting || tl__verdict_strained(now->pool);

    return finding_json(now,
                        (struct finding){ .component = "component",
                                          .value = rounded_json(utilization * 100, 10),
                                          .unit = "percent",
                                          .health = strained ? TL__WARN : TL__PASS,
                                          .output = waiting    ? "threads wait in line"
                                                    : strained ? "nearly every connection is lent"
                                                               : NULL });
}

static json_t *readiness(const struct tl__circumstances *now)
{
    struct tl__check checks[TL__N_CHECKS];
    const char *reason = NULL;

    tl__verdict_ready(now, checks);
    for (size_t i = 0; i < TL__N_CHECKS && reason == NULL; i++)
        if (!checks[i].ok)
            reason = checks[i].text;
    return finding_json(now, (struct finding){ .component = "component",
                                               .value = json_boolean(reason == NULL),
                                               .health = reason == NULL ? TL__PASS : TL__WARN,
                                               .output = reason });
}

static const struct {
    const char *key;
    json_t *(*make)(const struct tl__circumstances *now);
} findings[] = {
    { "trunkline:ready", readiness },          { "postgresql:responseTime", response_time },
    { "postgresql:connections", connections }, { "postgresql:version", server_version },
    { "postgresql:role", server_role },        { "pool:utilization", pool_utilization },
    { "age:available", age_extension },        { "pgvector:available", vector_extension },
};

/* NULL if memory ran out for any of them. */
static json_t *findings_json(const struct tl__circumstances *now)
{
    json_t *const object = json_object();

    for (size_t i = 0; i < COUNT_OF(findings); i++) {
        if (json_object_set_new(object, findings[i].key, findings[i].make(now)) != 0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

json_t *tl__document_health(const struct tl__circumstances *now)
{
    struct tl__judgement judgement;
    char version[32];

    tl__verdict_health(now, &judgement);
    snprintf(version, sizeof version, "%.*s", (int)strcspn(tl_version(), "."), tl_version());
    return json_pack("{s:s, s:s, s:s, s:o, s:s, s:[s], s:s*, s:o}", "status",
                     tl__health_text(judgement.health), "version", version, "releaseId",
                     tl_version(), "serviceId", text_json(now->pool->name), "description",
                     "connections to PostgreSQL by Trunkline", "notes", judgement.headline,
                     "output", judgement.health != TL__PASS ? judgement.detail : NULL, "checks",
                     findings_json(now));
}

/* --- the pool ------------------------------------------------------------------------------- */

#define INT32_MEMBER(member)                                       \
    {                                                              \
#member, offsetof(tl_pool_status, member), sizeof(int32_t) \
    }
#define INT64_MEMBER(member)                                       \
    {                                                              \
#member, offsetof(tl_pool_status, member), sizeof(int64_t) \
    }

/* The numbers of tl_pool_status, in its order and by its names. */
static const struct {
    const char *name;
    size_t offset;
    size_t size;
} numbers[] = {
    INT32_MEMBER(pool_size), INT32_MEMBER(max_overflow),   INT32_MEMBER(n_empty),
    INT32_MEMBER(n_opening), INT32_MEMBER(n_idle),         INT32_MEMBER(n_lent),
    INT32_MEMBER(n_probing), INT32_MEMBER(n_resetting),    INT32_MEMBER(n_closing),
    INT32_MEMBER(n_waiting), INT64_MEMBER(oldest_wait_ms), INT64_MEMBER(oldest_loan_ms),
    INT64_MEMBER(acquired),  INT64_MEMBER(waited),         INT64_MEMBER(timeouts),
    INT64_MEMBER(opened),    INT64_MEMBER(open_failures),  INT64_MEMBER(closed),
    INT64_MEMBER(recycled),  INT64_MEMBER(invalidated),    INT64_MEMBER(pings),
    INT64_MEMBER(resets),    INT64_MEMBER(reset_failures),
};

static json_t *number_json(const tl_pool_status *status, size_t i)
{
    const char *const at = (const char *)status + numbers[i].offset;
    int64_t wide = 0;
    int32_t narrow = 0;

    if (numbers[i].size == sizeof narrow) {
        memcpy(&narrow, at, sizeof narrow);
        return json_integer(narrow);
    }
    memcpy(&wide, at, sizeof wide);
    return json_integer(wide);
}

static json_t *status_json(const tl_pool_status *status)
{
    json_t *const object =
        json_pack("{s:o, s:b, s:o, s:o}", "name", text_json(status->name), "closing",
                  status->closing, "last_failure", text_json(status->last_failure), "last_sqlstate",
                  text_json(status->last_sqlstate));

    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        if (json_object_set_new(object, numbers[i].name, number_json(status, i)) != 0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

static json_t *user_json(const tl_pool_user *user)
{
    char where[160];

    snprintf(where, sizeof where, "%s:%d", user->label.file != NULL ? user->label.file : "",
             user->label.line);
    return json_pack("{s:o, s:o, s:i, s:i, s:I, s:o}", "label",
                     text_json(user->label.name != NULL ? user->label.name : ""), "where",
                     text_json(user->label.file != NULL ? where : ""), "thread", (int)user->thread,
                     "backend_pid", (int)user->backend_pid, "since_ms", (json_int_t)user->since_ms,
                     "statement", text_json(user->statement));
}

static json_t *users_json(const tl_pool_user *users, size_t n_users, tl_user_kind kind)
{
    json_t *const array = json_array();

    for (size_t i = 0; i < n_users; i++) {
        if (users[i].kind != kind)
            continue;
        if (json_array_append_new(array, user_json(&users[i])) != 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

json_t *tl__document_pool(const tl_pool_status *status, const tl_pool_user *users, size_t n_users)
{
    const int64_t n_all = (int64_t)status->n_lent + status->n_waiting;
    const int64_t n_left_out = n_all > (int64_t)n_users ? n_all - (int64_t)n_users : 0;
    char line[160];

    tl_pool_status_line(status, line, sizeof line);
    return json_pack(
        "{s:o, s:o, s:s, s:o, s:o, s:I}", "time", time_json(tl__serve_unix_us()), "status",
        status_json(status), "line", line, "holders", users_json(users, n_users, TL_USER_HOLDER),
        "waiters", users_json(users, n_users, TL_USER_WAITER), "left_out", (json_int_t)n_left_out);
}
