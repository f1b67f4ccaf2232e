/* unit/engine/test-tls.c - how a server is verified where nobody said it */
#include "harness/test.h"

#include "engine/config-tls.h"

static const struct {
    const char *host;
    const char *hostaddr;
    bool is_local;
} hosts[] = {
    { NULL, NULL, true },
    { "", NULL, true },
    { "/var/run/postgresql", NULL, true },
    { "@abstract", NULL, true },
    { "localhost", NULL, true },
    { "LocalHost", NULL, true },
    { "127.0.0.1", NULL, true },
    { "127.8.9.10", NULL, true },
    { "::1", NULL, true },
    { "db.example.org", NULL, false },
    { "localhost.example.org", NULL, false },
    { "notlocalhost", NULL, false },
    { "127.0.0.1.example.org", NULL, false },
    { "10.0.0.1", NULL, false },
    { "0.0.0.0", NULL, false },
    { "::2", NULL, false },
    { "::ffff:10.0.0.1", NULL, false },
    { "localhost,db.example.org", NULL, false },
    { "localhost,/tmp,::1", NULL, true },
    { "localhost,", NULL, true },
    { NULL, "127.0.0.1", true },
    { NULL, "10.0.0.1", false },
    { "db.example.org", "127.0.0.1", true },
    { "localhost", "10.0.0.1", false },
    { "localhost,db", "127.0.0.1,127.0.0.2", true },
    { "localhost,localhost", ",10.0.0.1", false },
};

TEST(local_is_what_does_not_leave_the_machine)
{
    for (size_t i = 0; i < COUNT_OF(hosts); i++)
        ck_assert_msg(tl__host_is_local(hosts[i].host, hosts[i].hostaddr) == hosts[i].is_local,
                      "host %s, hostaddr %s", hosts[i].host != NULL ? hosts[i].host : "(none)",
                      hosts[i].hostaddr != NULL ? hosts[i].hostaddr : "(none)");
}
END_TEST

TEST(a_host_name_of_any_length_is_judged)
{
    char name[400];

    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    CHECK(!tl__host_is_local(name, NULL));
    name[0] = '/';
    CHECK(tl__host_is_local(name, NULL));
}
END_TEST

#define BUNDLE "/etc/roots.crt"

static const struct {
    const char *name;
    struct tl__tls_facts facts;
    const char *sslmode;
    const char *sslrootcert;
} cases[] = {
    { "a local server is left to libpq", { .host = "localhost", .bundle = BUNDLE }, NULL, NULL },
    { "so is what somebody chose",
      { .host = "db", .has_mode = true, .bundle = BUNDLE },
      NULL,
      NULL },
    { "libpq 16 knows the system's roots",
      { .host = "db", .libpq_version = 160000, .bundle = BUNDLE },
      "verify-full",
      "system" },
    { "an older one is shown the file",
      { .host = "db", .libpq_version = 150018, .bundle = BUNDLE },
      "verify-full",
      BUNDLE },
    { "own roots are kept",
      { .host = "db", .libpq_version = 170000, .has_roots = true, .bundle = BUNDLE },
      "verify-full",
      NULL },
    { "without any roots encryption is left",
      { .host = "db", .libpq_version = 150018 },
      "require",
      NULL },
};

TEST(a_server_beyond_this_machine_is_verified)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct tl__tls tls = tl__tls_choose(&cases[i].facts);

        if (cases[i].sslmode == NULL)
            ck_assert_msg(tls.sslmode == NULL, "%s", cases[i].name);
        else
            CHECK_STR(tls.sslmode, cases[i].sslmode);
        if (cases[i].sslrootcert == NULL)
            ck_assert_msg(tls.sslrootcert == NULL, "%s", cases[i].name);
        else
            CHECK_STR(tls.sslrootcert, cases[i].sslrootcert);
    }
}
END_TEST

int main(void)
{
    return TEST_MAIN("tls", local_is_what_does_not_leave_the_machine,
                     a_host_name_of_any_length_is_judged, a_server_beyond_this_machine_is_verified);
}
