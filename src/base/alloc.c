/* base/alloc.c - the only way to the heap */
#include "base/alloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef TL_TESTING
#include <stdatomic.h>

static atomic_size_t n_live;
static atomic_size_t n_total;
static atomic_size_t fail_in; /* 0: none is to fail */
static atomic_bool has_failed;

static bool must_fail(void)
{
    size_t left = atomic_load(&fail_in);

    while (left != 0 && !atomic_compare_exchange_weak(&fail_in, &left, left - 1))
        ;
    if (left != 1)
        return false;
    atomic_store(&has_failed, true);
    return true;
}

static void *counted(void *block)
{
    if (block != NULL) {
        atomic_fetch_add(&n_live, 1);
        atomic_fetch_add(&n_total, 1);
    }
    return block;
}

static void uncounted(const void *block)
{
    if (block != NULL)
        atomic_fetch_sub(&n_live, 1);
}

size_t tl__alloc_live(void)
{
    return atomic_load(&n_live);
}

size_t tl__alloc_total(void)
{
    return atomic_load(&n_total);
}

void tl__alloc_fail(size_t nth)
{
    atomic_store(&has_failed, false);
    atomic_store(&fail_in, nth);
}

bool tl__alloc_failed(void)
{
    return atomic_load(&has_failed);
}
#else
static bool must_fail(void)
{
    return false;
}

static void *counted(void *block)
{
    return block;
}

static void uncounted(const void *block)
{
    (void)block;
}

size_t tl__alloc_live(void)
{
    return 0;
}

size_t tl__alloc_total(void)
{
    return 0;
}

void tl__alloc_fail(size_t nth)
{
    (void)nth;
}

bool tl__alloc_failed(void)
{
    return false;
}
#endif

void *tl__alloc(size_t size)
{
    return tl__alloc_array(1, size);
}

void *tl__alloc_array(size_t n, size_t size)
{
    return must_fail() ? NULL : counted(calloc(n != 0 ? n : 1, size != 0 ? size : 1));
}

void *tl__realloc(void *block, size_t size)
{
    if (block == NULL)
        return tl__alloc(size);
    return must_fail() ? NULL : realloc(block, size != 0 ? size : 1);
}

char *tl__strndup(const char *data, size_t len)
{
    char *copy = len == SIZE_MAX ? NULL : tl__alloc(len + 1);

    if (copy != NULL)
        memcpy(copy, data, len);
    return copy;
}

char *tl__strdup(const char *text)
{
    return tl__strndup(text, strlen(text));
}

void tl__free(void *block)
{
    uncounted(block);
    free(block);
}

void tl__freep(void *address_of_pointer)
{
    void *block;

    memcpy(&block, address_of_pointer, sizeof block);
    tl__free(block);
}
