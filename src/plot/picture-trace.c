/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot trace: ℓ and ELBO by half-step, the gap between them shaded; runs= lays the ℓ of several
 * runs over one another. */
#include <math.h>
#include <stdio.h>

#include "plot/trail.h"

static const struct option_spec trace_options[] = {
    {"runs", OPTION_WORDS, "MARK,…", "these runs over one another, each up to its mark"},
    {NULL},
};

/* Longer runs are drawn without markers, shorter ones with a tick at every state. */
enum { MARKERS = 40, TICKS = 12 };

struct trace {
    struct trail trail;
    struct figure *f;
};

static const char *symbol(const struct trace *t, enum term term)
{
    return picture_symbol(t->trail.m, term);
}

static const char *why_fall(const struct state *s)
{
    if (s->step.phase == PHASE_THETA)
        return "θ was set by hand there";
    return s->step.phase == PHASE_M && !s->step.from_exact
               ? "q was not the posterior where that M began"
               : "that is no step of an ascent";
}

/* Every q up to here came from an exact E. */
static bool all_exact(const struct trace *t)
{
    for (size_t i = 0; i <= t->trail.here; i++) {
        const struct state *s = trail_state(&t->trail, i);

        if (s->step.phase == PHASE_Q || (s->step.phase == PHASE_E && !s->exact))
            return false;
    }
    return true;
}

static void add_claim(const struct trace *t, struct text *out)
{
    const char *truth = symbol(t, TERM_LOGLIK), *bound = symbol(t, TERM_ELBO);
    size_t fall = trail_fall(&t->trail);

    if (!trail_has(&t->trail, TERM_ELBO)) {
        text_addf(out, "%s at the start; without a q there is no bound yet", truth);
    } else if (!trail_has(&t->trail, TERM_LOGLIK)) {
        text_addf(out, "%s by half-step; %s is intractable", bound, truth);
    } else if (fall) {
        const struct state *s = trail_state(&t->trail, fall);
        text_addf(out, "%s falls at %s: %s", truth, s->label, why_fall(s));
    } else if (all_exact(t)) {
        text_addf(out, "E lifts the bound to %s, M lifts both and opens the gap", truth);
    } else {
        text_addf(out, "%s lies above the bound; an E that is not exact leaves a gap", truth);
    }
}

/* A term of the states from … to. */
static struct series *add_line(struct trace *t, enum term term, enum ink ink, const char *name,
                               const char *label, size_t from, size_t to)
{
    enum mark_style style = t->trail.n > MARKERS ? STYLE_LINE : STYLE_LINE_POINTS;
    struct series *s = figure_add(t->f, style, ink, name, label, to - from + 1);

    for (size_t i = 0; i < s->n; i++) {
        s->x[i] = (double)(from + i);
        s->y[i] = trail_term(&t->trail, from + i, term);
    }
    return s;
}

static void add_term(struct trace *t, enum term term, enum ink ink, const char *label)
{
    const char *name = term_name(t->trail.m->model->class->kind, term)->key;

    if (trail_has(&t->trail, term))
        add_line(t, term, ink, name, label, 0, t->trail.here)->filled = true;
}

static void add_gap(struct trace *t)
{
    char label[80];
    struct series *s;
    double *top;

    if (!trail_has(&t->trail, TERM_LOGLIK) || !trail_has(&t->trail, TERM_ELBO))
        return;
    snprintf(label, sizeof label, "gap = %s", symbol(t, TERM_KL));
    s = figure_add(t->f, STYLE_BAND, INK_GAP, "gap", label, t->trail.here + 1);
    top = series_second(t->f, s, false);
    for (size_t i = 0; i < s->n; i++) {
        s->x[i] = (double)i;
        s->y[i] = trail_term(&t->trail, i, TERM_ELBO);
        top[i] = trail_term(&t->trail, i, TERM_LOGLIK);
    }
}

/* The states that `back` has left behind. */
static void add_ahead(struct trace *t)
{
    enum term term = trail_has(&t->trail, TERM_LOGLIK) ? TERM_LOGLIK : TERM_ELBO;

    if (t->trail.here + 1 < t->trail.n)
        add_line(t, term, INK_FAINT, "ahead", "ahead, by forward", t->trail.here, t->trail.n - 1);
}

static void draw(struct trace *t)
{
    add_gap(t);
    add_ahead(t);
    add_term(t, TERM_LOGLIK, INK_TRUTH, symbol(t, TERM_LOGLIK));
    add_term(t, TERM_ELBO, INK_BOUND, symbol(t, TERM_ELBO));
    add_term(t, TERM_OBJECTIVE, INK_TOUCH, "J = ELBO + log p(θ)");
    trail_ticks(&t->trail, t->f, 0, t->trail.n - 1, TICKS);
    t->f->key = KEY_BOTTOM_RIGHT;
    t->f->x.ranged = true;
    t->f->x.low = -0.03 * (double)t->trail.n;
    t->f->x.high = (double)(t->trail.n - 1) + 0.03 * (double)t->trail.n;
}

/* ---- several runs ----------------------------------------------------------------------- */

enum { RUNS = 9 };

/* From its root to a marked state. */
struct run {
    const char *name;
    const struct state *end;
    size_t n;
    double value;            /* of the term, at its end */
};

struct runs {
    const struct machine *m;
    enum term term;          /* ℓ, or the ELBO where ℓ is out of reach */
    struct run run[RUNS];
    size_t n;
    struct figure *f;
};

static const struct state *parent_of(const struct machine *m, const struct state *s)
{
    return s->parent == NO_STATE ? NULL : &m->state[s->parent];
}

static double term_of(const struct state *s, enum term term)
{
    return s->terms.have & TERM_BIT(term) ? s->terms.value[term] : NAN;
}

