/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the multivariate normal share; the model itself is stated in mvn.c. */
#ifndef EMSTEP_MODELS_MVN_H
#define EMSTEP_MODELS_MVN_H

#include "em/explain.h"
#include "models/missing.h"

/* The scratch is taken once, at bind: terms() cannot fail for want of memory. */
struct mvn {
    struct patterns patterns;
    double *room;            /* what the pointers below point into */
    double *mean, *variance; /* (d) of the observed entries of each column */
    double *centre, *row;    /* (d) scratch */
    double *L;               /* (d,d) factor of Σ */
    double *precision;       /* (d,m) columns m of Σ⁻¹, rows in the pattern's order */
    double *seen;            /* (m,m) the V that the row before had */
    double *V, *solved;      /* (m,m) scratch */
    double *niw;             /* niw_work(d) */
    struct conditional cond;
    size_t *column;          /* (d) scratch */
    size_t *order;           /* (d) scratch of mvn_explain.c */
    struct mvn_reduced *reduced; /* the patterns' moments, at the first map (mvn_reduced.h) */
};

/* The blocks of θ as a mask. */
enum { MVN_MU = 1u << 0, MVN_SIGMA = 1u << 1 };

/* What follows from the V that rows share, where s->cond is at θ. */
struct mvn_spread {
    double logdet_V;               /* NaN when V is not positive definite */
    double trace_Sigma, trace_C;   /* tr((Σ⁻¹)_mm V), tr(C⁻¹ V) */
};

static inline struct mvn *mvn_of(const struct model *m)
{
    return m->self;
}

int mvn_e_step(const struct model *m, const struct theta *theta, const struct e_how *how,
               struct latent *q, struct error *e);
int mvn_q_valid(const struct model *m, const struct latent *q, struct error *e);
int mvn_m_step(const struct model *m, const struct latent *q, const struct m_how *how,
               const struct prior *prior, struct theta *theta, struct error *e);
void mvn_stats(const struct model *m, const struct latent *q, const struct theta *theta, double *v);
int mvn_conjugate(const struct model *m, const struct prior *prior, const struct latent *q,
                  const struct theta *theta, const struct block *b, size_t at,
                  struct conjugate *out, struct error *e);
void mvn_terms(const struct model *m, const struct latent *q, const struct theta *theta,
               unsigned which, struct terms *t);
bool mvn_row_terms(const struct model *m, const struct latent *q, const struct theta *theta,
                   unsigned which, double *v);

/* mu: the mean of x̂ → the M-step's; Sigma (d,d): the expected scatter about the M-step's mu → its
 * Sigma, which is refused where it is singular. */
void mvn_best_mean(const struct model *m, const struct prior *prior, double *mu);
int mvn_best_covariance(const struct model *m, const struct prior *prior, const double *mu,
                        double *Sigma, struct error *e);

/* s->precision, of s->cond at θ; the spread of s->V after it, and the share of every term but ℓ in
 * `value` of rows whose weights sum to w: whole = Σ w (x̂−μ)ᵀ Σ⁻¹ (x̂−μ), apart = Σ w (m_i−c)ᵀ C⁻¹
 * (m_i−c). */
void mvn_make_precision(const struct mvn *s, const struct pattern *p, size_t d);
struct mvn_spread mvn_spread_of(const struct mvn *s, const struct pattern *p);
void mvn_add_share(const struct mvn *s, const struct pattern *p, const struct mvn_spread *v,
                   double w, double whole, double apart, double *value);

/* em_map, touching_terms and logliks; mvn_reduced_free(NULL) is harmless. */
int mvn_map(const struct model *m, const struct theta *from, unsigned blocks,
            const struct prior *prior, struct theta *to, double *loglik);
bool mvn_touching_terms(const struct model *m, const struct theta *touch,
                        const struct theta *theta, unsigned which, struct terms *t);
bool mvn_logliks(const struct model *m, const struct theta *const *theta, size_t n,
                 double *loglik);
void mvn_reduced_free(struct mvn_reduced *r);

extern const struct explainer mvn_explainer;

#endif
