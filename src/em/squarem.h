/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SQUAREM (Varadhan & Roland 2008, scheme S3): two EM maps, then one extrapolation
 *
 *     r = u₁ − u₀,  v = (u₂ − u₁) − r,  α = ‖r‖/‖v‖,   u′ = u₀ + 2α r + α² v
 *
 * in the unconstrained coordinates of em/transform.h, so that θ(u′) is always in its domain; then a
 * third map from there.  Monotone: where that does not raise J above what the two maps reached, the
 * extrapolation is given up and EM goes on from θ₂.  α is held between 1 (plain EM) and a limit
 * that grows fourfold each time it binds.
 */
#ifndef EMSTEP_EM_SQUAREM_H
#define EMSTEP_EM_SQUAREM_H

#include "em/machine.h"

struct squarem {
    unsigned blocks;      /* those that EM moves */
    size_t n;             /* coordinates */
    double *u0, *u1, *u2; /* (n) θ's before, between and after the two maps */
    size_t have;          /* how many of them are known: 0 … 3 */
    double longest;       /* the limit of α */
};

/* Starts at the θ that is here, if there is one. */
int squarem_init(struct squarem *a, const struct machine *m, struct error *e);
void squarem_clear(struct squarem *a);

/* After an EM map: remembers its θ. */
void squarem_note(struct squarem *a, const struct machine *m);
/* Two maps are known: extrapolates and maps once more (E, M, E), or leaves the machine where it is.
 * *maps is how many EM maps it took: 0 or 1.  An error means memory alone: a refusal is a fall
 * back. */
int squarem_jump(struct squarem *a, struct machine *m, size_t *maps, struct error *e);

#endif
