/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/dashes.h"

#include <math.h>
#include <stdlib.h>

enum { MOST = 8 };

struct pen_walk {
    struct script *out;
    double pattern[MOST];    /* pixels: a dash, a gap, … */
    size_t n, at;            /* odd: in a gap */
    double left;             /* of this dash or gap */
};

static void read_pattern(struct pen_walk *w, enum dash dash, double unit)
{
    const char *s = dash_pattern(dash) + 1;

    for (char *end; w->n < MOST; s = end + 1) {
        double length = strtod(s, &end);

        if (end == s)
            break;
        w->pattern[w->n++] = length * unit;
    }
}

static void put(const struct pen_walk *w, double x, double y)
{
    script_row(w->out, (double[]){x, y}, 2);
}

static void begin(struct pen_walk *w)
{
    put(w, NAN, NAN);
    w->at = 0;
    w->left = w->n ? w->pattern[0] : INFINITY;
}

/* From a dash to the gap after it, or from a gap to the next dash. */
static void turn(struct pen_walk *w, double x, double y)
{
    bool gap = w->at % 2;

    if (gap)
        put(w, NAN, NAN);
    put(w, x, y);
    w->at = (w->at + 1) % w->n;
    w->left = w->pattern[w->at];
}

/* The segment from point i to the next, of so many pixels. */
static void walk(struct pen_walk *w, const struct series *s, size_t i, double length)
{
    double gone = 0, dx = s->x[i + 1] - s->x[i], dy = s->y[i + 1] - s->y[i];

    while (w->left < length - gone) {
        gone += w->left;
        turn(w, s->x[i] + gone / length * dx, s->y[i] + gone / length * dy);
    }
    w->left -= length - gone;
    if (w->at % 2 == 0)
        put(w, s->x[i + 1], s->y[i + 1]);
}

void dashes_add(struct script *out, const struct series *s, const struct view *pixels,
                enum dash dash, double unit)
{
    struct pen_walk w = {.out = out};
    double most = 4 * (double)(pixels->columns + pixels->rows); /* it leaves the window there */
    bool broken = true;

    read_pattern(&w, dash, unit);
    for (size_t i = 0; i + 1 < s->n; i++) {
        double length = hypot(view_column(pixels, s->x[i + 1]) - view_column(pixels, s->x[i]),
                              view_row(pixels, s->y[i + 1]) - view_row(pixels, s->y[i]));

        if (!view_drawable(s->x[i + 1]) || !view_drawable(s->y[i + 1]) ||
            !view_drawable(s->x[i]) || !view_drawable(s->y[i])) {
            broken = true;
            continue;
        }
        if (broken) {
            begin(&w);
            put(&w, s->x[i], s->y[i]);
        }
        broken = false;
        if (length < most)
            walk(&w, s, i, length);
        else
            put(&w, s->x[i + 1], s->y[i + 1]);
    }
}
