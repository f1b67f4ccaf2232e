/* unit/examples/test-embed.c - the catalogue example's embedder */
#include "harness/test.h"

#include <math.h>

#include "catalog/embed.h"

static bool embed(const char *text, float out[EMBED_DIMS])
{
    memset(out, 0, EMBED_DIMS * sizeof *out);
    embed_add(out, (tl_str){ text, strlen(text) }, 1);
    return embed_close(out);
}

static double likeness(const char *one, const char *other)
{
    float a[EMBED_DIMS];
    float b[EMBED_DIMS];
    double sum = 0;

    CHECK(embed(one, a) && embed(other, b));
    for (size_t i = 0; i < EMBED_DIMS; i++)
        sum += (double)a[i] * (double)b[i];
    return sum;
}

TEST(an_embedding_has_length_one)
{
    CHECK(fabs(likeness("a terminal multiplexer", "a terminal multiplexer") - 1) < 1e-5);
}
END_TEST

TEST(texts_that_share_words_are_closer)
{
    const double near = likeness("PostgreSQL client library", "client library for PostgreSQL");
    const double far = likeness("PostgreSQL client library", "tiny mail transport agent");

    ck_assert_msg(near > far + 0.3, "%f is not much above %f", near, far);
}
END_TEST

TEST(case_and_punctuation_do_not_count)
{
    CHECK(fabs(likeness("Terminal, Multiplexer!", "terminal multiplexer") - 1) < 1e-5);
}
END_TEST

TEST(the_order_of_words_counts_a_little)
{
    const double turned = likeness("red green blue", "blue green red");

    ck_assert_msg(turned > 0.1 && turned < 0.99, "%f", turned);
}
END_TEST

TEST(the_same_text_gives_the_same_vector_on_every_machine)
{
    float v[EMBED_DIMS];
    size_t n_set = 0;

    CHECK(embed("database", v));
    for (size_t i = 0; i < EMBED_DIMS; i++)
        n_set += v[i] != 0;
    CHECK_INT(n_set, 1, "places set");
    CHECK(v[105] == -1);
}
END_TEST

static const char *const empty[] = { "", " ", "a b c", "the of and", "...", "\n\n", "\x01\x02" };

TEST(a_text_without_words_has_no_embedding)
{
    float v[EMBED_DIMS];

    for (size_t i = 0; i < COUNT_OF(empty); i++)
        ck_assert_msg(!embed(empty[i], v), "\"%s\" has an embedding", empty[i]);
}
END_TEST

TEST(any_bytes_are_taken)
{
    char bytes[512];
    float v[EMBED_DIMS] = { 0 };

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 7);
    embed_add(v, (tl_str){ bytes, sizeof bytes }, 1);
    CHECK(embed_close(v));
    for (size_t i = 0; i < EMBED_DIMS; i++)
        CHECK(isfinite(v[i]));
}
END_TEST

int main(void)
{
    return TEST_MAIN("embed", an_embedding_has_length_one, texts_that_share_words_are_closer,
                     case_and_punctuation_do_not_count, the_order_of_words_counts_a_little,
                     the_same_text_gives_the_same_vector_on_every_machine,
                     a_text_without_words_has_no_embedding, any_bytes_are_taken);
}
