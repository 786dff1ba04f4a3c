/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Factors: binding to data, the posterior, the E-step, a new point. */
#include "models/factor.h"

#include <float.h>
#include <gsl/gsl_cblas.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "numeric/cholesky.h"
#include "numeric/gram.h"

const struct option_spec factor_options[] = {
    {"m", OPTION_COUNT, "M", "factors, fewer than columns (2 when not given; 1 of two columns)"},
    {NULL},
};

static int read_m(struct model *m, const struct options *o, struct error *e)
{
    size_t d = m->obs.d;
    if (d < 2) {
        error_set(e, "%s explains columns by fewer factors, and there is one column",
                  m->class->name);
        return error_hint(e, "name two or more: columns=…");
    }
    m->m = d > 2 ? 2 : 1;
    if (options_count(o, "m", 1, SIZE_MAX, &m->m, e) != 0)
        return -1;
    if (m->m < d)
        return 0;
    error_set_at(e, options_find(o, "m")->at, "m = %zu factors for %zu columns", m->m, d);
    return error_hint(e, "give fewer factors than columns: m=1 … m=%zu", d - 1);
}

static int make_room(struct factor *f, size_t d, size_t m, struct error *e)
{
    struct { double **at; size_t size; } part[] = {
        {&f->mean, d}, {&f->variance, d}, {&f->psi, d}, {&f->mu, d}, {&f->row, d},
        {&f->wide, d * (d + m)}, {&f->L, d * d}, {&f->W, d * m}, {&f->gain, m * d},
        {&f->precision, m * m}, {&f->V, m * m}, {&f->score, m}, {&f->centre, m},
        {&f->gram, gram_work(d)},
    };
    size_t total = 0;
    for (size_t i = 0; i < sizeof part / sizeof *part; i++)
        total += part[i].size;
    f->room = NEW_ARRAY(total, double);
    if (!f->room)
        return error_no_memory(e);
    double *next = f->room;
    for (size_t i = 0; i < sizeof part / sizeof *part; next += part[i++].size)
        *part[i].at = next;
    return 0;
}

/* Σ_i w_i (x_ij − centre)^power / Σ w */
static double moment(const struct observations *o, size_t j, double centre, int power)
{
    double sum = 0.0;
    for (size_t i = 0; i < o->n; i++) {
        double v = o->x[j][i] - centre;
        sum += o->weight[i] * (power == 1 ? v : v * v);
    }
    return sum / o->total_weight;
}

static void column_moments(const struct observations *o, struct factor *f)
{
    for (size_t j = 0; j < o->d; j++) {
        f->mean[j] = moment(o, j, 0.0, 1);
        f->mean[j] += moment(o, j, f->mean[j], 1); /* the rounding of the first sum */
        f->variance[j] = moment(o, j, f->mean[j], 2);
    }
}

static void add_layouts(struct model *model, bool spherical)
{
    size_t n = model->obs.n, d = model->obs.d, m = model->m;
    layout_add(&model->theta, (struct block){.name = "mu", .rank = 1, .dim = {d}, .help = "mean"});
    layout_add(&model->theta, (struct block){.name = "W", .rank = 2, .dim = {d, m},
                                             .help = "loadings; any rotation W R is as good"});
    if (spherical)
        layout_add(&model->theta, (struct block){.name = "sigma2",
                                                 .constraint = CONSTRAINT_POSITIVE,
                                                 .help = "noise variance of every column"});
    else
        layout_add(&model->theta, (struct block){.name = "Psi", .rank = 1, .dim = {d},
                                                 .constraint = CONSTRAINT_POSITIVE,
                                                 .help = "noise variance of column j"});
    layout_add(&model->q, (struct block){.name = "mean", .rank = 2, .dim = {n, m},
                                         .help = "mean of row i's factors"});
    layout_add(&model->q, (struct block){.name = "cov", .rank = 2, .dim = {m, m},
                                         .constraint = CONSTRAINT_SPD,
                                         .help = "covariance of a row's factors, the same for "
                                                 "all rows"});
    layout_add(&model->stats, (struct block){.name = "sum_z", .rank = 1, .dim = {m},
                                             .help = "Σ E z"});
    layout_add(&model->stats, (struct block){.name = "sum_zz", .rank = 2, .dim = {m, m},
                                             .help = "Σ E zzᵀ"});
    layout_add(&model->stats, (struct block){.name = "sum_xz", .rank = 2, .dim = {d, m},
                                             .help = "Σ (x−μ) E zᵀ, about the mu of here"});
}

