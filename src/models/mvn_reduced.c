/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The EM map, the terms and ℓ of the multivariate normal from the moments of its patterns: an
 * iteration costs by the patterns and not by the rows.  What is formed of the rows of R is squared
 * last, as it is of the data themselves, so that no difference of near numbers is taken.
 */
#include <cblas.h>
#include <float.h>
#include <math.h>
#include <string.h>

#include "models/mvn_reduced.h"
#include "numeric/cholesky.h"

/* Beyond so many standard deviations of a column between μ and its mean, and below such a share of
 * a variance that the columns before leave unexplained, the two ways round differently: the rows
 * themselves are asked.  So they are where a mean is that many standard deviations from 0, where
 * the x̂ of a q that is written down lose digits. */
static const double near = 100.0, least_share = 1e-8, farthest_mean = 1e5;

/* ---- may they stand for the rows at this θ? ---------------------------------------------- */

static bool is_near(const struct model *m, const struct theta *theta)
{
    const struct mvn *s = mvn_of(m);
    const double *mu = theta_block(theta, "mu");
    for (size_t j = 0; j < m->obs.d; j++) {
        double sd = sqrt(s->variance[j]);
        if (!(fabs(s->mean[j]) <= farthest_mean * sd && fabs(s->mean[j] - mu[j]) <= near * sd))
            return false;
    }
    return true;
}

/* L (n,n), the factor of Σ in the order `column` */
static bool is_conditioned(size_t n, const double *L, const size_t *column, size_t d,
                           const double *Sigma)
{
    for (size_t k = 0; k < n; k++) {
        double left = L[k * n + k] * L[k * n + k];
        if (!(left > least_share * Sigma[column[k] * (d + 1)] && left >= DBL_MIN))
            return false;
    }
    return true;
}

static bool make_conditional(const struct model *m, struct conditional *c, const struct pattern *p,
                             const double *Sigma)
{
    size_t d = m->obs.d;
    return conditional_make(c, p, d, Sigma) && is_conditioned(d, c->whole, p->observed, d, Sigma);
}

/* ---- one pattern ------------------------------------------------------------------------- */

/* The observed columns of `filled`: the rows of R, and `scale` (x̄ − μ) */
static void fill_observed(struct mvn_reduced *r, const struct pattern *p,
                          const struct pattern_moments *s, double scale, const double *mu,
                          size_t d)
{
    size_t o = p->nobserved;
    double *last = r->filled + s->rows * d;
    for (size_t i = 0; i < s->rows; i++)
        memcpy(r->filled + i * d, s->R + i * o, o * sizeof *s->R);
    for (size_t j = 0; j < o; j++)
        last[j] = scale * ((s->mean[j] - mu[p->observed[j]]) + s->rest[j]);
}

/* filled ← the rows of R and √W (x̂̄ − μ), with what q at c and μ_q fills in */
static void fill(const struct model *m, struct mvn_reduced *r, const struct pattern *p,
                 const struct pattern_moments *s, const struct conditional *c, const double *mu_q,
                 const double *mu)
{
    size_t d = m->obs.d, o = p->nobserved, k = p->nmissing;
    double *last = r->filled + s->rows * d, root = sqrt(s->weight);
    fill_observed(r, p, s, 1.0, mu_q, d);
    if (o > 0 && k > 0)
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)s->rows + 1, (int)k, (int)o,
                    1.0, r->filled, (int)d, c->slope, (int)k, 0.0, r->filled + o, (int)d);
    for (size_t j = 0; j < o; j++)
        last[j] = root * ((s->mean[j] - mu[p->observed[j]]) + s->rest[j]);
    for (size_t j = 0; j < k; j++) {
        double shift = o > 0 ? last[o + j] : 0.0;
        last[o + j] = root * (shift + (mu_q[p->missing[j]] - mu[p->missing[j]]));
    }
}

/* Σ of the squares of the first `width` columns of A (rows,d) */
static double squares(const double *A, size_t rows, size_t d, size_t width)
{
    double sum = 0.0;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < width; j++)
            sum += A[i * d + j] * A[i * d + j];
    return sum;
}

/* The first n of the d columns of A (rows,d) ← A L⁻ᵀ, L (n,n) */
static void whiten(const double *L, size_t n, size_t rows, double *A, size_t d)
{
    if (n > 0)
        cblas_dtrsm(CblasRowMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit, (int)rows,
                    (int)n, 1.0, L, (int)n, A, (int)d);
}

/* Σ w log N(x_o; μ_o, Σ_oo), `square` its Σ w |L_oo⁻¹(x_o−μ_o)|² */
static double log_density(const struct pattern *p, const struct pattern_moments *s,
                          const struct conditional *c, double square)
{
    return -0.5 * (s->weight * ((double)p->nobserved * log(2.0 * M_PI) + c->logdet_oo) + square);
}

