/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Normal components in d ≥ 1 dimensions.
 *
 *     log f(x|μ_k,Σ_k) = −½ [ d log 2π + log|Σ_k| + (x−μ_k)ᵀ Σ_k⁻¹ (x−μ_k) ]
 *     M   μ_k = Σγx / N_k,   S_k = Σγ (x−μ_k)(x−μ_k)ᵀ
 *         full S_k/N_k · tied Σ_k S_k/n · diag its diagonal · spherical tr S_k/(d N_k)
 *
 * Second moments are taken about the mean of the step (never Σγxxᵀ − Nμμᵀ, which cancels).
 * With mu held, Sigma is about the mu that is there.
 */
#include "models/gaussian.h"

#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "models/niw.h"
#include "models/pass/fused.h"
#include "models/prior.h"
#include "numeric/cholesky.h"
#define LANES 2 /* what any processor has */
#include "numeric/lanes.h"

/* Per component: the factor L (d,d) and the log of the density's constant. */
static size_t component_work(const struct model *m)
{
    return m->obs.d * m->obs.d + 1;
}

static size_t gaussian_work(const struct model *m)
{
    return m->k * component_work(m) + m->k * m->obs.d + m->obs.d; /* …, μ (K,d), one row */
}

void gaussian_covariance(const struct model *m, const double *Sigma, size_t k, double *out)
{
    size_t d = m->obs.d;
    switch (gaussian_of(m)->cov) {
    case COV_FULL:
        memcpy(out, Sigma + k * d * d, d * d * sizeof *out);
        return;
    case COV_TIED:
        memcpy(out, Sigma, d * d * sizeof *out);
        return;
    case COV_DIAG:
    case COV_SPHERICAL:
        memset(out, 0, d * d * sizeof *out);
        for (size_t j = 0; j < d; j++)
            out[j * d + j] = gaussian_of(m)->cov == COV_DIAG ? Sigma[k * d + j] : Sigma[k];
        return;
    }
}

static bool gaussian_prepare(const struct model *m, const struct theta *theta, double *work)
{
    size_t d = m->obs.d;
    const double *Sigma = theta_block(theta, "Sigma");
    for (size_t k = 0; k < m->k; k++) {
        double *l = work + k * component_work(m);
        gaussian_covariance(m, Sigma, k, l);
        if (!cholesky(d, l))
            return false;
        l[d * d] = -0.5 * ((double)d * log(2.0 * M_PI) + cholesky_logdet(d, l));
    }
    memcpy(work + m->k * component_work(m), theta_block(theta, "mu"), m->k * d * sizeof *work);
    return true;
}

/* −½|y|² with L y = x − μ, by forward substitution into y (d). */
static double half_mahalanobis(size_t d, const double *l, const double *x, const double *mu,
                               double *y)
{
    double sum = 0.0;
    for (size_t i = 0; i < d; i++) {
        double v = x[i] - mu[i];
        for (size_t j = 0; j < i; j++)
            v -= l[i * d + j] * y[j];
        y[i] = v / l[i * d + i];
        sum += y[i] * y[i];
    }
    return -0.5 * sum;
}

/* The same of SIDE rows side by side, whose substitutions hide each other's waiting: x (d,SIDE)
 * column by column, y (d,SIDE), out (SIDE). */
enum { VECTORS = 4, SIDE = VECTORS * LANES };
#define EACH _Pragma("GCC unroll 4") for (int g = 0; g < VECTORS; g++)

static void half_mahalanobis_side(size_t d, const double *l, const double *x, const double *mu,
                                  double *y, double *out)
{
    vec sum[VECTORS], v[VECTORS];
    EACH sum[g] = vec_all(0.0);
    for (size_t i = 0; i < d; i++) {
        EACH v[g] = vec_load(x + i * SIDE + g * LANES) - mu[i];
        for (size_t j = 0; j < i; j++)
            EACH v[g] -= l[i * d + j] * vec_load(y + j * SIDE + g * LANES);
        EACH {
            v[g] /= l[i * d + i];
            sum[g] += v[g] * v[g];
            memcpy(y + i * SIDE + g * LANES, &v[g], sizeof v[g]);
        }
    }
    EACH {
        sum[g] *= -0.5;
        memcpy(out + g * LANES, &sum[g], sizeof sum[g]);
    }
}

