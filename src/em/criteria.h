/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Criteria for choosing a model; small is good in all three:
 *
 *     AIC = −2ℓ + 2p      BIC = −2ℓ + p log n      ICL = BIC − 2 Σ_i w_i log max_k p(z_i=k|x_i)
 *
 * p counts the free parameters (frozen blocks, and directions that leave p(X|θ) as it is, are
 * none), n the observations: Σ w, or what the model says.
 */
#ifndef EMSTEP_EM_CRITERIA_H
#define EMSTEP_EM_CRITERIA_H

#include "em/machine.h"

struct criteria {
    double loglik;
    size_t parameters;
    double size;           /* n */
    double aic, bic;
    double icl;            /* NaN: z is not one label to a row */
};

/* 0, or the error of a model that has no log-likelihood. */
int criteria_defined(const struct model *m, struct error *e);
int criteria_make(const struct machine *m, const struct theta *theta, struct criteria *c,
                  struct error *e);

#endif
