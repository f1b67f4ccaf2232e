/* trunkline/sql.h - names and literals inside statements
 *
 * Values belong into parameters. These are for what a parameter cannot be: names of tables and
 * columns, and literals in statements that take none.
 */
#ifndef TL_SQL_H
#define TL_SQL_H

#include <trunkline/common.h>

TL_BEGIN_DECLS

/**
 * A name in double quotes, inner ones doubled.
 *
 * @param name  the name, UTF-8, as it is in the catalogue
 * @param buf   where to write; always NUL-terminated when size > 0
 * @param size  bytes in buf; 0 only counts
 * @return the bytes the whole text needs, without the NUL, as snprintf() does
 * @threads any thread
 * @since 0.1
 */
TL_EXPORT size_t tl_sql_name(const char *name, char *buf, size_t size);

/**
 * A text as a literal that means the same whatever standard_conforming_strings says.
 *
 * @param text  the text, UTF-8
 * @param buf   where to write; always NUL-terminated when size > 0
 * @param size  bytes in buf; 0 only counts
 * @return the bytes the whole text needs, without the NUL, as snprintf() does
 * @threads any thread
 * @since 0.1
 */
TL_EXPORT size_t tl_sql_literal(const char *text, char *buf, size_t size);

TL_END_DECLS

#endif
