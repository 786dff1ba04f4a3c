/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The distribution of one number, by its family and parameters. */
#ifndef EMSTEP_NUMERIC_MARGINAL_H
#define EMSTEP_NUMERIC_MARGINAL_H

enum marginal_family {
    MARGINAL_NONE,
    MARGINAL_BETA,          /* a, b */
    MARGINAL_GAMMA,         /* shape a, rate b */
    MARGINAL_INVERSE_GAMMA, /* shape a, scale b */
    MARGINAL_STUDENT,       /* a degrees of freedom, centre b, scale c */
};

struct marginal {
    enum marginal_family family;
    double a, b, c;
};

/* "Beta", and so on. */
const char *marginal_name(const struct marginal *m);
/* How many parameters it has: a, a and b, … */
int marginal_parameters(const struct marginal *m);
/* +∞ at a pole; 0 outside the support. */
double marginal_density(const struct marginal *m, double x);
/* The x below which the probability p lies; p in (0,1). */
double marginal_quantile(const struct marginal *m, double p);

#endif
