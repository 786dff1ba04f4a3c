/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The terms of the factor models, each from its own formula. */
#include <gsl/gsl_cblas.h>
#include <math.h>
#include <string.h>

#include "models/factor.h"
#include "numeric/cholesky.h"
#include "numeric/gram.h"

static double squared_length(size_t d, const double *v)
{
    return cblas_ddot((int)d, v, 1, v, 1);
}

/* |Lᵀ v|² for L (m,m) lower triangular; work (m) */
static double squared_product(size_t m, const double *L, const double *v, double *work)
{
    memcpy(work, v, m * sizeof *work);
    cblas_dtrmv(CblasRowMajor, CblasLower, CblasTrans, CblasNonUnit, (int)m, L, (int)m, work, 1);
    return squared_length(m, work);
}

/* Where row i's share of the terms goes, and with which weight: one sum, or a row each. */
struct target {
    bool by_row;
    double *v;               /* (TERM_COUNT), or (n,TERM_COUNT) */
};

static double *share_of(const struct target *t, size_t i)
{
    return t->by_row ? t->v + i * TERM_COUNT : t->v;
}

static double weight_of(const struct target *t, const struct observations *o, size_t i)
{
    return t->by_row ? 1.0 : o->weight[i];
}

/* L ← the factor of W Wᵀ + Ψ, from [W Ψ^½] */
static bool factor_covariance(const struct model *model, const struct theta *theta)
{
    struct factor *f = factor_of(model);
    const double *W = theta_block(theta, "W");
    size_t d = model->obs.d, m = model->m, width = d + m;
    memset(f->wide, 0, d * width * sizeof *f->wide);
    for (size_t j = 0; j < d; j++) {
        memcpy(f->wide + j * width, W + j * m, m * sizeof *W);
        f->wide[j * width + m + j] = sqrt(f->psi[j]);
    }
    return gram_factor(d, width, f->wide, f->gram, f->L);
}

/* ℓ = Σ_i w_i log N(x_i; μ, W Wᵀ + Ψ) */
static bool add_marginal(const struct model *model, const struct theta *theta,
                         const struct target *to)
{
    struct factor *f = factor_of(model);
    const struct observations *o = &model->obs;
    const double *mu = theta_block(theta, "mu");
    size_t d = o->d;
    if (!factor_covariance(model, theta))
        return false;
    double constant = (double)d * log(2.0 * M_PI) + cholesky_logdet(d, f->L);
    for (size_t i = 0; i < o->n; i++) {
        for (size_t j = 0; j < d; j++)
            f->row[j] = o->x[j][i] - mu[j];
        cholesky_whiten(d, f->L, f->row);
        share_of(to, i)[TERM_LOGLIK] -=
            0.5 * weight_of(to, o, i) * (constant + squared_length(d, f->row));
    }
    return true;
}

bool factor_prepare_rows(const struct model *model, const double *cov, const struct theta *theta,
                         struct factor_shared *s)
{
    struct factor *f = factor_of(model);
    const double *W = theta_block(theta, "W");
    size_t m = model->m;
    *s = (struct factor_shared){0};
    memcpy(f->V, cov, m * m * sizeof *f->V);
    if (!cholesky(m, f->V) || !factor_posterior(model, theta))
        return false;
    s->logdet_V = cholesky_logdet(m, f->V);
    s->logdet_precision = cholesky_logdet(m, f->precision);
    s->trace_V = squared_length(m * m, f->V);
    for (size_t j = 0; j < model->obs.d; j++) {
        s->logdet_noise += log(f->psi[j]);
        s->trace_noise += squared_product(m, f->V, W + j * m, f->score) / f->psi[j];
    }
    for (size_t a = 0; a < m; a++) { /* Σ |L_Gᵀ v_a|² over the columns of V's factor */
        cblas_dcopy((int)m, f->V + a, (int)m, f->centre, 1);
        s->trace_precision += squared_product(m, f->precision, f->centre, f->score);
    }
    return true;
}

