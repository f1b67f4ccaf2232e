/* unit/engine/test-config.c - every setting, its value, and where the value came from */
#include "harness/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "engine/config.h"

extern char **environ;

/* Surroundings where nobody has set anything, but for a home without files. */
static void forget_environment(void)
{
    static char home[] = "HOME=/dev/null/none";
    static char *bare[] = { home, NULL };

    environ = bare;
}

static tl_config *read_config(const char *url, const char *settings)
{
    tl_config *config = NULL;
    tl_error err = TL_ERROR_INIT;

    CHECK_OK(tl_config_new(url, settings, &config, &err), &err);
    return config;
}

static tl_config_item find_item(const tl_config *config, const char *name)
{
    tl_config_item item = { 0 };

    for (size_t i = 0; tl_config_get(config, i, &item); i++)
        if (strcmp(item.name, name) == 0)
            return item;
    ck_abort_msg("no setting %s", name);
    return item;
}

static void
check_item(const tl_config *config, const char *name, const char *value, const char *source)
{
    const tl_config_item item = find_item(config, name);

    ck_assert_msg(strcmp(item.value, value) == 0, "%s is \"%s\", not \"%s\"", name, item.value,
                  value);
    ck_assert_msg(strcmp(item.source, source) == 0, "%s is from \"%s\", not \"%s\"", name,
                  item.source, source);
}

/* What libpq would be given for keyword; NULL if nothing. */
static const char *given(const tl_config *config, const char *keyword)
{
    const char *const *keywords = tl__config_keywords(config);

    for (size_t i = 0; keywords[i] != NULL; i++)
        if (strcmp(keywords[i], keyword) == 0)
            return tl__config_values(config)[i];
    return NULL;
}

TEST(without_any_word_everything_is_default)
{
    forget_environment();
    scoped(tl_config_freep) tl_config *config = read_config(NULL, NULL);

    check_item(config, "pool_size", "10", "default");
    check_item(config, "call_timeout", "never", "default");
    check_item(config, "port", "5432", "default");
    check_item(config, "sslmode", "prefer", "default");
    check_item(config, "client_encoding", "UTF8", "trunkline");
    check_item(config, "fallback_application_name", "trunkline", "trunkline");
    check_item(config, "tcp_user_timeout", "30000", "trunkline");
    CHECK_STR(given(config, "client_encoding"), "UTF8");
    CHECK(given(config, "port") == NULL && given(config, "host") == NULL);
    CHECK(given(config, "sslmode") == NULL && given(config, "passfile") == NULL);
}
END_TEST

TEST(a_url_is_told_apart)
{
    forget_environment();
    scoped(tl_config_freep) tl_config *config = read_config(
        "postgresql+psycopg2://me:s%40c+t@localhost:5433/shop?pool_size=5&connect_timeout=3"
        "&pool_timeout=250ms&pool_name=or%20ders",
        "max_overflow=0 pool_size='7'");

    check_item(config, "pool_size", "7", "settings");
    check_item(config, "max_overflow", "0", "settings");
    check_item(config, "pool_timeout", "250ms", "url");
    check_item(config, "pool_name", "or ders", "url");
    check_item(config, "host", "localhost", "url");
    check_item(config, "port", "5433", "url");
    check_item(config, "user", "me", "url");
    check_item(config, "dbname", "shop", "url");
    check_item(config, "connect_timeout", "3", "url");
    check_item(config, "password", "********", "url");
    CHECK_STR(given(config, "password"), "s@c+t");
    CHECK_STR(given(config, "dbname"), "shop");
    CHECK_INT(tl__config_settings(config)->pool_size, 7, "pool_size");
    CHECK_INT(tl__config_settings(config)->pool_timeout_ms, 250, "pool_timeout");
    CHECK_STR(tl__config_settings(config)->pool_name, "or ders");
}
END_TEST

TEST(keyword_value_text_means_the_same)
{
    forget_environment();
    scoped(tl_config_freep) tl_config *config =
        read_config("host=/tmp pool_size = 5 password='it\\'s x' application_name=a\\ b", NULL);

    check_item(config, "pool_size", "5", "url");
    check_item(config, "host", "/tmp", "url");
    CHECK_STR(given(config, "password"), "it's x");
    CHECK_STR(given(config, "application_name"), "a b");
}
END_TEST

