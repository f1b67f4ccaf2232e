/* serve/page.c - page.html with the values of the moment in it, for a person
 *
 * "{{health.status}}" in the page is a path into the two documents that /health and /pool give.
 * "?" before it: nothing, rather than a dash, where there is no value. "this|that": the first that has
 * one. The page's script fills in the
 * same paths from the same documents, with the same words.
 */
#include "serve/serve.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MANY_PLACES = 120 }; /* from here on they are drawn small */

static const char dash[] = "\xe2\x80\x93";
static const char narrow_space[] = "\xe2\x80\xaf";

struct page {
    struct tl__text text;
    const json_t *documents; /* {"health": ..., "pool": ...} */
};

/* --- values in words ------------------------------------------------------------------------ */

static void write_duration(struct tl__text *text, int64_t ms)
{
    if (ms < 1000)
        tl__text_format(text, "%" PRId64 " ms", ms);
    else if (ms < 60 * 1000)
        tl__text_format(text, "%" PRId64 ".%" PRId64 " s", ms / 1000, ms % 1000 / 100);
    else if (ms < 60 * 60 * 1000)
        tl__text_format(text, "%" PRId64 " min", ms / (60 * 1000));
    else
        tl__text_format(text, "%" PRId64 " h", ms / (60 * 60 * 1000));
}

/* 1234567 in groups of three. */
static void write_integer(struct tl__text *text, int64_t value)
{
    char digits[24];
    const int len = snprintf(digits, sizeof digits, "%" PRId64, value);

    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0 && digits[i - 1] != '-')
            tl__text_str(text, narrow_space);
        tl__text_bytes(text, &digits[i], 1);
    }
}

static bool ends_with(const char *s, const char *end)
{
    const size_t len = strlen(s);
    const size_t n = strlen(end);

    return len >= n && strcmp(s + len - n, end) == 0;
}

/* Of "2026-01-31T12:34:56.789Z" the time of day. */
static void write_time(struct tl__text *text, const char *iso)
{
    if (strlen(iso) < 19)
        return;
    tl__text_bytes(text, iso + 11, 8);
    tl__text_str(text, " UTC");
}

static void write_value(struct tl__text *text, const char *path, const json_t *value)
{
    if (json_is_boolean(value))
        tl__text_str(text, json_is_true(value) ? "yes" : "no");
    else if (json_is_integer(value) && ends_with(path, "_ms"))
        write_duration(text, json_integer_value(value));
    else if (json_is_integer(value))
        write_integer(text, json_integer_value(value));
    else if (json_is_real(value))
        tl__text_format(text, "%.9g", json_real_value(value));
    else if (json_is_string(value) && ends_with(path, ".time"))
        write_time(text, json_string_value(value));
    else if (json_is_string(value))
        tl__text_html(text, json_string_value(value));
}

/* --- paths ---------------------------------------------------------------------------------- */

static const json_t *step(const json_t *at, const char *key)
{
    if (json_is_array(at))
        return json_array_get(at,
                              strspn(key, "0123456789") > 0 ? (size_t)(key[0] - '0') : SIZE_MAX);
    return json_object_get(at, key);
}

static const json_t *find_value(const json_t *documents, const char *path)
{
    char keys[128];
    char *rest = NULL;

    tl__serve_copy(keys, sizeof keys, path);
    for (char *key = strtok_r(keys, ".", &rest); key != NULL && documents != NULL;
         key = strtok_r(NULL, ".", &rest))
        documents = step(documents, key);
    return documents;
}

static void write_path(struct page *page, const char *path)
{
    const bool optional = path[0] == '?';
    char names[160];
    char *rest = NULL;

    tl__serve_copy(names, sizeof names, path + (optional ? 1 : 0));
    for (char *name = strtok_r(names, "|", &rest); name != NULL;
         name = strtok_r(NULL, "|", &rest)) {
        const json_t *const value = find_value(page->documents, name);
        if (value != NULL) {
            write_value(&page->text, name, value);
            return;
        }
    }
    if (!optional)
        tl__text_str(&page->text, dash);
}

/* --- the two parts that repeat -------------------------------------------------------------- */

static int64_t count_of(const struct page *page, const char *name)
{
    const json_t *const status = find_value(page->documents, "pool.status");

    return json_integer_value(json_object_get(status, name));
}

