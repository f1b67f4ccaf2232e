/* catalog/resolve.h - which installed package meets which dependency; pure */
#pragma once

#include "parse.h"

/* Fills catalog->edges from its Depends and Pre-Depends. Alternatives, versions, architectures and
 * virtual packages count as dpkg counts them. A dependency of a package on itself makes no edge.
 * Gives false if there was no memory. */
bool catalog_resolve(struct catalog *catalog);

/* Debian's order of versions: negative, 0 or positive as the first is older, equal or newer. */
int version_compare(tl_str one, tl_str other);

/* Whether a version meets "(>= 2.36)". An unknown version meets no relation. */
bool version_meets(tl_str version, tl_str relation, tl_str wanted);
