/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "numeric/maximum.h"

#include <float.h>
#include <gsl/gsl_eigen.h>
#include <gsl/gsl_multimin.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"

enum { ITERATIONS = 200, HALVINGS = 30, SHRINKINGS = 4, RESCALINGS = 4 };

static const double difference = 1e-3; /* of a coordinate's scale */
static const double settled = 1e-10;   /* a step that is none, in scales */
static const double flat = 1e-7;       /* a curvature that may be rounding, in units */
static const double farthest = 3.0;    /* a step of a folded coordinate */
static const double lost = 60.0;       /* a folded coordinate that ran this far stays away */

/* In scaled coordinates v_i = u_i/s_i and in units of h->unit a curvature is about 1. */
struct climb {
    const struct hill *h;
    size_t n;
    double f;               /* at u */
    double *u, *trial, *start, *kept; /* (n) */
    double *s;              /* (n) scales */
    double *above, *below;  /* (n) f one difference up and down coordinate i */
    double *slope, *bend;   /* (n) first and second derivative, unscaled */
    double *step;           /* (n) scaled */
    bool *linked;           /* (n,n) coordinates i and j bend together */
    gsl_matrix *A, *V;      /* −Hessian, its eigenvectors */
    gsl_vector *eigenvalue;
    gsl_eigen_symmv_workspace *eigen;
    bool gave_up;
};

static void climb_clear(struct climb *c)
{
    mem_free(c->u);
    mem_free(c->linked);
    if (c->A)
        gsl_matrix_free(c->A);
    if (c->V)
        gsl_matrix_free(c->V);
    if (c->eigenvalue)
        gsl_vector_free(c->eigenvalue);
    if (c->eigen)
        gsl_eigen_symmv_free(c->eigen);
}

static int climb_make(struct climb *c, const struct hill *h, const double *u, struct error *e)
{
    size_t n = h->n;
    *c = (struct climb){.h = h, .n = n, .u = NEW_ARRAY(10 * n, double),
                         .linked = NEW_ARRAY(n * n, bool)};
    c->A = gsl_matrix_alloc(n, n);
    c->V = gsl_matrix_alloc(n, n);
    c->eigenvalue = gsl_vector_alloc(n);
    c->eigen = gsl_eigen_symmv_alloc(n);
    if (!c->u || !c->linked || !c->A || !c->V || !c->eigenvalue || !c->eigen)
        return error_no_memory(e);
    double **part[] = {&c->trial, &c->start, &c->kept,  &c->s,   &c->above,
                       &c->below, &c->slope, &c->bend, &c->step};
    for (size_t i = 0; i < sizeof part / sizeof *part; i++)
        *part[i] = c->u + (i + 1) * n;
    memcpy(c->u, u, n * sizeof *u);
    memcpy(c->start, u, n * sizeof *u);
    for (size_t i = 0; i < n; i++)
        c->s[i] = h->folded[i] ? 1.0 : fmax(1.0, fabs(u[i]));
    return 0;
}

static double height(struct climb *c, const double *u)
{
    double f = NAN;
    if (!c->gave_up && c->h->height(c->h->context, u, &f) != 0)
        c->gave_up = true;
    return c->gave_up || isnan(f) ? -INFINITY : f;
}

/* f where coordinates i and j are moved, i by a, j by b. */
static double moved(struct climb *c, size_t i, double a, size_t j, double b)
{
    memcpy(c->trial, c->u, c->n * sizeof *c->u);
    c->trial[i] += a;
    c->trial[j] += b;
    return height(c, c->trial);
}

/* ---- differences ------------------------------------------------------------------------- */

