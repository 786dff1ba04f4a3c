/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The highest point of a function of one variable whose values on a grid are known. */
#ifndef EMSTEP_NUMERIC_PEAK_H
#define EMSTEP_NUMERIC_PEAK_H

#include <stdbool.h>
#include <stddef.h>

/* The best of the grid (x ascending, y = f(x), n; a NaN or −∞ is passed over), refined by Brent's
 * method between its neighbours.  At an end of the grid, or of its finite part, the peak may lie in
 * the last step, however near the end; else it is the end itself.
 * False when no value is finite. */
bool peak_find(double (*f)(double x, void *context), void *context, const double *x,
               const double *y, size_t n, double *at, double *value);

#endif
