/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The M-step of the hidden Markov model, for `explain`. */
#include <string.h>

#include "models/hmm_explain.h"
#include "models/mixture_explain.h"
#include "models/prior.h"

/* π_k = (γ_1(k) + α_k − 1)/(1 + Σ(α_l − 1)) */
static void start_answer(struct explanation *x, size_t k)
{
    struct formulas *a = &x->f;
    formula share = hmm_gamma(x, 0, k), one = f_number(a, 1.0);
    const double *alpha = prior_block(x->prior, "dirichlet");
    if (alpha) {
        struct formula *sum = f_sum(a, "\\sum_{l}", f_sub(a, f_name(a, "\\alpha_{l}"), one));
        for (size_t l = 0; l < x->model->k; l++)
            f_sum_add(a, sum, f_sub(a, f_symbol(a, alpha[l], "\\alpha_{%zu}", l + 1), one));
        share = f_add(a, share, f_sub(a, f_symbol(a, alpha[k], "\\alpha_{%zu}", k + 1), one));
        share = f_div(a, share, f_add(a, one, sum));
    }
    explain_item(x, theta_block(x->answer, "pi")[k], share, "\\pi_{%zu}", k + 1);
}

/* Σ_t of what `term` makes, t < n */
static struct formula *over_pairs(struct explanation *x, size_t i, size_t j)
{
    struct formulas *a = &x->f;
    struct formula *sum = f_sum(a, "\\sum_{t}", f_name(a, "\\xi_{t}(%zu,%zu)", i + 1, j + 1));
    for (size_t t = 0; t + 1 < x->model->obs.n; t++) {
        struct formulas_mark mark = f_term_begin(a, sum);
        f_term_end(a, sum, hmm_pair(x, t, i, j), mark);
    }
    return sum;
}

static struct formula *over_states(struct explanation *x, size_t i)
{
    struct formulas *a = &x->f;
    struct formula *sum = f_sum(a, "\\sum_{t}", f_name(a, "\\gamma_{t}(%zu)", i + 1));
    for (size_t t = 0; t + 1 < x->model->obs.n; t++) {
        struct formulas_mark mark = f_term_begin(a, sum);
        f_term_end(a, sum, hmm_gamma(x, t, i), mark);
    }
    return sum;
}

static void transition_answer(struct explanation *x, size_t i, size_t j)
{
    formula left = over_states(x, i);
    double value = theta_block(x->answer, "A")[i * x->model->k + j];
    if (!(formula_value(left) > 1e-300)) {
        explain_item(x, value, hmm_transition(x, i, j), "A_{%zu,%zu}", i + 1, j + 1);
        explain_remark(x, "state %zu is never left under q: its row of A stays as it is", i + 1);
        return;
    }
    explain_item(x, value, f_div(&x->f, over_pairs(x, i, j), left), "A_{%zu,%zu}", i + 1, j + 1);
    if (x->nremark == 0)
        explain_remark(x, "Σₜ leaves out the last row: no move follows it");
}

/* B_kv = Σ_{t: x_t = v} γ_t(k) / N_k */
static void symbol_answer(struct explanation *x, size_t k, size_t v)
{
    struct formulas *a = &x->f;
    formula size = mixture_size(x, k);
    struct formula *sum = f_sum(a, "\\sum_{t}",
                                f_name(a, "\\gamma_{t}(%zu) [x_{t}=%zu]", k + 1, v + 1));
    for (size_t t = 0; t < x->model->obs.n; t++) {
        struct formulas_mark mark = f_term_begin(a, sum);
        bool there = (size_t)x->model->obs.x[0][t] == v + 1;
        f_term_end(a, sum, there ? hmm_gamma(x, t, k) : NULL, mark);
    }
    explain_item(x, theta_block(x->answer, "B")[k * hmm_of(x->model)->symbols + v],
                 f_div(a, sum, size), "B_{%zu,%zu}", k + 1, v + 1);
}

int hmm_explain_m(struct explanation *x, const struct block *b, size_t entry,
                         struct error *e)
{
    size_t k = x->model->k, V = hmm_of(x->model)->symbols;
    if (strcmp(b->name, "pi") == 0)
        start_answer(x, entry);
    else if (strcmp(b->name, "A") == 0)
        transition_answer(x, entry / k, entry % k);
    else if (V)
        symbol_answer(x, entry / V, entry % V);
    else
        return gaussian_explain_m(x, b, entry, e);
    return 0;
}
