/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Linear-Gaussian factors: what ppca (Ψ = σ²I) and fa (Ψ diagonal) have in common.
 *
 *     z_i ~ N(0, I_m),   x_i | z_i ~ N(W z_i + μ, Ψ),   so   x_i ~ N(μ, W Wᵀ + Ψ)
 *     E   q_i = N(m_i, V),   V = G = (I + WᵀΨ⁻¹W)⁻¹,   m_i = G WᵀΨ⁻¹(x_i−μ);   tempered: V = G/β
 *     M   with centred sums over the rows, m̄ and x̄ the means of m_i and x_i,
 *         W = Σ (x_i−x̄)(m_i−m̄)ᵀ [ nV + Σ (m_i−m̄)(m_i−m̄)ᵀ ]⁻¹,   μ = x̄ − W m̄,
 *         Ψ_j = mean_i [ (x_ij − μ_j − w_jᵀm_i)² ] + w_jᵀ V w_j;   ppca: σ² = mean_j Ψ_j
 *
 * Only W Wᵀ is identified: W R with any rotation R has the same likelihood.
 */
#ifndef EMSTEP_MODELS_FACTOR_H
#define EMSTEP_MODELS_FACTOR_H

#include "em/explain.h"

enum { FACTOR_MU = 1u << 0, FACTOR_W = 1u << 1, FACTOR_NOISE = 1u << 2 }; /* θ's blocks as a mask */

/* What all rows share, at one (q, θ). */
struct factor_shared {
    double logdet_noise;     /* log|Ψ| */
    double logdet_precision; /* log|G⁻¹| */
    double logdet_V;
    double trace_V;          /* tr V */
    double trace_noise;      /* tr Ψ⁻¹ W V Wᵀ */
    double trace_precision;  /* tr G⁻¹ V */
};

/* The scratch is taken once, at bind: terms() cannot fail for want of memory. */
struct factor {
    bool spherical;          /* Ψ = σ²I: one noise variance */
    double *room;            /* what the pointers below point into */
    double *mean, *variance; /* (d) of the columns */
    double *psi;             /* (d) the noise variances of the θ that was prepared */
    double *mu, *row;        /* (d) scratch */
    double *wide;            /* (d,d+m) scratch */
    double *L;               /* (d,d) L Lᵀ = W Wᵀ + Ψ */
    double *W;               /* (d,m) scratch */
    double *gain;            /* (m,d) G WᵀΨ⁻¹ */
    double *precision;       /* (m,m) factor of G⁻¹ = I + WᵀΨ⁻¹W */
    double *V;               /* (m,m) factor of q's cov */
    double *score, *centre;  /* (m) scratch */
    double *gram;            /* gram_work(d) */
    struct factor_shared shared; /* of factor_prepare */
    struct reduced *reduced; /* the data as d rows, at the first map (factor_reduced.c) */
};

static inline struct factor *factor_of(const struct model *m)
{
    return m->self;
}

extern const struct option_spec factor_options[];
extern const struct init_method factor_inits[];

int factor_bind(struct model *m, const struct options *o, bool spherical, struct error *e);
void factor_unbind(struct model *m);
int factor_init(const struct model *m, const char *method, gsl_rng *random, struct theta *theta,
                struct error *e);
int factor_valid(const struct model *m, const struct theta *theta, struct error *e);
int factor_e_step(const struct model *m, const struct theta *theta, const struct e_how *how,
                  struct latent *q, struct error *e);
int factor_m_step(const struct model *m, const struct latent *q, const struct m_how *how,
                  const struct prior *prior, struct theta *theta, struct error *e);
void factor_terms(const struct model *m, const struct latent *q, const struct theta *theta,
                  unsigned which, struct terms *t);
bool factor_row_terms(const struct model *m, const struct latent *q, const struct theta *theta,
                      unsigned which, double *v);
void factor_stats(const struct model *m, const struct latent *q, const struct theta *theta,
                  double *v);
int factor_predict(const struct model *m, const struct theta *theta, const double *x, double *out,
                   double *log_density, struct error *e);
int factor_moments(const struct model *m, const struct theta *theta, size_t k, double *mean,
                   double *cov);

/* em_map and touching_terms; reduced_free(NULL) is harmless. */
int factor_map(const struct model *m, const struct theta *from, unsigned blocks,
               const struct prior *prior, struct theta *to, double *loglik);
bool factor_touching_terms(const struct model *m, const struct theta *touch,
                           const struct theta *theta, unsigned which, struct terms *t);
void reduced_free(struct reduced *r);

int factor_sample(const struct model *m, const struct theta *theta, gsl_rng *random, size_t n,
                  double *x, double *z, struct error *e);

/* psi (d) ← the noise variances of θ */
void factor_noise(const struct model *m, const struct theta *theta, double *psi);
/* precision and gain at θ.  False when θ is outside its domain. */
bool factor_posterior(const struct model *m, const struct theta *theta);
/* out (m) ← G WᵀΨ⁻¹(x−μ), after factor_posterior */
void factor_score(const struct model *m, const double *mu, const double *x, double *out);
/* Fills psi, L, precision, gain and, with a q, V and the numbers `shared`.  False when θ or q is
 * outside its domain. */
bool factor_prepare(const struct model *m, const struct latent *q, const struct theta *theta);
/* The same with q's cov (m,m), and without L: V, precision, gain and *s. */
bool factor_prepare_rows(const struct model *m, const double *cov, const struct theta *theta,
                         struct factor_shared *s);
/* cov ← G/β, after the posterior.  False where it cannot be factored again, as who reads q will. */
bool factor_write_covariance(const struct factor *f, size_t m, double beta, double *cov);
/* Refuses a noise in psi that is gone; for the spherical model psi_1 becomes the mean of psi. */
int factor_check_noise(const struct model *m, struct error *e);
/* A noise variance that is 0 beside the data's variance v. */
bool factor_vanishes(double noise, double v);

extern const struct explainer factor_explainer;

#endif
