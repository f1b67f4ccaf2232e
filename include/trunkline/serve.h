/* trunkline/serve.h - an HTTP endpoint over an engine: probes, health, metrics, and a page to watch
 *
 * Part of libtrunkline-serve, which needs libmicrohttpd and jansson; trunkline.h does not include
 * it. GET /livez, /readyz, /health, /metrics, /pool and /.
 */
#ifndef TL_SERVE_H
#define TL_SERVE_H

#include <trunkline/engine.h>
#include <trunkline/error.h>

typedef struct tl_serve tl_serve;

typedef struct tl_serve_options {
    size_t size;        /* sizeof(tl_serve_options), by TL_SERVE_OPTIONS_INIT */
    const char *listen; /* "127.0.0.1:8432", "[::1]:8432"; port 0 takes a free one */
    bool allow_remote;  /* listen beyond loopback; without it such an address is refused */
    bool need_write;    /* /readyz fails while the server is read-only */
    int probe_ms;       /* longest time for a probe of the database; 0 stands for 1000 */
} tl_serve_options;

/* clang-format off */
#define TL_SERVE_OPTIONS_INIT { sizeof(tl_serve_options), "127.0.0.1:8432", false, true, 0 }
/* clang-format on */

TL_BEGIN_DECLS

/**
 * Open the endpoint. It works on threads of its own until tl_serve_close().
 *
 * @param engine   the engine; it must outlive the endpoint
 * @param options  from TL_SERVE_OPTIONS_INIT; NULL means all defaults. Copied
 * @param out      on success, the endpoint; end it with tl_serve_close(). Untouched on failure
 * @param err      on failure, what happened; may be NULL
 * @return TL_OK, or
 *         TL_ERR_INVALID  the address is malformed, or not loopback and allow_remote is not set
 *         TL_ERR_SYSTEM   the address cannot be listened on; err->os_errno says why
 *         TL_ERR_NOMEM    no memory
 * @threads any thread
 * @since 0.1
 */
TL_EXPORT TL_MUST_CHECK int
tl_serve_open(tl_engine *engine, const tl_serve_options *options, tl_serve **out, tl_error *err);

/**
 * The port that the endpoint listens on.
 *
 * @param serve  the endpoint
 * @return the port, also where port 0 was asked for
 * @threads any thread
 * @since 0.1
 */
TL_EXPORT int tl_serve_port(const tl_serve *serve);

/**
 * Let /readyz fail from now on, so that no new work is sent here; everything else goes on.
 *
 * @param serve  the endpoint
 * @threads any thread
 * @since 0.1
 */
TL_EXPORT void tl_serve_drain(tl_serve *serve);

/**
 * Close the endpoint. Requests under way are answered first.
 *
 * @param serve  the endpoint; NULL does nothing
 * @threads no other user left
 * @since 0.1
 */
TL_EXPORT void tl_serve_close(tl_serve *serve);

TL_END_DECLS

#endif
