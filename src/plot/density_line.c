/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "plot/density.h"

enum { BINS_CHOSEN = 80, COUNT_BINS = 100, GRID = 401, PEAK = 24, COUNT_POINTS = 60 };

/* The curves' heights are shown up to this many times the histogram's. */
static const double TALLEST = 4;

struct line {
    struct density *d;
    double low, high;       /* of the data */
    double width;           /* of a bin */
    size_t nbin;
    double *height;         /* (nbin,k) share of the rows' weight over the width, split by γ */
    double tallest;
    size_t missing;
};

/* ---- the histogram ---------------------------------------------------------------------- */

struct row {
    double x, weight;
};

static int by_x(const void *a, const void *b)
{
    double x = ((const struct row *)a)->x, y = ((const struct row *)b)->x;

    return (x > y) - (x < y);
}

static double quantile(const struct row *row, size_t n, double total, double p)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        if ((sum += row[i].weight) >= p * total)
            return row[i].x;
    return row[n - 1].x;
}

/* Freedman and Diaconis's width 2·IQR·n^(−1/3), which is far too wide where the data have two
 * humps: at least Rice's 2·n^(1/3) bins. */
static size_t count_bins(const struct line *l, const struct row *row, size_t n, double total)
{
    double iqr = quantile(row, n, total, 0.75) - quantile(row, n, total, 0.25);
    double rice = ceil(2 * cbrt(total)), fd = 0;

    if (iqr > 0)
        fd = ceil((l->high - l->low) / (2 * iqr / cbrt(total)));
    return (size_t)fmin(fmax(fmax(rice, fd), 1), BINS_CHOSEN);
}

/* Bins of a column that does not vary are as wide as the density asks for. */
static double constant_width(const struct line *l)
{
    double mean, sd;

    if (density_spread(l->d, 0, &mean, &sd) && sd > 0 && isfinite(sd))
        return sd;
    return fmax(1, 0.1 * fabs(l->low));
}

/* Counts: a whole number of values to each bin, one if that is not too many bins. */
static void choose_count_bins(struct line *l)
{
    double values = l->high - l->low + 1;

    l->width = ceil(values / (double)(l->d->bins ? l->d->bins : COUNT_BINS));
    l->nbin = (size_t)ceil(values / l->width);
    l->low -= 0.5;
    l->high = l->low + l->width * (double)l->nbin;
}

static void choose_bins(struct line *l, const struct row *row, size_t n, double total)
{
    l->low = row[0].x;
    l->high = row[n - 1].x;
    if (l->d->model->counts) {
        choose_count_bins(l);
        return;
    }
    if (!(l->high - l->low > 1e-12 * fmax(fabs(l->low), fabs(l->high)))) {
        l->nbin = 1;
        l->width = constant_width(l);
        l->low -= 0.5 * l->width;
        l->high = l->low + l->width;
        return;
    }
    l->nbin = l->d->bins ? l->d->bins : count_bins(l, row, n, total);
    l->width = (l->high - l->low) / (double)l->nbin;
}

static double entry(const struct density *d, size_t i)
{
    return d->model->obs.x[d->column[0]][i];
}

static int read_rows(struct line *l, struct row **row, size_t *n, double *total, struct error *e)
{
    const struct observations *o = &l->d->model->obs;

    *row = NEW_ARRAY(o->n, struct row);
    if (!*row)
        return error_no_memory(e);
    for (size_t i = 0; i < o->n; i++) {
        if (isnan(entry(l->d, i)))
            continue;
        (*row)[(*n)++] = (struct row){entry(l->d, i), o->weight[i]};
        *total += o->weight[i];
    }
    l->missing = o->n - *n;
    if (*n > 0 && *total > 0)
        return 0;
    mem_free(*row);
    return error_set(e, "column '%s' has nothing to draw",
                     observations_name(o, l->d->column[0]));
}

