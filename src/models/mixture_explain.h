/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the mixtures' explainers share (em/explain.h): N_k, π_k, and sums weighted by γ. */
#ifndef EMSTEP_MODELS_MIXTURE_EXPLAIN_H
#define EMSTEP_MODELS_MIXTURE_EXPLAIN_H

#include "em/explain.h"
#include "models/mixture.h"

/* x_i (x_{i,j} of several columns) with its number; i from 0, j from 0. */
formula mixture_x(struct explanation *x, size_t i, size_t j);
/* The same by name alone, of a running row: x_{i}, x_{i,2}. */
formula mixture_x_named(struct explanation *x, size_t j);
/* \mu_{k}, or \mu_{k,j} where the data have several columns: entry (k,j) of a block (K,d). */
formula mixture_entry(struct explanation *x, const struct theta *theta, const char *block,
                      const char *latex, size_t k, size_t j);

/* N_k with its number; the first time an item says how it is made. */
formula mixture_size(struct explanation *x, size_t k);
/* n, the total weight. */
formula mixture_total(struct explanation *x);

/* Σ_i w_i γ_ik t_i, for the M-step: `named` is t_i in symbols, `term` makes it for row i. */
typedef formula mixture_term(struct explanation *x, size_t i, size_t k, size_t j);
formula mixture_weighted(struct explanation *x, size_t k, size_t j, formula named,
                         mixture_term *term);

/* π_k = (N_k + α_k − 1)/(n + Σ(α_l − 1)): block pi, entry k. */
void mixture_explain_pi(struct explanation *x, size_t k);
/* a hyperparameter by name and number, NULL when it is not given: α_1, a, b … */
formula mixture_hyper(struct explanation *x, const char *block, size_t at, const char *latex);

/* f + a − less under the prior that is given, f itself without one: "beta", 0, "a" */
formula mixture_with(struct explanation *x, formula f, const char *block, size_t at,
                     const char *latex, double less);
/* Σ_i w_i γ_ik x_ij */
formula mixture_sum_of_x(struct explanation *x, size_t k, size_t j);

extern const struct explainer gaussian_explainer;

/* "f(x_{i}|φ_{k})" in LaTeX, appended: \mathcal N(x_{3}|\mu_{1},\Sigma_{1}) */
void gaussian_density_name(const struct model *m, const char *i, const char *k,
                           struct text *latex);
/* log N(x_i|μ_k,Σ_k): what is long about it (|Σ_k|, the distance) becomes items of its own. */
formula gaussian_log_density_formula(struct explanation *x, size_t i, size_t k);
/* mu and Sigma: also of a hidden Markov model, whose γ is q's first block. */
int gaussian_explain_m(struct explanation *x, const struct block *b, size_t entry,
                       struct error *e);

#endif
