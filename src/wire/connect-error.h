/* wire/connect-error.h - taking apart what libpq says of a failed connection; pure
 *
 * libpq keeps no result for a connection that failed, so the server's SQLSTATE, detail and hint are
 * to be had only from the text, which is asked for in its verbose form.
 */
#pragma once

#include <trunkline/error.h>

/* Fills message, sqlstate, severity, detail and hint from a text such as
 *   connection to server at "::1", port 5432 failed: FATAL:  28P01: password ... failed
 *   LOCATION:  auth_failed, auth.c:338
 * A line that begins with a tab is libpq's own advice: a hint.
 * Several addresses give several such texts: all are in the message, the last one's code counts. */
void tl__connect_error_parse(const char *text, tl_error *err);
