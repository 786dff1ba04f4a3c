/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The window that a figure is seen through, and what of a series falls on which place of it.
 *
 * Places are in steps of a grid laid over the window, from 0,0 at its lower left corner to
 * columns,rows at its upper right one.  Labels keep clear of the places that are taken, and the
 * terminal draws them.
 */
#ifndef EMSTEP_PLOT_VIEW_H
#define EMSTEP_PLOT_VIEW_H

#include "plot/figure.h"

struct view {
    double xlow, xhigh, ylow, yhigh;
    size_t columns, rows;
};

/* The figure's ranges, or those that hold all its finite points with a little air.  `aspect` is the
 * height of a grid step in widths, for figures with equal units on both axes. */
struct view view_of(const struct figure *f, size_t columns, size_t rows, double aspect);

/* Room above for so many of its `all` rows. */
void view_add_head(struct view *v, double rows, double all);

double view_column(const struct view *v, double x);
double view_row(const struct view *v, double y);
double view_x(const struct view *v, double column);
double view_y(const struct view *v, double row);

/* What a place is part of. */
enum part { PART_AREA, PART_LINE, PART_HEAD, PART_POINT };

/* Calls visit for every place that the series covers; i: the point that it belongs to.  Nothing for
 * STYLE_TEXT. */
typedef void view_visit(void *context, enum part part, size_t i, double column, double row);
void view_trace(const struct view *v, const struct series *s, view_visit *visit, void *context);

/* Whether a number can be drawn: finite, and not so large that differences overflow. */
bool view_drawable(double v);

/* The box of bar i, corners in units of the axes. */
struct box {
    double xlow, xhigh, ylow, yhigh;
};
struct box series_bar(const struct series *s, size_t i);

#endif
