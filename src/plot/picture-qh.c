/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * plot qh: how far Q and −H, and ℓ = Q − H, have risen from the touching point along a line.  At
 * the touch −H(q,·) has its lowest place (Gibbs), so ℓ rises at least as far as Q does.
 */
#include <math.h>
#include <stdio.h>

#include "plot/sweep.h"

static const struct option_spec qh_options[] = {
    LINE_OPTIONS("201"),
    {NULL},
};

static const unsigned PARTS = TERM_BIT(TERM_Q) | TERM_BIT(TERM_H);
/* Curves are followed so far above what matters, in its heights: −H may run to infinity. */
static const double ABOVE_SHARE = 0.4;

/* What rises: Q, −H and ℓ. */
enum rising { RISE_Q, RISE_H, RISE_LOGLIK, RISES };

struct drawing {
    struct sweep l;
    double start;               /* the s that everything is measured from */
    const char *from;           /* the θ there */
    double value[RISES];        /* Q, −H and ℓ at the start */
    double risen[RISES];        /* from there to the focus */
};

static void values_at(const struct drawing *d, double s, double v[RISES])
{
    struct terms t;

    line_terms(&d->l.b.line, &d->l.b.q, s, PARTS | TERM_BIT(TERM_LOGLIK), &t);
    v[RISE_Q] = t.value[TERM_Q];
    v[RISE_H] = -t.value[TERM_H];
    v[RISE_LOGLIK] = t.value[TERM_LOGLIK];
}

static void measure(struct drawing *d)
{
    const struct bound *b = &d->l.b;
    double end[RISES];

    if (b->touches)
        d->start = b->touch.s;
    else if (!line_find(&b->line, b->line.base, &d->start))
        d->start = 0;
    d->from = b->touches ? d->l.touch : d->l.base;
    values_at(d, d->start, d->value);
    values_at(d, d->l.focus, end);
    for (int i = 0; i < RISES; i++)
        d->risen[i] = end[i] - d->value[i];
}

/* ---- words ------------------------------------------------------------------------------ */

/* "rises by 41.99", "falls by 3.2" */
static void add_rise(struct text *out, double by)
{
    char number[NUMBER_TEXT];

    text_addf(out, "%s by %s", by < 0 ? "falls" : "rises", number_text(number, fabs(by), 4));
}

static void add_claim(const struct drawing *d, struct text *out)
{
    if (d->l.stuck) {
        text_addf(out, "at %s Q is highest and −H lowest: M can gain nothing", d->from);
        return;
    }
    text_addf(out, "from %s to %s%s Q ", d->from,
              d->l.at_here || d->l.b.peak_is_m_step ? d->l.at : "the best along the line",
              machine_m_is_due(d->l.m) && d->l.b.peak_is_m_step && !d->l.at_here
                  ? ", where the next M goes," : "");
    add_rise(out, d->risen[RISE_Q]);
    text_add(out, ", −H ");
    add_rise(out, d->risen[RISE_H]);
    text_add(out, ": ℓ ");
    add_rise(out, d->risen[RISE_LOGLIK]);
}

/* ---- curves and marks ------------------------------------------------------------------- */

/* The curve of what has risen, its value at the start in the key. */
static void add_curve(struct drawing *d, enum rising which, enum ink ink, const char *name,
                      const char *symbol, const double *y)
{
    char label[120], number[NUMBER_TEXT];
    double sign = which == RISE_H ? -1 : 1;

    snprintf(label, sizeof label, "%s, from %s at %s", symbol,
             number_text(number, d->value[which], 6), d->from);
    struct series *s = sweep_curve(&d->l, ink, name, label, y);
    for (size_t i = 0; i < s->n; i++)
        s->y[i] = sign * y[i] - d->value[which];
}

static void add_curves(struct drawing *d)
{
    char q[PICTURE_NAME], label[60];

    picture_subscripted(q, sizeof q, "q", d->l.here->q_count);
    add_curve(d, RISE_LOGLIK, INK_TRUTH, "loglik_risen", "ℓ(θ) = Q − H", d->l.b.loglik);
    snprintf(label, sizeof label, "Q(%s, θ)", q);
    add_curve(d, RISE_Q, INK_BOUND, "Q_risen", label, d->l.b.Q);
    snprintf(label, sizeof label, "−H(%s, θ)", q);
    add_curve(d, RISE_H, INK_GAP, "minus_H_risen", label, d->l.b.H);
}

