/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `explain` of the variational Gaussian mixture (MATH 5.7; PRML 10.2): a row's log ρ, the update of
 * every hyperparameter, Q as four expectations and S as three. */
#include <gsl/gsl_sf_psi.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "models/explain_sum.h"
#include "models/mixture_explain.h"
#include "models/niw.h"
#include "models/vbgmm.h"
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

static formula symbol(struct explanation *x, const char *block, const char *latex, size_t k)
{
    return f_symbol(&x->f, of(x, block, k), "%s_{%zu}", latex, k + 1);
}

static formula prior(struct explanation *x, const char *block, const char *latex)
{
    return f_symbol(&x->f, *vbgmm_prior(x->model, block), "%s", latex);
}

static formula dimension(struct explanation *x)
{
    return f_symbol(&x->f, (double)x->model->obs.d, "d");
}

static formula two_pi(struct formulas *a)
{
    return f_mul(a, f_number(a, 2.0), f_pi(a));
}

static formula psi(struct explanation *x, formula argument)
{
    return f_call(&x->f, gsl_sf_psi(formula_value(argument)), "\\psi", 1, argument);
}

/* log|W_k| */
static double logdet(const struct explanation *x, size_t k)
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

static formula log_weight_symbol(struct explanation *x, size_t k)
{
    return f_symbol(&x->f, log_weight(x, k), "E[\\log\\pi_{%zu}]", k + 1);
}

static formula log_weight_item(struct explanation *x, size_t k)
{
    struct formulas *a = &x->f;
    struct formula *sum = f_sum(a, "\\sum_{l}", f_name(a, "\\alpha_{l}"));
    for (size_t l = 0; l < x->model->k; l++)
        f_sum_add(a, sum, symbol(x, "alpha", "\\alpha", l));
    explain_item(x, log_weight(x, k),
                 f_sub(a, psi(x, symbol(x, "alpha", "\\alpha", k)), psi(x, sum)),
                 "E[\\log\\pi_{%zu}]", k + 1);
    return log_weight_symbol(x, k);
}

static double log_precision(const struct explanation *x, size_t k)
{
    return vbgmm_log_precision(x->model->obs.d, of(x, "nu", k), logdet(x, k));
}

static formula log_precision_symbol(struct explanation *x, size_t k)
{
    return f_symbol(&x->f, log_precision(x, k), "E[\\log|\\Lambda_{%zu}|]", k + 1);
}

/* Σ_j ψ((ν_k+1−j)/2) + d log 2 + log|W_k| */
static formula log_precision_item(struct explanation *x, size_t k)
{
    struct formulas *a = &x->f;
    size_t d = x->model->obs.d;
    formula nu = symbol(x, "nu", "\\nu", k), two = f_number(a, 2.0), one = f_number(a, 1.0);
    formula body = f_div(a, f_sub(a, f_add(a, f_name(a, "\\nu_{%zu}", k + 1), one),
                                  f_name(a, "j")), two);
    struct formula *sum = f_sum(a, "\\sum_{j}", f_call(a, NAN, "\\psi", 1, body));
    for (size_t j = 1; j <= d; j++)
        f_sum_add(a, sum, psi(x, f_div(a, f_sub(a, f_add(a, nu, one), f_number(a, (double)j)),
                                       two)));
    formula is = f_add(a, f_add(a, sum, f_mul(a, dimension(x), f_log(a, two))),
                       f_symbol(a, logdet(x, k), "\\log|W_{%zu}|", k + 1));
    explain_item(x, log_precision(x, k), is, "E[\\log|\\Lambda_{%zu}|]", k + 1);
    return log_precision_symbol(x, k);
}

/* ---- e I ---------------------------------------------------------------------------------- */

static formula scale_entry(struct explanation *x, size_t k, size_t i, size_t j)
{
    size_t d = x->model->obs.d;
    double v = of(x, "W", (k * d + i) * d + j);
    return d == 1 ? f_symbol(&x->f, v, "W_{%zu}", k + 1)
                  : f_symbol(&x->f, v, "W_{%zu,%zu,%zu}", k + 1, i + 1, j + 1);
}

