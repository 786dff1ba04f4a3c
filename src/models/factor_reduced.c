/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The EM map and the terms of the factor models from d rows in place of n.
 *
 * Every sum over the rows is one of quadratics in x − x̄, so R (d,d) with RᵀR = Σ w (x−x̄)(x−x̄)ᵀ
 * stands for all of them: its rows are d centred observations of weight 1 that give the same sums
 * (Rubin & Thayer 1982 use RᵀR).  Residuals are formed row by row and then squared, as they are of
 * the data themselves, so that a noise that is small beside the data keeps its digits.
 *
 * R is the triangular factor of the weighted, centred data, by Cholesky's decomposition taken
 * twice: of the scatter S = L₁L₁ᵀ, then of that of the rows L₁⁻¹x, which are nearly orthonormal
 * (Fukaya, Nakatsukasa, Yanagisawa & Yamamoto 2014, ScalA: CholeskyQR2).
 */
#include <cblas.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "models/factor.h"
#include "numeric/cholesky.h"

enum { BLOCK = 512 };
/* How far the second scatter may be from I: beyond, the first decomposition was too rough. */
static const double nearly = 0.1;
/* Beyond so many standard deviations of a column between μ and x̄ or along its row of W, and below
 * such a share of its variance that is noise, the two ways round differently: the rows themselves
 * are asked. */
static const double near = 100.0, least_noise = 1e-8;
/* The mean of a column this many standard deviations from 0 is rounded by 1e-11 of one, which its
 * rows know and R does not. */
static const double farthest_mean = 1e5;

struct reduced {
    bool sound;              /* there is an R */
    double *R;               /* (d,d) */
    double *scores;          /* (d,m) E z of its rows under q */
    double *residual;        /* (d,d) */
    double *cov;             /* (m,m) of q */
    double *scatter, *cross; /* (m,m), (m,d) of the M-step */
    double *centre, *off;    /* (m) E z at x̄, (d) x̄ − μ */
};

void reduced_free(struct reduced *r)
{
    if (r)
        mem_free(r->R);
    mem_free(r);
}

/* ---- R ---------------------------------------------------------------------------------- */

/* block (d,rows) ← √w (x − x̄) of rows first … */
static void take_rows(const struct model *model, size_t first, size_t rows, double *block)
{
    const struct observations *o = &model->obs;
    for (size_t j = 0; j < o->d; j++) {
        const double *x = o->x[j] + first;
        double mean = factor_of(model)->mean[j];
        for (size_t i = 0; i < rows; i++)
            block[j * rows + i] = x[i] - mean;
        for (size_t i = 0; o->weighted && i < rows; i++)
            block[j * rows + i] *= sqrt(o->weight[first + i]);
    }
}

/* S (d,d) ← the factor of Σ y yᵀ over y = L⁻¹ √w (x − x̄); L NULL: I. */
static bool factor_scatter(const struct model *model, const double *L, double *block, double *S)
{
    size_t n = model->obs.n, d = model->obs.d;
    memset(S, 0, d * d * sizeof *S);
    for (size_t i = 0; i < n; i += BLOCK) {
        size_t rows = n - i < BLOCK ? n - i : BLOCK;
        take_rows(model, i, rows, block);
        if (L)
            cblas_dtrsm(CblasRowMajor, CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, (int)d,
                        (int)rows, 1.0, L, (int)d, block, (int)rows);
        cblas_dsyrk(CblasRowMajor, CblasLower, CblasNoTrans, (int)d, (int)rows, 1.0, block,
                    (int)rows, 1.0, S, (int)d);
    }
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < i; j++) {
            if (L && !(fabs(S[i * d + j]) < nearly))
                return false;
            S[j * d + i] = S[i * d + j];
        }
    return cholesky(d, S);
}

