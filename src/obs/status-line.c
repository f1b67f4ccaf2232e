/* obs/status-line.c - a pool's status in SQLAlchemy's words */
#include <trunkline/pool.h>

#include "base/append.h"

static int count_connections(const tl_pool_status *s)
{
    return s->n_opening + s->n_idle + s->n_lent + s->n_probing + s->n_resetting + s->n_closing;
}

size_t tl_pool_status_line(const tl_pool_status *status, char *buf, size_t size)
{
    struct tl__append to = tl__append_to(buf, size);

    /* Two blanks after the size, as in the original: people match this line. */
    tl__append(&to,
               "Pool size: %d  Connections in pool: %d Current Overflow: %d "
               "Current Checked out connections: %d",
               status->pool_size, status->n_idle + status->n_resetting,
               count_connections(status) - status->pool_size, status->n_lent + status->n_probing);
    return to.len;
}
