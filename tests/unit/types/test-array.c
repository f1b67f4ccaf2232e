/* unit/types/test-array.c - one-dimensional arrays */
#include "unit/types/wire.h"

enum { VECTOR_OID = 99999 };

static tl_value decode_array(uint8_t type, tl_str wire)
{
    tl_error err = TL_ERROR_INIT;
    tl_value value;

    CHECK_OK(tl__decode(type, true, wire, &value, &err), &err);
    return value;
}

TEST(elements_come_one_by_one_and_then_no_more)
{
    scoped(wire_free) tl_str wire = wire_of("00000001 00000001 00000017 00000002 00000001"
                                            "ffffffff 00000004 00000007");
    tl_value value = decode_array(TL_INT4, wire);
    tl_array *array = &value.as.array;
    tl_value element;

    CHECK_INT(array->n, 2, "elements");
    CHECK(tl_array_next(array, &element));
    CHECK(element.is_null);
    CHECK_INT(array->n, 1, "elements left");
    CHECK(tl_array_next(array, &element));
    CHECK(!element.is_null && element.type == TL_INT4);
    CHECK_INT(element.as.integer, 7, "the second");
    CHECK(!tl_array_next(array, &element));
    CHECK_INT(element.as.integer, 7, "untouched at the end");
    CHECK(!tl_array_next(array, &element));
}

