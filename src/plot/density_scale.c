/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>

#include "base/memory.h"
#include "plot/density.h"

enum { LABELS = 12 };

/* The rows of which component k holds most: their place on the scale, at the height of their
 * number. */
static void add_rows(struct density *d, size_t k)
{
    const struct observations *o = &d->model->obs;
    size_t n = 0, next = 0;
    char name[40];

    for (size_t i = 0; i < o->n; i++)
        n += density_component(d, i) == k;
    if (n == 0)
        return;
    snprintf(name, sizeof name, d->gamma ? "rows%zu" : "rows", k + 1);
    struct series *s = figure_add(d->f, STYLE_POINTS, d->gamma ? INK_COMPONENT : INK_FAINT, name,
                                  NULL, n);
    unsigned *colour = d->gamma ? series_colours(d->f, s) : NULL;

    s->component = (int)k;
    s->filled = true;
    for (size_t i = 0; i < o->n && next < s->n; i++) {
        if (density_component(d, i) != k)
            continue;
        s->x[next] = d->model->class->scale->row(d->model, o->x + i * o->d);
        s->y[next] = (double)(i + 1);
        if (colour)
            colour[next] = figure_mixed_colour(d->gamma + i * d->k, d->k);
        next++;
    }
}

/* A line across all rows for each component, with its value. */
static int add_components(struct density *d, double low, double high, struct error *e)
{
    double *place = NEW_ARRAY(d->k, double);
    char name[40], label[40], number[NUMBER_TEXT];

    if (!place)
        return error_no_memory(e);
    d->model->class->scale->components(d->model, d->here->theta, place);
    for (size_t k = 0; k < d->k; k++) {
        snprintf(name, sizeof name, "component%zu", k + 1);
        struct series *s = figure_add(d->f, STYLE_LINE, INK_COMPONENT, name,
                                      density_label(d, k, label, sizeof label), 2);

        s->component = (int)k;
        s->x[0] = s->x[1] = place[k];
        s->y[0] = low;
        s->y[1] = high;
        if (d->k <= LABELS)
            figure_text(d->f, place[k], high - 0.04 * (high - low), INK_TOUCH,
                        number_text(number, place[k], 4));
    }
    mem_free(place);
    return 0;
}

int density_scale(struct density *d, struct error *e)
{
    const struct scale *scale = d->model->class->scale;
    double n = (double)d->model->obs.n, low = 1 - fmax(0.5, 0.05 * n),
           high = n + fmax(0.8, 0.12 * n), air = 0.03 * (scale->high - scale->low);
    struct figure *f = d->f;

    for (size_t k = 0; k < (d->gamma ? d->k : 1); k++)
        add_rows(d, k);
    if (d->here && add_components(d, low, high, e) != 0)
        return -1;
    mem_free(f->x.label);
    mem_free(f->y.label);
    f->x.label = mem_copy_text(scale->name);
    f->y.label = mem_copy_text("row");
    f->failed |= !f->x.label || !f->y.label;
    f->x.ranged = f->y.ranged = true;
    f->x.low = scale->low - air;
    f->x.high = scale->high + air;
    f->y.low = low;
    f->y.high = high;
    return 0;
}
