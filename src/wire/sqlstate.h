/* wire/sqlstate.h - what a SQLSTATE means for the caller; pure */
#pragma once

#include <stdint.h>

int tl__status_of_sqlstate(const char *sqlstate);     /* a TL_ERR_... */
uint32_t tl__flags_of_sqlstate(const char *sqlstate); /* TL_ERROR_... */
