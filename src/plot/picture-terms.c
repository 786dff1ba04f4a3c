/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot terms: ELBO + KL = ℓ as stacked bars, one for each half-step. */
#include <math.h>
#include <stdio.h>

#include "plot/trail.h"

static const struct option_spec terms_options[] = {
    {"last", OPTION_COUNT, "10", "how many half-steps, up to here"},
    {NULL},
};

enum { SHOWN = 10, MOST = 200, TICKS = 12, NUMBERED = 12 };

struct stack {
    struct trail trail;
    size_t from;            /* the first state that is shown */
    double floor;           /* where the axis, and the bars, begin */
    struct figure *f;
};

static const char *symbol(const struct stack *k, enum term term)
{
    return picture_symbol(k->trail.m, term);
}

static size_t shown(const struct stack *k)
{
    return k->trail.here - k->from + 1;
}

static double height(const struct stack *k, size_t i, enum term term)
{
    return trail_term(&k->trail, k->from + i, term);
}

/* All terms are large negative numbers and differ little: bars from 0 would look alike.  They stand
 * on a floor below the lowest of them. */
static void choose_floor(struct stack *k)
{
    double low = INFINITY, high = -INFINITY;

    for (size_t i = 0; i < shown(k); i++) {
        double bound = height(k, i, TERM_ELBO), truth = height(k, i, TERM_LOGLIK);

        low = fmin(low, fmin(isfinite(bound) ? bound : INFINITY,
                             isfinite(truth) ? truth : INFINITY));
        high = fmax(high, fmax(isfinite(bound) ? bound : -INFINITY,
                               isfinite(truth) ? truth : -INFINITY));
    }
    if (!(low <= high))
        low = high = 0;
    double range = high - low, scale = fmax(1, fabs(low));

    if (!(range > 1e-9 * scale))
        range = 0.05 * scale;
    k->floor = low - 0.25 * range;
    k->f->y.ranged = true;
    k->f->y.low = k->floor;
    k->f->y.high = high + 0.15 * range;
}

/* Bars from below … to `term`; below NULL: from the floor. */
static void add_bars(struct stack *k, enum ink ink, enum term name, const enum term *below,
                     enum term top, const char *label)
{
    const char *key = term_name(k->trail.m->model->class->kind, name)->key;
    struct series *s = figure_add(k->f, STYLE_BARS, ink, key, label, shown(k));
    double *base = series_second(k->f, s, false);

    s->width = 0.7;
    for (size_t i = 0; i < s->n; i++) {
        s->x[i] = (double)(k->from + i);
        s->y[i] = height(k, i, top);
        base[i] = below ? height(k, i, *below) : k->floor;
    }
}

/* ℓ as the line on top of each stack. */
static void add_truth(struct stack *k)
{
    const char *key = term_name(k->trail.m->model->class->kind, TERM_LOGLIK)->key;
    size_t n = shown(k);
    struct series *s = figure_add(k->f, STYLE_LINE, INK_TRUTH, key, symbol(k, TERM_LOGLIK), 3 * n);

    for (size_t i = 0; i + 2 < s->n; i += 3) {
        double x = (double)(k->from + i / 3), y = height(k, i / 3, TERM_LOGLIK);

        s->x[i] = x - 0.35;
        s->x[i + 1] = x + 0.35;
        s->x[i + 2] = x + 0.5;
        s->y[i] = s->y[i + 1] = y;
        s->y[i + 2] = NAN;
    }
}

/* What is left of a KL that is 0: after an exact E up to the tolerance of the identities. */
static double rounding(const struct state *s)
{
    return terms_tolerance(&s->terms) * (s->exact ? 1 : 1e-6);
}

static void add_numbers(struct stack *k)
{
    char words[NUMBER_TEXT];

    if (shown(k) > NUMBERED)
        return;
    for (size_t i = 0; i < shown(k); i++) {
        double gap = height(k, i, TERM_KL), top = height(k, i, TERM_LOGLIK);

        if (isnan(gap) || !isfinite(top))
            continue;
        if (fabs(gap) <= rounding(trail_state(&k->trail, k->from + i)))
            gap = 0;
        figure_text(k->f, (double)(k->from + i), top, INK_GAP,
                    number_text(words, gap, gap < 0.1 ? 2 : 3))
            ->centred = true;
    }
}

static void add_note(struct stack *k)
{
    char note[160];

    if (shown(k) <= k->trail.here)
        snprintf(note, sizeof note, "the last %zu half-steps of %zu; the axis does not begin at 0",
                 shown(k), k->trail.here);
    else
        snprintf(note, sizeof note, "the axis does not begin at 0");
    figure_note(k->f, note);
}

static void draw(struct stack *k)
{
    static const enum term bound = TERM_ELBO;
    char label[80];

    choose_floor(k);
    add_bars(k, INK_BOUND, TERM_ELBO, NULL, TERM_ELBO, symbol(k, TERM_ELBO));
    if (trail_has(&k->trail, TERM_LOGLIK)) {
        snprintf(label, sizeof label, "%s, with its value", symbol(k, TERM_KL));
        add_bars(k, INK_GAP, TERM_KL, &bound, TERM_LOGLIK, label);
        add_truth(k);
        add_numbers(k);
    }
    trail_ticks(&k->trail, k->f, k->from, k->trail.here, TICKS);
    add_note(k);
    k->f->x.ranged = true;
    k->f->x.low = (double)k->from - 0.8;
    k->f->x.high = (double)k->trail.here + 0.8;
}

/* The largest |ℓ − (ELBO + KL)|, each term being computed by itself. */
static double residual(const struct stack *k)
{
    double most = 0;

    for (size_t i = 0; i < shown(k); i++) {
        double off = height(k, i, TERM_LOGLIK) - height(k, i, TERM_ELBO) - height(k, i, TERM_KL);

        if (isfinite(off))
            most = fmax(most, fabs(off));
    }
    return most;
}

static void add_claim(const struct stack *k, struct text *out)
{
    char off[NUMBER_TEXT];

    if (trail_has(&k->trail, TERM_LOGLIK))
        text_addf(out, "%s + %s = %s at every half-step, to %s", symbol(k, TERM_ELBO),
                  symbol(k, TERM_KL), symbol(k, TERM_LOGLIK), number_text(off, residual(k), 1));
    else
        text_addf(out, "%s alone: %s is intractable", symbol(k, TERM_ELBO),
                  symbol(k, TERM_LOGLIK));
}

static int draw_terms(struct machine *m, const struct options *o, struct figure **f,
                      struct error *e)
{
    struct stack k = {.f = NULL};
    struct text title = TEXT_INIT;
    size_t last = SHOWN;

    if (options_count(o, "last", 1, MOST, &last, e) != 0 || trail_make(m, &k.trail, e) != 0)
        return -1;
    k.from = k.trail.here + 1 > last ? k.trail.here + 1 - last : 0;
    picture_title(m, &title);
    add_claim(&k, &title);
    k.f = figure_new(title.s, "half-step", NULL);
    if (k.f) {
        k.f->failed |= title.failed;
        draw(&k);
    }
    *f = k.f;
    text_clear(&title);
    trail_clear(&k.trail);
    return 0;
}

const struct picture terms_picture = {
    .name = "terms",
    .summary = "ELBO + KL = ℓ as stacked bars, by half-step",
    .options = terms_options,
    .needs_theta = true,
    .needs_q = true,
    .draw = draw_terms,
};
