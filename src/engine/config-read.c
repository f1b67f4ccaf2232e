/* engine/config-read.c - collecting Trunkline's settings from texts and the environment */
#include "engine/config-read.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "engine/config-word.h"
#include "engine/url.h"

void tl__reading_done(struct tl__reading *reading)
{
    for (size_t i = 0; i < COUNT_OF(reading->found); i++)
        tl__free(reading->found[i].value);
    tl__conninfo_done(&reading->known);
    tl__mistakes_done(&reading->mistakes);
}

int tl__reading_finish(const struct tl__reading *reading, tl_error *err)
{
    return reading->no_memory ? tl__fail_nomem(err) : tl__mistakes_fail(&reading->mistakes, err);
}

static size_t index_of(const struct tl__setting *row)
{
    size_t n;

    return (size_t)(row - tl__settings_table(&n));
}

static void note(struct tl__reading *r, const struct tl__setting *row, const char *value)
{
    struct tl__found *found = &r->found[index_of(row)];

    if (found->value != NULL && found->source != r->source)
        return; /* somebody else has said it before */
    tl__free(found->value);
    found->value = tl__strdup(value);
    found->source = r->source;
    if (found->value == NULL)
        r->no_memory = true;
}

static void complain_unknown(struct tl__reading *r, const char *keyword)
{
    struct tl__buf *why = tl__mistakes_next(&r->mistakes);
    struct tl__nearest nearest = { .wanted = keyword };
    size_t n;
    const struct tl__setting *table = tl__settings_table(&n);

    for (size_t i = 0; i < n; i++)
        tl__nearest_consider(&nearest, table[i].name);
    for (size_t i = 0; i < r->known.n; i++)
        tl__nearest_consider(&nearest, r->known.items[i].keyword);
    tl__buf_str(why, "unknown setting ");
    tl__mistakes_quote(why, keyword);
    if (nearest.word != NULL)
        tl__buf_printf(why, ", perhaps \"%s\"", nearest.word);
    tl__buf_printf(why, " (%s)", r->source);
}

/* In URLs libpq also takes ssl=true, as other drivers do. */
static bool is_libpq(const struct tl__reading *r, const char *keyword, const char *value)
{
    if (tl__conninfo_find(&r->known, keyword) != NULL)
        return true;
    return r->known.n > 0 && strcmp(keyword, "ssl") == 0 && value != NULL &&
           strcmp(value, "true") == 0;
}

/* What is malformed and not ours is left for libpq to complain about. */
static bool take(void *user, const char *keyword, const char *value)
{
    struct tl__reading *r = user;
    const struct tl__setting *row = tl__setting_find(keyword, strlen(keyword));

    if (row == NULL && (is_libpq(r, keyword, value) || (value == NULL && keyword[0] == '\0')))
        return false;
    if (row == NULL)
        complain_unknown(r, keyword);
    else if (value == NULL)
        tl__buf_printf(tl__mistakes_next(&r->mistakes),
                       "%s needs one value, with \"%%\" written %%25 and \"=\" %%3D (%s)",
                       row->name, r->source);
    else
        note(r, row, value);
    return true;
}

void tl__reading_text(struct tl__reading *reading,
                      const char *text,
                      const char *source,
                      struct tl__buf *rest)
{
    const char *complaint = tl__url_complaint(text);

    reading->source = source;
    if (complaint != NULL)
        tl__buf_printf(tl__mistakes_next(&reading->mistakes), "cannot read the %s: %s",
                       strcmp(source, "url") == 0 ? "URL" : source, complaint);
    else if (tl__url_split(text, take, reading, rest) != TL_OK)
        reading->no_memory = true;
}

static const char environment[] = "environment";

void tl__variable_print(const char *name, char *buf, size_t size)
{
    snprintf(buf, size, "%s TRUNKLINE_%s", environment, name);
    for (char *c = buf + sizeof environment; c < buf + size && *c != '\0'; c++)
        *c = (char)toupper((unsigned char)*c);
}

void tl__reading_environment(struct tl__reading *reading)
{
    size_t n;
    const struct tl__setting *table = tl__settings_table(&n);
    char variable[72];

    reading->source = environment;
    for (size_t i = 0; i < n; i++) {
        tl__variable_print(table[i].name, variable, sizeof variable);
        const char *value = getenv(variable + sizeof environment);
        if (value != NULL && value[0] != '\0')
            note(reading, &table[i], value);
    }
}

static void append_source(struct tl__buf *why, const struct tl__found *found, const char *name)
{
    char variable[72];

    tl__variable_print(name, variable, sizeof variable);
    tl__buf_printf(why, " (%s)", found->source == environment ? variable : found->source);
}

static void apply(struct tl__reading *r,
                  const struct tl__setting *row,
                  const struct tl__found *found,
                  bool only_live,
                  struct tl__settings *settings)
{
    scoped(tl__buf_done) struct tl__buf complaint = TL__BUF_INIT;
    bool good = false;

    if (only_live && !row->live)
        tl__buf_printf(&complaint, "%s cannot change while the engine works", row->name);
    else
        good = tl__setting_set(settings, row, found->value, &complaint);
    if (good)
        return;
    if (tl__buf_status(&complaint) != TL_OK)
        r->no_memory = true;
    struct tl__buf *why = tl__mistakes_next(&r->mistakes);
    tl__buf_str(why, tl__buf_cstr(&complaint));
    append_source(why, found, row->name);
}

