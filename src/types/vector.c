/* types/vector.c - pgvector's type: int16 dimensions, int16 0, then the numbers as float4 */
#include <string.h>

#include <trunkline/value.h>

#include "base/fail.h"
#include "base/macro.h"
#include "types/be.h"
#include "types/types.h"

enum { HEADER_BYTES = 4, FLOAT_BYTES = 4 };

int tl__vector_decode(tl_str wire, tl_value *out, tl_error *err)
{
    const uint8_t *at = (const uint8_t *)wire.data;

    if (wire.len < HEADER_BYTES)
        return tl__fail(err, TL_ERR_TYPE, "value of type vector has %zu bytes, no whole header",
                        wire.len);

    const uint32_t n = tl__be16(at);
    if (n == 0 || n > TL__VECTOR_MOST || tl__be16(at + 2) != 0)
        return tl__fail(err, TL_ERR_TYPE, "value of type vector has no header of a vector");
    if (wire.len != HEADER_BYTES + (size_t)n * FLOAT_BYTES)
        return tl__fail(err, TL_ERR_TYPE, "value of type vector has %zu bytes, not %zu", wire.len,
                        HEADER_BYTES + (size_t)n * FLOAT_BYTES);
    out->as.vector = (tl_vector){ .n = n, .wire = at + HEADER_BYTES };
    return TL_OK;
}

static void put_floats(uint8_t *to, const float *items, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t bits;

        memcpy(&bits, &items[i], sizeof bits);
        tl__be32_put(to + i * FLOAT_BYTES, bits);
    }
}

int tl__vector_encode(const tl_vector *vector, struct tl__buf *out, tl_error *err)
{
    if (vector->n == 0 || vector->n > TL__VECTOR_MOST)
        return tl__fail(err, TL_ERR_TYPE, "vector has %u dimensions, not 1 to %d", vector->n,
                        TL__VECTOR_MOST);
    if (vector->items == NULL && vector->wire == NULL)
        return tl__fail(err, TL_ERR_INVALID, "vector of %u dimensions has no numbers", vector->n);

    tl__buf_be16(out, (uint16_t)vector->n);
    tl__buf_be16(out, 0);
    uint8_t *room = tl__buf_extend(out, (size_t)vector->n * FLOAT_BYTES);
    if (room != NULL && vector->items != NULL)
        put_floats(room, vector->items, vector->n);
    else if (room != NULL)
        memcpy(room, vector->wire, (size_t)vector->n * FLOAT_BYTES);
    return TL_OK;
}

size_t tl_vector_floats(const tl_vector *vector, float *out, size_t max)
{
    const size_t n = MIN_OF(vector->n, max);

    for (size_t i = 0; i < n; i++) {
        if (vector->items != NULL) {
            out[i] = vector->items[i];
            continue;
        }
        const uint32_t bits = tl__be32(vector->wire + i * FLOAT_BYTES);
        memcpy(&out[i], &bits, sizeof bits);
    }
    return vector->n;
}