static formula deviation(struct explanation *x, const struct theta *theta, size_t i, size_t k,
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
        return f_mul(a, scale_entry(x, k, 0, 0), f_square(a, deviation(x, x->theta, i, k, 0)));
    struct formula *sum = f_sum(a, "\\sum_{jl}",
                                f_name(a, "W_{%zu,jl} (x_{%zu,j}-m_{%zu,j})(x_{%zu,l}-m_{%zu,l})",
                                       k + 1, i + 1, k + 1, i + 1, k + 1));
    for (size_t j = 0; j < d; j++)
        for (size_t l = 0; l < d; l++)
            f_sum_add(a, sum, f_mul(a, scale_entry(x, k, j, l),
                                    f_mul(a, deviation(x, x->theta, i, k, j),
                                          deviation(x, x->theta, i, k, l))));
    return sum;
}

/* log ρ_ik (K) of row i, by the model's own way, into `out` */
static void log_rho(const struct explanation *x, size_t i, double *out)
{
    const struct model *m = x->model;
    const struct mixture *mix = mixture_of(m);
    mix->family->prepare(m, x->theta, mix->work);
    mix->family->log_weights(m, x->theta, mix->log_pi);
    mix->family->log_density(m, mix->work, m->obs.x + i * m->obs.d, 1, out);
    for (size_t k = 0; k < m->k; k++)
        out[k] += mix->log_pi[k];
}

