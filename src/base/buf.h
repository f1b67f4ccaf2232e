/* base/buf.h - bytes that grow
 *
 * Append as often as you like, ask once: the first failure sticks, and later appends do nothing. The
 * bytes are always followed by a NUL that len does not count.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"

struct tl__buf {
    char *data; /* NULL while empty */
    size_t len;
    size_t capacity;
    size_t most; /* a bound on len; 0 for none but memory */
    int status;  /* TL_OK, TL_ERR_NOMEM, or TL_ERR_INVALID past most */
};

/* clang-format off */
#define TL__BUF_INIT { 0 }
/* clang-format on */

void tl__buf_done(struct tl__buf *buf);  /* frees; the buffer is empty and may be used again */
void tl__buf_clear(struct tl__buf *buf); /* len 0, memory kept, status TL_OK */

void tl__buf_bytes(struct tl__buf *buf, const void *data, size_t len);
void tl__buf_str(struct tl__buf *buf, const char *text);
void tl__buf_char(struct tl__buf *buf, char c);
void tl__buf_printf(struct tl__buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);
void tl__buf_be16(struct tl__buf *buf, uint16_t value);
void tl__buf_be32(struct tl__buf *buf, uint32_t value);
void tl__buf_be64(struct tl__buf *buf, uint64_t value);

/* Room for len bytes more, to be filled by the caller, or NULL. They count at once. */
void *tl__buf_extend(struct tl__buf *buf, size_t len);

const char *tl__buf_cstr(const struct tl__buf *buf); /* never NULL */
int tl__buf_status(const struct tl__buf *buf);
char *tl__buf_take(struct tl__buf *buf); /* the caller's, by tl__free(); NULL after a failure */
