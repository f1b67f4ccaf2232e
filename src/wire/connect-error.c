/* wire/connect-error.c - taking apart what libpq says of a failed connection */
#include "wire/connect-error.h"

#include <string.h>

#include "base/append.h"
#include "base/fail.h"

static bool is_code(const char *text)
{
    for (size_t i = 0; i < 5; i++)
        if (!(text[i] >= '0' && text[i] <= '9') && !(text[i] >= 'A' && text[i] <= 'Z'))
            return false;
    return text[5] == ':' && text[6] == ' ';
}

/* Where "SEVERITY:  CODE: " has its code, or NULL. */
static const char *find_code(const char *line, size_t len)
{
    for (size_t i = 0; i + 10 < len; i++)
        if (memcmp(line + i, ":  ", 3) == 0 && is_code(line + i + 3))
            return line + i + 3;
    return NULL;
}

static void note_code(tl_error *err, const char *code)
{
    memcpy(err->sqlstate, code, 5);
    err->sqlstate[5] = '\0';
    memcpy(err->severity, "FATAL", sizeof "FATAL"); /* whatever language it is told in */
}

/* The severity has a field of its own: the message goes on without it. */
static size_t severity_start(const char *line, const char *code)
{
    size_t n = (size_t)(code - line) - 3;

    while (n > 0 && line[n - 1] != ' ')
        n--;
    return n;
}

static void append_line(struct tl__append *to, const char *line, size_t len, tl_error *err)
{
    const char *code = find_code(line, len);

    if (to->len > 0)
        tl__append(to, " ");
    if (code == NULL) {
        tl__append_bytes(to, line, len);
        return;
    }
    note_code(err, code);
    tl__append_bytes(to, line, severity_start(line, code));
    tl__append_bytes(to, code + 7, len - (size_t)(code + 7 - line));
}

static bool take_field(const char *line, size_t len, const char *label, char *field, size_t size)
{
    const size_t n = strlen(label);

    if (len < n || memcmp(line, label, n) != 0)
        return false;
    if (size > 0) {
        struct tl__append to = tl__append_to(field, size);
        tl__append_bytes(&to, line + n, len - n);
    }
    return true;
}

void tl__connect_error_parse(const char *text, tl_error *err)
{
    struct tl__append to = tl__append_to(err->message, sizeof err->message);

    while (*text != '\0') {
        while (*text == '\n')
            text++;
        const size_t len = strcspn(text, "\n");

        if (len > 0 && !take_field(text, len, "\t", err->hint, sizeof err->hint) &&
            !take_field(text, len, "LOCATION:  ", NULL, 0) &&
            !take_field(text, len, "DETAIL:  ", err->detail, sizeof err->detail) &&
            !take_field(text, len, "HINT:  ", err->hint, sizeof err->hint))
            append_line(&to, text, len, err);
        text += len;
    }
    if (to.len >= sizeof err->message)
        err->flags |= TL_ERROR_TRUNCATED;
}
