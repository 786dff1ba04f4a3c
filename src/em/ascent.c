/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "em/ascent.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "em/ascent_stairs.h"
#include "em/plane.h"
#include "numeric/peak.h"

enum { SIDE = 41 };
/* The window over s.  EM moves by ever smaller steps: the θ that has q_old as its posterior lies a
 * little more than one step before θ_old, and the best θ of q_new less than one beyond θ_M. */
static const struct {
    double from, to;
} window_s[] = {[true] = {-1.5, 1.5}, [false] = {-0.5, 2}};
/* Of the path's extent, on both sides of it. */
static const double MARGIN = 0.3;

static double plain_height(struct ascent *c, double a, double s)
{
    const unsigned which = TERM_BIT(TERM_ELBO) | TERM_BIT(TERM_OBJECTIVE);
    struct terms t;

    blocks_mix(&c->from->b, &c->to->b, a, &c->mixed->b);
    if (!line_at(&c->line, s, c->line.scratch))
        return NAN;
    model_terms(c->m->model, &c->m->prior, c->mixed, c->line.scratch, which, &t);
    return terms_objective(&t);
}

/* Q(q(0),θ(s)) and Q(q(1),θ(s)), with the prior. */
static void look_at_theta(struct ascent *c, double s)
{
    const struct model *m = c->m->model;
    struct theta *theta = c->line.scratch;
    bool prior = c->m->prior.given && m->class->log_prior;

    if (c->theta_last.s == s)
        return;
    c->theta_last.s = s;
    c->theta_last.start = c->theta_last.end = NAN;
    if (!line_at(&c->line, s, theta))
        return;
    double log_prior = prior ? m->class->log_prior(m, &c->m->prior, theta) : 0;
    c->theta_last.start = m->class->sufficient->Q(m, c->start.v, theta) + log_prior;
    c->theta_last.end = m->class->sufficient->Q(m, c->end.v, theta) + log_prior;
}

/* J = (1 − a) Q(q(0),θ) + a Q(q(1),θ) + S(q(a)) + log p(θ): no pass over the data. */
double ascent_height(struct ascent *c, double a, double s)
{
    if (!c->linear)
        return plain_height(c, a, s);
    look_at_theta(c, s);
    if (c->q_last.a != a) {
        const struct model *m = c->m->model;

        c->q_last.entropy = m->class->sufficient->mixed_entropy(m, c->from, c->to, a);
        c->q_last.a = a;
    }
    double from = c->theta_last.start, to = c->theta_last.end;
    return (a == 1 ? to : a == 0 ? from : from + a * (to - from)) + c->q_last.entropy;
}

/* ---- the grid ---------------------------------------------------------------------------- */

struct range {
    double from, to;
};

/* What the corners span along an axis, with room around. */
static struct range span(const struct ascent *c, bool of_q)
{
    struct range r = {INFINITY, -INFINITY};

    for (size_t i = 0; i < c->ncorner; i++) {
        double v = of_q ? c->corner[i].a : c->corner[i].s;

        r.from = fmin(r.from, v);
        r.to = fmax(r.to, v);
    }
    double room = r.to > r.from ? MARGIN * (r.to - r.from) : 0.25 * fmax(fabs(r.to), 0.2);
    return (struct range){r.from - room, r.to + room};
}

/* A number's q stays inside its constraint. */
static struct range q_range(const struct ascent *c)
{
    const struct block *b = &c->m->model->q.block[0];
    struct range r = {0, 1};

    if (!c->numbers)
        return r;
    r = span(c, true);
    if (b->constraint == CONSTRAINT_BOUNDS)
        return (struct range){fmax(r.from, b->lower), fmin(r.to, b->upper)};
    return (struct range){b->constraint == CONSTRAINT_POSITIVE ? fmax(r.from, 0) : r.from, r.to};
}

static int theta_range(const struct ascent *c, struct range *r, struct error *e)
{
    *r = c->numbers ? span(c, false)
                    : (struct range){window_s[c->e_first].from, window_s[c->e_first].to};
    if (line_clip(&c->line, c->corner[0].s, &r->from, &r->to) && r->to > r->from)
        return 0;
    return error_set(e, "θ cannot move here");
}

static void fill(double *v, size_t n, struct range r)
{
    for (size_t i = 0; i < n; i++)
        v[i] = r.from + (r.to - r.from) * (double)i / (double)(n - 1);
}

/* The inner grid line that is nearest ← v. */
static void put_on_grid(double *x, size_t n, double v)
{
    size_t best = 1;

    for (size_t i = 2; i + 1 < n; i++)
        if (fabs(x[i] - v) < fabs(x[best] - v))
            best = i;
    if (v > x[best - 1] && v < x[best + 1])
        x[best] = v;
}

