/* base/fail.c - filling a tl_error, and the words for statuses and phases */
#include "base/fail.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/append.h"

bool tl__copy_text(char *field, size_t size, const char *text)
{
    size_t len = strlen(text);
    const bool fits = len < size;

    if (!fits) {
        len = size - 1;
        while (len > 0 && ((unsigned char)text[len] & 0xC0) == 0x80)
            len--;
    }
    memcpy(field, text, len);
    field[len] = '\0';
    return fits;
}

PRINTF_LIKE(4, 0)
static void set_text(tl_error *err, char *field, size_t size, const char *format, va_list args)
{
    char text[1024];

    vsnprintf(text, sizeof text, format, args);
    if (!tl__copy_text(field, size, text))
        err->flags |= TL_ERROR_TRUNCATED;
}

void tl__fail_set(tl_error *err, int status, const char *format, ...)
{
    va_list args;

    if (err == NULL)
        return;
    memset(err, 0, sizeof *err);
    err->status = status;
    va_start(args, format);
    set_text(err, err->message, sizeof err->message, format, args);
    va_end(args);
}

int tl__context(tl_error *err, int status, const char *format, ...)
{
    char before[256];
    char whole[sizeof before + sizeof err->message + 2];
    va_list args;

    if (err == NULL)
        return status;
    va_start(args, format);
    vsnprintf(before, sizeof before, format, args);
    va_end(args);
    snprintf(whole, sizeof whole, "%s: %s", before, err->message);
    if (!tl__copy_text(err->message, sizeof err->message, whole))
        err->flags |= TL_ERROR_TRUNCATED;
    return status;
}

void tl__fail_phase(tl_error *err, tl_phase phase)
{
    if (err != NULL)
        err->phase = (uint8_t)phase;
}

void tl__fail_detail(tl_error *err, const char *format, ...)
{
    va_list args;

    if (err == NULL)
        return;
    va_start(args, format);
    set_text(err, err->detail, sizeof err->detail, format, args);
    va_end(args);
}

void tl__fail_hint(tl_error *err, const char *format, ...)
{
    va_list args;

    if (err == NULL)
        return;
    va_start(args, format);
    set_text(err, err->hint, sizeof err->hint, format, args);
    va_end(args);
}

struct word {
    int number;
    const char *name;
    const char *text;
};

static const struct word statuses[] = { { TL_OK, "TL_OK", "done" },
#define WORD_(name, value, text) { (value), "TL_ERR_" #name, (text) },
                                        TL_STATUS_LIST(WORD_)
#undef WORD_
};

static const struct word phases[] = {
#define WORD_(name, value, text) { (value), #name, (text) },
    TL_PHASE_LIST(WORD_)
#undef WORD_
};

static const struct word *find_word(const struct word *words, size_t n, int number)
{
    for (size_t i = 0; i < n; i++)
        if (words[i].number == number)
            return &words[i];
    return NULL;
}

const char *tl_status_text(int status)
{
    const struct word *word = find_word(statuses, COUNT_OF(statuses), status);

    return word != NULL ? word->text : "unknown status";
}

const char *tl_status_name(int status)
{
    const struct word *word = find_word(statuses, COUNT_OF(statuses), status);

    return word != NULL ? word->name : "unknown";
}

const char *tl_phase_text(int phase)
{
    const struct word *word = find_word(phases, COUNT_OF(phases), phase);

    return word != NULL ? word->text : "unknown";
}

bool tl_error_is(const tl_error *err, const char *sqlstate)
{
    const size_t len = strlen(sqlstate);

    return (len == 2 || len == 5) && strncmp(err->sqlstate, sqlstate, len) == 0;
}

static void append_labeled(struct tl__append *to, const char *label, const char *text)
{
    if (text[0] != '\0')
        tl__append(to, "\n%s:  %s", label, text);
}

size_t tl_error_format(const tl_error *err, char *buf, size_t size)
{
    struct tl__append to = tl__append_to(buf, size);

    tl__append(&to, "%s:  ", err->severity[0] != '\0' ? err->severity : "ERROR");
    if (err->sqlstate[0] != '\0')
        tl__append(&to, "%s: ", err->sqlstate);
    tl__append(&to, "%s", err->message[0] != '\0' ? err->message : tl_status_text(err->status));
    append_labeled(&to, "DETAIL", err->detail);
    append_labeled(&to, "HINT", err->hint);
    append_labeled(&to, "CONTEXT", err->context);
    append_labeled(&to, "SCHEMA NAME", err->schema);
    append_labeled(&to, "TABLE NAME", err->table);
    append_labeled(&to, "COLUMN NAME", err->column);
    append_labeled(&to, "DATATYPE NAME", err->data_type);
    append_labeled(&to, "CONSTRAINT NAME", err->constraint);
    if (err->phase != TL_PHASE_NONE || err->host[0] != '\0') {
        tl__append(&to, "\nLOCATION:  ");
        if (err->phase != TL_PHASE_NONE)
            tl__append(&to, "phase %s", tl_phase_text(err->phase));
        if (err->host[0] != '\0')
            tl__append(&to, "%sserver %s", err->phase != TL_PHASE_NONE ? ", " : "", err->host);
    }
    return to.len;
}
