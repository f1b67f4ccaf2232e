/* unit/engine/test-url.c - taking what is not libpq's out of a URL or a keyword/value text */
#include "harness/test.h"

#include <stdio.h>

#include "base/buf.h"
#include "engine/url.h"

/* Takes every parameter whose name begins with "pool", and notes what it was told. */
static bool take_pool(void *user, const char *keyword, const char *value)
{
    if (strncmp(keyword, "pool", 4) != 0)
        return false;
    tl__buf_printf(user, "[%s=%s]", keyword, value != NULL ? value : "(malformed)");
    return true;
}

static const struct {
    const char *text;
    const char *rest;
    const char *taken;
} splits[] = {
    /* The scheme. */
    { "postgresql://", "postgresql://", "" },
    { "postgres://h", "postgresql://h", "" },
    { "postgresql+psycopg2://h/d", "postgresql://h/d", "" },
    { "postgresql+asyncpg://u:p@h:5/d?a=b", "postgresql://u:p@h:5/d?a=b", "" },
    { "postgres+psycopg_async://h", "postgresql://h", "" },
    /* What libpq sees stays as it was. */
    { "postgresql://u:p%40s+s%25@h/d?options=-c%20geqo%3Doff&x=a+b",
      "postgresql://u:p%40s+s%25@h/d?options=-c%20geqo%3Doff&x=a+b", "" },
    { "postgresql://u:what?pool_size=3@h/d", "postgresql://u:what?pool_size=3@h/d", "" },
    { "postgresql://%2Fvar%2Frun:5432/d?pool_size=3", "postgresql://%2Fvar%2Frun:5432/d",
      "[pool_size=3]" },
    { "postgresql://u@[::1]:5,[fe80::1]/d?pool_size=3&x=1",
      "postgresql://u@[::1]:5,[fe80::1]/d?x=1", "[pool_size=3]" },
    { "postgresql://[a?pool_size=3", "postgresql://[a?pool_size=3", "" },
    { "postgresql://a:1,b:2,c/d?pool_size=3", "postgresql://a:1,b:2,c/d", "[pool_size=3]" },
    { "postgresql://h?pool_size=3", "postgresql://h", "[pool_size=3]" },
    { "postgresql:///d?host=/tmp&pool_size=3", "postgresql:///d?host=/tmp", "[pool_size=3]" },
    { "postgresql://@/d?pool_size=3", "postgresql://@/d", "[pool_size=3]" },
    { "postgresql://h/d@x?a=u@v&pool_a=w@x", "postgresql://h/d@x?a=u@v", "[pool_a=w@x]" },
    /* The order of others, and what is between. */
    { "postgresql://h/d?pool_a=1&x=1&pool_b=2&y=2&pool_c=3", "postgresql://h/d?x=1&y=2",
      "[pool_a=1][pool_b=2][pool_c=3]" },
    { "postgresql://h/d?pool_a=1&pool_a=2", "postgresql://h/d", "[pool_a=1][pool_a=2]" },
    { "postgresql://h/d?", "postgresql://h/d", "" },
    { "postgresql://h/d?x=1&", "postgresql://h/d?x=1", "" },
    { "postgresql://h/d?x=1&&y=2", "postgresql://h/d?x=1&&y=2", "" },
    /* Decoding. */
    { "postgresql://h/d?pool_name=a%26b%3Dc%20d+e%C3%BC", "postgresql://h/d",
      "[pool_name=a&b=c d+e\xc3\xbc]" },
    { "postgresql://h/d?p%6Fol_size=3", "postgresql://h/d", "[pool_size=3]" },
    { "postgresql://h/d?pool_name=", "postgresql://h/d", "[pool_name=]" },
    { "postgresql://h/d?pool_name=%zz", "postgresql://h/d", "[pool_name=(malformed)]" },
    { "postgresql://h/d?pool_name=%2", "postgresql://h/d", "[pool_name=(malformed)]" },
    { "postgresql://h/d?pool_name=%2&x=1", "postgresql://h/d?x=1", "[pool_name=(malformed)]" },
    { "postgresql://h/d?pool_name=a%00b", "postgresql://h/d", "[pool_name=(malformed)]" },
    { "postgresql://h/d?pool_size", "postgresql://h/d", "[pool_size=(malformed)]" },
    { "postgresql://h/d?pool_size=1=2", "postgresql://h/d", "[pool_size=(malformed)]" },
    { "postgresql://h/d?%zz=1&x", "postgresql://h/d?%zz=1&x", "" },
    /* Keyword/value text. */
    { "", "", "" },
    { "host=h", "host=h", "" },
    { "host=h pool_size=3 port=5", "host=h port=5", "[pool_size=3]" },
    { "pool_size=3 host=h", " host=h", "[pool_size=3]" },
    { "  pool_size = 3  host = h  ", "  host = h  ", "[pool_size=3]" },
    { "pool_name='it\\'s \\\\ so'host=h", "host=h", "[pool_name=it's \\ so]" },
    { "pool_name=a\\ b\\'c host=h", " host=h", "[pool_name=a b'c]" },
    { "pool_name='' host=h", " host=h", "[pool_name=]" },
    { "password='a pool_size=3 b' pool_size=4", "password='a pool_size=3 b'", "[pool_size=4]" },
    { "password=x\\ pool_size=3", "password=x\\ pool_size=3", "" },
    { "pool_name=a\\", "", "[pool_name=a]" },
    { "host=h\n\tpool_size=3", "host=h", "[pool_size=3]" },
    { "pool_size=3 broken", " broken", "[pool_size=3]" },
    { "pool_size=3 host='h", " host='h", "[pool_size=3]" },
    { "pool_name='x", "pool_name='x", "" },
};

