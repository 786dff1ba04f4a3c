/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * run by the model's own EM map (model_class.em_map), where it has one.
 *
 * The states that it makes are those of the half-steps, with their θ; of their terms they have ℓ
 * (and, after an E, the bound that touches it), which the map gives.  The others are due: they are
 * computed by their definitions when the state is gone to, or, where that is quick, when the run is
 * over.
 */
#ifndef EMSTEP_EM_RUN_FUSED_H
#define EMSTEP_EM_RUN_FUSED_H

#include "em/machine.h"

struct ahead;

/* Takes the E-step that is due first.  NULL with an empty error: the model has no map, or the run
 * asks for what it cannot do. */
struct ahead *ahead_new(struct machine *m, const struct run_how *how, struct error *e);
void ahead_free(struct ahead *a);

/* One M and one E from here, which is an exact E.  False: the map did not do it; the half-steps
 * may, after ahead_stop. */
bool ahead_iterate(struct ahead *a, struct machine *m, struct error *e);

/* Makes here a state like any other: its q, all its terms, and those of the states before it that
 * can be had in about the time of a breath.  Where memory does not last for it, here is the last
 * state on the way that stands whole. */
int ahead_stop(struct ahead *a, struct machine *m, struct error *e);

#endif
