/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sums over the rows of the data, for `explain`: weights, and the row that contributes most. */
#ifndef EMSTEP_MODELS_EXPLAIN_SUM_H
#define EMSTEP_MODELS_EXPLAIN_SUM_H

#include "em/explain.h"

struct row_sum {
    struct explanation *x;
    struct formula *sum;
    size_t largest;         /* the row, from 0 */
    double value;           /* what it adds */
};

/* Σ_i w_i body, `over` in LaTeX ("\\sum_{i}"); the weights are left out where all are 1. */
void row_sum_begin(struct explanation *x, struct row_sum *s, const char *over, formula body);
/* Before a term is made, as f_term_begin; and + w_i term, which ends that.  NULL: row i adds
 * nothing. */
struct formulas_mark row_sum_mark(const struct row_sum *s);
void row_sum_add(struct row_sum *s, size_t i, formula term, struct formulas_mark mark);
/* The same: "row 12, waiting = 43, contributes most: −6.21" */
void row_sum_say_largest(const struct row_sum *s);

/* A note below the last item: "pixel (3,4), contributes most: −2.1".  `what` is the sum's largest
 * term. */
void explain_largest(struct explanation *x, const struct formula *sum, const char *what);

/* Σ_i w_i = n, under its name. */
formula weight_total(struct explanation *x);

/* An item, and its name with its value for the formulas that follow. */
formula explain_part(struct explanation *x, double value, formula is, const char *latex);

#endif