TEST(settings_come_before_the_url_and_the_url_before_the_environment)
{
    forget_environment();
    setenv("DATABASE_URL", "postgresql://localhost/shop?pool_size=5&max_overflow=5&user=u", 1);
    setenv("TRUNKLINE_POOL_SIZE", "6", 1);
    setenv("TRUNKLINE_MAX_OVERFLOW", "6", 1);
    setenv("TRUNKLINE_POOL_RECYCLE", "6min", 1);
    setenv("TRUNKLINE_ECHO_POOL", "", 1);
    setenv("PGUSER", "envuser", 1);
    setenv("PGPASSWORD", "envsecret", 1);
    setenv("PGPORT", "5444", 1);
    setenv("PGCLIENTENCODING", "LATIN1", 1);
    scoped(tl_config_freep) tl_config *config = read_config(NULL, "pool_size=4");

    check_item(config, "pool_size", "4", "settings");
    check_item(config, "max_overflow", "5", "environment DATABASE_URL");
    check_item(config, "pool_recycle", "6min", "environment TRUNKLINE_POOL_RECYCLE");
    check_item(config, "echo_pool", "false", "default");
    check_item(config, "user", "u", "environment DATABASE_URL");
    check_item(config, "port", "5444", "environment PGPORT");
    check_item(config, "password", "********", "environment PGPASSWORD");
    check_item(config, "client_encoding", "LATIN1", "environment PGCLIENTENCODING");
    CHECK_STR(given(config, "port"), "5444");
    CHECK_STR(given(config, "password"), "envsecret");

    scoped(tl_config_freep) tl_config *other = read_config("", NULL);
    check_item(other, "user", "envuser", "environment PGUSER");
    check_item(other, "max_overflow", "6", "environment TRUNKLINE_MAX_OVERFLOW");
}
END_TEST

TEST(a_hidden_value_cannot_be_wrong)
{
    forget_environment();
    setenv("TRUNKLINE_POOL_SIZE", "many", 1);
    scoped(tl_config_freep) tl_config *config = read_config("pool_size=zero pool_size=3", NULL);

    check_item(config, "pool_size", "3", "url");
}
END_TEST

static void write_service(char *path, const char *text)
{
    const int fd = mkstemp(path);

    CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) && close(fd) == 0);
}

TEST(a_service_file_comes_before_the_environment_as_in_libpq)
{
    char path[] = "/tmp/trunkline-service-XXXXXX";

    forget_environment();
    write_service(path, "[shop]\nhost=localhost\nport=6000\nuser=svc\npassword=svcsecret\n"
                        "sslmode=require\ndbname=shop\n");
    setenv("PGSERVICEFILE", path, 1);
    setenv("PGPORT", "5444", 1);
    setenv("PGOPTIONS", "-c geqo=off", 1);
    scoped(tl_config_freep) tl_config *config =
        read_config("postgresql:///mine?service=shop&pool_size=3", NULL);
    unlink(path);

    check_item(config, "service", "shop", "url");
    check_item(config, "dbname", "mine", "url");
    check_item(config, "host", "localhost", "service file");
    check_item(config, "port", "6000", "service file");
    check_item(config, "user", "svc", "service file");
    check_item(config, "sslmode", "require", "service file");
    check_item(config, "password", "********", "service file");
    check_item(config, "options", "-c geqo=off", "environment PGOPTIONS");
    CHECK_STR(given(config, "password"), "svcsecret");
    CHECK_STR(tl__config_settings(config)->pool_name, "localhost:6000/mine");
}
END_TEST

TEST(a_service_that_is_missing_is_an_error)
{
    tl_config *config = NULL;
    tl_error err = TL_ERROR_INIT;

    forget_environment();
    setenv("PGSERVICE", "nowhere", 1);
    setenv("PGSERVICEFILE", "/dev/null", 1);
    CHECK_INT(tl_config_new("", NULL, &config, &err), TL_ERR_INVALID, "status");
    CHECK_STR(err.message, "definition of service \"nowhere\" not found");
}
END_TEST

