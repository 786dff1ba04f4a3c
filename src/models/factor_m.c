/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The M-step of the factor models.  The best (W, μ) does not depend on Ψ, so that going through the
 * blocks in the order W, μ, Ψ is exact for any set of blocks that may move. */
#include <gsl/gsl_cblas.h>
#include <math.h>
#include <string.h>

#include "models/factor.h"
#include "numeric/cholesky.h"

/* mu ← x̄, about the columns' own means so that no digits cancel; centre ← m̄ */
static void means(const struct model *model, const double *scores)
{
    struct factor *f = factor_of(model);
    const struct observations *o = &model->obs;
    memset(f->mu, 0, o->d * sizeof *f->mu);
    memset(f->centre, 0, model->m * sizeof *f->centre);
    for (size_t i = 0; i < o->n; i++) {
        for (size_t j = 0; j < o->d; j++)
            f->mu[j] += o->weight[i] * (o->x[j][i] - f->mean[j]);
        cblas_daxpy((int)model->m, o->weight[i], scores + i * model->m, 1, f->centre, 1);
    }
    for (size_t j = 0; j < o->d; j++)
        f->mu[j] = f->mean[j] + f->mu[j] / o->total_weight;
    cblas_dscal((int)model->m, 1.0 / o->total_weight, f->centre, 1);
}

/* W ← argmax: the regression of x_i − mu on m_i − centre, with nV added to the scores' scatter */
static int best_loadings(const struct model *model, const struct latent *q, struct error *e)
{
    struct factor *f = factor_of(model);
    const struct observations *o = &model->obs;
    const double *scores = latent_block(q, "mean"), *cov = latent_block(q, "cov");
    size_t d = o->d, m = model->m;
    double *S = f->precision, *T = f->gain; /* (m,m), (m,d) */
    for (size_t a = 0; a < m * m; a++)
        S[a] = o->total_weight * cov[a];
    memset(T, 0, m * d * sizeof *T);
    for (size_t i = 0; i < o->n; i++) {
        for (size_t a = 0; a < m; a++)
            f->score[a] = scores[i * m + a] - f->centre[a];
        for (size_t j = 0; j < d; j++)
            f->row[j] = o->x[j][i] - f->mu[j];
        cblas_dger(CblasRowMajor, (int)m, (int)m, o->weight[i], f->score, 1, f->score, 1, S,
                   (int)m);
        cblas_dger(CblasRowMajor, (int)m, (int)d, o->weight[i], f->score, 1, f->row, 1, T,
                   (int)d);
    }
    if (!cholesky(m, S)) {
        error_set(e, "the factors' second moments under q are not positive definite");
        return error_hint(e, "e makes q the posterior, whose covariance always is");
    }
    cholesky_solve(m, d, S, T);
    for (size_t j = 0; j < d; j++)
        for (size_t a = 0; a < m; a++)
            f->W[j * m + a] = T[a * d + j];
    return 0;
}

void factor_stats(const struct model *model, const struct latent *q, const struct theta *theta,
                  double *v)
{
    const struct observations *o = &model->obs;
    size_t d = o->d, m = model->m;
    double *zz = v + m, *xz = zz + m * m, *row = factor_of(model)->row;
    for (size_t i = 0; i < model->stats.size; i++)
        v[i] = q ? 0.0 : NAN;
    if (!q)
        return;
    cblas_daxpy((int)(m * m), o->total_weight, latent_block(q, "cov"), 1, zz, 1);
    for (size_t i = 0; i < o->n; i++) {
        const double *score = latent_block(q, "mean") + i * m;
        double w = o->weight[i];
        for (size_t j = 0; j < d; j++)
            row[j] = o->x[j][i] - theta_block(theta, "mu")[j];
        cblas_daxpy((int)m, w, score, 1, v, 1);
        cblas_dger(CblasRowMajor, (int)m, (int)m, w, score, 1, score, 1, zz, (int)m);
        cblas_dger(CblasRowMajor, (int)d, (int)m, w, row, 1, score, 1, xz, (int)m);
    }
}

