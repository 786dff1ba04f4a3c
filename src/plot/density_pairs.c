/* SPDX-License-Identifier: GPL-3.0-or-later */
/* More than two columns: the lower triangle of a grid, the key in the corner that it leaves. */
#include <stdio.h>

#include "base/memory.h"
#include "plot/density.h"

/* The panel at that place: its columns are the grid's own. */
static int draw_panel(const struct density *whole, size_t row, size_t column, struct figure *f,
                      struct error *e)
{
    struct density d = *whole;

    d.f = f;
    d.part = true;
    f->key = KEY_NONE;
    d.column[0] = whole->column[column];
    d.column[1] = whole->column[row];
    return row == column ? density_line(&d, e) : density_plane(&d, e);
}

static int add_panel(struct density *d, size_t row, size_t column, struct error *e)
{
    struct figure *f = figure_new(NULL, NULL, NULL);
    struct text name = TEXT_INIT;

    text_add(&name, observations_name(&d->model->obs, d->column[column]));
    if (row != column)
        text_addf(&name, " × %s", observations_name(&d->model->obs, d->column[row]));
    figure_panel(d->f, f, row, column, name.s);
    d->f->failed |= name.failed;
    text_clear(&name);
    return f ? draw_panel(d, row, column, f, e) : error_no_memory(e);
}

/* Entries without points. */
static void add_key(struct density *d)
{
    struct figure *f = figure_new(NULL, NULL, NULL);
    struct series *s;
    char label[40];

    figure_panel(d->f, f, 0, d->ncolumn - 1, "key");
    if (!f)
        return;
    f->bare = true;
    for (size_t k = 0; d->here && k < d->k; k++) {
        s = figure_add(f, STYLE_LINE, INK_COMPONENT, "key",
                       density_label(d, k, label, sizeof label), 0);
        s->component = (int)k;
    }
    if (d->here) {
        s = figure_add(f, STYLE_LINE, INK_TOUCH, "key", d->k > 1 ? "their sum" : "p(x|θ)", 0);
        s->dashed = d->k > 1;
    }
    if (d->here) {
        s = figure_add(f, STYLE_POINTS, INK_TOUCH, "key", "mean", 0);
        s->filled = true;
    }
    if (d->model->obs.nmissing > 0 && d->q)
        figure_add(f, STYLE_POINTS, INK_GAP, "key", DENSITY_MISSING, 0);
}

/* The grid's first panel is the figure that has the title. */
int density_pairs(struct density *d, struct error *e)
{
    d->f->name = mem_copy_text(observations_name(&d->model->obs, d->column[0]));
    d->f->failed |= !d->f->name;
    if (draw_panel(d, 0, 0, d->f, e) != 0)
        return -1;
    add_key(d);
    for (size_t row = 1; row < d->ncolumn; row++)
        for (size_t column = 0; column <= row; column++)
            if (add_panel(d, row, column, e) != 0)
                return -1;
    density_note(d);
    return 0;
}