static const struct {
    const char *url;
    const char *name;
} names[] = {
    { "postgresql://u@localhost/shop", "localhost:5432/shop" },
    { "postgresql://u@localhost:5433/shop", "localhost:5433/shop" },
    { "postgresql://u@a:1,b:2/shop", "a:1/shop" },
    { "postgresql://u@a,b:2/shop", "a:5432/shop" },
    { "postgresql://u@%2Ftmp/shop", "/tmp:5432/shop" },
    { "postgresql://u@[::1]:7/shop", "::1:7/shop" },
    { "hostaddr=10.0.0.1 user=u dbname=shop", "10.0.0.1:5432/shop" },
    { "user=u host=h", "h:5432/u" },
    { "user=u host=h dbname=0123456789012345678901234567890123456789012345678901234567890123456",
      "h:5432/01234567890123456789012345678901234567890123456789012345" },
    { "user=u host=h pool_name=mine", "mine" },
};

TEST(a_pool_without_a_name_is_called_after_its_database)
{
    forget_environment();
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        scoped(tl_config_freep) tl_config *config = read_config(names[i].url, NULL);

        CHECK_STR(tl__config_settings(config)->pool_name, names[i].name);
        CHECK_STR(find_item(config, "pool_name").value, names[i].name);
    }
}
END_TEST

static const struct {
    const char *url;
    const char *sslmode;
    const char *source;
} modes[] = {
    { "postgresql://u@localhost/d", "prefer", "default" },
    { "postgresql://u@db.example.org/d", "verify-full", "trunkline" },
    { "postgresql://u@db.example.org/d?sslmode=disable", "disable", "url" },
    { "postgresql://u@db.example.org/d?ssl=true", "require", "url" },
    { "postgresql://u@localhost,db.example.org/d", "verify-full", "trunkline" },
};

TEST(weaker_tls_must_be_asked_for)
{
    forget_environment();
    for (size_t i = 0; i < COUNT_OF(modes); i++) {
        scoped(tl_config_freep) tl_config *config = read_config(modes[i].url, NULL);

        /* On a machine without any roots. */
        if (strcmp(modes[i].source, "trunkline") == 0 &&
            strcmp(find_item(config, "sslrootcert").value, "") == 0)
            check_item(config, "sslmode", "require", "trunkline");
        else
            check_item(config, "sslmode", modes[i].sslmode, modes[i].source);
    }
    setenv("PGSSLMODE", "require", 1);
    scoped(tl_config_freep) tl_config *asked = read_config("host=db.example.org user=u", NULL);
    check_item(asked, "sslmode", "require", "environment PGSSLMODE");
    unsetenv("PGSSLMODE");
    setenv("PGREQUIRESSL", "1", 1);
    scoped(tl_config_freep) tl_config *old = read_config("host=db.example.org user=u", NULL);
    check_item(old, "sslmode", "require", "environment PGREQUIRESSL");
}
END_TEST

