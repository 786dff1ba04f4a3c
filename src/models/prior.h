/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a prior's hyperparameters (em/model.h) by name. */
#ifndef EMSTEP_MODELS_PRIOR_H
#define EMSTEP_MODELS_PRIOR_H

#include "em/model.h"

/* The block's values, or NULL when it was not given (or there is no prior at all). */
const double *prior_block(const struct prior *p, const char *name);

/* log of the Dirichlet(α) density at pi (k), constants included. */
double log_dirichlet(size_t k, const double *alpha, const double *pi);
/* log Beta(a,b) at p; log Gamma(shape a, rate b) at v; log inverse-gamma(shape a, scale b) at v */
double log_beta_density(double a, double b, double p);
double log_gamma_density(double a, double b, double v);
double log_inverse_gamma_density(double a, double b, double v);

/* Hyperparameters that must all be > low: an error that names the first that is not. */
int prior_above(const struct prior *p, const char *name, double low, struct error *e);

#endif
