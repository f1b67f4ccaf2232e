/* cli/csv.c - rows of columns as comma-separated values, RFC 4180 */
#include <string.h>

#include "cli/table.h"

static bool contains_any(tl_str text, const char *characters)
{
    for (; *characters != '\0'; characters++)
        if (memchr(text.data, *characters, text.len) != NULL)
            return true;
    return false;
}

static bool equals(tl_str text, const char *other)
{
    return text.len == strlen(other) && memcmp(text.data, other, text.len) == 0;
}

/* A line of \. alone would end the data for COPY. */
static bool needs_quotes(tl_str text)
{
    return contains_any(text, ",\"\r\n") || equals(text, "\\.");
}

static void write_quoted(tl_str text, FILE *to)
{
    fputc('"', to);
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '"')
            fputc('"', to);
        fputc(text.data[i], to);
    }
    fputc('"', to);
}

static void write_field(tl_str text, bool quoted, FILE *to)
{
    if (quoted)
        write_quoted(text, to);
    else
        fwrite(text.data, 1, text.len, to);
}

static void write_cell(const struct table *table, tl_str cell, FILE *to)
{
    const tl_str null = { table->null_text, strlen(table->null_text) };

    if (cell.data == NULL)
        write_field(null, needs_quotes(null), to);
    else
        write_field(cell, needs_quotes(cell) || equals(cell, table->null_text), to);
}

static void write_name(const struct table *table, size_t column, FILE *to)
{
    const char *const text = table->name(table, column);
    const tl_str name = { text, strlen(text) };

    write_field(name, needs_quotes(name), to);
}

void table_print_csv(const struct table *table, FILE *to)
{
    for (size_t i = 0; i < table->n_columns; i++) {
        if (i > 0)
            fputc(',', to);
        write_name(table, i, to);
    }
    fputc('\n', to);
    for (size_t row = 0; row < table->n_rows && !ferror(to); row++) {
        for (size_t i = 0; i < table->n_columns; i++) {
            if (i > 0)
                fputc(',', to);
            write_cell(table, table->cell(table, row, i), to);
        }
        fputc('\n', to);
    }
}
