/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Labels: a likelihood does not know which component is called 1, so two answers are compared after
 * one of them has been renumbered to fit the other best.
 */
#ifndef EMSTEP_EM_ALIGN_H
#define EMSTEP_EM_ALIGN_H

#include "em/model.h"

/* match (k) ← the permutation that makes Σ_i gain[i, match[i]] largest, gain (k,k), by the
 * Hungarian method (Kuhn 1955): exact, O(k³).  -1 when memory runs out. */
int align_best(size_t k, const double *gain, size_t *match, struct error *e);

/* Does q have a row of weights over the values of z for each row of data? */
bool align_has_rows(const struct model *m);
/* gain (k,k) ← Σ_i w_i a_ij b_il: how much of a's component j is b's component l. */
void align_overlap(const struct model *m, const struct latent *a, const struct latent *b,
                   double *gain);

/* to ← from with its components renumbered: what `to` calls j is from's match[j], wherever a block
 * has an index that is a value of z.  Same layouts. */
void align_relabel(const struct blocks *from, const size_t *match, struct blocks *to);

/* q ← p(Z|X,θ), in a new latent; NULL on an error. */
struct latent *align_posterior(const struct model *m, const struct theta *theta, struct error *e);

#endif
