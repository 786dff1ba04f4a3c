/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * θ in unconstrained coordinates u, and back: what gradients, numerical M-steps and acceleration
 * move in.
 *
 *     free       u = v
 *     positive   u = log v
 *     bounds     u = logit((v − lower)/(upper − lower)); one-sided: the log of the distance
 *     simplex    u_k = log(v_k / v_K), k < K, row by row
 *     SPD        the Cholesky factor's lower triangle, its diagonal as logarithms
 *
 * Only the blocks in the mask take part, in the layout's order.
 */
#ifndef EMSTEP_EM_TRANSFORM_H
#define EMSTEP_EM_TRANSFORM_H

#include "em/block.h"

/* Coordinates in all: also the number of free parameters. */
size_t transform_size(const struct layout *l, unsigned blocks);

/* u ← θ.  False when θ lies on the border of its domain (a weight of 0): there is no u. */
bool transform_out(const struct blocks *b, unsigned blocks, double *u);

/* θ ← u; blocks outside the mask keep their values. */
void transform_in(const double *u, unsigned blocks, struct blocks *b);

/* The chain rule: du ← ∂/∂u at θ, from dv, the slope along each entry of θ as if the entries were
 * independent (both of a symmetric pair count).  dv is as long as θ, scratch too. */
void transform_slope(const struct blocks *b, unsigned blocks, const double *dv, double *du,
                     double *scratch);

/* "log mu[1]", "logit p": how coordinate i is called. */
void transform_name(const struct layout *l, unsigned blocks, size_t i, struct text *out);

#endif
