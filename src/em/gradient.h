/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Gradients in the unconstrained coordinates u of em/transform.h, by differences (the
 * five-point rule), and the gradient M-step.
 */
#ifndef EMSTEP_EM_GRADIENT_H
#define EMSTEP_EM_GRADIENT_H

#include "em/model.h"

/* What is differentiated: θ ↦ value of `what` at (q, θ); ℓ and the bound take log p(θ) along when
 * there is a prior.  q may be NULL for TERM_LOGLIK. */
struct landscape {
    const struct model *model;
    const struct prior *prior;  /* NULL: none */
    const struct latent *q;
    unsigned blocks;            /* the coordinates that vary */
    enum term what;             /* TERM_LOGLIK, TERM_ELBO, TERM_Q, TERM_LOGPRIOR */
};

/* g (n) ← ∂/∂u at θ, n = transform_size(blocks).  Refused on the border of the domain. */
int gradient_at(const struct landscape *l, const struct theta *theta, double *g, struct error *e);

/* g (n) ← ∂Q/∂u by the model's own formula (class->score), without differences.  False where there
 * is none, or θ lies outside its domain. */
bool gradient_score(const struct model *m, const struct latent *q, const struct theta *theta,
                    unsigned blocks, double *g);

/* g (n) ← ∂ℓ/∂u by Fisher's identity, ∂ℓ = ∂Q(q,·) at the θ that q is the posterior of: the score
 * under that posterior, summed in one pass where the model can.  False: not known so. */
bool gradient_of_loglik(const struct model *m, const struct theta *theta, unsigned blocks,
                        double *g);

/*
 * θ ← a step up the gradient of the bound (+ log p(θ)) in u: the longest of the lengths 2^k that
 * rises by Armijo's rule, found by halving or doubling.  At a stationary point θ stays.
 */
int gradient_step(const struct landscape *l, struct theta *theta, struct error *e);

#endif
