/* engine/url.h - taking what is not libpq's out of a URL or a keyword/value text
 *
 * Pure. The rules are libpq's own: user and password end at the first "@" before a "/", "+" stands
 * for itself, a host in brackets hides what is in it, and in keyword/value text values may be quoted
 * and escaped. What is left for libpq stays byte for byte as it was, but for the scheme, which may
 * be that of another driver.
 */
#pragma once

#include <stdbool.h>

#include "base/buf.h"

/* Told of each parameter; value is NULL if it is not encoded rightly. True takes it out. */
typedef bool (*tl__url_take_fn)(void *user, const char *keyword, const char *value);

typedef bool (*tl__url_secret_fn)(void *user, const char *keyword);

/* What is wrong with the text as a whole; NULL if nothing is. Never repeats a part of the text,
 * since where the password is cannot be known then. */
const char *tl__url_complaint(const char *text);

bool tl__url_is_uri(const char *text); /* rather than keyword/value text */

/* rest is what take did not take. TL_OK or TL_ERR_NOMEM. The text must have no complaint. */
int tl__url_split(const char *text, tl__url_take_fn take, void *user, struct tl__buf *rest);

/* The text for libpq to complain about: as tl__url_split() left it, with secrets replaced. */
int tl__url_mask(const char *text, tl__url_secret_fn is_secret, void *user, struct tl__buf *masked);

/* Wipes, and frees. Room is made at once when text is split or masked, so that no copy of a secret
 * is left behind by growing. */
void tl__secret_done(struct tl__buf *buf);
