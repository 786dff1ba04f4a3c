/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The two axes of the picture of coordinate ascent, and the staircase on them; for ascent.c. */
#ifndef EMSTEP_EM_ASCENT_STAIRS_H
#define EMSTEP_EM_ASCENT_STAIRS_H

#include "em/ascent.h"

/* c->from, c->to and c->line become what a and s run along, and the corners the half-steps: where
 * q and θ are a number each (c->numbers) all of the path to here, else one E and one M.  After a
 * failure ascent_clear. */
int ascent_join(struct machine *m, struct ascent *c, struct error *e);

#endif
