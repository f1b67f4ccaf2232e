/* cli/facts.c - named facts in groups, for people as an indented list, for machines as JSON */
#include "cli/facts.h"

#include <inttypes.h>
#include <string.h>

#include "cli/json.h"
#include "cli/shown.h"

static void
add(struct facts *facts, const char *group, const char *name, fact_kind kind, const char *text)
{
    if (facts->n == FACTS_MAX)
        return;

    struct fact *const fact = &facts->rows[facts->n++];

    fact->group = group;
    fact->kind = kind;
    snprintf(fact->name, sizeof fact->name, "%s", name);
    snprintf(fact->text, sizeof fact->text, "%s", text);
}

void facts_text(struct facts *facts, const char *group, const char *name, const char *text)
{
    add(facts, group, name, FACT_TEXT, text);
}

void facts_number(struct facts *facts, const char *group, const char *name, int64_t number)
{
    char text[32];

    snprintf(text, sizeof text, "%" PRId64, number);
    add(facts, group, name, FACT_NUMBER, text);
}

void facts_boolean(struct facts *facts, const char *group, const char *name, bool is_true)
{
    add(facts, group, name, FACT_BOOLEAN, is_true ? "true" : "false");
}

void facts_none(struct facts *facts, const char *group, const char *name, const char *shown)
{
    add(facts, group, name, FACT_NONE, shown);
}

static bool begins_group(const struct facts *facts, size_t i)
{
    const char *const group = facts->rows[i].group;

    if (group == NULL)
        return false;
    return i == 0 || facts->rows[i - 1].group == NULL ||
           strcmp(facts->rows[i - 1].group, group) != 0;
}

/* ---- for people ---- */

static size_t measure_names(const struct facts *facts)
{
    size_t widest = 0;

    for (size_t i = 0; i < facts->n; i++)
        widest = MAX_OF(widest, strlen(facts->rows[i].name));
    return widest;
}

static void print_name(const char *name, size_t width, FILE *to)
{
    for (size_t i = 0; i < width; i++) {
        const char c = *name != '\0' ? *name++ : ' ';

        fputc(c == '_' ? ' ' : c, to);
    }
}

static void print_text(const struct fact *fact, FILE *to)
{
    tl_str text = { fact->text, strlen(fact->text) };

    if (fact->kind == FACT_BOOLEAN)
        text = fact->text[0] == 't' ? (tl_str){ "yes", 3 } : (tl_str){ "no", 2 };
    shown_write(to, text);
}

void facts_print(const struct facts *facts, FILE *to)
{
    const size_t width = measure_names(facts);

    for (size_t i = 0; i < facts->n; i++) {
        const struct fact *const fact = &facts->rows[i];

        if (begins_group(facts, i)) {
            print_name(fact->group, strlen(fact->group), to);
            fputc('\n', to);
        }
        fputs(fact->group != NULL ? "  " : "", to);
        print_name(fact->name, width, to);
        fputs("  ", to);
        print_text(fact, to);
        fputc('\n', to);
    }
}

/* ---- for machines ---- */

static void print_json_fact(const struct fact *fact, const char *indent, FILE *to)
{
    fputs(indent, to);
    json_write_string(to, fact->name);
    fputs(": ", to);
    if (fact->kind == FACT_NONE)
        fputs("null", to);
    else if (fact->kind == FACT_TEXT)
        json_write_string(to, fact->text);
    else
        fputs(fact->text, to);
}

static bool ends_group(const struct facts *facts, size_t i)
{
    return facts->rows[i].group != NULL && (i + 1 == facts->n || begins_group(facts, i + 1));
}

void facts_print_json(const struct facts *facts, FILE *to)
{
    fputs("{", to);
    for (size_t i = 0; i < facts->n; i++) {
        const struct fact *const fact = &facts->rows[i];

        if (begins_group(facts, i)) {
            fputs(i > 0 ? ",\n  " : "\n  ", to);
            json_write_string(to, fact->group);
            fputs(": {\n", to);
        } else {
            fputs(i > 0 ? ",\n" : "\n", to);
        }
        print_json_fact(fact, fact->group != NULL ? "    " : "  ", to);
        if (ends_group(facts, i))
            fputs("\n  }", to);
    }
    fputs("\n}\n", to);
}