static const struct {
    const char *url;
    const char *settings;
    const char *message;
} mistakes[] = {
    { "host=h pool_size=abc", NULL,
      "pool_size \"abc\" is not a whole number from 1 to 1000 (url)" },
    { "host=h", "pool_sise=3", "unknown setting \"pool_sise\", perhaps \"pool_size\" (settings)" },
    { "postgresql://h/d?sslmod=require", NULL,
      "unknown setting \"sslmod\", perhaps \"sslmode\" (url)" },
    { "postgresql://h/d?banana=1", NULL, "unknown setting \"banana\" (url)" },
    { "postgresql://h/d?ssl=require", NULL, "unknown setting \"ssl\", perhaps \"sslmode\" (url)" },
    { "postgresql://h/d?=1", NULL, "unknown setting \"\" (url)" },
    { "postgresql://h/d?pool_name=%zz", NULL,
      "pool_name needs one value, with \"%\" written %25 and \"=\" %3D (url)" },
    { "host=h", "host=g", "unknown setting \"host\" (settings)" },
    { "host=h", "postgresql://h?pool_size=3", "the settings are a URL (settings)" },
    { "host=h", "pool_size",
      "the settings are not like \"pool_size=5 pool_timeout=250ms\" (settings)" },
    { "host=h", "pool_size: 5",
      "cannot read the settings: it neither begins with \"postgresql://\" nor is keyword=value "
      "text" },
    { "host=h sslmode=perhaps", NULL, "invalid sslmode value: \"perhaps\"" },
    { "host=h target_session_attrs=all", NULL, "invalid target_session_attrs value: \"all\"" },
    { "host=a,b port=1,2,3", NULL, "could not match 3 port numbers to 2 hosts" },
    { "host=h port=99999", NULL, "port \"99999\" is not a whole number from 1 to 65535 (url)" },
    { "host=h port=0", NULL, "port \"0\" is not a whole number from 1 to 65535 (url)" },
    { "postgresql://h:x1/d", NULL, "port \"x1\" is not a whole number from 1 to 65535 (url)" },
    { "host=h", "pool_timeout=100ms pool_ping_timeout=5s",
      "pool_ping_timeout 5s is longer than pool_timeout 100ms" },
    { "postgresql://h:99999/d?pool_sise=3&pool_size=0", "echo_pool=maybe",
      "4 settings are wrong: unknown setting \"pool_sise\", perhaps \"pool_size\" (url); port "
      "\"99999\" is not a whole number from 1 to 65535 (url); pool_size \"0\" is not a whole "
      "number from 1 to 1000 (url); echo_pool \"maybe\" is neither true nor false (settings)" },
};

TEST(every_mistake_is_told_with_the_nearest_known_word)
{
    forget_environment();
    for (size_t i = 0; i < COUNT_OF(mistakes); i++) {
        tl_config *config = NULL;
        tl_error err = TL_ERROR_INIT;

        CHECK_INT(tl_config_new(mistakes[i].url, mistakes[i].settings, &config, &err),
                  TL_ERR_INVALID, mistakes[i].url);
        CHECK_STR(err.message, mistakes[i].message);
        CHECK(config == NULL);
        CHECK_INT(tl_config_new(mistakes[i].url, mistakes[i].settings, &config, NULL),
                  TL_ERR_INVALID, "without an error to fill");
    }
}
END_TEST

TEST(a_mistake_in_the_environment_names_the_variable)
{
    tl_config *config = NULL;
    tl_error err = TL_ERROR_INIT;

    forget_environment();
    setenv("TRUNKLINE_POOL_SIZE", "x", 1);
    setenv("PGPORT", "y", 1);
    CHECK_INT(tl_config_new("", NULL, &config, &err), TL_ERR_INVALID, "status");
    CHECK_STR(err.message, "2 settings are wrong: port \"y\" is not a whole number from 1 to 65535 "
                           "(environment PGPORT); pool_size \"x\" is not a whole number from 1 to "
                           "1000 (environment TRUNKLINE_POOL_SIZE)");
    setenv("DATABASE_URL", "nonsense://", 1);
    CHECK_INT(tl_config_new(NULL, NULL, &config, &err), TL_ERR_INVALID, "status");
    CHECK_HAS(err.message, "cannot read the environment DATABASE_URL: it neither begins");
}
END_TEST

TEST(more_mistakes_than_fit_go_on_in_the_detail)
{
    tl_config *config = NULL;
    tl_error err = TL_ERROR_INIT;

    forget_environment();
    CHECK_INT(
        tl_config_new("host=h",
                      "pool_size=x max_overflow=x max_waiting=x pool_timeout=x pool_recycle=x "
                      "pool_pre_ping=x pool_ping_age=x pool_ping_timeout=x pool_use_lifo=x "
                      "pool_reset_on_return=x echo_pool=x call_timeout=x prepare_threshold=x "
                      "statement_cache_size=x banana=1",
                      &config, &err),
        TL_ERR_INVALID, "status");
    CHECK_HAS(err.message, "15 settings are wrong: unknown setting \"banana\"");
    CHECK_HAS(err.detail, "Also: pool_ping_age \"x\" is not");
    CHECK_HAS(err.detail, " more.");
    CHECK_INT(err.flags & TL_ERROR_TRUNCATED, 0, "truncated");
}
END_TEST

