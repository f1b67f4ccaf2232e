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

/* The server may still know it under the old one, or not know it at all: a new name suits both. */
TEST(a_forgotten_statement_is_prepared_anew_under_another_name)
{
    scoped(tl__statements_done) struct tl__statements cache;
    char name[TL__STATEMENT_NAME_SIZE];

    CHECK(tl__statements_init(&cache, 4) == TL_OK);
    struct tl__statement *s = use(&cache, "select 1", 0);
    struct tl__statement *other = use(&cache, "select 2", 0);
    s->prepared = other->prepared = true;
    memcpy(name, s->name, sizeof name);
    tl__statement_forget(&cache, s);
    CHECK(!s->prepared && other->prepared);
    CHECK(strcmp(s->name, name) != 0);
    CHECK(use(&cache, "select 1", 0) == s);
    CHECK_INT(s->n_uses, 1, "uses since");
}

TEST(all_of_them_are_forgotten_alike)
{
    scoped(tl__statements_done) struct tl__statements cache;
    char names[2][TL__STATEMENT_NAME_SIZE];

    CHECK(tl__statements_init(&cache, 4) == TL_OK);
    struct tl__statement *s[] = { use(&cache, "select 1", 0), use(&cache, "begin", 0) };
    for (size_t i = 0; i < COUNT_OF(s); i++) {
        s[i]->prepared = true;
        memcpy(names[i], s[i]->name, sizeof names[i]);
    }
    tl__statements_forget(&cache);
    for (size_t i = 0; i < COUNT_OF(s); i++)
        CHECK(!s[i]->prepared && s[i]->n_uses == 0 && strcmp(s[i]->name, names[i]) != 0);
}

/* Its DEALLOCATE may have gone down with the flight that it was in. */
TEST(an_evicted_statement_comes_back_under_another_name)
{
    scoped(tl__statements_done) struct tl__statements cache;
    char name[TL__STATEMENT_NAME_SIZE];

    CHECK(tl__statements_init(&cache, 1) == TL_OK);
    memcpy(name, use(&cache, "select 1", 0)->name, sizeof name);
    use(&cache, "select 2", 0);
    CHECK(strcmp(use(&cache, "select 1", 0)->name, name) != 0);
}

TEST(utility_commands_are_not_kept_and_evict_nothing)
{
    static const char *const commands[] = {
        "vacuum t",
        "create index concurrently on t (i)",
        "do $$ end $$",
        "execute nosuch",
        "deallocate x",
        "set work_mem = '1MB'",
        "copy t to 'f'",
        "/* a comment */ vacuum",
        "",
        "selected",
    };
    scoped(tl__statements_done) struct tl__statements cache;
    char evicted[TL__STATEMENT_NAME_SIZE];

    CHECK(tl__statements_init(&cache, 1) == TL_OK);
    use(&cache, "select 1", 0)->prepared = true;
    for (size_t i = 0; i < COUNT_OF(commands); i++) {
        cache.flight++;
        ck_assert_msg(tl__statements_use(&cache, commands[i], NULL, 0, 0, evicted) == NULL, "%s",
                      commands[i]);
        CHECK_STR(evicted, "");
    }
    CHECK_INT(cache.n, 1, "kept");
}

TEST(queries_and_the_ends_of_transactions_are_kept)
{
    static const char *const statements[] = {
        "select 1",       "(select 1)",   "with a as (select 1) table a",
        "insert into t",  "update t",     "delete from t",
        "merge into t",   "values (1)",   "table t",
        "begin",          "commit",       "rollback",
        "savepoint tl_1", "-- x\nSELECT", "release savepoint tl_1",
    };
    scoped(tl__statements_done) struct tl__statements cache;

    CHECK(tl__statements_init(&cache, COUNT_OF(statements)) == TL_OK);
    for (size_t i = 0; i < COUNT_OF(statements); i++)
        ck_assert_msg(use(&cache, statements[i], 0) != NULL, "%s", statements[i]);
}

int main(void)
{
    return TEST_MAIN("statements", uses_are_counted_within_five_minutes,
                     a_prepared_statement_stays_so_however_seldom_it_is_used,
                     the_least_recently_used_makes_room, what_a_flight_uses_is_not_evicted_from_it,
                     other_parameter_types_are_another_statement, a_very_long_statement_is_not_kept,
                     a_forgotten_statement_is_prepared_anew_under_another_name,
                     all_of_them_are_forgotten_alike,
                     an_evicted_statement_comes_back_under_another_name,
                     utility_commands_are_not_kept_and_evict_nothing,
                     queries_and_the_ends_of_transactions_are_kept);
}
