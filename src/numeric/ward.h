/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Agglomerative clustering by Ward's criterion (Ward 1963): the pair whose union adds least to the
 * sum of squares, w_a w_b/(w_a + w_b)·|c_a − c_b|², is merged first.  By nearest-neighbour chains
 * (Murtagh 1983), which find the same tree in O(n²) time and O(n) memory.
 */
#ifndef EMSTEP_NUMERIC_WARD_H
#define EMSTEP_NUMERIC_WARD_H

#include "base/error.h"

/* Cuts the tree of n rows x (n,d) with weights w (n) into k clusters, 1 ≤ k ≤ n; owner (n) gets
 * their numbers, 0 … k − 1, in order of first appearance. */
int ward(size_t n, size_t d, const double *x, const double *w, size_t k, size_t *owner,
         struct error *e);

#endif
