/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot image: what was observed, m = E_q z, and the cleaned image, side by side. */
#include <math.h>
#include <stdio.h>

#include "plot/picture.h"

enum { SHADES = 4, IMAGES = 3 };

struct album {
    size_t rows, cols;
    const double *observed;
    const double *m;        /* NULL: no q yet */
    struct series *shade[SHADES];
    size_t used[SHADES];
};

static int image_suits(const struct model *m, struct error *e)
{
    if (m->class->image)
        return 0;
    error_set(e, "%s has no image to plot", m->name);
    return error_hint(e, "ising has one: load letters_flip10, model ising");
}

static size_t images(const struct album *a)
{
    return a->m ? IMAGES : 1;
}

/* The value of a pixel of image k: as it is, its mean under q, the sign of that. */
static double value(const struct album *a, size_t k, size_t at)
{
    if (k == 0)
        return fmin(fmax(a->observed[at], -1.0), 1.0);
    return k == 1 ? a->m[at] : a->m[at] > 0.0 ? 1.0 : -1.0;
}

/* −1 white (not drawn), then four greys up to +1 black. */
static int shade_of(double v)
{
    int shade = (int)floor((v + 1.0) / 2.0 * (SHADES + 1)) - 1;
    return shade < SHADES ? shade : SHADES - 1;
}

static void count_shades(const struct album *a, size_t count[SHADES])
{
    for (size_t k = 0; k < images(a); k++)
        for (size_t at = 0; at < a->rows * a->cols; at++) {
            int shade = shade_of(value(a, k, at));
            if (shade >= 0)
                count[shade]++;
        }
}

/* Where image k begins: a tenth of its width lies between two. */
static double left_of(const struct album *a, size_t k)
{
    return (double)k * ceil(1.1 * (double)a->cols);
}

static void draw_pixel(struct album *a, int shade, double x, double y)
{
    struct series *s = a->shade[shade];
    size_t i = a->used[shade]++;
    if (i >= s->n)
        return;
    s->x[i] = x;
    s->y[i] = y + 0.5;
    if (s->y2)
        s->y2[i] = y - 0.5;
}

static void draw_images(struct album *a)
{
    for (size_t k = 0; k < images(a); k++)
        for (size_t at = 0; at < a->rows * a->cols; at++) {
            int shade = shade_of(value(a, k, at));
            if (shade >= 0)
                draw_pixel(a, shade, left_of(a, k) + (double)(at % a->cols) + 1.0,
                           -(double)(at / a->cols) - 1.0);
        }
}

static void add_series(struct album *a, struct figure *f)
{
    size_t count[SHADES] = {0};
    count_shades(a, count);
    for (int i = 0; i < SHADES; i++) {
        char name[24];
        snprintf(name, sizeof name, "shade%d", i + 1);
        a->shade[i] = figure_add(f, STYLE_BARS, INK_SHADE, name, NULL, count[i]);
        a->shade[i]->component = i;
        a->shade[i]->width = 1.0;
        series_second(f, a->shade[i], false);
    }
}

static void frame(const struct album *a, struct figure *f)
{
    static const char *const names[] = {"observed x", "m = E_q z", "cleaned: sign m"};
    f->key = KEY_NONE;
    f->square = true;
    f->x.ranged = f->y.ranged = true;
    f->x.low = 0.0;
    f->x.high = left_of(a, images(a) - 1) + (double)a->cols + 1.0;
    f->y.low = -(double)a->rows - 1.0;
    f->y.high = 0.0;
    for (size_t k = 0; k < images(a); k++)
        figure_tick(f, &f->x, left_of(a, k) + 0.5 * (double)(a->cols + 1), names[k]);
    figure_tick(f, &f->y, -1.0, "1");
    char last[24];
    snprintf(last, sizeof last, "%zu", a->rows);
    figure_tick(f, &f->y, -(double)a->rows, last);
}

static void title_of(const struct machine *m, const struct album *a, struct text *title)
{
    size_t moved = 0;
    picture_title(m, title);
    for (size_t at = 0; a->m && at < a->rows * a->cols; at++)
        moved += (a->m[at] > 0.0) != (a->observed[at] > 0.0);
    if (a->m)
        text_addf(title, "q would change %zu of %zu pixels", moved, a->rows * a->cols);
    else
        text_add(title, "the image as it was observed; an E-step cleans it");
}

static int draw_image(struct machine *m, const struct options *o, struct figure **f,
                      struct error *e)
{
    struct album a = {0};
    struct text title = TEXT_INIT;
    const struct state *here = machine_here(m);
    (void)o;
    (void)e;
    a.observed = m->model->class->image(m->model, &a.rows, &a.cols);
    if (here && here->has_q)
        a.m = here->q->b.v;
    title_of(m, &a, &title);
    *f = figure_new(title.s, NULL, "row");
    text_clear(&title);
    if (!*f)
        return 0;
    add_series(&a, *f);
    draw_images(&a);
    frame(&a, *f);
    return 0;
}

const struct picture image_picture = {
    .name = "image",
    .summary = "the noisy image, q's mean of every pixel, and the cleaned image",
    .suits = image_suits,
    .draw = draw_image,
};