/* E log π_k + ½ E log|Λ_k| − d/(2β_k) − ½ ν_k δ² − ½ d log 2π */
static void rho_item(struct explanation *x, size_t i, size_t k, double value)
{
    struct formulas *a = &x->f;
    formula two = f_number(a, 2.0), d = dimension(x);
    formula square = distance(x, i, k);
    double away = formula_value(square);
    explain_item(x, away, square, "\\delta^2_{%zu,%zu}", i + 1, k + 1);
    square = f_symbol(a, away, "\\delta^2_{%zu,%zu}", i + 1, k + 1);
    formula sum = f_add(a, log_weight_symbol(x, k),
                        f_mul(a, f_half(a), log_precision_symbol(x, k)));
    sum = f_sub(a, sum, f_div(a, d, f_mul(a, two, symbol(x, "beta", "\\beta", k))));
    sum = f_sub(a, sum, f_mul(a, f_mul(a, f_half(a), symbol(x, "nu", "\\nu", k)), square));
    sum = f_sub(a, sum, f_mul(a, f_mul(a, f_half(a), d), f_log(a, two_pi(a))));
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

/* ---- m BLOCK ------------------------------------------------------------------------------ */

static bool is_held(const struct explanation *x, const char *block)
{
    const struct layout *l = &x->model->theta;
    return x->frozen >> layout_place(l, layout_find(l, block)) & 1u;
}

/* α₀ + N_k and its like */
static void count_answer(struct explanation *x, const char *block, const char *of_prior,
                         const char *latex, size_t k)
{
    char name[24];
    snprintf(name, sizeof name, "%s_{0}", latex);
    formula size = mixture_size(x, k);
    explain_item(x, theta_block(x->answer, block)[k],
                 f_add(&x->f, prior(x, of_prior, name), size), "%s_{%zu}", latex, k + 1);
}

static void freedom_answer(struct explanation *x, size_t k)
{
    if (!is_held(x, "W")) {
        count_answer(x, "nu", "nu0", "\\nu", k);
        return;
    }
    explain_item(x, theta_block(x->answer, "nu")[k], NULL, "\\nu_{%zu}", k + 1);
    explain_remark(x, "with W held, ν is the root of an equation in ψ′: no formula gives it");
}

static formula prior_mean(struct explanation *x, size_t j)
{
    double v = vbgmm_prior(x->model, "m0")[j];
    return x->model->obs.d == 1 ? f_symbol(&x->f, v, "m_{0}")
                                : f_symbol(&x->f, v, "m_{0,%zu}", j + 1);
}

/* (β₀ m₀ + Σγx)/(β₀ + N_k) */
static void mean_answer(struct explanation *x, size_t k, size_t j)
{
    struct formulas *a = &x->f;
    formula beta = prior(x, "beta0", "\\beta_{0}"), size = mixture_size(x, k);
    formula top = f_add(a, f_mul(a, beta, prior_mean(x, j)), mixture_sum_of_x(x, k, j));
    explain_item(x, theta_block(x->answer, "m")[k * x->model->obs.d + j],
                 f_div(a, top, f_add(a, beta, size)),
                 x->model->obs.d == 1 ? "m_{%zu}" : "m_{%zu,%zu}", k + 1, j + 1);
}

/* (x_ip − m_kp)(x_ir − m_kr) about the answer's m; j = p·d + r */
static formula scatter_term(struct explanation *x, size_t i, size_t k, size_t j)
{
    size_t p = j / x->model->obs.d, r = j % x->model->obs.d;
    formula left = deviation(x, x->answer, i, k, p);
    return p == r ? f_square(&x->f, left)
                  : f_mul(&x->f, left, deviation(x, x->answer, i, k, r));
}

static formula from_prior(struct explanation *x, size_t k, size_t j)
{
    return f_sub(&x->f, mixture_entry(x, x->answer, "m", "m", k, j), prior_mean(x, j));
}

/* (W₀⁻¹)_pr */
static double prior_scatter(const struct explanation *x, size_t p, size_t r)
{
    size_t d = x->model->obs.d;
    double *inverse = gaussian_of(x->model)->prior_work, unused;
    memcpy(inverse, vbgmm_prior(x->model, "W0"), d * d * sizeof *inverse);
    return vbgmm_invert(d, inverse, inverse + d * d, &unused) ? inverse[p * d + r] : NAN;
}

/* M = W₀⁻¹ + Σγ(x−m)(x−m)ᵀ + β₀(m−m₀)(m−m₀)ᵀ, entry (p,r), as an item */
static formula scatter_item(struct explanation *x, size_t k, size_t p, size_t r)
{
    struct formulas *a = &x->f;
    size_t d = x->model->obs.d;
    char name[48];
    formula left = f_sub(a, mixture_x_named(x, p), mixture_entry(x, x->answer, "m", "m", k, p));
    formula right = f_sub(a, mixture_x_named(x, r), mixture_entry(x, x->answer, "m", "m", k, r));
    formula scatter = mixture_weighted(x, k, p * d + r,
                                       p == r ? f_square(a, left) : f_mul(a, left, right),
                                       scatter_term);
    left = from_prior(x, k, p);
    formula pull = p == r ? f_square(a, left) : f_mul(a, left, from_prior(x, k, r));
    pull = f_mul(a, prior(x, "beta0", "\\beta_{0}"), pull);
    formula start = d == 1 ? f_symbol(a, prior_scatter(x, p, r), "W_{0}^{-1}")
                           : f_symbol(a, prior_scatter(x, p, r), "(W_{0}^{-1})_{%zu,%zu}", p + 1,
                                      r + 1);
    formula is = f_add(a, f_add(a, start, scatter), pull);
    if (d == 1)
        snprintf(name, sizeof name, "M_{%zu}", k + 1);
    else
        snprintf(name, sizeof name, "M_{%zu,%zu,%zu}", k + 1, p + 1, r + 1);
    if (explain_has(x, name))
        return f_symbol(a, formula_value(is), "%s", name);
    return explain_part(x, formula_value(is), is, name);
}

/* The entry (p,r) of M⁻¹; d at most 2 */
static formula inverse(struct explanation *x, size_t k, size_t p, size_t r)
{
    struct formulas *a = &x->f;
    formula m11 = scatter_item(x, k, 0, 0);
    if (x->model->obs.d == 1)
        return f_div(a, f_number(a, 1.0), m11);
    formula m12 = scatter_item(x, k, 0, 1), m22 = scatter_item(x, k, 1, 1);
    formula det = f_sub(a, f_mul(a, m11, m22), f_square(a, m12));
    return p != r ? f_neg(a, f_div(a, m12, det)) : f_div(a, p == 0 ? m22 : m11, det);
}

/* W_k = M⁻¹, times (ν₀+N_k)/ν_k where ν is held */
static void scale_answer(struct explanation *x, size_t k, size_t p, size_t r)
{
    struct formulas *a = &x->f;
    size_t d = x->model->obs.d;
    formula is = NULL;
    if (d <= 2) {
        is = inverse(x, k, p, r);
        if (is_held(x, "nu")) {
            formula size = f_add(a, prior(x, "nu0", "\\nu_{0}"), mixture_size(x, k));
            is = f_mul(a, f_div(a, size, symbol(x, "nu", "\\nu", k)), is);
        }
    } else {
        scatter_item(x, k, p, r);
        explain_remark(x, "W is the inverse of the %zu × %zu matrix M%s", d, d,
                       is_held(x, "nu") ? ", times (ν₀+N)/ν" : "");
    }
    explain_item(x, theta_block(x->answer, "W")[(k * d + p) * d + r], is,
                 d == 1 ? "W_{%zu}" : "W_{%zu,%zu,%zu}", k + 1, p + 1, r + 1);
}

static int vbgmm_explain_m(struct explanation *x, const struct block *b, size_t entry,
                           struct error *e)
{
    size_t d = x->model->obs.d;
    (void)e;
    if (strcmp(b->name, "alpha") == 0)
        count_answer(x, "alpha", "alpha0", "\\alpha", entry);
    else if (strcmp(b->name, "beta") == 0)
        count_answer(x, "beta", "beta0", "\\beta", entry);
    else if (strcmp(b->name, "nu") == 0)
        freedom_answer(x, entry);
    else if (strcmp(b->name, "m") == 0)
        mean_answer(x, entry / d, entry % d);
    else
        scale_answer(x, entry / (d * d), entry / d % d, entry % d);
    return 0;
}

/* ---- the terms ---------------------------------------------------------------------------- */

/* One component as the sums over k see it: its names, or its numbers. */
struct piece {
    formula beta, nu, precision, apart, trace, logdet;
};

static struct piece piece_names(struct explanation *x)
{
    struct formulas *a = &x->f;
    return (struct piece){f_name(a, "\\beta_{k}"), f_name(a, "\\nu_{k}"),
                          f_name(a, "E[\\log|\\Lambda_{k}|]"),
                          f_name(a, "(m_{k}-m_{0})^\\top W_{k} (m_{k}-m_{0})"),
                          f_name(a, "\\text{tr}(W_{0}^{-1} W_{k})"), f_name(a, "\\log|W_{k}|")};
}

static struct piece piece_numbers(struct explanation *x, size_t k)
{
    struct formulas *a = &x->f;
    size_t d = x->model->obs.d;
    const double *W = theta_block(x->theta, "W") + k * d * d;
    const double *m = theta_block(x->theta, "m") + k * d, *m0 = vbgmm_prior(x->model, "m0");
    double apart = 0.0, trace = 0.0;
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < d; j++) {
            apart += W[i * d + j] * (m[i] - m0[i]) * (m[j] - m0[j]);
            trace += prior_scatter(x, i, j) * W[i * d + j];
        }
    return (struct piece){symbol(x, "beta", "\\beta", k), symbol(x, "nu", "\\nu", k),
                          log_precision_symbol(x, k), f_number(a, apart), f_number(a, trace),
                          f_symbol(a, logdet(x, k), "\\log|W_{%zu}|", k + 1)};
}

