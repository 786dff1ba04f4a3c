/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Least squares under nonnegativity: the active-set method of Lawson & Hanson (1974, chapter 23).
 * It decides whether b lies in the cone of the columns of A, and when not, says what separates. */
#ifndef EMSTEP_NUMERIC_NNLS_H
#define EMSTEP_NUMERIC_NNLS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/*
 * p (n) ≥ 0 that minimises ‖A p − b‖, and r (m) ← b − A p.  Column j of A is at A + j·m.
 * *inside: b = A p to within rounding.  When it is not, r separates b from the cone:
 * A_jᵀ r ≤ 0 for every column, to within rounding, and bᵀ r = ‖r‖² > 0.
 */
int nnls(size_t m, size_t n, const double *A, const double *b, double *p, double *r, bool *inside,
         struct error *e);

#endif
