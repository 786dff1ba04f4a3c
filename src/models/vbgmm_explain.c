/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `explain` of the variational Gaussian mixture (PRML 10.2): a row's log ρ and γ. */
#include <gsl/gsl_sf_psi.h>
#include <math.h>
#include <string.h>

#include "models/explain_sum.h"
#include "models/mixture_explain.h"
#include "models/vbgmm_explain.h"
#include "numeric/cholesky.h"

enum { SHOWN = 3 };

static size_t rows(const struct model *m)
{
    return m->obs.n;
}

static double of(const struct explanation *x, const char *block, size_t at)
{
    return theta_block(x->theta, block)[at];
}

formula vbgmm_symbol(struct explanation *x, const char *block, const char *latex, size_t k)
{
    return f_symbol(&x->f, of(x, block, k), "%s_{%zu}", latex, k + 1);
}

formula vbgmm_hyper(struct explanation *x, const char *block, const char *latex)
{
    return f_symbol(&x->f, *vbgmm_prior(x->model, block), "%s", latex);
}

formula vbgmm_dimension(struct explanation *x)
{
    return f_symbol(&x->f, (double)x->model->obs.d, "d");
}

formula vbgmm_two_pi(struct formulas *a)
{
    return f_mul(a, f_number(a, 2.0), f_pi(a));
}

static formula psi(struct explanation *x, formula argument)
{
    return f_call(&x->f, gsl_sf_psi(formula_value(argument)), "\\psi", 1, argument);
}

/* log|W_k| */
double vbgmm_logdet(const struct explanation *x, size_t k)
{
    size_t d = x->model->obs.d;
    double *L = gaussian_of(x->model)->square;
    memcpy(L, theta_block(x->theta, "W") + k * d * d, d * d * sizeof *L);
    return cholesky(d, L) ? cholesky_logdet(d, L) : NAN;
}

/* ---- E log π_k and E log|Λ_k| ------------------------------------------------------------- */

static double total_alpha(const struct explanation *x)
{
    double sum = 0.0;
    for (size_t k = 0; k < x->model->k; k++)
        sum += of(x, "alpha", k);
    return sum;
}

static double log_weight(const struct explanation *x, size_t k)
{
    return gsl_sf_psi(of(x, "alpha", k)) - gsl_sf_psi(total_alpha(x));
}

formula vbgmm_log_weight(struct explanation *x, size_t k)
{
    return f_symbol(&x->f, log_weight(x, k), "E[\\log\\pi_{%zu}]", k + 1);
}

static formula log_weight_item(struct explanation *x, size_t k)
{
    struct formulas *a = &x->f;
    struct formula *sum = f_sum(a, "\\sum_{l}", f_name(a, "\\alpha_{l}"));
    for (size_t l = 0; l < x->model->k; l++)
        f_sum_add(a, sum, vbgmm_symbol(x, "alpha", "\\alpha", l));
    explain_item(x, log_weight(x, k),
                 f_sub(a, psi(x, vbgmm_symbol(x, "alpha", "\\alpha", k)), psi(x, sum)),
                 "E[\\log\\pi_{%zu}]", k + 1);
    return vbgmm_log_weight(x, k);
}

static double log_precision(const struct explanation *x, size_t k)
{
    return vbgmm_log_precision(x->model->obs.d, of(x, "nu", k), vbgmm_logdet(x, k));
}

formula vbgmm_mean_log_precision(struct explanation *x, size_t k)
{
    return f_symbol(&x->f, log_precision(x, k), "E[\\log|\\Lambda_{%zu}|]", k + 1);
}

/* Σ_j ψ((ν_k+1−j)/2) + d log 2 + log|W_k| */
static formula log_precision_item(struct explanation *x, size_t k)
{
    struct formulas *a = &x->f;
    size_t d = x->model->obs.d;
    formula nu = vbgmm_symbol(x, "nu", "\\nu", k), two = f_number(a, 2.0), one = f_number(a, 1.0);
    formula body = f_div(a, f_sub(a, f_add(a, f_name(a, "\\nu_{%zu}", k + 1), one),
                                  f_name(a, "j")), two);
    struct formula *sum = f_sum(a, "\\sum_{j}", f_call(a, NAN, "\\psi", 1, body));
    for (size_t j = 1; j <= d; j++)
        f_sum_add(a, sum, psi(x, f_div(a, f_sub(a, f_add(a, nu, one), f_number(a, (double)j)),
                                       two)));
    formula is = f_add(a, f_add(a, sum, f_mul(a, vbgmm_dimension(x), f_log(a, two))),
                       f_symbol(a, vbgmm_logdet(x, k), "\\log|W_{%zu}|", k + 1));
    explain_item(x, log_precision(x, k), is, "E[\\log|\\Lambda_{%zu}|]", k + 1);
    return vbgmm_mean_log_precision(x, k);
}

/* ---- e I ---------------------------------------------------------------------------------- */

static formula scale_entry(struct explanation *x, size_t k, size_t i, size_t j)
{
    size_t d = x->model->obs.d;
    double v = of(x, "W", (k * d + i) * d + j);
    return d == 1 ? f_symbol(&x->f, v, "W_{%zu}", k + 1)
                  : f_symbol(&x->f, v, "W_{%zu,%zu,%zu}", k + 1, i + 1, j + 1);
}

formula vbgmm_deviation(struct explanation *x, const struct theta *theta, size_t i, size_t k,
                         size_t j)
{
    return f_sub(&x->f, mixture_x(x, i, j), mixture_entry(x, theta, "m", "m", k, j));
}