TEST(what_is_ours_is_taken_out_and_the_rest_is_left)
{
    for (size_t i = 0; i < COUNT_OF(splits); i++) {
        scoped(tl__buf_done) struct tl__buf rest = TL__BUF_INIT;
        scoped(tl__buf_done) struct tl__buf taken = TL__BUF_INIT;

        ck_assert_msg(tl__url_complaint(splits[i].text) == NULL, "%s", splits[i].text);
        CHECK_INT(tl__url_split(splits[i].text, take_pool, &taken, &rest), TL_OK, splits[i].text);
        CHECK_STR(tl__buf_cstr(&rest), splits[i].rest);
        CHECK_STR(tl__buf_cstr(&taken), splits[i].taken);
    }
}
END_TEST

static bool is_password(void *user, const char *keyword)
{
    (void)user;
    return strcmp(keyword, "password") == 0;
}

static const struct {
    const char *text;
    const char *masked;
} masks[] = {
    { "postgresql://u:se%zz@h/d?x=1", "postgresql://u:********@h/d?x=1" },
    { "postgresql://u:a:b@h", "postgresql://u:********@h" },
    { "postgresql://u@h:5/d", "postgresql://u@h:5/d" },
    { "postgresql://h:5/d?x@y:z", "postgresql://h:5/d?x@y:z" },
    { "postgresql://h?password=s%zz&x=1", "postgresql://h?password=********&x=1" },
    { "postgresql://h?x=1&password=a=b", "postgresql://h?x=1&password=********" },
    { "postgresql://h?pass%77ord=s", "postgresql://h?password=********" },
    { "host=h password=secret port=5", "host=h password=******** port=5" },
    { "password = 'a b' host=h", " password=******** host=h" },
    { "password='a b host=h", " password=********" },
    { "host=h password=my secret words port=5", "host=h password=********" },
    { "host='h password=secret", "host='h password=secret" },
};

