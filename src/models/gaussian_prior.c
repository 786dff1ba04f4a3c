/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/gaussian.h"

#include <math.h>
#include <string.h>

#include "models/niw.h"
#include "models/prior.h"

static enum covariance cov_of(const struct model *m)
{
    return gaussian_of(m)->cov;
}

static bool matrix_prior(enum covariance cov)
{
    return cov == COV_FULL || cov == COV_TIED;
}

void gaussian_prior_layout(struct model *m, enum covariance cov)
{
    size_t d = m->obs.d;
    if (matrix_prior(cov)) {
        niw_layout(&m->prior_layout, d);
        return;
    }
    struct layout *l = &m->prior_layout;
    layout_add(l, (struct block){.name = "m0", .rank = 1, .dim = {d},
                                 .help = "prior mean of every mu"});
    layout_add(l, (struct block){.name = "kappa0", .rank = 0, .help = "rows that m0 is worth"});
    if (cov == COV_DIAG)
        layout_add(l, (struct block){.name = "S0", .rank = 1, .dim = {d},
                                     .help = "prior sums of squares"});
    else
        layout_add(l, (struct block){.name = "S0", .rank = 0, .help = "prior sum of squares"});
    layout_add(l, (struct block){.name = "nu0", .rank = 0,
                                 .help = "degrees of freedom of the variances"});
}

int gaussian_prior_valid(const struct model *m, const struct prior *prior, struct error *e)
{
    if (mixture_prior_valid(m, prior, e) != 0)
        return -1;
    if (matrix_prior(cov_of(m)))
        return niw_valid(prior, m->obs.d, e);
    static const char *const names[] = {"m0", "kappa0", "S0", "nu0"};
    size_t given = 0;
    for (size_t i = 0; i < 4; i++)
        given += prior_block(prior, names[i]) != NULL;
    if (given != 0 && given != 4) {
        error_set(e, "m0, kappa0, S0 and nu0 make one prior; %zu of the four are given", given);
        return error_hint(e, "give all four, or none");
    }
    for (size_t i = 1; i < 4; i++)
        if (prior_above(prior, names[i], 0.0, e) != 0)
            return -1;
    return 0;
}

/* What niw_read reads holds for every shape but S0, which is not a matrix in diag and spherical. */
static bool read_prior(const struct model *m, const struct prior *prior, struct niw *niw)
{
    if (!prior_block(prior, "m0"))
        return false;
    *niw = (struct niw){m->obs.d, prior_block(prior, "m0"), prior_block(prior, "S0"),
                        *prior_block(prior, "kappa0"), *prior_block(prior, "nu0")};
    return true;
}

void gaussian_prior_mean(const struct model *m, const struct prior *prior, double nk,
                         double *mean)
{
    struct niw niw;
    if (read_prior(m, prior, &niw))
        niw_mean(&niw, nk, mean);
}

/* Adds S0 and κ0 (μ−m0)(μ−m0)ᵀ.  S0 of a tied covariance is counted once; of a spherical one it
 * goes into the first diagonal entry, since only the trace is read. */
void gaussian_prior_scatter(const struct model *m, const struct prior *prior, size_t k,
                            const double *mu, double *S)
{
    struct niw niw;
    size_t d = m->obs.d;
    enum covariance cov = cov_of(m);
    if (!read_prior(m, prior, &niw))
        return;
    for (size_t a = 0; a < d; a++)
        for (size_t b = 0; b < d; b++)
            S[a * d + b] += niw.kappa0 * (mu[a] - niw.m0[a]) * (mu[b] - niw.m0[b]);
    if (cov == COV_FULL || (cov == COV_TIED && k == 0))
        for (size_t i = 0; i < d * d; i++)
            S[i] += niw.S0[i];
    else if (cov == COV_DIAG)
        for (size_t j = 0; j < d; j++)
            S[j * d + j] += niw.S0[j];
    else if (cov == COV_SPHERICAL)
        S[0] += niw.S0[0];
}

/* ---- one entry by itself ---------------------------------------------------------------- */

/* Which mean or variance an entry is: component k (0 for a tied Σ), column j. */
struct part {
    bool mean, variance;      /* neither: a covariance */
    size_t k, j;
};

static struct part part_of(const struct model *m, const struct block *b, size_t at)
{
    size_t d = m->obs.d, in = at % (d * d);
    if (strcmp(b->name, "mu") == 0)
        return (struct part){true, false, at / d, at % d};
    switch (cov_of(m)) {
    case COV_FULL:
    case COV_TIED:
        return (struct part){false, in / d == in % d, at / (d * d), in % d};
    case COV_DIAG:
        return (struct part){false, true, at / d, at % d};
    case COV_SPHERICAL:
        break;
    }
    return (struct part){false, true, at, 0};
}