/* log B(W,ν) = −½ν [ log|W| + d log 2 ] − log Γ_d(ν/2) */
static formula wishart_constant(struct explanation *x, formula nu, formula logdet_W)
{
    struct formulas *a = &x->f;
    size_t d = x->model->obs.d;
    formula two = f_number(a, 2.0);
    formula inside = f_add(a, logdet_W, f_mul(a, dimension(x), f_log(a, two)));
    double v = formula_value(nu);
    formula gamma = f_call(a, isnan(v) ? NAN : log_multigamma(d, 0.5 * v), "\\log\\Gamma_{d}", 1,
                           f_div(a, nu, two));
    return f_sub(a, f_neg(a, f_mul(a, f_mul(a, f_half(a), nu), inside)), gamma);
}

/* ½(ν−d−1) */
static formula freedom(struct explanation *x, formula nu)
{
    struct formulas *a = &x->f;
    return f_mul(a, f_half(a), f_sub(a, f_sub(a, nu, dimension(x)), f_number(a, 1.0)));
}

/* ½ [ d log(β₀/2π) + l − dβ₀/β − β₀ν apart ] + log B₀ + ½(ν₀−d−1) l − ½ν tr(W₀⁻¹W) */
static formula prior_of_component(struct explanation *x, const struct piece *p, formula log_B0)
{
    struct formulas *a = &x->f;
    formula beta0 = prior(x, "beta0", "\\beta_{0}"), d = dimension(x);
    formula inside = f_mul(a, d, f_log(a, f_div(a, beta0, two_pi(a))));
    inside = f_sub(a, f_add(a, inside, p->precision), f_div(a, f_mul(a, d, beta0), p->beta));
    inside = f_sub(a, inside, f_mul(a, f_mul(a, beta0, p->nu), p->apart));
    formula sum = f_add(a, f_mul(a, f_half(a), inside), log_B0);
    sum = f_add(a, sum, f_mul(a, freedom(x, prior(x, "nu0", "\\nu_{0}")), p->precision));
    return f_sub(a, sum, f_mul(a, f_mul(a, f_half(a), p->nu), p->trace));
}

