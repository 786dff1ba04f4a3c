/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * plot bound: ℓ and ELBO along a line, the touching point with both slopes, the M-step's
 * landing point, and the gap KL that opens there; with history= the bounds before this one, the
 * staircase that EM climbs.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "plot/staircase.h"

static const struct option_spec bound_options[] = {
    LINE_OPTIONS("201"),
    {"history", OPTION_COUNT, "0", "the bounds of so many q before, too"},
    {NULL},
};

/* Slopes are equal when they differ by less than this, relatively. */
static const double SLOPES = 1e-6;
/* … and are 0 but for rounding below this share of the picture's height over its width. */
static const double FLAT = 1e-5;

struct drawing {
    struct sweep l;
    double bound, truth;              /* both curves where the gap is drawn */
    struct point start;               /* without a touch: where the line begins, on the bound */
};

/* The picture's y are ℓ and the bound; with a prior M climbs another. */
static bool prior_moves_m(const struct drawing *d)
{
    return d->l.m->prior.given && !d->l.m->model->prior;
}

static const char *symbol(const struct drawing *d, enum term t)
{
    return picture_symbol(d->l.m, t);
}

/* ---- what is claimed -------------------------------------------------------------------- */

static const char *line_name(const struct drawing *d)
{
    return d->l.b.line.how.kind == LINE_GRADIENT ? "the gradient" : d->l.b.line.name;
}

static void add_prior_claim(const struct drawing *d, struct text *out)
{
    text_addf(out, "; M climbs %s + log p(θ), to %s", symbol(d, TERM_ELBO), d->l.peak);
}

static void add_peak_claim(const struct drawing *d, struct text *out)
{
    bool along_em = d->l.b.line.how.kind == LINE_EM;

    if (d->l.stuck)
        text_add(out, along_em || d->l.b.peak_is_m_step ? " and peaks there: M can gain nothing"
                                                        : " and peaks there along this line");
    else if (!d->l.b.peak_is_m_step)
        text_addf(out, "; its peak is the best along %s", line_name(d));
    else if (prior_moves_m(d))
        add_prior_claim(d, out);
    else if (machine_m_is_due(d->l.m))
        text_add(out, "; its peak is where the next M goes");
    else if (d->l.at_here)
        text_add(out, "; here the gap is open, and its peak is not reached yet");
    else
        text_addf(out, "; its peak is %s; there the gap %s opens", d->l.peak, symbol(d, TERM_KL));
}

static void add_rise(const struct drawing *d, struct text *out)
{
    double rise = d->bound - d->start.value;
    char number[NUMBER_TEXT];

    if (d->l.b.peak_is_m_step && rise > 0)
        text_addf(out, "M %s %s by %s; ", machine_m_is_due(d->l.m) ? "will lift the" : "lifted the",
                  symbol(d, TERM_ELBO), number_text(number, rise, 4));
    else
        text_addf(out, "%s alone: ", symbol(d, TERM_ELBO));
    text_addf(out, "%s is intractable", symbol(d, TERM_LOGLIK));
}

/* With nothing hidden (one component) there is no gap anywhere; what differs are roundings. */
static bool coincides(const struct bound *b)
{
    for (size_t i = 0; i < b->n && b->has_loglik; i++)
        if (fabs(b->loglik[i] - b->elbo[i]) > 1e-12 * fmax(1, fabs(b->loglik[i])))
            return false;
    return b->has_loglik;
}

static void add_claim(const struct drawing *d, struct text *out)
{
    const char *truth = symbol(d, TERM_LOGLIK);

    if (!d->l.b.has_loglik)
        add_rise(d, out);
    else if (coincides(&d->l.b)) {
        text_addf(out, "the bound is %s itself all along this line: %s = 0", truth,
                  symbol(d, TERM_KL));
        if (d->l.stuck && d->l.b.peak_is_m_step)
            text_add(out, "; M can gain nothing");
    } else if (!d->l.b.touches)
        text_addf(out, "the bound lies below %s: %s", truth, d->l.b.why_no_touch);
    else if (staircase_is(&d->l))
        staircase_claim(&d->l, out);
    else {
        text_addf(out, "the bound touches %s at %s", truth, d->l.touch);
        add_peak_claim(d, out);
    }
}

static void add_note(const struct drawing *d)
{
    const struct bound *b = &d->l.b;
    struct text note = TEXT_INIT;

    if (b->touches && !sweep_shows(&d->l, b->touch.s))
        text_addf(&note, "the touching point, s = %.4g, lies outside the range", b->touch.s);
    else if (b->touches && !b->has_here)
        text_add(&note, "this line misses the current θ; base=here does not");
    staircase_note(&d->l, &note);
    if (note.length)
        figure_note(d->l.f, note.s);
    d->l.f->failed |= note.failed;
    text_clear(&note);
}

/* ---- the range -------------------------------------------------------------------------- */

