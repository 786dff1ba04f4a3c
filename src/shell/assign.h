/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NAME[i,j]=v,v,… : values for blocks, as `theta` and `prior` take them. */
#ifndef EMSTEP_SHELL_ASSIGN_H
#define EMSTEP_SHELL_ASSIGN_H

#include <stdbool.h>

#include "base/options.h"
#include "em/block.h"

/* Writes the option's values into v (laid out by l) where its name and index say, and notes in
 * `given` (as long) which entries they are.  An off-diagonal entry of a symmetric block, set alone,
 * takes its mirror image along.  `owner` ("θ") names the layout in errors. */
int assign_blocks(const struct layout *l, const struct option *o, double *v, bool *given,
                  const char *owner, struct error *e);

/* "θ has no 'muh'; did you mean 'mu'?", with the shapes that there are. */
int assign_no_block(const struct layout *l, const struct option *o, const char *owner,
                    struct error *e);

#endif
