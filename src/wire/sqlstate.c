/* wire/sqlstate.c - what a SQLSTATE means for the caller */
#include "wire/sqlstate.h"

#include <string.h>

#include <trunkline/error.h>

#include "base/macro.h"

/* The first row whose code begins the SQLSTATE. */
static const struct {
    const char *code;
    int status;
    uint32_t flags;
} meanings[] = {
    { "40001", TL_ERR_CONFLICT, TL_ERROR_RETRY_TX },                  /* serialization_failure */
    { "40P01", TL_ERR_CONFLICT, TL_ERROR_RETRY_TX },                  /* deadlock_detected */
    { "57014", TL_ERR_CANCELED, 0 },                                  /* query_canceled */
    { "57P01", TL_ERR_LOST, TL_ERROR_LOST | TL_ERROR_RETRY_CONNECT }, /* admin_shutdown */
    { "57P02", TL_ERR_LOST, TL_ERROR_LOST | TL_ERROR_RETRY_CONNECT }, /* crash_shutdown */
    { "57P03", TL_ERR_CONNECT, TL_ERROR_RETRY_CONNECT },              /* cannot_connect_now */
    { "57P05", TL_ERR_LOST, TL_ERROR_LOST | TL_ERROR_RETRY_CONNECT }, /* idle_session_timeout */
    { "25P03", TL_ERR_LOST, TL_ERROR_LOST },             /* idle_in_transaction_session_timeout */
    { "25P04", TL_ERR_LOST, TL_ERROR_LOST },             /* transaction_timeout */
    { "53300", TL_ERR_CONNECT, TL_ERROR_RETRY_CONNECT }, /* too_many_connections */
    { "08", TL_ERR_LOST, TL_ERROR_LOST | TL_ERROR_RETRY_CONNECT }, /* connection exceptions */
};

int tl__status_of_sqlstate(const char *sqlstate)
{
    for (size_t i = 0; i < COUNT_OF(meanings); i++)
        if (strncmp(sqlstate, meanings[i].code, strlen(meanings[i].code)) == 0)
            return meanings[i].status;
    return TL_ERR_SERVER;
}

uint32_t tl__flags_of_sqlstate(const char *sqlstate)
{
    for (size_t i = 0; i < COUNT_OF(meanings); i++)
        if (strncmp(sqlstate, meanings[i].code, strlen(meanings[i].code)) == 0)
            return meanings[i].flags;
    return 0;
}
