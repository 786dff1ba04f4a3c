/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>

#include "base/memory.h"
#include "plot/density.h"
#include "plot/rows.h"

enum { LABELS = 12 };

/* A row's place on the scale, at the height of its number. */
static bool on_scale(const void *context, size_t i, double at[2])
{
    const struct density *d = context;
    const struct observations *o = &d->model->obs;

    at[0] = d->model->class->scale->row(d->model, observations_row(o, i));
    at[1] = (double)(i + 1);
    return density_draws(d, i);
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

    rows_add(&(struct rows){d->model->obs.n, d->gamma, d->k, on_scale, d}, f);
    if (d->here && add_components(d, low, high, e) != 0)
        return -1;
    density_axes(d, scale->name, "row");
    f->x.ranged = f->y.ranged = true;
    f->x.low = scale->low - air;
    f->x.high = scale->high + air;
    f->y.low = low;
    f->y.high = high;
    return 0;
}
