/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot image: what was observed, m = E_q z, and the cleaned image, side by side. */
#include <math.h>
#include <stdio.h>

#include "base/memory.h"
#include "plot/picture.h"

enum { SHADES = 4, IMAGES = 3 };

struct image {
    size_t which;           /* observed, mean, cleaned */
    size_t rows, cols;
    const double *observed;
    const double *m;        /* NULL: no q yet */
    struct series *shade[SHADES];
    size_t used[SHADES];
};

static const struct {
    const char *name, *label;
} images[IMAGES] = {{"observed", "observed x"}, {"m", "m = E_q z"}, {"cleaned", "cleaned: sign m"}};

static const struct option_spec image_options[] = {
    {"only", OPTION_CHOICE, "observed|m|cleaned", "one of the three alone, as large as it fits"},
    {NULL, 0, NULL, NULL},
};

static int image_suits(const struct model *m, struct error *e)
{
    if (m->class->image)
        return 0;
    error_set(e, "%s has no image to plot", m->name);
    return error_hint(e, "ising has one: load letters_flip10, model ising");
}

/* The value of a pixel: as it is, its mean under q, the sign of that. */
static double value(const struct image *a, size_t at)
{
    if (a->which == 0)
        return fmin(fmax(a->observed[at], -1.0), 1.0);
    return a->which == 1 ? a->m[at] : a->m[at] > 0.0 ? 1.0 : -1.0;
}

/* −1 white (not drawn), then four greys up to +1 black. */
static int shade_of(double v)
{
    int shade = (int)floor((v + 1.0) / 2.0 * (SHADES + 1)) - 1;
    return shade < SHADES ? shade : SHADES - 1;
}

static void add_shades(struct image *a, struct figure *f)
{
    size_t count[SHADES] = {0};
    for (size_t at = 0; at < a->rows * a->cols; at++) {
        int shade = shade_of(value(a, at));
        if (shade >= 0)
            count[shade]++;
    }
    for (int i = 0; i < SHADES; i++) {
        char name[24];
        snprintf(name, sizeof name, "shade%d", i + 1);
        a->shade[i] = figure_add(f, STYLE_BARS, INK_SHADE, name, NULL, count[i]);
        a->shade[i]->component = i;
        a->shade[i]->width = 1.0;
        series_second(f, a->shade[i], false);
    }
}

static void draw_pixel(struct image *a, int shade, double x, double y)
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

static void draw_pixels(struct image *a)
{
    for (size_t at = 0; at < a->rows * a->cols; at++) {
        int shade = shade_of(value(a, at));
        if (shade >= 0)
            draw_pixel(a, shade, (double)(at % a->cols) + 1.0, -(double)(at / a->cols) - 1.0);
    }
}

static void add_ends(struct figure *f, struct axis *a, size_t last, double sign)
{
    char words[24];
    snprintf(words, sizeof words, "%zu", last);
    figure_tick(f, a, sign, "1");
    figure_tick(f, a, sign * (double)last, words);
}

static void frame(const struct image *a, struct figure *f)
{
    f->key = KEY_NONE;
    f->square = true;
    f->x.ranged = f->y.ranged = true;
    f->x.high = (double)a->cols + 1.0;
    f->y.low = -(double)a->rows - 1.0;
    add_ends(f, &f->x, a->cols, 1.0);
    add_ends(f, &f->y, a->rows, -1.0);
}

static void draw_one(struct image a, size_t which, struct figure *f)
{
    a.which = which;
    add_shades(&a, f);
    draw_pixels(&a);
    frame(&a, f);
}

static void title_of(const struct machine *m, const struct image *a, struct text *title)
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

static struct figure *new_panel(const struct image *a, const char *title, size_t which)
{
    struct figure *f = figure_new(title, images[which].label, "row");
    if (f)
        draw_one(*a, which, f);
    return f;
}

static struct figure *draw_images(const struct image *a, const char *title, int only)
{
    size_t first = only < 0 ? 0 : (size_t)only;
    struct figure *f = new_panel(a, title, first);
    if (!f)
        return NULL;
    f->name = mem_copy_text(images[first].name);
    for (size_t i = 1; only < 0 && a->m && i < IMAGES; i++)
        figure_panel(f, new_panel(a, NULL, i), 0, i, images[i].name);
    return f;
}

static int draw_image(struct machine *m, const struct options *o, struct figure **f,
                      struct error *e)
{
    struct image a = {0};
    struct text title = TEXT_INIT;
    const struct state *here = machine_here(m);
    int only = -1;
    if (options_choice(o, "only", image_options[0].values, &only, e) != 0)
        return -1;
    if (here && here->has_q)
        a.m = here->q->b.v;
    if (only > 0 && !a.m) {
        error_set(e, "only=%s needs q", images[only].name);
        return error_hint(e, "take an e first");
    }
    a.observed = m->model->class->image(m->model, &a.rows, &a.cols);
    title_of(m, &a, &title);
    *f = draw_images(&a, title.s, only);
    text_clear(&title);
    return 0;
}

const struct picture image_picture = {
    .name = "image",
    .summary = "the noisy image, q's mean of every pixel, and the cleaned image",
    .options = image_options,
    .suits = image_suits,
    .draw = draw_image,
};