/* Each holds "hunter2" where somebody may put a password. */
static const char *const leaks[] = {
    "postgresql://u:hunter2%zz@h/d",
    "postgresql://u:hunter2@[::1/d",
    "postgresql://u:hunter2@h/d?x",
    "postgresql://u:hunter2@h/d?a=b=c",
    "postgresql://u:hunter2@h/d?sslmode=hunt",
    "postgresql://u:hunter2@h:x/d?sslmod=a",
    "postgresql://u:a/hunter2@h/d",
    "postgresql://u:a@hunter2@h/d",
    "postgresql://u:hunter2/a@h/d",
    "postgresql://u@h/d?password=hunter2%zz",
    "postgresql://u@h/d?password=a=hunter2",
    "postgresql://u@h/d?sslpassword=hunter2%zz",
    "mysql://u:hunter2@h/d",
    "u:hunter2@h/d",
    "u:hunter2@h/d?sslmode=require",
    "host=h password=a hunter2 port=5",
    "host=h password='hunter2",
    "password=hunter2 host='h",
    "password=hunter2 pool_size=x sslmod=1",
};

TEST(no_complaint_repeats_a_password)
{
    forget_environment();
    for (size_t i = 0; i < COUNT_OF(leaks); i++) {
        tl_config *config = NULL;
        tl_error err = TL_ERROR_INIT;
        char text[4096];

        CHECK_INT(tl_config_new(leaks[i], NULL, &config, &err), TL_ERR_INVALID, leaks[i]);
        tl_error_format(&err, text, sizeof text);
        ck_assert_msg(strstr(text, "hunter2") == NULL, "%s: %s", leaks[i], text);
    }
}
END_TEST

TEST(a_malformed_url_gets_the_reason_that_libpq_has)
{
    tl_config *config = NULL;
    tl_error err = TL_ERROR_INIT;

    forget_environment();
    CHECK_INT(tl_config_new("postgresql://u:pw@[::1/d", NULL, &config, &err), TL_ERR_INVALID, "");
    CHECK_STR(err.message, "end of string reached when looking for matching \"]\" in IPv6 host "
                           "address in URI: \"postgresql://u:********@[::1/d\" (url)");
    CHECK_INT(tl_config_new("postgresql://u:p%zz@h", NULL, &config, &err), TL_ERR_INVALID, "");
    CHECK_STR(err.message, "the password is not percent-encoded as a URL needs it (url)");
    CHECK_INT(tl_config_new("host=h mydb", NULL, &config, &err), TL_ERR_INVALID, "");
    CHECK_STR(err.message, "missing \"=\" after \"mydb\" in connection info string (url)");
}
END_TEST

TEST(the_settings_of_the_library_come_first_and_each_is_explained)
{
    tl_config_item item = { 0 };
    size_t n_pool = 0;

    forget_environment();
    scoped(tl_config_freep) tl_config *config = read_config("host=h password=x", NULL);
    for (size_t i = 0; i < tl_config_count(config); i++) {
        CHECK(tl_config_get(config, i, &item));
        n_pool += item.kind == TL_CONFIG_POOL;
        CHECK((item.kind == TL_CONFIG_POOL) == (i < 15));
        CHECK(item.name[0] != '\0' && item.help[0] != '\0' && item.source[0] != '\0');
        CHECK(item.secret == (strstr(item.name, "password") != NULL) || i >= 15);
        CHECK(!item.live || item.kind == TL_CONFIG_POOL);
    }
    CHECK_INT(n_pool, 15, "settings of the library");
    CHECK(find_item(config, "password").secret && find_item(config, "sslpassword").secret);
    CHECK_STR(find_item(config, "sslpassword").value, "");
    CHECK(find_item(config, "pool_timeout").live && !find_item(config, "pool_size").live);
    item.name = "untouched";
    CHECK(!tl_config_get(config, tl_config_count(config), &item));
    CHECK_STR(item.name, "untouched");
}
END_TEST