static const char *state_of_place(int64_t i, int64_t n_lent, int64_t n_between, int64_t n_idle)
{
    if (i < n_lent)
        return "lent";
    if (i < n_lent + n_between)
        return "between";
    return i < n_lent + n_between + n_idle ? "idle" : "empty";
}

static void write_places(struct page *page)
{
    const int64_t n_kept = count_of(page, "pool_size");
    const int64_t n_places = n_kept + count_of(page, "max_overflow");
    const int64_t n_lent = count_of(page, "n_lent");
    const int64_t n_idle = count_of(page, "n_idle");
    const int64_t n_between = count_of(page, "n_probing") + count_of(page, "n_resetting") +
                              count_of(page, "n_opening") + count_of(page, "n_closing");

    for (int64_t i = 0; i < n_places; i++)
        tl__text_format(&page->text, "<i class=\"%s%s\"></i>",
                        state_of_place(i, n_lent, n_between, n_idle), i < n_kept ? "" : " over");
}

static void
write_cell(struct page *page, const char *before, const json_t *value, const char *after)
{
    const char *const s = json_string_value(value);
    const bool nothing = s != NULL ? s[0] == '\0' : json_integer_value(value) == 0;

    tl__text_str(&page->text, before);
    if (nothing)
        tl__text_str(&page->text, dash);
    else if (s != NULL)
        tl__text_html(&page->text, s);
    else
        tl__text_format(&page->text, "%" PRId64, (int64_t)json_integer_value(value));
    tl__text_str(&page->text, after);
}

static void write_user(struct page *page, const char *word, const json_t *user)
{
    tl__text_format(&page->text, "<tr><td>%s</td><td>", word);
    write_duration(&page->text, json_integer_value(json_object_get(user, "since_ms")));
    write_cell(page, "</td><td>", json_object_get(user, "label"), "</td>");
    write_cell(page, "<td><code>", json_object_get(user, "where"), "</code></td>");
    write_cell(page, "<td>", json_object_get(user, "thread"), "</td>");
    write_cell(page, "<td>", json_object_get(user, "backend_pid"), "</td>");
    write_cell(page, "<td><code>", json_object_get(user, "statement"), "</code></td></tr>");
}

static void write_users(struct page *page)
{
    const json_t *const holders = find_value(page->documents, "pool.holders");
    const json_t *const waiters = find_value(page->documents, "pool.waiters");

    for (size_t i = 0; i < json_array_size(holders); i++)
        write_user(page, "holds", json_array_get(holders, i));
    for (size_t i = 0; i < json_array_size(waiters); i++)
        write_user(page, "waits", json_array_get(waiters, i));
    if (json_array_size(holders) + json_array_size(waiters) == 0)
        tl__text_str(&page->text, "<tr><td colspan=\"7\" class=\"nobody\">Nobody has a connection, "
                                  "and nobody waits.</td></tr>");
}

static void write_many(struct page *page)
{
    if (count_of(page, "pool_size") + count_of(page, "max_overflow") > MANY_PLACES)
        tl__text_str(&page->text, " many");
}

/* --- the page ------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    void (*write)(struct page *page);
} parts[] = {
    { "@places", write_places },
    { "@many", write_many },
    { "@users", write_users },
};

static void write_mark(struct page *page, const char *name)
{
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        if (strcmp(parts[i].name, name) == 0) {
            parts[i].write(page);
            return;
        }
    }
    write_path(page, name);
}

static void write_page(struct page *page)
{
    const char *at = (const char *)tl__page_html;
    const char *mark = NULL;

    while ((mark = strstr(at, "{{")) != NULL) {
        const size_t len = strcspn(mark + 2, "}");
        char name[160];

        tl__text_bytes(&page->text, at, (size_t)(mark - at));
        snprintf(name, sizeof name, "%.*s", (int)len, mark + 2);
        write_mark(page, name);
        at = mark + 2 + len + 2;
    }
    tl__text_str(&page->text, at);
}

char *tl__page_render(const json_t *health, const json_t *pool)
{
    json_t *const documents = json_pack("{s:O, s:O}", "health", health, "pool", pool);
    struct page page = { .documents = documents };

    if (documents == NULL)
        return NULL;
    write_page(&page);
    json_decref(documents);
    char *const text = tl__text_take(&page.text);
    tl__text_done(&page.text);
    return text;
}
