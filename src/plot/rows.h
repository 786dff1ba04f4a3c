/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of data as points that q colours, and ellipses of two of their columns. */
#ifndef EMSTEP_PLOT_ROWS_H
#define EMSTEP_PLOT_ROWS_H

#include "plot/figure.h"

struct rows {
    size_t n;
    const double *gamma;   /* (n,k) of q; NULL: rows belong to nothing */
    size_t k;
    /* Where row i stands; false: it is not drawn. */
    bool (*place)(const void *context, size_t i, double at[2]);
    const void *context;
};

/* Series "rows1", "rows2", … : the rows of which component k holds most, each in the mixture of
 * colours that q gives it; "rows" without γ. */
void rows_add(const struct rows *r, struct figure *f);

/* The component that holds most of row i; 0 without γ.  Ties go to the first. */
size_t rows_component(const double *gamma, size_t k, size_t i);

/* The line around the share p of a normal distribution in two columns: μ + r·L·(cos, sin) with LLᵀ
 * its covariance aa, ab, bb and r² the χ²₂ quantile.  NULL, and nothing, where that is not positive
 * definite. */
struct series *ellipse_add(struct figure *f, enum ink ink, const char *name, const char *label,
                           const double mean[2], const double cov[3], double p);

#endif
