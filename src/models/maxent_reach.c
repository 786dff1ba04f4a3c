/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which targets have a λ: those in the relative interior of the convex hull of the f(x_i).
 *
 * With g_i = f(x_i) − Δ, that is where 0 = Σ p_i g_i for some p > 0, and p_i may be scaled to 1 +
 * c_i with c ≥ 0: where −Σ g_i lies in the cone of the g_i.  And Δ is in the hull at all where
 * (0,1) lies in the cone of the (g_i,1).  Nonnegative least squares decides both, and its residual
 * is a direction v in which no outcome lies beyond the targets.
 */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "models/maxent.h"
#include "numeric/nnls.h"

/* Of a feature's range: nearer to the boundary than this is on it. */
static const double ON_IT = 1e-12;

enum { FEATURES_SHOWN = 4 };

/* ---- one feature by itself -------------------------------------------------------------- */

static void why_one(struct maxent *s, size_t j, bool outside)
{
    char target[NUMBER_TEXT], low[NUMBER_TEXT], high[NUMBER_TEXT];
    struct error *e = &s->why_not;
    number_text(target, s->low[j] + s->target[j], 6);
    number_text(low, s->low[j], 6);
    number_text(high, s->low[j] + s->range[j], 6);
    if (!outside) {
        error_set(e, "the target %s of '%s' is an end of its range [%s, %s]: every other outcome "
                     "would get probability 0, which no finite lambda does", target, s->name[j],
                  low, high);
        error_hint(e, "take a target strictly between %s and %s", low, high);
        return;
    }
    error_set(e, "the target %s is outside the range [%s, %s] of '%s': no distribution has that "
                 "mean", target, low, high, s->name[j]);
    if (s->range[j] > 0.0)
        error_hint(e, "take a target strictly between %s and %s", low, high);
    else
        error_hint(e, "it is %s at every outcome: leave that feature out", low);
}

/* How far inside its feature's range target j lies, in units in which ON_IT is on its end. */
static double depth(const struct maxent *s, size_t j)
{
    double unit = s->range[j] > 0.0 ? s->range[j] : fmax(1.0, fabs(s->low[j]));
    return fmin(s->target[j], s->range[j] - s->target[j]) / unit;
}

/* A constant feature whose target is met is set to rest. */
static void find_outside(struct maxent *s)
{
    for (size_t j = 0; j < s->d && !s->why_not.message[0]; j++)
        if (depth(s, j) < -ON_IT)
            why_one(s, j, true);
        else if (!(s->range[j] > 0.0))
            s->target[j] = 0.0;
}

static void find_on_end(struct maxent *s)
{
    for (size_t j = 0; j < s->d && !s->why_not.message[0]; j++)
        if (s->range[j] > 0.0 && depth(s, j) <= ON_IT)
            why_one(s, j, false);
}

/* ---- all of them ------------------------------------------------------------------------ */

/* The columns (g_i,1), each g over its feature's range. */
struct hull {
    const struct maxent *s;
    double *A;         /* (d+1,n) */
    double *b, *r;     /* (d+1) */
    double *p;         /* (n) */
};

static void fill(struct hull *h)
{
    size_t d = h->s->d;
    for (size_t i = 0; i < h->s->n; i++) {
        double *g = h->A + i * (d + 1);
        for (size_t j = 0; j < d; j++)
            g[j] = h->s->range[j] > 0.0
                       ? (h->s->f[i * d + j] - h->s->target[j]) / h->s->range[j] : 0.0;
        g[d] = 1.0;
    }
}

static int is_outside(struct hull *h, bool *outside, struct error *e)
{
    size_t d = h->s->d;
    bool inside;
    fill(h);
    memset(h->b, 0, d * sizeof *h->b);
    h->b[d] = 1.0;
    if (nnls(d + 1, h->s->n, h->A, h->b, h->p, h->r, &inside, e) != 0)
        return -1;
    *outside = !inside;
    return 0;
}

static int is_interior(struct hull *h, bool *interior, struct error *e)
{
    size_t d = h->s->d;
    fill(h);
    memset(h->b, 0, (d + 1) * sizeof *h->b);
    for (size_t i = 0; i < h->s->n; i++) {
        double *g = h->A + i * (d + 1);
        g[d] = 0.0;
        for (size_t j = 0; j < d; j++)
            h->b[j] -= g[j] / (double)h->s->n;
    }
    return nnls(d + 1, h->s->n, h->A, h->b, h->p, h->r, interior, e);
}

