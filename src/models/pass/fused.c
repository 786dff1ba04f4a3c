/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/pass/fused.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "models/pass/fused_parts.h"
#include "numeric/cholesky.h"

void fused_free(struct fused *f)
{
    if (!f)
        return;
    chunks_clear(&f->chunks);
    mem_free(f->scatter);
    mem_free(f);
}

/* ---- setting up ------------------------------------------------------------------------- */

double fused_operations(const struct pass *p)
{
    double d = (double)p->d;
    return (double)p->k * (2.0 * (p->diagonal ? d : d * d) + 6.0 * d + 35.0);
}

size_t fused_theta_size(const struct pass *p)
{
    return p->k * (2 * p->d + pass_factor(p->d, p->diagonal) + 1);
}

double *fused_lay_theta(struct pass *p, double *room)
{
    p->shift = room;
    p->mean = p->shift + p->k * p->d;
    p->constant = p->mean + p->k * p->d;
    p->W = p->constant + p->k;
    return room + fused_theta_size(p);
}

static bool allocate(struct fused *f)
{
    const struct pass *p = &f->pass;
    size_t d = p->d, k = p->k, sums = pass_sums(p) > PASS_TERMS ? pass_sums(p) : PASS_TERMS;
    f->scatter = NEW_ARRAY(k * d * (d + 1) + 2 * fused_theta_size(p) + 2 * d * d + d, double);
    if (!f->scatter ||
        !chunks_init(&f->chunks, p->n, fused_operations(p), f->wanted, sums, pass_scratch(p)))
        return false;
    f->moved = f->scatter + k * d * d;
    f->at = f->pass;
    f->L = fused_lay_theta(&f->at, fused_lay_theta(&f->pass, f->moved + k * d));
    f->inverse = f->L + d * d;
    f->spread = f->inverse + d * d;
    return true;
}

static void put_spread(const struct model *m, struct fused *f)
{
    for (size_t j = 0; j < m->obs.d; j++)
        for (size_t i = 0; i < m->obs.n; i++)
            f->spread[j] += fabs(m->obs.x[j][i] - f->pass.centre[j]) / (double)m->obs.n;
}

static struct fused *fused_new(const struct model *m)
{
    const struct gaussian *g = gaussian_of(m);
    struct fused *f = NEW(struct fused);
    if (!f)
        return NULL;
    bool diagonal = g->cov == COV_DIAG || g->cov == COV_SPHERICAL;
    f->pass = (struct pass){.n = m->obs.n, .d = m->obs.d, .k = m->k, .column = m->obs.x,
                            .centre = g->centre,
                            .weight = m->obs.weighted ? m->obs.weight : NULL,
                            .diagonal = diagonal && m->obs.d > 1};
    f->wanted = m->threads;
    if (!allocate(f)) {
        fused_free(f);
        return NULL;
    }
    put_spread(m, f);
    return f;
}

struct fused *fused_of(const struct model *m)
{
    struct gaussian *g = mixture_of(m)->own;
    if (g->fused && g->fused->wanted != m->threads) {
        fused_free(g->fused);
        g->fused = NULL;
    }
    if (!g->fused)
        g->fused = fused_new(m);
    return g->fused;
}

/* ---- θ into the kernel's terms ---------------------------------------------------------- */

/* A y of order one is made of terms W(x − centre) and −W(μ − centre) of this size at most: it has
 * the rounding of the largest, here 1e-11.  Beyond, the half-steps take x − μ first. */
static const double largest_part = 1e5;

/* What y_i is made of at the most: `row` of L⁻¹ (m entries from column j on). */
static double parts(const struct fused *f, const struct pass *p, size_t k, size_t j, size_t m,
                    const double *row)
{
    double sum = 0.0;
    for (size_t i = j; i < j + m; i++)
        sum = fmax(sum, fabs(row[i - j]) * (fabs(p->mean[k * p->d + i]) + f->spread[i]));
    return sum;
}

/* W ← L⁻¹/√2, row by row; shift ← −W(μ − centre).  False where y would be lost in rounding. */
static bool put_factor(struct fused *f, struct pass *p, size_t k)
{
    size_t d = p->d;
    double *W = p->W + k * pass_factor(d, false), *inverse = f->inverse;
    const double *L = f->L, *mean = p->mean + k * d;
    for (size_t i = 0; i < d; i++) {
        double shift = 0.0;
        for (size_t j = 0; j <= i; j++) {
            double v = i == j ? 1.0 : 0.0;
            for (size_t l = j; l < i; l++)
                v -= L[i * d + l] * inverse[l * d + j];
            v /= L[i * d + i];
            inverse[i * d + j] = v;
            W[pass_factor_at(d, false, i, j)] = v * M_SQRT1_2;
            shift -= v * M_SQRT1_2 * mean[j];
        }
        p->shift[k * d + i] = shift;
        if (!(parts(f, p, k, 0, i + 1, inverse + i * d) < largest_part))
            return false;
    }
    return true;
}

static bool put_full(const struct model *m, struct fused *f, struct pass *p, size_t k,
                     const double *Sigma, double *logdet)
{
    gaussian_covariance(m, Sigma, k, f->L);
    if (!cholesky(p->d, f->L))
        return false;
    *logdet = cholesky_logdet(p->d, f->L);
    return put_factor(f, p, k);
}

