/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Normal components in numbers.  In one dimension, and with diagonal or spherical covariances, the
 * density is written out; in two the determinant and the distance are, from the entries; in more
 * the distance is a sum over the entries of P = Σ⁻¹.
 */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "models/gaussian.h"
#include "models/mixture_explain.h"
#include "models/prior.h"
#include "models/prior_explain.h"
#include "numeric/cholesky.h"

void gaussian_density_name(const struct model *m, const char *i, const char *k,
                           struct text *latex)
{
    bool tied = gaussian_of(m)->cov == COV_TIED;
    text_addf(latex, "\\mathcal N(x_{%s}|\\mu_{%s},\\Sigma", i, k);
    if (!tied)
        text_addf(latex, "_{%s}", k);
    text_add(latex, ")");
}

static enum covariance cov_of(const struct explanation *x)
{
    return gaussian_of(x->model)->cov;
}

/* Entry (i,j) of Σ_k, by the name that its block gives it. */
static formula sigma(struct explanation *x, const struct theta *theta, size_t k, size_t i,
                     size_t j)
{
    const double *Sigma = theta_block(theta, "Sigma");
    size_t d = x->model->obs.d;
    switch (cov_of(x)) {
    case COV_TIED:
        return d == 1 ? f_symbol(&x->f, Sigma[0], "\\Sigma")
                      : f_symbol(&x->f, Sigma[i * d + j], "\\Sigma_{%zu,%zu}", i + 1, j + 1);
    case COV_DIAG:
        return d == 1 ? f_symbol(&x->f, Sigma[k], "\\Sigma_{%zu}", k + 1)
                      : f_symbol(&x->f, Sigma[k * d + j], "\\Sigma_{%zu,%zu}", k + 1, j + 1);
    case COV_SPHERICAL:
        return f_symbol(&x->f, Sigma[k], "\\Sigma_{%zu}", k + 1);
    default:
        return d == 1 ? f_symbol(&x->f, Sigma[k], "\\Sigma_{%zu}", k + 1)
                      : f_symbol(&x->f, Sigma[(k * d + i) * d + j], "\\Sigma_{%zu,%zu,%zu}",
                                 k + 1, i + 1, j + 1);
    }
}

static formula deviation(struct explanation *x, const struct theta *theta, size_t i, size_t k,
                         size_t j)
{
    return f_sub(&x->f, mixture_x(x, i, j), mixture_entry(x, theta, "mu", "\\mu", k, j));
}

/* −½ log(2πv) − (x − μ)²/(2v) of column j */
static formula one_column(struct explanation *x, size_t i, size_t k, size_t j)
{
    struct formulas *a = &x->f;
    formula two = f_number(a, 2.0), v = sigma(x, x->theta, k, j, j);
    formula constant = f_log(a, f_mul(a, f_mul(a, two, f_pi(a)), v));
    return f_sub(a, f_neg(a, f_mul(a, f_half(a), constant)),
                 f_div(a, f_square(a, deviation(x, x->theta, i, k, j)), f_mul(a, two, v)));
}

static formula by_columns(struct explanation *x, size_t i, size_t k)
{
    struct formulas *a = &x->f;
    size_t d = x->model->obs.d;
    bool diag = cov_of(x) == COV_DIAG;
    formula two = f_number(a, 2.0);
    formula v = diag ? f_name(a, "\\Sigma_{%zu,j}", k + 1) : sigma(x, x->theta, k, 0, 0);
    formula u = f_sub(a, f_name(a, "x_{%zu,j}", i + 1), f_name(a, "\\mu_{%zu,j}", k + 1));
    formula constant = f_log(a, f_mul(a, f_mul(a, two, f_pi(a)), v));
    struct formula *sum =
        f_sum(a, "\\sum_{j}", f_sub(a, f_neg(a, f_mul(a, f_half(a), constant)),
                                    f_div(a, f_square(a, u), f_mul(a, two, v))));
    for (size_t j = 0; j < d; j++)
        f_sum_add(a, sum, one_column(x, i, k, j));
    return sum;
}

/* ---- several dimensions -------------------------------------------------------------------- */

static void distance_symbol(const struct explanation *x, size_t i, size_t k, struct text *latex)
{
    (void)x;
    text_addf(latex, "\\delta^2_{%zu,%zu}", i + 1, k + 1);
}

