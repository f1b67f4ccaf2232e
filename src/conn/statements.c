/* conn/statements.c - which statements a connection has used, and which are prepared on it */
#include "conn/statements.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <trunkline/error.h>

#include "base/alloc.h"
#include "base/macro.h"
#include "base/time.h"
#include "conn/dirt.h"

enum { MOST_SQL_BYTES = 16 * 1024 };
static const int64_t USE_WINDOW_NS = 300 * TL__NS_PER_S;

int tl__statements_init(struct tl__statements *cache, size_t capacity)
{
    size_t n_buckets = 16;

    while (n_buckets < capacity)
        n_buckets *= 2;
    *cache = (struct tl__statements){ .capacity = capacity, .n_buckets = n_buckets };
    tl__list_init(&cache->by_use);
    cache->buckets = tl__alloc_array(n_buckets, sizeof(struct tl__statement *));
    return cache->buckets != NULL ? TL_OK : TL_ERR_NOMEM;
}

static struct tl__statement *statement_at(struct tl__list *link)
{
    return CONTAINER_OF(link, struct tl__statement, link);
}

void tl__statements_done(struct tl__statements *cache)
{
    if (cache->buckets == NULL)
        return;
    while (!tl__list_empty(&cache->by_use)) {
        struct tl__statement *s = statement_at(cache->by_use.next);

        tl__list_remove(&s->link);
        tl__free(s);
    }
    tl__free(cache->buckets);
    *cache = (struct tl__statements){ 0 };
}

/* FNV-1a over the types and the text; *len is set to the text's length. */
static uint64_t digest_of(const char *sql, const uint32_t *types, int n_types, size_t *len)
{
    const uint64_t prime = UINT64_C(1099511628211);
    uint64_t digest = UINT64_C(14695981039346656037);
    const char *c = sql;

    for (int i = 0; i < n_types; i++)
        digest = (digest ^ types[i]) * prime;
    for (; *c != '\0'; c++)
        digest = (digest ^ (unsigned char)*c) * prime;
    *len = (size_t)(c - sql);
    return digest;
}

static struct tl__statement **bucket_of(struct tl__statements *cache, uint64_t digest)
{
    return &cache->buckets[digest & (cache->n_buckets - 1)];
}

static bool same_types(const struct tl__statement *s, const uint32_t *types, int n_types)
{
    return s->n_types == n_types &&
           (n_types == 0 || memcmp(s->types, types, (size_t)n_types * sizeof *types) == 0);
}

static void unlink_statement(struct tl__statements *cache, struct tl__statement *s)
{
    struct tl__statement **at = bucket_of(cache, s->digest);

    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
    tl__list_remove(&s->link);
    cache->n--;
}

/* False where even the least recently used one belongs to the flight that is being planned. */
static bool make_room(struct tl__statements *cache, char evicted[TL__STATEMENT_NAME_SIZE])
{
    if (cache->n < cache->capacity)
        return true;

    struct tl__statement *oldest = statement_at(cache->by_use.prev);
    if (oldest->flight == cache->flight)
        return false;
    if (oldest->prepared)
        memcpy(evicted, oldest->name, sizeof oldest->name);
    unlink_statement(cache, oldest);
    tl__free(oldest);
    return true;
}

static struct tl__statement *
statement_new(const char *sql, size_t len, const uint32_t *types, int n_types, uint64_t digest)
{
    const size_t types_size = (size_t)n_types * sizeof *types;
    struct tl__statement *s = tl__alloc(sizeof *s + types_size + len + 1);

    if (s == NULL)
        return NULL;
    s->digest = digest;
    s->n_types = n_types;
    s->types = (uint32_t *)(void *)(s + 1);
    s->sql = (char *)(s + 1) + types_size;
    if (n_types > 0)
        memcpy(s->types, types, types_size);
    memcpy(s->sql, sql, len);
    s->dirt = tl__dirt_of(s->sql);
    return s;
}

static void give_name(struct tl__statements *cache, struct tl__statement *s)
{
    snprintf(s->name, sizeof s->name, "tl_%016" PRIx64 "_%" PRIx32, s->digest, cache->n_names++);
}

static struct tl__statement *add_statement(struct tl__statements *cache,
                                           const char *sql,
                                           size_t len,
                                           const uint32_t *types,
                                           int n_types,
                                           uint64_t digest,
                                           char evicted[TL__STATEMENT_NAME_SIZE])
{
    if (len > MOST_SQL_BYTES || !tl__sql_is_plannable(sql) || !make_room(cache, evicted))
        return NULL;

    struct tl__statement *s = statement_new(sql, len, types, n_types, digest);
    if (s == NULL)
        return NULL; /* it is only not remembered */
    give_name(cache, s);
    struct tl__statement **bucket = bucket_of(cache, digest);
    s->next = *bucket;
    *bucket = s;
    tl__list_push_front(&cache->by_use, &s->link);
    cache->n++;
    return s;
}

/* Two texts of one digest cannot both be kept: they would share a name. */
static struct tl__statement *find_statement(struct tl__statements *cache, uint64_t digest)
{
    struct tl__statement *s = *bucket_of(cache, digest);

    while (s != NULL && s->digest != digest)
        s = s->next;
    return s;
}

static void note_use(struct tl__statements *cache, struct tl__statement *s, int64_t now)
{
    if (s->n_uses == 0 || (!s->prepared && now - s->first_use > USE_WINDOW_NS)) {
        s->n_uses = 0;
        s->first_use = now;
    }
    s->n_uses++;
    s->flight = cache->flight;
    if (cache->by_use.next != &s->link) {
        tl__list_remove(&s->link);
        tl__list_push_front(&cache->by_use, &s->link);
    }
}

struct tl__statement *tl__statements_use(struct tl__statements *cache,
                                         const char *sql,
                                         const uint32_t *types,
                                         int n_types,
                                         int64_t now,
                                         char evicted[TL__STATEMENT_NAME_SIZE])
{
    size_t len;
    const uint64_t digest = digest_of(sql, types, n_types, &len);
    struct tl__statement *s = find_statement(cache, digest);

    evicted[0] = '\0';
    if (s == NULL)
        s = add_statement(cache, sql, len, types, n_types, digest, evicted);
    else if (!same_types(s, types, n_types) || strcmp(s->sql, sql) != 0)
        return NULL;
    if (s != NULL)
        note_use(cache, s, now);
    return s;
}

void tl__statement_forget(struct tl__statements *cache, struct tl__statement *statement)
{
    if (statement->prepared)
        give_name(cache, statement);
    statement->prepared = false;
    statement->n_uses = 0;
}

void tl__statements_forget(struct tl__statements *cache)
{
    for (struct tl__list *l = cache->by_use.next; l != &cache->by_use; l = l->next)
        tl__statement_forget(cache, statement_at(l));
}