/* ---- the map ----------------------------------------------------------------------------- */

/* S, lower triangle, += RᵀR with m filled in, and W C in its place; shift (d) ← √W (x̂̄ − μ) */
static void add_pattern(const struct model *m, struct mvn_reduced *r, const struct pattern *p,
                        const struct pattern_moments *s, double *shift)
{
    size_t d = m->obs.d, o = p->nobserved, k = p->nmissing;
    const double *last = r->filled + s->rows * d, *C = mvn_of(m)->cond.C;
    for (size_t a = 0; a < d; a++)
        shift[p->observed[a]] = last[a]; /* the missing ones follow them */
    memset(r->gram, 0, d * d * sizeof *r->gram);
    if (s->rows > 0)
        cblas_dsyrk(CblasRowMajor, CblasLower, CblasTrans, (int)d, (int)s->rows, 1.0, r->filled,
                    (int)d, 0.0, r->gram, (int)d);
    for (size_t a = 0; a < k; a++)
        for (size_t b = 0; b <= a; b++)
            r->gram[(o + a) * d + o + b] += s->weight * C[a * k + b];
    for (size_t a = 0; a < d; a++)
        for (size_t b = 0; b <= a; b++) {
            size_t i = p->observed[a], j = p->observed[b];
            r->S[i > j ? i * d + j : j * d + i] += r->gram[a * d + b];
        }
}

/* All patterns: S, the shifts and ℓ.  NaN where they cannot stand for the rows. */
static double add_patterns(const struct model *m, struct mvn_reduced *r, const struct theta *theta)
{
    struct mvn *s = mvn_of(m);
    const double *mu = theta_block(theta, "mu"), *Sigma = theta_block(theta, "Sigma");
    size_t d = m->obs.d;
    double loglik = 0.0;
    memset(r->S, 0, d * d * sizeof *r->S);
    for (size_t k = 0; k < s->patterns.count; k++) {
        const struct pattern *p = &s->patterns.pattern[k];
        const struct pattern_moments *of = &r->pattern[k];
        if (!make_conditional(m, &s->cond, p, Sigma))
            return NAN;
        fill(m, r, p, of, &s->cond, mu, mu);
        add_pattern(m, r, p, of, r->shift + k * d);
        whiten(s->cond.oo, p->nobserved, of->rows + 1, r->filled, d);
        loglik += log_density(p, of, &s->cond,
                              squares(r->filled, of->rows + 1, d, p->nobserved));
    }
    return loglik;
}

/* mu ← μ + Σ W (x̂̄ − μ) / n */
static void put_mean(const struct model *m, const struct mvn_reduced *r, double *mu)
{
    size_t d = m->obs.d, count = mvn_of(m)->patterns.count;
    memset(r->delta, 0, d * sizeof *r->delta);
    for (size_t k = 0; k < count; k++)
        cblas_daxpy((int)d, sqrt(r->pattern[k].weight), r->shift + k * d, 1, r->delta, 1);
    for (size_t j = 0; j < d; j++)
        mu[j] += r->delta[j] / m->obs.total_weight;
}

/* S, both triangles: the rest of the scatter, that of the means about the new mu */
static void finish_scatter(const struct model *m, const struct mvn_reduced *r, const double *from,
                           const double *mu)
{
    size_t d = m->obs.d, count = mvn_of(m)->patterns.count;
    for (size_t j = 0; j < d; j++)
        r->delta[j] = from[j] - mu[j];
    for (size_t k = 0; k < count; k++)
        cblas_daxpy((int)d, sqrt(r->pattern[k].weight), r->delta, 1, r->shift + k * d, 1);
    cblas_dsyrk(CblasRowMajor, CblasLower, CblasTrans, (int)d, (int)count, 1.0, r->shift, (int)d,
                1.0, r->S, (int)d);
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < i; j++)
            r->S[j * d + i] = r->S[i * d + j];
}

/* The new Σ in its own order, as the next E meets it. */
static bool stays_conditioned(const struct model *m, const double *Sigma)
{
    const struct mvn *s = mvn_of(m);
    size_t d = m->obs.d;
    memcpy(s->L, Sigma, d * d * sizeof *s->L);
    for (size_t j = 0; j < d; j++)
        s->column[j] = j;
    return cholesky(d, s->L) && is_conditioned(d, s->L, s->column, d, Sigma);
}

