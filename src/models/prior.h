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

/* "no prior of mu is in force", with the command that sets one; returns -1. */
int prior_none(const struct block *b, const char *remedy, struct error *e);
/* "… has no prior": there is no conjugate one; returns -1. */
int prior_never(const struct model *m, const struct block *b, struct error *e);
/* Entry i of a Dirichlet(α) alone: Beta(α_i, Σα − α_i).  count (k) is added to α; NULL: nothing. */
struct marginal dirichlet_marginal(size_t k, const double *alpha, const double *count, size_t i);

/* Hyperparameters that must all be > low: an error that names the first that is not. */
int prior_above(const struct prior *p, const char *name, double low, struct error *e);

#endif
