/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the Gaussian mixture share. */
#ifndef EMSTEP_MODELS_GMM_H
#define EMSTEP_MODELS_GMM_H

#include "models/mixture.h"

enum covariance { COV_FULL, COV_TIED, COV_DIAG, COV_SPHERICAL };

struct gmm {
    struct mixture mixture;   /* first: model->self of every mixture begins with it */
    enum covariance cov;
    double *room;             /* what the pointers below point into */
    double *centre;           /* (d) means of the columns: sums are taken about them */
    double *variance;         /* (d) of the columns; 1 for a constant one */
    double *floor;            /* (d) variances below this have collapsed */
    double *mean, *row;       /* (d) scratch */
    double *square;           /* (d,d) scratch */
    double *prior_work;       /* niw_work(d) */
};

/* Σ_k as a full matrix, out (d,d), whatever the shape of the block. */
void gmm_covariance(const struct model *m, const double *Sigma, size_t k, double *out);

/*
 * The conjugate prior (MATH 5.10): μ_k|Σ_k ~ N(m0, Σ_k/κ0) and
 *   full, tied   Σ_k ~ inverse-Wishart(S0 (d,d), ν0)
 *   diag         Σ_kj ~ inverse-gamma(ν0/2, S0_j/2),   S0 (d)
 *   spherical    Σ_k ~ inverse-gamma(ν0/2, S0/2),      S0 scalar
 * m0, kappa0, S0 and nu0 go together.  Without them these calls change nothing.
 */
void gmm_prior_layout(struct model *m, enum covariance cov);
int gmm_prior_valid(const struct model *m, const struct prior *prior, struct error *e);
double gmm_log_prior(const struct model *m, const struct prior *prior, const struct theta *theta);
/* x̄ → (κ0 m0 + N x̄)/(κ0 + N), in place */
void gmm_prior_mean(const struct model *m, const struct prior *prior, double nk, double *mean);
/* S about mu → S0 + S + κ0 (μ−m0)(μ−m0)ᵀ, in place; S0 of a tied covariance once (k = 0).
 * At μ = the posterior mean this is S0 + S_k + κ0 N_k/(κ0+N_k)·(x̄−m0)(x̄−m0)ᵀ. */
void gmm_prior_scatter(const struct model *m, const struct prior *prior, size_t k,
                       const double *mu, double *S);

#endif
