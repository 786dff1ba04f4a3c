/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A model bound to a table that stands in the test, and its three functions without a machine. */
#ifndef EMSTEP_TESTS_BOUND_H
#define EMSTEP_TESTS_BOUND_H

#include "support.h"

/* NULL and *e when the model refuses the table or the options.  Free with model_free. */
struct model *bound_model(const char *csv, const char *model, const char *options,
                          struct error *e);
/* The same of a shipped data set, which must go well. */
struct model *bound_shipped(const char *data, const char *model, const char *options);

/* θ from "mu=1,2 Sigma=1,0,0,1": every block.  The caller frees it. */
struct theta *bound_theta(const struct model *m, const char *words);
/* A prior from the same kind of words, naming the blocks that are given; v has prior_layout.size
 * entries and stays the caller's. */
struct prior bound_prior(const struct model *m, double *v, const char *words);

/* The posterior at θ.  The caller frees it. */
struct latent *bound_posterior(const struct model *m, const struct theta *theta);
/* The M-step's answer to q over these blocks, from θ.  The caller frees it. */
struct theta *bound_answer(const struct model *m, const struct latent *q,
                           const struct theta *theta, unsigned blocks, const struct prior *prior);
/* All terms of the model at (q, θ), with J where there is a prior. */
struct terms bound_terms(const struct model *m, const struct latent *q, const struct theta *theta,
                         const struct prior *prior);

/* ℓ = Q − H = ELBO + KL and ELBO = Q + S to the tolerance of the claims. */
void bound_identities(const struct terms *t, const char *what);

/* Binding succeeds once enough allocations do, and says so every time that they do not. */
void bound_starved(const char *csv, const char *model, const char *options);

#endif
