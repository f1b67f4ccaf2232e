/* unit/types/test-registry.c - the types we know */
#include <strings.h>

#include "unit/types/wire.h"

TEST(every_listed_type_is_found_by_its_oids)
{
    static const struct {
        const char *name;
        uint8_t type;
        uint32_t oid;
        uint32_t array_oid;
    } types[] = {
#define ROW_(name, number, oid, array_oid) { #name, (number), (oid), (array_oid) },
        TL_TYPE_LIST(ROW_)
#undef ROW_
    };

    for (size_t i = 0; i < COUNT_OF(types); i++) {
        CHECK(strcasecmp(tl__type_name(types[i].type), types[i].name) == 0);
        CHECK_INT(tl__type_oid(types[i].type, false), types[i].oid, types[i].name);
        CHECK_INT(tl__type_oid(types[i].type, true), types[i].array_oid, types[i].name);
        if (types[i].oid == 0)
            continue;
        const struct tl__type_info *scalar = tl__type_by_oid(types[i].oid);
        const struct tl__type_info *array = tl__type_by_oid(types[i].array_oid);
        CHECK_INT(scalar->type, types[i].type, types[i].name);
        CHECK(!scalar->is_array);
        CHECK_INT(array->type, types[i].type, types[i].name);
        CHECK(array->is_array);
        CHECK_INT(tl__type_element_oid(types[i].array_oid), types[i].oid, types[i].name);
    }
}

TEST(types_that_behave_as_others_have_their_kind_and_their_own_name)
{
    static const struct {
        const char *name;
        uint8_t type;
        uint32_t oid;
        uint32_t array_oid;
    } types[] = {
        { "varchar", TL_TEXT, 1043, 1015 }, { "bpchar", TL_TEXT, 1042, 1014 },
        { "name", TL_TEXT, 19, 1003 },      { "\"char\"", TL_TEXT, 18, 1002 },
        { "xml", TL_TEXT, 142, 143 },       { "cstring", TL_TEXT, 2275, 1263 },
        { "unknown", TL_TEXT, 705, 0 },     { "oid", TL_INT8, 26, 1028 },
    };

    for (size_t i = 0; i < COUNT_OF(types); i++) {
        const struct tl__type_info *scalar = tl__type_by_oid(types[i].oid);
        CHECK_STR(scalar->name, types[i].name);
        CHECK_INT(scalar->oid, types[i].oid, types[i].name);
        CHECK_INT(scalar->type, types[i].type, types[i].name);
        if (types[i].array_oid == 0)
            continue;
        const struct tl__type_info *array = tl__type_by_oid(types[i].array_oid);
        CHECK_INT(array->type, types[i].type, types[i].name);
        CHECK(array->is_array);
        CHECK_INT(tl__type_element_oid(types[i].array_oid), types[i].oid, types[i].name);
    }
}

TEST(what_is_not_known_is_said_so)
{
    CHECK(tl__type_by_oid(0) == NULL);
    CHECK(tl__type_by_oid(16384) == NULL);
    CHECK(tl__type_by_oid(UINT32_MAX) == NULL);
    CHECK_INT(tl__type_element_oid(0), 0, "no oid");
    CHECK_INT(tl__type_element_oid(23), 0, "no array");
    CHECK_INT(tl__type_oid(255, true), 0, "no type");
    CHECK_STR(tl__type_name(255), "unknown");
    CHECK_STR(tl__type_by_oid(1007)->name, "int4[]");
}

int main(void)
{
    return TEST_MAIN("registry", every_listed_type_is_found_by_its_oids,
                     types_that_behave_as_others_have_their_kind_and_their_own_name,
                     what_is_not_known_is_said_so);
}
