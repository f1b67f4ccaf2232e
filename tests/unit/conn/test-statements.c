/* unit/conn/test-statements.c - which statements a connection remembers */
#include "conn/statements.h"

#include <stdio.h>

#include "base/time.h"
#include "harness/test.h"

static struct tl__statement *use(struct tl__statements *cache, const char *sql, int64_t now)
{
    char evicted[TL__STATEMENT_NAME_SIZE];

    cache->flight++;
    return tl__statements_use(cache, sql, NULL, 0, now, evicted);
}

TEST(uses_are_counted_within_five_minutes)
{
    scoped(tl__statements_done) struct tl__statements cache;

    CHECK(tl__statements_init(&cache, 4) == TL_OK);
    CHECK_INT(use(&cache, "select 1", 0)->n_uses, 1, "first");
    CHECK_INT(use(&cache, "select 1", 299 * TL__NS_PER_S)->n_uses, 2, "second, in time");
    CHECK_INT(use(&cache, "select 1", 301 * TL__NS_PER_S)->n_uses, 1, "the window has passed");
}

TEST(a_prepared_statement_stays_so_however_seldom_it_is_used)
{
    scoped(tl__statements_done) struct tl__statements cache;

    CHECK(tl__statements_init(&cache, 4) == TL_OK);
    use(&cache, "select 1", 0)->prepared = true;
    CHECK_INT(use(&cache, "select 1", 3600 * TL__NS_PER_S)->n_uses, 2, "uses");
}

TEST(the_least_recently_used_makes_room)
{
    scoped(tl__statements_done) struct tl__statements cache;
    char evicted[TL__STATEMENT_NAME_SIZE];
    char name[TL__STATEMENT_NAME_SIZE];

    CHECK(tl__statements_init(&cache, 2) == TL_OK);
    struct tl__statement *first = use(&cache, "select 1", 0);
    first->prepared = true;
    memcpy(name, first->name, sizeof name);
    use(&cache, "select 2", 0);
    cache.flight++;
    CHECK(tl__statements_use(&cache, "select 3", NULL, 0, 0, evicted) != NULL);
    CHECK_STR(evicted, name);
    CHECK_INT(cache.n, 2, "kept");
}

TEST(what_a_flight_uses_is_not_evicted_from_it)
{
    scoped(tl__statements_done) struct tl__statements cache;
    char evicted[TL__STATEMENT_NAME_SIZE];

    CHECK(tl__statements_init(&cache, 1) == TL_OK);
    CHECK(use(&cache, "begin", 0) != NULL);
    CHECK(tl__statements_use(&cache, "select 1", NULL, 0, 0, evicted) == NULL);
    CHECK_STR(evicted, "");
}

TEST(other_parameter_types_are_another_statement)
{
    scoped(tl__statements_done) struct tl__statements cache;
    char evicted[TL__STATEMENT_NAME_SIZE];
    const uint32_t text = 25;
    const uint32_t int8 = 20;

    CHECK(tl__statements_init(&cache, 4) == TL_OK);
    const struct tl__statement *a = tl__statements_use(&cache, "select $1", &text, 1, 0, evicted);
    const struct tl__statement *b = tl__statements_use(&cache, "select $1", &int8, 1, 0, evicted);
    CHECK(a != b && strcmp(a->name, b->name) != 0);
}

TEST(a_very_long_statement_is_not_kept)
{
    scoped(tl__statements_done) struct tl__statements cache;
    static char sql[20000];

    memset(sql, ' ', sizeof sql - 1);
    CHECK(tl__statements_init(&cache, 4) == TL_OK);
    CHECK(use(&cache, sql, 0) == NULL);
}

int main(void)
{
    return TEST_MAIN("statements", uses_are_counted_within_five_minutes,
                     a_prepared_statement_stays_so_however_seldom_it_is_used,
                     the_least_recently_used_makes_room, what_a_flight_uses_is_not_evicted_from_it,
                     other_parameter_types_are_another_statement,
                     a_very_long_statement_is_not_kept);
}
