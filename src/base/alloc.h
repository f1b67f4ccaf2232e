/* base/alloc.h - the only way to the heap
 *
 * Memory comes zeroed. Sizes of arrays are checked for overflow. A test can let any single
 * allocation fail, and count the blocks that live.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

void *tl__alloc(size_t size);                 /* zeroed; NULL without memory */
void *tl__alloc_array(size_t n, size_t size); /* zeroed; NULL without memory, or on overflow */
void *tl__realloc(void *block, size_t size); /* what is new is not zeroed; block stays on failure */
char *tl__strdup(const char *text);
char *tl__strndup(const char *data, size_t len); /* data may hold no NUL */
void tl__free(void *block);
void tl__freep(void *address_of_pointer); /* for scoped() */

/* For tests. Only builds with TL_TESTING count; elsewhere these are constants. */
size_t tl__alloc_live(void);     /* blocks not freed yet */
size_t tl__alloc_total(void);    /* blocks ever made */
void tl__alloc_fail(size_t nth); /* the nth from now fails, once; 0 for none */
bool tl__alloc_failed(void);     /* whether it has */