/* |Σ| = Σ₁₁Σ₂₂ − Σ₁₂² and δ² = [Σ₂₂a² − 2Σ₁₂ab + Σ₁₁b²]/|Σ| with a, b = x − μ */
static formula plane_distance(struct explanation *x, size_t i, size_t k, formula determinant)
{
    struct formulas *a = &x->f;
    formula u = deviation(x, x->theta, i, k, 0), v = deviation(x, x->theta, i, k, 1);
    formula first = f_mul(a, sigma(x, x->theta, k, 1, 1), f_square(a, u));
    formula cross = f_mul(a, f_mul(a, f_mul(a, f_number(a, 2.0), sigma(x, x->theta, k, 0, 1)), u),
                          v);
    formula last = f_mul(a, sigma(x, x->theta, k, 0, 0), f_square(a, v));
    return f_div(a, f_add(a, f_sub(a, first, cross), last), determinant);
}

static formula plane_determinant(struct explanation *x, size_t k)
{
    struct formulas *a = &x->f;
    return f_sub(a, f_mul(a, sigma(x, x->theta, k, 0, 0), sigma(x, x->theta, k, 1, 1)),
                 f_square(a, sigma(x, x->theta, k, 0, 1)));
}

/* P = (L Lᵀ)⁻¹, whose column j solves L Lᵀ p = e_j; `p` (d,d). */
static void precision(size_t d, const double *L, double *p)
{
    for (size_t j = 0; j < d; j++)
        for (size_t i = 0; i < d; i++)
            p[j * d + i] = i == j;
    for (size_t j = 0; j < d; j++) {
        double *column = p + j * d;
        cholesky_whiten(d, L, column); /* L y = e_j */
        for (size_t i = d; i-- > 0;) { /* Lᵀ p = y */
            for (size_t l = i + 1; l < d; l++)
                column[i] -= L[l * d + i] * column[l];
            column[i] /= L[i * d + i];
        }
    }
}

/* δ² = Σ_j Σ_l P_jl (x_j−μ_j)(x_l−μ_l) */
static formula wide_distance(struct explanation *x, size_t i, size_t k, const double *p)
{
    struct formulas *a = &x->f;
    size_t d = x->model->obs.d;
    formula body = f_name(a, "P_{j,l} (x_{%zu,j} - \\mu_{%zu,j})(x_{%zu,l} - \\mu_{%zu,l})", i + 1,
                          k + 1, i + 1, k + 1);
    struct formula *sum = f_sum(a, "\\sum_{j,l}", body);
    for (size_t j = 0; j < d; j++)
        for (size_t l = 0; l < d; l++)
            f_sum_add(a, sum,
                      f_mul(a, f_mul(a, f_symbol(a, p[j * d + l], "P_{%zu,%zu}", j + 1, l + 1),
                                     deviation(x, x->theta, i, k, j)),
                            deviation(x, x->theta, i, k, l)));
    return sum;
}

/* |Σ_k|, once, and δ²_ik as items; −½ [d log 2π + log|Σ_k| + δ²_ik]. */
static formula full_density(struct explanation *x, size_t i, size_t k)
{
    struct formulas *a = &x->f;
    size_t d = x->model->obs.d;
    const struct gaussian *g = gaussian_of(x->model);
    struct text det = TEXT_INIT, distance = TEXT_INIT;
    double *L = g->square, *p = NEW_ARRAY(d * d, double);
    if (!p) {
        x->failed = true;
        return NULL;
    }
    gaussian_covariance(x->model, theta_block(x->theta, "Sigma"), k, L);
    cholesky(d, L);
    double log_det = cholesky_logdet(d, L), square = 0.0;
    precision(d, L, p);
    double *y = g->row;
    for (size_t j = 0; j < d; j++)
        y[j] = x->model->obs.x[j][i] - theta_block(x->theta, "mu")[k * d + j];
    cholesky_whiten(d, L, y);
    for (size_t j = 0; j < d; j++)
        square += y[j] * y[j];
    if (cov_of(x) == COV_TIED)
        text_add(&det, "|\\Sigma|");
    else
        text_addf(&det, "|\\Sigma_{%zu}|", k + 1);
    distance_symbol(x, i, k, &distance);
    formula determinant = f_symbol(a, exp(log_det), "%s", det.s);
    if (d == 2 && !explain_has(x, det.s))
        explain_item(x, exp(log_det), plane_determinant(x, k), "%s", det.s);
    explain_item(x, square, d == 2 ? plane_distance(x, i, k, determinant)
                                   : wide_distance(x, i, k, p), "%s", distance.s);
    formula log_of = d == 2 ? f_log(a, determinant) : f_symbol(a, log_det, "\\log %s", det.s);
    formula constant = f_mul(a, f_number(a, (double)d),
                             f_log(a, f_mul(a, f_number(a, 2.0), f_pi(a))));
    formula inside = f_add(a, f_add(a, constant, log_of), f_symbol(a, square, "%s", distance.s));
    text_clear(&det);
    text_clear(&distance);
    mem_free(p);
    return f_neg(a, f_mul(a, f_half(a), inside));
}