/* v over the ranges, its largest entry 1; what is rounding is taken out */
static void direction(struct hull *h, double *v)
{
    const struct maxent *s = h->s;
    double largest = 0.0;
    for (size_t j = 0; j < s->d; j++)
        largest = fmax(largest, fabs(h->r[j]));
    double top = 0.0;
    for (size_t j = 0; j < s->d; j++) {
        v[j] = fabs(h->r[j]) > 1e-9 * largest ? h->r[j] / s->range[j] : 0.0;
        top = fmax(top, fabs(v[j]));
    }
    for (size_t j = 0; j < s->d; j++)
        v[j] = fabs(fabs(v[j]) / top - 1.0) < 1e-9 ? copysign(1.0, v[j]) : v[j] / top;
}

/* "face − 0.5·f2" */
static void add_combination(const struct maxent *s, const double *v, struct text *out)
{
    size_t shown = 0;
    char number[NUMBER_TEXT];
    for (size_t j = 0; j < s->d; j++) {
        if (v[j] == 0.0)
            continue;
        if (shown == FEATURES_SHOWN) {
            text_add(out, " + …");
            return;
        }
        const char *sign = v[j] < 0.0 ? shown ? " − " : "−" : shown ? " + " : "";
        text_add(out, sign);
        if (fabs(v[j]) != 1.0)
            text_addf(out, "%s·", number_text(number, fabs(v[j]), 4));
        text_add_shown(out, s->name[j], 30);
        shown++;
    }
}

static void why_together(struct hull *h, struct maxent *s, bool outside)
{
    double *v = s->step, highest = -INFINITY, asked = 0.0;
    char top[NUMBER_TEXT], target[NUMBER_TEXT];
    struct text words = TEXT_INIT;
    direction(h, v);
    for (size_t i = 0; i < s->n; i++) {
        double at = 0.0;
        for (size_t j = 0; j < s->d; j++)
            at += v[j] * (s->low[j] + s->f[i * s->d + j]);
        highest = fmax(highest, at);
    }
    for (size_t j = 0; j < s->d; j++)
        asked += v[j] * (s->low[j] + s->target[j]);
    add_combination(s, v, &words);
    number_text(top, highest, 6);
    number_text(target, asked, 6);
    if (outside)
        error_set(&s->why_not, "the targets are outside the convex hull of the outcomes: %s is %s "
                               "at most there, and the targets make it %s", words.s, top, target);
    else
        error_set(&s->why_not, "the targets are on the boundary of the convex hull of the "
                               "outcomes: %s is %s at most, and the targets ask for just that, so "
                               "no finite lambda meets them", words.s, top);
    error_hint(&s->why_not, "change targets= towards means that some distribution with no zero "
                            "has");
    text_clear(&words);
}

static int all_decide(struct hull *h, struct maxent *s, struct error *e)
{
    bool outside, interior;
    if (is_outside(h, &outside, e) != 0)
        return -1;
    if (outside)
        why_together(h, s, true);
    else
        find_on_end(s);
    if (s->why_not.message[0])
        return 0;
    if (is_interior(h, &interior, e) != 0)
        return -1;
    if (!interior)
        why_together(h, s, false);
    return 0;
}

int maxent_reach(struct maxent *s, struct error *e)
{
    find_outside(s);
    if (s->why_not.message[0])
        return 0;
    if (s->d < 2) {
        find_on_end(s);
        return 0;
    }
    struct hull h = {.s = s};
    h.A = NEW_ARRAY((s->d + 1) * s->n, double);
    h.b = NEW_ARRAY(s->d + 1, double);
    h.r = NEW_ARRAY(s->d + 1, double);
    h.p = NEW_ARRAY(s->n, double);
    int r = h.A && h.b && h.r && h.p ? all_decide(&h, s, e) : error_no_memory(e);
    mem_free(h.A);
    mem_free(h.b);
    mem_free(h.r);
    mem_free(h.p);
    return r;
}
