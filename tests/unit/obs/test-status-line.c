/* unit/obs/test-status-line.c - a pool's status in SQLAlchemy's words */
#include "harness/test.h"

static const struct {
    tl_pool_status status;
    const char *line;
} cases[] = {
    { { .pool_size = 5, .max_overflow = 10, .n_empty = 15 },
      "Pool size: 5  Connections in pool: 0 Current Overflow: -5 "
      "Current Checked out connections: 0" },
    { { .pool_size = 10, .max_overflow = 20, .n_lent = 30, .n_waiting = 1 },
      "Pool size: 10  Connections in pool: 0 Current Overflow: 20 "
      "Current Checked out connections: 30" },
    { { .pool_size = 10, .max_overflow = 20, .n_idle = 10, .n_empty = 20 },
      "Pool size: 10  Connections in pool: 10 Current Overflow: 0 "
      "Current Checked out connections: 0" },
    { { .pool_size = 3, .max_overflow = 3, .n_idle = 1, .n_lent = 2, .n_empty = 3 },
      "Pool size: 3  Connections in pool: 1 Current Overflow: 0 "
      "Current Checked out connections: 2" },
    { { .pool_size = 10,
        .max_overflow = 20,
        .n_opening = 1,
        .n_idle = 2,
        .n_lent = 3,
        .n_probing = 4,
        .n_resetting = 5,
        .n_closing = 6,
        .n_empty = 9 },
      "Pool size: 10  Connections in pool: 7 Current Overflow: 11 "
      "Current Checked out connections: 14" },
};

TEST(the_line_has_the_words_and_numbers_that_people_match)
{
    char line[256];

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        CHECK_INT(tl_pool_status_line(&cases[i].status, line, sizeof line), strlen(cases[i].line),
                  "bytes needed");
        CHECK_STR(line, cases[i].line);
    }
    CHECK_INT(tl_pool_status_line(&cases[0].status, NULL, 0), strlen(cases[0].line), "counted");
}
END_TEST

int main(void)
{
    return TEST_MAIN("status line", the_line_has_the_words_and_numbers_that_people_match);
}
