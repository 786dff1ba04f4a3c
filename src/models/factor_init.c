/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Starts for the factor models. */
#include <gsl/gsl_cblas.h>
#include <gsl/gsl_randist.h>
#include <lapacke.h>
#include <math.h>
#include <string.h>

#include "models/factor.h"

const struct init_method factor_inits[] = {
    {"identity", "one factor to each of the first columns, all of them to the rest; half of the "
                 "variance is noise"},
    {"pca", "principal components of the covariance (ppca: the maximum itself)"},
    {"random", "loadings drawn from the normal distribution; half of the variance is noise"},
    {NULL},
};

static double mean_variance(const struct model *m)
{
    double sum = 0.0;
    for (size_t j = 0; j < m->obs.d; j++)
        sum += factor_of(m)->variance[j];
    return sum / (double)m->obs.d;
}

/* Noise of half of each column's variance, or of their mean. */
static void half_noise(const struct model *m, double *noise)
{
    const struct factor *f = factor_of(m);
    noise[0] = 0.5 * mean_variance(m);
    for (size_t j = 0; j < m->obs.d && !f->spherical; j++)
        noise[j] = 0.5 * f->variance[j];
}

static void simple_loadings(const struct model *model, gsl_rng *random, double *W)
{
    const struct factor *f = factor_of(model);
    size_t m = model->m;
    for (size_t j = 0; j < model->obs.d; j++)
        for (size_t a = 0; a < m; a++) {
            double w = j < m ? (double)(j == a) : 0.5;
            if (random)
                w = gsl_ran_ugaussian(random) / sqrt((double)m);
            W[j * m + a] = w * sqrt(0.5 * f->variance[j]);
        }
}

/* cov (d,d), its lower triangle: the sample covariance, with divisor Σw */
static void sample_covariance(const struct model *m, double *cov)
{
    struct factor *f = factor_of(m);
    const struct observations *o = &m->obs;
    memset(cov, 0, o->d * o->d * sizeof *cov);
    for (size_t i = 0; i < o->n; i++) {
        for (size_t j = 0; j < o->d; j++)
            f->row[j] = o->x[j][i] - f->mean[j];
        cblas_dsyr(CblasRowMajor, CblasLower, (int)o->d, o->weight[i] / o->total_weight, f->row,
                   1, cov, (int)o->d);
    }
}

/* The sign of an eigenvector is LAPACK's: make its largest entry positive. */
static double sign_of(size_t d, const double *u)
{
    size_t at = cblas_idamax((int)d, u, 1);
    return u[at] < 0.0 ? -1.0 : 1.0;
}

/* W = U_m (Λ_m − σ²I)^½ with σ² the mean of the other eigenvalues; Ψ = diag(S − W Wᵀ) */
static int principal_components(const struct model *model, double *W, double *noise,
                                struct error *e)
{
    struct factor *f = factor_of(model);
    size_t d = model->obs.d, m = model->m;
    double *U = f->L, *value = f->mu, rest = 0.0;
    sample_covariance(model, U);
    /* Row-major lower is column-major upper; the eigenvectors are then our rows, ascending. */
    lapack_int failed = LAPACKE_dsyev(LAPACK_COL_MAJOR, 'V', 'U', (lapack_int)d, U,
                                      (lapack_int)d, value);
    if (failed == LAPACK_WORK_MEMORY_ERROR)
        return error_no_memory(e);
    if (failed)
        return error_set(e, "the eigenvalues of the covariance could not be computed");
    for (size_t a = 0; a < d - m; a++)
        rest += value[a] / (double)(d - m);
    if (factor_vanishes(rest, mean_variance(model))) {
        error_set(e, "%zu components explain the columns completely: no variance is left as noise",
                  m);
        return error_hint(e, "take fewer factors (m=), or init identity");
    }
    for (size_t a = 0; a < m; a++) {
        const double *u = U + (d - 1 - a) * d;
        double scale = sign_of(d, u) * sqrt(fmax(value[d - 1 - a] - rest, 0.0));
        for (size_t j = 0; j < d; j++)
            W[j * m + a] = scale * u[j];
    }
    noise[0] = rest;
    for (size_t j = 0; j < d && !f->spherical; j++)
        noise[j] = f->variance[j] - cblas_ddot((int)m, W + j * m, 1, W + j * m, 1);
    return 0;
}

static int refuse_constant(const struct model *m, size_t j, struct error *e)
{
    error_set(e, "column '%s' does not vary: there is nothing to explain in it",
              observations_name(&m->obs, j));
    return error_hint(e, "leave it out (columns=…)");
}

static int refuse_overflow(const struct model *m, size_t j, struct error *e)
{
    error_set(e, "the variance of column '%s' is out of the range of numbers",
              observations_name(&m->obs, j));
    return error_hint(e, "give it in larger units, so that its numbers are smaller, or leave it out "
                         "(columns=…)");
}

int factor_init(const struct model *m, const char *method, gsl_rng *random, struct theta *theta,
                struct error *e)
{
    const struct factor *f = factor_of(m);
    double *W = theta_block(theta, "W"), *noise = theta->b.v + m->theta.block[2].offset;
    for (size_t j = 0; j < m->obs.d; j++)
        if (!(f->spherical ? mean_variance(m) > 0.0 : f->variance[j] > 0.0))
            return refuse_constant(m, j, e);
        else if (!isfinite(f->variance[j]))
            return refuse_overflow(m, j, e);
    memcpy(theta_block(theta, "mu"), f->mean, m->obs.d * sizeof(double));
    if (strcmp(method, "pca") == 0)
        return principal_components(m, W, noise, e);
    simple_loadings(m, strcmp(method, "random") == 0 ? random : NULL, W);
    half_noise(m, noise);
    return 0;
}
