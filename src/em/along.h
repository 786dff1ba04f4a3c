/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One q along one line: its ELBO as a function of s, for line_terms.c and line_bound.c alone. */
#ifndef EMSTEP_EM_ALONG_H
#define EMSTEP_EM_ALONG_H

#include "em/line.h"

struct along { /* both borrowed */
    const struct line *line;
    const struct expected *q;
};

double along_elbo(double s, void *along); /* NaN where θ(s) is not valid */

/* The derivative of f at s, with a step that stays inside the valid range; NaN where none does. */
double along_slope(double (*f)(double, void *), void *context, double s, double step);
/* The same of ℓ, in few passes over the data. */
int along_slope_of_loglik(const struct line *l, double s, double step, double *value,
                          struct error *e);

#endif
