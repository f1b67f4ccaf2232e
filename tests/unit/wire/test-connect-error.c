/* unit/wire/test-connect-error.c - what libpq says of a failed connection, taken apart */
#include "wire/connect-error.h"

#include "harness/test.h"

TEST(the_code_and_the_words_come_apart)
{
    static const struct {
        const char *text;
        const char *sqlstate;
        const char *message;
        const char *detail;
        const char *hint;
    } cases[] = {
        { "connection to server at \"::1\", port 1 failed: Connection refused\n"
          "\tIs the server running on that host and accepting TCP/IP connections?\n",
          "", "connection to server at \"::1\", port 1 failed: Connection refused", "",
          "Is the server running on that host and accepting TCP/IP connections?" },
        { "connection to server at \"h\", port 5432 failed: FATAL:  28P01: password authentication "
          "failed for user \"x\"\nLOCATION:  auth_failed, auth.c:338\n",
          "28P01",
          "connection to server at \"h\", port 5432 failed: password authentication failed "
          "for user \"x\"",
          "", "" },
        { "x failed: FATAL:  53300: sorry\nDETAIL:  Too many.\nHINT:  Wait.\nLOCATION:  f, c:1\n",
          "53300", "x failed: sorry", "Too many.", "Wait." },
        { "a failed: refused\nb failed: FATAL:  57P03: starting up\n", "57P03",
          "a failed: refused b failed: starting up", "", "" },
        { "", "", "", "", "" },
        { "no code:  abcde: here", "", "no code:  abcde: here", "", "" },
        { "short:  28P01", "", "short:  28P01", "", "" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        tl_error err = TL_ERROR_INIT;

        tl__connect_error_parse(cases[i].text, &err);
        CHECK_STR(err.sqlstate, cases[i].sqlstate);
        CHECK_STR(err.message, cases[i].message);
        CHECK_STR(err.detail, cases[i].detail);
        CHECK_STR(err.hint, cases[i].hint);
    }
}

int main(void)
{
    return TEST_MAIN("connect-error", the_code_and_the_words_come_apart);
}
