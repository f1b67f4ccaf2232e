/* cli/facts.h - named facts in groups, for people as an indented list, for machines as JSON */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include <trunkline/common.h>

#include "base/macro.h"

enum { FACTS_MAX = 96 };

typedef enum fact_kind {
    FACT_TEXT,
    FACT_NUMBER,
    FACT_BOOLEAN, /* text is "true" or "false" */
    FACT_NONE,    /* JSON's null; text is what people read instead */
} fact_kind;

struct fact {
    const char *group; /* NULL: stands alone, before every group */
    char name[64];     /* as in JSON: snake_case */
    fact_kind kind;
    char text[768];
};

/* In the order in which they were added; those of a group follow each other. One too many is left
 * out. */
struct facts {
    size_t n;
    struct fact rows[FACTS_MAX];
};

void facts_text(struct facts *facts, const char *group, const char *name, const char *text);
void facts_number(struct facts *facts, const char *group, const char *name, int64_t number);
void facts_boolean(struct facts *facts, const char *group, const char *name, bool is_true);
void facts_none(struct facts *facts, const char *group, const char *name, const char *shown);

void facts_print(const struct facts *facts, FILE *to);
void facts_print_json(const struct facts *facts, FILE *to);
