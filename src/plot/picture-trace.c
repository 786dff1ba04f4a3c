/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot trace: ℓ and ELBO by half-step, the gap between them shaded. */
#include <math.h>
#include <stdio.h>

#include "plot/trail.h"

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

static int draw_trace(struct machine *m, const struct options *o, struct figure **f,
                      struct error *e)
{
    struct trace t = {.f = NULL};
    struct text title = TEXT_INIT;
    bool mm = m->model->class->kind == MODEL_MM;

    (void)o;
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
    .needs_theta = true,
    .draw = draw_trace,
};
