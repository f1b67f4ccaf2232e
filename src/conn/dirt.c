/* conn/dirt.c - what a statement may leave behind in its session */
#include "conn/dirt.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static const char *skip_comment(const char *sql)
{
    int depth = 0; /* PostgreSQL's comments nest */

    do {
        if (sql[0] == '/' && sql[1] == '*') {
            depth++;
            sql++;
        } else if (sql[0] == '*' && sql[1] == '/') {
            depth--;
            sql++;
        }
        sql++;
    } while (depth > 0 && *sql != '\0');
    return sql;
}

static const char *skip_blank(const char *sql)
{
    for (;;) {
        if (isspace((unsigned char)*sql) || *sql == '(')
            sql++;
        else if (sql[0] == '-' && sql[1] == '-')
            sql += strcspn(sql, "\n");
        else if (sql[0] == '/' && sql[1] == '*')
            sql = skip_comment(sql);
        else
            return sql;
    }
}

static bool is_word_char(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$';
}

static size_t word_len(const char *sql)
{
    size_t n = 0;

    while (is_word_char(sql[n]))
        n++;
    return n;
}

static bool is_word(const char *sql, size_t len, const char *word)
{
    return len == strlen(word) && strncasecmp(sql, word, len) == 0;
}

/* A statement that begins so leaves nothing, or what it leaves is found by the words inside: a cursor
 * WITH HOLD, for one. */
static const char *const clean[] = {
    "select",   "insert",  "update",  "delete",  "with",     "merge",      "values",    "table",
    "begin",    "start",   "commit",  "end",     "rollback", "abort",      "savepoint", "release",
    "explain",  "show",    "fetch",   "move",    "close",    "create",     "alter",     "drop",
    "truncate", "comment", "grant",   "revoke",  "copy",     "lock",       "notify",    "unlisten",
    "analyze",  "vacuum",  "reindex", "cluster", "refresh",  "checkpoint", "declare"
};

static const struct {
    const char *word;
    unsigned dirt;
} leading[] = {
    { "set", TL__DIRT_SETTINGS },          { "reset", TL__DIRT_SETTINGS },
    { "listen", TL__DIRT_LISTEN },         { "prepare", TL__DIRT_STATEMENTS },
    { "deallocate", TL__DIRT_STATEMENTS },
};

/* By words anywhere. A false alarm, in a literal for instance, costs a reset and nothing else. */
static const struct {
    const char *part;
    bool whole; /* the word is just this; else it has it inside */
    unsigned dirt;
} inside[] = {
    { "temp", true, TL__DIRT_TEMP },
    { "temporary", true, TL__DIRT_TEMP },
    { "pg_temp", true, TL__DIRT_TEMP },
    { "hold", true, TL__DIRT_CURSORS },
    { "set_config", true, TL__DIRT_SETTINGS },
    { "advisory_lock", false, TL__DIRT_LOCKS }, /* the _xact_ ones end with their transaction */
    { "dblink_connect", false, TL__DIRT_OTHER },
};

static bool has_part(const char *word, size_t len, const char *part)
{
    const size_t n = strlen(part);

    for (size_t i = 0; i + n <= len; i++)
        if (strncasecmp(word + i, part, n) == 0)
            return true;
    return false;
}

static unsigned dirt_inside(const char *word, size_t len)
{
    unsigned dirt = 0;

    for (size_t i = 0; i < COUNT_OF(inside); i++)
        if (inside[i].whole ? is_word(word, len, inside[i].part)
                            : has_part(word, len, inside[i].part))
            dirt |= inside[i].dirt;
    return dirt;
}

/* SET LOCAL and its sisters end with their transaction. */
static bool is_bound_to_transaction(const char *first, size_t len)
{
    const char *second = skip_blank(first + len);
    const size_t n = word_len(second);

    if (is_word(first, len, "prepare"))
        return is_word(second, n, "transaction");
    return is_word(first, len, "set") &&
           (is_word(second, n, "local") || is_word(second, n, "transaction") ||
            is_word(second, n, "constraints"));
}

static unsigned dirt_of_first(const char *first, size_t len)
{
    for (size_t i = 0; i < COUNT_OF(clean); i++)
        if (is_word(first, len, clean[i]))
            return 0;
    for (size_t i = 0; i < COUNT_OF(leading); i++)
        if (is_word(first, len, leading[i].word))
            return is_bound_to_transaction(first, len) ? 0 : leading[i].dirt;
    return TL__DIRT_ALL;
}

unsigned tl__dirt_of(const char *sql)
{
    const char *first = skip_blank(sql);
    const size_t first_len = word_len(first);

    if (*first == '\0')
        return 0;
    unsigned dirt = dirt_of_first(first, first_len);
    for (const char *c = first + first_len; *c != '\0';) {
        const size_t len = word_len(c);

        if (len >= 4)
            dirt |= dirt_inside(c, len);
        c += len > 0 ? len : 1;
    }
    return dirt;
}

bool tl__sql_is_empty(const char *sql)
{
    if (sql == NULL)
        return true;
    sql = skip_blank(sql);
    while (*sql == ';')
        sql = skip_blank(sql + 1);
    return *sql == '\0';
}

bool tl__sql_is_plannable(const char *sql)
{
    static const char *const plannable[] = { "select",   "insert",    "update", "delete", "merge",
                                             "values",   "with",      "table",  "begin",  "commit",
                                             "rollback", "savepoint", "release" };
    const char *first = skip_blank(sql);
    const size_t len = word_len(first);

    for (size_t i = 0; i < COUNT_OF(plannable); i++)
        if (is_word(first, len, plannable[i]))
            return true;
    return false;
}

/* In the order of DISCARD ALL, which itself cannot stand beside other statements. */
static const struct {
    unsigned dirt;
    const char *undo;
} undos[] = {
    { TL__DIRT_CURSORS, "CLOSE ALL;" },
    { TL__DIRT_SETTINGS, "SET SESSION AUTHORIZATION DEFAULT;RESET ALL;" },
    { TL__DIRT_STATEMENTS, "DEALLOCATE ALL;" },
    { TL__DIRT_LISTEN, "UNLISTEN *;" },
    { TL__DIRT_LOCKS, "SELECT pg_advisory_unlock_all();" },
    { TL__DIRT_TEMP, "DISCARD TEMP;" },
    { TL__DIRT_OTHER, "DISCARD PLANS;DISCARD SEQUENCES;" },
};

void tl__dirt_undo(unsigned dirt, bool rollback, struct tl__buf *sql)
{
    if (rollback)
        tl__buf_str(sql, "ROLLBACK;");
    for (size_t i = 0; i < COUNT_OF(undos); i++)
        if ((dirt & undos[i].dirt) != 0)
            tl__buf_str(sql, undos[i].undo);
}