/* From low up to high at the focus, and by how much. */
static void add_part(struct drawing *d, enum ink ink, const char *name, const char *symbol,
                     double low, double high)
{
    char words[80], number[NUMBER_TEXT];
    double s = d->l.focus;

    sweep_riser(&d->l, ink, name, false, s, low, high);
    snprintf(words, sizeof words, "%s %s%s", symbol, high < low ? "" : "+",
             number_text(number, high - low, 4));
    figure_text(d->l.f, s, 0.5 * (low + high), ink, words);
}

/* What everything has risen from. */
static void add_level(struct drawing *d)
{
    struct series *level = figure_add(d->l.f, STYLE_LINE, INK_FAINT, "level", NULL, 2);

    level->x[0] = d->start;
    level->x[1] = d->l.focus;
}

static void add_marks(struct drawing *d)
{
    const double *r = d->risen;
    double s = d->l.focus;

    if (sweep_shows(&d->l, d->start)) {
        sweep_guide(&d->l, "start_guide", d->from, d->start, 0);
        sweep_point(&d->l, INK_TOUCH, d->l.b.touches, d->l.b.touches ? "touch" : "start", NULL,
                    d->start, 0);
    }
    if (d->l.stuck || !sweep_shows(&d->l, s) || !isfinite(r[RISE_LOGLIK]) || !isfinite(r[RISE_Q]))
        return;
    sweep_guide(&d->l, "focus_guide", d->l.at, s, fmax(r[RISE_LOGLIK], 0));
    add_level(d);
    add_part(d, INK_BOUND, "Q_part", "Q", 0, r[RISE_Q]);
    add_part(d, INK_GAP, "minus_H_part", "−H", r[RISE_Q], r[RISE_LOGLIK]);
    sweep_point(&d->l, INK_STEP, true, "Q_there", NULL, s, r[RISE_Q]);
    sweep_point(&d->l, INK_GAP, true, "minus_H_there", NULL, s, r[RISE_H]);
    sweep_point(&d->l, INK_TRUTH, false, "loglik_there", NULL, s, r[RISE_LOGLIK]);
}

/* ---- the picture ------------------------------------------------------------------------ */

static void choose_range(struct drawing *d)
{
    struct extent matter = {0, 0}, all = {INFINITY, -INFINITY};
    const struct bound *b = &d->l.b;

    for (int i = 0; i < RISES && !d->l.stuck; i++)
        stretch(&matter, d->risen[i]);
    for (size_t i = 0; i < b->n; i++) {
        stretch(&all, b->loglik[i] - d->value[RISE_LOGLIK]);
        stretch(&all, b->Q[i] - d->value[RISE_Q]);
        stretch(&all, -b->H[i] - d->value[RISE_H]);
    }
    all.high = fmin(all.high, matter.high + fmax(ABOVE_SHARE * (matter.high - matter.low), 6));
    sweep_range(&d->l, matter, all);
}

static void draw(struct drawing *d)
{
    choose_range(d);
    add_curves(d);
    add_marks(d);
    if (!d->l.b.touches)
        figure_note(d->l.f, d->l.b.why_no_touch);
    else if (!sweep_shows(&d->l, d->start))
        figure_note(d->l.f, "the touching point lies outside the range");
}

static int draw_qh(struct machine *m, const struct options *o, struct figure **f, struct error *e)
{
    struct line_how how = {.kind = LINE_EM, .parts = true};
    struct text title = TEXT_INIT;
    struct drawing d = {.start = 0};
    char label[60];

    if (sweep_make(m, o, &how, &d.l, e) != 0)
        return -1;
    measure(&d);
    picture_title(m, &title);
    add_claim(&d, &title);
    snprintf(label, sizeof label, "risen from %s", d.from);
    sweep_start(&d.l, title.s, label);
    if (d.l.f) {
        d.l.f->failed |= title.failed;
        draw(&d);
    }
    *f = d.l.f;
    text_clear(&title);
    sweep_clear(&d.l);
    return 0;
}

static int suits(const struct model *m, struct error *e)
{
    const struct term_name *truth = term_name(m->class->kind, TERM_LOGLIK);

    if ((m->terms_defined & PARTS) == PARTS)
        return 0;
    bool mm = m->class->kind == MODEL_MM;
    if (mm)
        error_set(e, "plot qh does not suit %s: there is no latent variable, so %s is no Q − H",
                  m->name, truth->symbol);
    else
        error_set(e, "plot qh does not suit %s: H is out of reach there, as %s is", m->name,
                  truth->symbol);
    return error_hint(e, mm ? "plot bound shows f and g" : "plot bound shows the ELBO");
}

const struct picture qh_picture = {
    .name = "qh",
    .summary = "how far Q and −H, and so ℓ, rise from the touching point along a line",
    .options = qh_options,
    .needs_theta = true,
    .needs_q = true,
    .lets_q_be = true,
    .suits = suits,
    .draw = draw_qh,
};
