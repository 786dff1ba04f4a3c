/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * plot jensen I: the chord under the log.  With w_k = p(x_I,k|θ)/q(k), the points (w_k, log w_k)
 * lie on the curve of the logarithm, and their mean under q, (E_q[w], E_q[log w]), lies under it by
 * log E_q[w] − E_q[log w]: Jensen's gap, which is KL(q‖p(z|x_I,θ)) where q covers the posterior. An
 * exact E makes all w equal to p(x_I|θ), and the gap is gone.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "plot/one.h"

enum { GRID = 201, NAMED = 8, ALL_DRAWN = 12 };

struct chord {
    struct one one;
    struct jensen jensen;
    struct power power;
    double mean;            /* E_q[w], in units of the power */
    double low, high;       /* the window, likewise */
    size_t left_out;        /* values with mass whose w lies beyond it */
    struct figure *f;
};

/* log w of what is on the curve; NaN elsewhere. */
static double log_w(const struct chord *c, size_t j)
{
    double v = values_log_ratio(&c->one.v, j);

    return v > -INFINITY ? v : NAN;
}

static double place(const struct chord *c, double log_w)
{
    return exp(log_w - c->power.log);
}

/* The gap: 0 up to the rounding of the logarithms that it is a difference of. */
static double gap(const struct chord *c)
{
    double v = c->jensen.log_mean - c->jensen.mean_log;

    return v > 1e-14 * fmax(1, fabs(c->jensen.log_mean)) ? v : 0;
}

/* ---- the window ------------------------------------------------------------------------- */

/* Where q has next to no mass w may be anything: beyond three times the mean, or far below the mean
 * of the logarithms, it is out of the window. */
static bool beyond(const struct chord *c, size_t j)
{
    double rare = c->one.v.n > ALL_DRAWN ? 1e-3 : 1e-6;

    return exp(c->one.v.q[j]) < rare && (log_w(c, j) > c->jensen.log_mean + log(3) ||
                                         log_w(c, j) < c->jensen.mean_log - 5);
}

static void choose_window(struct chord *c)
{
    double low = c->jensen.log_mean, high = c->jensen.log_mean;

    for (size_t j = 0; j < c->one.v.n; j++) {
        if (isnan(log_w(c, j)))
            continue;
        if (beyond(c, j)) {
            c->left_out++;
            continue;
        }
        low = fmin(low, log_w(c, j));
        high = fmax(high, log_w(c, j));
    }
    c->power = power_of(high);
    c->mean = place(c, c->jensen.log_mean);
    c->low = place(c, low);
    c->high = place(c, high);
    if (c->high - c->low < 1e-3 * c->high) { /* one point: a piece of curve round it */
        c->low /= 2;
        c->high *= 1.5;
    }
    double air = 0.06 * (c->high - c->low);
    c->low = fmax(c->low - air, c->low * 0.9);
    c->high += 3 * air; /* the last point's words stand beside it */
}

/* ---- the curve, the points, the polygon ------------------------------------------------- */

static void add_log(struct chord *c)
{
    struct series *s = figure_add(c->f, STYLE_LINE, INK_TRUTH, "log", "log w", GRID);

    /* Squares of the way: the curve bends most at its lower end. */
    for (size_t i = 0; i < s->n; i++) {
        double way = (double)i / (GRID - 1);

        s->x[i] = c->low + way * way * (c->high - c->low);
        s->y[i] = log(s->x[i]) + c->power.log;
    }
}

struct corner {
    double w, log_w, q;
    size_t j;
};

static int by_w(const void *a, const void *b)
{
    double v = ((const struct corner *)a)->log_w, w = ((const struct corner *)b)->log_w;

    return (v > w) - (v < w);
}

