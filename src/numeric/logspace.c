/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "numeric/logspace.h"

#include <float.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>
#include <stdbool.h>

static double largest(size_t k, const double *a)
{
    double top = -INFINITY;
    for (size_t i = 0; i < k; i++)
        if (a[i] > top)
            top = a[i];
    return top;
}

double log_sum_exp(size_t k, const double *a)
{
    double top = largest(k, a);
    if (!isfinite(top))
        return top;
    double sum = 0.0;
    for (size_t i = 0; i < k; i++)
        sum += exp(a[i] - top);
    return top + log(sum);
}

double softmax(size_t k, const double *a, double *p)
{
    double top = largest(k, a);
    if (!isfinite(top))
        return top;
    double sum = 0.0;
    for (size_t i = 0; i < k; i++) {
        p[i] = exp(a[i] - top);
        sum += p[i];
    }
    for (size_t i = 0; i < k; i++)
        p[i] /= sum;
    return top + log(sum);
}

size_t most_probable(size_t k, const double *a)
{
    size_t best = 0;
    for (size_t j = 1; j < k; j++)
        if (a[j] > a[best])
            best = j;
    return best;
}

double x_log(double w, double v)
{
    return w == 0.0 ? 0.0 : w * log(v);
}

double times_log(double w, double l)
{
    return w == 0.0 ? 0.0 : w * l;
}

double log_factorial(double x)
{
    bool small = x <= GSL_SF_FACT_NMAX && x == floor(x);
    return small ? gsl_sf_lnfact((unsigned)x) : gsl_sf_lngamma(x + 1.0);
}

double proportion(double yes, double no)
{
    double p = yes / (yes + no);
    if (p == 1.0 && no > 0.0)
        return 1.0 - 0.5 * DBL_EPSILON;
    return p == 0.0 && yes > 0.0 ? DBL_MIN : p;
}
