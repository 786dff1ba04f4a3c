/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON files of the user's: θ, q. */
#ifndef EMSTEP_SHELL_JSONFILE_H
#define EMSTEP_SHELL_JSONFILE_H

#include <jansson.h>

#include "base/error.h"

/* Reads one JSON value; errors are file:line:column.  New reference, NULL on an error. */
json_t *json_from_file(const char *path, size_t limit, struct error *e);
/* Writes it whole or not at all, indented, reals with 17 digits. */
int json_to_file(const char *path, const json_t *j, struct error *e);

#endif
