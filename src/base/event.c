/* base/event.c - reporting an event to the program's sink */
#include "base/event.h"

#include "base/time.h"

void tl__event_send(
    const struct tl__log *log, tl_level level, const char *name, const tl_field *fields, size_t n)
{
    const tl_event event = {
        .name = name,
        .level = level,
        .unix_us = tl__unix_us(),
        .fields = fields,
        .n_fields = n,
    };

    log->sink(&event, log->user);
}

const char *tl_level_text(tl_level level)
{
    if (level >= TL_LEVEL_ERROR)
        return "error";
    if (level >= TL_LEVEL_WARN)
        return "warn";
    return level >= TL_LEVEL_INFO ? "info" : "debug";
}