void tl__reading_apply(struct tl__reading *reading, bool only_live, struct tl__settings *settings)
{
    scoped(tl__buf_done) struct tl__buf complaint = TL__BUF_INIT;
    const size_t n_before = reading->mistakes.n;
    size_t n;
    const struct tl__setting *table = tl__settings_table(&n);

    for (size_t i = 0; i < n; i++)
        if (reading->found[i].value != NULL)
            apply(reading, &table[i], &reading->found[i], only_live, settings);
    if (reading->mistakes.n > n_before || tl__settings_check(settings, &complaint))
        return;
    if (tl__buf_status(&complaint) != TL_OK)
        reading->no_memory = true;
    tl__buf_str(tl__mistakes_next(&reading->mistakes), tl__buf_cstr(&complaint));
}

/* libpq. */

static bool is_secret(void *user, const char *keyword)
{
    const struct tl__parameter *item = tl__conninfo_find(user, keyword);

    return item != NULL && item->secret;
}

/* libpq's reason may repeat any part of the text. So it is asked again, about the text without its
 * secrets; if it finds nothing wrong with that, a secret is what it cannot read. */
static void explain(struct tl__reading *r, const char *rest, const char *source)
{
    scoped(tl__secret_done) struct tl__buf masked = TL__BUF_INIT;
    scoped(tl__buf_done) struct tl__buf reason = TL__BUF_INIT;
    scoped(tl__conninfo_done) struct tl__conninfo parsed = { 0 };

    int status = tl__url_mask(rest, is_secret, &r->known, &masked);
    if (status == TL_OK)
        status = tl__conninfo_parse(tl__buf_cstr(&masked), &parsed, &reason);
    if (status == TL_OK)
        tl__buf_str(&reason, tl__url_is_uri(rest)
                                 ? "the password is not percent-encoded as a URL needs it"
                                 : "the password is not quoted as keyword=value text needs it");
    if (status == TL_ERR_NOMEM || tl__buf_status(&reason) != TL_OK)
        r->no_memory = true;
    else
        tl__buf_printf(tl__mistakes_next(&r->mistakes), "%s (%s)", tl__buf_cstr(&reason), source);
}

static bool is_port(const char *c, size_t len)
{
    unsigned long port = 0;

    for (size_t i = 0; i < len; i++) {
        if (c[i] < '0' || c[i] > '9' || port > 65535)
            return false;
        port = port * 10 + (unsigned long)(c[i] - '0');
    }
    return len == 0 || (port >= 1 && port <= 65535);
}

void tl__origin_print(const struct tl__parameter *item,
                      const char *text_source,
                      char *buf,
                      size_t size)
{
    static const char *const words[] = {
        [TL__FROM_DEFAULT] = "default",
        [TL__FROM_SERVICE] = "service file",
        [TL__FROM_US] = "trunkline",
    };

    if (item->origin == TL__FROM_TEXT)
        snprintf(buf, size, "%s", text_source);
    else if (item->origin == TL__FROM_ENVIRONMENT)
        snprintf(buf, size, "environment %s", item->envvar);
    else
        snprintf(buf, size, "%s", words[item->origin]);
}

/* libpq would find out only when it connects. An entry may be empty: the default. */
static bool are_ports(const char *list)
{
    for (;;) {
        const size_t len = strcspn(list, ",");

        if (!is_port(list, len))
            return false;
        if (list[len] == '\0')
            return true;
        list += len + 1;
    }
}

static void
check_ports(struct tl__reading *r, const struct tl__conninfo *conninfo, const char *source)
{
    const struct tl__parameter *item = tl__conninfo_find(conninfo, "port");
    char from[72];

    if (item == NULL || item->value == NULL || are_ports(item->value))
        return;
    tl__origin_print(item, source, from, sizeof from);
    struct tl__buf *why = tl__mistakes_next(&r->mistakes);
    tl__buf_str(why, "port ");
    tl__mistakes_quote(why, item->value);
    tl__buf_printf(why, " is not a whole number from 1 to 65535 (%s)", from);
}

static void complain_libpq(struct tl__reading *r, int status, const struct tl__buf *why)
{
    if (status == TL_ERR_INVALID && tl__buf_status(why) == TL_OK)
        tl__buf_str(tl__mistakes_next(&r->mistakes), tl__buf_cstr(why));
    else
        r->no_memory = true;
}

void tl__reading_libpq(struct tl__reading *reading,
                       const char *rest,
                       const char *source,
                       struct tl__conninfo *out)
{
    scoped(tl__secret_done) struct tl__buf why = TL__BUF_INIT;

    int status = tl__conninfo_parse(rest, out, &why);
    if (status == TL_ERR_INVALID && tl__buf_status(&why) == TL_OK) {
        explain(reading, rest, source);
        return;
    }
    if (status == TL_OK)
        status = tl__conninfo_resolve(out, &why);
    if (status != TL_OK)
        complain_libpq(reading, status, &why);
    check_ports(reading, out, source);
}