/* Five points along coordinate i; false when one of them is not allowed. */
static bool five_points(struct climb *c, size_t i, double d)
{
    double far_above = moved(c, i, 2.0 * d, i, 0.0), far_below = moved(c, i, -2.0 * d, i, 0.0);
    c->above[i] = moved(c, i, d, i, 0.0);
    c->below[i] = moved(c, i, -d, i, 0.0);
    c->slope[i] = (far_below - 8.0 * c->below[i] + 8.0 * c->above[i] - far_above) / (12.0 * d);
    c->bend[i] = (-far_above + 16.0 * c->above[i] - 30.0 * c->f + 16.0 * c->below[i] - far_below) /
                 (12.0 * d * d);
    return isfinite(c->slope[i]) && isfinite(c->bend[i]);
}

/* The distance over which the curvature changes f by a unit. */
static double scale_of(const struct climb *c, size_t i)
{
    double s = sqrt(c->h->unit / fabs(c->bend[i]));
    bool is_flat = !(fabs(c->bend[i]) * c->s[i] * c->s[i] > flat * c->h->unit);
    if (c->h->folded[i])
        return is_flat ? 1.0 : fmin(s, 1.0);
    return is_flat ? c->s[i] : s;
}

static bool look_along(struct climb *c, size_t i)
{
    for (int again = 0; again < RESCALINGS; again++) {
        int shrunk = 0;
        while (!five_points(c, i, difference * c->s[i])) {
            if (c->gave_up || ++shrunk > SHRINKINGS)
                return false;
            c->s[i] /= 10.0;
        }
        double s = scale_of(c, i);
        if (shrunk || (s < 3.0 * c->s[i] && s > c->s[i] / 3.0))
            return true;
        c->s[i] = s;
    }
    return five_points(c, i, difference * c->s[i]);
}

static void set_curvature(struct climb *c, size_t i, size_t j, double second)
{
    double scaled = -second * c->s[i] * c->s[j] / c->h->unit;
    gsl_matrix_set(c->A, i, j, scaled);
    gsl_matrix_set(c->A, j, i, scaled);
}

/* ∂²f/∂u_i∂u_j, from what is known along either and two points between them. */
static double mixed(struct climb *c, size_t i, size_t j)
{
    double a = difference * c->s[i], b = difference * c->s[j];
    double both = moved(c, i, a, j, b) + moved(c, i, -a, j, -b);
    return (both - c->above[i] - c->below[i] - c->above[j] - c->below[j] + 2.0 * c->f) /
           (2.0 * a * b);
}

/* Most functions have many pairs that do not bend together: these are asked again only when all
 * are.  False where a value is not finite. */
static bool look_around(struct climb *c, bool all)
{
    for (size_t i = 0; i < c->n; i++)
        if (!look_along(c, i))
            return false;
    for (size_t i = 0; i < c->n; i++) {
        set_curvature(c, i, i, c->bend[i]);
        for (size_t j = 0; j < i; j++) {
            bool *linked = &c->linked[i * c->n + j];
            double second = all || *linked ? mixed(c, i, j) : 0.0;
            if (!isfinite(second))
                return false;
            set_curvature(c, i, j, second);
            *linked = fabs(gsl_matrix_get(c->A, i, j)) > 10.0 * flat;
        }
    }
    return !c->gave_up;
}

/* ---- steps ------------------------------------------------------------------------------- */

/* A slope that is no more than the rounding of f. */
static double slope_of_rounding(const struct climb *c)
{
    return 16.0 * DBL_EPSILON / difference * (1.0 + fabs(c->f) / c->h->unit);
}

/* step ← A⁻¹·slope with every eigenvalue as if positive (a saddle is left, not sought), less the
 * directions without a slope. */
static void newton_step(struct climb *c)
{
    gsl_eigen_symmv(c->A, c->eigenvalue, c->V, c->eigen);
    memset(c->step, 0, c->n * sizeof *c->step);
    for (size_t j = 0; j < c->n; j++) {
        double y = 0.0, bend = fmax(fabs(gsl_vector_get(c->eigenvalue, j)), 0.1 * flat);
        for (size_t i = 0; i < c->n; i++)
            y += gsl_matrix_get(c->V, i, j) * c->slope[i] * c->s[i] / c->h->unit;
        if (fabs(y) <= slope_of_rounding(c))
            continue;
        for (size_t i = 0; i < c->n; i++)
            c->step[i] += gsl_matrix_get(c->V, i, j) * y / bend;
    }
}

