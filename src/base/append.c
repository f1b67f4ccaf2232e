/* base/append.c - text into a buffer that the caller sized */
#include "base/append.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct tl__append tl__append_to(char *buf, size_t size)
{
    if (size > 0)
        buf[0] = '\0';
    return (struct tl__append){ .buf = buf, .size = size };
}

static size_t room(const struct tl__append *to)
{
    return to->len < to->size ? to->size - to->len : 0;
}

void tl__append(struct tl__append *to, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    const int len = vsnprintf(room(to) > 0 ? to->buf + to->len : NULL, room(to), format, args);
    va_end(args);
    if (len > 0)
        to->len += (size_t)len;
}

void tl__append_bytes(struct tl__append *to, const char *data, size_t len)
{
    if (room(to) > 0) {
        const size_t fits = MIN_OF(len, room(to) - 1);

        memcpy(to->buf + to->len, data, fits);
        to->buf[to->len + fits] = '\0';
    }
    to->len += len;
}
