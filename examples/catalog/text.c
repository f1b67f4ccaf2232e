/* catalog/text.c - small questions about pieces of text that end without a NUL; pure */
#include "text.h"

#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Not isalnum(), which asks the locale. */
static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

tl_str text_trim(tl_str text)
{
    while (text.len > 0 && is_blank(text.data[0])) {
        text.data++;
        text.len--;
    }
    while (text.len > 0 && is_blank(text.data[text.len - 1]))
        text.len--;
    return text;
}

bool text_equal(tl_str text, const char *other)
{
    return text.data != NULL && strlen(other) == text.len &&
           memcmp(text.data, other, text.len) == 0;
}

int text_compare(tl_str one, tl_str other)
{
    const size_t n = one.len < other.len ? one.len : other.len;
    const int order = n > 0 ? memcmp(one.data, other.data, n) : 0;

    if (order != 0)
        return order;
    return (one.len > other.len) - (one.len < other.len);
}

bool text_is_made_of(tl_str text, const char *extra)
{
    if (text.len == 0 || !is_alnum(text.data[0]))
        return false;
    for (size_t i = 1; i < text.len; i++)
        if (!is_alnum(text.data[i]) && (text.data[i] == '\0' || !strchr(extra, text.data[i])))
            return false;
    return true;
}

bool text_to_size(tl_str text, int64_t *out)
{
    int64_t number = 0;

    if (text.len == 0 || text.len > 15)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        number = 10 * number + (text.data[i] - '0');
    }
    *out = number;
    return true;
}

/* How many bytes the lead byte asks for, and the least second byte that is no longer form than
 * needed, and the greatest that is neither a surrogate nor beyond U+10FFFF. */
static size_t sequence_len(uint8_t lead, uint8_t *least, uint8_t *most)
{
    *least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    *most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (lead >= 0x01 && lead <= 0x7F)
        return 1;
    if (lead >= 0xC2 && lead <= 0xDF)
        return 2;
    if (lead >= 0xE0 && lead <= 0xEF)
        return 3;
    if (lead >= 0xF0 && lead <= 0xF4)
        return 4;
    return 0;
}

/* The length of the character that the text begins with; 0 if it begins with none. */
static size_t character_len(tl_str text)
{
    uint8_t least;
    uint8_t most;
    const size_t len = sequence_len((uint8_t)text.data[0], &least, &most);

    if (len == 0 || len > text.len)
        return 0;
    for (size_t i = 1; i < len; i++) {
        const uint8_t byte = (uint8_t)text.data[i];
        if (byte < (i == 1 ? least : 0x80) || byte > (i == 1 ? most : 0xBF))
            return 0;
    }
    return len;
}

bool text_is_utf8(tl_str text)
{
    while (text.len > 0) {
        const size_t len = character_len(text);
        if (len == 0)
            return false;
        text.data += len;
        text.len -= len;
    }
    return true;
}

size_t text_repair(tl_str text, char *out)
{
    size_t n = 0;

    while (text.len > 0) {
        const size_t len = character_len(text);
        const size_t step = len > 0 ? len : 1;

        memcpy(out + n, len > 0 ? text.data : "\xEF\xBF\xBD", len > 0 ? len : 3);
        n += len > 0 ? len : 3;
        text.data += step;
        text.len -= step;
    }
    return n;
}

/* One folded line without its blank and its end; nothing at all for " .". */
static tl_str unfold_line(tl_str line)
{
    if (line.len > 0 && is_blank(line.data[0])) {
        line.data++;
        line.len--;
    }
    while (line.len > 0 && is_blank(line.data[line.len - 1]))
        line.len--;
    return text_equal(line, ".") ? (tl_str){ line.data, 0 } : line;
}

size_t text_unfold(tl_str text, char *out)
{
    size_t n = 0;

    while (text.len > 0) {
        const char *newline = memchr(text.data, '\n', text.len);
        const size_t len = newline != NULL ? (size_t)(newline - text.data) : text.len;
        const size_t step = newline != NULL ? len + 1 : len;
        const tl_str line = unfold_line((tl_str){ text.data, len });

        memcpy(out + n, line.data, line.len);
        n += line.len;
        if (newline != NULL)
            out[n++] = '\n';
        text.data += step;
        text.len -= step;
    }
    return n;
}
