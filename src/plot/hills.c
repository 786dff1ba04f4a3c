/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/hills.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

/* The share of the values that lies below the lowest level. */
static const double LOWEST = 0.1;
/* Numbers stand this far from marks, one another and the window's edge, in shares of it. */
static const double CLEAR = 0.12, EDGE = 0.08;
enum { NUMBERED = 4, DIGITS = 7 };

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* The finite ones of v, in order; returns how many. */
static size_t sorted(const double *v, size_t count, double *out)
{
    size_t n = 0;

    for (size_t i = 0; i < count; i++)
        if (isfinite(v[i]))
            out[n++] = v[i];
    qsort(out, n, sizeof *out, ascending);
    return n;
}

void hills_init(struct hills *h, struct figure *f, const double *v, const double *second,
                size_t count, size_t most)
{
    double *room = NEW_ARRAY(count > 0 ? count : 1, double), high = -INFINITY, low = -INFINITY;
    size_t n;

    *h = (struct hills){.f = f};
    if (!room) {
        f->failed = true;
        return;
    }
    n = second ? sorted(second, count, room) : 0;
    if (n > 0)
        high = room[n - 1];
    n = sorted(v, count, room);
    if (n > 0) {
        high = fmax(high, room[n - 1]);
        low = room[(size_t)(LOWEST * (double)n)];
    }
    h->n = contour_levels(low, high, most, h->level);
    mem_free(room);
}

static int height_of(const struct hills *h, size_t i)
{
    return h->n > 1 ? (int)lround((double)(i * (HEIGHTS - 1)) / (double)(h->n - 1)) : HEIGHTS - 1;
}

static void add_level(struct hills *h, const struct field *f, size_t i, enum ink ink,
                      const char *name, const char *label)
{
    struct contour c;
    char called[80], number[NUMBER_TEXT];

    if (contour_trace(f, h->level[i], &c) != 0) {
        h->f->failed = true;
        return;
    }
    snprintf(number, sizeof number, "%.*g", DIGITS, h->level[i]);
    snprintf(called, sizeof called, "%s_%s", name, number);
    struct series *s = figure_add(h->f, STYLE_LINE, ink, called, label, c.n);
    s->component = height_of(h, i);
    for (size_t k = 0; k < s->n; k++) {
        s->x[k] = c.x[k];
        s->y[k] = c.y[k];
    }
    contour_clear(&c);
}

void hills_add(struct hills *h, const struct field *f, enum ink ink, const char *name,
               const char *label)
{
    for (size_t i = 0; i < h->n; i++)
        add_level(h, f, i, ink, name, i == h->n / 2 ? label : NULL);
}

/* ---- numbers ---------------------------------------------------------------------------- */

struct spot {
    double x, y, room;
};

/* The distance in shares of the window. */
static double between(const struct figure *f, double x, double y, double x2, double y2)
{
    return hypot((x - x2) / (f->x.high - f->x.low), (y - y2) / (f->y.high - f->y.low));
}

/* How far the place is from every mark, number and edge. */
static double room_at(const struct figure *f, double x, double y)
{
    double u = (x - f->x.low) / (f->x.high - f->x.low), edge;
    double v = (y - f->y.low) / (f->y.high - f->y.low), room = INFINITY;

    edge = fmin(fmin(u, 1 - u), fmin(v, 1 - v));
    if (!(edge >= EDGE))
        return 0;
    for (size_t i = 0; i < f->nseries; i++) {
        const struct series *s = f->series[i];
        bool mark = s->style == STYLE_POINTS || s->style == STYLE_LINE_POINTS;

        for (size_t k = 0; k < s->n && (mark || s->style == STYLE_TEXT); k++)
            room = fmin(room, between(f, x, y, s->x[k], s->y[k]));
    }
    return room;
}

static struct spot best_spot(const struct figure *f, const struct series *s)
{
    struct spot best = {NAN, NAN, 0};

    for (size_t k = 0; k < s->n; k++) {
        double room = room_at(f, s->x[k], s->y[k]);

        if (room > best.room)
            best = (struct spot){s->x[k], s->y[k], room};
    }
    return best;
}

static void number_level(struct hills *h, const struct series *s, enum ink ink, double level)
{
    struct spot at = best_spot(h->f, s);
    char number[NUMBER_TEXT];

    if (!(at.room >= CLEAR))
        return;
    snprintf(number, sizeof number, "%s%.*g", level < 0 ? "−" : "", DIGITS, fabs(level));
    struct series *words = figure_text(h->f, at.x, at.y, ink, number);
    words->component = s->component;
    words->inlaid = true;
}

/* From the top down, every other one where there are many. */
void hills_number(struct hills *h, enum ink ink)
{
    size_t stride = h->n > NUMBERED ? 2 : 1, seen = 0, all = h->f->nseries;

    for (size_t i = all; i-- > 0;) {
        const struct series *s = h->f->series[i];

        if (s->ink != ink || s->style != STYLE_LINE)
            continue;
        if (seen % stride == 0)
            number_level(h, s, ink, h->level[h->n - 1 - seen]);
        seen++;
    }
}

/* ---- names ------------------------------------------------------------------------------ */

static bool stands_apart(const struct figure *f, const double *x, const double *y, size_t n,
                         size_t i, double apart, const bool *chosen)
{
    double edge = fmin(fmin(x[i] - f->x.low, f->x.high - x[i]),
                       fmin(y[i] - f->y.low, f->y.high - y[i]));

    for (size_t k = 0; k < n; k++)
        if (chosen[k] && between(f, x[i], y[i], x[k], y[k]) < apart)
            return false;
    return edge >= 0;
}

void hills_choose(const struct figure *f, const double *x, const double *y, size_t n, size_t here,
                  double apart, size_t most, bool *chosen)
{
    size_t count = here < n;

    for (size_t i = 0; i < n; i++)
        chosen[i] = i == here;
    for (size_t i = 0; i < n && count < most; i++)
        if (!chosen[i] && stands_apart(f, x, y, n, i, apart, chosen)) {
            chosen[i] = true;
            count++;
        }
}
