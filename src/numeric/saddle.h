/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Densities of counts by their saddle point (Loader 2000, Fast and accurate computation of binomial
 * probabilities):
 *
 *     x log λ − λ − log x!  =  log Pois(x|x) − [x log(x/λ) − (x − λ)]
 *
 * On the left are numbers of the size of x log x that cancel, on the right none: at x = 1e9 they
 * differ by 4e-6.
 */
#ifndef EMSTEP_NUMERIC_SADDLE_H
#define EMSTEP_NUMERIC_SADDLE_H

/* log Pois(x|x) = −½ log 2πx − δ(x), δ(x) the error of Stirling's log x!; 0 at x = 0.  x ≥ 0 */
double saddle_peak(double x);
/* x log(x/λ) − (x − λ), which is 0 at λ = x and above it elsewhere; ∞ at λ = 0 < x.  x, λ ≥ 0 */
double saddle_fall(double x, double lambda);

#endif
