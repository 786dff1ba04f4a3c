/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A dashed line as many short ones: gnuplot's gif and sixel terminals draw every line solid, and two
 * curves would be told apart by colour alone.
 */
#ifndef EMSTEP_PLOT_DASHES_H
#define EMSTEP_PLOT_DASHES_H

#include "plot/script.h"

/* The dashes of a line through the points of s into the table that is being written, rows of x and y
 * with holes between; `unit`: pixels to a unit of the pattern. */
void dashes_add(struct script *out, const struct series *s, const struct view *pixels,
                enum dash dash, double unit);

#endif
