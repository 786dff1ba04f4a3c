/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/figure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"

enum { SPARE = 2 };

static void series_free(struct series *s)
{
    if (!s)
        return;
    for (size_t i = 0; s->text && i < s->n; i++)
        mem_free(s->text[i]);
    mem_free(s->text);
    mem_free(s->colour);
    mem_free(s->x);
    mem_free(s->y);
    mem_free(s->x2);
    mem_free(s->y2);
    mem_free(s->label);
    mem_free(s->name);
    mem_free(s);
}

static void axis_clear(struct axis *a)
{
    for (size_t i = 0; i < a->ntick; i++)
        mem_free(a->tick_label[i]);
    mem_free(a->tick_label);
    mem_free(a->tick);
    mem_free(a->label);
}

/* A copy; only a copy that could not be made fails. */
static char *copy(struct figure *f, const char *s)
{
    char *c = mem_copy_text(s);

    if (s && !c)
        f->failed = true;
    return c;
}

static struct series *spare_new(void)
{
    struct series *s = NEW(struct series);

    if (!s)
        return NULL;
    s->x = NEW_ARRAY(SPARE, double);
    s->y = NEW_ARRAY(SPARE, double);
    s->x2 = NEW_ARRAY(SPARE, double);
    s->y2 = NEW_ARRAY(SPARE, double);
    s->colour = NEW_ARRAY(SPARE, unsigned);
    if (s->x && s->y && s->x2 && s->y2 && s->colour)
        return s;
    series_free(s);
    return NULL;
}

struct figure *figure_new(const char *title, const char *xlabel, const char *ylabel)
{
    struct figure *f = NEW(struct figure);

    if (!f)
        return NULL;
    f->spare = spare_new();
    f->title = copy(f, title);
    f->x.label = copy(f, xlabel);
    f->y.label = copy(f, ylabel);
    if (f->spare && !f->failed)
        return f;
    figure_free(f);
    return NULL;
}

static void free_one(struct figure *f)
{
    for (size_t i = 0; i < f->nseries; i++)
        series_free(f->series[i]);
    mem_free(f->series);
    series_free(f->spare);
    axis_clear(&f->x);
    axis_clear(&f->y);
    mem_free(f->title);
    mem_free(f->note);
    mem_free(f->name);
    mem_free(f);
}

void figure_free(struct figure *f)
{
    while (f) {
        struct figure *next = f->next;

        free_one(f);
        f = next;
    }
}

static size_t text_bytes(char *const *text, size_t n)
{
    size_t bytes = 0;

    for (size_t i = 0; text && i < n; i++)
        bytes += sizeof *text + (text[i] ? strlen(text[i]) + 1 : 0);
    return bytes;
}

static size_t series_bytes(const struct series *s)
{
    size_t columns = 2 + (s->x2 ? 1u : 0u) + (s->y2 ? 1u : 0u);

    return sizeof *s + s->n * (columns * sizeof *s->x + (s->colour ? sizeof *s->colour : 0)) +
           text_bytes(s->text, s->n);
}

size_t figure_bytes(const struct figure *f)
{
    size_t bytes = 0;

    for (; f; f = f->next) {
        bytes += sizeof *f + (f->x.ntick + f->y.ntick) * sizeof *f->x.tick +
                 text_bytes(f->x.tick_label, f->x.ntick) + text_bytes(f->y.tick_label, f->y.ntick);
        for (size_t i = 0; i < f->nseries; i++)
            bytes += series_bytes(f->series[i]);
    }
    return bytes;
}

int figure_done(const struct figure *f, struct error *e)
{
    if (!f)
        return error_no_memory(e);
    for (; f; f = f->next)
        if (f->failed)
            return error_no_memory(e);
    return 0;
}

void figure_panel(struct figure *first, struct figure *panel, size_t row, size_t column,
                  const char *name)
{
    struct figure *last = first;

    if (!panel) {
        first->failed = true;
        return;
    }
    while (last->next)
        last = last->next;
    panel->row = row;
    panel->column = column;
    panel->name = copy(panel, name);
    last->next = panel;
}

void figure_note(struct figure *f, const char *words)
{
    mem_free(f->note);
    f->note = copy(f, words);
}

static struct series *use_spare(struct figure *f)
{
    f->failed = true;
    f->spare->n = 0;
    return f->spare;
}

