/* engine/config.h - every setting, its value, and where the value came from */
#pragma once

#include <trunkline/config.h>

#include "pool/settings.h"

/* All of these live as long as the configuration. */
const struct tl__settings *tl__config_settings(const tl_config *config);

/* For PQconnectStartParams(), each ended by NULL: everything that is not libpq's own default. */
const char *const *tl__config_keywords(const tl_config *config);
const char *const *tl__config_values(const tl_config *config);

/* Settings that are to hold from now on: now, changed by a text that names live ones. On failure err
 * names every mistake, and out is untouched. */
int tl__config_apply(const tl_config *base,
                     const struct tl__settings *now,
                     const char *settings,
                     struct tl__settings *out,
                     tl_error *err);