static void fill_bins(struct line *l, double total)
{
    const struct density *d = l->d;
    const struct observations *o = &d->model->obs;

    for (size_t i = 0; i < o->n; i++) {
        if (isnan(entry(d, i)))
            continue;
        double place = floor((entry(d, i) - l->low) / l->width);
        size_t bin = (size_t)fmin(fmax(place, 0), (double)(l->nbin - 1));
        double share = o->weight[i] / (total * l->width);

        for (size_t k = 0; k < d->k; k++)
            l->height[bin * d->k + k] += d->gamma ? share * d->gamma[i * d->k + k]
                                                  : k == 0 ? share : 0;
    }
}

static int make_bins(struct line *l, struct error *e)
{
    struct row *row;
    size_t n = 0;
    double total = 0;

    if (read_rows(l, &row, &n, &total, e) != 0)
        return -1;
    qsort(row, n, sizeof *row, by_x);
    choose_bins(l, row, n, total);
    mem_free(row);
    l->height = NEW_ARRAY(l->nbin * l->d->k, double);
    if (!l->height)
        return error_no_memory(e);
    fill_bins(l, total);
    return 0;
}

/* The bars, component k's part standing on those of 0 … k−1. */
static void add_bars(struct line *l)
{
    struct density *d = l->d;
    double *base = NEW_ARRAY(l->nbin, double);
    char name[40];

    if (!base) {
        d->f->failed = true;
        return;
    }
    for (size_t k = 0; k < (d->gamma ? d->k : 1); k++) {
        snprintf(name, sizeof name, d->gamma ? "rows%zu" : "rows", k + 1);
        struct series *s = figure_add(d->f, STYLE_BARS, d->gamma ? INK_COMPONENT : INK_FAINT, name,
                                      d->gamma || d->part ? NULL : "data", l->nbin);
        double *from = series_second(d->f, s, false);

        s->component = (int)k;
        s->width = l->width;
        for (size_t i = 0; i < s->n; i++) {
            s->x[i] = l->low + ((double)i + 0.5) * l->width;
            from[i] = base[i];
            s->y[i] = base[i] += l->height[i * d->k + k];
            l->tallest = fmax(l->tallest, base[i]);
        }
    }
    mem_free(base);
}

/* ---- the curves ------------------------------------------------------------------------- */

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Around every mean too, so that a narrow component has its peak. */
static size_t add_peaks(const struct line *l, double from, double to, double *x, size_t n)
{
    double mean, sd;

    for (size_t k = 0; k < l->d->k && density_spread(l->d, k, &mean, &sd); k++)
        for (int j = -PEAK; j <= PEAK; j++) {
            double at = mean + 4.0 * j / PEAK * sd;

            if (at > from && at < to)
                x[n++] = at;
        }
    return n;
}

static size_t make_grid(const struct line *l, double from, double to, double *x)
{
    size_t n = 0;

    if (l->d->model->counts) {
        double step = fmax(1, ceil((to - from) / (GRID - 1)));

        for (double v = fmax(ceil(from), 0); v <= to; v += step)
            x[n++] = v;
        return n;
    }
    for (int i = 0; i < GRID; i++)
        x[n++] = from + (to - from) * i / (GRID - 1);
    n = add_peaks(l, from, to, x, n);
    qsort(x, n, sizeof *x, ascending);
    return n;
}

static void add_curve(struct line *l, const double *x, const double *y, size_t n, size_t stride,
                      size_t k, bool whole)
{
    struct density *d = l->d;
    bool points = d->model->counts && n <= COUNT_POINTS;
    char name[40] = "density", label[80];

    if (whole)
        snprintf(label, sizeof label, d->k > 1 ? "the sum p(x|θ)" : "p(x|θ)");
    else
        snprintf(name, sizeof name, "component%zu", k + 1);
    struct series *s = figure_add(d->f, points ? STYLE_LINE_POINTS : STYLE_LINE,
                                  whole ? INK_TOUCH : INK_COMPONENT, name,
                                  d->part ? NULL
                                  : whole ? label : density_label(d, k, label, sizeof label), n);
    s->component = (int)k;
    s->filled = true;
    s->dashed = whole && d->k > 1;
    for (size_t i = 0; i < s->n; i++) {
        s->x[i] = x[i];
        s->y[i] = y[i * stride];
    }
}

