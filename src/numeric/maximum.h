/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The maximum of a smooth function of a few variables of which only values are known, to nearly all
 * of their digits: Newton's method, its slopes and curvatures by differences whose steps follow the
 * curvature; where the function is not smooth, Nelder and Mead's simplex (GSL).
 *
 * A start that is a maximum already is left as it is, to the bit.
 */
#ifndef EMSTEP_NUMERIC_MAXIMUM_H
#define EMSTEP_NUMERIC_MAXIMUM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct hill {
    /* f(u), −∞ or NaN where u is not allowed.  −1 gives up: the caller knows why. */
    int (*height)(void *context, const double *u, double *f);
    void *context;
    size_t n;
    double unit;        /* how large f is by its nature: a sum over so many rows */
    const bool *folded; /* (n) u_i is a logarithm or a logit: one unit of it is far */
};

enum maximum {
    MAXIMUM_FOUND,
    MAXIMUM_RUNS,       /* there is none: f rises for ever along u_which, upwards or downwards */
    MAXIMUM_FAILED,     /* height gave up, or there is no memory: only the latter sets the error */
};

enum maximum maximum_find(const struct hill *h, double *u, size_t *which, bool *upwards,
                          struct error *e);

#endif
