/* cli/shown.h - how text of unknown origin is shown on a terminal
 *
 * Tabs become blanks, other control characters and broken bytes become \x1B, so that nothing in a
 * table can move the cursor or change the terminal. Widths are columns of the terminal.
 */
#pragma once

#include <stdio.h>

#include <trunkline/common.h>

/* One character: how many bytes it has, 1 for a broken one; and its number, negative if broken. */
struct shown_char {
    size_t len;
    int32_t code;
};

struct shown_char shown_char_at(tl_str text);

/* The columns of the widest line, and how many lines there are; an empty text has one. */
size_t shown_width(tl_str text, size_t *out_n_lines);

/* Takes the first line off *rest, and gives it without its newline. After the last line, rest->data
 * is NULL. */
tl_str shown_next_line(tl_str *rest);

/* Writes one line; gives its width. to may be NULL, only to measure. */
size_t shown_write(FILE *to, tl_str line);

/* Writes n blanks. */
void shown_blanks(FILE *to, size_t n);
