/* types/be.h - big-endian numbers, at any address */
#pragma once

#include <stdint.h>

static inline uint16_t tl__be16(const void *at)
{
    const uint8_t *b = at;

    return (uint16_t)(b[0] << 8 | b[1]);
}

static inline uint32_t tl__be32(const void *at)
{
    const uint8_t *b = at;

    return (uint32_t)tl__be16(b) << 16 | tl__be16(b + 2);
}

static inline uint64_t tl__be64(const void *at)
{
    const uint8_t *b = at;

    return (uint64_t)tl__be32(b) << 32 | tl__be32(b + 4);
}

static inline void tl__be16_put(void *at, uint16_t value)
{
    uint8_t *b = at;

    b[0] = (uint8_t)(value >> 8);
    b[1] = (uint8_t)value;
}

static inline void tl__be32_put(void *at, uint32_t value)
{
    uint8_t *b = at;

    tl__be16_put(b, (uint16_t)(value >> 16));
    tl__be16_put(b + 2, (uint16_t)value);
}
