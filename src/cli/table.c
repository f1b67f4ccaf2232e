/* cli/table.c - rows of columns for people: aligned, with lines between */
#include "cli/table.h"

#include <stdlib.h>
#include <string.h>

#include "base/macro.h"
#include "cli/shown.h"

struct column {
    tl_str rest; /* what is still to be written of the cell at hand; data is NULL after its end */
    size_t n_lines; /* of this cell that were written */
    size_t width;
    bool is_right;
};

struct layout {
    const struct table *table;
    FILE *to;
    struct column *columns;
};

static tl_str as_str(const char *text)
{
    return (tl_str){ text, strlen(text) };
}

static tl_str get_shown(const struct table *table, size_t row, size_t column)
{
    const tl_str cell = table->cell(table, row, column);

    return cell.data != NULL ? cell : as_str(table->null_text);
}

static void measure(struct layout *layout)
{
    const struct table *const table = layout->table;
    size_t n_lines;

    for (size_t i = 0; i < table->n_columns; i++) {
        struct column *const column = &layout->columns[i];

        column->is_right = table->kind(table, i) == TABLE_NUMBER;
        column->width = shown_width(as_str(table->name(table, i)), &n_lines);
        for (size_t row = 0; row < table->n_rows; row++) {
            const size_t width = shown_width(get_shown(table, row, i), &n_lines);

            column->width = MAX_OF(column->width, width);
        }
    }
}

/* ---- the header: names in the middle of their columns ---- */

static bool write_name_line(struct column *column, bool is_last, FILE *to)
{
    const bool was_done = column->rest.data == NULL;
    const tl_str line = was_done ? as_str("") : shown_next_line(&column->rest);
    const size_t blanks = column->width - shown_write(NULL, line);
    const bool is_done = column->rest.data == NULL;

    fputc(' ', to);
    shown_blanks(to, blanks / 2);
    shown_write(to, line);
    shown_blanks(to, blanks - blanks / 2);
    fputc(is_done ? ' ' : '+', to);
    fputc(is_last ? '\n' : '|', to);
    return is_done;
}

static void write_names(struct layout *layout)
{
    const size_t n = layout->table->n_columns;
    bool is_done;

    for (size_t i = 0; i < n; i++)
        layout->columns[i].rest = as_str(layout->table->name(layout->table, i));
    do {
        is_done = true;
        for (size_t i = 0; i < n; i++)
            is_done = write_name_line(&layout->columns[i], i + 1 == n, layout->to) && is_done;
    } while (!is_done);
}

static void write_rule(struct layout *layout)
{
    const size_t n = layout->table->n_columns;

    for (size_t i = 0; i < n; i++) {
        for (size_t dashes = layout->columns[i].width + 2; dashes > 0; dashes--)
            fputc('-', layout->to);
        fputc(i + 1 == n ? '\n' : '+', layout->to);
    }
    if (n == 0)
        fputs("--\n", layout->to);
}

/* ---- the rows: a cell of several lines takes several lines, each but the last marked by + ---- */

/* The last column is not filled up with blanks, unless the mark needs them. */
static void write_cell_line(struct column *column, bool is_last, FILE *to)
{
    const bool was_done = column->rest.data == NULL;
    const tl_str line = was_done ? as_str("") : shown_next_line(&column->rest);
    const size_t blanks = column->width - shown_write(NULL, line);
    const bool goes_on = column->rest.data != NULL;
    const bool fill = !is_last || goes_on;

    fputc(' ', to);
    if (column->is_right && (fill || !was_done))
        shown_blanks(to, blanks);
    shown_write(to, line);
    if (!column->is_right && fill)
        shown_blanks(to, blanks);
    if (fill)
        fputc(goes_on ? '+' : ' ', to);
    fputc(is_last ? '\n' : '|', to);
}

static bool has_more(const struct layout *layout)
{
    for (size_t i = 0; i < layout->table->n_columns; i++)
        if (layout->columns[i].rest.data != NULL)
            return true;
    return false;
}

static void write_row(struct layout *layout, size_t row)
{
    const size_t n = layout->table->n_columns;

    for (size_t i = 0; i < n; i++)
        layout->columns[i].rest = get_shown(layout->table, row, i);
    while (has_more(layout))
        for (size_t i = 0; i < n; i++)
            write_cell_line(&layout->columns[i], i + 1 == n, layout->to);
}

static void free_columns(struct column **columns)
{
    free(*columns);
}

bool table_print(const struct table *table, FILE *to)
{
    scoped(free_columns) struct column *columns = calloc(table->n_columns + 1, sizeof *columns);
    struct layout layout = { .table = table, .to = to, .columns = columns };

    if (columns == NULL)
        return false;
    measure(&layout);
    if (table->n_columns > 0)
        write_names(&layout);
    write_rule(&layout);
    for (size_t row = 0; row < table->n_rows && !ferror(to); row++)
        write_row(&layout, row);
    if (!ferror(to))
        fprintf(to, "(%zu row%s)\n", table->n_rows, table->n_rows == 1 ? "" : "s");
    return true;
}
