/* engine/engine.h - one database: its settings and its pool */
#pragma once

#include <trunkline/config.h>
#include <trunkline/engine.h>

#include "base/event.h"
#include "base/sync.h"
#include "pool/pool.h"

struct tl_engine {
    tl_config *config;
    struct tl__pool *pool;
    struct tl__log log;
    struct tl__mutex apply_lock; /* one change of settings at a time: reading, merging, writing */
};
