/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The M-step of the multivariate normal. */
#include <float.h>
#include <gsl/gsl_cblas.h>
#include <math.h>
#include <string.h>

#include "models/mvn.h"
#include "models/niw.h"
#include "models/prior.h"
#include "numeric/cholesky.h"

/* out (d): the weighted mean of x̂, about the columns' own means so that no digits cancel */
static void filled_mean(const struct model *m, const double *mean, double *out)
{
    const struct mvn *s = mvn_of(m);
    size_t d = m->obs.d;
    memset(out, 0, d * sizeof *out);
    for (size_t i = 0; i < m->obs.n; i++)
        for (size_t j = 0; j < d; j++)
            out[j] += m->obs.weight[i] * (mean[i * d + j] - s->mean[j]);
    for (size_t j = 0; j < d; j++)
        out[j] = s->mean[j] + out[j] / m->obs.total_weight;
}

/* S (d,d) += w V_i, lower triangle, for the rows of one pattern */
static void add_covariances(const struct model *m, const struct pattern *p, const double *cov,
                            double *S)
{
    size_t d = m->obs.d;
    for (size_t r = 0; r < p->nrow; r++) {
        const double *V = cov + p->row[r] * d * d;
        for (size_t a = 0; a < p->nmissing; a++)
            for (size_t b = 0; b <= a; b++) {
                size_t at = p->missing[a] * d + p->missing[b];
                S[at] += m->obs.weight[p->row[r]] * V[at];
            }
    }
}

/* S (d,d): Σ_i w_i [ (x̂_i−μ)(x̂_i−μ)ᵀ + V_i in its place ] */
static void expected_scatter(const struct model *m, const struct latent *q, const double *mu,
                             double *S)
{
    const struct mvn *s = mvn_of(m);
    const double *mean = latent_block(q, "mean");
    size_t d = m->obs.d;
    memset(S, 0, d * d * sizeof *S);
    for (size_t i = 0; i < m->obs.n; i++) {
        for (size_t j = 0; j < d; j++)
            s->row[j] = mean[i * d + j] - mu[j];
        for (size_t a = 0; a < d; a++) {
            double v = m->obs.weight[i] * s->row[a];
            for (size_t b = 0; b <= a; b++)
                S[a * d + b] += v * s->row[b];
        }
    }
    for (size_t k = 0; k < s->patterns.count; k++)
        add_covariances(m, &s->patterns.pattern[k], latent_block(q, "cov"), S);
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < i; j++)
            S[j * d + i] = S[i * d + j];
}

void mvn_stats(const struct model *m, const struct latent *q, const struct theta *theta, double *v)
{
    size_t d = m->obs.d;
    for (size_t i = 0; !q && i < m->stats.size; i++)
        v[i] = NAN;
    if (!q)
        return;
    filled_mean(m, latent_block(q, "mean"), v);
    cblas_dscal((int)d, m->obs.total_weight, v, 1);
    expected_scatter(m, q, theta_block(theta, "mu"), v + d);
}

/* The order of the first leading block of S (d,d) that is singular; 0: S is positive definite. */
static size_t first_singular(const struct mvn *s, size_t d, const double *S)
{
    for (size_t j = 0; j < d; j++) {
        s->column[j] = j;
        s->row[j] = S[j * d + j];
    }
    for (size_t k = d; k > 0; k--) {
        gather(S, d, k, s->column, k, s->column, s->L);
        if (cholesky(k, s->L) && cholesky_sound(k, s->L, s->row))
            return k == d ? 0 : k + 1;
    }
    return 1;
}

/* What is left of it in a sound factor (1e-13) may be below the normal numbers. */
static const double smallest_variance = DBL_MIN / 1e-13;

