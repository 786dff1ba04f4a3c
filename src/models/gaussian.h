/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Normal components in d ≥ 1 dimensions: the family of the Gaussian mixture, and of a hidden Markov
 * model with normal emissions.  It keeps a struct gaussian in mixture->own.
 */
#ifndef EMSTEP_MODELS_GAUSSIAN_H
#define EMSTEP_MODELS_GAUSSIAN_H

#include "models/mixture.h"

enum covariance { COV_FULL, COV_TIED, COV_DIAG, COV_SPHERICAL };

struct gaussian {
    enum covariance cov;
    double *room;             /* what the pointers below point into */
    double *centre;           /* (d) means of the columns: sums are taken about them */
    double *variance;         /* (d) of the columns; 1 for a constant one */
    double *floor;            /* (d) variances below this have collapsed */
    double *mean, *row;       /* (d) scratch */
    double *square;           /* (d,d) scratch */
    double *side;             /* scratch of gaussian_log_density */
    double *prior_work;       /* niw_work(d) */
    struct fused *fused;      /* pass/fused.h; NULL: not needed so far */
};

extern const struct family gaussian_family;

/* Appends mu and Sigma to θ, and the prior's blocks. */
void gaussian_layout(struct model *m, enum covariance cov);
/* What the family keeps, made after mixture_bind. */
int gaussian_bind(struct model *m, enum covariance cov, struct error *e);
void gaussian_free(void *own);

/* x̄_k = Σγx / N_k, out (d) */
void gaussian_mean(const struct fit *f, size_t k, double *out);
/* S = Σγ (x−c)(x−c)ᵀ of component k about c, out (d,d) */
void gaussian_scatter(const struct fit *f, size_t k, const double *c, double *out);

/* The family's slots of struct sufficient, in gaussian_expected.c. */
size_t gaussian_expected_size(const struct model *m);
void gaussian_expect(const struct fit *f, double *v);
bool gaussian_expect_touching(const struct model *m, const struct theta *touch, double *nk,
                              double *v);
double gaussian_expected(const struct model *m, const double *work, const double *nk,
                         const double *v);
bool gaussian_expected_score(const struct model *m, const double *nk, const double *v,
                             const struct theta *theta, double *out);
bool gaussian_score(const struct fit *f, const struct theta *theta, double *out);

/* The blocks sum_x and scatter of model->stats, and Σγx (K,d), Σγ(x−μ)(x−μ)ᵀ (K,d,d) into v. */
void gaussian_stats_layout(struct model *m);
void gaussian_sums(const struct fit *f, const double *mu, double *v);

static inline const struct gaussian *gaussian_of(const struct model *m)
{
    return mixture_of(m)->own;
}

/* Σ_k as a full matrix, out (d,d), whatever the shape of the block. */
void gaussian_covariance(const struct model *m, const double *Sigma, size_t k, double *out);

/* μ_k and Σ_k, mean (d), cov (d,d) */
int gaussian_moments(const struct model *m, const struct theta *theta, size_t k, double *mean,
                     double *cov);

/*
 * The conjugate prior: μ_k|Σ_k ~ N(m0, Σ_k/κ0) and
 *   full, tied   Σ_k ~ inverse-Wishart(S0 (d,d), ν0)
 *   diag         Σ_kj ~ inverse-gamma(ν0/2, S0_j/2),   S0 (d)
 *   spherical    Σ_k ~ inverse-gamma(ν0/2, S0/2),      S0 scalar
 * m0, kappa0, S0 and nu0 go together.  Without them these calls change nothing.
 */
void gaussian_prior_layout(struct model *m, enum covariance cov);
int gaussian_prior_valid(const struct model *m, const struct prior *prior, struct error *e);
int gaussian_conjugate(const struct fit *f, const struct block *b, size_t at,
                       struct conjugate *out, struct error *e);
double gaussian_log_prior(const struct model *m, const struct prior *prior,
                          const struct theta *theta);
/* x̄ → (κ0 m0 + N x̄)/(κ0 + N), in place */
void gaussian_prior_mean(const struct model *m, const struct prior *prior, double nk,
                         double *mean);
/* S about mu → S0 + S + κ0 (μ−m0)(μ−m0)ᵀ, in place; S0 of a tied covariance once (k = 0).
 * At μ = the posterior mean this is S0 + S_k + κ0 N_k/(κ0+N_k)·(x̄−m0)(x̄−m0)ᵀ. */
void gaussian_prior_scatter(const struct model *m, const struct prior *prior, size_t k,
                            const double *mu, double *S);

#endif
