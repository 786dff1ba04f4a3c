/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One q, for its terms at many θ: what lines, planes and the ledger read.  Where the model knows
 * Q(q,·) from expected sufficient statistics (struct sufficient), neither Q nor the ELBO looks at
 * the data again; what else is asked for takes q itself, or the θ that it is the posterior of.
 */
#ifndef EMSTEP_EM_EXPECTED_H
#define EMSTEP_EM_EXPECTED_H

#include "em/machine.h"

struct expected {
    const struct model *model;
    const struct latent *q;      /* NULL: touch is enough */
    struct latent *held;         /* q, where it is not borrowed */
    struct theta *touch;         /* q is the posterior there, better not read; NULL: read q */
    double *v;                   /* NULL: the model has none */
    double entropy;              /* S(q), with v */
};

/* Of a state's q; nothing is stored in the state.  On success expected_clear it. */
int expected_of(const struct machine *m, const struct state *s, struct expected *x,
                struct error *e);
/* Of a q at hand, which is borrowed; theta: any in the domain. */
int expected_of_q(const struct model *m, const struct latent *q, const struct theta *theta,
                  struct expected *x, struct error *e);
void expected_clear(struct expected *x);

/* The terms of the mask at θ, without a prior, each by its own definition; NaN outside its domain.
 * H and KL take a pass over the rows. */
void expected_terms(const struct expected *x, const struct theta *theta, unsigned which,
                    struct terms *t);
/* ELBO(q,θ) */
double expected_bound(const struct expected *x, const struct theta *theta);

#endif
