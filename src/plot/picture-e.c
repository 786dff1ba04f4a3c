/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * plot e I: what the E-step makes of row I.  The weighted densities π_k f(x_I|φ_k) = p(x_I, z=k|θ)
 * as bars; their shares of the sum are γ_I.  On a line they stand at x_I, one upon the other, under
 * the curves that they are read off.
 */
#include <math.h>
#include <stdio.h>

#include "plot/density.h"
#include "plot/one.h"

enum { NUMBERED = 12, IN_TITLE = 4, TICKS = 14 };

/* Values of a long list with less than this share are left out at its ends. */
static const double LEAST_SHARE = 1e-5;
/* The window's height over p(x_I|θ), at most. */
static const double LOOK = 5;
/* And over the highest curve. */
static const double AIR = 1.08;

struct shares {
    struct one one;
    struct power power;
    struct figure *f;
};

static double height(const struct shares *s, size_t j)
{
    return exp(s->one.v.joint[j] - s->power.log);
}

static const char *share_text(char out[NUMBER_TEXT], double v)
{
    return number_text(out, v, 4);
}

/* ---- words ------------------------------------------------------------------------------ */

static void add_shares(const struct shares *s, struct text *out)
{
    char shown[NUMBER_TEXT];

    for (size_t j = 0; j < s->one.v.n; j++)
        text_addf(out, "%s%s", j ? " : " : "", share_text(shown, values_posterior(&s->one.v, j)));
}

static void add_title(const struct shares *s, const struct machine *m, struct text *out)
{
    picture_title(m, out);
    one_name(&s->one, out);
    if (!isfinite(s->one.v.loglik)) {
        text_add(out, "every density is 0 there, so there is no posterior");
        return;
    }
    if (s->one.v.n <= IN_TITLE) {
        text_add(out, "the weighted densities are as ");
        add_shares(s, out);
    } else {
        text_add(out, "each weighted density's share of the sum");
    }
    text_add(out, s->one.v.n <= IN_TITLE ? ", which is " : " is its ");
    if (s->one.shared)
        text_add(out, "p(Z|X,θ)");
    else
        one_gamma(&s->one, out);
}

/* The largest |q − r| over the values. */
static double difference(const struct values *v)
{
    double most = 0;

    for (size_t j = 0; j < v->n; j++)
        most = fmax(most, fabs(exp(v->q[j]) - values_posterior(v, j)));
    return most;
}

static void add_note(struct shares *s)
{
    const struct values *v = &s->one.v;
    struct text note = TEXT_INIT;
    char shown[NUMBER_TEXT];

    one_data(&s->one, &note);
    if (v->q && v->n <= IN_TITLE) {
        text_add(&note, note.length ? ";  q has" : "q has");
        for (size_t j = 0; j < v->n; j++)
            text_addf(&note, "%s%s", j ? ", " : " ", number_text(shown, exp(v->q[j]), 3));
        if (isfinite(v->loglik))
            text_add(&note, difference(v) < 1e-9 ? ": the same" : "; an e makes it these");
    }
    s->f->failed |= note.failed;
    figure_note(s->f, note.s);
    text_clear(&note);
}

static void bar_label(const struct shares *s, size_t j, struct text *out)
{
    char shown[NUMBER_TEXT];

    if (s->one.shared || s->one.v.n > NUMBERED)
        return;
    text_add(out, "π");
    text_subscript(out, (long)j + 1);
    text_add(out, "f");
    text_subscript(out, (long)j + 1);
    text_addf(out, " = %s, ", number_text(shown, exp(s->one.v.joint[j]), 4));
    text_addf(out, "γ = %s", share_text(shown, values_posterior(&s->one.v, j)));
}

/* ---- on a line -------------------------------------------------------------------------- */

static bool on_a_line(const struct model *m)
{
    return m->obs.d == 1 && m->class->predict && !m->class->scale &&
           !observations_is_text(&m->obs, 0);
}

/* The bars stand on each other: together they reach the curve of the sum. */
static void stack_bars(struct shares *s)
{
    double x = s->one.model->obs.x[0][s->one.i], base = 0;
    struct text label = TEXT_INIT;
    char name[40];

    for (size_t j = 0; j < s->one.v.n; j++) {
        text_reset(&label);
        bar_label(s, j, &label);
        snprintf(name, sizeof name, "weighted%zu", j + 1);
        struct series *bar = figure_add(s->f, STYLE_BARS, INK_COMPONENT, name,
                                        label.length ? label.s : NULL, 1);
        bar->component = (int)j;
        bar->filled = true;
        bar->width = 0.04 * (s->f->x.high - s->f->x.low);
        series_second(s->f, bar, false);
        if (bar->y2)
            bar->y2[0] = base;
        bar->x[0] = x;
        bar->y[0] = base += exp(s->one.v.joint[j]);
    }
    s->f->failed |= label.failed;
    text_clear(&label);
}

static void mark_row(struct shares *s)
{
    double x = s->one.model->obs.x[0][s->one.i];
    char words[24];

    picture_subscripted(words, sizeof words, "x", s->one.i + 1);
    figure_text(s->f, x, exp(s->one.v.loglik), INK_TOUCH, words)->centred = true;
}

/* No histogram is drawn, so the window ends above the curves.  In the tails the bars would vanish
 * beside the peaks: those leave through the top. */
