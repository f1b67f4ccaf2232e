/* unit/conn/test-dirt.c - what a statement may leave behind */
#include "conn/dirt.h"
#include "harness/test.h"

TEST(statements_tell_what_they_leave)
{
    static const struct {
        const char *sql;
        unsigned dirt;
    } cases[] = {
        { "", 0 },
        { "  -- nothing but a comment", 0 },
        { "select 1", 0 },
        { "SELECT 1", 0 },
        { " /* a /* nested */ comment */ (select 1)", 0 },
        { "/* unfinished", 0 },
        { "insert into attempts values (1)", 0 },
        { "select * from template where temperature > 1", 0 },
        { "begin", 0 },
        { "set work_mem = '1MB'", TL__DIRT_SETTINGS },
        { "set role somebody", TL__DIRT_SETTINGS },
        { "set session authorization somebody", TL__DIRT_SETTINGS },
        { "reset all", TL__DIRT_SETTINGS },
        { "set local work_mem = '1MB'", 0 },
        { "SET  /* x */ LOCAL work_mem = '1MB'", 0 },
        { "set transaction read only", 0 },
        { "set constraints all deferred", 0 },
        { "select set_config('a.b', 'c', false)", TL__DIRT_SETTINGS },
        { "create temp table t ()", TL__DIRT_TEMP },
        { "CREATE TEMPORARY TABLE t ()", TL__DIRT_TEMP },
        { "create table pg_temp.t ()", TL__DIRT_TEMP },
        { "select 1 into temp t", TL__DIRT_TEMP },
        { "create table t ()", 0 },
        { "select pg_advisory_lock(1)", TL__DIRT_LOCKS },
        { "select pg_try_advisory_lock_shared(1)", TL__DIRT_LOCKS },
        { "select pg_advisory_xact_lock(1)", 0 },
        { "listen a", TL__DIRT_LISTEN },
        { "unlisten *", 0 },
        { "declare c cursor for select 1", 0 },
        { "declare c cursor with hold for select 1", TL__DIRT_CURSORS },
        { "prepare p as select 1", TL__DIRT_STATEMENTS },
        { "prepare transaction 'x'", 0 },
        { "deallocate all", TL__DIRT_STATEMENTS },
        { "discard all", TL__DIRT_ALL },
        { "do $$ begin perform set_config('a.b', 'c', false); end $$", TL__DIRT_ALL },
        { "call p()", TL__DIRT_ALL },
        { "load 'age'", TL__DIRT_ALL },
        { "somethingnew", TL__DIRT_ALL },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++)
        CHECK_INT(tl__dirt_of(cases[i].sql), cases[i].dirt, cases[i].sql);
}

TEST(undoing_says_only_what_is_needed)
{
    static const struct {
        unsigned dirt;
        bool rollback;
        const char *want;
    } cases[] = {
        { 0, false, "" },
        { 0, true, "ROLLBACK;" },
        { TL__DIRT_SETTINGS, false, "SET SESSION AUTHORIZATION DEFAULT;RESET ALL;" },
        { TL__DIRT_TEMP | TL__DIRT_LISTEN, true, "ROLLBACK;UNLISTEN *;DISCARD TEMP;" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        scoped(tl__buf_done) struct tl__buf sql = TL__BUF_INIT;

        tl__dirt_undo(cases[i].dirt, cases[i].rollback, &sql);
        CHECK_STR(tl__buf_cstr(&sql), cases[i].want);
    }
}

int main(void)
{
    return TEST_MAIN("dirt", statements_tell_what_they_leave, undoing_says_only_what_is_needed);
}