/* psi_j ← mean_i (x_ij − μ_j − w_jᵀm_i)² + w_jᵀ V w_j */
static void best_noise(const struct model *model, const struct latent *q)
{
    struct factor *f = factor_of(model);
    const struct observations *o = &model->obs;
    const double *scores = latent_block(q, "mean"), *cov = latent_block(q, "cov");
    size_t d = o->d, m = model->m;
    for (size_t j = 0; j < d; j++) {
        const double *w = f->W + j * m;
        double square = 0.0, spread = 0.0;
        for (size_t i = 0; i < o->n; i++) {
            double r = o->x[j][i] - f->mu[j] - cblas_ddot((int)m, w, 1, scores + i * m, 1);
            square += o->weight[i] * r * r;
        }
        for (size_t a = 0; a < m; a++)
            spread += w[a] * cblas_ddot((int)m, cov + a * m, 1, w, 1);
        f->psi[j] = square / o->total_weight + spread;
    }
}

static int refuse_sigma2(const struct model *m, struct error *e)
{
    error_set(e, "the M-step's sigma2 runs to 0: %zu factor%s explain%s the columns completely",
              m->m, m->m == 1 ? "" : "s", m->m == 1 ? "s" : "");
    return error_hint(e, "take fewer factors (m=), or leave out columns that follow from others");
}

static int refuse_psi(const struct model *m, size_t j, struct error *e)
{
    const char *name = observations_name(&m->obs, j);
    if (!(factor_of(m)->variance[j] > 0.0)) {
        error_set(e, "the M-step's Psi[%zu] is 0: column '%s' does not vary", j + 1, name);
        return error_hint(e, "leave it out (columns=…)");
    }
    error_set(e, "the M-step's Psi[%zu] runs to 0: the factors explain column '%s' completely (a "
                 "Heywood case)", j + 1, name);
    return error_hint(e, "freeze Psi, take fewer factors (m=), or leave that column out "
                         "(columns=…)");
}

int factor_check_noise(const struct model *m, struct error *e)
{
    const struct factor *f = factor_of(m);
    double sum = 0.0, total = 0.0;
    for (size_t j = 0; j < m->obs.d; j++) {
        if (!f->spherical && factor_vanishes(f->psi[j], f->variance[j]))
            return refuse_psi(m, j, e);
        sum += f->psi[j];
        total += f->variance[j];
    }
    if (!f->spherical)
        return 0;
    f->psi[0] = sum / (double)m->obs.d;
    return factor_vanishes(f->psi[0], total / (double)m->obs.d) ? refuse_sigma2(m, e) : 0;
}

int factor_m_step(const struct model *model, const struct latent *q, const struct m_how *how,
                  const struct prior *prior, struct theta *theta, struct error *e)
{
    struct factor *f = factor_of(model);
    const struct block *noise = &model->theta.block[2];
    size_t d = model->obs.d, m = model->m;
    double *mu = theta_block(theta, "mu"), *W = theta_block(theta, "W");
    bool moves_mu = how->blocks & FACTOR_MU;
    (void)prior;
    memcpy(f->W, W, d * m * sizeof *W);
    if (moves_mu) {
        means(model, latent_block(q, "mean"));
    } else { /* a regression through the origin, about the μ that is held */
        memcpy(f->mu, mu, d * sizeof *mu);
        memset(f->centre, 0, m * sizeof *f->centre);
    }
    if (how->blocks & FACTOR_W && best_loadings(model, q, e) != 0)
        return -1;
    if (moves_mu) /* μ = x̄ − W m̄ */
        cblas_dgemv(CblasRowMajor, CblasNoTrans, (int)d, (int)m, -1.0, f->W, (int)m, f->centre, 1,
                    1.0, f->mu, 1);
    if (how->blocks & FACTOR_NOISE) {
        best_noise(model, q);
        if (factor_check_noise(model, e) != 0)
            return -1;
        memcpy(theta->b.v + noise->offset, f->psi, noise->size * sizeof *f->psi);
    }
    memcpy(W, f->W, d * m * sizeof *W);
    memcpy(mu, f->mu, d * sizeof *mu);
    return 0;
}
