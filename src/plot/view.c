/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/view.h"

#include <math.h>

static const double LARGEST = 1e150;

bool view_drawable(double v)
{
    return fabs(v) <= LARGEST;
}

struct box series_bar(const struct series *s, size_t i)
{
    double half = s->width / 2, base = s->y2 ? s->y2[i] : 0, top = s->y[i];

    if (isnan(base) || isnan(top)) /* no bar, not one of height 0 */
        base = top = NAN;
    return (struct box){s->x[i] - half, s->x[i] + half, fmin(base, top), fmax(base, top)};
}

/* The window */

struct extent {
    double low, high;
};

static void stretch(struct extent *r, double v)
{
    if (!view_drawable(v))
        return;
    r->low = fmin(r->low, v);
    r->high = fmax(r->high, v);
}

static void stretch_by_series(struct extent *x, struct extent *y, const struct series *s)
{
    for (size_t i = 0; i < s->n; i++) {
        if (!view_drawable(s->x[i]) || !view_drawable(s->y[i]))
            continue;
        stretch(x, s->x[i]);
        stretch(y, s->y[i]);
        if (s->x2)
            stretch(x, s->x2[i]);
        if (s->y2)
            stretch(y, s->y2[i]);
        if (s->style == STYLE_BARS) {
            struct box b = series_bar(s, i);

            stretch(x, b.xlow);
            stretch(x, b.xhigh);
            stretch(y, b.ylow);
            stretch(y, b.yhigh);
        }
    }
}

/* Air around the data; a constant column gets a window of its own size. */
static void pad(struct extent *r, double below, double above)
{
    double size = r->high - r->low, scale = fmax(fabs(r->low), fabs(r->high));

    if (!(r->low <= r->high)) {
        *r = (struct extent){0, 1};
    } else if (size <= 1e-13 * scale || size == 0) {
        double half = scale > 0 ? 0.05 * scale : 1;

        *r = (struct extent){r->low - half, r->high + half};
    } else {
        r->low -= below * size;
        r->high += above * size;
    }
}

static bool has_points(const struct figure *f)
{
    for (size_t i = 0; i < f->nseries; i++) {
        enum mark_style style = f->series[i]->style;

        if (style == STYLE_POINTS || style == STYLE_LINE_POINTS)
            return true;
    }
    return false;
}

/* Bars stand on the axis. */
static bool stands_on(const struct figure *f, double low)
{
    for (size_t i = 0; i < f->nseries; i++)
        if (f->series[i]->style == STYLE_BARS && !f->series[i]->y2 && low == 0)
            return true;
    return false;
}

static bool fixed(const struct axis *a)
{
    return a->ranged && view_drawable(a->low) && view_drawable(a->high) &&
           a->high - a->low > 1e-13 * fmax(fabs(a->low), fabs(a->high));
}

/* Equal units: the axis that shows too little of its own shows more.  Hopelessly unequal
 * ones stay. */
static void make_square(struct view *v, double aspect)
{
    double xunit = (v->xhigh - v->xlow) / (double)v->columns;
    double yunit = (v->yhigh - v->ylow) / ((double)v->rows * aspect);
    double xgrow = 0, ygrow = 0, ratio = xunit / yunit;

    if (!(ratio > 1e-6 && ratio < 1e6))
        return;
    if (xunit < yunit)
        xgrow = (v->xhigh - v->xlow) * (1 / ratio - 1) / 2;
    else
        ygrow = (v->yhigh - v->ylow) * (ratio - 1) / 2;
    v->xlow -= xgrow;
    v->xhigh += xgrow;
    v->ylow -= ygrow;
    v->yhigh += ygrow;
}

struct view view_of(const struct figure *f, size_t columns, size_t rows, double aspect)
{
    struct extent x = {INFINITY, -INFINITY}, y = x;
    double side = has_points(f) ? 0.03 : 0;
    struct view v;

    for (size_t i = 0; i < f->nseries; i++)
        stretch_by_series(&x, &y, f->series[i]);
    pad(&x, side, side);
    pad(&y, stands_on(f, y.low) ? 0 : 0.05, 0.06);
    if (fixed(&f->x))
        x = (struct extent){f->x.low, f->x.high};
    if (fixed(&f->y))
        y = (struct extent){f->y.low, f->y.high};
    v = (struct view){x.low, x.high, y.low, y.high, columns > 0 ? columns : 1, rows > 0 ? rows : 1};
    if (f->square)
        make_square(&v, aspect);
    return v;
}

void view_add_head(struct view *v, double rows, double all)
{
    v->yhigh += (v->yhigh - v->ylow) * rows / (all - rows);
}

double view_column(const struct view *v, double x)
{
    return (x - v->xlow) / (v->xhigh - v->xlow) * (double)v->columns;
}

double view_row(const struct view *v, double y)
{
    return (y - v->ylow) / (v->yhigh - v->ylow) * (double)v->rows;
}

double view_x(const struct view *v, double column)
{
    return v->xlow + column / (double)v->columns * (v->xhigh - v->xlow);
}

double view_y(const struct view *v, double row)
{
    return v->ylow + row / (double)v->rows * (v->yhigh - v->ylow);
}

/* Tracing */

struct place {
    double c, r;
};

struct tracer {
    const struct view *v;
    const struct series *s;
    view_visit *visit;
    void *context;
};

static struct place place_of(const struct tracer *t, double x, double y)
{
    return (struct place){view_column(t->v, x), view_row(t->v, y)};
}

