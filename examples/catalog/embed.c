/* catalog/embed.c - a text as a vector, by hashing its words; pure */
#include "embed.h"

#include <math.h>
#include <string.h>

enum { WORD_MAX = 32 }; /* longer words are cut */

struct word {
    char bytes[WORD_MAX];
    size_t len;
};

/* Words that are in every description and say nothing of it. */
static const char *const common_words[] = {
    "about", "all",     "also",     "an",   "and",  "any",      "are",      "as",       "at",
    "be",    "by",      "can",      "for",  "from", "has",      "have",     "if",       "in",
    "is",    "it",      "its",      "more", "not",  "of",       "on",       "or",       "other",
    "over",  "package", "packages", "so",   "such", "that",     "the",      "their",    "them",
    "these", "they",    "this",     "to",   "use",  "used",     "uses",     "using",    "various",
    "was",   "which",   "will",     "with", "you",  "contains", "provides", "provided", "includes",
    "your",  "when",    "than",     "but",  "into", "most",
};

static bool is_common(const struct word *word)
{
    for (size_t i = 0; i < sizeof common_words / sizeof *common_words; i++)
        if (strlen(common_words[i]) == word->len &&
            memcmp(common_words[i], word->bytes, word->len) == 0)
            return true;
    return false;
}

/* FNV-1a, which can go on where another hash ended. */
static uint64_t hash_bytes(uint64_t hash, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        hash ^= (uint8_t)bytes[i];
        hash *= UINT64_C(1099511628211);
    }
    return hash;
}

static uint64_t hash_word(uint64_t hash, const struct word *word)
{
    return hash_bytes(hash, word->bytes, word->len);
}

/* Letters in lower case, digits, and every byte beyond ASCII are in words; 0 ends one. */
static char fold(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c - 'A' + 'a');
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c & 0x80) != 0)
        return c;
    return '\0';
}

/* The next word of at least two bytes. */
static bool next_word(tl_str *text, struct word *word)
{
    word->len = 0;
    while (text->len > 0) {
        const char c = fold(text->data[0]);
        if (c == '\0' && word->len >= 2)
            return true;
        if (c == '\0')
            word->len = 0;
        else if (word->len < WORD_MAX)
            word->bytes[word->len++] = c;
        text->data++;
        text->len--;
    }
    return word->len >= 2;
}

/* The low bits pick the place, the highest one the sign: collisions cancel out rather than add. */
static void add_hash(float sum[EMBED_DIMS], uint64_t hash, float weight)
{
    hash ^= hash >> 32;
    sum[hash % EMBED_DIMS] += (hash >> 63) != 0 ? weight : -weight;
}

void embed_add(float sum[EMBED_DIMS], tl_str text, float weight)
{
    static const uint64_t seed = UINT64_C(14695981039346656037);
    struct word word;
    uint64_t before = 0; /* the hash of the word before this one */

    while (next_word(&text, &word)) {
        if (is_common(&word))
            continue;
        const uint64_t hash = hash_word(seed, &word);
        add_hash(sum, hash, weight);
        if (before != 0)
            add_hash(sum, hash_word(hash_bytes(before, " ", 1), &word), weight);
        before = hash;
    }
}

bool embed_close(float sum[EMBED_DIMS])
{
    double squares = 0;

    for (size_t i = 0; i < EMBED_DIMS; i++)
        squares += (double)sum[i] * (double)sum[i];
    if (squares <= 0)
        return false;
    for (size_t i = 0; i < EMBED_DIMS; i++)
        sum[i] = (float)((double)sum[i] / sqrt(squares));
    return true;
}