static void gaussian_log_density(const struct model *m, const double *work, const double *x,
                            size_t rows, double *out)
{
    size_t d = m->obs.d, first = 0;
    const double *mu = work + m->k * component_work(m);
    double *y = gaussian_of(m)->side, *columns = y + d * SIDE, square[SIDE];
    for (; first + SIDE <= rows; first += SIDE) {
        for (size_t j = 0; j < d; j++)
            for (size_t r = 0; r < SIDE; r++)
                columns[j * SIDE + r] = x[(first + r) * d + j];
        for (size_t k = 0; k < m->k; k++) {
            const double *l = work + k * component_work(m);
            half_mahalanobis_side(d, l, columns, mu + k * d, y, square);
            for (size_t r = 0; r < SIDE; r++)
                out[(first + r) * m->k + k] = l[d * d] + square[r];
        }
    }
    for (size_t i = first; i < rows; i++)
        for (size_t k = 0; k < m->k; k++) {
            const double *l = work + k * component_work(m);
            out[i * m->k + k] = l[d * d] + half_mahalanobis(d, l, x + i * d, mu + k * d, y);
        }
}

/* Taken about the data's own centre, so that an offset of 1e8 costs nothing. */
void gaussian_mean(const struct fit *f, size_t k, double *out)
{
    const struct model *m = f->model;
    const double *centre = gaussian_of(m)->centre;
    size_t d = m->obs.d;
    if (f->moments) {
        for (size_t j = 0; j < d; j++)
            out[j] = f->moments->about[k * d + j] + f->moments->shift[k * d + j];
        return;
    }
    memset(out, 0, d * sizeof *out);
    for (size_t i = 0; i < m->obs.n; i++) {
        double w = m->obs.weight[i] * f->gamma[i * m->k + k];
        for (size_t j = 0; j < d; j++)
            out[j] += w * (m->obs.x[j][i] - centre[j]);
    }
    for (size_t j = 0; j < d; j++)
        out[j] = f->nk[k] > 0.0 ? centre[j] + out[j] / f->nk[k] : centre[j];
}

/* S(c) = S(x̄) + N (x̄−c)(x̄−c)ᵀ */
static void move_scatter(const struct fit *f, size_t k, const double *c, double *out)
{
    size_t d = f->model->obs.d;
    const double *about = f->moments->about + k * d, *shift = f->moments->shift + k * d;
    const double *S = f->moments->scatter + k * d * d;
    for (size_t a = 0; a < d; a++)
        for (size_t b = 0; b < d; b++)
            out[a * d + b] = S[a * d + b] + f->nk[k] * (about[a] - c[a] + shift[a]) *
                                                (about[b] - c[b] + shift[b]);
}

void gaussian_scatter(const struct fit *f, size_t k, const double *c, double *out)
{
    const struct model *m = f->model;
    size_t d = m->obs.d;
    if (f->moments) {
        move_scatter(f, k, c, out);
        return;
    }
    memset(out, 0, d * d * sizeof *out);
    for (size_t i = 0; i < m->obs.n; i++) {
        double w = m->obs.weight[i] * f->gamma[i * m->k + k];
        if (w == 0.0)
            continue;
        const double *x = observations_row(&m->obs, i);
        for (size_t a = 0; a < d; a++)
            for (size_t b = 0; b <= a; b++)
                out[a * d + b] += w * (x[a] - c[a]) * (x[b] - c[b]);
    }
    for (size_t a = 0; a < d; a++)
        for (size_t b = a + 1; b < d; b++)
            out[a * d + b] = out[b * d + a];
}

static double trace(size_t d, const double *a)
{
    double sum = 0.0;
    for (size_t j = 0; j < d; j++)
        sum += a[j * d + j];
    return sum;
}

