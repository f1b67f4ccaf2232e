/* serve/serve.c - the endpoint from birth to end */
#include "serve/serve.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* An older program knew fewer members; a newer one may ask for what is not known here. */
static int resolve_options(const tl_serve_options *given, tl_serve_options *out, tl_error *err)
{
    *out = (tl_serve_options)TL_SERVE_OPTIONS_INIT;

    if (given != NULL && (given->size < sizeof given->size || given->size > sizeof *out))
        return tl__serve_fail(err, TL_ERR_INVALID,
                              "options of serve are not from TL_SERVE_OPTIONS_INIT, or too new");
    if (given != NULL)
        memcpy(out, given, given->size);
    if (out->listen == NULL)
        out->listen = "127.0.0.1:8432";
    if (out->probe_ms == 0)
        out->probe_ms = TL__SERVE_DEFAULT_PROBE_MS;
    if (out->probe_ms < 0 || out->probe_ms > TL__SERVE_MAX_PROBE_MS)
        return tl__serve_fail(err, TL_ERR_INVALID, "probe_ms %d is not within 1 to %d",
                              out->probe_ms, TL__SERVE_MAX_PROBE_MS);
    return TL_OK;
}

static void free_serve(tl_serve *serve)
{
    if (serve == NULL)
        return;
    if (serve->listener.fd >= 0)
        close(serve->listener.fd);
    tl__prober_done(&serve->prober);
    tl__crowd_done(&serve->crowd);
    free(serve);
}

static void free_servep(tl_serve **serve)
{
    free_serve(*serve);
}

static tl_serve *new_serve(tl_engine *engine, const tl_serve_options *options)
{
    tl_serve *const serve = calloc(1, sizeof *serve);

    if (serve == NULL)
        return NULL;
    serve->engine = engine;
    serve->need_write = options->need_write;
    serve->probe_ms = options->probe_ms;
    serve->listener.fd = -1;
    tl__crowd_init(&serve->crowd);
    tl__prober_init(&serve->prober, engine, options->probe_ms);
    return serve;
}

int tl_serve_open(tl_engine *engine, const tl_serve_options *options, tl_serve **out, tl_error *err)
{
    scoped(free_servep) tl_serve *serve = NULL;
    tl_serve_options o;

    int status = resolve_options(options, &o, err);
    if (status != TL_OK)
        return status;
    serve = new_serve(engine, &o);
    if (serve == NULL)
        return tl__serve_fail(err, TL_ERR_NOMEM, "out of memory");
    status = tl__listener_open(o.listen, o.allow_remote, &serve->listener, err);
    if (status != TL_OK)
        return status;

    serve->daemon = tl__http_start(serve);
    if (serve->daemon == NULL)
        return tl__serve_fail(err, TL_ERR_SYSTEM, "could not start the threads of the endpoint");
    serve->listener.fd = -1; /* the server's own from here on */
    *out = serve;
    serve = NULL;
    return TL_OK;
}

int tl_serve_port(const tl_serve *serve)
{
    return serve->listener.port;
}

void tl_serve_drain(tl_serve *serve)
{
    atomic_store(&serve->draining, true);
}

void tl_serve_close(tl_serve *serve)
{
    if (serve == NULL)
        return;
    tl__http_stop(serve);
    free_serve(serve);
}