static double length_of(const struct climb *c)
{
    double longest = 0.0;
    for (size_t i = 0; i < c->n; i++)
        if (fabs(c->step[i] * c->s[i]) > 4.0 * DBL_EPSILON * fabs(c->u[i]))
            longest = fmax(longest, fabs(c->step[i]));
    return longest;
}

/* Returns what f gains along its slope by the step that is left. */
static double limit_step(struct climb *c)
{
    double share = 1.0, gain = 0.0;
    for (size_t i = 0; i < c->n; i++)
        if (c->h->folded[i] && fabs(c->step[i] * c->s[i]) * share > farthest)
            share = farthest / fabs(c->step[i] * c->s[i]);
    for (size_t i = 0; i < c->n; i++) {
        c->step[i] *= share;
        gain += c->slope[i] * c->step[i] * c->s[i];
    }
    return gain;
}

static void take(struct climb *c, const double *u, double f)
{
    memcpy(c->u, u, c->n * sizeof *u);
    c->f = f;
}

/* The longest of the halved steps that rises by a share of what it promises. */
static bool rise(struct climb *c, double gain)
{
    double share = 1.0;
    for (int t = 0; t < HALVINGS && !c->gave_up; t++, share *= 0.5) {
        for (size_t i = 0; i < c->n; i++)
            c->trial[i] = c->u[i] + share * c->step[i] * c->s[i];
        double f = height(c, c->trial);
        if (f >= c->f + 1e-4 * share * gain) {
            take(c, c->trial, f);
            return true;
        }
    }
    return false;
}

/* Where f cannot tell, the slope must: a step is kept while steps shrink. */
static void slide(struct climb *c)
{
    memcpy(c->kept, c->u, c->n * sizeof *c->u);
    for (size_t i = 0; i < c->n; i++)
        c->trial[i] = c->u[i] + c->step[i] * c->s[i];
    double f = height(c, c->trial);
    if (isfinite(f))
        take(c, c->trial, f);
}

static bool has_run(const struct climb *c, size_t *which, bool *upwards)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->h->folded[i] && fabs(c->u[i] - c->start[i]) > lost) {
            *which = i;
            *upwards = c->u[i] > c->start[i];
            return true;
        }
    return false;
}

enum end { END_SETTLED, END_RUNS, END_ROUGH, END_GAVE_UP };

static enum end newton(struct climb *c, size_t *which, bool *upwards)
{
    double last = INFINITY;     /* length of the step before, while sliding */
    bool all = true;
    for (int t = 0; t < ITERATIONS; t++) {
        if (!look_around(c, all))
            return c->gave_up ? END_GAVE_UP : END_ROUGH;
        newton_step(c);
        double length = length_of(c), gain;
        if (length <= settled)
            return END_SETTLED;
        if (length > 0.5 * last && all) {
            take(c, c->kept, height(c, c->kept));
            return END_SETTLED;
        }
        bool worse = length > 0.5 * last;
        if (!worse && (gain = limit_step(c)) > 1e-12 * fmax(fabs(c->f), c->h->unit)) {
            worse = !rise(c, gain);
            if (worse && (all || c->gave_up))
                return c->gave_up ? END_GAVE_UP : END_ROUGH;
        } else if (!worse) {
            slide(c);
            last = length;
        }
        all = worse;
        if (has_run(c, which, upwards))
            return END_RUNS;
    }
    return END_ROUGH;
}

/* A folded coordinate without curvature: does f fall on one side of it alone?  Then there is
 * always something to gain on the other. */