TEST(live_settings_are_applied_together_or_not_at_all)
{
    tl_error err = TL_ERROR_INIT;
    struct tl__settings now;
    struct tl__settings wanted = { .pool_size = 77 };

    forget_environment();
    scoped(tl_config_freep) tl_config *config = read_config("host=h", NULL);
    now = *tl__config_settings(config);
    CHECK_INT(tl__config_apply(config, &now, "pool_timeout=5s pool_size=3 pool_recycle=x sise=1",
                               &wanted, &err),
              TL_ERR_INVALID, "status");
    CHECK_STR(err.message,
              "3 settings are wrong: unknown setting \"sise\" (settings); pool_size cannot change "
              "while the engine works (settings); pool_recycle \"x\" is not a duration from 1ms to "
              "365d, or never (settings)");
    CHECK_INT(wanted.pool_size, 77, "untouched");

    CHECK_OK(tl__config_apply(config, &now, "pool_timeout=5s echo_pool=on", &wanted, &err), &err);
    CHECK_INT(wanted.pool_timeout_ms, 5000, "pool_timeout");
    CHECK_INT(wanted.echo_pool, 1, "echo_pool");
    CHECK_INT(wanted.pool_size, 10, "pool_size");
    CHECK_STR(wanted.pool_name, now.pool_name);
    CHECK_OK(tl__config_apply(config, &now, NULL, &wanted, &err), &err);
    CHECK_INT(wanted.pool_timeout_ms, 30000, "pool_timeout");
}
END_TEST

static int make_config(void *user)
{
    tl_config *config = NULL;
    tl_error err = TL_ERROR_INIT;

    (void)user;
    const int status =
        tl_config_new("postgresql://u:secret@db.example.org/d?pool_size=5&application_name=x",
                      "max_overflow=1 pool_name=orders", &config, &err);
    CHECK((config != NULL) == (status == TL_OK));
    CHECK_INT(err.status, status, "status in the error");
    tl_config_free(config);
    return status;
}

TEST(tl_config_new_survives_every_allocation_failure)
{
    forget_environment();
    setenv("TRUNKLINE_POOL_RECYCLE", "5min", 1);
    setenv("PGPASSWORD", "envsecret", 1);
    test_every_allocation(make_config, NULL);
}
END_TEST

/* A bad text never turns into a good one, and blocks balance. */
TEST(complaining_survives_every_allocation_failure)
{
    bool hit = true;

    forget_environment();
    for (size_t nth = 1; hit; nth++) {
        tl_config *config = NULL;

        tl__alloc_fail(nth);
        const int status = tl_config_new("postgresql://u:%zz@h/d?pool_sise=1&pool_size=x",
                                         "pool_ping_timeout=x", &config, NULL);
        hit = tl__alloc_failed();
        tl__alloc_fail(0);
        CHECK_INT(status, hit ? TL_ERR_NOMEM : TL_ERR_INVALID, "status");
        CHECK_INT(tl__alloc_live(), 0, "blocks left");
    }
}
END_TEST

int main(void)
{
    return TEST_MAIN(
        "config", without_any_word_everything_is_default, a_url_is_told_apart,
        keyword_value_text_means_the_same,
        settings_come_before_the_url_and_the_url_before_the_environment,
        a_hidden_value_cannot_be_wrong, a_service_file_comes_before_the_environment_as_in_libpq,
        a_service_that_is_missing_is_an_error, a_pool_without_a_name_is_called_after_its_database,
        weaker_tls_must_be_asked_for, every_mistake_is_told_with_the_nearest_known_word,
        a_mistake_in_the_environment_names_the_variable, more_mistakes_than_fit_go_on_in_the_detail,
        no_complaint_repeats_a_password, a_malformed_url_gets_the_reason_that_libpq_has,
        the_settings_of_the_library_come_first_and_each_is_explained,
        live_settings_are_applied_together_or_not_at_all,
        tl_config_new_survives_every_allocation_failure,
        complaining_survives_every_allocation_failure);
}
