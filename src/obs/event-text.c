/* obs/event-text.c - events as JSON, and as lines for people */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <trunkline/event.h>

#include "base/append.h"

/* The bytes of the character at c, by the rules of UTF-8; 0 if there is none. */
static size_t utf8_len(const unsigned char *c)
{
    static const struct {
        unsigned char first, last; /* the first byte */
        unsigned char second_from, second_to;
        size_t len;
    } forms[] = {
        { 0x01, 0x7f, 0, 0, 1 },       { 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 },
        { 0xe1, 0xec, 0x80, 0xbf, 3 }, { 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
        { 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
    };
    size_t i = 0;

    while (i < COUNT_OF(forms) && (c[0] < forms[i].first || c[0] > forms[i].last))
        i++;
    if (i == COUNT_OF(forms) || forms[i].len == 1)
        return i == 0;
    if (c[1] < forms[i].second_from || c[1] > forms[i].second_to)
        return 0;
    for (size_t at = 2; at < forms[i].len; at++)
        if ((c[at] & 0xc0) != 0x80)
            return 0;
    return forms[i].len;
}

static const char *short_escape(unsigned char c)
{
    switch (c) {
    case '"':
        return "\\\"";
    case '\\':
        return "\\\\";
    case '\n':
        return "\\n";
    case '\r':
        return "\\r";
    case '\t':
        return "\\t";
    default:
        return NULL;
    }
}

/* Whether a terminal might obey it: C0, DEL, and C1, which UTF-8 writes in two bytes. */
static bool is_control(const unsigned char *c)
{
    return c[0] < ' ' || c[0] == 0x7f || (c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0);
}

/* Appends one character and gives how many bytes it had; a byte that is none becomes U+FFFD. */
static size_t append_char(struct tl__append *to, const unsigned char *c)
{
    const size_t len = utf8_len(c);
    const char *escape = short_escape(*c);

    if (len == 0)
        tl__append(to, "\xef\xbf\xbd");
    else if (escape != NULL)
        tl__append(to, "%s", escape);
    else if (is_control(c))
        tl__append(to, "\\u%04x", len == 2 ? c[1] : c[0]);
    else
        tl__append_bytes(to, (const char *)c, len);
    return len > 0 ? len : 1;
}

/* A string of RFC 8259. */
static void append_string(struct tl__append *to, const char *text)
{
    const unsigned char *c = (const unsigned char *)text;

    tl__append(to, "\"");
    while (*c != '\0')
        c += append_char(to, c);
    tl__append(to, "\"");
}

/* The fewest digits that read back as the same number; with a point, whatever the locale has. */
static void append_real(struct tl__append *to, double value)
{
    char digits[64];
    int precision = 15;

    if (!isfinite(value)) {
        tl__append(to, "null");
        return;
    }
    do {
        snprintf(digits, sizeof digits, "%.*g", precision, value);
    } while (precision++ < 17 && strtod(digits, NULL) != value);

    const size_t whole = strspn(digits, "-0123456789");
    const size_t point = strcspn(digits + whole, "0123456789e");
    tl__append_bytes(to, digits, whole);
    if (point > 0)
        tl__append(to, ".");
    tl__append(to, "%s", digits + whole + point);
}

/* RFC 3339, in UTC. */
static void append_time(struct tl__append *to, int64_t unix_us)
{
    int64_t us = unix_us % 1000000;
    struct tm tm = { 0 };

    if (us < 0)
        us += 1000000;
    const time_t seconds = (time_t)((unix_us - us) / 1000000);
    gmtime_r(&seconds, &tm);
    tl__append(to, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", tm.tm_year + 1900, tm.tm_mon + 1,
               tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (int)us);
}

static void append_value(struct tl__append *to,
                         const tl_field *field,
                         void (*append_text)(struct tl__append *to, const char *text))
{
    switch (field->kind) {
    case TL_FIELD_INTEGER:
        tl__append(to, "%" PRId64, field->as.integer);
        break;
    case TL_FIELD_REAL:
        append_real(to, field->as.real);
        break;
    case TL_FIELD_BOOLEAN:
        tl__append(to, "%s", field->as.boolean ? "true" : "false");
        break;
    default:
        append_text(to, field->as.text);
    }
}

size_t tl_event_json(const tl_event *event, char *buf, size_t size)
{
    struct tl__append to = tl__append_to(buf, size);

    tl__append(&to, "{\"time\":\"");
    append_time(&to, event->unix_us);
    tl__append(&to, "\",\"level\":\"%s\",\"event\":", tl_level_text(event->level));
    append_string(&to, event->name);
    for (size_t i = 0; i < event->n_fields; i++) {
        tl__append(&to, ",");
        append_string(&to, event->fields[i].name);
        tl__append(&to, ":");
        append_value(&to, &event->fields[i], append_string);
    }
    tl__append(&to, "}");
    return to.len;
}

/* Whether text can stand after "=" without quotes, and be told from what follows it. */
static bool is_plain(const char *text)
{
    const unsigned char *c = (const unsigned char *)text;

    if (*c == '\0')
        return false;
    while (*c != '\0') {
        const size_t len = utf8_len(c);

        if (len == 0 || is_control(c) || *c == ' ' || *c == '"' || *c == '=' || *c == '\\')
            return false;
        c += len;
    }
    return true;
}

static void append_plain(struct tl__append *to, const char *text)
{
    if (is_plain(text))
        tl__append(to, "%s", text);
    else
        append_string(to, text);
}

size_t tl_event_text(const tl_event *event, char *buf, size_t size)
{
    struct tl__append to = tl__append_to(buf, size);

    append_time(&to, event->unix_us);
    tl__append(&to, " %-5s ", tl_level_text(event->level));
    append_plain(&to, event->name);
    for (size_t i = 0; i < event->n_fields; i++) {
        tl__append(&to, " %s=", event->fields[i].name);
        append_value(&to, &event->fields[i], append_plain);
    }
    return to.len;
}
