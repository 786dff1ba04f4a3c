/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Heights over a plane as contour lines: one series for each level (lines with NaN between them),
 * which every renderer draws.  Two hills share their levels: the ring of the lower one lies
 * inside the ring of the higher one.
 */
#ifndef EMSTEP_PLOT_HILLS_H
#define EMSTEP_PLOT_HILLS_H

#include "numeric/contour.h"
#include "plot/figure.h"

struct hills {
    struct figure *f;
    size_t n;
    double level[HEIGHTS];
};

/* At most `most` (≤ HEIGHTS) round levels for a hill of `count` values: from one above its
 * lowest tenth to its top or that of the second one (NULL: none). */
void hills_init(struct hills *h, struct figure *f, const double *v, const double *second,
                size_t count, size_t most);

/* The contours of one: ink is INK_TRUTH_HEIGHT or INK_BOUND_HEIGHT, the series are called
 * "NAME_LEVEL"; the label goes to the middle one. */
void hills_add(struct hills *h, const struct field *f, enum ink ink, const char *name,
               const char *label);

/* Level numbers on the contours of `ink`, clear of the points in the figure and of one another. */
void hills_number(struct hills *h, enum ink ink);

/* Of n places on a path, with the one of `here` first and then from the beginning, those to name so
 * that no two names come nearer than `apart`, in shares of the figure's ranges; at most `most`. */
void hills_choose(const struct figure *f, const double *x, const double *y, size_t n, size_t here,
                  double apart, size_t most, bool *chosen);

#endif
