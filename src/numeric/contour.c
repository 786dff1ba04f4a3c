/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "numeric/contour.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/memory.h"

/* A crossing of the level is known by its edge: 2·(place of the edge's first corner), and 1 more
 * where the edge goes up.  A line passes through it, so it has two neighbours, or one at an end. */
static const size_t NONE = SIZE_MAX;

struct crossing {
    size_t next[2];
};

struct tracer {
    const struct field *f;
    double level;
    struct crossing *at;    /* (2·nx·ny) */
    size_t pieces;
    struct contour *out;
};

void contour_clear(struct contour *c)
{
    mem_free(c->x);
    mem_free(c->y);
    *c = (struct contour){0};
}

static void link_to(struct crossing *c, size_t other)
{
    c->next[c->next[0] != NONE] = other;
}

static void link_edges(struct tracer *t, size_t a, size_t b)
{
    link_to(&t->at[a], b);
    link_to(&t->at[b], a);
    t->pieces++;
}

/* Sides of a cell, from below against the clock: 0 … 3; corner c lies before side c. */
static void link_sides(struct tracer *t, size_t i, size_t j, int a, int b)
{
    size_t nx = t->f->nx, corner = j * nx + i;
    const size_t side[] = {2 * corner, 2 * (corner + 1) + 1, 2 * (corner + nx), 2 * corner + 1};

    link_edges(t, side[a], side[b]);
}

static void cut_saddle(struct tracer *t, size_t i, size_t j, bool join)
{
    link_sides(t, i, j, join ? 0 : 3, join ? 1 : 0);
    link_sides(t, i, j, join ? 2 : 1, join ? 3 : 2);
}

static void cut_cell(struct tracer *t, size_t i, size_t j)
{
    const double *v = t->f->v + j * t->f->nx + i, *up = v + t->f->nx;
    const double corner[] = {v[0], v[1], up[1], up[0]};
    double mean = (v[0] + v[1] + up[0] + up[1]) / 4;
    bool above[4];
    int crossed[4], n = 0;

    if (!isfinite(mean))
        return;
    for (int c = 0; c < 4; c++)
        above[c] = corner[c] >= t->level;
    for (int c = 0; c < 4; c++)
        if (above[c] != above[(c + 1) % 4])
            crossed[n++] = c;
    if (n == 2)
        link_sides(t, i, j, crossed[0], crossed[1]);
    else if (n == 4) /* the corners that go with the middle are joined through it */
        cut_saddle(t, i, j, (mean >= t->level) == above[0]);
}

/* ---- joining ---------------------------------------------------------------------------- */

static void add_point(struct contour *c, double x, double y)
{
    c->x[c->n] = x;
    c->y[c->n] = y;
    c->n++;
}

static void add_crossing(const struct tracer *t, size_t edge)
{
    const struct field *f = t->f;
    size_t corner = edge / 2, i = corner % f->nx, j = corner / f->nx, up = edge % 2;
    double a = f->v[corner], b = f->v[up ? corner + f->nx : corner + 1];
    double u = (t->level - a) / (b - a);

    add_point(t->out, up ? f->x[i] : f->x[i] + u * (f->x[i + 1] - f->x[i]),
              up ? f->y[j] + u * (f->y[j + 1] - f->y[j]) : f->y[j]);
}

/* From one crossing to the next, taking the links away. */
static size_t step(struct tracer *t, size_t edge)
{
    struct crossing *here = &t->at[edge];
    size_t to = here->next[0];

    if (to == NONE)
        return NONE;
    here->next[0] = here->next[1];
    here->next[1] = NONE;
    struct crossing *there = &t->at[to];
    if (there->next[0] == edge)
        there->next[0] = there->next[1];
    there->next[1] = NONE;
    return to;
}

static void follow(struct tracer *t, size_t edge)
{
    if (t->out->n > 0)
        add_point(t->out, NAN, NAN);
    for (; edge != NONE; edge = step(t, edge))
        add_crossing(t, edge);
}

/* Lines with ends first: what is left then is closed. */
static void join(struct tracer *t)
{
    size_t n = 2 * t->f->nx * t->f->ny;

    for (size_t i = 0; i < n; i++)
        if (t->at[i].next[0] != NONE && t->at[i].next[1] == NONE)
            follow(t, i);
    for (size_t i = 0; i < n; i++)
        if (t->at[i].next[0] != NONE)
            follow(t, i);
}

int contour_trace(const struct field *f, double level, struct contour *c)
{
    size_t n = 2 * f->nx * f->ny;
    struct tracer t = {f, level, NEW_ARRAY(n, struct crossing), 0, c};

    *c = (struct contour){0};
    if (!t.at)
        return -1;
    for (size_t i = 0; i < n; i++)
        t.at[i] = (struct crossing){{NONE, NONE}};
    for (size_t j = 0; j + 1 < f->ny; j++)
        for (size_t i = 0; i + 1 < f->nx; i++)
            cut_cell(&t, i, j);
    /* k pieces in m lines are k + m points and m − 1 breaks */
    c->x = NEW_ARRAY(3 * t.pieces + 1, double);
    c->y = NEW_ARRAY(3 * t.pieces + 1, double);
    bool whole = c->x && c->y;
    if (whole)
        join(&t);
    else
        contour_clear(c);
    mem_free(t.at);
    return whole ? 0 : -1;
}

/* ---- levels ----------------------------------------------------------------------------- */

/* 1, 2, 5, 10 … times a power of ten */
static double rounder(double step)
{
    double power = pow(10, floor(log10(step) + 1e-9)), digit = step / power;

    return power * (digit < 1.5 ? 2 : digit < 3 ? 5 : 10);
}

static double count_in(double low, double high, double step)
{
    return floor(high / step + 1e-9) - ceil(low / step - 1e-9) + 1;
}

size_t contour_levels(double low, double high, size_t most, double *level)
{
    double span = high - low;
    size_t n;

    if (!(span > 1e-12 * fmax(fabs(low), fabs(high))) || !isfinite(span) || most == 0)
        return 0;
    double step = pow(10, floor(log10(span / (double)most)));
    while (count_in(low, high, step) > (double)most)
        step = rounder(step);
    n = (size_t)fmax(count_in(low, high, step), 0);
    for (size_t i = 0; i < n; i++)
        level[i] = (ceil(low / step - 1e-9) + (double)i) * step;
    return n;
}
