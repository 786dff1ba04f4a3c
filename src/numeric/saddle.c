/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "numeric/saddle.h"

#include <gsl/gsl_sf_gamma.h>
#include <gsl/gsl_sf_log.h>
#include <math.h>

/* GSL's Γ*(x) = Γ(x)/(√2π x^(x−½) e^−x), so that log Γ* = δ */
double saddle_peak(double x)
{
    return x > 0.0 ? -log(sqrt(2.0 * M_PI * x) * gsl_sf_gammastar(x)) : 0.0;
}

double saddle_fall(double x, double lambda)
{
    double past = lambda - x;
    if (x == 0.0)
        return lambda;
    if (fabs(past) < 0.5 * x)
        return -x * gsl_sf_log_1plusx_mx(past / x);
    return x * log(x / lambda) + past;
}
