/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Q and S of the variational Gaussian mixture, for `explain`: four expectations and three
 * (models/vbgmm_terms.c). */
#include <math.h>
#include <string.h>

#include "models/explain_sum.h"
#include "models/niw.h"
#include "models/vbgmm_explain.h"
#include "numeric/cholesky.h"

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
            trace += vbgmm_prior_scatter(x, i, j) * W[i * d + j];
        }
    return (struct piece){vbgmm_symbol(x, "beta", "\\beta", k), vbgmm_symbol(x, "nu", "\\nu", k),
                          vbgmm_mean_log_precision(x, k), f_number(a, apart), f_number(a, trace),
                          f_symbol(a, vbgmm_logdet(x, k), "\\log|W_{%zu}|", k + 1)};
}

/* log B(W,ν) = −½ν [ log|W| + d log 2 ] − log Γ_d(ν/2) */
static formula wishart_constant(struct explanation *x, formula nu, formula logdet_W)
{
    struct formulas *a = &x->f;
    size_t d = x->model->obs.d;
    formula two = f_number(a, 2.0);
    formula inside = f_add(a, logdet_W, f_mul(a, vbgmm_dimension(x), f_log(a, two)));
    double v = formula_value(nu);
    formula gamma = f_call(a, isnan(v) ? NAN : log_multigamma(d, 0.5 * v), "\\log\\Gamma_{d}", 1,
                           f_div(a, nu, two));
    return f_sub(a, f_neg(a, f_mul(a, f_mul(a, f_half(a), nu), inside)), gamma);
}

/* ½(ν−d−1) */
static formula freedom(struct explanation *x, formula nu)
{
    struct formulas *a = &x->f;
    return f_mul(a, f_half(a), f_sub(a, f_sub(a, nu, vbgmm_dimension(x)), f_number(a, 1.0)));
}

/* ½ [ d log(β₀/2π) + l − dβ₀/β − β₀ν apart ] + log B₀ + ½(ν₀−d−1) l − ½ν tr(W₀⁻¹W) */
static formula prior_of_component(struct explanation *x, const struct piece *p, formula log_B0)
{
    struct formulas *a = &x->f;
    formula beta0 = vbgmm_hyper(x, "beta0", "\\beta_{0}"), d = vbgmm_dimension(x);
    formula inside = f_mul(a, d, f_log(a, f_div(a, beta0, vbgmm_two_pi(a))));
    inside = f_sub(a, f_add(a, inside, p->precision), f_div(a, f_mul(a, d, beta0), p->beta));
    inside = f_sub(a, inside, f_mul(a, f_mul(a, beta0, p->nu), p->apart));
    formula sum = f_add(a, f_mul(a, f_half(a), inside), log_B0);
    sum = f_add(a, sum, f_mul(a, freedom(x, vbgmm_hyper(x, "nu0", "\\nu_{0}")), p->precision));
    return f_sub(a, sum, f_mul(a, f_mul(a, f_half(a), p->nu), p->trace));
}

/* ½ [ l + d log(β/2π) − d ] + log B(W,ν) + ½(ν−d−1) l − ½νd */
static formula own_component(struct explanation *x, const struct piece *p, formula unused)
{
    struct formulas *a = &x->f;
    formula d = vbgmm_dimension(x);
    formula size = f_log(a, f_div(a, p->beta, vbgmm_two_pi(a)));
    formula inside = f_add(a, p->precision, f_mul(a, d, size));
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
    formula is = wishart_constant(x, vbgmm_hyper(x, "nu0", "\\nu_{0}"),
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
        f_sum_add(a, total, vbgmm_symbol(x, "alpha", "\\alpha", k));
        f_sum_add(a, sum, f_log_gamma(a, vbgmm_symbol(x, "alpha", "\\alpha", k)));
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
        f_sum_add(a, sum, times ? f_mul(a, times(x, k), vbgmm_log_weight(x, k))
                                : vbgmm_log_weight(x, k));
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
    formula alpha = k == x->model->k ? f_name(a, "\\alpha_{k}")
                                     : vbgmm_symbol(x, "alpha", "\\alpha", k);
    return f_sub(a, alpha, f_number(a, 1.0));
}

/* log Γ(Kα₀) − K log Γ(α₀) + (α₀−1) Σ E log π_k */
static formula prior_of_weights(struct explanation *x, double value)
{
    struct formulas *a = &x->f;
    formula alpha = vbgmm_hyper(x, "alpha0", "\\alpha_{0}");
    formula K = f_symbol(a, (double)x->model->k, "K");
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
        struct formulas_mark mark = row_sum_mark(&s);
        formula of_row = NULL;
        mix->family->log_density(m, mix->work, observations_row(&m->obs, i), 1, mix->joint);
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

int vbgmm_explain_term(struct explanation *x, enum term t, struct error *e)
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