/* Adds component k's scatter to Sigma by the shape of the covariances; divided later. */
static void add_scatter(const struct model *m, size_t k, const double *S, double *Sigma)
{
    size_t d = m->obs.d;
    switch (gaussian_of(m)->cov) {
    case COV_FULL:
        memcpy(Sigma + k * d * d, S, d * d * sizeof *S);
        return;
    case COV_TIED:
        for (size_t i = 0; i < d * d; i++)
            Sigma[i] += S[i];
        return;
    case COV_DIAG:
        for (size_t j = 0; j < d; j++)
            Sigma[k * d + j] = S[j * d + j];
        return;
    case COV_SPHERICAL:
        Sigma[k] = trace(d, S);
        return;
    }
}

/* Divides the summed scatter by what each shape's maximum has below it. */
static void divide(const struct fit *f, double *Sigma)
{
    const struct model *m = f->model;
    size_t d = m->obs.d, size = layout_find(&m->theta, "Sigma")->size;
    const struct gaussian *g = gaussian_of(m);
    const double *nu0 = prior_block(f->prior, "nu0");
    for (size_t i = 0; i < size; i++) {
        double below = 0.0;
        switch (g->cov) {
        case COV_FULL:
            below = f->nk[i / (d * d)] + (nu0 ? *nu0 + (double)d + 2.0 : 0.0);
            break;
        case COV_TIED:
            below = m->obs.total_weight + (nu0 ? *nu0 + (double)(d + m->k) + 1.0 : 0.0);
            break;
        case COV_DIAG:
            below = f->nk[i / d] + (nu0 ? *nu0 + 3.0 : 0.0);
            break;
        case COV_SPHERICAL:
            below = (double)d * f->nk[i] + (nu0 ? *nu0 + (double)d + 2.0 : 0.0);
            break;
        }
        Sigma[i] /= below;
    }
}

/* The share of N_k that the heaviest row has: 1 when the component holds one point. */
static bool holds_one_point(const struct fit *f, size_t k)
{
    double top = 0.0;
    for (size_t i = 0; f->gamma && i < f->model->obs.n; i++)
        top = fmax(top, f->model->obs.weight[i] * f->gamma[i * f->model->k + k]);
    return top >= (1.0 - 1e-9) * f->nk[k];
}

static int refuse_collapse(const struct fit *f, size_t k, double variance, struct error *e)
{
    char shown[NUMBER_TEXT], share[NUMBER_TEXT];
    const char *part = mixture_of(f->model)->part;
    number_text(shown, variance, 3);
    if (gaussian_of(f->model)->cov == COV_TIED)
        error_set(e, "the tied covariance is not positive definite: smallest variance %s", shown);
    else if (holds_one_point(f, k))
        error_set(e, "%s %zu holds one point: its variance is %s", part, k + 1, shown);
    else
        error_set(e, "the covariance of %s %zu is not positive definite: N_k = %s, "
                     "smallest variance %s", part, k + 1, number_text(share, f->nk[k], 3), shown);
    return error_hint(e, "%s", mixture_of(f->model)->remedy);
}

/* Refuses a Σ_k that has collapsed: not positive definite, or a variance below what the column's
 * spread (sd ratio 1e-10) or its rounding (a few ulps of the largest entry) can tell from 0. */
static int check_collapse(const struct fit *f, const double *Sigma, struct error *e)
{
    const struct model *m = f->model;
    const struct gaussian *g = gaussian_of(m);
    size_t d = m->obs.d;
    double *S = g->square, *diagonal = g->row;
    for (size_t k = 0; k < m->k; k++) {
        gaussian_covariance(m, Sigma, k, S);
        double smallest = INFINITY, collapsed = INFINITY;
        for (size_t j = 0; j < d; j++) {
            diagonal[j] = S[j * d + j];
            smallest = fmin(smallest, diagonal[j]);
            if (!(diagonal[j] > g->floor[j]))
                collapsed = fmin(collapsed, diagonal[j]);
        }
        if (isfinite(collapsed))
            return refuse_collapse(f, k, collapsed, e);
        if (!cholesky(d, S) || !cholesky_sound(d, S, diagonal))
            return refuse_collapse(f, k, smallest, e);
    }
    return 0;
}

