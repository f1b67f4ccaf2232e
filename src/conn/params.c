/* conn/params.c - parameters as libpq wants them */
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "conn/conn.h"
#include "types/types.h"

enum {
    MOST_PARAMS = 65535,     /* of the protocol */
    MOST_BYTES = 0x3FFFFFFF, /* of a message; PostgreSQL's own limit */
};

static void free_arrays(struct tl__params *p)
{
    tl__free(p->types);
    tl__free(p->values);
    tl__free(p->lengths);
    tl__free(p->formats);
    *p = (struct tl__params){ 0 };
}

static int make_arrays(struct tl__param_space *space, size_t n, tl_error *err)
{
    const size_t capacity = MAX_OF(n, 8);
    struct tl__params p = {
        .types = tl__alloc_array(capacity, sizeof *p.types),
        .values = tl__alloc_array(capacity, sizeof *p.values),
        .lengths = tl__alloc_array(capacity, sizeof *p.lengths),
        .formats = tl__alloc_array(capacity, sizeof *p.formats),
    };

    if (p.types == NULL || p.values == NULL || p.lengths == NULL || p.formats == NULL) {
        free_arrays(&p);
        return tl__fail_nomem(err);
    }
    free_arrays(&space->params);
    space->params = p;
    space->capacity = capacity;
    return TL_OK;
}

void tl__params_done(struct tl__param_space *space)
{
    free_arrays(&space->params);
    tl__buf_done(&space->bytes);
    space->capacity = 0;
}

static int encode(struct tl__param_space *space,
                  size_t i,
                  const tl_value *arg,
                  uint32_t vector_oid,
                  tl_error *err)
{
    struct tl__params *p = &space->params;
    const size_t start = space->bytes.len;

    p->types[i] = arg->oid != 0 ? arg->oid : tl__type_oid(arg->type, arg->is_array);
    p->formats[i] = arg->is_text ? 0 : 1;
    p->lengths[i] = -1;
    if (arg->is_null)
        return TL_OK;
    const int status = tl__encode(arg, vector_oid, &space->bytes, err);
    if (status != TL_OK)
        return tl__context(err, status, "parameter $%zu", i + 1);
    const size_t len = space->bytes.len - start;
    tl__buf_char(&space->bytes,
                 '\0'); /* libpq wants text so; and nothing has a length of its own */
    if (tl__buf_status(&space->bytes) == TL_ERR_NOMEM)
        return tl__fail_nomem(err);
    if (tl__buf_status(&space->bytes) != TL_OK)
        return tl__fail(err, TL_ERR_TYPE, "the parameters are larger than 1 GiB together");
    p->lengths[i] = (int)len;
    return TL_OK;
}

/* Only now, as the bytes have moved while they grew. */
static void point_to_bytes(struct tl__param_space *space)
{
    struct tl__params *p = &space->params;
    const char *at = space->bytes.data;

    for (int i = 0; i < p->n; i++) {
        p->values[i] = p->lengths[i] >= 0 ? at : NULL;
        if (p->lengths[i] >= 0)
            at += p->lengths[i] + 1;
    }
}

int tl__params_fill(struct tl__param_space *space,
                    const tl_value *args,
                    size_t n,
                    uint32_t vector_oid,
                    tl_error *err)
{
    space->params.n = 0;
    if (n == 0)
        return TL_OK;
    if (n > MOST_PARAMS)
        return tl__fail(err, TL_ERR_INVALID, "%zu parameters are more than %d", n, MOST_PARAMS);
    if (n > space->capacity && make_arrays(space, n, err) != TL_OK)
        return TL_ERR_NOMEM;
    tl__buf_clear(&space->bytes);
    space->bytes.most = MOST_BYTES;
    for (size_t i = 0; i < n; i++) {
        const int status = encode(space, i, &args[i], vector_oid, err);
        if (status != TL_OK)
            return status;
    }
    space->params.n = (int)n;
    point_to_bytes(space);
    return TL_OK;
}