static bool put_diagonal(const struct model *m, struct fused *f, struct pass *p, size_t k,
                         const double *Sigma, double *logdet)
{
    bool diag = gaussian_of(m)->cov == COV_DIAG;
    *logdet = 0.0;
    for (size_t j = 0; j < p->d; j++) {
        double v = diag ? Sigma[k * p->d + j] : Sigma[k];
        if (!(v > 0.0))
            return false;
        double w = M_SQRT1_2 / sqrt(v);
        p->W[k * p->d + j] = w;
        p->shift[k * p->d + j] = -w * p->mean[k * p->d + j];
        *logdet += log(v);
        if (!(parts(f, p, k, j, 1, &w) < largest_part))
            return false;
    }
    return true;
}

bool fused_put_theta(const struct model *m, struct fused *f, const struct theta *theta,
                     struct pass *p)
{
    const double *pi = theta_block(theta, "pi"), *mu = theta_block(theta, "mu");
    const double *Sigma = theta_block(theta, "Sigma");
    for (size_t k = 0; k < p->k; k++) {
        double logdet;
        for (size_t j = 0; j < p->d; j++)
            p->mean[k * p->d + j] = mu[k * p->d + j] - p->centre[j];
        if (!(p->diagonal ? put_diagonal : put_full)(m, f, p, k, Sigma, &logdet))
            return false;
        p->constant[k] = log(pi[k]) - 0.5 * ((double)p->d * log(2.0 * M_PI) + logdet);
        if (!isfinite(p->constant[k]))
            return false; /* a weight of 0: the half-steps know what to do */
    }
    return true;
}

/* ---- the pass --------------------------------------------------------------------------- */

static void map_chunk(const void *context, size_t first, size_t last, double *scratch,
                      double *sums)
{
    pass_kernel(0)->map(context, first, last, scratch, sums);
}

struct two {
    const struct pass *at, *to;
};

static void terms_chunk(const void *context, size_t first, size_t last, double *scratch,
                        double *sums)
{
    const struct two *t = context;
    pass_kernel(0)->terms(t->at, t->to, first, last, scratch, sums);
}

/* ---- what the M-step is given ----------------------------------------------------------- */

/* A Σγz_i² of which less is left than this after N z̄_i² is taken off has lost ten digits.  So have
 * z_i that are much nearer together than the columns are to their centre. */
static const double least_left = 1e-6;

static bool is_left(const struct fused *f, size_t k, size_t i, double square, double s1, double N)
{
    double left = square - s1 * (s1 / N);
    return left > least_left * square &&
           largest_part * sqrt(left / N) > fabs(f->pass.mean[k * f->pass.d + i]) + f->spread[i];
}

/* x̄ − μ = z̄; the covariance of x is Σγzzᵀ/N − z̄z̄ᵀ.  (The M-step divides by N.) */
static bool take_component(struct fused *f, size_t k, const double *sums)
{
    size_t d = f->pass.d;
    const double *s1 = sums + 1, *s2 = sums + 1 + d;
    double *moved = f->moved + k * d, *S = f->scatter + k * d * d, N = sums[0];
    for (size_t i = 0; i < d; i++) {
        size_t on = f->pass.diagonal ? i : pass_tile_at(i, i);
        moved[i] = s1[i] / N;
        if (!is_left(f, k, i, s2[on], s1[i], N))
            return false;
        for (size_t j = f->pass.diagonal ? i : 0; j <= i; j++)
            S[i * d + j] = S[j * d + i] =
                s2[j == i ? on : pass_tile_at(i, j)] - s1[i] * (s1[j] / N);
    }
    return true;
}

/* False where a component has no weight, or too few digits. */
static bool take_sums(const struct model *m, struct fused *f, const double *total,
                      double *nk)
{
    size_t each = pass_component_sums(f->pass.d, f->pass.diagonal);
    for (size_t k = 0; k < m->k; k++) {
        nk[k] = total[k * each];
        if (!(nk[k] > 0.0) || !take_component(f, k, total + k * each))
            return false;
    }
    return true;
}

/* One pass at θ: ℓ there and the sums of its posterior. */
static bool take_pass(const struct model *m, const struct theta *theta, double *nk,
                      struct moments *moments, double *loglik)
{
    struct fused *f = fused_of(m);
    if (!f || !fused_put_theta(m, f, theta, &f->pass))
        return false;
    const double *total = chunks_run(&f->chunks, map_chunk, &f->pass);
    *loglik = total[f->pass.k * pass_component_sums(f->pass.d, f->pass.diagonal)];
    *moments = (struct moments){theta_block(theta, "mu"), f->moved, f->scatter};
    return take_sums(m, f, total, nk);
}

bool fused_moments(const struct model *m, const struct theta *touch, double *nk,
                   struct moments *moments)
{
    double loglik;
    return take_pass(m, touch, nk, moments, &loglik);
}

int fused_map(const struct model *m, const struct theta *from, unsigned blocks,
              const struct prior *prior, struct theta *to, double *loglik)
{
    struct error refusal;
    struct moments moments;
    double *nk = mixture_of(m)->nk;
    if (!take_pass(m, from, nk, &moments, loglik))
        return -1;
    const struct fit fit = {.model = m, .nk = nk, .moments = &moments, .blocks = blocks,
                            .prior = prior};
    return mixture_fit(&fit, to, &refusal);
}

bool fused_terms(const struct model *m, const struct theta *touch, const struct theta *theta,
                 unsigned which, struct terms *t)
{
    struct fused *f = fused_of(m);
    bool same = blocks_same(&touch->b, &theta->b);
    if (!f || !fused_put_theta(m, f, theta, &f->pass) ||
        (!same && !fused_put_theta(m, f, touch, &f->at)))
        return false;
    const struct two two = {same ? &f->pass : &f->at, &f->pass};
    pass_put_terms(chunks_run(&f->chunks, terms_chunk, &two), which, t);
    return true;
}
