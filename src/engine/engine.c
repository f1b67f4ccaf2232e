/* engine/engine.c - one database: its settings and its pool */
#include "engine/engine.h"

#include "base/alloc.h"
#include "base/fail.h"
#include "base/time.h"
#include "engine/config.h"

static void engine_free(void *user)
{
    tl_engine *engine = user;

    tl_config_free(engine->config);
    tl__mutex_done(&engine->apply_lock);
    tl__free(engine);
}

static void engine_freep(tl_engine **engine)
{
    if (*engine != NULL)
        engine_free(*engine);
}

static int check_options(const tl_engine_options *options, tl_error *err)
{
    if (options != NULL && options->size != sizeof *options)
        return tl__fail(err, TL_ERR_INVALID,
                        "engine options are not from TL_ENGINE_OPTIONS_INIT, or too new");
    return TL_OK;
}

static struct tl__log log_of(const tl_engine_options *options)
{
    if (options == NULL)
        return (struct tl__log){ 0 };
    return (struct tl__log){
        .sink = options->on_event,
        .user = options->on_event_user,
        .level = options->event_level != 0 ? options->event_level : TL_LEVEL_INFO,
    };
}

static void report(const tl_engine *engine, const char *event)
{
    tl__event(&engine->log, TL_LEVEL_INFO, event,
              EVENT_TEXT("pool", tl__config_settings(engine->config)->pool_name),
              EVENT_INT("pool_size", tl__config_settings(engine->config)->pool_size),
              EVENT_INT("max_overflow", tl__config_settings(engine->config)->max_overflow));
}

int tl_engine_open(const char *url,
                   const tl_engine_options *options,
                   tl_engine **out,
                   tl_error *err)
{
    scoped(engine_freep) tl_engine *engine = NULL;

    int status = check_options(options, err);
    if (status != TL_OK)
        return status;
    engine = tl__alloc(sizeof *engine);
    if (engine == NULL)
        return tl__fail_nomem(err);
    tl__mutex_init(&engine->apply_lock);
    engine->log = log_of(options);
    status = tl_config_new(url, options != NULL ? options->settings : NULL, &engine->config, err);
    if (status != TL_OK)
        return status;

    const struct tl__pool_config pool = {
        .settings = tl__config_settings(engine->config),
        .keywords = tl__config_keywords(engine->config),
        .values = tl__config_values(engine->config),
        .log = engine->log,
    };
    status = tl__pool_new(&pool, &engine->pool, err);
    if (status != TL_OK)
        return status;
    report(engine, "engine.open");
    *out = tl__take(&engine);
    return TL_OK;
}

int tl_engine_close(tl_engine *engine, int timeout_ms, tl_error *err)
{
    if (engine == NULL)
        return TL_OK;

    const struct tl__log log = engine->log; /* the engine may be gone before the last event */
    report(engine, "engine.closing");
    const int status =
        tl__pool_close(engine->pool, tl__deadline_in_ms(timeout_ms), engine_free, engine, err);
    tl__event(&log, status == TL_OK ? TL_LEVEL_INFO : TL_LEVEL_WARN, "engine.closed",
              EVENT_BOOL("complete", status == TL_OK));
    return status;
}

void tl_engine_closep(tl_engine **engine)
{
    tl__ignore(
        tl_engine_close(*engine, 0, NULL)); /* what is still lent closes when it comes back */
    *engine = NULL;
}

static int fail_timeout(int timeout_ms, tl_error *err)
{
    return tl__fail(err, TL_ERR_INVALID, "timeout %d is neither milliseconds nor TL_WAIT_...",
                    timeout_ms);
}

int tl_engine_acquire(
    tl_engine *engine, int timeout_ms, tl_label label, tl_conn **out, tl_error *err)
{
    if (timeout_ms < TL_WAIT_DEFAULT)
        return fail_timeout(timeout_ms, err);
    return tl__pool_acquire(engine->pool, timeout_ms, false, &label, out, err);
}

int tl_engine_acquire_spare(
    tl_engine *engine, int timeout_ms, tl_label label, tl_conn **out, tl_error *err)
{
    if (timeout_ms < TL_WAIT_DEFAULT)
        return fail_timeout(timeout_ms, err);
    return tl__pool_acquire(engine->pool, timeout_ms, true, &label, out, err);
}

size_t tl_engine_status(tl_engine *engine, tl_pool_status *out, tl_pool_user *users, size_t max)
{
    return tl__pool_status(engine->pool, out, NULL, users, max);
}

int tl_engine_apply(tl_engine *engine, const char *settings, tl_error *err)
{
    struct tl__settings now;
    struct tl__settings wanted;

    tl__lock(&engine->apply_lock);
    tl__pool_settings(engine->pool, &now);
    const int status = tl__config_apply(engine->config, &now, settings, &wanted, err);
    if (status == TL_OK)
        tl__pool_apply(engine->pool, &wanted);
    tl__unlock(&engine->apply_lock);
    return status;
}

const tl_config *tl_engine_config(const tl_engine *engine)
{
    return engine->config;
}
