/* engine/config-mistakes.h - everything that is wrong with settings, told at once */
#pragma once

#include <trunkline/error.h>

#include "base/buf.h"

struct tl__mistakes {
    struct tl__buf text; /* one after the other, a NUL between them */
    size_t n;
};

void tl__mistakes_done(struct tl__mistakes *mistakes);

/* The buffer to write one more mistake to. */
struct tl__buf *tl__mistakes_next(struct tl__mistakes *mistakes);

/* Untrusted text, in quotes, cut short, with nothing a terminal would obey. */
void tl__mistakes_quote(struct tl__buf *to, const char *text);

/* TL_OK if there is none; else TL_ERR_INVALID, or TL_ERR_NOMEM. */
int tl__mistakes_fail(const struct tl__mistakes *mistakes, tl_error *err);
