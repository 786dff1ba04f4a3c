/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <gsl/gsl_deriv.h>
#include <math.h>
#include <stdio.h>

#include "base/memory.h"
#include "em/line.h"
#include "em/logliks.h"
#include "em/state.h"
#include "numeric/peak.h"

/* ---- terms along a line ----------------------------------------------------------------- */

struct along {
    const struct line *line;
    const struct expected *q;
};

void line_terms(const struct line *l, const struct expected *q, double s, unsigned which,
                struct terms *t)
{
    t->have = 0;
    for (int i = 0; i < TERM_COUNT; i++)
        t->value[i] = NAN;
    if (line_at(l, s, l->scratch))
        expected_terms(q, l->scratch, which, t);
}

static double elbo_at(double s, void *context)
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

/* The derivative at s, with a step that stays inside the valid range; NaN where none does. */
static double slope(double (*f)(double, void *), void *context, double s, double step)
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
static int slope_of_loglik(const struct line *l, double s, double step, double *value,
                           struct error *e)
{
    struct asked a = {.n = 0};
    for (;;) {
        *value = slope(asked_for, &a, s, step);
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
    double bend = 2.0 * elbo_at(s, &a) - elbo_at(s - h, &a) - elbo_at(s + h, &a);
    if (!(bend > 0.0) || !isfinite(bend))
        return 0.5 * scale;
    return h * sqrt(2.0 * drop / bend);
}

/* Where the line meets what the picture is about. */
struct places {
    double base, answer, here;
    bool has_answer, has_here;
    double low, high;             /* … and all of these lie in here */
};

static void note_place(struct places *p, double s)
{
    p->low = fmin(p->low, s);
    p->high = fmax(p->high, s);
}

/* Uphill from a place: steps, of `step` at first, are doubled while the bound rises. */
static double summit(struct along *a, double from, double step)
{
    enum { DOUBLINGS = 40 };
    double s[] = {from, from + step, from + 2.0 * step};
    double v[] = {elbo_at(s[0], a), elbo_at(s[1], a), elbo_at(s[2], a)};
    double top = from, height;
    for (int i = 0; i < DOUBLINGS && v[2] > v[1]; i++) {
        s[0] = s[1], v[0] = v[1];
        s[1] = s[2], v[1] = v[2];
        s[2] += s[2] - from, v[2] = elbo_at(s[2], a);
    }
    peak_find(elbo_at, a, s, v, 3, &top, &height);
    return top;
}

static void default_range(struct along *a, const struct places *p, double *from, double *to)
{
    double low = p->low, high = p->high;
    if (a->line->how.kind == LINE_EM) {
        double margin = 0.1 * (high - low);
        *from = fmin(-0.5, low < p->base ? low - margin : low);
        *to = fmax(1.75, high > p->answer ? high + margin : high);
        return;
    }
    double scale = a->line->how.kind == LINE_PARAMETER && fabs(p->base) > 0.0 ? fabs(p->base) : 1.0;
    double step = 1e-4 * scale;
    if (elbo_at(p->base + step, a) < elbo_at(p->base, a))
        step = -step;
    double top = summit(a, p->base, step);
    low = fmin(low, top);
    high = fmax(high, top);
    double margin = fmax(0.6 * (high - low),
                         line_telling_width(a->line, a->q, p->base, scale, 4.0));
    *from = low - margin;
    *to = high + margin;
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

/* ---- places and curves ------------------------------------------------------------------- */

static void find_places(struct machine *m, struct bound *b, struct places *p)
{
    const struct state *here = machine_here(m);
    const struct theta *answer;
    struct error ignored;
    line_find(&b->line, b->line.base, &p->base);
    p->low = p->high = p->base;
    p->has_here = line_find(&b->line, here->theta, &p->here);
    p->has_answer = machine_m_answer(m, &answer, &ignored) == 0 &&
                    line_find(&b->line, answer, &p->answer);
    if (p->has_here && b->line.how.kind != LINE_EM)
        note_place(p, p->here);
    if (p->has_answer)
        note_place(p, p->answer);
    for (size_t i = 0; i < b->nearlier; i++) {
        if (b->earlier[i].touches)
            note_place(p, b->earlier[i].touch.s);
        if (b->earlier[i].lands)
            note_place(p, b->earlier[i].landing.s);
    }
}

/* The s, and room for the curves over them. */
static int grid(struct bound *b, const struct line_how *how, double from, double to,
                struct error *e)
{
    size_t n = how->at ? how->nat : how->n;
    b->n = n;
    b->s = NEW_ARRAY((5 + b->nearlier) * n, double);
    if (!b->s)
        return error_no_memory(e);
    b->loglik = b->s + n;
    b->elbo = b->loglik + n;
    b->Q = how->parts ? b->elbo + n : NULL;
    b->H = how->parts ? b->Q + n : NULL;
    for (size_t i = 0; i < b->nearlier; i++)
        b->earlier[i].elbo = b->s + (5 + i) * n;
    for (size_t i = 0; i < n; i++)
        b->s[i] = how->at ? how->at[i] : from + (to - from) * (double)i / (double)(n - 1);
    if (!how->at)
        b->s[n - 1] = to;
    return 0;
}

/* ELBO, ℓ, Q and H of a model that has them by its terms alone. */
static int sweep_plainly(const struct along *a, struct bound *b, unsigned which, struct error *e)
{
    for (size_t i = 0; i < b->n; i++) {
        struct terms t;
        if (model_interrupted(b->line.model, "the curves were drawn", e) != 0)
            return -1;
        line_terms(a->line, a->q, b->s[i], which, &t);
        b->loglik[i] = t.value[TERM_LOGLIK];
        b->elbo[i] = t.value[TERM_ELBO];
        if (b->Q) {
            b->Q[i] = t.value[TERM_Q];
            b->H[i] = t.value[TERM_H];
        }
    }
    return 0;
}

static int sweep(struct along *a, struct bound *b, struct error *e)
{
    unsigned which = TERM_BIT(TERM_ELBO), parts = TERM_BIT(TERM_Q) | TERM_BIT(TERM_H);
    if (!a->q->v || b->Q)
        return sweep_plainly(a, b, which | TERM_BIT(TERM_LOGLIK) | (b->Q ? parts : 0), e);
    if (line_logliks(a->line, b->s, b->n, b->loglik, e) != 0)
        return -1;
    for (size_t i = 0; i < b->n; i++)
        b->elbo[i] = elbo_at(b->s[i], a);
    return 0;
}

/* ---- the bounds before this one ---------------------------------------------------------- */

/* What is known of one of them: a state that has its q, how many M-steps came before it was made,
 * and where the one from it went. */
struct before {
    const struct state *state;
    size_t t;
    const struct theta *landing;
};

/* Walks on from *s, up the path, to the q before q_count; false when there is none. */
static bool q_before(const struct machine *m, const struct state **s, size_t q_count,
                     struct before *out)
{
    *out = (struct before){.state = NULL};
    for (; *s; *s = (*s)->parent == NO_STATE ? NULL : &m->state[(*s)->parent]) {
        if (!(*s)->has_q || (*s)->q_count == q_count)
            continue;
        if (out->state && out->state->q_count != (*s)->q_count)
            break;
        if (!out->state || (*s)->theta)
            out->state = *s;
        out->t = (*s)->t;
        if (!out->landing && (*s)->step.phase == PHASE_M)
            out->landing = (*s)->theta;
    }
    return out->state != NULL;
}

static void place_earlier(struct bound *b, const struct before *q, struct along *a,
                          struct earlier *out)
{
    const struct theta *touch = q->state->touch;
    double s;
    out->t = q->t;
    out->q_count = q->state->q_count;
    out->by_hand = q->state->step.phase == PHASE_Q;
    out->exact = model_touches(b->line.model) && touch;
    out->touches = out->exact && line_find(&b->line, touch, &s);
    if (out->touches)
        out->touch = (struct point){s, elbo_at(s, a)};
    out->lands = q->landing && line_find(&b->line, q->landing, &s);
    if (out->lands)
        out->landing = (struct point){s, elbo_at(s, a)};
}

static size_t count_earlier(const struct machine *m, size_t most)
{
    const struct state *s = machine_here(m);
    struct before q;
    size_t n = 0, q_count = s->q_count;
    for (; n < most && q_before(m, &s, q_count, &q); n++)
        q_count = q.state->q_count;
    return n;
}

/* Once over the path for the places, before there is a grid, and once more for the curves: a q that
 * was let go of is made twice rather than kept. */
static int each_earlier(struct machine *m, struct bound *b, bool curves, struct error *e)
{
    const struct state *s = machine_here(m);
    size_t q_count = s->q_count;
    struct before before;
    for (size_t i = 0; i < b->nearlier && q_before(m, &s, q_count, &before); i++) {
        if (!before.state->theta) {
            b->nearlier = i;
            b->let_go = true;
            break;
        }
        struct expected q;
        struct along a = {&b->line, &q};
        if (model_interrupted(b->line.model, "the curves were drawn", e) != 0 ||
            expected_of(m, before.state, &q, e) != 0)
            return -1;
        for (size_t k = 0; curves && k < b->n; k++)
            b->earlier[i].elbo[k] = elbo_at(b->s[k], &a);
        if (!curves)
            place_earlier(b, &before, &a, &b->earlier[i]);
        expected_clear(&q);
        q_count = before.state->q_count;
    }
    return 0;
}

static int find_earlier(struct machine *m, const struct line_how *how, struct bound *b,
                        struct error *e)
{
    b->nearlier = count_earlier(m, how->history);
    if (b->nearlier == 0)
        return 0;
    b->earlier = NEW_ARRAY(b->nearlier, struct earlier);
    return b->earlier ? each_earlier(m, b, false, e) : error_no_memory(e);
}

/* ---- the bound -------------------------------------------------------------------------- */

const char *bound_untouched(const struct machine *m)
{
    if (!model_touches(m->model))
        return "q is a mean-field or variational factor: the gap stays open";
    if (!machine_here(m)->touch && terms_closed(&machine_here(m)->terms))
        return "KL is 0 here, but only an e makes the touch known";
    if (!machine_here(m)->touch)
        return "q is not the posterior at any θ that is known: there is no touching point";
    return NULL;
}

static int find_touch(struct machine *m, struct along *a, struct bound *b, double base,
                      double step, struct error *e)
{
    const char *why = bound_untouched(m);
    double s = base;
    if (!why && !line_find(&b->line, machine_here(m)->touch, &s))
        why = "the touching point does not lie on the line through the current θ";
    if (why) {
        snprintf(b->why_no_touch, sizeof b->why_no_touch, "%s", why);
        return 0;
    }
    b->touches = true;
    b->touch = (struct point){s, elbo_at(s, a)};
    b->slope_elbo = slope(elbo_at, a, s, step);
    return slope_of_loglik(a->line, s, step, &b->slope_loglik, e);
}

static int mark_places(struct along *a, struct bound *b, const struct places *p, struct error *e)
{
    if (!peak_find(elbo_at, a, b->s, b->elbo, b->n, &b->peak.s, &b->peak.value))
        b->peak = (struct point){NAN, NAN};
    if (p->has_answer) {
        b->peak_is_m_step = true;
        b->peak = (struct point){p->answer, elbo_at(p->answer, a)};
    }
    b->has_here = p->has_here;
    if (p->has_here)
        b->here = (struct point){p->here, elbo_at(p->here, a)};
    return line_logliks(a->line, &b->peak.s, 1, &b->peak_loglik, e);
}

static int bound_fill(struct machine *m, const struct line_how *how, struct bound *b,
                      struct error *e)
{
    if (line_make(m, how, &b->line, e) != 0 || expected_of(m, machine_here(m), &b->q, e) != 0 ||
        find_earlier(m, how, b, e) != 0)
        return -1;
    struct along a = {&b->line, &b->q};
    struct places p = {0};
    find_places(m, b, &p);
    double from = how->from, to = how->to;
    if (!how->ranged)
        default_range(&a, &p, &from, &to);
    if (!how->at && !line_clip(&b->line, p.base, &from, &to)) {
        error_set(e, "θ(s) is valid nowhere from s = %g to %g along %s", from, to, b->line.name);
        return error_hint(e, "leave from= and to= away to see where it is");
    }
    if (grid(b, how, from, to, e) != 0)
        return -1;
    b->has_loglik = m->model->terms_defined >> TERM_LOGLIK & 1u;
    double width = how->at ? fmax(1.0, fabs(p.base)) : to - from;
    return sweep(&a, b, e) != 0 || find_touch(m, &a, b, p.base, 1e-3 * width, e) != 0 ||
                   mark_places(&a, b, &p, e) != 0
               ? -1
               : each_earlier(m, b, true, e);
}

int bound_make(struct machine *m, const struct line_how *how, struct bound *b, struct error *e)
{
    const struct state *here = machine_here(m);
    *b = (struct bound){.n = 0};
    if (!here || !here->has_q) {
        error_set(e, "the bound needs q");
        return error_hint(e, "take an `e` first");
    }
    if (bound_fill(m, how, b, e) == 0)
        return 0;
    bound_clear(b);
    return -1;
}

void bound_clear(struct bound *b)
{
    line_clear(&b->line);
    expected_clear(&b->q);
    mem_free(b->s);
    mem_free(b->earlier);
    *b = (struct bound){.n = 0};
}
