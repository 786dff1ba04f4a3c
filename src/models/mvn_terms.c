/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The terms of the multivariate normal, row by row, each from its own formula. */
#include <gsl/gsl_cblas.h>
#include <math.h>
#include <string.h>

#include "models/mvn.h"
#include "numeric/cholesky.h"

static double squared_length(size_t d, const double *v)
{
    return cblas_ddot((int)d, v, 1, v, 1);
}

/* One row of q at one θ, as the terms see it. */
struct view {
    const struct model *m;
    const struct pattern *p;
    const double *mu, *mean, *cov; /* (d), (d), (d,d) */
    bool has_V;                    /* spread is that of s->seen */
    struct mvn_spread spread;
};

/* Σ_ab A_ab B_ba */
static double trace_of_product(size_t k, const double *A, const double *B)
{
    double sum = 0.0;
    for (size_t a = 0; a < k; a++)
        for (size_t b = 0; b < k; b++)
            sum += A[a * k + b] * B[b * k + a];
    return sum;
}

struct mvn_spread mvn_spread_of(const struct mvn *s, const struct pattern *p)
{
    size_t k = p->nmissing;
    struct mvn_spread v = {0.0};
    memcpy(s->solved, s->V, k * k * sizeof *s->V);
    v.logdet_V = cholesky(k, s->solved) ? cholesky_logdet(k, s->solved) : NAN;
    v.trace_Sigma = trace_of_product(k, s->precision + p->nobserved * k, s->V);
    memcpy(s->solved, s->V, k * k * sizeof *s->V);
    cholesky_solve(k, k, s->cond.factor, s->solved);
    for (size_t a = 0; a < k; a++)
        v.trace_C += s->solved[a * k + a];
    return v;
}

/* V_i (m,m) into s->V and what follows from it.  The rows of a pattern have the same V after every
 * E-step: it is looked at once. */
static void take_V(struct view *v)
{
    const struct mvn *s = mvn_of(v->m);
    size_t d = v->m->obs.d, k = v->p->nmissing;
    gather(v->cov, d, k, v->p->missing, k, v->p->missing, s->V);
    if (v->has_V && memcmp(s->V, s->seen, k * k * sizeof *s->V) == 0)
        return;
    v->has_V = true;
    memcpy(s->seen, s->V, k * k * sizeof *s->V);
    v->spread = mvn_spread_of(s, v->p);
}

/* (x̂−μ)ᵀ Σ⁻¹ (x̂−μ) */
static double whole_square(const struct view *v)
{
    const struct mvn *s = mvn_of(v->m);
    size_t d = v->m->obs.d;
    for (size_t j = 0; j < d; j++)
        s->row[j] = v->mean[v->p->observed[j]] - v->mu[v->p->observed[j]];
    cholesky_whiten(d, s->cond.whole, s->row);
    return squared_length(d, s->row);
}

/* (m_i−c)ᵀ C⁻¹ (m_i−c) */
static double apart_square(const struct view *v)
{
    const struct mvn *s = mvn_of(v->m);
    size_t k = v->p->nmissing;
    conditional_shift(&s->cond, v->p, v->mean, v->mu, s->row);
    for (size_t a = 0; a < k; a++)
        s->row[a] = (v->mean[v->p->missing[a]] - v->mu[v->p->missing[a]]) - s->row[a];
    cholesky_whiten(k, s->cond.factor, s->row);
    return squared_length(k, s->row);
}

void mvn_add_share(const struct mvn *s, const struct pattern *p, const struct mvn_spread *v,
                   double w, double whole, double apart, double *value)
{
    double k = (double)p->nmissing, d = (double)p->nobserved + k;
    /* E_q log p(x_i,z_i|θ) = −½ [ d log 2π + log|Σ| + (x̂−μ)ᵀ Σ⁻¹ (x̂−μ) + tr((Σ⁻¹)_mm V) ] */
    double joint = -0.5 * (w * (d * log(2.0 * M_PI) + s->cond.logdet_oo + s->cond.logdet_C +
                                v->trace_Sigma) + whole);
    value[TERM_Q] += joint;
    value[TERM_ELBO] += joint + w * 0.5 * (k * log(2.0 * M_PI) + v->logdet_V + k);
    if (p->nmissing == 0)
        return;
    double square = apart + w * v->trace_C;
    value[TERM_ENTROPY] += w * 0.5 * (k * log(2.0 * M_PI * M_E) + v->logdet_V);
    value[TERM_H] -= 0.5 * (w * (k * log(2.0 * M_PI) + s->cond.logdet_C) + square);
    value[TERM_KL] += 0.5 * (square + w * (s->cond.logdet_C - v->logdet_V - k));
}