/* The values that are drawn, by rising w; how many. */
static size_t take_corners(const struct chord *c, struct corner *corner)
{
    size_t n = 0;

    for (size_t j = 0; j < c->one.v.n; j++)
        if (!isnan(log_w(c, j)) && !beyond(c, j))
            corner[n++] = (struct corner){place(c, log_w(c, j)), log_w(c, j),
                                          exp(c->one.v.q[j]), j};
    qsort(corner, n, sizeof *corner, by_w);
    return n;
}

/* Chords from point to point and back: the mean is somewhere inside. */
static void add_polygon(struct chord *c, const struct corner *corner, size_t n)
{
    struct series *s = figure_add(c->f, STYLE_LINE, INK_BOUND, "chord",
                                  n > 2 ? "the polygon of the points" : "the chord",
                                  n > 2 ? n + 1 : n);

    for (size_t i = 0; i < s->n; i++) {
        s->x[i] = corner[i % n].w;
        s->y[i] = corner[i % n].log_w;
    }
}

static void name_point(struct chord *c, const struct corner *p)
{
    char words[60], shown[NUMBER_TEXT];

    snprintf(words, sizeof words, "%s%zu, q = %s", c->one.shared ? "Z = " : "k = ",
             p->j + c->one.v.first, number_text(shown, p->q, 3));
    figure_text(c->f, p->w, p->log_w, INK_COMPONENT, words)->component = (int)p->j;
}

static void add_points(struct chord *c, const struct corner *corner, size_t n)
{
    struct series *s = figure_add(c->f, STYLE_POINTS, INK_COMPONENT, "w",
                                  c->one.shared ? "w(Z) = p(X,Z|θ)/q(Z)" : "w(k) = p(x,k|θ)/q(k)",
                                  n);
    unsigned *colour = c->one.shared ? NULL : series_colours(c->f, s);

    s->filled = true;
    for (size_t i = 0; i < s->n; i++) {
        s->x[i] = corner[i].w;
        s->y[i] = corner[i].log_w;
        if (colour)
            colour[i] = figure_component_colour((int)corner[i].j);
    }
}

/* All of them at one place would write over each other. */
static void name_points(struct chord *c, const struct corner *corner, size_t n)
{
    bool apart = n > 1 && corner[n - 1].w - corner[0].w > 0.02 * (c->high - c->low);

    for (size_t i = 0; apart && n <= NAMED && i < n; i++)
        name_point(c, &corner[i]);
}

/* ---- the two sides and the gap ---------------------------------------------------------- */

static void add_side(struct chord *c, double y, enum ink ink, const char *name, const char *label)
{
    struct series *s = figure_add(c->f, STYLE_POINTS, ink, name, label, 1);

    s->filled = ink == INK_TOUCH;
    s->x[0] = c->mean;
    s->y[0] = y;
}

static void add_arrow(struct chord *c)
{
    struct series *s = figure_add(c->f, STYLE_ARROW, INK_GAP, "gap", NULL, 1);
    double *x2 = series_second(c->f, s, true), *y2 = series_second(c->f, s, false);

    s->two_headed = true;
    s->x[0] = x2[0] = c->mean;
    s->y[0] = c->jensen.log_mean;
    y2[0] = c->jensen.mean_log;
}

static void gap_words(const struct chord *c, struct text *out)
{
    char shown[NUMBER_TEXT];

    text_add(out, c->jensen.covers ? "KL" : "gap");
    if (c->jensen.covers && !c->one.shared)
        text_subscript(out, (long)c->one.i + 1);
    text_addf(out, " = %s", number_text(shown, gap(c), 4));
}

static void add_sides(struct chord *c)
{
    struct text words = TEXT_INIT;
    char shown[NUMBER_TEXT];

    text_addf(&words, "log E_q[w] = %s", number_text(shown, c->jensen.log_mean, 6));
    if (c->jensen.covers) {
        text_add(&words, " = log ");
        one_density(&c->one, &words);
    }
    add_side(c, c->jensen.log_mean, INK_TRUTH, "log_mean", words.s);
    text_reset(&words);
    text_addf(&words, "E_q[log w] = %s", number_text(shown, c->jensen.mean_log, 6));
    if (isfinite(c->jensen.mean_log))
        add_side(c, c->jensen.mean_log, INK_TOUCH, "mean_log", words.s);
    if (gap(c) > 0 && isfinite(gap(c))) {
        add_arrow(c);
        text_reset(&words);
        gap_words(c, &words);
        figure_text(c->f, c->mean, 0.5 * (c->jensen.log_mean + c->jensen.mean_log), INK_GAP,
                    words.s);
    }
    c->f->failed |= words.failed;
    text_clear(&words);
}