int factor_bind(struct model *m, const struct options *o, bool spherical, struct error *e)
{
    struct factor *f = NEW(struct factor);
    if (!f)
        return error_no_memory(e);
    m->self = f;
    f->spherical = spherical;
    if (read_m(m, o, e) != 0 || make_room(f, m->obs.d, m->m, e) != 0)
        return -1;
    column_moments(&m->obs, f);
    add_layouts(m, spherical);
    m->terms_defined = TERMS_EM;
    m->unidentified = m->m * (m->m - 1) / 2;
    size_t d = m->obs.d, left = d - m->m;
    snprintf(m->about, sizeof m->about, "%zu-D, m = %zu factor%s%s", d, m->m, m->m == 1 ? "" : "s",
             spherical || left * left >= d + m->m
                 ? ""
                 : ": more parameters than a covariance has entries, so Psi is not unique");
    return 0;
}

void factor_unbind(struct model *m)
{
    reduced_free(factor_of(m)->reduced);
    mem_free(factor_of(m)->room);
    mem_free(m->self);
}

bool factor_vanishes(double noise, double v)
{
    return !(noise > 1e-10 * v);
}

/* Below the normal numbers a variance has lost digits, and 1/ψ is out of range. */
int factor_valid(const struct model *m, const struct theta *theta, struct error *e)
{
    const struct block *b = &m->theta.block[2];
    for (size_t j = 0; j < b->size; j++)
        if (theta->b.v[b->offset + j] < DBL_MIN) {
            char shown[NUMBER_TEXT];
            error_set(e, "%s is %s: too near the end of the range of numbers for a noise variance",
                      b->name, number_text(shown, theta->b.v[b->offset + j], 3));
            return error_hint(e, "give the columns in smaller units, so that their numbers are "
                                 "larger");
        }
    return 0;
}

/* ---- the posterior ---------------------------------------------------------------------- */

void factor_noise(const struct model *m, const struct theta *theta, double *psi)
{
    const double *noise = theta->b.v + m->theta.block[2].offset;
    for (size_t j = 0; j < m->obs.d; j++)
        psi[j] = factor_of(m)->spherical ? noise[0] : noise[j];
}

bool factor_posterior(const struct model *model, const struct theta *theta)
{
    struct factor *f = factor_of(model);
    const double *W = theta_block(theta, "W");
    size_t d = model->obs.d, m = model->m, width = d + m;
    factor_noise(model, theta, f->psi);
    memset(f->wide, 0, m * width * sizeof *f->wide);
    for (size_t a = 0; a < m; a++) { /* I + WᵀΨ⁻¹W = [WᵀΨ^−½ I][WᵀΨ^−½ I]ᵀ */
        for (size_t j = 0; j < d; j++) {
            f->wide[a * width + j] = W[j * m + a] / sqrt(f->psi[j]);
            f->gain[a * d + j] = W[j * m + a] / f->psi[j];
        }
        f->wide[a * width + d + a] = 1.0;
    }
    if (!gram_factor(m, width, f->wide, f->gram, f->precision))
        return false;
    cholesky_solve(m, d, f->precision, f->gain);
    return true;
}

void factor_score(const struct model *m, const double *mu, const double *x, double *out)
{
    struct factor *f = factor_of(m);
    size_t d = m->obs.d;
    for (size_t j = 0; j < d; j++)
        f->row[j] = x[j] - mu[j];
    cblas_dgemv(CblasRowMajor, CblasNoTrans, (int)m->m, (int)d, 1.0, f->gain, (int)d, f->row, 1,
                0.0, out, 1);
}

/* ---- E ---------------------------------------------------------------------------------- */

static void draw_q(const struct model *m, gsl_rng *random, struct latent *q)
{
    double *mean = latent_block(q, "mean"), *cov = latent_block(q, "cov");
    for (size_t i = 0; i < m->obs.n * m->m; i++)
        mean[i] = gsl_ran_ugaussian(random);
    for (size_t a = 0; a < m->m; a++)
        cov[a * m->m + a] = 1.0;
}

