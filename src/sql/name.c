/* sql/name.c - names and literals inside statements */
#include <string.h>

#include <trunkline/sql.h>

#include "base/append.h"

/* The text with every character that is in special doubled. */
static void append_doubled(struct tl__append *to, const char *text, const char *special)
{
    while (*text != '\0') {
        const size_t plain = strcspn(text, special);

        tl__append_bytes(to, text, plain);
        text += plain;
        if (*text != '\0') {
            tl__append_bytes(to, text, 1);
            tl__append_bytes(to, text++, 1);
        }
    }
}

size_t tl_sql_name(const char *name, char *buf, size_t size)
{
    struct tl__append to = tl__append_to(buf, size);

    tl__append_bytes(&to, "\"", 1);
    append_doubled(&to, name, "\"");
    tl__append_bytes(&to, "\"", 1);
    return to.len;
}

/* With a backslash in it the text must be an E'' literal, whose meaning no setting changes. The blank
 * keeps the E from becoming part of a word that the caller wrote before it. */
size_t tl_sql_literal(const char *text, char *buf, size_t size)
{
    struct tl__append to = tl__append_to(buf, size);

    tl__append(&to, "%s'", strchr(text, '\\') != NULL ? " E" : "");
    append_doubled(&to, text, "'\\");
    tl__append_bytes(&to, "'", 1);
    return to.len;
}
