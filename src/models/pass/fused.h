/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The fused EM map of a Gaussian mixture: E and M in one threaded pass (pass/kernel.h), held by
 * tests against the plain half-steps.
 */
#ifndef EMSTEP_MODELS_FUSED_H
#define EMSTEP_MODELS_FUSED_H

#include "models/gaussian.h"

/* What is kept from map to map: threads, workspaces.  Made at the first map; fused_free(NULL) is
 * harmless. */
struct fused;
void fused_free(struct fused *f);

/* model_class.em_map of gmm. */
int fused_map(const struct model *m, const struct theta *from, unsigned blocks,
              const struct prior *prior, struct theta *to, double *loglik);
/* model_class.touching_terms of gmm. */
bool fused_terms(const struct model *m, const struct theta *touch, const struct theta *theta,
                 unsigned which, struct terms *t);
/* model_class.logliks of gmm. */
bool fused_logliks(const struct model *m, const struct theta *const *theta, size_t n,
                   double *loglik);
/* The expected sufficient statistics of the posterior at `touch` in one pass: nk (K), and the
 * moments, which stay until the next pass.  False: not this time, as for em_map. */
bool fused_moments(const struct model *m, const struct theta *touch, double *nk,
                   struct moments *moments);

#endif