static int read_runs(struct runs *r, const struct option *o, struct error *e)
{
    if (o->nvalue == 0 || o->nvalue > RUNS)
        return error_set_at(e, o->at, "runs= names one to %d marks, separated by commas", RUNS);
    for (; r->n < o->nvalue; r->n++) {
        struct run *run = &r->run[r->n];
        long at;

        if (machine_find(r->m, o->value[r->n], &at, e) != 0)
            return error_place(e, o->value_at[r->n]);
        *run = (struct run){.name = o->value[r->n], .end = &r->m->state[at]};
        run->value = term_of(run->end, r->term);
        for (const struct state *s = run->end; s; s = parent_of(r->m, s))
            run->n++;
    }
    return 0;
}

/* The last state that both runs went through; NULL when they began apart. */
static const struct state *last_common(const struct runs *r, const struct run *a,
                                       const struct run *b)
{
    const struct state *s = a->end, *t = b->end;
    size_t n = a->n, k = b->n;

    for (; n > k; n--)
        s = parent_of(r->m, s);
    for (; k > n; k--)
        t = parent_of(r->m, t);
    while (s != t) {
        s = parent_of(r->m, s);
        t = parent_of(r->m, t);
    }
    return s;
}

static const struct run *highest(const struct runs *r, const struct run *but)
{
    const struct run *best = NULL;

    for (size_t i = 0; i < r->n; i++)
        if (&r->run[i] != but && (!best || !(r->run[i].value <= best->value)))
            best = &r->run[i];
    return best;
}

static void add_runs_claim(const struct runs *r, struct text *out)
{
    const struct run *best = highest(r, NULL), *next = highest(r, best);
    const char *symbol = picture_symbol(r->m, r->term);
    char value[NUMBER_TEXT], above[NUMBER_TEXT];

    number_text(value, best->value, 6);
    if (!next)
        text_addf(out, "%s ends at %s = %s", best->name, symbol, value);
    else if (best->value - next->value <= terms_tolerance(&best->end->terms))
        text_addf(out, "%s and %s end at the same %s, %s", best->name, next->name, symbol, value);
    else
        text_addf(out, "%s ends highest, at %s = %s: %s above %s", best->name, symbol, value,
                  number_text(above, best->value - next->value, 3), next->name);
}

static void add_run(struct runs *r, size_t i)
{
    const struct run *run = &r->run[i];
    struct text label = TEXT_INIT;
    char value[NUMBER_TEXT], name[32];
    size_t at = run->n;

    text_addf(&label, "%s: %s at %s", run->name, number_text(value, run->value, 6),
              run->end->label);
    snprintf(name, sizeof name, "run%zu", i + 1);
    struct series *s = figure_add(r->f, run->n > MARKERS ? STYLE_LINE : STYLE_LINE_POINTS,
                                  INK_COMPONENT, name, label.s, run->n);
    s->component = (int)i;
    s->filled = true;
    for (const struct state *state = run->end; state && at-- > 0; state = parent_of(r->m, state))
        if (at < s->n) {
            s->x[at] = (double)at;
            s->y[at] = term_of(state, r->term);
        }
    r->f->failed |= label.failed;
    text_clear(&label);
}

static void add_runs_note(struct runs *r)
{
    const struct state *common = r->n == 2 ? last_common(r, &r->run[0], &r->run[1]) : NULL;
    struct text note = TEXT_INIT;

    if (!common)
        return;
    text_addf(&note, "they are one up to %s", common->label);
    figure_note(r->f, note.s);
    r->f->failed |= note.failed;
    text_clear(&note);
}

static int draw_runs(struct machine *m, const struct option *o, struct figure **f, struct error *e)
{
    bool has_loglik = m->model->terms_defined >> TERM_LOGLIK & 1u;
    struct runs r = {.m = m, .term = has_loglik ? TERM_LOGLIK : TERM_ELBO};
    struct text title = TEXT_INIT;

    if (read_runs(&r, o, e) != 0)
        return -1;
    text_addf(&title, "%s   ", m->model->name);
    add_runs_claim(&r, &title);
    r.f = figure_new(title.s, "half-steps since the start",
                     m->model->class->kind == MODEL_MM ? "objective"
                     : has_loglik                      ? "log-likelihood"
                                                       : "ELBO");
    if (r.f) {
        r.f->failed |= title.failed;
        for (size_t i = 0; i < r.n; i++)
            add_run(&r, i);
        add_runs_note(&r);
        r.f->key = KEY_BOTTOM_RIGHT;
    }
    *f = r.f;
    text_clear(&title);
    return 0;
}

/* ---- the picture ------------------------------------------------------------------------ */

static int draw_trace(struct machine *m, const struct options *o, struct figure **f,
                      struct error *e)
{
    struct trace t = {.f = NULL};
    struct text title = TEXT_INIT;
    bool mm = m->model->class->kind == MODEL_MM;

    if (options_find(o, "runs"))
        return draw_runs(m, options_find(o, "runs"), f, e);
    if (trail_make(m, &t.trail, e) != 0)
        return -1;
    picture_title(m, &title);
    add_claim(&t, &title);
    t.f = figure_new(title.s, "half-step",
                     mm ? "objective" : trail_has(&t.trail, TERM_LOGLIK) ? "log-likelihood" : NULL);
    if (t.f) {
        t.f->failed |= title.failed;
        draw(&t);
    }
    *f = t.f;
    text_clear(&title);
    trail_clear(&t.trail);
    return 0;
}

const struct picture trace_picture = {
    .name = "trace",
    .summary = "ℓ and ELBO by half-step, the gap shaded",
    .options = trace_options,
    .needs_theta = true,
    .draw = draw_trace,
};
