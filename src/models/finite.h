/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A latent variable with K values, one to a row and rows independent: what is the same
 * whatever the density, row by row from joint_k = log p(x_i, z_i = k|θ), out (K).
 */
#ifndef EMSTEP_MODELS_FINITE_H
#define EMSTEP_MODELS_FINITE_H

#include "em/model.h"

/* γ of the row by an exact, hard or tempered E; joint may be overwritten.  False when p(x_i|θ) = 0
 * or is not a number: there is no posterior. */
bool finite_posterior(size_t k, const struct e_how *how, double *joint, double *gamma);
/* γ (n,K) of E_UNIFORM and E_RANDOM. */
void finite_without_theta(const struct model *m, const struct e_how *how, double *gamma);

/* Adds to v what a row of weight w gives to each term of the mask, every one from its own
 * definition.  gamma may be NULL when only TERM_LOGLIK is asked for. */
void finite_add_terms(size_t k, double w, const double *joint, const double *gamma, unsigned which,
                      double *v);

/* N_k ← Σ_i w_i γ_ik, out (K) */
void finite_counts(const struct model *m, const double *gamma, double *out);

/* predict: posterior and log-density of a new row from its joint, in place; a row of density 0 has
 * no posterior. */
void finite_predict(size_t k, double *joint, double *log_density);

#endif
