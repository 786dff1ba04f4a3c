/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The terms along a line: values, slopes, how wide they tell something, where θ(s) is valid. */
#include <gsl/gsl_deriv.h>
#include <math.h>

#include "em/along.h"
#include "em/logliks.h"

/* ---- terms along a line ----------------------------------------------------------------- */

void line_terms(const struct line *l, const struct expected *q, double s, unsigned which,
                struct terms *t)
{
    t->have = 0;
    for (int i = 0; i < TERM_COUNT; i++)
        t->value[i] = NAN;
    if (line_at(l, s, l->scratch))
        expected_terms(q, l->scratch, which, t);
}

double along_elbo(double s, void *context)
{
    const struct along *a = context;
    struct terms t;
    line_terms(a->line, a->q, s, TERM_BIT(TERM_ELBO), &t);
    return t.value[TERM_ELBO];
}

struct places_on {
    const struct line *line;
    const double *s;
};

static bool place_on(void *context, size_t i, struct theta *out)
{
    const struct places_on *p = context;
    return line_at(p->line, p->s[i], out);
}

int line_logliks(const struct line *l, const double *s, size_t n, double *loglik, struct error *e)
{
    struct places_on p = {l, s};
    return logliks_at(l->model, place_on, &p, n, loglik, e);
}

/* ---- slopes ------------------------------------------------------------------------------ */

double along_slope(double (*f)(double, void *), void *context, double s, double step)
{
    gsl_function g = {f, context};
    double value = NAN, error;
    for (int tries = 0; tries < 40; tries++, step *= 0.5)
        if (isfinite(f(s - step, context)) && isfinite(f(s + step, context)))
            break;
    if (isfinite(f(s - step, context)) && isfinite(f(s + step, context)))
        gsl_deriv_central(&g, s, step, &value, &error);
    return value;
}

/* ℓ where it was asked for before; what is not known yet is noted, to be had in one pass. */
struct asked {
    double s[128], loglik[128];
    size_t known, n;
};

static double asked_for(double s, void *context)
{
    struct asked *a = context;
    for (size_t i = 0; i < a->n; i++)
        if (a->s[i] == s)
            return i < a->known ? a->loglik[i] : 0.0;
    if (a->n < sizeof a->s / sizeof *a->s)
        a->s[a->n++] = s;
    return 0.0;
}

/* GSL's rule goes by its values: it is asked again until it lacks none. */
int along_slope_of_loglik(const struct line *l, double s, double step, double *value,
                          struct error *e)
{
    struct asked a = {.n = 0};
    for (;;) {
        *value = along_slope(asked_for, &a, s, step);
        if (a.n == a.known)
            return 0;
        if (line_logliks(l, a.s + a.known, a.n - a.known, a.loglik + a.known, e) != 0)
            return -1;
        a.known = a.n;
    }
}

/* ---- the range -------------------------------------------------------------------------- */

static bool valid_at(const struct line *l, double s)
{
    return line_at(l, s, l->scratch);
}

/* The farthest valid s from `inside` towards `outside`, which is not valid. */
static double last_valid(const struct line *l, double inside, double outside)
{
    for (int i = 0; i < 100; i++) {
        double middle = 0.5 * (inside + outside);
        if (valid_at(l, middle))
            inside = middle;
        else
            outside = middle;
    }
    return inside;
}

double line_telling_width(const struct line *l, const struct expected *q, double s, double scale,
                          double drop)
{
    struct along a = {l, q};
    double h = 1e-3 * scale;
    double bend = 2.0 * along_elbo(s, &a) - along_elbo(s - h, &a) - along_elbo(s + h, &a);
    if (!(bend > 0.0) || !isfinite(bend))
        return 0.5 * scale;
    return h * sqrt(2.0 * drop / bend);
}

bool line_clip(const struct line *l, double inside, double *from, double *to)
{
    enum { PROBES = 201 };
    bool ok = inside >= *from && inside <= *to && valid_at(l, inside);
    for (int i = 0; !ok && i < PROBES; i++) {
        inside = *from + (*to - *from) * i / (PROBES - 1);
        ok = valid_at(l, inside);
    }
    if (!ok)
        return false;
    if (!valid_at(l, *from))
        *from = last_valid(l, inside, *from);
    if (!valid_at(l, *to))
        *to = last_valid(l, inside, *to);
    return true;
}
