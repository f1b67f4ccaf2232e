/* cli/extensions.h - the extensions that matter to us, as facts */
#pragma once

#include <trunkline/conn.h>

#include "cli/facts.h"

/* The versions of age and vector in the database, or that they are not there. */
int extensions_add(tl_conn *conn, const char *group, struct facts *facts, tl_error *err);
