/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Q, S and H of the hidden Markov model, for `explain`: sums over states, over pairs of states by
 * their expected numbers, and over rows. */
#include <math.h>
#include <stdio.h>

#include "base/memory.h"
#include "models/explain_sum.h"
#include "models/hmm_explain.h"
#include "numeric/logspace.h"

/* N_ij log A_ij, with 0 log 0 = 0, over all pairs of states */
static formula transitions_part(struct explanation *x)
{
    struct formulas *a = &x->f;
    size_t K = x->model->k;
    const double *xi = latent_block(x->q, "xi"), *A = theta_block(x->theta, "A");
    struct formula *sum = f_sum(a, "\\sum_{ij}", f_mul(a, f_name(a, "N_{ij}"),
                                                       f_log(a, f_name(a, "A_{ij}"))));
    double value = 0.0;
    for (size_t p = 0; p < K * K; p++) {
        double n = 0.0;
        for (size_t t = 0; t + 1 < x->model->obs.n; t++)
            n += xi[t * K * K + p];
        value += x_log(n, A[p]);
        f_sum_add(a, sum, f_times_log(a, f_symbol(a, n, "N_{%zu,%zu}", p / K + 1, p % K + 1),
                                      hmm_transition(x, p / K, p % K)));
    }
    return explain_part(x, value, sum, "E_q[\\log A]");
}

static formula starts_part(struct explanation *x)
{
    struct formulas *a = &x->f;
    const double *gamma = latent_block(x->q, "gamma"), *pi = theta_block(x->theta, "pi");
    struct formula *sum = f_sum(a, "\\sum_{k}", f_mul(a, f_name(a, "\\gamma_{1}(k)"),
                                                      f_log(a, f_name(a, "\\pi_{k}"))));
    double value = 0.0;
    for (size_t k = 0; k < x->model->k; k++) {
        value += x_log(gamma[k], pi[k]);
        f_sum_add(a, sum, f_times_log(a, hmm_gamma(x, 0, k), hmm_start(x, k)));
    }
    return explain_part(x, value, sum, "E_q[\\log\\pi]");
}

static formula emissions_part(struct explanation *x)
{
    struct formulas *a = &x->f;
    const double *gamma = latent_block(x->q, "gamma");
    size_t K = x->model->k;
    struct row_sum s;
    struct formula *named = f_sum(a, "\\sum_{k}", f_mul(a, f_name(a, "\\gamma_{t}(k)"),
                                                        f_name(a, "\\log b_{t}(k)")));
    double value = 0.0;
    row_sum_begin(x, &s, "\\sum_{t}", named);
    for (size_t t = 0; t < x->model->obs.n; t++) {
        struct formulas_mark mark = row_sum_mark(&s);
        formula of_row = NULL;
        for (size_t k = 0; k < K; k++) {
            double g = gamma[t * K + k];
            value += times_log(g, hmm_log_density(x, t, k));
            if (g == 0.0)
                continue;
            formula one = f_mul(a, hmm_gamma(x, t, k),
                                f_symbol(a, hmm_log_density(x, t, k), "\\log b_{%zu}(%zu)", t + 1,
                                         k + 1));
            of_row = of_row ? f_add(a, of_row, one) : one;
        }
        row_sum_add(&s, t, of_row, mark);
    }
    formula f = explain_part(x, value, s.sum, "E_q[\\log b]");
    row_sum_say_largest(&s);
    return f;
}

void hmm_explain_expected(struct explanation *x)
{
    struct formulas *a = &x->f;
    hmm_prepare(x->model, x->theta);
    formula starts = starts_part(x), moves = transitions_part(x), emissions = emissions_part(x);
    explain_term_item(x, TERM_Q, f_add(a, f_add(a, starts, moves), emissions));
    explain_remark(x, "Nᵢⱼ = Σₜ ξₜ(i,j) is how many moves from i to j q expects");
}

/* The conditional probabilities of a chain: rows r (1 + (n−1)k, k) as models/hmm.h has them. */
struct filling {
    size_t k;
    double *row;
};

static double fill_row(void *context, size_t r, const double *log_p, const double *p, double sum)
{
    const struct filling *f = context;
    double *row = f->row + r * f->k;
    (void)p;
    for (size_t j = 0; j < f->k; j++)
        row[j] = isfinite(sum) ? log_p[j] - sum : -INFINITY;
    return sum;
}