TEST(a_walk_over_garbage_ends)
{
    static const struct {
        const char *what;
        const char *hex;
    } cases[] = {
        { "nothing there", "" },
        { "half a length", "0000" },
        { "a length that goes past the end", "00000008 00000001" },
        { "the largest length", "7fffffff 00000001" },
        { "a length below -1", "fffffffe 00000001" },
        { "an element too short for its type", "00000001 01" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        scoped(wire_free) tl_str wire = wire_of(cases[i].hex);
        tl_array array = { .element = TL_INT4, .n = UINT32_MAX, .wire = wire };
        tl_value element = { .type = 77 };

        ck_assert_msg(!tl_array_next(&array, &element), "%s", cases[i].what);
        CHECK_INT(element.type, 77, cases[i].what);
    }
}

TEST(an_array_that_is_none_is_refused)
{
    static const struct {
        uint8_t type;
        const char *hex;
        const char *why;
    } cases[] = {
        { TL_INT4, "", "value of type int4[] has no whole header" },
        { TL_INT4, "00000001 00000000 00000017 00000001", "int4[] has no whole header" },
        { TL_INT4,
          "00000002 00000000 00000017 00000001 00000001 00000001 00000001 00000004 00000001",
          "array has 2 dimensions; only one can be read" },
        { TL_INT4, "ffffffff 00000000 00000017", "array has 4294967295 dimensions" },
        { TL_INT4, "00000000 00000002 00000017", "int4[] has unknown flags" },
        { TL_INT4, "00000000 00000000 00000019", "int4[] has elements of the type with oid 25" },
        { TL_INT4, "00000000 00000000 0001869f", "int4[] has elements of the type with oid 99999" },
        { TL_VECTOR, "00000000 00000000 00000019", "has elements of the type with oid 25" },
        { TL_INT4, "00000000 00000000 00000017 00", "int4[] has no dimension but elements" },
        { TL_INT4, "00000001 00000000 00000017 ffffffff 00000001", "int4[] has no whole header" },
        { TL_INT4, "00000001 00000000 00000017 00000001 00000001", "ends within an element" },
        { TL_INT4, "00000001 00000000 00000017 7fffffff 00000001 ffffffff",
          "element 2: value of type int4[] ends within an element" },
        { TL_INT4, "00000001 00000000 00000017 00000002 00000001 ffffffff 00000002 0001",
          "element 2: value of type int4 has 2 bytes, not 4" },
        { TL_INT4, "00000001 00000000 00000017 00000001 00000001 ffffffff ff",
          "int4[] has bytes after its last element" },
        { TL_TEXT, "00000001 00000000 00000019 00000001 00000001 00000002 6100",
          "element 1: value of type text has a NUL" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        scoped(wire_free) tl_str wire = wire_of(cases[i].hex);
        tl_error err = TL_ERROR_INIT;
        tl_value value;

        CHECK_REFUSED(tl__decode(cases[i].type, true, wire, &value, &err), TL_ERR_TYPE,
                      cases[i].why, &err);
    }
}

TEST(arrays_that_say_the_same_otherwise_are_read)
{
    static const struct {
        const char *what;
        uint8_t type;
        const char *hex;
        const char *shown;
    } cases[] = {
        { "a lower bound of 0", TL_INT4,
          "00000001 00000000 00000017 00000001 00000000 00000004 00000007", "{7}" },
        { "a flag for NULLs that are not there", TL_INT4,
          "00000001 00000001 00000017 00000001 00000001 00000004 00000007", "{7}" },
        { "a dimension of no length", TL_INT4, "00000001 00000000 00000017 00000000 00000001",
          "{}" },
        { "varchar's elements", TL_TEXT, "00000001 00000000 00000413 00000001 00000001 00000001 61",
          "{a}" },
        { "oids", TL_INT8, "00000001 00000000 0000001a 00000001 00000001 00000004 ffffffff",
          "{4294967295}" },
        { "elements of a type we do not know", TL_UNKNOWN,
          "00000001 00000000 0001869f 00000001 00000001 00000001 61", "{a}" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        scoped(wire_free) tl_str wire = wire_of(cases[i].hex);
        const tl_value value = decode_array(cases[i].type, wire);

        CHECK_SHOWN(&value, cases[i].shown, cases[i].what);
    }
}

/* The server refuses an array whose elements have another oid than its type's. */
TEST(an_array_read_from_a_column_goes_back_as_its_type)
{
    static const struct {
        uint8_t type;
        uint32_t oid;
        const char *hex;
    } cases[] = {
        { TL_TEXT, 1015, "00000001 00000001 00000413 00000002 00000001 ffffffff 00000001 61" },
        { TL_TEXT, 1002, "00000001 00000000 00000012 00000002 00000001 00000001 00 00000001 61" },
        { TL_INT8, 1028, "00000001 00000000 0000001a 00000001 00000001 00000004 ffffffff" },
        { TL_VECTOR, 88888,
          "00000001 00000000 0001869f 00000001 00000001 00000008 0001 0000 3f800000" },
        { TL_NUMERIC, 1231, "00000000 00000000 000006a4" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        scoped(wire_free) tl_str wire = wire_of(cases[i].hex);
        scoped(tl__buf_done) struct tl__buf again = TL__BUF_INIT;
        tl_value value = decode_array(cases[i].type, wire);
        tl_error err = TL_ERROR_INIT;

        value.oid = cases[i].oid;
        CHECK_OK(tl__encode(&value, VECTOR_OID, &again, &err), &err);
        CHECK_BYTES(&again, cases[i].hex, "the array");
    }
}

TEST(what_is_left_of_an_array_can_be_sent)
{
    scoped(wire_free) tl_str wire = wire_of("00000001 00000001 00000015 00000002 00000001"
                                            "ffffffff 00000002 0003");
    scoped(tl__buf_done) struct tl__buf again = TL__BUF_INIT;
    tl_value value = decode_array(TL_INT2, wire);
    tl_error err = TL_ERROR_INIT;
    tl_value element;

    CHECK(tl_array_next(&value.as.array, &element));
    CHECK_OK(tl__encode(&value, 0, &again, &err), &err);
    CHECK_BYTES(&again, "00000001 00000000 00000015 00000001 00000001 00000002 0003", "the rest");
}

TEST(elements_that_do_not_belong_are_refused)
{
    static const float numbers[] = { 1 };
    const tl_value text = tl_text("7");
    const tl_value as_text = tl_as_text(TL_INT4, "7");
    const tl_value nested = tl_array_value(TL_INT4, &text, 0);
    const tl_value too_large = tl_int4(0);
    const tl_value vector = tl_vector_value(numbers, 1);
    const tl_value two[] = { tl_null(), { .type = TL_INT2, .as.integer = 40000 } };
    const struct {
        tl_value value;
        int status;
        const char *why;
    } cases[] = {
        { tl_array_value(TL_INT4, &text, 1), TL_ERR_TYPE,
          "element 1: a value of type text cannot stand in an array of int4" },
        { tl_array_value(TL_INT4, &as_text, 1), TL_ERR_TYPE,
          "element 1: a value in text form cannot stand in an array of int4" },
        { tl_array_value(TL_INT4, &nested, 1), TL_ERR_TYPE,
          "element 1: an array cannot stand in an array of int4" },
        { tl_array_value(TL_INT2, two, 2), TL_ERR_TYPE, "element 2: 40000 does not fit int2" },
        { tl_array_value(TL_INT4, &too_large, SIZE_MAX), TL_ERR_TYPE,
          "array is larger than 1 GiB" },
        { tl_array_value(TL_INT4, NULL, 3), TL_ERR_INVALID, "array of 3 elements has none" },
        { tl_array_value(TL_VECTOR, &vector, 1), TL_ERR_TYPE,
          "cannot send an array of vectors: this database has no type vector" },
        { tl_array_value(TL_UNKNOWN, &text, 0), TL_ERR_TYPE,
          "cannot send an array of an unknown type in binary form" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        scoped(tl__buf_done) struct tl__buf out = TL__BUF_INIT;
        tl_error err = TL_ERROR_INIT;

        CHECK_REFUSED(tl__encode(&cases[i].value, 0, &out, &err), cases[i].status, cases[i].why,
                      &err);
        CHECK_INT(out.len, 0, "nothing appended");
    }
}

TEST(a_wire_that_its_owner_spoilt_is_refused)
{
    scoped(tl__buf_done) struct tl__buf out = TL__BUF_INIT;
    const tl_value value = { .type = TL_INT4,
                             .is_array = true,
                             .as.array = { .element = TL_INT4, .n = 2, .wire = { "\0\0", 2 } } };
    tl_error err = TL_ERROR_INIT;

    CHECK_REFUSED(tl__encode(&value, 0, &out, &err), TL_ERR_TYPE,
                  "element 1: value of type int4[] ends within an element", &err);
}

int main(void)
{
    return TEST_MAIN("array", elements_come_one_by_one_and_then_no_more, a_walk_over_garbage_ends,
                     an_array_that_is_none_is_refused, arrays_that_say_the_same_otherwise_are_read,
                     an_array_read_from_a_column_goes_back_as_its_type,
                     what_is_left_of_an_array_can_be_sent, elements_that_do_not_belong_are_refused,
                     a_wire_that_its_owner_spoilt_is_refused);
}
