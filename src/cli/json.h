/* cli/json.h - writing JSON */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include <trunkline/common.h>

/* Whether a text stands as a number in JSON as it is: "Infinity", "NaN" and "$1.00" do not. */
bool json_is_number(tl_str text);

/* A string in quotes. Bytes that are not UTF-8 become U+FFFD. */
void json_write_text(FILE *to, tl_str text);
void json_write_string(FILE *to, const char *text);
