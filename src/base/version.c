/* base/version.c - which library this is */
#include <trunkline/common.h>

#include "base/alloc.h"

const char *tl_version(void)
{
    return TL_VERSION;
}

void tl_free(void *text)
{
    tl__free(text);
}