static int add_curves(struct line *l, double from, double to, struct error *e)
{
    struct density *d = l->d;
    size_t room = GRID + d->k * (2 * PEAK + 1), n, stride = d->k + 1;
    double *x = NEW_ARRAY(room, double), *y = NEW_ARRAY(room * stride, double);

    if (!x || !y) {
        mem_free(x);
        mem_free(y);
        return error_no_memory(e);
    }
    n = make_grid(l, from, to, x);
    for (size_t i = 0; i < n; i++)
        y[i * stride + d->k] = density_at(d, x[i], y + i * stride);
    add_curve(l, x, y + d->k, n, stride, 0, true); /* seen where it is more than one of its parts */
    for (size_t k = 0; d->k > 1 && k < d->k; k++)
        add_curve(l, x, y + k, n, stride, k, false);
    mem_free(x);
    mem_free(y);
    return 0;
}

/* ---- the picture ------------------------------------------------------------------------ */

/* The data with air, and the components' means if they are not worlds away. */
static void curve_range(const struct line *l, double *from, double *to)
{
    double span = l->high - l->low, mean, sd;
    bool counts = l->d->model->counts;

    *from = l->low - (counts ? 0 : 0.12 * span);
    *to = l->high + 0.12 * span;
    for (size_t k = 0; k < l->d->k && density_spread(l->d, k, &mean, &sd); k++) {
        *from = fmin(*from, fmax(mean - 2.5 * sd, l->low - span));
        *to = fmax(*to, fmin(mean + 2.5 * sd, l->high + span));
    }
}

/* A component that collapses leaves through the top. */
static void limit_height(struct line *l)
{
    struct figure *f = l->d->f;
    double top = l->tallest;

    for (size_t i = 0; i < f->nseries; i++)
        for (size_t j = 0; j < f->series[i]->n; j++)
            if (isfinite(f->series[i]->y[j]))
                top = fmax(top, f->series[i]->y[j]);
    f->y.ranged = top > 0;
    f->y.low = 0;
    f->y.high = 1.08 * fmin(top, TALLEST * l->tallest);
}

static void label_axes(struct line *l, double from, double to)
{
    struct figure *f = l->d->f;
    char note[120];

    density_axes(l->d, observations_name(&l->d->model->obs, l->d->column[0]),
                 l->d->model->counts ? "share of the rows" : "density");
    f->x.ranged = true;
    f->x.low = from;
    f->x.high = to;
    if (l->missing == 0 || l->d->part)
        return;
    snprintf(note, sizeof note, "%zu missing %s not shown", l->missing,
             l->missing == 1 ? "entry is" : "entries are");
    figure_note(f, note);
}

int density_line(struct density *d, struct error *e)
{
    struct line l = {.d = d};
    double from, to;

    if (make_bins(&l, e) != 0)
        return -1;
    add_bars(&l);
    curve_range(&l, &from, &to);
    int r = d->here ? add_curves(&l, from, to, e) : 0;
    limit_height(&l);
    label_axes(&l, from, to);
    mem_free(l.height);
    return r;
}

int density_curves(struct density *d, struct error *e)
{
    struct line l = {.d = d, .tallest = INFINITY};
    double from, to;

    if (make_bins(&l, e) != 0)
        return -1;
    curve_range(&l, &from, &to);
    int r = add_curves(&l, from, to, e);
    limit_height(&l);
    label_axes(&l, from, to);
    mem_free(l.height);
    return r;
}
