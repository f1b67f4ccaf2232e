/* trunkline/config.h - every setting, its value, and where the value came from
 *
 * Trunkline's settings are found, in this order, in the settings text that the program gives, in the
 * URL, in the environment (TRUNKLINE_POOL_SIZE for pool_size), and last in the defaults. libpq's
 * parameters: in the URL, in its service file, in its own variables, and last in its defaults.
 * trunkline(5) lists them all.
 */
#ifndef TL_CONFIG_H
#define TL_CONFIG_H

#include <trunkline/error.h>

typedef enum tl_config_kind {
    TL_CONFIG_POOL = 1,  /* Trunkline's own */
    TL_CONFIG_LIBPQ = 2, /* a connection parameter of libpq */
} tl_config_kind;

typedef struct tl_config_item {
    const char *name;
    const char *value;  /* "" if unset; "********" if it is a secret that is set */
    const char *source; /* such as "default", "url", "settings", "environment PGHOST" */
    const char *help;   /* one line */
    tl_config_kind kind;
    bool secret;
    bool live; /* tl_engine_apply() can change it while the engine works */
} tl_config_item;

TL_BEGIN_DECLS

/**
 * Find out every setting, without connecting.
 *
 * @param url       postgresql://, postgres://, postgresql+driver://, or libpq's keyword/value text;
 *                  NULL takes DATABASE_URL from the environment, and without it libpq's variables
 *                  and defaults. Trunkline's settings may stand among the others
 * @param settings  more of Trunkline's settings, as "pool_size=5 pool_timeout=250ms"; or NULL
 * @param out       on success, the settings; free with tl_config_free(). Untouched on failure
 * @param err       on failure, every setting that is wrong, and the nearest known word; may be NULL
 * @return TL_OK, or
 *         TL_ERR_INVALID  the URL is malformed, or a setting is unknown or out of its range
 *         TL_ERR_NOMEM    no memory
 * @threads any thread, while nobody changes the environment
 * @since 0.1
 */
TL_EXPORT TL_MUST_CHECK int
tl_config_new(const char *url, const char *settings, tl_config **out, tl_error *err);

/**
 * Free settings.
 *
 * @param config  the settings; NULL does nothing
 * @threads no other user left
 * @since 0.1
 */
TL_EXPORT void tl_config_free(tl_config *config);
TL_EXPORT void tl_config_freep(tl_config **config);

/**
 * How many settings there are: Trunkline's first, then libpq's.
 *
 * @param config  the settings
 * @return the number
 * @threads any thread
 * @since 0.1
 */
TL_EXPORT size_t tl_config_count(const tl_config *config);

/**
 * One setting.
 *
 * @param config  the settings
 * @param i       0 to tl_config_count() - 1
 * @param out     the setting; its texts live as long as config
 * @return true, or false if there is no such setting
 * @threads any thread
 * @since 0.1
 */
TL_EXPORT bool tl_config_get(const tl_config *config, size_t i, tl_config_item *out);

TL_END_DECLS

#endif
