/* serve/base.c - errors, time and text, as far as the endpoint needs them */
#include "serve/serve.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void tl__serve_copy(char *field, size_t size, const char *text)
{
    size_t len = strlen(text);

    if (len >= size) {
        len = size - 1;
        while (len > 0 && ((unsigned char)text[len] & 0xC0) == 0x80)
            len--;
    }
    memcpy(field, text, len);
    field[len] = '\0';
}

int tl__serve_fail(tl_error *err, int status, const char *format, ...)
{
    char text[1024];
    va_list args;

    if (err == NULL)
        return status;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    memset(err, 0, sizeof *err);
    err->status = status;
    tl__serve_copy(err->message, sizeof err->message, text);
    return status;
}

int64_t tl__serve_now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t tl__serve_unix_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void tl__serve_iso_time(int64_t unix_us, char out[32])
{
    const time_t seconds = (time_t)(unix_us / 1000000);
    const int ms = (int)(unix_us / 1000 % 1000);
    char whole[24];
    struct tm tm;

    gmtime_r(&seconds, &tm);
    strftime(whole, sizeof whole, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(out, 32, "%s.%03dZ", whole, ms);
}

void tl__serve_cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t attr;

    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &attr);
    pthread_condattr_destroy(&attr);
}

bool tl__serve_cond_wait(pthread_cond_t *cond, pthread_mutex_t *lock, int64_t deadline_ms)
{
    const struct timespec until = { .tv_sec = (time_t)(deadline_ms / 1000),
                                    .tv_nsec = (long)(deadline_ms % 1000 * 1000000) };

    return pthread_cond_timedwait(cond, lock, &until) == 0;
}

void tl__text_done(struct tl__text *text)
{
    free(text->data);
    *text = (struct tl__text){ .failed = text->failed };
}

/* Room for more bytes and a NUL. */
static bool grow(struct tl__text *text, size_t more)
{
    if (text->failed || more > SIZE_MAX / 4 || text->len > SIZE_MAX / 4) {
        text->failed = true;
        return false;
    }
    const size_t need = text->len + more + 1;
    if (need <= text->size)
        return true;

    const size_t size = need * 2;
    char *const data = realloc(text->data, size);
    if (data == NULL) {
        text->failed = true;
        return false;
    }
    text->data = data;
    text->size = size;
    return true;
}

void tl__text_bytes(struct tl__text *text, const void *data, size_t len)
{
    if (!grow(text, len))
        return;
    memcpy(text->data + text->len, data, len);
    text->len += len;
    text->data[text->len] = '\0';
}

void tl__text_str(struct tl__text *text, const char *s)
{
    tl__text_bytes(text, s, strlen(s));
}

void tl__text_format(struct tl__text *text, const char *format, ...)
{
    char piece[512];
    va_list args;

    va_start(args, format);
    vsnprintf(piece, sizeof piece, format, args);
    va_end(args);
    tl__text_str(text, piece);
}

void tl__text_html(struct tl__text *text, const char *s)
{
    static const struct {
        char c;
        const char *entity;
    } special[] = {
        { '&', "&amp;" }, { '<', "&lt;" }, { '>', "&gt;" }, { '"', "&quot;" }, { '\'', "&#39;" },
    };

    for (;;) {
        const size_t plain = strcspn(s, "&<>\"'");
        tl__text_bytes(text, s, plain);
        s += plain;
        if (*s == '\0')
            return;
        for (size_t i = 0; i < COUNT_OF(special); i++)
            if (special[i].c == *s)
                tl__text_str(text, special[i].entity);
        s++;
    }
}

char *tl__text_take(struct tl__text *text)
{
    char *const data = text->failed ? NULL : text->data;

    if (data == NULL)
        return NULL;
    *text = (struct tl__text){ 0 };
    return data;
}
