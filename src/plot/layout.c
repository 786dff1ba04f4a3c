/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/layout.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

/* What it costs to cover a step of the grid. */
enum { COST_AREA = 1, COST_RESERVED = 2, COST_LINE = 8, COST_AXIS = 16, COST_POINT = 16,
       COST_OUTSIDE = 40, COST_WORDS = 60 };
/* The width of a letter to gnuplot's character, which has the width of a digit. */
static const double LETTER = 0.86;
/* Of its lines. */
static const double KEY_SPACING = 1.3;
/* The sample beside a label in the key, in characters. */
enum { KEY_SAMPLE = 6 };

struct grid {
    const struct view *v;
    unsigned char *cost;
    double steps;
    bool faint;            /* the series being taken is a guide: words over it can be read */
};

/* In steps of the grid; may stick out of it. */
struct area {
    double left, right, low, high;
};

static unsigned char *cell(const struct grid *g, double column, double row)
{
    long c = lround(column), r = lround(row);

    if (c < 0 || r < 0 || c > (long)g->v->columns || r > (long)g->v->rows)
        return NULL;
    return &g->cost[(size_t)r * (g->v->columns + 1) + (size_t)c];
}

static void take(struct grid *g, double column, double row, unsigned char cost)
{
    unsigned char *at = cell(g, column, row);

    if (at && *at < cost)
        *at = cost;
}

static void take_part(void *context, enum part part, size_t i, double column, double row)
{
    static const unsigned char cost[] = {COST_AREA, COST_LINE, COST_POINT, COST_POINT};
    struct grid *g = context;
    double reach = part == PART_POINT || part == PART_HEAD ? floor(g->steps / 2) : 0;
    unsigned char least = g->faint && part == PART_LINE ? COST_AREA : cost[part];

    (void)i;
    for (double r = -floor(reach / 2); r <= reach / 2; r++)
        for (double c = -reach; c <= reach; c++)
            take(g, column + c, row + r, least);
}

static void take_area(struct grid *g, struct area a, unsigned char cost)
{
    for (double r = ceil(a.low); r <= a.high; r++)
        for (double c = ceil(a.left); c <= a.right; c++)
            take(g, c, r, cost);
}

static double cost_of(const struct grid *g, struct area a)
{
    double sum = 0;

    for (double r = ceil(a.low); r <= a.high; r++)
        for (double c = ceil(a.left); c <= a.right; c++) {
            const unsigned char *at = cell(g, c, r);

            sum += at ? *at : COST_OUTSIDE;
        }
    return 4 * sum / (g->steps * g->steps);
}

/* The key */

static struct area key_area(const struct grid *g, enum key_place place, double width, double lines)
{
    double columns = (double)g->v->columns, rows = (double)g->v->rows, s = g->steps;
    double w = fmin((width + 1) * s, 2 * columns);
    double h = fmin((lines * KEY_SPACING + 0.5) * s, 2 * rows);
    bool left = place == KEY_TOP_LEFT || place == KEY_BOTTOM_LEFT;
    bool top = place == KEY_TOP_LEFT || place == KEY_TOP_RIGHT;

    return (struct area){left ? 0 : columns - w, left ? w : columns, top ? rows - h : 0,
                         top ? rows : h};
}

static size_t key_size(const struct figure *f, double *width)
{
    size_t lines = 0;

    *width = 0;
    for (size_t i = 0; i < f->nseries; i++) {
        const char *label = f->series[i]->label;

        if (!label || f->series[i]->style == STYLE_TEXT)
            continue;
        lines++;
        *width = fmax(*width, KEY_SAMPLE + (double)text_width(label));
    }
    return lines;
}

static void place_key(const struct figure *f, struct grid *g, struct layout *out)
{
    double width, best = INFINITY;
    size_t lines = key_size(f, &width);

    out->key = f->key;
    out->key_lines = KEY_SPACING * (double)lines + 1;
    out->key_width = width;
    out->key_entries = lines;
    out->crowded = out->key == KEY_BELOW && lines > 0;
    if (lines == 0 || out->key == KEY_BELOW)
        out->key = KEY_NONE;
    if (out->key == KEY_NONE)
        return;
    for (int k = 0; k < KEY_NONE && best > 0; k++) {
        enum key_place place = (enum key_place)(((int)f->key + k) % KEY_NONE);
        double cost = cost_of(g, key_area(g, place, width, (double)lines));

        if (cost < best) {
            best = cost;
            out->key = place;
        }
    }
    out->crowded = best > 0;
    if (!out->crowded)
        take_area(g, key_area(g, out->key, width, (double)lines), COST_WORDS);
}

