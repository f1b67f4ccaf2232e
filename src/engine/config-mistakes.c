/* engine/config-mistakes.c - everything that is wrong with settings, told at once */
#include "engine/config-mistakes.h"

#include <string.h>

#include "base/append.h"
#include "base/fail.h"

void tl__mistakes_done(struct tl__mistakes *mistakes)
{
    tl__buf_done(&mistakes->text);
    mistakes->n = 0;
}

struct tl__buf *tl__mistakes_next(struct tl__mistakes *mistakes)
{
    if (mistakes->n++ > 0)
        tl__buf_char(&mistakes->text, '\0');
    return &mistakes->text;
}

void tl__mistakes_quote(struct tl__buf *to, const char *text)
{
    char shown[48];

    const bool whole = tl__copy_text(shown, sizeof shown, text);
    for (char *c = shown; *c != '\0'; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = '?';
    tl__buf_printf(to, "\"%s%s\"", shown, whole ? "" : "...");
}

/* Appends mistakes as long as they and what may follow fit, and gives how many did: one at least, cut
 * if need be. */
static size_t append_fitting(struct tl__append *to, const char *mistake, size_t n, size_t reserved)
{
    size_t i = 0;

    for (; i < n; i++) {
        if (i > 0 && to->len + strlen("; ") + strlen(mistake) + reserved >= to->size)
            break;
        tl__append(to, "%s%s", i > 0 ? "; " : "", mistake);
        mistake += strlen(mistake) + 1;
    }
    return i;
}

static const char *skip_mistakes(const char *mistake, size_t n)
{
    while (n-- > 0)
        mistake += strlen(mistake) + 1;
    return mistake;
}

static void fill_detail(const char *mistake, size_t n, tl_error *err)
{
    char text[sizeof err->detail];
    struct tl__append to = tl__append_to(text, sizeof text);

    tl__append(&to, "Also: ");
    const size_t n_told = append_fitting(&to, mistake, n, sizeof "; and 99 more");
    if (n_told < n)
        tl__append(&to, "; and %zu more", n - n_told);
    tl__fail_detail(err, "%s.", text);
}

int tl__mistakes_fail(const struct tl__mistakes *mistakes, tl_error *err)
{
    const char *list = tl__buf_cstr(&mistakes->text);
    char text[sizeof err->message];
    struct tl__append to = tl__append_to(text, sizeof text);

    if (tl__buf_status(&mistakes->text) != TL_OK)
        return tl__fail_nomem(err);
    if (mistakes->n == 0)
        return TL_OK;
    if (mistakes->n > 1)
        tl__append(&to, "%zu settings are wrong: ", mistakes->n);
    const size_t n = append_fitting(&to, list, mistakes->n, 0);
    tl__fail_set(err, TL_ERR_INVALID, "%s", text);
    if (err != NULL && n < mistakes->n)
        fill_detail(skip_mistakes(list, n), mistakes->n - n, err);
    return TL_ERR_INVALID;
}