/* Rounded it is a place of the grid: a half is none, since it rounds away from it. */
static bool inside(const struct tracer *t, struct place p)
{
    return p.c > -0.5 && p.r > -0.5 && p.c < (double)t->v->columns + 0.5 &&
           p.r < (double)t->v->rows + 0.5;
}

static void visit_place(const struct tracer *t, enum part part, size_t i, struct place p)
{
    if (inside(t, p))
        t->visit(t->context, part, i, p.c, p.r);
}

/* Keeps of the piece [*from, *to] of a + u·d what has low ≤ a + u·d ≤ high (Liang and Barsky). */
static bool clip(double a, double d, double low, double high, double *from, double *to)
{
    double first = (low - a) / d, last = (high - a) / d;

    if (d == 0)
        return a >= low && a <= high;
    *from = fmax(*from, fmin(first, last));
    *to = fmin(*to, fmax(first, last));
    return *from <= *to;
}

static void trace_segment(const struct tracer *t, size_t i, struct place a, struct place b)
{
    double from = 0, to = 1, dc = b.c - a.c, dr = b.r - a.r, steps;

    if (!isfinite(dc) || !isfinite(dr) ||
        !clip(a.c, dc, -0.5, (double)t->v->columns + 0.5, &from, &to) ||
        !clip(a.r, dr, -0.5, (double)t->v->rows + 0.5, &from, &to))
        return;
    steps = ceil(2 * fmax(fabs(dc), fabs(dr)) * (to - from));
    for (double k = 0; k <= steps; k++) {
        double u = from + (steps > 0 ? k / steps : 0) * (to - from);

        visit_place(t, PART_LINE, i, (struct place){a.c + u * dc, a.r + u * dr});
    }
}

/* Every step of the grid between two rows of one column. */
static void trace_column(const struct tracer *t, size_t i, double column, double a, double b)
{
    double low = fmax(ceil(fmin(a, b)), 0);
    double high = fmin(floor(fmax(a, b)), (double)t->v->rows);

    for (double row = low; row <= high; row++)
        visit_place(t, PART_AREA, i, (struct place){column, row});
}

static void trace_band_piece(const struct tracer *t, size_t i)
{
    const struct series *s = t->s;
    struct place a = place_of(t, s->x[i], s->y[i]), b = place_of(t, s->x[i + 1], s->y[i + 1]);
    double a2 = view_row(t->v, s->y2[i]), b2 = view_row(t->v, s->y2[i + 1]);
    double low = fmax(ceil(fmin(a.c, b.c)), 0);
    double high = fmin(floor(fmax(a.c, b.c)), (double)t->v->columns);

    if (!isfinite(a.c + b.c + a.r + b.r + a2 + b2))
        return;
    for (double column = low; column <= high; column++) {
        double u = b.c == a.c ? 0 : (column - a.c) / (b.c - a.c);

        trace_column(t, i, column, a.r + u * (b.r - a.r), a2 + u * (b2 - a2));
    }
}

static void trace_bar(const struct tracer *t, size_t i)
{
    struct box b = series_bar(t->s, i);
    struct place low = place_of(t, b.xlow, b.ylow), high = place_of(t, b.xhigh, b.yhigh);
    double first = fmax(ceil(low.c), 0), last = fmin(floor(high.c), (double)t->v->columns);

    if (!isfinite(low.c + high.c + low.r + high.r) || low.r == high.r)
        return;
    if (first > last) /* narrower than a step */
        first = last = round((low.c + high.c) / 2);
    if (!(first >= 0 && last <= (double)t->v->columns))
        return;
    for (double column = first; column <= last; column++)
        trace_column(t, i, column, low.r, high.r);
}

static void trace_arrow(const struct tracer *t, size_t i)
{
    struct place a = place_of(t, t->s->x[i], t->s->y[i]);
    struct place b = place_of(t, t->s->x2[i], t->s->y2[i]);

    trace_segment(t, i, a, b);
    visit_place(t, PART_HEAD, i, b);
    if (t->s->two_headed)
        visit_place(t, PART_HEAD, i, a);
}

static void trace_line(const struct tracer *t, size_t i)
{
    const struct series *s = t->s;
    struct place a = place_of(t, s->x[i], s->y[i]), b = place_of(t, s->x[i + 1], s->y[i + 1]);

    if (s->style == STYLE_STEPS) {
        struct place corner = {b.c, a.r};

        trace_segment(t, i, a, corner);
        trace_segment(t, i, corner, b);
    } else {
        trace_segment(t, i, a, b);
    }
}

void view_trace(const struct view *v, const struct series *s, view_visit *visit, void *context)
{
    struct tracer t = {v, s, visit, context};
    bool points = s->style == STYLE_POINTS || s->style == STYLE_LINE_POINTS;
    bool line = s->style == STYLE_LINE || s->style == STYLE_LINE_POINTS || s->style == STYLE_STEPS;

    for (size_t i = 0; i < s->n; i++) {
        bool more = i + 1 < s->n;

        if (line && more)
            trace_line(&t, i);
        if (points)
            visit_place(&t, PART_POINT, i, place_of(&t, s->x[i], s->y[i]));
        if (s->style == STYLE_BAND && s->y2 && more)
            trace_band_piece(&t, i);
        if (s->style == STYLE_BARS)
            trace_bar(&t, i);
        if (s->style == STYLE_ARROW && s->x2 && s->y2)
            trace_arrow(&t, i);
    }
}
