/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>

#include "plot/density.h"
#include "plot/rows.h"

/* The picture reaches this share of the data's extent beyond it, to show ellipses. */
static const double BEYOND = 0.5;

/* A row's place in the two columns; false when one of them is missing. */
static bool observed(const struct density *d, size_t i, double at[2])
{
    const double *const *x = d->model->obs.x;

    at[0] = x[d->column[0]][i];
    at[1] = x[d->column[1]][i];
    return !isnan(at[0]) && !isnan(at[1]);
}

/* q's block of rows with their missing entries filled in, (n,d); NULL: q has none. */
static const double *filled_in(const struct density *d)
{
    const struct block *b = d->q ? layout_find(&d->model->q, "mean") : NULL;

    return b && b->rank == 2 && b->dim[0] == d->model->obs.n && b->dim[1] == d->model->obs.d
               ? d->q->b.v + b->offset
               : NULL;
}

/* ---- rows ------------------------------------------------------------------------------- */

static bool drawn(const void *context, size_t i, double at[2])
{
    const struct density *d = context;

    return density_draws(d, i) && observed(d, i, at);
}

/* Rows with a missing entry, where q's mean puts them. */
static void add_missing(struct density *d)
{
    const double *mean = filled_in(d);
    size_t n = 0, next = 0;
    double at[2];
    char note[160];

    for (size_t i = 0; i < d->model->obs.n; i++)
        n += density_draws(d, i) && !observed(d, i, at);
    if (n == 0)
        return;
    if (!mean) {
        snprintf(note, sizeof note, "%zu rows have a missing entry here: an e will place them", n);
        if (!d->part)
            figure_note(d->f, note);
        return;
    }
    struct series *s = figure_add(d->f, STYLE_POINTS, INK_GAP, "missing",
                                  d->part ? NULL : DENSITY_MISSING, n);
    for (size_t i = 0; i < d->model->obs.n && next < s->n; i++) {
        if (!density_draws(d, i) || observed(d, i, at))
            continue;
        s->x[next] = mean[i * d->model->obs.d + d->column[0]];
        s->y[next++] = mean[i * d->model->obs.d + d->column[1]];
    }
}

/* ---- ellipses --------------------------------------------------------------------------- */

/* A variance of 0 leaves a component without an ellipse. */
static void add_ellipse(struct density *d, size_t k, double p, bool dashed)
{
    size_t a = d->column[0], b = d->column[1], n = d->model->obs.d;
    const double *cov = d->moments + n;
    char name[40], label[40];

    snprintf(name, sizeof name, "ellipse%zu_%g", k + 1, 100 * p);
    struct series *s = ellipse_add(
        d->f, INK_COMPONENT, name,
        dashed || d->part ? NULL : density_label(d, k, label, sizeof label),
        (double[2]){d->moments[a], d->moments[b]},
        (double[3]){cov[a * n + a], cov[b * n + a], cov[b * n + b]}, p);

    if (!s)
        return;
    s->component = (int)k;
    s->dashed = dashed;
}

static void add_centres(struct density *d)
{
    struct series *s = figure_add(d->f, STYLE_POINTS, INK_TOUCH, "mean", d->part ? NULL : "mean",
                                  d->k);

    s->filled = true;
    for (size_t k = 0; k < s->n && density_moments(d, k); k++) {
        s->x[k] = d->moments[d->column[0]];
        s->y[k] = d->moments[d->column[1]];
    }
}

static void add_components(struct density *d)
{
    bool there = density_moments(d, 0);

    for (size_t k = 0; there && k < d->k && density_moments(d, k); k++) {
        add_ellipse(d, k, 0.68, false);
        add_ellipse(d, k, 0.95, true);
    }
    if (there)
        add_centres(d);
}

/* ---- the picture ------------------------------------------------------------------------ */

struct reach {
    double low, high;
};

static void stretch(struct reach *r, double v)
{
    if (!isfinite(v))
        return;
    r->low = fmin(r->low, v);
    r->high = fmax(r->high, v);
}

/* The rows and, within reason, the ellipses. */
static void choose_range(const struct density *d, struct axis *axis, bool of_y)
{
    struct reach rows = {INFINITY, -INFINITY}, all = rows;

    for (size_t i = 0; i < d->f->nseries; i++) {
        const struct series *s = d->f->series[i];

        for (size_t j = 0; j < s->n; j++) {
            double v = of_y ? s->y[j] : s->x[j];

            stretch(&all, v);
            if (s->style == STYLE_POINTS && s->ink != INK_TOUCH)
                stretch(&rows, v);
        }
    }
    double span = rows.high - rows.low;

    if (!(span > 0) || !isfinite(span))
        return;
    axis->low = fmax(all.low, rows.low - BEYOND * span) - 0.03 * span;
    axis->high = fmin(all.high, rows.high + BEYOND * span) + 0.03 * span;
    axis->ranged = true;
}

void density_note(struct density *d)
{
    struct text note = TEXT_INIT;
    size_t all = d->model->obs.n;

    if (d->here && d->model->class->component_moments)
        text_add(&note, "ellipses: 68 % inside the inner, 95 % inside the outer");
    if (d->model->obs.d > d->ncolumn)
        text_addf(&note, "%s%zu of %zu columns", note.length ? "; " : "", d->ncolumn,
                  d->model->obs.d);
    if (density_drawn(d) < all)
        text_addf(&note, "%s%zu of %zu rows are drawn", note.length ? "; " : "",
                  density_drawn(d), all);
    if (note.length && !d->f->note)
        figure_note(d->f, note.s);
    d->f->failed |= note.failed;
    text_clear(&note);
}

int density_plane(struct density *d, struct error *e)
{
    (void)e;
    rows_add(&(struct rows){d->model->obs.n, d->gamma, d->k, drawn, d}, d->f);
    add_missing(d);
    if (d->here)
        add_components(d);
    choose_range(d, &d->f->x, false);
    choose_range(d, &d->f->y, true);
    density_axes(d, observations_name(&d->model->obs, d->column[0]),
                 observations_name(&d->model->obs, d->column[1]));
    if (!d->part)
        density_note(d);
    return 0;
}