/* ½ [ l + d log(β/2π) − d ] + log B(W,ν) + ½(ν−d−1) l − ½νd */
static formula own_component(struct explanation *x, const struct piece *p, formula unused)
{
    struct formulas *a = &x->f;
    formula d = dimension(x);
    formula inside = f_add(a, p->precision, f_mul(a, d, f_log(a, f_div(a, p->beta, two_pi(a)))));
    (void)unused;
    formula sum = f_add(a, f_mul(a, f_half(a), f_sub(a, inside, d)),
                        wishart_constant(x, p->nu, p->logdet));
    sum = f_add(a, sum, f_mul(a, freedom(x, p->nu), p->precision));
    return f_sub(a, sum, f_mul(a, f_mul(a, f_half(a), p->nu), d));
}

static formula components_part(struct explanation *x, double value, const char *latex,
                               formula (*of_component)(struct explanation *, const struct piece *,
                                                       formula),
                               formula constant)
{
    struct piece p = piece_names(x);
    struct formula *sum = f_sum(&x->f, "\\sum_{k}", of_component(x, &p, constant));
    for (size_t k = 0; k < x->model->k; k++) {
        p = piece_numbers(x, k);
        f_sum_add(&x->f, sum, of_component(x, &p, constant));
    }
    return explain_part(x, value, sum, latex);
}

static formula prior_constant(struct explanation *x)
{
    size_t d = x->model->obs.d;
    double *L = gaussian_of(x->model)->square;
    memcpy(L, vbgmm_prior(x->model, "W0"), d * d * sizeof *L);
    double log_W0 = cholesky(d, L) ? cholesky_logdet(d, L) : NAN;
    formula is = wishart_constant(x, prior(x, "nu0", "\\nu_{0}"),
                                  f_symbol(&x->f, log_W0, "\\log|W_{0}|"));
    return explain_part(x, formula_value(is), is, "\\log B_{0}");
}

/* log C(α) = log Γ(Σα) − Σ log Γ(α_k) */
static formula dirichlet_constant(struct explanation *x)
{
    struct formulas *a = &x->f;
    struct formula *total = f_sum(a, "\\sum_{k}", f_name(a, "\\alpha_{k}"));
    struct formula *sum = f_sum(a, "\\sum_{k}", f_log_gamma(a, f_name(a, "\\alpha_{k}")));
    for (size_t k = 0; k < x->model->k; k++) {
        f_sum_add(a, total, symbol(x, "alpha", "\\alpha", k));
        f_sum_add(a, sum, f_log_gamma(a, symbol(x, "alpha", "\\alpha", k)));
    }
    return f_sub(a, f_log_gamma(a, total), sum);
}

/* Σ_k c_k E log π_k, c_k = `times` of k (or of the running index, K) */
static struct formula *weights_sum(struct explanation *x,
                                   formula (*times)(struct explanation *, size_t))
{
    struct formulas *a = &x->f;
    size_t K = x->model->k;
    formula body = f_name(a, "E[\\log\\pi_{k}]"), c = times ? times(x, K) : NULL;
    struct formula *sum = f_sum(a, "\\sum_{k}", c ? f_mul(a, c, body) : body);
    for (size_t k = 0; k < K; k++)
        f_sum_add(a, sum, times ? f_mul(a, times(x, k), log_weight_symbol(x, k))
                                : log_weight_symbol(x, k));
    return sum;
}

static formula size_of(struct explanation *x, size_t k)
{
    if (k == x->model->k)
        return f_name(&x->f, "N_{k}");
    mixture_counts(x->model, latent_block(x->q, "gamma"));
    return f_symbol(&x->f, mixture_of(x->model)->nk[k], "N_{%zu}", k + 1);
}

static formula alpha_less_one(struct explanation *x, size_t k)
{
    struct formulas *a = &x->f;
    return f_sub(a, k == x->model->k ? f_name(a, "\\alpha_{k}") : symbol(x, "alpha", "\\alpha", k),
                 f_number(a, 1.0));
}