bool factor_prepare(const struct model *model, const struct latent *q, const struct theta *theta)
{
    struct factor *f = factor_of(model);
    factor_noise(model, theta, f->psi);
    return factor_covariance(model, theta) &&
           (!q || factor_prepare_rows(model, latent_block(q, "cov"), theta, &f->shared));
}

/* E_q log p(x_i,z_i|θ) = −½ [ m log 2π + |m_i|² + tr V ]
 *                        −½ [ d log 2π + log|Ψ| + (x−μ−Wm_i)ᵀΨ⁻¹(x−μ−Wm_i) + tr Ψ⁻¹WVWᵀ ] */
static double expected_log_joint(const struct model *model, const struct factor_shared *s,
                                 const struct theta *theta, const double *x, const double *score)
{
    const struct factor *f = factor_of(model);
    const double *mu = theta_block(theta, "mu"), *W = theta_block(theta, "W");
    size_t d = model->obs.d, m = model->m;
    double square = 0.0;
    for (size_t j = 0; j < d; j++) {
        double r = x[j] - mu[j] - cblas_ddot((int)m, W + j * m, 1, score, 1);
        square += r * r / f->psi[j];
    }
    return -0.5 * ((double)m * log(2.0 * M_PI) + squared_length(m, score) + s->trace_V) -
           0.5 * ((double)d * log(2.0 * M_PI) + s->logdet_noise + square + s->trace_noise);
}

/* The row's share of every term that needs q. */
static void add_row(const struct model *model, const struct factor_shared *s,
                    const struct theta *theta, const double *x, const double *score, double w,
                    double *value)
{
    struct factor *f = factor_of(model);
    size_t m = model->m;
    double k = (double)m, joint = expected_log_joint(model, s, theta, x, score);
    factor_score(model, theta_block(theta, "mu"), x, f->centre);
    for (size_t a = 0; a < m; a++)
        f->centre[a] = score[a] - f->centre[a];
    double square = squared_product(m, f->precision, f->centre, f->score) + s->trace_precision;
    value[TERM_Q] += w * joint;
    value[TERM_ELBO] += w * (joint + 0.5 * (k * log(2.0 * M_PI) + s->logdet_V + k));
    value[TERM_ENTROPY] += w * 0.5 * (k * log(2.0 * M_PI * M_E) + s->logdet_V);
    value[TERM_H] -= w * 0.5 * (k * log(2.0 * M_PI) - s->logdet_precision + square);
    value[TERM_KL] += w * 0.5 * (square - k - s->logdet_precision - s->logdet_V);
}

static bool add_rows(const struct model *model, const struct latent *q, const struct theta *theta,
                     const struct target *to)
{
    const struct observations *o = &model->obs;
    struct factor_shared s;
    if (!factor_prepare_rows(model, latent_block(q, "cov"), theta, &s))
        return false;
    for (size_t i = 0; i < o->n; i++)
        add_row(model, &s, theta, observations_row(o, i), latent_block(q, "mean") + i * model->m,
                weight_of(to, o, i), share_of(to, i));
    return true;
}

bool factor_row_terms(const struct model *model, const struct latent *q, const struct theta *theta,
                      unsigned which, double *v)
{
    struct target to = {true, v};
    factor_noise(model, theta, factor_of(model)->psi);
    return add_marginal(model, theta, &to) &&
           (!(which & ~TERM_BIT(TERM_LOGLIK)) || add_rows(model, q, theta, &to));
}

void factor_terms(const struct model *model, const struct latent *q, const struct theta *theta,
                  unsigned which, struct terms *t)
{
    double value[TERM_COUNT] = {0.0};
    struct target to = {false, value};
    factor_noise(model, theta, factor_of(model)->psi);
    if (which & TERM_BIT(TERM_LOGLIK))
        t->value[TERM_LOGLIK] = add_marginal(model, theta, &to) ? value[TERM_LOGLIK] : NAN;
    if (!(which & ~TERM_BIT(TERM_LOGLIK)))
        return;
    bool sound = add_rows(model, q, theta, &to);
    for (int i = 0; i < TERM_COUNT; i++)
        if (i != TERM_LOGLIK && which & TERM_BIT(i))
            t->value[i] = sound ? value[i] : NAN;
}