formula gaussian_log_density_formula(struct explanation *x, size_t i, size_t k)
{
    if (x->model->obs.d == 1)
        return one_column(x, i, k, 0);
    return cov_of(x) == COV_DIAG || cov_of(x) == COV_SPHERICAL ? by_columns(x, i, k)
                                                               : full_density(x, i, k);
}

/* ---- the M-step ---------------------------------------------------------------------------- */

static formula m0(struct explanation *x, size_t j)
{
    struct text name = TEXT_INIT;
    text_addf(&name, x->model->obs.d == 1 ? "m_{0}" : "m_{0,%zu}", j + 1);
    formula f = mixture_hyper(x, "m0", j, name.s);
    text_clear(&name);
    return f;
}

/* μ_kj = (κ₀m₀ + Σγx)/(κ₀ + N_k) */
static void explain_mean(struct explanation *x, size_t k, size_t j)
{
    struct formulas *a = &x->f;
    formula kappa = mixture_hyper(x, "kappa0", 0, "\\kappa_{0}");
    formula nk = mixture_size(x, k);
    formula sum = mixture_sum_of_x(x, k, j);
    if (kappa) {
        sum = f_add(a, f_mul(a, kappa, m0(x, j)), sum);
        nk = f_add(a, kappa, nk);
    }
    formula mean = mixture_entry(x, x->answer, "mu", "\\mu", k, j);
    explain_item(x, formula_value(mean), f_div(a, sum, nk),
                 x->model->obs.d == 1 ? "\\mu_{%zu}" : "\\mu_{%zu,%zu}", k + 1, j + 1);
}

/* (x_ia − μ_ka)(x_ib − μ_kb), with j = a·d + b */
static formula scatter_term(struct explanation *x, size_t i, size_t k, size_t j)
{
    size_t d = x->model->obs.d, p = j / d, r = j % d;
    formula u = deviation(x, x->answer, i, k, p);
    return p == r ? f_square(&x->f, u)
                  : f_mul(&x->f, u, deviation(x, x->answer, i, k, r));
}

static formula deviation_named(struct explanation *x, size_t k, size_t j)
{
    struct formulas *a = &x->f;
    return f_sub(a, mixture_x_named(x, j), mixture_entry(x, x->answer, "mu", "\\mu", k, j));
}

/* |x_i − μ_k|² */
static formula length_term(struct explanation *x, size_t i, size_t k, size_t j)
{
    struct formulas *a = &x->f;
    (void)j;
    formula sum = f_square(a, deviation(x, x->answer, i, k, 0));
    for (size_t c = 1; c < x->model->obs.d; c++)
        sum = f_add(a, sum, f_square(a, deviation(x, x->answer, i, k, c)));
    return sum;
}

static formula scatter(struct explanation *x, size_t k, size_t p, size_t r)
{
    struct formulas *a = &x->f;
    size_t d = x->model->obs.d;
    formula u = deviation_named(x, k, p);
    formula named = p == r ? f_square(a, u) : f_mul(a, u, deviation_named(x, k, r));
    return mixture_weighted(x, k, p * d + r, named, scatter_term);
}

/* κ₀ (μ_kp − m₀p)(μ_kr − m₀r) */
static formula pull(struct explanation *x, size_t k, size_t p, size_t r)
{
    struct formulas *a = &x->f;
    formula u = f_sub(a, mixture_entry(x, x->answer, "mu", "\\mu", k, p), m0(x, p));
    formula v = f_sub(a, mixture_entry(x, x->answer, "mu", "\\mu", k, r), m0(x, r));
    formula kappa = mixture_hyper(x, "kappa0", 0, "\\kappa_{0}");
    return f_mul(a, kappa, p == r ? f_square(a, u) : f_mul(a, u, v));
}

static formula s0(struct explanation *x, size_t p, size_t r)
{
    size_t d = x->model->obs.d;
    struct text name = TEXT_INIT;
    size_t at = cov_of(x) == COV_SPHERICAL ? 0 : cov_of(x) == COV_DIAG ? p : p * d + r;
    if (d == 1 || cov_of(x) == COV_SPHERICAL)
        text_add(&name, "S_{0}");
    else if (cov_of(x) == COV_DIAG)
        text_addf(&name, "S_{0,%zu}", p + 1);
    else
        text_addf(&name, "S_{0,%zu%zu}", p + 1, r + 1);
    formula f = mixture_hyper(x, "S0", at, name.s);
    text_clear(&name);
    return f;
}

/* `below` + ν₀ + more */
static formula with_nu(struct explanation *x, formula below, size_t more)
{
    formula nu = mixture_hyper(x, "nu0", 0, "\\nu_{0}");
    struct formulas *a = &x->f;
    return nu ? f_add(a, f_add(a, below, nu), f_number(a, (double)more)) : below;
}

