/* engine/url.c - taking what is not libpq's out of a URL or a keyword/value text */
#include "engine/url.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

#include <trunkline/error.h>

#include "base/alloc.h"
#include "base/macro.h"

static const char mask[] = "********";
static const char scheme[] = "postgresql://";

void tl__secret_done(struct tl__buf *buf)
{
    if (buf->data != NULL)
        explicit_bzero(buf->data, buf->capacity);
    tl__buf_done(buf);
}

static void reserve(struct tl__buf *buf, size_t len)
{
    tl__buf_extend(buf, len);
    if (tl__buf_status(buf) == TL_OK)
        tl__buf_clear(buf);
}

static void append_to(struct tl__buf *buf, const char *from, const char *end)
{
    tl__buf_bytes(buf, from, (size_t)(end - from));
}

/* The shape of a URI. */

/* What comes after the scheme: postgresql://, postgres://, or either with +driver; else NULL. */
static const char *skip_scheme(const char *text)
{
    const size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz");

    if (!(len == 10 && memcmp(text, "postgresql", len) == 0) &&
        !(len == 8 && memcmp(text, "postgres", len) == 0))
        return NULL;
    const char *c = text + len;
    if (*c == '+')
        c += strcspn(c, ":/?#@=' ");
    return strncmp(c, "://", 3) == 0 ? c + 3 : NULL;
}

bool tl__url_is_uri(const char *text)
{
    return skip_scheme(text) != NULL;
}

struct uri {
    const char *start;        /* after the scheme */
    const char *password;     /* NULL if there is none */
    const char *password_end; /* the "@" */
    const char *hosts;
    const char *query; /* the "?", or the end of the text */
};

static const char *end_of_host(const char *c)
{
    if (*c == '[')
        c += strcspn(c, "]");
    return c + strcspn(c, ":/?,");
}

static const char *end_of_port(const char *c)
{
    return *c == ':' ? c + 1 + strcspn(c + 1, "/?,") : c;
}

static const char *end_of_hosts(const char *c)
{
    c = end_of_port(end_of_host(c));
    while (*c == ',')
        c = end_of_port(end_of_host(c + 1));
    return c;
}

static struct uri scan_uri(const char *text)
{
    struct uri uri = { .start = skip_scheme(text) };
    assert(uri.start != NULL); /* only what begins with a scheme comes here */
    const char *c = uri.start + strcspn(uri.start, "@/");

    uri.hosts = uri.start;
    if (*c == '@') {
        const char *colon = memchr(uri.start, ':', (size_t)(c - uri.start));

        uri.hosts = c + 1;
        uri.password = colon != NULL ? colon + 1 : NULL;
        uri.password_end = c;
    }
    c = end_of_hosts(uri.hosts);
    uri.query = c + strcspn(c, "?");
    return uri;
}

static bool is_stray_port(const char *colon, const char *end)
{
    return *colon == ':' && colon + 1 + strspn(colon + 1, "0123456789%") < end &&
           strchr(colon, '@') != NULL;
}

/* A password that was not encoded falls apart at its "@" or "/", and its pieces are taken for hosts
 * and ports. A socket in the abstract namespace begins with "@". */
static bool has_stray_password(const struct uri *uri)
{
    const char *host = uri->hosts;

    for (;;) {
        const char *host_end = end_of_host(host);
        const char *port_end = end_of_port(host_end);

        if (host_end > host && memchr(host + 1, '@', (size_t)(host_end - host - 1)) != NULL)
            return true;
        if (is_stray_port(host_end, port_end))
            return true;
        if (*port_end != ',')
            return false;
        host = port_end + 1;
    }
}

/* Keyword/value text. */

struct pair {
    const char *start; /* with the blanks before it */
    const char *keyword;
    const char *keyword_end;
    const char *value;
    const char *end;
    bool is_quoted;
};

static const char *skip_blanks(const char *c)
{
    while (isspace((unsigned char)*c))
        c++;
    return c;
}

static const char *skip_escaped(const char *c)
{
    return c[0] == '\\' && c[1] != '\0' ? c + 2 : c + 1;
}

/* After the closing quote; NULL if there is none. */
static const char *skip_quoted(const char *c)
{
    for (c++; *c != '\0'; c = skip_escaped(c))
        if (*c == '\'')
            return c + 1;
    return NULL;
}

