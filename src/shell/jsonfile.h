/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON files of the user's: θ, q, states.  Their names lead where session->files says. */
#ifndef EMSTEP_SHELL_JSONFILE_H
#define EMSTEP_SHELL_JSONFILE_H

#include <jansson.h>

#include "shell/command.h"

/* Reads one JSON value; errors are file:line:column.  New reference, NULL on an error. */
json_t *json_from_file(struct session *s, const char *name, size_t limit, struct error *e);
/* Writes it whole or not at all, indented, reals with 17 digits. */
int json_to_file(struct session *s, const struct word *file, const json_t *j, struct error *e);

#endif
