/* unit/engine/test-word.c - the known word that somebody may have meant */
#include "harness/test.h"

#include "engine/config-word.h"

static const struct {
    const char *a;
    const char *b;
    size_t distance;
} distances[] = {
    { "", "", 0 },
    { "", "abc", 3 },
    { "abc", "", 3 },
    { "kitten", "sitting", 3 },
    { "pool_sise", "pool_size", 1 },
    { "POOL_SIZE", "pool_size", 0 },
    { "pol_size", "pool_size", 1 },
    { "ab", "ba", 2 },
    { "x123456789012345678901234567890123456789012345678", "x", SIZE_MAX },
};

TEST(distance_counts_letters_to_change_insert_or_delete)
{
    for (size_t i = 0; i < COUNT_OF(distances); i++) {
        CHECK_INT(tl__word_distance(distances[i].a, distances[i].b), distances[i].distance,
                  distances[i].a);
        CHECK_INT(tl__word_distance(distances[i].b, distances[i].a), distances[i].distance,
                  distances[i].a);
    }
}
END_TEST

static const char *const words[] = {
    "pool_name", "pool_size", "pool_timeout", "pool_recycle", "sslmode", "host", "hostaddr", "port",
};

static const struct {
    const char *wanted;
    const char *nearest;
} nearest_cases[] = {
    { "pool_size", "pool_size" },
    { "pool_sise", "pool_size" },
    { "Pool_Size", "pool_size" },
    { "timeout", "pool_timeout" },
    { "ssl", "sslmode" },
    { "hots", "host" },
    { "hostadr", "hostaddr" },
    { "banana", NULL },
    { "", NULL },
    { "zz", NULL },
};

TEST(the_nearest_word_is_found_or_none_if_all_are_far)
{
    for (size_t i = 0; i < COUNT_OF(nearest_cases); i++) {
        struct tl__nearest nearest = { .wanted = nearest_cases[i].wanted };

        for (size_t j = 0; j < COUNT_OF(words); j++)
            tl__nearest_consider(&nearest, words[j]);
        if (nearest_cases[i].nearest != NULL)
            CHECK_STR(nearest.word, nearest_cases[i].nearest);
        else
            ck_assert_msg(nearest.word == NULL, "\"%s\": %s", nearest_cases[i].wanted,
                          nearest.word);
    }
}
END_TEST

int main(void)
{
    return TEST_MAIN("word", distance_counts_letters_to_change_insert_or_delete,
                     the_nearest_word_is_found_or_none_if_all_are_far);
}