/* The words */

/* Places around a point: beside it, a line up or down, further away. */
static const struct spot around[] = {
    {1.3, 0, 1, 0},   {1.3, 1, 1, 0},   {1.3, -1, 1, 0},   {1.3, 2, 1, 0},   {1.3, -2, 1, 0},
    {1.3, 3, 1, 0},   {1.3, -3, 1, 0},  {1.3, 4, 1, 0},    {1.3, -4, 1, 0},  {1.3, 5, 1, 0},
    {1.3, -5, 1, 0},  {4, 0, 1, 0},     {4, 1, 1, 0},      {4, -1, 1, 0},    {4, 2, 1, 0},
    {4, -2, 1, 0},    {4, -4, 1, 0},    {8, 1, 1, 0},      {8, -1, 1, 0},    {8, -3, 1, 0},
    {-1.3, 0, -1, 0}, {-1.3, 1, -1, 0}, {-1.3, -1, -1, 0}, {-1.3, 2, -1, 0}, {-1.3, -2, -1, 0},
    {-1.3, 3, -1, 0}, {-1.3, -3, -1, 0}, {-1.3, 4, -1, 0}, {-1.3, -4, -1, 0}, {-4, 0, -1, 0},
    {-4, 1, -1, 0},   {-4, -1, -1, 0},  {-4, 2, -1, 0},    {-4, -2, -1, 0},  {-8, 1, -1, 0},
    {0, 1.2, 0, 0},   {0, -1.2, 0, 0},  {0, 2.2, 0, 0},    {0, -2.2, 0, 0},  {0, 3.2, 0, 0},
};
enum { AROUND = sizeof around / sizeof *around };

/* In a terminal, whole characters. */
static struct spot spot_at(const struct grid *g, size_t k)
{
    struct spot s = around[k];

    if (g->steps == 1) {
        s.dx = trunc(2 * s.dx);
        s.dy = trunc(s.dy);
    }
    return s;
}

/* In a narrow terminal the places around do not do: a line so far up or down, at the side of the
 * window that `align` says. */
enum { SLIDES_UP = 6, SLIDES = 2 * (2 * SLIDES_UP + 1) };

static struct spot slide_at(const struct grid *g, const struct series *s, size_t i, size_t k)
{
    double at = round(view_column(g->v, s->x[i])), columns = (double)g->v->columns;
    int align = k % 2 ? 1 : -1;

    return (struct spot){(align > 0 ? 2 : columns - 1) - at, (double)(k / 2) - SLIDES_UP, align, 0};
}

/* What a place costs by itself: near is better than far, and beside or above better than below. */
static double distance(const struct series *s, const struct spot *at)
{
    double far = 0.5 * fmax(fabs(at->dx) - 1.3, 0) + 1.5 * fabs(at->dy);

    if (s->centred)
        return far + (at->align == 0 && at->dy > 0 ? 0 : 6);
    return far + (at->align < 0 ? 0.7 : at->align == 0 ? 1 : 0) + (at->dy > 0 ? 0.2 : 0);
}

static struct area words_area(const struct grid *g, const struct series *s, size_t i,
                              struct spot spot)
{
    double letter = g->steps > 1 ? LETTER : 1;
    double width = fmin(letter * (double)text_width(s->text[i]) * g->steps,
                        2 * (double)g->v->columns);
    double column = round(view_column(g->v, s->x[i])) + spot.dx * g->steps;
    double left = column - (1 - spot.align) * width / 2;
    double row = view_row(g->v, s->y[i]), half = g->steps / 2 - 0.05;
    double middle = (g->steps > 1 ? row : round(row)) + spot.dy * g->steps;

    return (struct area){left, left + width, middle - half, middle + half};
}

/* The best place so far, and its cost. */
struct choice {
    struct spot spot;
    double cost;
};

static void consider(const struct grid *g, const struct series *s, size_t i, struct spot spot,
                     double cost, struct choice *best)
{
    if (cost < best->cost)
        cost += cost_of(g, words_area(g, s, i, spot));
    if (cost < best->cost)
        *best = (struct choice){spot, cost};
}

/* In a terminal words that would stand over others, over an axis or over much of a curve could not
 * be read, nor what is under them. */
enum { TOO_DEAR = 4 * COST_WORDS };

static struct spot place_words(struct grid *g, const struct series *s, size_t i)
{
    double room = (double)g->v->columns / g->steps;
    struct choice best = {.cost = INFINITY};

