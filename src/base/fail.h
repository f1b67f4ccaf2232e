/* base/fail.h - filling a tl_error */
#pragma once

#include <stdbool.h>

#include <trunkline/error.h>

#include "base/macro.h"

/* Fails with a status and a message: return tl__fail(err, TL_ERR_INVALID, "no such column"); The
 * macro yields its constant, so that a compiler sees that this path does not succeed. */
#define tl__fail(err, status, ...) (tl__fail_set((err), (status), __VA_ARGS__), (status))
#define tl__fail_nomem(err) tl__fail((err), TL_ERR_NOMEM, "out of memory")

void tl__fail_set(tl_error *err, int status, const char *format, ...) PRINTF_LIKE(3, 4);

/* Puts "context: " before the message, and gives the status back. */
int tl__context(tl_error *err, int status, const char *format, ...) PRINTF_LIKE(3, 4);

/* These complete an error that was just set; err may be NULL. */
void tl__fail_phase(tl_error *err, tl_phase phase);
void tl__fail_detail(tl_error *err, const char *format, ...) PRINTF_LIKE(2, 3);
void tl__fail_hint(tl_error *err, const char *format, ...) PRINTF_LIKE(2, 3);

/* Copies text into a field of size bytes, cut at a character of UTF-8 where it is too long. Gives
 * false where it was cut. */
bool tl__copy_text(char *field, size_t size, const char *text);