static int gaussian_fit(const struct fit *f, struct theta *theta, struct error *e)
{
    const struct model *m = f->model;
    const struct gaussian *g = gaussian_of(m);
    size_t d = m->obs.d;
    bool move_mu = fit_moves(f, "mu"), move_Sigma = fit_moves(f, "Sigma");
    double *mu = theta_block(theta, "mu"), *Sigma = theta_block(theta, "Sigma");
    if (move_Sigma)
        memset(Sigma, 0, layout_find(&m->theta, "Sigma")->size * sizeof *Sigma);
    for (size_t k = 0; k < m->k; k++) {
        if (move_mu) {
            gaussian_mean(f, k, g->mean);
            gaussian_prior_mean(m, f->prior, f->nk[k], g->mean);
            memcpy(mu + k * d, g->mean, d * sizeof *mu);
        }
        if (move_Sigma) {
            gaussian_scatter(f, k, mu + k * d, g->square);
            gaussian_prior_scatter(m, f->prior, k, mu + k * d, g->square);
            add_scatter(m, k, g->square, Sigma);
        }
    }
    if (!move_Sigma)
        return 0;
    divide(f, Sigma);
    return check_collapse(f, Sigma, e);
}

static void transpose(size_t d, double *a)
{
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < i; j++) {
            double v = a[i * d + j];
            a[i * d + j] = a[j * d + i];
            a[j * d + i] = v;
        }
}

/* ½ Σ⁻¹ (S − NΣ) Σ⁻¹, added to out (d,d); S is used up. */
static void add_covariance_slope(size_t d, const double *l, double nk, const double *Sigma,
                                 double *S, double *out)
{
    for (size_t i = 0; i < d * d; i++)
        S[i] -= nk * Sigma[i];
    cholesky_solve(d, d, l, S);
    transpose(d, S);
    cholesky_solve(d, d, l, S);
    for (size_t i = 0; i < d * d; i++)
        out[i] += 0.5 * S[i];
}

/* Component k's part of the slope along Sigma, from its scatter about μ_k. */
static void add_slope(const struct fit *f, size_t k, const double *l, const double *Sigma,
                      double *S, double *out)
{
    const struct model *m = f->model;
    size_t d = m->obs.d;
    double nk = f->nk[k];
    switch (gaussian_of(m)->cov) {
    case COV_FULL:
        add_covariance_slope(d, l, nk, Sigma + k * d * d, S, out + k * d * d);
        return;
    case COV_TIED:
        add_covariance_slope(d, l, nk, Sigma, S, out);
        return;
    case COV_DIAG:
        Sigma += k * d;
        for (size_t j = 0; j < d; j++)
            out[k * d + j] = 0.5 * (S[j * d + j] - nk * Sigma[j]) / (Sigma[j] * Sigma[j]);
        return;
    case COV_SPHERICAL:
        out[k] = 0.5 * (trace(d, S) - nk * (double)d * Sigma[k]) / (Sigma[k] * Sigma[k]);
        return;
    }
}

/* ∂/∂μ_k = Σ_k⁻¹ Σγ(x − μ_k),  ∂/∂Σ_k = ½ Σ_k⁻¹ (S_k − N_k Σ_k) Σ_k⁻¹ with S_k about μ_k */
bool gaussian_score(const struct fit *f, const struct theta *theta, double *out)
{
    const struct model *m = f->model;
    const struct gaussian *g = gaussian_of(m);
    size_t d = m->obs.d;
    const double *mu = theta_block(theta, "mu"), *Sigma = theta_block(theta, "Sigma");
    double *of_mu = out + (mu - theta->b.v), *of_Sigma = out + (Sigma - theta->b.v);
    double *work = mixture_of(m)->work;
    if (!gaussian_prepare(m, theta, work))
        return false;
    memset(of_Sigma, 0, layout_find(&m->theta, "Sigma")->size * sizeof *of_Sigma);
    for (size_t k = 0; k < m->k; k++) {
        const double *l = work + k * component_work(m);
        gaussian_mean(f, k, g->mean);
        for (size_t j = 0; j < d; j++)
            of_mu[k * d + j] = f->nk[k] * (g->mean[j] - mu[k * d + j]);
        cholesky_solve(d, 1, l, of_mu + k * d);
        gaussian_scatter(f, k, mu + k * d, g->square);
        add_slope(f, k, l, Sigma, g->square, of_Sigma);
    }
    return true;
}