static int grid(struct ascent *c, size_t n, struct error *e)
{
    struct range r;

    c->n = n;
    c->mixed = latent_new(&c->m->model->q, e);
    c->a = NEW_ARRAY(n, double);
    c->s = NEW_ARRAY(n, double);
    c->value = NEW_ARRAY(n * n, double);
    c->best_a = NEW_ARRAY(n, double);
    c->best_s = NEW_ARRAY(n, double);
    if (!c->mixed || !c->a || !c->s || !c->value || !c->best_a || !c->best_s)
        return error_no_memory(e);
    if (theta_range(c, &r, e) != 0)
        return -1;
    fill(c->s, n, r);
    fill(c->a, n, q_range(c));
    for (size_t k = 0; k < c->ncorner && !c->numbers; k++)
        put_on_grid(c->s, n, c->corner[k].s);
    return 0;
}

static int sweep(struct ascent *c, struct error *e)
{
    for (size_t i = 0; i < c->n; i++)
        for (size_t j = 0; j < c->n; j++) {
            if (model_interrupted(c->m->model, "the grid was filled", e) != 0)
                return -1;
            c->value[j * c->n + i] = ascent_height(c, c->a[i], c->s[j]);
        }
    return 0;
}

/* ---- ridges ------------------------------------------------------------------------------ */

struct cut {
    struct ascent *c;
    double fixed;
};

static double along_q(double a, void *context)
{
    struct cut *cut = context;
    return ascent_height(cut->c, a, cut->fixed);
}

static double along_theta(double s, void *context)
{
    struct cut *cut = context;
    return ascent_height(cut->c, cut->fixed, s);
}

/* A best value at the window's edge is no ridge, which lies beyond. */
static double ridge(double (*f)(double, void *), struct cut *cut, const double *x,
                    const double *value, size_t n)
{
    double at, height;

    if (!peak_find(f, cut, x, value, n, &at, &height) || at == x[0] || at == x[n - 1])
        return NAN;
    return at;
}

/* The q of an exact E is the best one at its θ, also where q(a) ends. */
static void add_exact(struct ascent *c)
{
    for (size_t k = 0; k < c->ncorner; k++)
        for (size_t j = 0; c->corner[k].best_q && j < c->n; j++)
            if (c->s[j] == c->corner[k].s)
                c->best_a[j] = c->corner[k].a;
}

static int ridges(struct ascent *c, struct error *e)
{
    double *column = NEW_ARRAY(c->n, double);

    if (!column)
        return error_no_memory(e);
    int r = 0;
    for (size_t i = 0; r == 0 && i < c->n; i++) {
        struct cut at_theta = {c, c->s[i]}, at_q = {c, c->a[i]};

        r = model_interrupted(c->m->model, "the grid was filled", e);
        for (size_t j = 0; j < c->n; j++)
            column[j] = c->value[j * c->n + i];
        c->best_a[i] = ridge(along_q, &at_theta, c->a, c->value + i * c->n, c->n);
        c->best_s[i] = ridge(along_theta, &at_q, c->s, column, c->n);
    }
    add_exact(c);
    mem_free(column);
    return r;
}

static int look_at_ends(struct ascent *c, struct error *e)
{
    const struct model *m = c->m->model;

    c->q_last.a = c->theta_last.s = NAN;
    if (!m->class->sufficient || !m->class->sufficient->mixed_entropy)
        return 0;
    if (expected_of_q(m, c->from, c->line.base, &c->start, e) != 0 ||
        expected_of_q(m, c->to, c->line.base, &c->end, e) != 0)
        return -1;
    c->linear = c->start.v && c->end.v;
    return 0;
}

static int make(struct machine *m, size_t n, struct ascent *c, struct error *e)
{
    size_t usual = plane_side(m->model, SIDE);

    c->m = m;
    c->numbers = m->model->q.size == 1 && m->model->theta.size == 1;
    c->coarse = n == 0 && usual < SIDE;
    if (ascent_join(m, c, e) != 0 || look_at_ends(c, e) != 0)
        return -1;
    return grid(c, n ? n : usual, e) != 0 || sweep(c, e) != 0 ? -1 : ridges(c, e);
}

int ascent_make(struct machine *m, size_t n, struct ascent *c, struct error *e)
{
    const struct state *here = machine_here(m);

    *c = (struct ascent){.n = 0};
    if (!here || !here->has_q) {
        error_set(e, "the ascent needs q");
        return error_hint(e, "take an `e` first");
    }
    if (make(m, n, c, e) == 0)
        return 0;
    ascent_clear(c);
    return -1;
}

void ascent_clear(struct ascent *c)
{
    latent_free(c->from);
    latent_free(c->to);
    latent_free(c->mixed);
    line_clear(&c->line);
    expected_clear(&c->start);
    expected_clear(&c->end);
    mem_free(c->a);
    mem_free(c->s);
    mem_free(c->value);
    mem_free(c->best_a);
    mem_free(c->best_s);
    mem_free(c->corner);
    *c = (struct ascent){.n = 0};
}