/* log Γ(Kα₀) − K log Γ(α₀) + (α₀−1) Σ E log π_k */
static formula prior_of_weights(struct explanation *x, double value)
{
    struct formulas *a = &x->f;
    formula alpha = prior(x, "alpha0", "\\alpha_{0}"), K = f_symbol(a, (double)x->model->k, "K");
    formula constant = f_sub(a, f_log_gamma(a, f_mul(a, K, alpha)),
                             f_mul(a, K, f_log_gamma(a, alpha)));
    formula rest = f_mul(a, f_sub(a, alpha, f_number(a, 1.0)), weights_sum(x, NULL));
    return explain_part(x, value, f_add(a, constant, rest), "E[\\log p(\\pi)]");
}

/* Σ_i w_i Σ_k γ_ik (E log f_ik, or log γ_ik) */
static formula rows_part(struct explanation *x, double value, bool density)
{
    struct formulas *a = &x->f;
    const struct model *m = x->model;
    const struct mixture *mix = mixture_of(m);
    const double *gamma = latent_block(x->q, "gamma");
    struct row_sum s;
    formula named = f_name(a, "\\gamma_{i,k}");
    formula body = f_mul(a, named, density ? f_name(a, "E[\\log f_{i,k}]") : f_log(a, named));
    row_sum_begin(x, &s, "\\sum_{i}", (formula)f_sum(a, "\\sum_{k}", body));
    mix->family->prepare(m, x->theta, mix->work);
    for (size_t i = 0; i < m->obs.n; i++) {
        struct formulas_mark mark = formulas_mark(a);
        formula of_row = NULL;
        mix->family->log_density(m, mix->work, m->obs.x + i * m->obs.d, 1, mix->joint);
        for (size_t k = 0; k < m->k; k++) {
            double g = gamma[i * m->k + k];
            if (g == 0.0)
                continue;
            formula q = f_symbol(a, g, "\\gamma_{%zu,%zu}", i + 1, k + 1);
            formula one = f_mul(a, q, density ? f_number(a, mix->joint[k]) : f_log(a, q));
            of_row = of_row ? f_add(a, of_row, one) : one;
        }
        row_sum_add(&s, i, of_row, mark);
    }
    formula f = explain_part(x, value, s.sum,
                             density ? "E[\\log p(X|Z,\\mu,\\Lambda)]" : "E[\\log q(Z)]");
    row_sum_say_largest(&s);
    return f;
}

enum part { P_X, P_Z, P_PI, P_MU_LAMBDA, Q_Z, Q_PI, Q_MU_LAMBDA, PARTS };

static void explain_expected(struct explanation *x, const double *v)
{
    struct formulas *a = &x->f;
    formula data = rows_part(x, v[P_X], true);
    formula labels = explain_part(x, v[P_Z], weights_sum(x, size_of), "E[\\log p(Z|\\pi)]");
    formula weights = prior_of_weights(x, v[P_PI]);
    formula constant = prior_constant(x);
    formula components = components_part(x, v[P_MU_LAMBDA], "E[\\log p(\\mu,\\Lambda)]",
                                         prior_of_component, constant);
    explain_term_item(x, TERM_Q, f_add(a, f_add(a, f_add(a, data, labels), weights), components));
    explain_remark(x, "E[log fᵢₖ] = ½(E[log|Λₖ|] − d/βₖ − νₖδ²ᵢₖ − d log 2π): explain e shows one "
                      "row's");
}

static void explain_entropy(struct explanation *x, const double *v)
{
    struct formulas *a = &x->f;
    formula labels = rows_part(x, v[Q_Z], false);
    formula weights = explain_part(x, v[Q_PI],
                                   f_add(a, dirichlet_constant(x), weights_sum(x, alpha_less_one)),
                                   "E[\\log q(\\pi)]");
    formula components = components_part(x, v[Q_MU_LAMBDA], "E[\\log q(\\mu,\\Lambda)]",
                                         own_component, NULL);
    explain_term_item(x, TERM_ENTROPY, f_sub(a, f_sub(a, f_neg(a, labels), weights), components));
}

static int vbgmm_explain_term(struct explanation *x, enum term t, struct error *e)
{
    double v[PARTS];
    (void)e;
    if (t != TERM_Q && t != TERM_ENTROPY)
        return 0; /* the ELBO is its identity */
    vbgmm_part(x->model, x->q, x->theta, v);
    if (t == TERM_Q)
        explain_expected(x, v);
    else
        explain_entropy(x, v);
    return 0;
}

static int vbgmm_explain_jensen(struct explanation *x, size_t i, struct error *e)
{
    (void)x;
    (void)i;
    error_set(e, "Jensen's inequality is about log p(x), and with π, μ and Λ unknown too that is out "
                 "of reach, for one row as for all");
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
