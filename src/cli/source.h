/* cli/source.h - where the text of a statement comes from */
#pragma once

#include <stddef.h>

#include "cli/cmd.h"

/* The arguments, joined by blanks. Gives an exit code; free *out. */
int source_join(const struct cmd *self, int argc, char **argv, char **out);

/* A file, or standard input for "-". A byte order mark at its beginning is left out. */
int source_read(const struct cmd *self, const char *path, char **out);
