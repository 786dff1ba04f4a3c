/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/mixture_explain.h"

#include <string.h>

#include "models/prior.h"

formula mixture_x(struct explanation *x, size_t i, size_t j)
{
    size_t d = x->model->obs.d;
    double v = x->model->obs.x[j][i];
    return d == 1 ? f_symbol(&x->f, v, "x_{%zu}", i + 1)
                  : f_symbol(&x->f, v, "x_{%zu,%zu}", i + 1, j + 1);
}

formula mixture_x_named(struct explanation *x, size_t j)
{
    return x->model->obs.d == 1 ? f_name(&x->f, "x_{i}") : f_name(&x->f, "x_{i,%zu}", j + 1);
}

formula mixture_entry(struct explanation *x, const struct theta *theta, const char *block,
                      const char *latex, size_t k, size_t j)
{
    size_t d = x->model->obs.d;
    double v = theta_block(theta, block)[k * d + j];
    return d == 1 ? f_symbol(&x->f, v, "%s_{%zu}", latex, k + 1)
                  : f_symbol(&x->f, v, "%s_{%zu,%zu}", latex, k + 1, j + 1);
}

static const double *gamma_of(const struct explanation *x)
{
    return latent_block(x->q, "gamma");
}

/* γ_ik, with the row's weight where rows have weights */
static formula row_weight(struct explanation *x, size_t i, size_t k)
{
    const struct observations *o = &x->model->obs;
    formula g = f_symbol(&x->f, gamma_of(x)[i * x->model->k + k], "\\gamma_{%zu,%zu}", i + 1,
                         k + 1);
    return o->weighted ? f_mul(&x->f, f_symbol(&x->f, o->weight[i], "w_{%zu}", i + 1), g) : g;
}

static formula row_weight_named(struct explanation *x, size_t k)
{
    formula g = f_name(&x->f, "\\gamma_{i,%zu}", k + 1);
    return x->model->obs.weighted ? f_mul(&x->f, f_name(&x->f, "w_{i}"), g) : g;
}

formula mixture_weighted(struct explanation *x, size_t k, size_t j, formula named,
                         mixture_term *term)
{
    struct formulas *a = &x->f;
    formula weight = row_weight_named(x, k);
    struct formula *sum = f_sum(a, "\\sum_{i}", named ? f_mul(a, weight, named) : weight);
    for (size_t i = 0; i < x->model->obs.n; i++) {
        struct formulas_mark before = f_term_begin(a, sum);
        formula w = row_weight(x, i, k);
        f_term_end(a, sum, term ? f_mul(a, w, term(x, i, k, j)) : w, before);
    }
    return sum;
}

formula mixture_size(struct explanation *x, size_t k)
{
    struct text symbol = TEXT_INIT;
    mixture_counts(x->model, gamma_of(x));
    double nk = mixture_of(x->model)->nk[k];
    text_addf(&symbol, "N_{%zu}", k + 1);
    if (!explain_has(x, symbol.s))
        explain_item(x, nk, mixture_weighted(x, k, 0, NULL, NULL), "%s", symbol.s);
    text_clear(&symbol);
    return f_symbol(&x->f, nk, "N_{%zu}", k + 1);
}

formula mixture_total(struct explanation *x)
{
    return f_symbol(&x->f, x->model->obs.total_weight, "n");
}

formula mixture_hyper(struct explanation *x, const char *block, size_t at, const char *latex)
{
    const double *v = prior_block(x->prior, block);
    return v ? f_symbol(&x->f, v[at], "%s", latex) : NULL;
}

/* n + Σ_l (α_l − 1) */
static formula total_with_prior(struct explanation *x, const double *alpha)
{
    struct formulas *a = &x->f;
    formula one = f_number(a, 1.0);
    struct formula *sum = f_sum(a, "\\sum_{l}", f_sub(a, f_name(a, "\\alpha_{l}"), one));
    for (size_t l = 0; l < x->model->k; l++)
        f_sum_add(a, sum, f_sub(a, f_symbol(a, alpha[l], "\\alpha_{%zu}", l + 1), one));
    return f_add(a, mixture_total(x), sum);
}

void mixture_explain_pi(struct explanation *x, size_t k)
{
    struct formulas *a = &x->f;
    formula share = mixture_size(x, k), total = mixture_total(x);
    const double *alpha = prior_block(x->prior, "dirichlet");
    if (alpha) {
        share = f_add(a, share, f_sub(a, f_symbol(a, alpha[k], "\\alpha_{%zu}", k + 1),
                                      f_number(a, 1.0)));
        total = total_with_prior(x, alpha);
    }
    explain_item(x, theta_block(x->answer, "pi")[k], f_div(a, share, total), "\\pi_{%zu}", k + 1);
}

formula mixture_with(struct explanation *x, formula f, const char *block, size_t at,
                     const char *latex, double less)
{
    struct formulas *a = &x->f;
    formula hyper = mixture_hyper(x, block, at, latex);
    if (!hyper)
        return f;
    f = f_add(a, f, hyper);
    return less == 0.0 ? f : f_sub(a, f, f_number(a, less));
}

static formula x_term(struct explanation *x, size_t i, size_t k, size_t j)
{
    (void)k;
    return mixture_x(x, i, j);
}

formula mixture_sum_of_x(struct explanation *x, size_t k, size_t j)
{
    return mixture_weighted(x, k, j, mixture_x_named(x, j), x_term);
}