/* log r in rows, of the posterior, or log q(j|i) of q itself */
static void posterior_rows(struct explanation *x, double *row)
{
    struct filling f = {x->model->k, row};
    hmm_prepare(x->model, x->theta);
    hmm_backward(x->model, 1.0, fill_row, &f);
}

static void own_rows(struct explanation *x, double *row)
{
    size_t K = x->model->k, n = x->model->obs.n;
    const double *gamma = latent_block(x->q, "gamma"), *xi = latent_block(x->q, "xi");
    for (size_t j = 0; j < K; j++)
        row[j] = log(gamma[j]);
    for (size_t p = 0; p < (n - 1) * K * K; p++)
        row[K + p] = log(xi[p]) - log(gamma[p / K]);
}

/* mass log p, with p under its name, and as a number where it can be written as one */
static formula mass_log(struct explanation *x, formula mass, double log_p, const char *name)
{
    struct formulas *a = &x->f;
    formula logarithm = f_log(a, f_symbol(a, exp(log_p), "%s", name));
    if (log_p < -HMM_SAFE)
        logarithm = f_as(a, logarithm, f_number(a, log_p));
    return f_mul(a, mass, logarithm);
}

/* Σ_k γ_1(k) log p_1(k), `p` = q or r */
static struct formula *first_sum(struct explanation *x, const double *row, char p)
{
    struct formulas *a = &x->f;
    struct formula *sum = f_sum(a, "\\sum_{k}", f_mul(a, f_name(a, "\\gamma_{1}(k)"),
                                                      f_log(a, f_name(a, "%c_{1}(k)", p))));
    for (size_t k = 0; k < x->model->k; k++) {
        formula mass = hmm_gamma(x, 0, k);
        char name[40];
        snprintf(name, sizeof name, "%c_{1}(%zu)", p, k + 1);
        if (formula_value(mass) > 0.0)
            f_sum_add(a, sum, mass_log(x, mass, row[k], name));
    }
    return sum;
}

/* Σ_t Σ_ij ξ_t(i,j) log p_t(j|i) */
static struct formula *rest_sum(struct explanation *x, const double *row, char p)
{
    struct formulas *a = &x->f;
    size_t K = x->model->k;
    struct formula *sum = f_sum(a, "\\sum_{t} \\sum_{ij}",
                                f_mul(a, f_name(a, "\\xi_{t}(i,j)"),
                                      f_log(a, f_name(a, "%c_{t}(j|i)", p))));
    for (size_t at = 0; at < (x->model->obs.n - 1) * K * K; at++) {
        struct formulas_mark mark = f_term_begin(a, sum);
        size_t t = at / (K * K), i = at / K % K, j = at % K;
        formula mass = hmm_pair(x, t, i, j);
        char name[80];
        snprintf(name, sizeof name, "%c_{%zu}(%zu|%zu)", p, t + 1, j + 1, i + 1);
        bool any = formula_value(mass) > 0.0;
        f_term_end(a, sum, any ? mass_log(x, mass, row[K + at], name) : NULL, mark);
    }
    return sum;
}

int hmm_explain_chain(struct explanation *x, enum term t, struct error *e)
{
    struct formulas *a = &x->f;
    size_t K = x->model->k;
    double *row = NEW_ARRAY((1 + (x->model->obs.n - 1) * K) * K, double);
    const char p = t == TERM_H ? 'r' : 'q';
    if (!row)
        return error_no_memory(e);
    if (t == TERM_H)
        posterior_rows(x, row);
    else
        own_rows(x, row);
    formula first = first_sum(x, row, p), rest = rest_sum(x, row, p);
    mem_free(row);
    if (t == TERM_H)
        explain_term_item(x, t, f_add(a, first, rest));
    else
        explain_term_item(x, t, f_sub(a, f_neg(a, first), rest));
    explain_remark(x, t == TERM_H ? "r is the posterior chain: rₜ(j|i) = p(zₜ₊₁=j|zₜ=i, x, θ)"
                                  : "qₜ(j|i) = ξₜ(i,j)/γₜ(i): q is a chain, and so is its entropy");
    return 0;
}