static void stretch_at(const struct drawing *d, struct extent *r, struct point p)
{
    if (sweep_shows(&d->l, p.s))
        stretch(r, p.value);
}

/* What the picture is about: the touches, the peaks, the gap. */
static struct extent heights(const struct drawing *d)
{
    struct extent r = {INFINITY, -INFINITY};
    const struct bound *b = &d->l.b;

    stretch_at(d, &r, b->touches ? b->touch : d->start);
    stretch_at(d, &r, b->peak);
    stretch_at(d, &r, (struct point){d->l.focus, d->bound});
    stretch_at(d, &r, (struct point){d->l.focus, d->truth});
    staircase_stretch(&d->l, &r);
    return r;
}

static void choose_range(struct drawing *d)
{
    struct extent all = {INFINITY, -INFINITY};

    for (size_t i = 0; i < d->l.b.n; i++) {
        stretch(&all, d->l.b.elbo[i]);
        stretch(&all, d->l.b.loglik[i]);
    }
    sweep_range(&d->l, heights(d), all);
}

/* ---- curves ----------------------------------------------------------------------------- */

static void add_curve(struct drawing *d, enum ink ink, enum term t, const double *y,
                      const char *label)
{
    sweep_curve(&d->l, ink, term_name(d->l.m->model->class->kind, t)->key, label, y);
}

static void add_curves(struct drawing *d)
{
    char label[80], q[PICTURE_NAME];

    if (d->l.b.has_loglik) {
        snprintf(label, sizeof label, "%s(θ)", symbol(d, TERM_LOGLIK));
        add_curve(d, INK_TRUTH, TERM_LOGLIK, d->l.b.loglik, label);
    }
    picture_subscripted(q, sizeof q, "q", d->l.here->q_count);
    if (d->l.m->model->class->kind == MODEL_MM)
        snprintf(label, sizeof label, "%s(θ | %s)", symbol(d, TERM_ELBO), d->l.touch);
    else
        snprintf(label, sizeof label, "%s(%s, θ)", symbol(d, TERM_ELBO), q);
    add_curve(d, INK_BOUND, TERM_ELBO, d->l.b.elbo, label);
}

/* ---- marks ------------------------------------------------------------------------------ */

/* "slopes 357.3 = 357.3", to the digits that numerical derivatives have; at a peak both are 0. */
static void add_slopes(const struct drawing *d, struct text *out)
{
    double a = d->l.b.slope_elbo, b = d->l.b.slope_loglik, largest = fmax(fabs(a), fabs(b));
    double flat = FLAT * (d->l.high - d->l.low) / sweep_width(&d->l);
    bool equal = fabs(a - b) <= SLOPES * fmax(1, largest);
    char left[NUMBER_TEXT], right[NUMBER_TEXT];

    if (largest < flat) {
        text_addf(out, "slopes 0 = 0 to %s", number_text(left, largest, 1));
        return;
    }
    for (int digits = 4; digits >= 1; digits--) {
        number_text(left, a, digits);
        number_text(right, b, digits);
        if (equal && strcmp(left, right) == 0)
            break;
    }
    if (!equal)
        text_addf(out, "slopes %s and %s", number_text(left, a, 4), number_text(right, b, 4));
    else if (strcmp(left, right) == 0)
        text_addf(out, "slopes %s = %s", left, right);
    else
        text_addf(out, "slopes equal to %s", number_text(left, fabs(a - b), 1));
}

static void add_start(struct drawing *d)
{
    struct point p = d->start;

    if (d->l.b.touches || !sweep_shows(&d->l, p.s) || !isfinite(p.value) ||
        fabs(p.s - d->l.focus) <= 1e-6 * sweep_width(&d->l))
        return;
    sweep_guide(&d->l, "start_guide", d->l.base, p.s, p.value);
    sweep_point(&d->l, INK_TOUCH, false, "start", NULL, p.s, p.value);
}

static void add_touch(struct drawing *d)
{
    struct text words = TEXT_INIT;
    char value[NUMBER_TEXT];
    double x = d->l.b.touch.s, y = d->l.b.touch.value;

    if (!d->l.b.touches || !sweep_shows(&d->l, x))
        return;
    sweep_guide(&d->l, "touch_guide", d->l.touch, x, y);
    sweep_point(&d->l, INK_TOUCH, true, "touch", NULL, x, y);
    text_addf(&words, "touch: %s = %s = %s", symbol(d, TERM_LOGLIK), symbol(d, TERM_ELBO),
              number_text(value, y, 6));
    figure_text(d->l.f, x, y, INK_TOUCH, words.s);
    if (!isnan(d->l.b.slope_elbo) && !isnan(d->l.b.slope_loglik)) {
        text_reset(&words);
        add_slopes(d, &words);
        figure_text(d->l.f, x, y, INK_FAINT, words.s);
    }
    d->l.f->failed |= words.failed;
    text_clear(&words);
}

