/* types/uuid.c - UUIDs as text */
#include <trunkline/value.h>

#include "base/fail.h"
#include "base/macro.h"

enum { N_BYTES = COUNT_OF(((tl_uuid *)0)->bytes) };

/* -1 for what is no hexadecimal digit, the end of the text too. */
static int read_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

static bool read_byte(const char **at, uint8_t *out)
{
    const int high = read_digit((*at)[0]);
    const int low = high >= 0 ? read_digit((*at)[1]) : -1;

    if (low < 0)
        return false;
    *out = (uint8_t)(high << 4 | low);
    *at += 2;
    return true;
}

/* A hyphen may stand after any group of four digits but the last. */
static bool read_bytes(const char **at, tl_uuid *out)
{
    for (size_t i = 0; i < N_BYTES; i++) {
        if (!read_byte(at, &out->bytes[i]))
            return false;
        if (**at == '-' && i % 2 == 1 && i + 1 < N_BYTES)
            *at += 1;
    }
    return true;
}

int tl_uuid_parse(const char *text, tl_uuid *out, tl_error *err)
{
    const bool in_braces = text[0] == '{';
    const char *at = text + (in_braces ? 1 : 0);
    tl_uuid uuid;
    bool is_uuid = read_bytes(&at, &uuid);

    if (is_uuid && in_braces)
        is_uuid = *at++ == '}';
    if (!is_uuid || *at != '\0')
        return tl__fail(err, TL_ERR_TYPE, "invalid input syntax for type uuid: \"%s\"", text);
    *out = uuid;
    return TL_OK;
}

void tl_uuid_format(const tl_uuid *uuid, char buf[37])
{
    static const char digits[] = "0123456789abcdef";
    char *to = buf;

    for (size_t i = 0; i < N_BYTES; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *to++ = '-';
        *to++ = digits[uuid->bytes[i] >> 4];
        *to++ = digits[uuid->bytes[i] & 0xF];
    }
    *to = '\0';
}
