/* obs/status-line.c - a pool's status in SQLAlchemy's words */
#include <trunkline/pool.h>

#include "base/append.h"

/* SQLAlchemy knows two states, and its numbers always satisfy: checked out = size - in pool +
 * overflow. What is on its way from one state to the other is with somebody, so it is out. */
static int count_out(const tl_pool_status *s)
{
    return s->n_lent + s->n_opening + s->n_probing + s->n_closing;
}

size_t tl_pool_status_line(const tl_pool_status *status, char *buf, size_t size)
{
    struct tl__append to = tl__append_to(buf, size);
    const int n_in = status->n_idle + status->n_resetting;
    const int n_out = count_out(status);

    /* Two blanks after the size, as in the original: people match this line. */
    tl__append(&to,
               "Pool size: %d  Connections in pool: %d Current Overflow: %d "
               "Current Checked out connections: %d",
               status->pool_size, n_in, n_in + n_out - status->pool_size, n_out);
    return to.len;
}