int mvn_map(const struct model *m, const struct theta *from, unsigned blocks,
            const struct prior *prior, struct theta *to, double *loglik)
{
    struct mvn_reduced *r = mvn_reduced_of(m);
    size_t d = m->obs.d;
    double *mu = theta_block(to, "mu");
    struct error refusal;
    if (!r || !is_near(m, from) || !isfinite(*loglik = add_patterns(m, r, from)))
        return -1;
    if (blocks & MVN_MU) {
        memcpy(mu, theta_block(from, "mu"), d * sizeof *mu);
        put_mean(m, r, mu);
        mvn_best_mean(m, prior, mu);
    }
    if (!is_near(m, to))
        return -1;
    if (!(blocks & MVN_SIGMA))
        return 0;
    finish_scatter(m, r, theta_block(from, "mu"), mu);
    if (mvn_best_covariance(m, prior, mu, r->S, &refusal) != 0 || !stays_conditioned(m, r->S))
        return -1;
    memcpy(theta_block(to, "Sigma"), r->S, d * d * sizeof *r->S);
    return 0;
}

/* ---- the terms --------------------------------------------------------------------------- */

/* Of one pattern, where r->cond is of q and s->cond of θ. */
static void add_terms(const struct model *m, struct mvn_reduced *r, const struct pattern *p,
                      const struct pattern_moments *of, const double *mu_q, const double *mu,
                      double *value)
{
    const struct mvn *s = mvn_of(m);
    size_t d = m->obs.d, o = p->nobserved, k = p->nmissing, rows = of->rows + 1;
    struct mvn_spread spread = {0.0};
    fill(m, r, p, of, &r->cond, mu_q, mu);
    for (size_t i = 0; i < rows; i++)
        memcpy(r->apart + i * k, r->filled + i * d + o, k * sizeof *r->apart);
    if (k > 0) {
        if (o > 0)
            cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)rows, (int)k, (int)o, -1.0,
                        r->filled, (int)d, s->cond.slope, (int)k, 1.0, r->apart, (int)k);
        mvn_make_precision(s, p, d);
        memcpy(s->V, r->cond.C, k * k * sizeof *s->V);
        spread = mvn_spread_of(s, p);
    }
    whiten(s->cond.whole, d, rows, r->filled, d);
    whiten(s->cond.factor, k, rows, r->apart, k);
    value[TERM_LOGLIK] += log_density(p, of, &s->cond, squares(r->filled, rows, d, o));
    mvn_add_share(s, p, &spread, of->weight, squares(r->filled, rows, d, d),
                  squares(r->apart, rows, k, k), value);
}

bool mvn_touching_terms(const struct model *m, const struct theta *touch,
                        const struct theta *theta, unsigned which, struct terms *t)
{
    struct mvn_reduced *r = mvn_reduced_of(m);
    struct mvn *s = mvn_of(m);
    double value[TERM_COUNT] = {0.0};
    if (!r || !is_near(m, touch) || !is_near(m, theta))
        return false;
    for (size_t k = 0; k < s->patterns.count; k++) {
        const struct pattern *p = &s->patterns.pattern[k];
        if (!make_conditional(m, &r->cond, p, theta_block(touch, "Sigma")) ||
            !make_conditional(m, &s->cond, p, theta_block(theta, "Sigma")))
            return false;
        add_terms(m, r, p, &r->pattern[k], theta_block(touch, "mu"), theta_block(theta, "mu"),
                  value);
    }
    for (int i = 0; i < TERM_COUNT; i++)
        if (which & TERMS_EM & TERM_BIT(i))
            t->value[i] = value[i];
    t->have |= which & TERMS_EM;
    return true;
}

/* NaN where they cannot stand for the rows. */
static double loglik_at(const struct model *m, struct mvn_reduced *r, const struct theta *theta)
{
    struct mvn *s = mvn_of(m);
    const double *mu = theta_block(theta, "mu"), *Sigma = theta_block(theta, "Sigma");
    size_t d = m->obs.d;
    double sum = 0.0;
    if (!is_near(m, theta) || !stays_conditioned(m, Sigma))
        return NAN;
    for (size_t k = 0; k < s->patterns.count; k++) {
        const struct pattern *p = &s->patterns.pattern[k];
        const struct pattern_moments *of = &r->pattern[k];
        size_t o = p->nobserved;
        if (!conditional_observed(&s->cond, o, p->observed, d, Sigma) ||
            !is_conditioned(o, s->cond.oo, p->observed, d, Sigma))
            return NAN;
        fill_observed(r, p, of, sqrt(of->weight), mu, d);
        whiten(s->cond.oo, o, of->rows + 1, r->filled, d);
        sum += log_density(p, of, &s->cond, squares(r->filled, of->rows + 1, d, o));
    }
    return sum;
}

bool mvn_logliks(const struct model *m, const struct theta *const *theta, size_t n,
                 double *loglik)
{
    struct mvn_reduced *r = mvn_reduced_of(m);
    for (size_t i = 0; r && i < n; i++) {
        if (m->interrupt && *m->interrupt)
            return false;
        loglik[i] = loglik_at(m, r, theta[i]);
    }
    return r != NULL;
}
