/* engine/config-word.c - the known word that somebody may have meant */
#include "engine/config-word.h"

#include <stdint.h>
#include <string.h>

#include "base/macro.h"

enum { MOST_LETTERS = 48 };

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

/* Levenshtein's, one row of the table at a time. */
size_t tl__word_distance(const char *a, const char *b)
{
    const size_t len = strlen(b);
    size_t row[MOST_LETTERS + 1];

    if (strlen(a) > MOST_LETTERS || len > MOST_LETTERS)
        return SIZE_MAX;
    for (size_t j = 0; j <= len; j++)
        row[j] = j;
    for (size_t i = 0; a[i] != '\0'; i++) {
        size_t diagonal = row[0];

        row[0] = i + 1;
        for (size_t j = 0; j < len; j++) {
            const size_t changed = diagonal + (lower(a[i]) != lower(b[j]));

            diagonal = row[j + 1];
            row[j + 1] = MIN_OF(changed, MIN_OF(row[j], diagonal) + 1);
        }
    }
    return row[len];
}

/* A part of a word, such as "timeout" or "ssl", counts as far as a word may be, but not further. */
static size_t judge(const char *wanted, const char *word)
{
    const size_t len = strlen(wanted);
    const size_t far = (len + 2) / 3;
    const size_t distance = tl__word_distance(wanted, word);

    if (distance <= far)
        return distance;
    return len >= 3 && strstr(word, wanted) != NULL ? far + 1 : SIZE_MAX;
}

void tl__nearest_consider(struct tl__nearest *nearest, const char *word)
{
    const size_t distance = judge(nearest->wanted, word);

    if (distance == SIZE_MAX || (nearest->word != NULL && distance >= nearest->distance))
        return;
    nearest->word = word;
    nearest->distance = distance;
}