/* Columns m of Σ⁻¹, by solves against unit vectors */
void mvn_make_precision(const struct mvn *s, const struct pattern *p, size_t d)
{
    size_t k = p->nmissing;
    if (k == 0)
        return;
    memset(s->precision, 0, d * k * sizeof *s->precision);
    for (size_t a = 0; a < k; a++)
        s->precision[(p->nobserved + a) * k + a] = 1.0;
    cholesky_solve(d, k, s->cond.whole, s->precision);
}

/* The row's share of every term that needs q. */
static void add_row(struct view *v, double w, double *value)
{
    bool missing = v->p->nmissing > 0;
    if (missing)
        take_V(v);
    mvn_add_share(mvn_of(v->m), v->p, &v->spread, w, w * whole_square(v),
                  missing ? w * apart_square(v) : 0.0, value);
}

static void add_pattern(struct view *v, const struct latent *q, bool by_row, double *value)
{
    const struct model *m = v->m;
    const struct mvn *s = mvn_of(m);
    size_t d = m->obs.d;
    v->has_V = false;
    v->spread = (struct mvn_spread){0.0};
    if (q)
        mvn_make_precision(s, v->p, d);
    for (size_t r = 0; r < v->p->nrow; r++) {
        size_t i = v->p->row[r];
        const double *x = observations_row(&m->obs, i);
        double w = by_row ? 1.0 : m->obs.weight[i], *to = by_row ? value + i * TERM_COUNT : value;
        to[TERM_LOGLIK] += w * conditional_log_density(&s->cond, v->p->nobserved, v->p->observed,
                                                       x, v->mu, s->row);
        if (!q)
            continue;
        v->mean = latent_block(q, "mean") + i * d;
        v->cov = latent_block(q, "cov") + i * d * d;
        add_row(v, w, to);
    }
}

/* Σ_i w_i of the rows' shares into value (TERM_COUNT), or, `by_row`, each into (n,TERM_COUNT). */
static bool add_terms(const struct model *m, const struct latent *q, const struct theta *theta,
                      unsigned which, bool by_row, double *value)
{
    const struct mvn *s = mvn_of(m);
    const struct latent *used = which & ~TERM_BIT(TERM_LOGLIK) ? q : NULL;
    const double *Sigma = theta_block(theta, "Sigma");
    size_t d = m->obs.d;
    struct view v = {.m = m, .mu = theta_block(theta, "mu")};
    memcpy(s->L, Sigma, d * d * sizeof *s->L);
    bool sound = cholesky(d, s->L);
    for (size_t k = 0; k < s->patterns.count && sound; k++) {
        v.p = &s->patterns.pattern[k];
        sound = used ? conditional_make(&mvn_of(m)->cond, v.p, d, Sigma)
                     : conditional_observed(&mvn_of(m)->cond, v.p->nobserved, v.p->observed, d,
                                            Sigma);
        if (sound)
            add_pattern(&v, used, by_row, value);
    }
    return sound;
}

bool mvn_row_terms(const struct model *m, const struct latent *q, const struct theta *theta,
                   unsigned which, double *v)
{
    return add_terms(m, q, theta, which, true, v);
}

void mvn_terms(const struct model *m, const struct latent *q, const struct theta *theta,
               unsigned which, struct terms *t)
{
    double value[TERM_COUNT] = {0.0};
    bool sound = add_terms(m, q, theta, which, false, value);
    for (int i = 0; i < TERM_COUNT; i++)
        if (which & TERM_BIT(i))
            t->value[i] = sound ? value[i] : NAN;
}
