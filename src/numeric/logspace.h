/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sums and weights in the log domain. */
#ifndef EMSTEP_NUMERIC_LOGSPACE_H
#define EMSTEP_NUMERIC_LOGSPACE_H

#include <stddef.h>

/* log Σ exp(a_k), −∞ when all are −∞; a (k). */
double log_sum_exp(size_t k, const double *a);
/* p_k ← exp(a_k − log Σ exp a), rows that sum to 1 to rounding; a and p may be the same.
 * Returns log Σ exp a; when that is −∞ p is left alone. */
double softmax(size_t k, const double *a, double *p);
/* The place of the largest of a (k), k > 0; the first of equals. */
size_t most_probable(size_t k, const double *a);

/* w·log v with 0·log 0 = 0 (and 0·(−∞) = 0). */
double x_log(double w, double v);
/* w·l for a logarithm l that may be −∞, with 0·(−∞) = 0. */
double times_log(double w, double l);

/* log x! = log Γ(x + 1), x ≥ 0: whole numbers up to 170 from a table */
double log_factorial(double x);

/* yes/(yes + no), where both may be anything from 0 up: 1 only when no = 0 and 0 only when yes = 0,
 * so that no case which has a share in the sum ends up with probability 0. */
double proportion(double yes, double no);

#endif
