/* base/buf.c - bytes that grow */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <trunkline/error.h>

#include "base/alloc.h"

enum { LEAST_CAPACITY = 64 };

void tl__buf_done(struct tl__buf *buf)
{
    const size_t most = buf->most;

    tl__free(buf->data);
    *buf = (struct tl__buf){ .most = most };
}

void tl__buf_clear(struct tl__buf *buf)
{
    buf->len = 0;
    buf->status = TL_OK;
    if (buf->data != NULL)
        buf->data[0] = '\0';
}

static bool make_room(struct tl__buf *buf, size_t len)
{
    if (buf->status != TL_OK)
        return false;
    if (len > SIZE_MAX / 4 - buf->len || (buf->most != 0 && len > buf->most - buf->len)) {
        buf->status = buf->most != 0 ? TL_ERR_INVALID : TL_ERR_NOMEM;
        return false;
    }
    if (buf->data != NULL && buf->len + len < buf->capacity)
        return true;

    size_t capacity = MAX_OF(buf->capacity, LEAST_CAPACITY);
    while (capacity <= buf->len + len)
        capacity *= 2;
    char *data = tl__realloc(buf->data, capacity);
    if (data == NULL) {
        buf->status = TL_ERR_NOMEM;
        return false;
    }
    buf->data = data;
    buf->capacity = capacity;
    return true;
}

void *tl__buf_extend(struct tl__buf *buf, size_t len)
{
    if (!make_room(buf, len))
        return NULL;

    char *room = buf->data + buf->len;
    buf->len += len;
    buf->data[buf->len] = '\0';
    return room;
}

void tl__buf_bytes(struct tl__buf *buf, const void *data, size_t len)
{
    void *room = tl__buf_extend(buf, len);

    if (room != NULL && len > 0)
        memcpy(room, data, len);
}

void tl__buf_str(struct tl__buf *buf, const char *text)
{
    tl__buf_bytes(buf, text, strlen(text));
}

void tl__buf_char(struct tl__buf *buf, char c)
{
    tl__buf_bytes(buf, &c, 1);
}

void tl__buf_printf(struct tl__buf *buf, const char *format, ...)
{
    va_list args;
    va_list again;

    va_start(args, format);
    va_copy(again, args);
    const int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (len >= 0 && make_room(buf, (size_t)len)) {
        vsnprintf(buf->data + buf->len, (size_t)len + 1, format, again);
        buf->len += (size_t)len;
    }
    va_end(again);
}

void tl__buf_be16(struct tl__buf *buf, uint16_t value)
{
    const uint8_t bytes[2] = { (uint8_t)(value >> 8), (uint8_t)value };

    tl__buf_bytes(buf, bytes, sizeof bytes);
}

void tl__buf_be32(struct tl__buf *buf, uint32_t value)
{
    tl__buf_be16(buf, (uint16_t)(value >> 16));
    tl__buf_be16(buf, (uint16_t)value);
}

void tl__buf_be64(struct tl__buf *buf, uint64_t value)
{
    tl__buf_be32(buf, (uint32_t)(value >> 32));
    tl__buf_be32(buf, (uint32_t)value);
}

const char *tl__buf_cstr(const struct tl__buf *buf)
{
    return buf->data != NULL ? buf->data : "";
}

int tl__buf_status(const struct tl__buf *buf)
{
    return buf->status;
}

char *tl__buf_take(struct tl__buf *buf)
{
    if (buf->status == TL_OK && buf->data == NULL)
        tl__buf_bytes(buf, "", 0);
    if (buf->status != TL_OK)
        return NULL;

    char *data = tl__take(&buf->data);
    buf->len = buf->capacity = 0;
    return data;
}
