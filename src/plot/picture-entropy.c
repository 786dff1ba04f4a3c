/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * plot entropy: the probabilities of a maximum-entropy model as bars, against those that nothing is
 * asked of (1/N), those before the last M-step, and the data's where outcomes are weighted; the
 * means that are asked for, and those that there are.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "plot/picture.h"

enum { TICKS = 40, MEANS = 3 };

struct entropy {
    const struct model *model;
    const struct block *p, *mean, *target;
    double *now, *before;      /* model->stats of here, and of the M-step before; NULL: none */
    const double *x;           /* (n) where the outcomes stand; NULL: at their numbers */
    struct figure *f;
};

/* ---- which models ----------------------------------------------------------------------- */

static const struct block *outcomes(const struct model *m)
{
    const struct block *p = layout_find(&m->stats, "p");

    return p && p->rank == 1 && p->constraint == CONSTRAINT_SIMPLEX &&
                   layout_find(&m->stats, "Ef") && layout_find(&m->stats, "target")
               ? p
               : NULL;
}

static int entropy_suits(const struct model *m, struct error *e)
{
    if (outcomes(m))
        return 0;
    error_set(e, "%s has no distribution whose entropy is maximised", m->name);
    return error_hint(e, "maxent has: load jaynes_die; model maxent targets=4.5; init");
}

/* ---- the numbers ------------------------------------------------------------------------ */

static const double *part(const struct block *b, const double *stats)
{
    return stats + b->offset;
}

static double *stats_at(const struct model *m, const struct state *s, struct error *e)
{
    double *v = NEW_ARRAY(m->stats.size, double);

    if (v)
        m->class->stats(m, s->q, s->theta, v);
    else
        error_no_memory(e);
    return v;
}

/* The state from which the last M-step went, or NULL. */
static const struct state *state_before(const struct machine *m)
{
    const struct state *here = machine_here(m), *s = here;

    while (s->t == here->t && s->parent != NO_STATE)
        s = &m->state[s->parent];
    return s->t < here->t && s->theta ? s : NULL;
}

static double entropy_of(const struct entropy *a, const double *stats)
{
    const double *p = part(a->p, stats);
    double sum = 0;

    for (size_t i = 0; i < a->p->size; i++)
        sum -= p[i] > 0 ? p[i] * log(p[i]) : 0;
    return sum;
}

/* Outcomes that are one column of numbers stand at these, if no two are the same. */
static void choose_places(struct entropy *a)
{
    const struct observations *o = &a->model->obs;

    for (size_t i = 0; i < o->n && o->d == 1; i++)
        for (size_t j = 0; j < i; j++)
            if (!(fabs(o->x[0][i] - o->x[0][j]) > 0))
                return;
    a->x = o->d == 1 && o->n == a->p->size && o->n < 1000 ? o->x[0] : NULL;
}

static double place(const struct entropy *a, size_t i)
{
    return a->x ? a->x[i] : (double)(i + 1);
}

/* 0.8 of the least distance of two outcomes. */
static double bar_width(const struct entropy *a)
{
    double least = INFINITY;

    for (size_t i = 0; a->x && i < a->p->size; i++)
        for (size_t j = 0; j < i; j++)
            least = fmin(least, fabs(a->x[i] - a->x[j]));
    return 0.8 * (isfinite(least) ? least : 1);
}

/* ---- the picture ------------------------------------------------------------------------ */

static void add_bars(struct entropy *a)
{
    struct series *s = figure_add(a->f, STYLE_BARS, INK_TRUTH, "p", "p", a->p->size);

    s->width = bar_width(a);
    for (size_t i = 0; i < s->n; i++) {
        s->x[i] = place(a, i);
        s->y[i] = part(a->p, a->now)[i];
    }
}

static void add_points(struct entropy *a, enum ink ink, const char *name, const char *label,
                       const double *p, double scale)
{
    struct series *s = figure_add(a->f, STYLE_POINTS, ink, name, label, a->p->size);

    for (size_t i = 0; i < s->n; i++) {
        s->x[i] = place(a, i);
        s->y[i] = scale * p[i];
    }
}

static void add_uniform(struct entropy *a, double low, double high)
{
    size_t n = a->p->size;
    char label[60];

    snprintf(label, sizeof label, "nothing asked: 1/%zu", n);
    struct series *s = figure_add(a->f, STYLE_LINE, INK_FAINT, "uniform", label, 2);
    s->x[0] = low;
    s->x[1] = high;
    s->y[0] = s->y[1] = 1 / (double)n;
}

