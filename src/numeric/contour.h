/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Contour lines of values on a grid by marching squares: linear between neighbours on an edge, the
 * mean of the four corners deciding which way a saddle is cut.  Cells with a corner that is not
 * finite are skipped, so lines end there.  The pieces are joined into polylines.
 */
#ifndef EMSTEP_NUMERIC_CONTOUR_H
#define EMSTEP_NUMERIC_CONTOUR_H

#include <stddef.h>

/* The grid: v[j·nx + i] is the value at (x[i], y[j]); x and y ascend.  Borrowed. */
struct field {
    size_t nx, ny;
    const double *x, *y, *v;
};

/* Polylines one after the other, a NaN between two; a closed one ends where it began. */
struct contour {
    size_t n;
    double *x, *y;
};

/* 0, or −1 without memory.  contour_clear it either way. */
int contour_trace(const struct field *f, double level, struct contour *c);
void contour_clear(struct contour *c);

/* At most `most` round numbers, evenly spaced (1, 2, 5 · 10^k), within [low, high]; returns how
 * many. */
size_t contour_levels(double low, double high, size_t most, double *level);

#endif
