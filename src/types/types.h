/* types/types.h - PostgreSQL's types, and their binary forms both ways
 *
 * Pure: bytes in, values out, and back. What is read borrows the bytes it was read from.
 */
#pragma once

#include <trunkline/value.h>

#include "base/buf.h"

/* What a column of this type holds. Types that behave as text, such as varchar, have its type and
 * their own name and oid. The type oid, an unsigned number of 4 bytes, is a TL_INT8. */
struct tl__type_info {
    const char *name; /* "int8", "int8[]" */
    uint8_t type;     /* a tl_type; for an array the type of its elements */
    uint32_t oid;
    bool is_array;
};

enum {
    TL__OID_CHAR = 18, /* "char" with its quotes: one byte, which is 0 where its text is empty */
    TL__OID_OID = 26,
};

const struct tl__type_info *tl__type_by_oid(uint32_t oid); /* NULL if unknown, as extensions' are */
uint32_t tl__type_oid(uint8_t type, bool is_array);        /* 0 for extensions' types */
const char *tl__type_name(uint8_t type);                   /* "int8" */
uint32_t tl__type_element_oid(uint32_t array_oid);         /* 0 if it is no array that we know */

/* Decodes one value, not NULL, in binary form. Garbage is TL_ERR_TYPE, nothing is read past
 * wire.len, and out is untouched on failure. Arrays are checked to their last element. */
int tl__decode(uint8_t type, bool is_array, tl_str wire, tl_value *out, tl_error *err);

/* Appends what goes to the server for a value that is not NULL: its binary form, or its text if it
 * is_text. Arrays of vectors need the oid of the type vector in this database, 0 if not known.
 * TL_ERR_TYPE for what cannot be sent; then nothing was appended. */
int tl__encode(const tl_value *value, uint32_t vector_oid, struct tl__buf *out, tl_error *err);

/* ---- between the files of this layer ---- */

enum {
    TL__MOST_BYTES = 0x3FFFFFFF, /* of a value; PostgreSQL's own limit, a byte below 1 GiB */
    TL__VECTOR_MOST = 16000,     /* dimensions; pgvector's own limit */
};

/* The binary form of a value that is no array, as the type oid wants it; 0: as its own type. */
int tl__scalar_encode(const tl_value *value, uint32_t oid, struct tl__buf *out, tl_error *err);

int tl__array_decode(uint8_t type, tl_str wire, tl_value *out, tl_error *err);
int tl__array_encode(const tl_value *value,
                     uint32_t vector_oid,
                     struct tl__buf *out,
                     tl_error *err);

int tl__vector_decode(tl_str wire, tl_value *out, tl_error *err);
int tl__vector_encode(const tl_vector *vector, struct tl__buf *out, tl_error *err);

int tl__numeric_decode(tl_str wire, tl_value *out, tl_error *err);
int tl__numeric_encode(const tl_numeric *number, struct tl__buf *out, tl_error *err);

/* Whether PostgreSQL can keep it; the infinities are valid. */
bool tl__date_is_valid(int32_t date);
bool tl__timestamp_is_valid(int64_t timestamp);