/* What stands at text; false at its end, or where it is not a pair: then start is set all the same. */
static bool next_pair(const char *text, struct pair *pair)
{
    const char *c = skip_blanks(text);

    *pair = (struct pair){ .start = text, .keyword = c };
    while (*c != '\0' && *c != '=' && !isspace((unsigned char)*c))
        c++;
    pair->keyword_end = c;
    c = skip_blanks(c);
    if (*c != '=')
        return false;
    pair->value = c = skip_blanks(c + 1);
    pair->is_quoted = *c == '\'';
    if (pair->is_quoted)
        c = skip_quoted(c);
    else
        while (*c != '\0' && !isspace((unsigned char)*c))
            c = skip_escaped(c);
    pair->end = c;
    return c != NULL;
}

static bool is_keyword(const char *c, const char *end)
{
    for (; c < end; c++)
        if (!isalnum((unsigned char)*c) && *c != '_')
            return false;
    return true;
}

static bool has_foreign_keyword(const char *text)
{
    struct pair pair;

    while (next_pair(text, &pair)) {
        if (!is_keyword(pair.keyword, pair.keyword_end))
            return true;
        text = pair.end;
    }
    return !is_keyword(pair.keyword, pair.keyword_end);
}

const char *tl__url_complaint(const char *text)
{
    enum { MOST_BYTES = 65536 };

    if (strlen(text) > MOST_BYTES)
        return "it is longer than 65536 bytes";
    if (!tl__url_is_uri(text))
        return has_foreign_keyword(text)
                   ? "it neither begins with \"postgresql://\" nor is keyword=value text"
                   : NULL;
    const struct uri uri = scan_uri(text);
    return has_stray_password(&uri)
               ? "a \"/\" in its user name or password must be written %2F, and a \"@\" %40"
               : NULL;
}

/* Values. */

static int digit_of(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = c != '\0' ? strchr(digits, tolower((unsigned char)c)) : NULL;

    return found != NULL ? (int)(found - digits) : -1;
}

/* False where "%" is not followed by two digits, or stands for NUL. */
static bool append_decoded(struct tl__buf *out, const char *c, const char *end)
{
    while (c < end) {
        if (*c != '%') {
            tl__buf_char(out, *c++);
            continue;
        }
        const int high = digit_of(c[1]);
        const int low = high >= 0 ? digit_of(c[2]) : -1;
        if (low < 0 || high + low == 0)
            return false;
        tl__buf_char(out, (char)(high * 16 + low));
        c += 3;
    }
    return true;
}

static void append_unquoted(struct tl__buf *out, const struct pair *pair)
{
    const char *c = pair->value + pair->is_quoted;
    const char *end = pair->end - pair->is_quoted;

    while (c < end) {
        if (*c == '\\')
            c++;
        if (c < end)
            tl__buf_char(out, *c++);
    }
}

/* Splitting. */

struct taker {
    tl__url_take_fn take;
    void *user;
    struct tl__buf keyword;
    struct tl__buf value;
};

static void taker_done(struct taker *taker)
{
    tl__secret_done(&taker->keyword);
    tl__secret_done(&taker->value);
}

static bool offer(struct taker *taker, bool valid)
{
    if (tl__buf_status(&taker->keyword) != TL_OK || tl__buf_status(&taker->value) != TL_OK)
        return false;
    return taker->take(taker->user, tl__buf_cstr(&taker->keyword),
                       valid ? tl__buf_cstr(&taker->value) : NULL);
}

/* One key=value of a query. Without exactly one "=" there is no value. */
static bool offer_part(struct taker *taker, const char *part, const char *end)
{
    const char *equals = memchr(part, '=', (size_t)(end - part));
    const char *keyword_end = equals != NULL ? equals : end;
    bool valid = equals != NULL && memchr(equals + 1, '=', (size_t)(end - equals - 1)) == NULL;

    tl__buf_clear(&taker->keyword);
    tl__buf_clear(&taker->value);
    if (!append_decoded(&taker->keyword, part, keyword_end))
        return false;
    if (valid)
        valid = append_decoded(&taker->value, equals + 1, end);
    return offer(taker, valid);
}

static void split_query(const char *query, struct taker *taker, struct tl__buf *rest)
{
    char before = '?';

    while (*query != '\0' && query[1] != '\0') {
        const char *part = query + 1;

        query = part + strcspn(part, "&");
        if (offer_part(taker, part, query))
            continue;
        tl__buf_char(rest, before);
        append_to(rest, part, query);
        before = '&';
    }
}

