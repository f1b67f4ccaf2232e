/* base/append.h - text into a buffer that the caller sized, counted the way snprintf() does */
#pragma once

#include <stddef.h>

#include "base/macro.h"

struct tl__append {
    char *buf;
    size_t size;
    size_t len; /* what the whole text needs, whether it fitted or not */
};

struct tl__append tl__append_to(char *buf, size_t size); /* the text begins empty */
void tl__append(struct tl__append *to, const char *format, ...) PRINTF_LIKE(2, 3);
void tl__append_bytes(struct tl__append *to, const char *data, size_t len);