static void explain_tied(struct explanation *x, size_t p, size_t r)
{
    struct formulas *a = &x->f;
    size_t d = x->model->obs.d, k = x->model->k;
    formula start = s0(x, p, r);
    struct formula *sum = f_sum(a, "\\sum_{k}", f_name(a, d == 1 ? "S_{k}" : "S_{k,%zu,%zu}", p + 1,
                                                       r + 1));
    for (size_t c = 0; c < k; c++) {
        struct text name = TEXT_INIT;
        formula of_k = scatter(x, c, p, r);
        if (start)
            of_k = f_add(a, of_k, pull(x, c, p, r));
        text_addf(&name, d == 1 ? "S_{%zu}" : "S_{%zu,%zu,%zu}", c + 1, p + 1, r + 1);
        struct fit f = {.model = x->model, .gamma = latent_block(x->q, "gamma"),
                        .nk = mixture_of(x->model)->nk};
        double *S = gaussian_of(x->model)->square;
        const double *mu = theta_block(x->answer, "mu") + c * d;
        gaussian_scatter(&f, c, mu, S);
        double v = S[p * d + r];
        if (start)
            v += formula_value(pull(x, c, p, r));
        explain_item(x, v, of_k, "%s", name.s);
        f_sum_add(a, sum, f_symbol(a, v, "%s", name.s));
        text_clear(&name);
    }
    formula below = with_nu(x, mixture_total(x), d + k + 1);
    explain_item(x, theta_block(x->answer, "Sigma")[p * d + r],
                 f_div(a, start ? f_add(a, start, sum) : sum, below),
                 d == 1 ? "\\Sigma" : "\\Sigma_{%zu,%zu}", p + 1, r + 1);
}

static void explain_spherical(struct explanation *x, size_t k)
{
    struct formulas *a = &x->f;
    size_t d = x->model->obs.d;
    formula nk = mixture_size(x, k);
    formula named = f_name(a, "\\|x_{i} - \\mu_{%zu}\\|^2", k + 1);
    formula sum = mixture_weighted(x, k, 0, named, length_term);
    formula start = s0(x, 0, 0);
    if (start) {
        sum = f_add(a, start, sum);
        for (size_t j = 0; j < d; j++)
            sum = f_add(a, sum, pull(x, k, j, j));
    }
    formula below = f_mul(a, f_number(a, (double)d), nk);
    explain_item(x, theta_block(x->answer, "Sigma")[k], f_div(a, sum, with_nu(x, below, d + 2)),
                 "\\Sigma_{%zu}", k + 1);
}

static void explain_own(struct explanation *x, size_t entry, size_t k, size_t p, size_t r)
{
    struct formulas *a = &x->f;
    size_t d = x->model->obs.d;
    formula nk = mixture_size(x, k), sum = scatter(x, k, p, r), start = s0(x, p, r);
    if (start)
        sum = f_add(a, f_add(a, start, sum), pull(x, k, p, r));
    formula below = with_nu(x, nk, cov_of(x) == COV_DIAG ? 3 : d + 2);
    const char *name = d == 1 ? "\\Sigma_{%zu}"
                       : cov_of(x) == COV_DIAG ? "\\Sigma_{%zu,%zu}" : "\\Sigma_{%zu,%zu,%zu}";
    explain_item(x, theta_block(x->answer, "Sigma")[entry], f_div(a, sum, below), name, k + 1,
                 p + 1, r + 1);
}

int gaussian_explain_m(struct explanation *x, const struct block *b, size_t entry, struct error *e)
{
    size_t d = x->model->obs.d;
    (void)e;
    if (strcmp(b->name, "mu") == 0)
        explain_mean(x, entry / d, entry % d);
    else if (cov_of(x) == COV_TIED)
        explain_tied(x, entry / d, entry % d);
    else if (cov_of(x) == COV_SPHERICAL)
        explain_spherical(x, entry);
    else if (cov_of(x) == COV_DIAG)
        explain_own(x, entry, entry / d, entry % d, entry % d);
    else
        explain_own(x, entry, entry / (d * d), entry / d % d, entry % d);
    return 0;
}

static int explain_m(struct explanation *x, const struct block *b, size_t entry, struct error *e)
{
    if (strcmp(b->name, "pi") != 0)
        return gaussian_explain_m(x, b, entry, e);
    mixture_explain_pi(x, entry);
    return 0;
}

const struct explainer gaussian_explainer = {
    .log_density = gaussian_log_density_formula,
    .density_name = gaussian_density_name,
    .m = explain_m,
    .log_prior = prior_explain,
};