static bool find_R(const struct model *model, struct reduced *r)
{
    size_t d = model->obs.d;
    double *block = NEW_ARRAY(d * BLOCK + d * d, double), *L = block + d * BLOCK;
    bool found = block && factor_scatter(model, NULL, block, L) &&
                 factor_scatter(model, L, block, r->residual);
    if (found) {
        cblas_dtrmm(CblasRowMajor, CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, (int)d,
                    (int)d, 1.0, L, (int)d, r->residual, (int)d);
        for (size_t i = 0; i < d; i++)
            for (size_t j = 0; j < d; j++)
                r->R[i * d + j] = r->residual[j * d + i];
    }
    mem_free(block);
    return found;
}

/* NULL: the rows do not span the columns well enough, or no memory. */
static struct reduced *reduced_of(const struct model *model)
{
    struct factor *f = factor_of(model);
    size_t d = model->obs.d, m = model->m;
    if (!f->reduced) {
        struct reduced *r = f->reduced = NEW(struct reduced);
        if (!r)
            return NULL;
        r->R = NEW_ARRAY(2 * d * d + 2 * d * m + 2 * m * m + m + d, double);
        if (!r->R)
            return NULL;
        r->residual = r->R + d * d;
        r->scores = r->residual + d * d;
        r->cross = r->scores + d * m;
        r->cov = r->cross + d * m;
        r->scatter = r->cov + m * m;
        r->centre = r->scatter + m * m;
        r->off = r->centre + m;
        r->sound = find_R(model, r);
    }
    return f->reduced->sound ? f->reduced : NULL;
}

/* May R stand for the rows at this θ? */
static bool suits(const struct model *model, const struct theta *theta)
{
    const struct factor *f = factor_of(model);
    const double *mu = theta_block(theta, "mu"), *W = theta_block(theta, "W");
    int m = (int)model->m;
    factor_noise(model, theta, f->psi);
    for (size_t j = 0; j < model->obs.d; j++) {
        double far = near * sqrt(f->variance[j]);
        if (!(fabs(f->mean[j]) <= farthest_mean * sqrt(f->variance[j])) ||
            !(fabs(f->mean[j] - mu[j]) <= far) ||
            !(cblas_dnrm2(m, W + j * model->m, 1) <= far) ||
            !(f->psi[j] > least_noise * f->variance[j]))
            return false;
    }
    return true;
}

/* ---- q ---------------------------------------------------------------------------------- */

/* off ← x̄ − μ; out (m) ← gain · off */
static void centre_score(const struct model *model, struct reduced *r, const struct theta *theta,
                         double *out)
{
    const double *mu = theta_block(theta, "mu");
    size_t d = model->obs.d;
    for (size_t j = 0; j < d; j++)
        r->off[j] = factor_of(model)->mean[j] - mu[j];
    cblas_dgemv(CblasRowMajor, CblasNoTrans, (int)model->m, (int)d, 1.0, factor_of(model)->gain,
                (int)d, r->off, 1, 0.0, out, 1);
}

/* scores ← R gainᵀ + keep·scores */
static void score_rows(const struct model *model, struct reduced *r, double sign, double keep)
{
    int d = (int)model->obs.d, m = (int)model->m;
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, d, m, d, sign, r->R, d,
                factor_of(model)->gain, d, keep, r->scores, m);
}

static bool posterior(const struct model *model, struct reduced *r, const struct theta *theta)
{
    if (!factor_posterior(model, theta) ||
        !factor_write_covariance(factor_of(model), model->m, 1.0, r->cov))
        return false;
    score_rows(model, r, 1.0, 0.0);
    centre_score(model, r, theta, r->centre);
    return true;
}

/* residual ← R − scores Wᵀ; off ← x̄ − μ − W centre, that of the mean */
static void residuals(const struct model *model, struct reduced *r, const double *mu,
                      const double *W)
{
    int d = (int)model->obs.d, m = (int)model->m;
    memcpy(r->residual, r->R, model->obs.d * model->obs.d * sizeof *r->R);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, d, d, m, -1.0, r->scores, m, W, m, 1.0,
                r->residual, d);
    for (int j = 0; j < d; j++)
        r->off[j] = factor_of(model)->mean[j] - mu[j];
    cblas_dgemv(CblasRowMajor, CblasNoTrans, d, m, -1.0, W, m, r->centre, 1, 1.0, r->off, 1);
}