static void add_peak(struct drawing *d)
{
    const struct sweep *l = &d->l;
    char label[80];

    if (!sweep_shows(l, l->b.peak.s) || !isfinite(l->b.peak.value))
        return;
    if (!l->b.peak_is_m_step)
        snprintf(label, sizeof label, "best along this line");
    else if (machine_m_is_due(l->m) && l->stuck)
        snprintf(label, sizeof label, "the next M stays here");
    else if (machine_m_is_due(l->m))
        snprintf(label, sizeof label, "the next M: %s", l->peak);
    else
        snprintf(label, sizeof label, "M-step: %s", l->peak);
    if (!l->stuck)
        sweep_guide(&d->l, "peak_guide", l->b.peak_is_m_step ? l->peak : "best", l->b.peak.s,
                    l->b.peak.value);
    sweep_point(&d->l, INK_STEP, true, "peak", label, l->b.peak.s, l->b.peak.value);
}

/* The θ of here where it is neither touch nor peak: after a damped M, or a θ set by hand. */
static void add_here(struct drawing *d)
{
    if (!d->l.at_here || !sweep_shows(&d->l, d->l.focus))
        return;
    sweep_guide(&d->l, "here_guide", d->l.at, d->l.focus, d->bound);
    sweep_point(&d->l, INK_STEP, false, "here", "here", d->l.focus, d->bound);
}

static void add_gap(struct drawing *d)
{
    double gap = d->truth - d->bound;
    char words[80], number[NUMBER_TEXT];

    if (!d->l.b.has_loglik || !isfinite(gap) || !sweep_shows(&d->l, d->l.focus))
        return;
    sweep_riser(&d->l, INK_GAP, "gap", true, d->l.focus, d->bound, d->truth);
    if (fabs(gap) <= 1e-13 * fmax(1, fabs(d->truth)))
        gap = 0; /* the rounding of the two sums: a q set by hand may be the posterior */
    snprintf(words, sizeof words, "%s = %s", symbol(d, TERM_KL), number_text(number, gap, 4));
    figure_text(d->l.f, d->l.focus, 0.5 * (d->bound + d->truth), INK_GAP, words);
}

/* Where a step of the algorithm leads; the best of some other line is a place that none goes to. */
static void add_lift(struct drawing *d)
{
    const struct sweep *l = &d->l;
    char label[120];

    if (!l->b.has_loglik || !isfinite(d->truth) || !sweep_shows(l, d->l.focus) ||
        !(d->l.at_here || l->b.peak_is_m_step))
        return;
    snprintf(label, sizeof label, "%s(%s): %s E lifts the bound to here", symbol(d, TERM_LOGLIK),
             strcmp(l->at, "here") == 0 ? "θ" : l->at,
             machine_m_is_due(l->m) && !d->l.at_here ? "then" : "the next");
    sweep_point(&d->l, INK_TRUTH, false, "lift", label, d->l.focus, d->truth);
}

/* ---- the picture ------------------------------------------------------------------------ */

static void draw(struct drawing *d)
{
    choose_range(d);
    staircase_draw(&d->l);
    add_curves(d);
    add_start(d);
    add_touch(d);
    add_peak(d);
    add_here(d);
    if (!d->l.stuck || d->l.at_here) {
        add_gap(d);
        add_lift(d);
    }
    add_note(d);
}

static struct point start_of(const struct sweep *l)
{
    struct point p = {NAN, NAN};
    struct terms t;

    if (!line_find(&l->b.line, l->b.line.base, &p.s))
        return p;
    line_terms(&l->b.line, &l->b.q, p.s, TERM_BIT(TERM_ELBO), &t);
    p.value = t.value[TERM_ELBO];
    return p;
}

static int draw_bound(struct machine *m, const struct options *o, struct figure **f,
                      struct error *e)
{
    struct line_how how = {.kind = LINE_EM};
    struct text title = TEXT_INIT;
    struct drawing d;

    if (options_count(o, "history", 0, LINE_HISTORY_MOST, &how.history, e) != 0 ||
        sweep_make(m, o, &how, &d.l, e) != 0)
        return -1;
    d.bound = d.l.at_here ? d.l.b.here.value : d.l.b.peak.value;
    d.start = start_of(&d.l);
    d.truth = d.l.at_here ? d.l.here->terms.value[TERM_LOGLIK] : d.l.b.peak_loglik;
    picture_title(m, &title);
    add_claim(&d, &title);
    sweep_start(&d.l, title.s, NULL);
    if (d.l.f) {
        d.l.f->failed |= title.failed;
        draw(&d);
    }
    *f = d.l.f;
    text_clear(&title);
    sweep_clear(&d.l);
    return 0;
}

const struct picture bound_picture = {
    .name = "bound",
    .summary = "ℓ and ELBO along a line: the touch, the M-step's landing point, the gap",
    .options = bound_options,
    .needs_theta = true,
    .needs_q = true,
    .lets_q_be = true,
    .draw = draw_bound,
};
