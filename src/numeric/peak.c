/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "numeric/peak.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_min.h>
#include <math.h>

/* Of the two grid steps that hold the peak: Brent's method sees no finer. */
static const double FINE = 1e-9;

struct upside_down {
    double (*f)(double x, void *context);
    void *context;
};

static double minus(double x, void *context)
{
    const struct upside_down *u = context;

    return -u->f(x, u->context);
}

static size_t highest(const double *y, size_t n)
{
    size_t best = n;

    for (size_t i = 0; i < n; i++)
        if (isfinite(y[i]) && (best == n || y[i] > y[best]))
            best = i;
    return best;
}

/* Until two steps in a row have led nowhere. */
static void refine(gsl_min_fminimizer *brent, double width)
{
    double was = gsl_min_fminimizer_x_minimum(brent);

    for (int i = 0, still = 0; i < 100 && still < 2; i++) {
        if (gsl_min_fminimizer_iterate(brent) != GSL_SUCCESS)
            return;
        double now = gsl_min_fminimizer_x_minimum(brent);
        still = fabs(now - was) <= FINE * width ? still + 1 : 0;
        was = now;
    }
}

bool peak_find(double (*f)(double x, void *context), void *context, const double *x,
               const double *y, size_t n, double *at, double *value)
{
    struct upside_down u = {f, context};
    gsl_function g = {minus, &u};
    size_t best = highest(y, n);

    if (best == n)
        return false;
    *at = x[best];
    *value = y[best];
    if (best == 0 || best + 1 == n || !isfinite(y[best - 1]) || !isfinite(y[best + 1]))
        return true;
    gsl_min_fminimizer *brent = gsl_min_fminimizer_alloc(gsl_min_fminimizer_brent);
    if (!brent)
        return true;
    if (gsl_min_fminimizer_set_with_values(brent, &g, x[best], -y[best], x[best - 1], -y[best - 1],
                                           x[best + 1], -y[best + 1]) == GSL_SUCCESS) {
        refine(brent, x[best + 1] - x[best - 1]);
        *at = gsl_min_fminimizer_x_minimum(brent);
        *value = -gsl_min_fminimizer_f_minimum(brent);
    }
    gsl_min_fminimizer_free(brent);
    return true;
}