static int refuse_e(const struct model *m, const struct e_how *how, struct error *e)
{
    switch (how->kind) {
    case E_HARD:
        error_set(e, "a hard q puts all mass on one value of a factor, which is continuous: it has "
                     "no density and its entropy is -inf");
        return error_hint(e, "e beta=100 comes as near as a density can");
    case E_UNIFORM:
        error_set(e, "there is no uniform distribution over a factor: it may be any number");
        return error_hint(e, "q random, or e beta=0.01 for a wide q");
    case E_ROWS: /* the machine knows: rows is false */
        error_set(e, "rows of q alone cannot be refreshed: %s", m->class->chained);
        return error_hint(e, "e");
    default:
        error_set(e, "%s has no sweeps: its E-step is exact", m->class->name);
        return error_hint(e, "e");
    }
}

bool factor_write_covariance(const struct factor *f, size_t m, double beta, double *cov)
{
    memset(cov, 0, m * m * sizeof *cov);
    for (size_t a = 0; a < m; a++)
        cov[a * m + a] = 1.0 / beta;
    cholesky_solve(m, m, f->precision, cov);
    for (size_t a = 0; a < m; a++)
        for (size_t b = 0; b < a; b++)
            cov[a * m + b] = cov[b * m + a];
    memcpy(f->V, cov, m * m * sizeof *cov);
    for (size_t a = 0; a < m; a++)
        f->score[a] = cov[a * m + a];
    return cholesky(m, f->V) && cholesky_sound(m, f->V, f->score);
}

static int no_posterior(const struct model *m, struct error *e)
{
    error_set(e, "W and %s are too large or too small to compute with: the factors have no "
                 "posterior", m->theta.block[2].name);
    return error_hint(e, "theta W=…, or init");
}

int factor_e_step(const struct model *m, const struct theta *theta, const struct e_how *how,
                  struct latent *q, struct error *e)
{
    if (how->kind == E_RANDOM) {
        draw_q(m, how->random, q);
        return 0;
    }
    if (how->kind != E_EXACT && how->kind != E_TEMPERED)
        return refuse_e(m, how, e);
    if (!factor_posterior(m, theta) ||
        !factor_write_covariance(factor_of(m), m->m, how->kind == E_TEMPERED ? how->beta : 1.0,
                                 latent_block(q, "cov")))
        return no_posterior(m, e);
    double *mean = latent_block(q, "mean");
    for (size_t i = 0; i < m->obs.n; i++)
        factor_score(m, theta_block(theta, "mu"), observations_row(&m->obs, i), mean + i * m->m);
    return 0;
}

/* ---- one point -------------------------------------------------------------------------- */

int factor_predict(const struct model *model, const struct theta *theta, const double *x,
                   double *out, double *log_density, struct error *e)
{
    struct factor *f = factor_of(model);
    const double *mu = theta_block(theta, "mu"), *W = theta_block(theta, "W");
    size_t d = model->obs.d, m = model->m, seen = 0;
    (void)out;
    factor_noise(model, theta, f->psi);
    for (size_t j = 0; j < d; j++)
        seen += isnan(x[j]) ? 0 : 1;
    memset(f->wide, 0, seen * (seen + m) * sizeof *f->wide);
    for (size_t j = 0, at = 0; j < d; j++) { /* missing entries are integrated out */
        if (isnan(x[j]))
            continue;
        double *line = f->wide + at * (seen + m);
        memcpy(line, W + j * m, m * sizeof *line);
        line[m + at] = sqrt(f->psi[j]);
        f->row[at++] = x[j] - mu[j];
    }
    if (!gram_factor(seen, seen + m, f->wide, f->gram, f->L))
        return error_set(e, "W Wᵀ + noise is not positive definite: the density cannot be "
                            "computed");
    cholesky_whiten(seen, f->L, f->row);
    *log_density = -0.5 * ((double)seen * log(2.0 * M_PI) + cholesky_logdet(seen, f->L) +
                           cblas_ddot((int)seen, f->row, 1, f->row, 1));
    return 0;
}

int factor_moments(const struct model *model, const struct theta *theta, size_t k, double *mean,
                   double *cov)
{
    struct factor *f = factor_of(model);
    const double *W = theta_block(theta, "W");
    int d = (int)model->obs.d, m = (int)model->m;
    (void)k;
    memcpy(mean, theta_block(theta, "mu"), model->obs.d * sizeof *mean);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, d, d, m, 1.0, W, m, W, m, 0.0, cov, d);
    factor_noise(model, theta, f->psi);
    for (int j = 0; j < d; j++)
        cov[j * d + j] += f->psi[j];
    return 0;
}
