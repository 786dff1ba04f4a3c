/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Positive definite matrices through their Cholesky factor (LAPACK); never an explicit inverse.
 * Matrices are row-major (d,d), symmetric on input; L is lower triangular, L Lᵀ = A, and the strict
 * upper triangle of a factor is zero. */
#ifndef EMSTEP_NUMERIC_CHOLESKY_H
#define EMSTEP_NUMERIC_CHOLESKY_H

#include <stdbool.h>
#include <stddef.h>

/* a ← L in place.  False when A is not positive definite or not finite; a is then undefined. */
bool cholesky(size_t d, double *a);
/* log|A| = 2 Σ log L_jj */
double cholesky_logdet(size_t d, const double *l);
/* b ← L⁻¹ b, for one vector b (d) */
void cholesky_whiten(size_t d, const double *l, double *b);
/* B ← A⁻¹ B, B row-major (d,m) */
void cholesky_solve(size_t d, size_t m, const double *l, double *b);
/* The condition that a covariance is not singular within rounding: min L_jj² / A_jj > 1e-13·d,
 * where diagonal (d) is A's own.  A collapsed direction fails it.  So does one whose variance L_jj²
 * is below the normal numbers: it has lost digits, and its inverse is out of range. */
bool cholesky_sound(size_t d, const double *l, const double *diagonal);

#endif
