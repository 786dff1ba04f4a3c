/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "numeric/marginal.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>

const char *marginal_name(const struct marginal *m)
{
    static const char *const names[] = {"none", "Beta", "Gamma", "inverse Gamma", "Student"};
    return names[m->family];
}

int marginal_parameters(const struct marginal *m)
{
    return m->family == MARGINAL_NONE ? 0 : m->family == MARGINAL_STUDENT ? 3 : 2;
}

double marginal_density(const struct marginal *m, double x)
{
    switch (m->family) {
    case MARGINAL_BETA:
        return gsl_ran_beta_pdf(x, m->a, m->b);
    case MARGINAL_GAMMA:
        return gsl_ran_gamma_pdf(x, m->a, 1.0 / m->b);
    case MARGINAL_INVERSE_GAMMA: /* that of 1/x is a Gamma's: dx⁻¹ = dx/x² */
        return x > 0.0 ? gsl_ran_gamma_pdf(1.0 / x, m->a, 1.0 / m->b) / (x * x) : 0.0;
    case MARGINAL_STUDENT:
        return gsl_ran_tdist_pdf((x - m->b) / m->c, m->a) / m->c;
    case MARGINAL_NONE:
        break;
    }
    return NAN;
}

double marginal_quantile(const struct marginal *m, double p)
{
    switch (m->family) {
    case MARGINAL_BETA:
        return gsl_cdf_beta_Pinv(p, m->a, m->b);
    case MARGINAL_GAMMA:
        return gsl_cdf_gamma_Pinv(p, m->a, 1.0 / m->b);
    case MARGINAL_INVERSE_GAMMA:
        return 1.0 / gsl_cdf_gamma_Qinv(p, m->a, 1.0 / m->b);
    case MARGINAL_STUDENT:
        return m->b + m->c * gsl_cdf_tdist_Pinv(p, m->a);
    case MARGINAL_NONE:
        break;
    }
    return NAN;
}