static bool still_rises(struct climb *c, size_t *which, bool *upwards)
{
    const double far = 5.0, noise = 16.0 * DBL_EPSILON * (fabs(c->f) + c->h->unit);
    for (size_t i = 0; i < c->n; i++) {
        if (!c->h->folded[i] || fabs(c->bend[i]) > 10.0 * flat * c->h->unit)
            continue;
        bool up_falls = moved(c, i, far, i, 0.0) < c->f - noise;
        bool down_falls = moved(c, i, -far, i, 0.0) < c->f - noise;
        if (up_falls != down_falls) {
            *which = i;
            *upwards = down_falls;
            return true;
        }
    }
    return false;
}

/* ---- where there are no slopes ----------------------------------------------------------- */

static double depth(const gsl_vector *v, void *climb)
{
    struct climb *c = climb;
    for (size_t i = 0; i < c->n; i++)
        c->trial[i] = gsl_vector_get(v, i);
    double f = height(c, c->trial);
    return isfinite(f) ? -f : DBL_MAX;
}

static void simplex_run(struct climb *c, gsl_multimin_fminimizer *simplex)
{
    const double size = 1e-9;
    for (size_t t = 0; t < 500 * c->n && !c->gave_up; t++)
        if (gsl_multimin_fminimizer_iterate(simplex) != GSL_SUCCESS ||
            gsl_multimin_fminimizer_size(simplex) < size)
            break;
    double f = -gsl_multimin_fminimizer_minimum(simplex);
    if (!c->gave_up && f > c->f + 1e-12 * fmax(fabs(c->f), c->h->unit))
        take(c, gsl_multimin_fminimizer_x(simplex)->data, f);
}

static int simplex(struct climb *c, struct error *e)
{
    gsl_multimin_function f = {depth, c->n, c};
    gsl_multimin_fminimizer *simplex =
        gsl_multimin_fminimizer_alloc(gsl_multimin_fminimizer_nmsimplex2, c->n);
    gsl_vector *at = gsl_vector_alloc(c->n), *sides = gsl_vector_alloc(c->n);
    bool made = simplex && at && sides;
    for (double share = 0.3; made && share > 0.002; share /= 10.0) { /* each from the last one's */
        for (size_t i = 0; i < c->n; i++) {
            gsl_vector_set(at, i, c->u[i]);
            gsl_vector_set(sides, i, share * c->s[i]);
        }
        if (gsl_multimin_fminimizer_set(simplex, &f, at, sides) == GSL_SUCCESS)
            simplex_run(c, simplex);
    }
    if (simplex)
        gsl_multimin_fminimizer_free(simplex);
    if (at)
        gsl_vector_free(at);
    if (sides)
        gsl_vector_free(sides);
    return made ? 0 : error_no_memory(e);
}

static enum maximum find(struct climb *c, size_t *which, bool *upwards, struct error *e)
{
    c->f = height(c, c->u);
    enum end end = c->gave_up ? END_GAVE_UP : newton(c, which, upwards);
    if (end == END_ROUGH) {
        if (simplex(c, e) != 0)
            return MAXIMUM_FAILED;
        end = newton(c, which, upwards);
    }
    if (end == END_RUNS || (end == END_SETTLED && still_rises(c, which, upwards)))
        return c->gave_up ? MAXIMUM_FAILED : MAXIMUM_RUNS;
    return c->gave_up ? MAXIMUM_FAILED : MAXIMUM_FOUND;
}

enum maximum maximum_find(const struct hill *h, double *u, size_t *which, bool *upwards,
                          struct error *e)
{
    struct climb c;
    enum maximum result = MAXIMUM_FAILED;
    if (h->n == 0)
        return MAXIMUM_FOUND;
    if (climb_make(&c, h, u, e) == 0)
        result = find(&c, which, upwards, e);
    if (result == MAXIMUM_FOUND)
        memcpy(u, c.u, c.n * sizeof *u);
    climb_clear(&c);
    return result;
}
