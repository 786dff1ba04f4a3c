/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The M-step of the variational Gaussian mixture, for `explain`: the numbers of q(π,μ,Λ). */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "models/explain_sum.h"
#include "models/mixture_explain.h"
#include "models/vbgmm_explain.h"

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
                 f_add(&x->f, vbgmm_hyper(x, of_prior, name), size), "%s_{%zu}", latex, k + 1);
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
    formula beta = vbgmm_hyper(x, "beta0", "\\beta_{0}"), size = mixture_size(x, k);
    formula top = f_add(a, f_mul(a, beta, prior_mean(x, j)), mixture_sum_of_x(x, k, j));
    explain_item(x, theta_block(x->answer, "m")[k * x->model->obs.d + j],
                 f_div(a, top, f_add(a, beta, size)),
                 x->model->obs.d == 1 ? "m_{%zu}" : "m_{%zu,%zu}", k + 1, j + 1);
}

/* (x_ip − m_kp)(x_ir − m_kr) about the answer's m; j = p·d + r */
static formula scatter_term(struct explanation *x, size_t i, size_t k, size_t j)
{
    size_t p = j / x->model->obs.d, r = j % x->model->obs.d;
    formula left = vbgmm_deviation(x, x->answer, i, k, p);
    return p == r ? f_square(&x->f, left)
                  : f_mul(&x->f, left, vbgmm_deviation(x, x->answer, i, k, r));
}

static formula from_prior(struct explanation *x, size_t k, size_t j)
{
    return f_sub(&x->f, mixture_entry(x, x->answer, "m", "m", k, j), prior_mean(x, j));
}

/* (W₀⁻¹)_pr */
double vbgmm_prior_scatter(const struct explanation *x, size_t p, size_t r)
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
    pull = f_mul(a, vbgmm_hyper(x, "beta0", "\\beta_{0}"), pull);
    double W0 = vbgmm_prior_scatter(x, p, r);
    formula start = d == 1 ? f_symbol(a, W0, "W_{0}^{-1}")
                           : f_symbol(a, W0, "(W_{0}^{-1})_{%zu,%zu}", p + 1, r + 1);
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
            formula size = f_add(a, vbgmm_hyper(x, "nu0", "\\nu_{0}"), mixture_size(x, k));
            is = f_mul(a, f_div(a, size, vbgmm_symbol(x, "nu", "\\nu", k)), is);
        }
    } else {
        scatter_item(x, k, p, r);
        explain_remark(x, "W is the inverse of the %zu × %zu matrix M%s", d, d,
                       is_held(x, "nu") ? ", times (ν₀+N)/ν" : "");
    }
    explain_item(x, theta_block(x->answer, "W")[(k * d + p) * d + r], is,
                 d == 1 ? "W_{%zu}" : "W_{%zu,%zu,%zu}", k + 1, p + 1, r + 1);
}

int vbgmm_explain_m(struct explanation *x, const struct block *b, size_t entry,
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
