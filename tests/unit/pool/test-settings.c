/* unit/pool/test-settings.c - the table of settings, and reading and printing their values */
#include "harness/test.h"

#include "pool/settings.h"

static const struct tl__setting *find(const char *name)
{
    const struct tl__setting *row = tl__setting_find(name, strlen(name));

    ck_assert_msg(row != NULL, "no setting %s", name);
    return row;
}

TEST(every_default_is_a_value_that_its_own_row_takes)
{
    scoped(tl__buf_done) struct tl__buf why = TL__BUF_INIT;
    struct tl__settings s = { 0 };
    char shown[72];
    size_t n;
    const struct tl__setting *table = tl__settings_table(&n);

    for (size_t i = 0; i < n; i++) {
        CHECK(tl__setting_set(&s, &table[i], table[i].fallback, &why));
        tl__setting_print(&s, &table[i], shown, sizeof shown);
        CHECK_STR(shown, table[i].fallback);
    }
    CHECK(tl__settings_check(&s, &why));
    CHECK_STR(tl__buf_cstr(&why), "");
}
END_TEST

TEST(the_defaults_are_those_of_the_manual)
{
    struct tl__settings s;

    tl__settings_defaults(&s);
    CHECK_STR(s.pool_name, "");
    CHECK_INT(s.pool_size, 10, "pool_size");
    CHECK_INT(s.max_overflow, 20, "max_overflow");
    CHECK_INT(s.max_waiting, 0, "max_waiting");
    CHECK_INT(s.pool_timeout_ms, 30000, "pool_timeout");
    CHECK_INT(s.pool_recycle_ms, 3600000, "pool_recycle");
    CHECK_INT(s.pool_pre_ping, TL__PING_AUTO, "pool_pre_ping");
    CHECK_INT(s.pool_ping_age_ms, 30000, "pool_ping_age");
    CHECK_INT(s.pool_ping_timeout_ms, 1000, "pool_ping_timeout");
    CHECK_INT(s.pool_use_lifo, 1, "pool_use_lifo");
    CHECK_INT(s.pool_reset_on_return, TL__RESET_SMART, "pool_reset_on_return");
    CHECK_INT(s.echo_pool, 0, "echo_pool");
    CHECK_INT(s.call_timeout_ms, -1, "call_timeout");
    CHECK_INT(s.prepare_threshold, 3, "prepare_threshold");
    CHECK_INT(s.statement_cache_size, 256, "statement_cache_size");
}
END_TEST

TEST(every_row_is_complete_and_its_name_is_its_own)
{
    size_t n;
    const struct tl__setting *table = tl__settings_table(&n);

    CHECK_INT(n, 15, "rows");
    for (size_t i = 0; i < n; i++) {
        CHECK(find(table[i].name) == &table[i]);
        CHECK(table[i].help[0] != '\0' && strchr(table[i].help, '\n') == NULL);
        for (size_t j = 0; j < i; j++)
            CHECK(table[i].offset != table[j].offset);
    }
    CHECK(tl__setting_find("pool_siz", 8) == NULL);
    CHECK(tl__setting_find("pool_size=3", 9) == find("pool_size"));
}
END_TEST

static const struct {
    const char *name;
    const char *value;
    const char *shown;
} good[] = {
    { "pool_size", "1", "1" },
    { "pool_size", "1000", "1000" },
    { "pool_size", "007", "7" },
    { "max_overflow", "0", "0" },
    { "pool_timeout", "250ms", "250ms" },
    { "pool_timeout", "30", "30s" },
    { "pool_timeout", "0.25", "250ms" },
    { "pool_timeout", "1.5 s", "1500ms" },
    { "pool_timeout", "60s", "1min" },
    { "pool_timeout", "90m", "90min" },
    { "pool_timeout", "1440min", "1d" },
    { "pool_timeout", "0", "0s" },
    { "pool_timeout", "-1", "never" },
    { "pool_timeout", "Never", "never" },
    { "pool_recycle", "3600", "1h" },
    { "pool_recycle", "0.5h", "30min" },
    { "pool_recycle", "365d", "365d" },
    { "pool_ping_age", "0.0005s", "0s" },
    { "pool_pre_ping", "True", "auto" },
    { "pool_pre_ping", "false", "none" },
    { "pool_pre_ping", "PEEK", "peek" },
    { "pool_pre_ping", "always", "always" },
    { "pool_reset_on_return", "true", "rollback" },
    { "pool_reset_on_return", "False", "none" },
    { "pool_reset_on_return", "none", "none" },
    { "pool_reset_on_return", "full", "full" },
    { "pool_use_lifo", "no", "false" },
    { "pool_use_lifo", "0", "false" },
    { "echo_pool", "on", "true" },
    { "echo_pool", "YES", "true" },
    { "pool_name", "", "" },
    { "pool_name", "orders, \"new\"", "orders, \"new\"" },
    { "pool_name", "123456789012345678901234567890123456789012345678901234567890123",
      "123456789012345678901234567890123456789012345678901234567890123" },
};

TEST(a_value_is_shown_in_one_way_however_it_was_written)
{
    scoped(tl__buf_done) struct tl__buf why = TL__BUF_INIT;
    char shown[72];

    for (size_t i = 0; i < COUNT_OF(good); i++) {
        struct tl__settings s = { 0 };
        const struct tl__setting *row = find(good[i].name);

        ck_assert_msg(tl__setting_set(&s, row, good[i].value, &why), "%s", tl__buf_cstr(&why));
        tl__setting_print(&s, row, shown, sizeof shown);
        CHECK_STR(shown, good[i].shown);
    }
}
END_TEST

