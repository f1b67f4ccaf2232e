/* cli/json.c - writing JSON: strings, numbers as the server wrote them, rows of columns */
#include "cli/json.h"

#include <stdlib.h>
#include <string.h>

#include "base/macro.h"
#include "cli/shown.h"
#include "cli/table.h"

/* ---- numbers: [-] digits [. digits] [e [+-] digits], no 0 before another digit ---- */

static bool skip(tl_str *text, const char *characters)
{
    if (text->len == 0 || strchr(characters, text->data[0]) == NULL || text->data[0] == '\0')
        return false;
    text->data++;
    text->len--;
    return true;
}

static bool skip_digits(tl_str *text)
{
    bool any = false;

    while (skip(text, "0123456789"))
        any = true;
    return any;
}

bool json_is_number(tl_str text)
{
    skip(&text, "-");
    if (!skip(&text, "0") && !skip_digits(&text))
        return false;
    if (skip(&text, ".") && !skip_digits(&text))
        return false;
    if (skip(&text, "eE")) {
        skip(&text, "+-");
        if (!skip_digits(&text))
            return false;
    }
    return text.len == 0;
}

/* ---- strings ---- */

static void write_control(FILE *to, char c)
{
    static const char short_forms[] = "\bb\tt\nn\ff\rr";

    for (size_t i = 0; i + 1 < sizeof short_forms; i += 2) {
        if (short_forms[i] == c) {
            fprintf(to, "\\%c", short_forms[i + 1]);
            return;
        }
    }
    fprintf(to, "\\u%04x", (unsigned char)c);
}

static void write_char(FILE *to, tl_str text, struct shown_char c)
{
    if (c.code < 0) {
        fputs("\xEF\xBF\xBD", to);
    } else if (c.code < 0x20 || c.code == 0x7F) {
        write_control(to, text.data[0]);
    } else {
        if (c.code == '"' || c.code == '\\')
            fputc('\\', to);
        fwrite(text.data, 1, c.len, to);
    }
}

void json_write_text(FILE *to, tl_str text)
{
    fputc('"', to);
    while (text.len > 0) {
        const struct shown_char c = shown_char_at(text);

        write_char(to, text, c);
        text.data += c.len;
        text.len -= c.len;
    }
    fputc('"', to);
}

void json_write_string(FILE *to, const char *text)
{
    json_write_text(to, (tl_str){ text, strlen(text) });
}

/* ---- rows ---- */

struct key {
    const char *name;
    unsigned nth; /* which column of this name it is; 1 for the first */
};

static void format_key(const struct key *key, char *buf, size_t size)
{
    if (key->nth > 1)
        snprintf(buf, size, "%s_%u", key->name, key->nth);
    else
        snprintf(buf, size, "%s", key->name);
}

/* Whether a column other than self has this name of its own, or was given it before. */
static bool
is_taken(const struct table *table, const struct key *keys, size_t self, const char *text)
{
    char other[128];

    for (size_t i = 0; i < table->n_columns; i++) {
        if (i != self && strcmp(table->name(table, i), text) == 0)
            return true;
        if (i >= self || keys[i].nth == 1)
            continue;
        format_key(&keys[i], other, sizeof other);
        if (strcmp(other, text) == 0)
            return true;
    }
    return false;
}

/* The second column of a name gets _2, or the next number that no other column has. */
static void choose_key(const struct table *table, struct key *keys, size_t column)
{
    struct key *const key = &keys[column];
    char text[128];

    *key = (struct key){ .name = table->name(table, column), .nth = 1 };
    for (size_t i = 0; i < column; i++)
        if (strcmp(keys[i].name, key->name) == 0)
            key->nth = keys[i].nth + 1;
    if (key->nth == 1)
        return;
    for (;; key->nth++) {
        format_key(key, text, sizeof text);
        if (!is_taken(table, keys, column, text))
            return;
    }
}

static void write_cell(const struct table *table, size_t column, tl_str cell, FILE *to)
{
    const table_kind kind = table->kind(table, column);

    if (cell.data == NULL)
        fputs("null", to);
    else if (kind == TABLE_BOOLEAN)
        fputs(cell.len == 1 && cell.data[0] == 't' ? "true" : "false", to);
    else if (kind == TABLE_JSON || (kind == TABLE_NUMBER && json_is_number(cell)))
        fwrite(cell.data, 1, cell.len, to);
    else
        json_write_text(to, cell);
}

static void write_row(const struct table *table, const struct key *keys, size_t row, FILE *to)
{
    char text[128];

    fputc('{', to);
    for (size_t i = 0; i < table->n_columns; i++) {
        format_key(&keys[i], text, sizeof text);
        fputs(i > 0 ? ", " : "", to);
        json_write_string(to, text);
        fputs(": ", to);
        write_cell(table, i, table->cell(table, row, i), to);
    }
    fputc('}', to);
}

static void free_keys(struct key **keys)
{
    free(*keys);
}

bool table_print_json(const struct table *table, FILE *to)
{
    scoped(free_keys) struct key *keys = calloc(table->n_columns + 1, sizeof *keys);

    if (keys == NULL)
        return false;
    for (size_t i = 0; i < table->n_columns; i++)
        choose_key(table, keys, i);
    fputc('[', to);
    for (size_t row = 0; row < table->n_rows && !ferror(to); row++) {
        fputs(row > 0 ? ",\n " : "\n ", to);
        write_row(table, keys, row, to);
    }
    fputs(table->n_rows > 0 ? "\n]\n" : "]\n", to);
    return true;
}
