/* cli/table.h - rows of columns, and the three ways to print them */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include <trunkline/common.h>

typedef enum table_kind {
    TABLE_TEXT,
    TABLE_NUMBER,
    TABLE_BOOLEAN, /* "t" or "f" */
    TABLE_JSON,
} table_kind;

/* Rows that live elsewhere: they are asked for, cell by cell. */
struct table {
    size_t n_rows;
    size_t n_columns;
    const char *(*name)(const struct table *self, size_t column);
    table_kind (*kind)(const struct table *self, size_t column);
    tl_str (*cell)(const struct table *self, size_t row, size_t column); /* data NULL: no value */
    const void *source;
    const char *null_text; /* what stands for no value in a table or in CSV */
};

/* For people, aligned as psql does, with the number of rows below. False: no memory. */
bool table_print(const struct table *table, FILE *to);

/* RFC 4180, with a header; lines end in a newline alone, as psql writes them. A text that equals
 * null_text is quoted, a NULL is not. */
void table_print_csv(const struct table *table, FILE *to);

/* An array with an object for each row. A name that was there before gets _2, _3, ... appended.
 * False: no memory. */
bool table_print_json(const struct table *table, FILE *to);
