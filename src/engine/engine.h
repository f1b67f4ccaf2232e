/* engine/engine.h - one database: its settings and its pool */
#pragma once

#include <trunkline/config.h>
#include <trunkline/engine.h>

#include "base/event.h"
#include "pool/pool.h"

struct tl_engine {
    tl_config *config;
    struct tl__pool *pool;
    struct tl__log log;
};
