/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "numeric/peak.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_min.h>
#include <math.h>

/* Of the two grid steps that hold the peak: Brent's method sees no finer. */
static const double FINE = 1e-8;
/* Of the last step of the grid: a peak nearer to its end is the end. */
static const double NEAR = 1e-3;

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

/* Until what holds the peak is narrow, or shrinks no more. */
static void refine(gsl_min_fminimizer *brent, double width)
{
    for (int i = 0; i < 100; i++)
        if (gsl_min_fminimizer_iterate(brent) != GSL_SUCCESS ||
            gsl_min_fminimizer_x_upper(brent) - gsl_min_fminimizer_x_lower(brent) <= FINE * width)
            return;
}

struct bracket {
    double x[3], y[3]; /* the middle one is the highest */
};

/* Ever nearer to the end, a point that is higher than it. */
static bool look_near_end(const struct upside_down *u, double end, double inner, double y_end,
                          double y_inner, struct bracket *b)
{
    bool up = inner < end;

    for (double part = 0.5; part > NEAR; part /= 2) {
        double x = end + part * (inner - end), y = u->f(x, u->context);

        if (y > y_end) {
            *b = up ? (struct bracket){{inner, x, end}, {y_inner, y, y_end}}
                    : (struct bracket){{end, x, inner}, {y_end, y, y_inner}};
            return true;
        }
    }
    return false;
}

static bool find_bracket(const struct upside_down *u, const double *x, const double *y, size_t n,
                         size_t best, struct bracket *b)
{
    bool left = best > 0 && isfinite(y[best - 1]), right = best + 1 < n && isfinite(y[best + 1]);

    if (left && right)
        *b = (struct bracket){{x[best - 1], x[best], x[best + 1]},
                              {y[best - 1], y[best], y[best + 1]}};
    else if (left)
        return look_near_end(u, x[best], x[best - 1], y[best], y[best - 1], b);
    else if (right)
        return look_near_end(u, x[best], x[best + 1], y[best], y[best + 1], b);
    return left || right;
}

bool peak_find(double (*f)(double x, void *context), void *context, const double *x,
               const double *y, size_t n, double *at, double *value)
{
    struct upside_down u = {f, context};
    gsl_function g = {minus, &u};
    size_t best = highest(y, n);
    struct bracket b;

    if (best == n)
        return false;
    *at = x[best];
    *value = y[best];
    if (!find_bracket(&u, x, y, n, best, &b))
        return true;
    gsl_min_fminimizer *brent = gsl_min_fminimizer_alloc(gsl_min_fminimizer_brent);
    if (!brent)
        return true;
    if (gsl_min_fminimizer_set_with_values(brent, &g, b.x[1], -b.y[1], b.x[0], -b.y[0], b.x[2],
                                           -b.y[2]) == GSL_SUCCESS) {
        refine(brent, b.x[2] - b.x[0]);
        *at = gsl_min_fminimizer_x_minimum(brent);
        *value = -gsl_min_fminimizer_f_minimum(brent);
    }
    gsl_min_fminimizer_free(brent);
    return true;
}