static void look_closer(struct shares *s)
{
    double top = LOOK * exp(s->one.v.loglik), peak = 0;

    for (size_t i = 0; i < s->f->nseries; i++)
        for (size_t j = 0; j < s->f->series[i]->n; j++)
            peak = fmax(peak, s->f->series[i]->y[j]);
    top = fmin(top, AIR * peak);
    if (top > 0 && top < s->f->y.high)
        s->f->y.high = top;
}

static int draw_line(struct shares *s, struct error *e)
{
    struct density d = {.model = s->one.model, .here = s->one.here, .k = s->one.v.n, .ncolumn = 1,
                        .unlabelled = true, .f = s->f};
    int r = density_prepare(&d, e) != 0 || density_curves(&d, e) != 0 ? -1 : 0;

    density_release(&d);
    if (r != 0)
        return -1;
    look_closer(s);
    stack_bars(s);
    mark_row(s);
    return 0;
}

/* ---- side by side ----------------------------------------------------------------------- */

static bool is_drawn(const struct shares *s, size_t j)
{
    const struct values *v = &s->one.v;

    return v->n <= NUMBERED || values_posterior(v, j) >= LEAST_SHARE ||
           (v->q && exp(v->q[j]) >= LEAST_SHARE);
}

static void add_bar(struct shares *s, size_t j)
{
    double at = (double)(j + s->one.v.first);
    char name[40], shown[NUMBER_TEXT];
    struct text words = TEXT_INIT;

    snprintf(name, sizeof name, "weighted%zu", j + s->one.v.first);
    struct series *bar = figure_add(s->f, STYLE_BARS, s->one.shared ? INK_BOUND : INK_COMPONENT,
                                    name, NULL, 1);
    bar->component = (int)j;
    bar->filled = true;
    bar->width = s->one.v.n > NUMBERED ? 1 : 0.6;
    bar->x[0] = at;
    bar->y[0] = height(s, j);
    if (s->one.v.n > NUMBERED)
        return;
    text_addf(&words, "%s = %s", s->one.shared ? "p(Z|X,θ)" : "γ",
              share_text(shown, values_posterior(&s->one.v, j)));
    s->f->failed |= words.failed;
    figure_text(s->f, at, bar->y[0], INK_TOUCH, words.s)->centred = true;
    text_clear(&words);
}

/* All Z at once: one series. */
static void add_bars(struct shares *s)
{
    const struct values *v = &s->one.v;
    struct series *bars;
    size_t n = 0;

    for (size_t j = 0; j < v->n; j++)
        n += is_drawn(s, j);
    bars = figure_add(s->f, STYLE_BARS, INK_BOUND, "weighted", NULL, n);
    bars->width = 1;
    bars->filled = true;
    for (size_t j = 0, i = 0; j < v->n && i < bars->n; j++)
        if (is_drawn(s, j)) {
            bars->x[i] = (double)(j + v->first);
            bars->y[i++] = height(s, j);
        }
}

static void frame(struct shares *s, double top)
{
    const struct values *v = &s->one.v;
    char name[24];

    s->f->y.ranged = top > 0;
    s->f->y.low = 0;
    s->f->y.high = 1.15 * top;
    if (v->n > NUMBERED)
        return;
    s->f->x.ranged = true;
    s->f->x.low = (double)v->first - 0.7;
    s->f->x.high = (double)(v->first + v->n) - 0.3;
    for (size_t j = 0; j < v->n; j++) {
        snprintf(name, sizeof name, "%s%zu", s->one.shared ? "Z = " : "k = ", j + v->first);
        figure_tick(s->f, &s->f->x, (double)(j + v->first), name);
    }
}

static void draw_bars(struct shares *s)
{
    double top = 0;

    for (size_t j = 0; j < s->one.v.n; j++)
        top = fmax(top, height(s, j));
    if (s->one.v.n > NUMBERED)
        add_bars(s);
    else
        for (size_t j = 0; j < s->one.v.n; j++)
            add_bar(s, j);
    frame(s, top);
}

/* ---- the picture ------------------------------------------------------------------------ */

static void find_power(struct shares *s)
{
    double most = -INFINITY;

    for (size_t j = 0; j < s->one.v.n; j++)
        most = fmax(most, s->one.v.joint[j]);
    s->power = power_of(most);
}

static int make(struct shares *s, const struct machine *m, struct error *e)
{
    struct text title = TEXT_INIT, label = TEXT_INIT;

    find_power(s);
    add_title(s, m, &title);
    text_addf(&label, "%s%s", s->one.shared ? "p(X,Z|θ)" : "π f(x|φ) = p(x,z|θ)", s->power.words);
    s->f = figure_new(title.s, s->one.shared ? "Z" : "component", label.s);
    if (s->f)
        s->f->failed |= title.failed || label.failed;
    text_clear(&title);
    text_clear(&label);
    if (!s->f)
        return error_no_memory(e);
    add_note(s);
    if (!s->one.shared && on_a_line(s->one.model))
        return draw_line(s, e);
    draw_bars(s);
    return 0;
}

static int draw_e(struct machine *m, const struct options *o, struct figure **f, struct error *e)
{
    struct shares s = {.f = NULL};

    if (one_make(m, o, &s.one, e) != 0)
        return -1;
    int r = make(&s, m, e);
    *f = s.f;
    one_clear(&s.one);
    return r;
}

const struct picture e_picture = {
    .name = "e",
    .summary = "the weighted densities at row I, and their shares: γ",
    .argument = &one_argument,
    .needs_theta = true,
    .suits = values_suit,
    .draw = draw_e,
};
