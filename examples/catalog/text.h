/* catalog/text.h - small questions about pieces of text that end without a NUL; pure */
#pragma once

#include <trunkline/common.h>

tl_str text_trim(tl_str text); /* without blanks at both ends; an end of line is blank too */
bool text_equal(tl_str text, const char *other);
int text_compare(tl_str one, tl_str other); /* by bytes, the shorter first */

/* Not empty, begins with a letter or digit, and goes on with those and the characters of extra. */
bool text_is_made_of(tl_str text, const char *extra);

/* A whole number of at most 15 digits. */
bool text_to_size(tl_str text, int64_t *out);

/* Whether PostgreSQL takes it: UTF-8, shortest forms, no surrogates, no NUL. */
bool text_is_utf8(tl_str text);

/* Every byte that is not part of UTF-8 becomes U+FFFD. Gives the length of what is in out. */
#define TEXT_REPAIRED_MAX(len) (3 * (len) + 1)
size_t text_repair(tl_str text, char *out);

/* Folded lines lose their first blank, and " ." becomes an empty line. Never longer than it was. */
size_t text_unfold(tl_str text, char *out);
