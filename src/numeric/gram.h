/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Cholesky factor of A Aᵀ from A itself, by a QR decomposition of Aᵀ (LAPACK).  A Aᵀ is never
 * formed, so that a direction in which A is small keeps its digits: half of them would go. */
#ifndef EMSTEP_NUMERIC_GRAM_H
#define EMSTEP_NUMERIC_GRAM_H

#include <stdbool.h>
#include <stddef.h>

/* Doubles that gram_factor needs to work in. */
size_t gram_work(size_t d);
/* L (d,d) lower triangular with L Lᵀ = A Aᵀ and a positive diagonal; A (d,n), d ≤ n, row-major, is
 * destroyed.  False when A Aᵀ is not positive definite or not finite; L is then undefined. */
bool gram_factor(size_t d, size_t n, double *A, double *work, double *L);
/* The same of any finite A: where A Aᵀ is only semidefinite, the diagonal has a 0 or what rounding
 * leaves of one. */
bool gram_triangle(size_t d, size_t n, double *A, double *work, double *L);

#endif