/* Σ_i w_i r_ij² of the residuals of all rows */
static double squares(const struct model *model, const struct reduced *r, size_t j)
{
    size_t d = model->obs.d;
    double sum = model->obs.total_weight * r->off[j] * r->off[j];
    for (size_t i = 0; i < d; i++)
        sum += r->residual[i * d + j] * r->residual[i * d + j];
    return sum;
}

/* ---- the map ---------------------------------------------------------------------------- */

/* ℓ = −½ Σ w [ d log 2π + log|C| + |L⁻¹(x−μ)|² ],  C = W Wᵀ + Ψ = L Lᵀ */
static double loglik_at(const struct model *model, struct reduced *r, const struct theta *theta)
{
    const struct factor *f = factor_of(model);
    const double *mu = theta_block(theta, "mu");
    size_t d = model->obs.d;
    double total = model->obs.total_weight, square = 0.0;
    if (!factor_prepare(model, NULL, theta))
        return NAN;
    for (size_t j = 0; j < d; j++)
        r->off[j] = f->mean[j] - mu[j];
    cholesky_whiten(d, f->L, r->off);
    memcpy(r->residual, r->R, d * d * sizeof *r->R);
    cblas_dtrsm(CblasRowMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit, (int)d, (int)d,
                1.0, f->L, (int)d, r->residual, (int)d);
    for (size_t j = 0; j < d; j++)
        square += squares(model, r, j);
    return -0.5 * (total * ((double)d * log(2.0 * M_PI) + cholesky_logdet(d, f->L)) + square);
}

/* W ← argmax.  Where μ is held, a regression through the origin: x̄ counts as a row. */
static bool best_loadings(const struct model *model, struct reduced *r, bool moves_mu, double *W)
{
    int d = (int)model->obs.d, m = (int)model->m;
    double total = model->obs.total_weight;
    for (int a = 0; a < m * m; a++)
        r->scatter[a] = total * r->cov[a];
    cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, m, m, d, 1.0, r->scores, m, r->scores, m,
                1.0, r->scatter, m);
    cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, m, d, d, 1.0, r->scores, m, r->R, d, 0.0,
                r->cross, d);
    if (!moves_mu) {
        cblas_dger(CblasRowMajor, m, m, total, r->centre, 1, r->centre, 1, r->scatter, m);
        cblas_dger(CblasRowMajor, m, d, total, r->centre, 1, r->off, 1, r->cross, d);
    }
    if (!cholesky(model->m, r->scatter))
        return false;
    cholesky_solve(model->m, model->obs.d, r->scatter, r->cross);
    for (int j = 0; j < d; j++)
        for (int a = 0; a < m; a++)
            W[j * m + a] = r->cross[a * d + j];
    return true;
}

/* psi_j ← mean_i r_ij² + w_jᵀ V w_j.  False where the noise is gone. */
static bool best_noise(const struct model *model, struct reduced *r, struct theta *theta)
{
    struct factor *f = factor_of(model);
    const struct block *noise = &model->theta.block[2];
    const double *W = theta_block(theta, "W");
    size_t d = model->obs.d, m = model->m;
    struct error refusal;
    residuals(model, r, theta_block(theta, "mu"), W);
    for (size_t j = 0; j < d; j++) {
        double spread = 0.0;
        for (size_t a = 0; a < m; a++)
            spread += W[j * m + a] * cblas_ddot((int)m, r->cov + a * m, 1, W + j * m, 1);
        f->psi[j] = squares(model, r, j) / model->obs.total_weight + spread;
    }
    if (factor_check_noise(model, &refusal) != 0)
        return false;
    memcpy(theta->b.v + noise->offset, f->psi, noise->size * sizeof *f->psi);
    return true;
}