static int make_room(struct figure *f)
{
    size_t room = f->room > 0 ? 2 * f->room : 16;
    struct series **s;

    if (f->nseries < f->room)
        return 0;
    s = mem_resize(f->series, room, sizeof *s);
    if (!s)
        return -1;
    f->series = s;
    f->room = room;
    return 0;
}

struct series *figure_add(struct figure *f, enum mark_style style, enum ink ink, const char *name,
                          const char *label, size_t n)
{
    struct series *s;

    if (make_room(f) != 0)
        return use_spare(f);
    s = NEW(struct series);
    if (!s)
        return use_spare(f);
    s->style = style;
    s->ink = ink;
    s->name = copy(f, name);
    s->label = copy(f, label);
    s->x = NEW_ARRAY(n > 0 ? n : 1, double);
    s->y = NEW_ARRAY(n > 0 ? n : 1, double);
    if (!s->x || !s->y) {
        series_free(s);
        return use_spare(f);
    }
    s->n = n;
    f->series[f->nseries++] = s;
    return s;
}

double *series_second(struct figure *f, struct series *s, bool of_x)
{
    double **v = of_x ? &s->x2 : &s->y2;

    if (!*v)
        *v = NEW_ARRAY(s->n > SPARE ? s->n : SPARE, double);
    if (*v)
        return *v;
    f->failed = true;
    s->n = 0;
    return of_x ? f->spare->x2 : f->spare->y2;
}

unsigned *series_colours(struct figure *f, struct series *s)
{
    if (!s->colour)
        s->colour = NEW_ARRAY(s->n > SPARE ? s->n : SPARE, unsigned);
    if (s->colour)
        return s->colour;
    f->failed = true;
    s->n = 0;
    return f->spare->colour;
}

struct series *figure_text(struct figure *f, double x, double y, enum ink ink, const char *words)
{
    struct series *s = figure_add(f, STYLE_TEXT, ink, "words", NULL, 1);

    s->x[0] = x;
    s->y[0] = y;
    if (s->n == 0)
        return s;
    s->text = NEW_ARRAY(1, char *);
    if (s->text)
        s->text[0] = copy(f, words);
    else
        f->failed = true;
    return s;
}

void figure_tick(struct figure *f, struct axis *a, double at, const char *label)
{
    double *tick = mem_resize(a->tick, a->ntick + 1, sizeof *tick);
    char **words;

    if (tick)
        a->tick = tick;
    words = tick ? mem_resize(a->tick_label, a->ntick + 1, sizeof *words) : NULL;
    if (words)
        a->tick_label = words;
    if (!tick || !words) {
        f->failed = true;
        return;
    }
    a->tick[a->ntick] = at;
    a->tick_label[a->ntick] = copy(f, label);
    a->ntick++;
}

void figure_tick_row(struct figure *f, struct axis *a, double at, size_t row)
{
    char number[24];

    snprintf(number, sizeof number, "%zu", row);
    figure_tick(f, a, at, number);
}

/* Okabe and Ito (2008), the order chosen so that the first few differ in lightness too. */
static const unsigned palette[] = {0x0072b2, 0xe69f00, 0x009e73, 0xcc79a7,
                                   0x56b4e9, 0xd55e00, 0xf0e442, 0x808080};
enum { PALETTE = sizeof palette / sizeof *palette };

unsigned figure_component_colour(int component)
{
    return palette[(unsigned)component % PALETTE];
}

static double channel(unsigned rgb, int shift)
{
    return (double)(rgb >> shift & 0xffu);
}

unsigned figure_mixed_colour(const double *weight, size_t k)
{
    double sum = 0, mix[3] = {0, 0, 0};
    unsigned rgb = 0;

    for (size_t i = 0; i < k; i++) {
        unsigned own = figure_component_colour((int)(i % PALETTE));
        double w = weight[i] > 0 && isfinite(weight[i]) ? weight[i] : 0;

        sum += w;
        for (int c = 0; c < 3; c++)
            mix[c] += w * channel(own, 16 - 8 * c);
    }
    if (!(sum > 0) || !isfinite(sum))
        return 0x808080;
    for (int c = 0; c < 3; c++)
        rgb = rgb << 8 | (unsigned)lround(mix[c] / sum);
    return rgb;
}
