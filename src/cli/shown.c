/* cli/shown.c - how text of unknown origin is shown on a terminal */
#include "cli/shown.h"

#include <string.h>
#include <wchar.h>

#include "base/macro.h"

enum { TAB_COLUMNS = 8 };

/* By a lead byte: how many bytes the character has, and the least number that needs so many. */
static size_t count_bytes(unsigned char lead, int32_t *least, int32_t *bits)
{
    static const struct {
        unsigned char mask, mark;
        int32_t least;
    } forms[] = {
        { 0x80, 0x00, 0 }, { 0xE0, 0xC0, 0x80 }, { 0xF0, 0xE0, 0x800 }, { 0xF8, 0xF0, 0x10000 }
    };

    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        if ((lead & forms[i].mask) != forms[i].mark)
            continue;
        *least = forms[i].least;
        *bits = lead & (unsigned char)~forms[i].mask;
        return i + 1;
    }
    return 0;
}

struct shown_char shown_char_at(tl_str text)
{
    static const struct shown_char broken = { 1, -1 };
    const unsigned char *const bytes = (const unsigned char *)text.data;
    int32_t least, code;
    const size_t len = count_bytes(bytes[0], &least, &code);

    if (len == 0 || len > text.len)
        return broken;
    for (size_t i = 1; i < len; i++) {
        if ((bytes[i] & 0xC0) != 0x80)
            return broken;
        code = code << 6 | (bytes[i] & 0x3F);
    }
    if (code < least || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
        return broken;
    return (struct shown_char){ len, code };
}

void shown_blanks(FILE *to, size_t n)
{
    static const char blanks[] = "                                                                ";

    for (; n >= sizeof blanks; n -= sizeof blanks - 1)
        fwrite(blanks, 1, sizeof blanks - 1, to);
    fwrite(blanks, 1, n, to);
}

static size_t write_escape(FILE *to, const char *escape)
{
    if (to != NULL)
        fputs(escape, to);
    return strlen(escape);
}

static size_t write_tab(FILE *to, size_t column)
{
    const size_t width = TAB_COLUMNS - column % TAB_COLUMNS;

    if (to != NULL)
        shown_blanks(to, width);
    return width;
}

static size_t write_char(FILE *to, tl_str text, struct shown_char c, size_t column)
{
    const int width = c.code < 0x20 || c.code == 0x7F ? -1 : wcwidth((wchar_t)c.code);
    char escape[16];

    if (c.code == '\t')
        return write_tab(to, column);
    if (width >= 0) {
        if (to != NULL)
            fwrite(text.data, 1, c.len, to);
        return (size_t)width;
    }
    if (c.code == '\r')
        return write_escape(to, "\\r");
    if (c.code < 0x80)
        snprintf(escape, sizeof escape, "\\x%02X", (unsigned char)text.data[0]);
    else
        snprintf(escape, sizeof escape, "\\u%04X", (unsigned)c.code);
    return write_escape(to, escape);
}

size_t shown_write(FILE *to, tl_str line)
{
    size_t column = 0;

    while (line.len > 0) {
        const struct shown_char c = shown_char_at(line);

        column += write_char(to, line, c, column);
        line.data += c.len;
        line.len -= c.len;
    }
    return column;
}

tl_str shown_next_line(tl_str *rest)
{
    const char *const end = rest->len > 0 ? memchr(rest->data, '\n', rest->len) : NULL;
    tl_str line = *rest;

    if (end == NULL) {
        *rest = (tl_str){ NULL, 0 };
        return line;
    }
    line.len = (size_t)(end - line.data);
    rest->data += line.len + 1;
    rest->len -= line.len + 1;
    return line;
}

size_t shown_width(tl_str text, size_t *out_n_lines)
{
    size_t widest = 0;
    size_t n_lines = 0;

    do {
        const tl_str line = shown_next_line(&text);
        const size_t width = shown_write(NULL, line);

        widest = MAX_OF(widest, width);
        n_lines++;
    } while (text.data != NULL);
    *out_n_lines = n_lines;
    return widest;
}
