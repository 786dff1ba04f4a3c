/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the variational Gaussian mixture share; the model itself is stated in vbgmm.c.
 * Its q(Z) is a mixture's, with the expected log-joint in place of the log-joint. */
#ifndef EMSTEP_MODELS_VBGMM_H
#define EMSTEP_MODELS_VBGMM_H

#include "em/explain.h"
#include "models/gaussian.h"

extern const struct family vbgmm_family;

/* The hyperparameters in force, as blocks of model->prior_layout. */
const double *vbgmm_prior(const struct model *m, const char *name);

/* E log|Λ| under a Wishart: Σ_i ψ((ν+1−i)/2) + d log 2 + log|W| */
double vbgmm_log_precision(size_t d, double nu, double logdet);
/* A ← A⁻¹ for a positive definite A (d,d), by its factor in `work` (d,d); *logdet of the old A.
 * False when it is not positive definite. */
bool vbgmm_invert(size_t d, double *A, double *work, double *logdet);

void vbgmm_terms(const struct model *m, const struct latent *q, const struct theta *theta,
                 unsigned which, struct terms *t);
/* The expectations that Q and S are made of, in this order. */
enum part { P_X, P_Z, P_PI, P_MU_LAMBDA, Q_Z, Q_PI, Q_MU_LAMBDA, PARTS };
extern const struct extra_term vbgmm_parts[];
void vbgmm_part(const struct model *m, const struct latent *q, const struct theta *theta,
                double *out);

extern const struct explainer vbgmm_explainer;

#endif