/* (x_i−m_k)ᵀ W_k (x_i−m_k), entry by entry */
static formula distance(struct explanation *x, size_t i, size_t k)
{
    struct formulas *a = &x->f;
    size_t d = x->model->obs.d;
    if (d == 1)
        return f_mul(a, scale_entry(x, k, 0, 0),
                     f_square(a, vbgmm_deviation(x, x->theta, i, k, 0)));
    struct formula *sum = f_sum(a, "\\sum_{jl}",
                                f_name(a, "W_{%zu,jl} (x_{%zu,j}-m_{%zu,j})(x_{%zu,l}-m_{%zu,l})",
                                       k + 1, i + 1, k + 1, i + 1, k + 1));
    for (size_t j = 0; j < d; j++)
        for (size_t l = 0; l < d; l++)
            f_sum_add(a, sum, f_mul(a, scale_entry(x, k, j, l),
                                    f_mul(a, vbgmm_deviation(x, x->theta, i, k, j),
                                          vbgmm_deviation(x, x->theta, i, k, l))));
    return sum;
}

/* log ρ_ik (K) of row i, by the model's own way, into `out` */
static void log_rho(const struct explanation *x, size_t i, double *out)
{
    const struct model *m = x->model;
    const struct mixture *mix = mixture_of(m);
    mix->family->prepare(m, x->theta, mix->work);
    mix->family->log_weights(m, x->theta, mix->log_pi);
    mix->family->log_density(m, mix->work, observations_row(&m->obs, i), 1, out);
    for (size_t k = 0; k < m->k; k++)
        out[k] += mix->log_pi[k];
}

/* E log π_k + ½ E log|Λ_k| − d/(2β_k) − ½ ν_k δ² − ½ d log 2π */
static void rho_item(struct explanation *x, size_t i, size_t k, double value)
{
    struct formulas *a = &x->f;
    formula two = f_number(a, 2.0), d = vbgmm_dimension(x);
    formula square = distance(x, i, k);
    double away = formula_value(square);
    explain_item(x, away, square, "\\delta^2_{%zu,%zu}", i + 1, k + 1);
    square = f_symbol(a, away, "\\delta^2_{%zu,%zu}", i + 1, k + 1);
    formula sum = f_add(a, vbgmm_log_weight(x, k),
                        f_mul(a, f_half(a), vbgmm_mean_log_precision(x, k)));
    sum = f_sub(a, sum, f_div(a, d, f_mul(a, two, vbgmm_symbol(x, "beta", "\\beta", k))));
    sum = f_sub(a, sum, f_mul(a, f_mul(a, f_half(a), vbgmm_symbol(x, "nu", "\\nu", k)), square));
    sum = f_sub(a, sum, f_mul(a, f_mul(a, f_half(a), d), f_log(a, vbgmm_two_pi(a))));
    explain_item(x, value, sum, "\\log\\rho_{%zu,%zu}", i + 1, k + 1);
}

/* ρ_ik / Σ_l ρ_il, in numbers 1 / Σ_l exp(log ρ_il − log ρ_ik) */
static void gamma_item(struct explanation *x, size_t i, size_t k, const double *rho)
{
    struct formulas *a = &x->f;
    struct formula *names = f_sum(a, "\\sum_{l}", f_name(a, "\\rho_{%zu,l}", i + 1));
    struct formula *sum = f_sum(a, "\\sum_{l}", f_name(a, "\\rho_{%zu,l}", i + 1));
    for (size_t l = 0; l < x->model->k; l++)
        f_sum_add(a, sum, f_exp(a, f_sub(a, f_number(a, rho[l]), f_number(a, rho[k]))));
    formula is = f_as(a, f_div(a, f_name(a, "\\rho_{%zu,%zu}", i + 1, k + 1), names),
                      f_div(a, f_number(a, 1.0), sum));
    explain_item(x, latent_block(x->r, "gamma")[i * x->model->k + k], is, "\\gamma_{%zu,%zu}",
                 i + 1, k + 1);
}

static int vbgmm_explain_e(struct explanation *x, size_t i, struct error *e)
{
    size_t K = x->model->k, shown = K < SHOWN ? K : SHOWN;
    double *rho = mixture_of(x->model)->joint;
    struct text row = TEXT_INIT;
    (void)e;
    log_rho(x, i, rho);
    explain_title(x, "\\gamma_{i,k} = \\rho_{i,k} / \\sum_{l} \\rho_{i,l}");
    explain_row(x, i, &row);
    explain_about(x, "%s", row.s);
    text_clear(&row);
    for (size_t k = 0; k < shown; k++) {
        log_weight_item(x, k);
        log_precision_item(x, k);
        rho_item(x, i, k, rho[k]);
    }
    for (size_t k = 0; k < shown; k++)
        gamma_item(x, i, k, rho);
    explain_remark(x, "E is over q(π,μ,Λ), which is θ: log ρ is the log-joint of row %zu averaged "
                      "over it", i + 1);
    if (K > shown)
        explain_remark(x, "%zu components more: show q rows=%zu:%zu has their γ", K - shown, i + 1,
                       i + 1);
    return 0;
}

/* ---- what is asked for ----------------------------------------------------------------------- */

static int vbgmm_explain_jensen(struct explanation *x, size_t i, struct error *e)
{
    (void)x;
    (void)i;
    error_set(e, "Jensen's inequality is about log p(x), and with π, μ and Λ unknown too that is "
                 "out of reach, for one row as for all");
    return error_hint(e, "explain elbo has its right side");
}

const struct explainer vbgmm_explainer = {
    .units = rows,
    .e = vbgmm_explain_e,
    .m = vbgmm_explain_m,
    .term = vbgmm_explain_term,
    .jensen = vbgmm_explain_jensen,
    .intractable = "p(x) is a sum over all K^n assignments of the rows, each an integral over π, μ "
                   "and Λ",
};