static const struct {
    const char *name;
    const char *value;
    const char *complaint;
} bad[] = {
    { "pool_size", "abc", "pool_size \"abc\" is not a whole number from 1 to 1000" },
    { "pool_size", "0", "pool_size \"0\" is not a whole number from 1 to 1000" },
    { "pool_size", "1001", "pool_size \"1001\" is not a whole number from 1 to 1000" },
    { "pool_size", "-5", "pool_size \"-5\" is not a whole number from 1 to 1000" },
    { "pool_size", "5x", "pool_size \"5x\" is not a whole number from 1 to 1000" },
    { "pool_size", "5.0", "pool_size \"5.0\" is not a whole number from 1 to 1000" },
    { "pool_size", " 5", "pool_size \" 5\" is not a whole number from 1 to 1000" },
    { "pool_size", "", "pool_size \"\" is not a whole number from 1 to 1000" },
    { "pool_size", "18446744073709551621",
      "pool_size \"18446744073709551621\" is not a whole number from 1 to 1000" },
    { "pool_size", "1\n\x1b[2J", "pool_size \"1??[2J\" is not a whole number from 1 to 1000" },
    { "pool_timeout", "s", "pool_timeout \"s\" is not a duration from 0s to 1d, or never" },
    { "pool_timeout", "1.s", "pool_timeout \"1.s\" is not a duration from 0s to 1d, or never" },
    { "pool_timeout", "2d", "pool_timeout \"2d\" is not a duration from 0s to 1d, or never" },
    { "pool_timeout", "5 parsecs",
      "pool_timeout \"5 parsecs\" is not a duration from 0s to 1d, or never" },
    { "pool_timeout", "99999999999d",
      "pool_timeout \"99999999999d\" is not a duration from 0s to 1d, or never" },
    { "pool_timeout", "9999999999.9999999999d",
      "pool_timeout \"9999999999.9999999999d\" is not a duration from 0s to 1d, or never" },
    { "pool_recycle", "0", "pool_recycle \"0\" is not a duration from 1ms to 365d, or never" },
    { "pool_ping_age", "never", "pool_ping_age \"never\" is not a duration from 0s to 1d" },
    { "pool_ping_timeout", "9ms", "pool_ping_timeout \"9ms\" is not a duration from 10ms to 1min" },
    { "pool_pre_ping", "maybe", "pool_pre_ping \"maybe\" is not one of none, peek, auto, always" },
    { "pool_reset_on_return", "commit",
      "pool_reset_on_return \"commit\" is not one of none, rollback, smart, full" },
    { "echo_pool", "2", "echo_pool \"2\" is neither true nor false" },
    { "pool_name", "a\tb", "pool_name \"a?b\" is longer than 63 bytes, or has control characters" },
    { "pool_name", "1234567890123456789012345678901234567890123456789012345678901234",
      "pool_name \"123456789012345678901234567890123456789012345678901234567890123...\" is longer "
      "than 63 bytes, or has control characters" },
};

TEST(a_wrong_value_changes_nothing_and_is_complained_about)
{
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        scoped(tl__buf_done) struct tl__buf why = TL__BUF_INIT;
        struct tl__settings s;
        struct tl__settings before;

        tl__settings_defaults(&s);
        before = s;
        ck_assert_msg(!tl__setting_set(&s, find(bad[i].name), bad[i].value, &why), "%s \"%s\"",
                      bad[i].name, bad[i].value);
        CHECK_STR(tl__buf_cstr(&why), bad[i].complaint);
        CHECK(memcmp(&s, &before, sizeof s) == 0);
    }
}
END_TEST

static const struct {
    const char *name;
    int64_t check_ms;
    int64_t wait_ms;
    bool good;
} pairs[] = {
    { "a check within the wait", 200, 250, true },
    { "a check as long as the wait", 250, 250, true },
    { "a check longer than the wait", 251, 250, false },
    { "the default check and a short wait", 1000, 250, true },
    { "a long check and no bound on the wait", 60000, -1, true },
    { "a long check and no waiting at all", 60000, 0, true },
};

TEST(a_check_that_is_asked_for_fits_into_the_wait)
{
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        scoped(tl__buf_done) struct tl__buf why = TL__BUF_INIT;
        struct tl__settings s;

        tl__settings_defaults(&s);
        s.pool_ping_timeout_ms = pairs[i].check_ms;
        s.pool_timeout_ms = pairs[i].wait_ms;
        CHECK_INT(tl__settings_check(&s, &why), pairs[i].good, pairs[i].name);
        CHECK_STR(tl__buf_cstr(&why),
                  pairs[i].good ? "" : "pool_ping_timeout 251ms is longer than pool_timeout 250ms");
    }
}
END_TEST

int main(void)
{
    return TEST_MAIN("settings", every_default_is_a_value_that_its_own_row_takes,
                     the_defaults_are_those_of_the_manual,
                     every_row_is_complete_and_its_name_is_its_own,
                     a_value_is_shown_in_one_way_however_it_was_written,
                     a_wrong_value_changes_nothing_and_is_complained_about,
                     a_check_that_is_asked_for_fits_into_the_wait);
}
