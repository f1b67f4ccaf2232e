/* trunkline/result.h - what a statement gave back
 *
 * A result owns its rows until tl_result_free(). The getters copy nothing: text and bytes are views
 * into it. A getter asked for the impossible (no such row, another type, a number that does not
 * fit) gives zero or an empty view, and the result remembers the first such mistake:
 * tl_result_check() after a loop tells, so that the loop needs no test in every line.
 */
#ifndef TL_RESULT_H
#define TL_RESULT_H

#include <trunkline/value.h>

TL_BEGIN_DECLS

/**
 * Give a result back.
 *
 * @param result  the result; NULL does nothing
 * @threads no other user left
 * @since 0.1
 */
TL_EXPORT void tl_result_free(tl_result *result);

/**
 * The same for the cleanup attribute of GCC and Clang.
 *
 * @param result  the address of a variable that holds a result or NULL
 * @threads no other user left
 * @since 0.1
 */
TL_EXPORT void tl_result_freep(tl_result **result);

/**
 * How many rows, and how many columns each has.
 *
 * @param result  the result
 * @return the number; 0 for a statement that gives no rows
 * @threads one thread at a time
 * @since 0.1
 */
TL_EXPORT size_t tl_result_rows(const tl_result *result);
TL_EXPORT size_t tl_result_columns(const tl_result *result);

/**
 * How many rows the statement touched: selected, inserted, updated, deleted, merged or copied.
 *
 * @param result  the result
 * @return the number; 0 where the command has no such number
 * @threads one thread at a time
 * @since 0.1
 */
TL_EXPORT int64_t tl_result_affected(const tl_result *result);

/**
 * The command's tag as the server sent it, such as "INSERT 0 1".
 *
 * @param result  the result
 * @return the tag, valid as long as the result
 * @threads one thread at a time
 * @since 0.1
 */
TL_EXPORT const char *tl_result_tag(const tl_result *result);

/**
 * A column's name, and its type's oid.
 *
 * @param result  the result
 * @param column  0 to tl_result_columns() - 1
 * @return the name, valid as long as the result, or the oid; NULL or 0 if there is no such column
 * @threads one thread at a time
 * @since 0.1
 */
TL_EXPORT const char *tl_result_name(const tl_result *result, size_t column);
TL_EXPORT uint32_t tl_result_type(const tl_result *result, size_t column);

/**
 * The number of the first column with this name.
 *
 * @param result  the result
 * @param name    the name, exactly
 * @return 0 to tl_result_columns() - 1, or SIZE_MAX if there is none
 * @threads one thread at a time
 * @since 0.1
 */
TL_EXPORT size_t tl_result_column(const tl_result *result, const char *name);

/**
 * Whether every getter so far was asked for what is there.
 *
 * @param result  the result
 * @param err     on failure, the first mistake, with row, column and types; may be NULL
 * @return TL_OK, or
 *         TL_ERR_TYPE     a getter of another type, or a value that did not fit
 *         TL_ERR_INVALID  no such row or column
 * @threads one thread at a time
 * @since 0.1
 */
TL_EXPORT TL_MUST_CHECK int tl_result_check(const tl_result *result, tl_error *err);

/**
 * Whether a value is NULL.
 *
 * @param result  the result
 * @param row     0 to tl_result_rows() - 1
 * @param column  0 to tl_result_columns() - 1
 * @return true if it is NULL, or there is no such value
 * @threads one thread at a time
 * @since 0.1
 */
TL_EXPORT bool tl_is_null(const tl_result *result, size_t row, size_t column);

/**
 * A value as a C type. A NULL gives zero or an empty view, which is no mistake: where it matters,
 * tl_is_null() tells.
 *
 * Integers take int2, int4, int8 and oid and check that they fit; floats take float4 and float8;
 * text takes every character type, json, jsonb, enums, and whatever came in text form; bytes take
 * anything as it stands on the wire; timestamp takes both kinds. For a type that the library does not
 * know, cast to text in the statement, or ask for tl_call_options.text_results.
 *
 * @param result  the result; views are valid as long as it
 * @param row     0 to tl_result_rows() - 1
 * @param column  0 to tl_result_columns() - 1
 * @return the value
 * @threads one thread at a time
 * @since 0.1
 */
TL_EXPORT bool tl_get_bool(const tl_result *result, size_t row, size_t column);
TL_EXPORT int16_t tl_get_int2(const tl_result *result, size_t row, size_t column);
TL_EXPORT int32_t tl_get_int4(const tl_result *result, size_t row, size_t column);
TL_EXPORT int64_t tl_get_int8(const tl_result *result, size_t row, size_t column);
TL_EXPORT float tl_get_float4(const tl_result *result, size_t row, size_t column);
TL_EXPORT double tl_get_float8(const tl_result *result, size_t row, size_t column);
TL_EXPORT tl_str tl_get_text(const tl_result *result, size_t row, size_t column);
TL_EXPORT tl_str tl_get_bytes(const tl_result *result, size_t row, size_t column);
TL_EXPORT tl_numeric tl_get_numeric(const tl_result *result, size_t row, size_t column);
TL_EXPORT int32_t tl_get_date(const tl_result *result, size_t row, size_t column);
TL_EXPORT int64_t tl_get_timestamp(const tl_result *result, size_t row, size_t column);
TL_EXPORT tl_interval tl_get_interval(const tl_result *result, size_t row, size_t column);
TL_EXPORT tl_uuid tl_get_uuid(const tl_result *result, size_t row, size_t column);
TL_EXPORT tl_vector tl_get_vector(const tl_result *result, size_t row, size_t column);
TL_EXPORT tl_array tl_get_array(const tl_result *result, size_t row, size_t column);

/**
 * A value of any type, with its type.
 *
 * @param result  the result; views are valid as long as it
 * @param row     0 to tl_result_rows() - 1
 * @param column  0 to tl_result_columns() - 1
 * @return the value; of type TL_UNKNOWN, with its bytes, where the library does not know the type.
 *         It can be sent as a parameter
 * @threads one thread at a time
 * @since 0.1
 */
TL_EXPORT tl_value tl_get_value(const tl_result *result, size_t row, size_t column);

TL_END_DECLS

#endif
