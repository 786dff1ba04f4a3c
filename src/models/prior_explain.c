/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/prior_explain.h"

#include <math.h>
#include <string.h>

#include "models/prior.h"

static formula less_one(struct explanation *x, formula f)
{
    return f_sub(&x->f, f, f_number(&x->f, 1.0));
}

/* log Γ(Σα) + Σ_k [(α_k − 1) log π_k − log Γ(α_k)] */
static formula dirichlet(struct explanation *x, const double *alpha)
{
    struct formulas *a = &x->f;
    const double *pi = theta_block(x->theta, "pi");
    formula named = f_name(a, "\\alpha_{k}");
    struct formula *total = f_sum(a, "\\sum_{k}", named);
    formula body = f_sub(a, f_mul(a, less_one(x, named), f_log(a, f_name(a, "\\pi_{k}"))),
                         f_call(a, NAN, "\\log\\Gamma", 1, named));
    struct formula *sum = f_sum(a, "\\sum_{k}", body);
    for (size_t k = 0; k < x->model->k; k++) {
        formula shape = f_symbol(a, alpha[k], "\\alpha_{%zu}", k + 1);
        formula weight = f_symbol(a, pi[k], "\\pi_{%zu}", k + 1);
        f_sum_add(a, total, shape);
        f_sum_add(a, sum, f_sub(a, f_times_log(a, less_one(x, shape), weight),
                                f_log_gamma(a, shape)));
    }
    return f_add(a, f_log_gamma(a, total), sum);
}

/* log Γ(a+b) − log Γ(a) − log Γ(b) + (a−1) log p + (b−1) log(1−p) */
static formula beta_density(struct explanation *x, const double *v, formula p)
{
    struct formulas *f = &x->f;
    formula a = f_symbol(f, v[0], "a"), b = f_symbol(f, v[1], "b");
    formula constant = f_sub(f, f_sub(f, f_log_gamma(f, f_add(f, a, b)), f_log_gamma(f, a)),
                             f_log_gamma(f, b));
    return f_add(f, f_add(f, constant, f_times_log(f, less_one(x, a), p)),
                 f_times_log(f, less_one(x, b), f_sub(f, f_number(f, 1.0), p)));
}

/* a log b − log Γ(a) + (a−1) log v − b v */
static formula gamma_density(struct explanation *x, const double *v, formula of)
{
    struct formulas *f = &x->f;
    formula a = f_symbol(f, v[0], "a"), b = f_symbol(f, v[1], "b");
    formula constant = f_sub(f, f_mul(f, a, f_log(f, b)), f_log_gamma(f, a));
    return f_sub(f, f_add(f, constant, f_times_log(f, less_one(x, a), of)), f_mul(f, b, of));
}

/* The density of every entry of block b. */
static formula over_entries(struct explanation *x, const struct block *b, const double *v,
                            formula (*density)(struct explanation *, const double *, formula))
{
    struct formulas *f = &x->f;
    struct text name = TEXT_INIT;
    explain_entry(b, 0, &name);
    name.s[strcspn(name.s, "_")] = '\0';
    const char *index = b->size == 1 ? "%s" : b->rank == 2 && b->dim[1] > 1 ? "%s_{k,j}" : "%s_{k}";
    formula named = strcmp(index, "%s") == 0        ? f_name(f, "%s", name.s)
                    : strcmp(index, "%s_{k}") == 0 ? f_name(f, "%s_{k}", name.s)
                                                   : f_name(f, "%s_{k,j}", name.s);
    struct formula *sum = f_sum(f, b->rank == 2 && b->dim[1] > 1 ? "\\sum_{k,j}" : "\\sum_{k}",
                                density(x, v, named));
    formula last = NULL;
    for (size_t i = 0; i < b->size; i++) {
        text_reset(&name);
        explain_entry(b, i, &name);
        last = density(x, v, f_symbol(f, x->theta->b.v[b->offset + i], "%s", name.s));
        f_sum_add(f, sum, last);
    }
    text_clear(&name);
    return b->size == 1 ? last : sum;
}

static formula plus(struct explanation *x, formula sum, formula more)
{
    return !sum ? more : more ? f_add(&x->f, sum, more) : sum;
}

formula prior_explain(struct explanation *x)
{
    const struct layout *l = &x->model->theta;
    const double *alpha = prior_block(x->prior, "dirichlet");
    const double *beta = prior_block(x->prior, "beta"), *gamma = prior_block(x->prior, "gamma");
    const struct block *own = &l->block[strcmp(l->block[0].name, "pi") == 0 && l->nblock > 1];
    formula sum = alpha ? dirichlet(x, alpha) : NULL;
    if (beta)
        sum = plus(x, sum, over_entries(x, own, beta, beta_density));
    if (gamma)
        sum = plus(x, sum, over_entries(x, own, gamma, gamma_density));
    if (prior_block(x->prior, "m0")) {
        double rest = x->terms->value[TERM_LOGPRIOR] - (sum ? formula_value(sum) : 0.0);
        sum = plus(x, sum, f_symbol(&x->f, rest, "\\log \\text{NIW}(\\mu,\\Sigma)"));
    }
    return sum;
}
