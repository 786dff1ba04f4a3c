/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>

#include "base/memory.h"
#include "em/along.h"
#include "em/state.h"
#include "numeric/peak.h"

/* ---- the range -------------------------------------------------------------------------- */

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
    double v[] = {along_elbo(s[0], a), along_elbo(s[1], a), along_elbo(s[2], a)};
    double top = from, height;
    for (int i = 0; i < DOUBLINGS && v[2] > v[1]; i++) {
        s[0] = s[1], v[0] = v[1];
        s[1] = s[2], v[1] = v[2];
        s[2] += s[2] - from, v[2] = along_elbo(s[2], a);
    }
    peak_find(along_elbo, a, s, v, 3, &top, &height);
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
    if (along_elbo(p->base + step, a) < along_elbo(p->base, a))
        step = -step;
    double top = summit(a, p->base, step);
    low = fmin(low, top);
    high = fmax(high, top);
    double margin = fmax(0.6 * (high - low),
                         line_telling_width(a->line, a->q, p->base, scale, 4.0));
    *from = low - margin;
    *to = high + margin;
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
        b->elbo[i] = along_elbo(b->s[i], a);
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
        out->touch = (struct point){s, along_elbo(s, a)};
    out->lands = q->landing && line_find(&b->line, q->landing, &s);
    if (out->lands)
        out->landing = (struct point){s, along_elbo(s, a)};
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
            b->earlier[i].elbo[k] = along_elbo(b->s[k], &a);
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
    b->touch = (struct point){s, along_elbo(s, a)};
    b->slope_elbo = along_slope(along_elbo, a, s, step);
    return along_slope_of_loglik(a->line, s, step, &b->slope_loglik, e);
}

static int mark_places(struct along *a, struct bound *b, const struct places *p, struct error *e)
{
    if (!peak_find(along_elbo, a, b->s, b->elbo, b->n, &b->peak.s, &b->peak.value))
        b->peak = (struct point){NAN, NAN};
    if (p->has_answer) {
        b->peak_is_m_step = true;
        b->peak = (struct point){p->answer, along_elbo(p->answer, a)};
    }
    b->has_here = p->has_here;
    if (p->has_here)
        b->here = (struct point){p->here, along_elbo(p->here, a)};
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
