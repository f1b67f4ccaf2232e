/* cli/caret.h - showing the place of an error in a statement */
#pragma once

#include <stdio.h>

/* Two lines: "LINE 2: " with the line of the statement that has the character, counted from 1, and
 * a ^ below it. A long line is cut around it. Nothing if there is no such character. */
void caret_print(FILE *to, const char *statement, int position);