/* S0's entry for column j, as the variance of that column sees it. */
static double prior_scatter(const struct model *m, const struct niw *p, size_t j)
{
    switch (cov_of(m)) {
    case COV_FULL:
    case COV_TIED:
        return p->S0[j * m->obs.d + j];
    case COV_DIAG:
        return p->S0[j];
    case COV_SPHERICAL:
        break;
    }
    return p->S0[0];
}

/* S_jj of the posterior of component k's covariance: of all components for a tied one, the trace
 * for a spherical one. */
static double posterior_scatter(const struct fit *f, size_t k, size_t j)
{
    const struct model *m = f->model;
    const struct gaussian *g = gaussian_of(m);
    size_t d = m->obs.d;
    bool tied = g->cov == COV_TIED;
    double sum = 0.0;
    for (size_t l = tied ? 0 : k; l < (tied ? m->k : k + 1); l++) {
        gaussian_mean(f, l, g->mean);
        gaussian_prior_mean(m, f->prior, f->nk[l], g->mean);
        gaussian_scatter(f, l, g->mean, g->square);
        gaussian_prior_scatter(m, f->prior, l, g->mean, g->square);
        for (size_t i = 0; i < d; i++)
            sum += g->cov == COV_SPHERICAL || i == j ? g->square[i * d + i] : 0.0;
    }
    return sum;
}

/* Rows that the posterior of Σ_k has seen, each as often as it tells of it. */
static double degrees_seen(const struct fit *f, size_t k)
{
    const struct model *m = f->model;
    if (cov_of(m) == COV_TIED)
        return m->obs.total_weight;
    return f->nk[k] * (cov_of(m) == COV_SPHERICAL ? (double)m->obs.d : 1.0);
}

static struct marginal marginal_of(const struct part *p, double free, double m, double kappa,
                                   double S)
{
    return p->mean ? niw_mean_marginal(free, m, kappa, S) : niw_variance_marginal(free, S);
}

int gaussian_conjugate(const struct fit *f, const struct block *b, size_t at,
                       struct conjugate *out, struct error *e)
{
    const struct model *m = f->model;
    struct part p = part_of(m, b, at);
    struct niw niw;
    if (!read_prior(m, f->prior, &niw))
        return prior_none(b, "m0=… kappa0=… S0=… nu0=…", e);
    if (!p.mean && !p.variance) {
        error_set(e, "a covariance has no known density by itself");
        return error_hint(e, "a variance has: plot prior %s[…,j,j]", b->name);
    }
    double free = niw.nu0 - (matrix_prior(cov_of(m)) ? (double)m->obs.d - 1.0 : 0.0);
    out->prior = marginal_of(&p, free, niw.m0[p.j], niw.kappa0, prior_scatter(m, &niw, p.j));
    if (!f->gamma)
        return 0;
    double S = posterior_scatter(f, p.k, p.j), *mean = gaussian_of(m)->mean;
    gaussian_mean(f, p.k, mean);
    gaussian_prior_mean(m, f->prior, f->nk[p.k], mean);
    out->posterior = marginal_of(&p, free + degrees_seen(f, p.k), mean[p.j],
                                 niw.kappa0 + f->nk[p.k], S);
    return 0;
}

/* ---- log p(θ) --------------------------------------------------------------------------- */

/* log N(μ_j; m0_j, v/κ0) */
static double log_mean(const struct niw *p, size_t j, double mu, double v)
{
    double u = mu - p->m0[j];
    return 0.5 * (log(p->kappa0 / (2.0 * M_PI * v)) - p->kappa0 * u * u / v);
}

static double log_variances(const struct model *m, const struct niw *p, size_t k,
                            const double *mu, const double *Sigma)
{
    size_t d = m->obs.d;
    bool diag = cov_of(m) == COV_DIAG;
    double sum = 0.0;
    for (size_t j = 0; j < d; j++) {
        double v = diag ? Sigma[k * d + j] : Sigma[k];
        sum += log_mean(p, j, mu[j], v);
        if (diag || j == 0)
            sum += log_inverse_gamma_density(0.5 * p->nu0, 0.5 * p->S0[diag ? j : 0], v);
    }
    return sum;
}

double gaussian_log_prior(const struct model *m, const struct prior *prior,
                          const struct theta *theta)
{
    const struct gaussian *g = gaussian_of(m);
    size_t d = m->obs.d;
    const double *mu = theta_block(theta, "mu"), *Sigma = theta_block(theta, "Sigma");
    struct niw niw;
    double sum = 0.0;
    if (!read_prior(m, prior, &niw))
        return 0.0;
    for (size_t k = 0; k < m->k; k++) {
        if (g->cov == COV_FULL)
            sum += niw_log_density(&niw, mu + k * d, Sigma + k * d * d, g->prior_work);
        else if (g->cov == COV_TIED)
            sum += niw_log_mean(&niw, mu + k * d, Sigma, g->prior_work) +
                   (k == 0 ? niw_log_covariance(&niw, Sigma, g->prior_work) : 0.0);
        else
            sum += log_variances(m, &niw, k, mu + k * d, Sigma);
    }
    return sum;
}