/* ---- words ------------------------------------------------------------------------------ */

static void add_title(const struct chord *c, const struct machine *m, struct text *out)
{
    picture_title(m, out);
    one_name(&c->one, out);
    if (!isfinite(gap(c))) {
        text_add(out, "q has mass where p(x,z|θ) = 0: the gap is infinite");
    } else if (gap(c) > 0) {
        text_add(out, "E_q[log w] is under log E_q[w] by ");
        gap_words(c, out);
    } else {
        text_add(out, "all w are equal");
        if (c->jensen.covers) {
            text_add(out, " to ");
            one_density(&c->one, out);
        }
        text_add(out, ", and the gap is closed");
    }
}

static void add_note(struct chord *c)
{
    struct text note = TEXT_INIT;

    if (!c->jensen.covers) {
        text_add(&note, "q has no mass on some values, so E_q[w] < ");
        one_density(&c->one, &note);
        text_add(&note, ": this gap is not all of KL, which counts them too");
    } else if (c->left_out) {
        text_addf(&note, "%zu value%s outside: q has next to no mass there", c->left_out,
                  c->left_out == 1 ? " is" : "s are");
    } else {
        one_data(&c->one, &note);
    }
    c->f->failed |= note.failed;
    if (note.length)
        figure_note(c->f, note.s);
    text_clear(&note);
}

/* ---- the picture ------------------------------------------------------------------------ */

static int draw(struct chord *c, struct error *e)
{
    struct corner *corner = NEW_ARRAY(c->one.v.n, struct corner);

    if (!corner)
        return error_no_memory(e);
    size_t n = take_corners(c, corner);
    add_log(c);
    if (n > 1 && gap(c) > 0)
        add_polygon(c, corner, n);
    add_points(c, corner, n);
    name_points(c, corner, n);
    add_sides(c);
    add_note(c);
    c->f->key = KEY_BOTTOM_RIGHT;
    c->f->x.ranged = true;
    c->f->x.low = c->low;
    c->f->x.high = c->high;
    mem_free(corner);
    return 0;
}

static int make(struct chord *c, const struct machine *m, struct error *e)
{
    struct text title = TEXT_INIT, label = TEXT_INIT;

    c->jensen = values_jensen(&c->one.v);
    if (!isfinite(c->jensen.log_mean))
        return error_set(e, "p(x,z|θ) is 0 wherever q has mass: there is no logarithm to draw");
    choose_window(c);
    add_title(c, m, &title);
    text_addf(&label, "w%s", c->power.words);
    c->f = figure_new(title.s, label.s, "log w");
    if (c->f)
        c->f->failed |= title.failed || label.failed;
    text_clear(&title);
    text_clear(&label);
    return c->f ? draw(c, e) : error_no_memory(e);
}

static int draw_jensen(struct machine *m, const struct options *o, struct figure **f,
                       struct error *e)
{
    struct chord c = {.f = NULL};

    if (one_make(m, o, &c.one, e) != 0)
        return -1;
    int r = make(&c, m, e);
    *f = c.f;
    one_clear(&c.one);
    return r;
}

const struct picture jensen_picture = {
    .name = "jensen",
    .summary = "the chord under the log: log E_q[w] above E_q[log w] at row I, and the gap",
    .argument = &one_argument,
    .needs_theta = true,
    .needs_q = true,
    .suits = values_suit,
    .draw = draw_jensen,
};