    if ((double)text_width(s->text[i]) > room)
        return (struct spot){.left_out = true};
    if (s->inlaid) {
        take_area(g, words_area(g, s, i, (struct spot){0}), COST_WORDS);
        return (struct spot){0};
    }
    for (size_t k = 0; k < AROUND; k++)
        consider(g, s, i, spot_at(g, k), distance(s, &around[k]), &best);
    for (size_t k = 0; k < SLIDES && g->steps == 1; k++) {
        struct spot slide = slide_at(g, s, i, k);

        consider(g, s, i, slide, distance(s, &slide), &best);
    }
    if (g->steps == 1 && best.cost >= TOO_DEAR)
        return (struct spot){.left_out = true};
    take_area(g, words_area(g, s, i, best.spot), COST_WORDS);
    return best.spot;
}

static bool in_window(const struct view *v, double x, double y)
{
    return x >= v->xlow && x <= v->xhigh && y >= v->ylow && y <= v->yhigh;
}

bool layout_next_text(const struct figure *f, const struct view *v, struct text_at *at)
{
    for (; at->series < f->nseries; at->series++, at->i = 0) {
        const struct series *s = f->series[at->series];

        if (s->style != STYLE_TEXT || !s->text)
            continue;
        for (; at->i < s->n; at->i++)
            if (s->text[at->i] && in_window(v, s->x[at->i], s->y[at->i]))
                return true;
    }
    return false;
}

/* The key keeps clear of where the words would like to be. */
static void reserve_words(const struct figure *f, struct grid *g)
{
    for (struct text_at at = {0, 0}; layout_next_text(f, g->v, &at); at.i++) {
        const struct series *s = f->series[at.series];
        size_t best = 0;

        for (size_t k = 1; k < AROUND; k++)
            if (distance(s, &around[k]) < distance(s, &around[best]))
                best = k;
        take_area(g, words_area(g, s, at.i, spot_at(g, best)), COST_RESERVED);
    }
}

static void release_words(struct grid *g)
{
    for (size_t i = 0; i < (g->v->columns + 1) * (g->v->rows + 1); i++)
        if (g->cost[i] == COST_RESERVED)
            g->cost[i] = 0;
}

/* Words over an axis could be read, but not well. */
static void take_axes(struct grid *g)
{
    double columns = (double)g->v->columns, rows = (double)g->v->rows;

    take_area(g, (struct area){0, columns, 0, floor(g->steps / 3)}, COST_AXIS);
    take_area(g, (struct area){0, 0, 0, rows}, COST_AXIS);
}

static int place_texts(const struct figure *f, struct grid *g, struct layout *out)
{
    size_t n = 0;

    for (struct text_at at = {0, 0}; layout_next_text(f, g->v, &at); at.i++)
        n++;
    out->spot = NEW_ARRAY(n > 0 ? n : 1, struct spot);
    if (!out->spot)
        return -1;
    for (struct text_at at = {0, 0}; layout_next_text(f, g->v, &at); at.i++)
        out->spot[out->nspot++] = place_words(g, f->series[at.series], at.i);
    return 0;
}

int layout_of(const struct figure *f, const struct view *v, size_t steps, bool key_inside,
              struct layout *out)
{
    struct grid g = {v, NEW_ARRAY((v->columns + 1) * (v->rows + 1), unsigned char),
                     (double)steps, false};
    int status;

    *out = (struct layout){.key = KEY_NONE};
    if (!g.cost)
        return -1;
    for (size_t i = 0; i < f->nseries; i++) {
        g.faint = f->series[i]->ink == INK_FAINT;
        view_trace(v, f->series[i], take_part, &g);
    }
    if (key_inside) {
        reserve_words(f, &g);
        place_key(f, &g, out);
        release_words(&g);
    }
    take_axes(&g);
    status = place_texts(f, &g, out);
    mem_free(g.cost);
    return status;
}

void layout_clear(struct layout *l)
{
    mem_free(l->spot);
    l->spot = NULL;
    l->nspot = 0;
}

size_t layout_tick_stride(const struct axis *a, size_t room, bool vertical)
{
    size_t widest = 1, need, stride;

    for (size_t i = 0; i < a->ntick && !vertical; i++) {
        size_t w = a->tick_label[i] ? text_width(a->tick_label[i]) + 2 : 1;

        widest = w > widest ? w : widest;
    }
    need = a->ntick * widest;
    if (room == 0 || need <= room)
        return 1;
    stride = (need + room - 1) / room;
    return stride + stride % 2; /* half-steps stay of one kind */
}