static void split_uri(const char *text, struct taker *taker, struct tl__buf *rest)
{
    const struct uri uri = scan_uri(text);

    tl__buf_str(rest, scheme);
    append_to(rest, uri.start, uri.query);
    split_query(uri.query, taker, rest);
}

static bool offer_pair(struct taker *taker, const struct pair *pair)
{
    tl__buf_clear(&taker->keyword);
    tl__buf_clear(&taker->value);
    append_to(&taker->keyword, pair->keyword, pair->keyword_end);
    append_unquoted(&taker->value, pair);
    return offer(taker, true);
}

/* A broken end is left for libpq to complain about. */
static void split_pairs(const char *text, struct taker *taker, struct tl__buf *rest)
{
    struct pair pair;

    while (next_pair(text, &pair)) {
        if (!offer_pair(taker, &pair))
            append_to(rest, pair.start, pair.end);
        text = pair.end;
    }
    tl__buf_str(rest, pair.start);
}

static int first_failure(const struct tl__buf *a, const struct tl__buf *b, const struct tl__buf *c)
{
    if (tl__buf_status(a) != TL_OK)
        return tl__buf_status(a);
    return tl__buf_status(b) != TL_OK ? tl__buf_status(b) : tl__buf_status(c);
}

int tl__url_split(const char *text, tl__url_take_fn take, void *user, struct tl__buf *rest)
{
    scoped(taker_done) struct taker taker = { .take = take, .user = user };
    const size_t most = strlen(text) + sizeof scheme;

    reserve(rest, most);
    reserve(&taker.keyword, most);
    reserve(&taker.value, most);
    const int status = first_failure(rest, &taker.keyword, &taker.value);
    if (status != TL_OK)
        return status;
    if (tl__url_is_uri(text))
        split_uri(text, &taker, rest);
    else
        split_pairs(text, &taker, rest);
    return tl__buf_status(rest);
}

/* Masking. */

struct masker {
    tl__url_secret_fn is_secret;
    void *user;
    struct tl__buf *masked;
};

static bool mask_part(void *user, const char *keyword, const char *value)
{
    const struct masker *m = user;

    (void)value;
    return m->is_secret(m->user, keyword);
}

static void mask_query(const char *query, struct taker *taker, struct tl__buf *masked)
{
    while (*query != '\0') {
        const char *part = query + 1;
        const char *end = part + strcspn(part, "&");

        tl__buf_char(masked, *query);
        if (offer_part(taker, part, end))
            tl__buf_printf(masked, "%s=%s", tl__buf_cstr(&taker->keyword), mask);
        else
            append_to(masked, part, end);
        query = end;
    }
}

static void mask_uri(const char *text, struct taker *taker, struct tl__buf *masked)
{
    const struct uri uri = scan_uri(text);
    const char *c = uri.start;

    tl__buf_str(masked, scheme);
    if (uri.password != NULL) {
        append_to(masked, uri.start, uri.password);
        tl__buf_str(masked, mask);
        c = uri.password_end;
    }
    append_to(masked, c, uri.query);
    mask_query(uri.query, taker, masked);
}

/* Behind a secret with blanks that nobody quoted come words without "=": they are part of it. */
static void mask_pairs(const char *text, const struct masker *m, struct tl__buf *keyword)
{
    struct pair pair;
    bool is_secret = false;

    while (next_pair(text, &pair) || pair.value != NULL) {
        tl__buf_clear(keyword);
        append_to(keyword, pair.keyword, pair.keyword_end);
        is_secret = m->is_secret(m->user, tl__buf_cstr(keyword));
        if (is_secret)
            tl__buf_printf(m->masked, " %s=%s", tl__buf_cstr(keyword), mask);
        else if (pair.end != NULL)
            append_to(m->masked, pair.start, pair.end);
        if (pair.end == NULL)
            break;
        text = pair.end;
    }
    if (!is_secret)
        tl__buf_str(m->masked, pair.start);
}

int tl__url_mask(const char *text, tl__url_secret_fn is_secret, void *user, struct tl__buf *masked)
{
    struct masker m = { .is_secret = is_secret, .user = user, .masked = masked };
    scoped(taker_done) struct taker taker = { .take = mask_part, .user = &m };

    reserve(&taker.keyword, strlen(text));
    reserve(&taker.value, strlen(text));
    if (tl__url_is_uri(text))
        mask_uri(text, &taker, masked);
    else
        mask_pairs(text, &m, &taker.keyword);
    return first_failure(masked, &taker.keyword, &taker.value);
}
