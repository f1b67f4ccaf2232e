/* engine/config-word.h - the known word that somebody may have meant */
#pragma once

#include <stddef.h>

/* Remembers the best of the words it was shown; begin with { .wanted = "what was written" }. */
struct tl__nearest {
    const char *wanted;
    const char *word; /* NULL as long as none comes near */
    size_t distance;
};

void tl__nearest_consider(struct tl__nearest *nearest, const char *word);

/* How many letters to change, insert or delete, whatever their case; SIZE_MAX for long words. */
size_t tl__word_distance(const char *a, const char *b);