static int check_covariance(const struct model *m, const double *Sigma, struct error *e)
{
    size_t at = first_singular(mvn_of(m), m->obs.d, Sigma);
    if (at == 0)
        return 0;
    const char *name = observations_name(&m->obs, at - 1);
    double variance = Sigma[(at - 1) * (m->obs.d + 1)];
    if (variance > 0.0 && variance < smallest_variance) {
        char shown[NUMBER_TEXT];
        error_set(e, "the M-step's variance of column '%s' is %s: too near the end of the range of "
                     "numbers", name, number_text(shown, variance, 3));
        return error_hint(e, "give that column in smaller units, so that its numbers are larger; "
                             "or set a prior (m0= kappa0= S0= nu0=)");
    }
    if (at == 1)
        error_set(e, "the M-step's Sigma is not positive definite: column '%s' does not vary",
                  name);
    else
        error_set(e, "the M-step's Sigma is not positive definite: column '%s' is a linear "
                     "combination of those before it (%zu rows, %zu columns)",
                  name, m->obs.n, m->obs.d);
    return error_hint(e, "take more rows than columns, leave that column out (columns=…), or set "
                         "a prior (m0= kappa0= S0= nu0=)");
}

void mvn_best_mean(const struct model *m, const struct prior *prior, double *mu)
{
    struct niw niw;
    if (niw_read(prior, m->obs.d, &niw))
        niw_mean(&niw, m->obs.total_weight, mu);
}

int mvn_best_covariance(const struct model *m, const struct prior *prior, const double *mu,
                        double *Sigma, struct error *e)
{
    struct niw niw;
    size_t d = m->obs.d;
    double divisor = m->obs.total_weight;
    if (niw_read(prior, d, &niw)) {
        niw_scatter(&niw, mu, Sigma);
        divisor = niw_divisor(&niw, divisor);
    }
    cblas_dscal((int)(d * d), 1.0 / divisor, Sigma, 1);
    return check_covariance(m, Sigma, e);
}

int mvn_m_step(const struct model *m, const struct latent *q, const struct m_how *how,
               const struct prior *prior, struct theta *theta, struct error *e)
{
    struct mvn *s = mvn_of(m);
    size_t d = m->obs.d;
    double *mu = s->centre, *Sigma = s->solved;
    memcpy(mu, theta_block(theta, "mu"), d * sizeof *mu);
    if (how->blocks & MVN_MU) {
        filled_mean(m, latent_block(q, "mean"), mu);
        mvn_best_mean(m, prior, mu);
    }
    if (how->blocks & MVN_SIGMA) {
        expected_scatter(m, q, mu, Sigma);
        if (mvn_best_covariance(m, prior, mu, Sigma, e) != 0)
            return -1;
        memcpy(theta_block(theta, "Sigma"), Sigma, d * d * sizeof *Sigma);
    }
    memcpy(theta_block(theta, "mu"), mu, d * sizeof *mu);
    return 0;
}

int mvn_conjugate(const struct model *m, const struct prior *prior, const struct latent *q,
                  const struct theta *theta, const struct block *b, size_t at,
                  struct conjugate *out, struct error *e)
{
    struct mvn *s = mvn_of(m);
    struct niw niw;
    size_t d = m->obs.d, j = at % d;
    bool of_mean = b == m->theta.block;
    double n = m->obs.total_weight, *mu = s->centre, *S = s->solved;
    (void)theta;
    if (!niw_read(prior, d, &niw))
        return prior_none(b, "m0=… kappa0=… S0=… nu0=…", e);
    if (!of_mean && at / d != j) {
        error_set(e, "a covariance has no known density by itself");
        return error_hint(e, "a variance has: plot prior Sigma[j,j]");
    }
    double free = niw.nu0 - (double)d + 1.0, S0 = niw.S0[j * d + j];
    out->prior = of_mean ? niw_mean_marginal(free, niw.m0[j], niw.kappa0, S0)
                         : niw_variance_marginal(free, S0);
    if (!q)
        return 0;
    filled_mean(m, latent_block(q, "mean"), mu);
    niw_mean(&niw, n, mu);
    expected_scatter(m, q, mu, S);
    niw_scatter(&niw, mu, S);
    out->posterior = of_mean ? niw_mean_marginal(free + n, mu[j], niw.kappa0 + n, S[j * d + j])
                             : niw_variance_marginal(free + n, S[j * d + j]);
    return 0;
}
