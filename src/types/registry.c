/* types/registry.c - the types we know, by oid and by number */
#include <trunkline/value.h>

#include "base/macro.h"
#include "types/types.h"

#define NAME_UNKNOWN "unknown"
#define NAME_BOOL "bool"
#define NAME_INT2 "int2"
#define NAME_INT4 "int4"
#define NAME_INT8 "int8"
#define NAME_FLOAT4 "float4"
#define NAME_FLOAT8 "float8"
#define NAME_TEXT "text"
#define NAME_BYTEA "bytea"
#define NAME_NUMERIC "numeric"
#define NAME_DATE "date"
#define NAME_TIMESTAMP "timestamp"
#define NAME_TIMESTAMPTZ "timestamptz"
#define NAME_INTERVAL "interval"
#define NAME_UUID "uuid"
#define NAME_JSON "json"
#define NAME_JSONB "jsonb"
#define NAME_VECTOR "vector"

/* Types whose binary form is that of one in TL_TYPE_LIST, or nearly. */
#define LIKE_LIST(X)                           \
    X("varchar", TL_TEXT, 1043, 1015)          \
    X("bpchar", TL_TEXT, 1042, 1014)           \
    X("name", TL_TEXT, 19, 1003)               \
    X("oid", TL_INT8, TL__OID_OID, 1028)       \
    X("\"char\"", TL_TEXT, TL__OID_CHAR, 1002) \
    X("xml", TL_TEXT, 142, 143)                \
    X("cstring", TL_TEXT, 2275, 1263)          \
    X("unknown", TL_TEXT, 705, 0)

#define ROW_(name, number, oid, array_oid) { NAME_##name, (number), (oid), false },
#define LIKE_ROW_(name, type, oid, array_oid) { name, (type), (oid), false },
#define ARRAY_ROW_(name, number, oid, array_oid) { NAME_##name "[]", (number), (array_oid), true },
#define LIKE_ARRAY_ROW_(name, type, oid, array_oid) { name "[]", (type), (array_oid), true },
#define COUNT_(name, number, oid, array_oid) +1

enum {
    N_TYPES = 0 TL_TYPE_LIST(COUNT_),
    N_SCALARS = N_TYPES LIKE_LIST(COUNT_),
};

/* ORDER: the row of a type is its number, and the row of its array is N_SCALARS further on. */
static const struct tl__type_info rows[] = { TL_TYPE_LIST(ROW_) LIKE_LIST(LIKE_ROW_) TL_TYPE_LIST(
    ARRAY_ROW_) LIKE_LIST(LIKE_ARRAY_ROW_) };

_Static_assert(COUNT_OF(rows) == 2 * N_SCALARS, "a row for each type, and one for its array");

const struct tl__type_info *tl__type_by_oid(uint32_t oid)
{
    if (oid == 0)
        return NULL;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (rows[i].oid == oid)
            return &rows[i];
    return NULL;
}

uint32_t tl__type_oid(uint8_t type, bool is_array)
{
    return type < N_TYPES ? rows[type + (is_array ? N_SCALARS : 0)].oid : 0;
}

const char *tl__type_name(uint8_t type)
{
    return type < N_TYPES ? rows[type].name : NAME_UNKNOWN;
}

uint32_t tl__type_element_oid(uint32_t array_oid)
{
    const struct tl__type_info *array = tl__type_by_oid(array_oid);

    return array != NULL && array->is_array ? (array - N_SCALARS)->oid : 0;
}