TEST(secrets_do_not_reach_a_complaint)
{
    for (size_t i = 0; i < COUNT_OF(masks); i++) {
        scoped(tl__buf_done) struct tl__buf masked = TL__BUF_INIT;

        CHECK_INT(tl__url_mask(masks[i].text, is_password, NULL, &masked), TL_OK, masks[i].text);
        CHECK_STR(tl__buf_cstr(&masked), masks[i].masked);
    }
}
END_TEST

static const struct {
    const char *text;
    const char *about; /* a part of the complaint */
} complaints[] = {
    { "mysql://u:p@h/d", "neither begins with" },
    { "u:p@h/d?x=y", "neither begins with" },
    { "POSTGRESQL://u:p@h/d", "neither begins with" },
    { "postgresqlx://h", "neither begins with" },
    { "postgresql+a b://h", "neither begins with" },
    { "host=h u:p@h", "neither begins with" },
    { "postgresql://u:pa/ss@h/d", "must be written %2F" },
    { "postgresql://u:/ss@h:5/d", NULL },
    { "postgresql://u:p@ss@h/d", "a \"@\" %40" },
    { "postgresql://u:p@ss:w@rd@h/d", "a \"@\" %40" },
    { "postgresql://u@server:pw@h/d", "a \"@\" %40" },
    { "postgresql://u@a,b:p/w@h", "must be written %2F" },
    { "postgresql://u:p@h/d", NULL },
    { "postgresql://u:p@h:port/d", NULL },
    { "postgresql://u@@abstract/d", NULL },
    { "postgresql://h:5432/d@x?o=a@b", NULL },
    { "mydb", NULL },
};

TEST(a_text_that_hides_its_password_is_refused_without_repeating_it)
{
    for (size_t i = 0; i < COUNT_OF(complaints); i++) {
        const char *complaint = tl__url_complaint(complaints[i].text);

        if (complaints[i].about != NULL)
            CHECK_HAS(complaint, complaints[i].about);
        else
            ck_assert_msg(complaint == NULL, "%s: %s", complaints[i].text, complaint);
    }
}
END_TEST

TEST(a_text_has_a_longest_length)
{
    scoped(tl__buf_done) struct tl__buf text = TL__BUF_INIT;

    tl__buf_str(&text, "host=");
    memset(tl__buf_extend(&text, 65536 - 5), 'x', 65536 - 5);
    CHECK(tl__url_complaint(tl__buf_cstr(&text)) == NULL);
    tl__buf_char(&text, 'x');
    CHECK_HAS(tl__url_complaint(tl__buf_cstr(&text)), "longer than 65536 bytes");
}
END_TEST

/* Every beginning of a text that is good or bad: nothing is read past its end. */
TEST(a_text_cut_anywhere_is_survived)
{
    for (size_t i = 0; i < COUNT_OF(splits); i++)
        for (size_t len = 0; len <= strlen(splits[i].text); len++) {
            scoped(tl__buf_done) struct tl__buf text = TL__BUF_INIT;
            scoped(tl__buf_done) struct tl__buf rest = TL__BUF_INIT;
            scoped(tl__buf_done) struct tl__buf taken = TL__BUF_INIT;
            scoped(tl__buf_done) struct tl__buf masked = TL__BUF_INIT;

            tl__buf_bytes(&text, splits[i].text, len);
            if (tl__url_complaint(tl__buf_cstr(&text)) != NULL)
                continue;
            CHECK_INT(tl__url_split(tl__buf_cstr(&text), take_pool, &taken, &rest), TL_OK, "split");
            CHECK_INT(tl__url_mask(tl__buf_cstr(&rest), is_password, NULL, &masked), TL_OK, "mask");
        }
}
END_TEST

int main(void)
{
    return TEST_MAIN("url", what_is_ours_is_taken_out_and_the_rest_is_left,
                     secrets_do_not_reach_a_complaint,
                     a_text_that_hides_its_password_is_refused_without_repeating_it,
                     a_text_has_a_longest_length, a_text_cut_anywhere_is_survived);
}