static bool gaussian_empty_allowed(const struct model *m, const struct prior *prior)
{
    (void)m;
    return prior_block(prior, "S0") != NULL;
}

static size_t gaussian_nfeature(const struct model *m)
{
    return m->obs.d;
}

static void gaussian_features(const struct model *m, size_t first, size_t count,
                              double *out)
{
    memcpy(out, observations_block(&m->obs, first, count), count * m->obs.d * sizeof *out);
}

/* Means at the centres; every covariance the data's own, shrunk to the share that is within. */
static void gaussian_seed(const struct model *m, const double *centre, double within,
                     struct theta *theta)
{
    const struct gaussian *g = gaussian_of(m);
    size_t d = m->obs.d;
    memcpy(theta_block(theta, "mu"), centre, m->k * d * sizeof *centre);
    double *Sigma = theta_block(theta, "Sigma");
    memset(Sigma, 0, layout_find(&m->theta, "Sigma")->size * sizeof *Sigma);
    for (size_t i = 0; i < d * d; i++)
        g->square[i] = i % (d + 1) == 0 ? within * g->variance[i / (d + 1)] : 0.0;
    for (size_t k = 0; k < m->k; k++)
        if (g->cov != COV_TIED || k == 0)
            add_scatter(m, k, g->square, Sigma);
    for (size_t k = 0; g->cov == COV_SPHERICAL && k < m->k; k++)
        Sigma[k] /= (double)d;
}

void gaussian_free(void *own)
{
    struct gaussian *g = own;
    if (g) {
        fused_free(g->fused);
        mem_free(g->room);
    }
    mem_free(g);
}

/* x ~ N(μ_k, L_k L_kᵀ) */
static void gaussian_draw(const struct model *m, const struct theta *theta, size_t k, size_t i,
                          gsl_rng *random, double *x)
{
    size_t d = m->obs.d;
    const double *work = mixture_of(m)->work;
    gsl_vector_view out = gsl_vector_view_array(x, d);
    gsl_vector_const_view mu = gsl_vector_const_view_array(theta_block(theta, "mu") + k * d, d);
    gsl_matrix_const_view L =
        gsl_matrix_const_view_array(work + k * component_work(m), d, d);
    (void)i;
    gsl_ran_multivariate_gaussian(random, &mu.vector, &L.matrix, &out.vector);
}

void gaussian_stats_layout(struct model *m)
{
    size_t d = m->obs.d;
    layout_add(&m->stats, (struct block){.name = "sum_x", .rank = 2, .dim = {m->k, d},
                                         .help = "Σ γ x"});
    layout_add(&m->stats, (struct block){.name = "scatter", .rank = 3, .dim = {m->k, d, d},
                                         .help = "Σ γ (x−μ)(x−μ)ᵀ about the means of here"});
}

void gaussian_sums(const struct fit *f, const double *mu, double *v)
{
    size_t k = f->model->k, d = f->model->obs.d;
    mixture_sums(f, d, 0, v);
    for (size_t j = 0; j < k; j++)
        gaussian_scatter(f, j, mu + j * d, v + k * d + j * d * d);
}

static void gaussian_stats(const struct fit *f, const struct theta *theta, double *v)
{
    gaussian_sums(f, theta_block(theta, "mu"), v);
}