/* Upright lines at a mean under p and at what it must be, if the column itself is the feature. */
static void add_means(struct entropy *a, double top)
{
    const char *feature = a->mean->size && a->mean->label ? a->mean->label[0] : NULL;
    double v[2] = {a->mean->size ? part(a->mean, a->now)[0] : NAN,
                   a->mean->size ? part(a->target, a->now)[0] : NAN};
    char number[NUMBER_TEXT], label[100];

    if (!a->x || !feature || strcmp(feature, observations_name(&a->model->obs, 0)) != 0)
        return;
    for (int i = 0; i < 2; i++) {
        snprintf(label, sizeof label, "%s %s", i ? "its mean must be" : "mean under p:",
                 number_text(number, v[i], 5));
        struct series *s = figure_add(a->f, STYLE_LINE, i ? INK_TOUCH : INK_BOUND,
                                      i ? "target" : "mean", label, 2);
        s->x[0] = s->x[1] = v[i];
        s->y[1] = 2 * top; /* the window may grow for the key */
    }
}

static void set_axes(struct entropy *a, double low, double high, double top)
{
    struct figure *f = a->f;
    char number[NUMBER_TEXT];

    f->x.ranged = f->y.ranged = true;
    f->x.low = low;
    f->x.high = high;
    f->y.high = top;
    f->key = KEY_TOP_LEFT;
    for (size_t i = 0; i < a->p->size && a->p->size <= TICKS; i++)
        figure_tick(f, &f->x, place(a, i), number_text(number, place(a, i), 6));
}

static void draw_parts(struct entropy *a)
{
    double low = INFINITY, high = -INFINITY, top = 0, width = bar_width(a);

    for (size_t i = 0; i < a->p->size; i++) {
        low = fmin(low, place(a, i) - 0.7 * width);
        high = fmax(high, place(a, i) + 0.7 * width);
        top = fmax(top, part(a->p, a->now)[i]);
        top = a->before ? fmax(top, part(a->p, a->before)[i]) : top;
        top = fmax(top, a->model->obs.weighted
                            ? a->model->obs.weight[i] / a->model->obs.total_weight : 0);
    }
    top *= 1.1;
    add_bars(a);
    add_uniform(a, low, high);
    if (a->before)
        add_points(a, INK_GAP, "before", "before the last M", part(a->p, a->before), 1);
    if (a->model->obs.weighted)
        add_points(a, INK_TOUCH, "data", "share of the data", a->model->obs.weight,
                   1 / a->model->obs.total_weight);
    add_means(a, top);
    set_axes(a, low, high, top);
}

static void add_claim(const struct entropy *a, struct text *out)
{
    char now[NUMBER_TEXT], before[NUMBER_TEXT], most[NUMBER_TEXT];

    number_text(now, entropy_of(a, a->now), 5);
    number_text(most, log((double)a->p->size), 5);
    text_addf(out, "entropy %s", now);
    if (a->before)
        text_addf(out, " (before M %s)", number_text(before, entropy_of(a, a->before), 5));
    text_addf(out, ", at most log %zu = %s", a->p->size, most);
}

/* "mean of f1: 0.04 (must be 0.0983), …" */
static void add_note(const struct entropy *a)
{
    struct text note = TEXT_INIT;
    size_t n = a->mean->size;

    for (size_t j = 0; j < n && j < MEANS; j++) {
        char is[NUMBER_TEXT], must[NUMBER_TEXT];

        text_add(&note, j ? ", " : "mean of ");
        text_add_shown(&note, a->mean->label ? a->mean->label[j] : "f", 30);
        text_addf(&note, ": %s (must be %s)", number_text(is, part(a->mean, a->now)[j], 5),
                  number_text(must, part(a->target, a->now)[j], 5));
    }
    text_add(&note, n > MEANS ? " …" : n ? "" : "no mean is asked for");
    figure_note(a->f, note.s);
    a->f->failed |= note.failed;
    text_clear(&note);
}

static int make(struct entropy *a, const struct machine *m, struct error *e)
{
    struct text title = TEXT_INIT;
    const struct state *before = state_before(m);

    a->now = stats_at(m->model, machine_here(m), e);
    if (!a->now || (before && !(a->before = stats_at(m->model, before, e))))
        return -1;
    choose_places(a);
    picture_title(m, &title);
    add_claim(a, &title);
    a->f = figure_new(title.s, a->x ? observations_name(&m->model->obs, 0) : "outcome",
                      "probability");
    text_clear(&title);
    if (!a->f)
        return error_no_memory(e);
    draw_parts(a);
    add_note(a);
    return 0;
}

static int draw_entropy(struct machine *m, const struct options *o, struct figure **f,
                        struct error *e)
{
    struct entropy a = {.model = m->model, .p = outcomes(m->model),
                        .mean = layout_find(&m->model->stats, "Ef"),
                        .target = layout_find(&m->model->stats, "target")};
    int r = make(&a, m, e);

    (void)o;
    *f = a.f;
    mem_free(a.now);
    mem_free(a.before);
    return r;
}

const struct picture entropy_picture = {
    .name = "entropy",
    .summary = "maxent's probabilities against uniform ones, and the means that are asked for",
    .needs_theta = true,
    .suits = entropy_suits,
    .draw = draw_entropy,
};