int factor_map(const struct model *model, const struct theta *from, unsigned blocks,
               const struct prior *prior, struct theta *to, double *loglik)
{
    struct reduced *r = reduced_of(model);
    double *mu = theta_block(to, "mu"), *W = theta_block(to, "W");
    bool moves_mu = blocks & FACTOR_MU;
    (void)prior;
    if (!r)
        return -1;
    *loglik = suits(model, from) ? loglik_at(model, r, from) : NAN;
    if (!isfinite(*loglik) || !posterior(model, r, from) ||
        (blocks & FACTOR_W && !best_loadings(model, r, moves_mu, W)))
        return -1;
    if (moves_mu) { /* μ = x̄ − W m̄ */
        memcpy(mu, factor_of(model)->mean, model->obs.d * sizeof *mu);
        cblas_dgemv(CblasRowMajor, CblasNoTrans, (int)model->obs.d, (int)model->m, -1.0, W,
                    (int)model->m, r->centre, 1, 1.0, mu, 1);
    }
    return (blocks & FACTOR_NOISE && !best_noise(model, r, to)) || !suits(model, to) ? -1 : 0;
}

/* ---- the terms -------------------------------------------------------------------------- */

/* Σ |Lᵀ v|² over the rows of A (rows,m), which is overwritten */
static double squared_products(const struct model *model, const double *L, size_t rows, double *A)
{
    int m = (int)model->m;
    cblas_dtrmm(CblasRowMajor, CblasRight, CblasLower, CblasNoTrans, CblasNonUnit, (int)rows, m,
                1.0, L, m, A, m);
    return cblas_ddot((int)rows * m, A, 1, A, 1);
}

/* As factor_terms.c writes them for one row, over all of them. */
bool factor_touching_terms(const struct model *model, const struct theta *touch,
                           const struct theta *theta, unsigned which, struct terms *t)
{
    struct reduced *r = reduced_of(model);
    struct factor *f = factor_of(model);
    struct factor_shared s;
    size_t d = model->obs.d, m = model->m;
    double k = (double)m, n = model->obs.total_weight, v[TERM_COUNT] = {0.0};
    if (!r || !suits(model, touch) || !suits(model, theta) ||
        !isfinite(v[TERM_LOGLIK] = loglik_at(model, r, theta)) ||
        !posterior(model, r, touch) || !factor_prepare_rows(model, r->cov, theta, &s))
        return false;
    residuals(model, r, theta_block(theta, "mu"), theta_block(theta, "W"));
    double square = cblas_ddot((int)(d * m), r->scores, 1, r->scores, 1) +
                    n * cblas_ddot((int)m, r->centre, 1, r->centre, 1);
    for (size_t j = 0; j < d; j++)
        square += squares(model, r, j) / f->psi[j];
    double joint = -0.5 * (n * ((k + (double)d) * log(2.0 * M_PI) + s.logdet_noise + s.trace_V +
                                s.trace_noise) + square);
    score_rows(model, r, -1.0, 1.0); /* how far q's means are from the posterior's */
    centre_score(model, r, theta, f->centre);
    for (size_t a = 0; a < m; a++)
        f->centre[a] = r->centre[a] - f->centre[a];
    double apart = squared_products(model, f->precision, d, r->scores) +
                   n * squared_products(model, f->precision, 1, f->centre) +
                   n * s.trace_precision;
    v[TERM_Q] = joint;
    v[TERM_ELBO] = joint + 0.5 * n * (k * log(2.0 * M_PI) + s.logdet_V + k);
    v[TERM_ENTROPY] = 0.5 * n * (k * log(2.0 * M_PI * M_E) + s.logdet_V);
    v[TERM_H] = -0.5 * (n * (k * log(2.0 * M_PI) - s.logdet_precision) + apart);
    v[TERM_KL] = 0.5 * (apart - n * (k + s.logdet_precision + s.logdet_V));
    for (int i = 0; i < TERM_COUNT; i++)
        if (which & TERMS_EM & TERM_BIT(i))
            t->value[i] = v[i];
    t->have |= which & TERMS_EM;
    return true;
}