const struct family gaussian_family = {
    .draw = gaussian_draw,
    .work = gaussian_work,
    .prepare = gaussian_prepare,
    .log_density = gaussian_log_density,
    .fit = gaussian_fit,
    .score = gaussian_score,
    .conjugate = gaussian_conjugate,
    .log_prior = gaussian_log_prior,
    .nfeature = gaussian_nfeature,
    .features = gaussian_features,
    .seed = gaussian_seed,
    .empty_allowed = gaussian_empty_allowed,
    .free_own = gaussian_free,
    .stats_layout = gaussian_stats_layout,
    .stats = gaussian_stats,
    .expected_size = gaussian_expected_size,
    .expect = gaussian_expect,
    .expect_touching = gaussian_expect_touching,
    .expected = gaussian_expected,
    .expected_score = gaussian_expected_score,
};

/* Centre, variance and collapse floor of every column. */
static void column_moments(const struct model *m, struct gaussian *g)
{
    size_t d = m->obs.d;
    const double *w = m->obs.weight;
    for (size_t j = 0; j < d; j++) {
        double sum = 0.0, square = 0.0, top = 0.0, first = m->obs.x[j][0];
        for (size_t i = 0; i < m->obs.n; i++)
            sum += w[i] * (m->obs.x[j][i] - first);
        g->centre[j] = first + sum / m->obs.total_weight;
        for (size_t i = 0; i < m->obs.n; i++) {
            double v = m->obs.x[j][i] - g->centre[j];
            square += w[i] * v * v;
            top = fmax(top, fabs(m->obs.x[j][i]));
        }
        double variance = square / m->obs.total_weight, ulps = 8.0 * 2.220446049250313e-16 * top;
        g->floor[j] = fmax(1e-20 * variance, ulps * ulps);
        g->variance[j] = variance > g->floor[j] ? variance : 1.0;
    }
}

int gaussian_bind(struct model *m, enum covariance cov, struct error *e)
{
    size_t d = m->obs.d;
    struct gaussian *g = NEW(struct gaussian);
    if (!g)
        return error_no_memory(e);
    ((struct mixture *)m->self)->own = g;
    g->cov = cov;
    g->room = NEW_ARRAY((5 + 2 * SIDE) * d + d * d + niw_work(d), double);
    if (!g->room)
        return error_no_memory(e);
    g->centre = g->room;
    g->variance = g->centre + d;
    g->floor = g->variance + d;
    g->mean = g->floor + d;
    g->row = g->mean + d;
    g->square = g->row + d;
    g->side = g->square + d * d;
    g->prior_work = g->side + 2 * SIDE * d;
    column_moments(m, g);
    return 0;
}

void gaussian_layout(struct model *m, enum covariance cov)
{
    size_t k = m->k, d = m->obs.d;
    static const char about[] = "covariance of component k";
    layout_add(&m->theta, (struct block){.name = "mu", .rank = 2, .dim = {k, d}, .of_z = 1,
                                         .help = "mean of component k"});
    struct block Sigma = {.name = "Sigma", .help = about, .constraint = CONSTRAINT_SPD,
                          .of_z = cov != COV_TIED};
    if (cov == COV_FULL) {
        Sigma.rank = 3;
        Sigma.dim[0] = k;
        Sigma.dim[1] = Sigma.dim[2] = d;
    } else if (cov == COV_TIED) {
        Sigma.rank = 2;
        Sigma.dim[0] = Sigma.dim[1] = d;
        Sigma.help = "covariance of every component";
    } else {
        Sigma.constraint = CONSTRAINT_POSITIVE;
        Sigma.rank = cov == COV_DIAG ? 2 : 1;
        Sigma.dim[0] = k;
        Sigma.dim[1] = d;
        Sigma.help = "variances of component k";
    }
    layout_add(&m->theta, Sigma);
    gaussian_prior_layout(m, cov);
}

int gaussian_moments(const struct model *m, const struct theta *theta, size_t k, double *mean,
                     double *cov)
{
    memcpy(mean, theta_block(theta, "mu") + k * m->obs.d, m->obs.d * sizeof *mean);
    gaussian_covariance(m, theta_block(theta, "Sigma"), k, cov);
    return 0;
}
