/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A folder that is there for a while. */
#ifndef EMSTEP_LESSON_SCRATCH_H
#define EMSTEP_LESSON_SCRATCH_H

#include "base/error.h"

/* A new empty folder under $TMPDIR or /tmp, its path for the caller to free; NULL on an error. */
char *scratch_make(struct error *e);
/* Removes it with all that is in it, following no links, and frees the path (NULL: nothing). */
void scratch_remove(char *path);

#endif
