/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The five-point rule at a fixed step:  f′(x) = Σ_k w_k f(x + p_k h) / (12 h) + O(h⁴).
 *
 * A fixed step makes the result a smooth function of x, so that it can be differentiated again
 * (GSL's adaptive rule jumps between steps); the places and weights serve vector functions too.
 */
#ifndef EMSTEP_NUMERIC_DIFFERENCE_H
#define EMSTEP_NUMERIC_DIFFERENCE_H

enum { DIFFERENCE_POINTS = 4 };
extern const double difference_place[DIFFERENCE_POINTS];
extern const double difference_weight[DIFFERENCE_POINTS]; /* to be divided by 12 h */

double difference(double (*f)(double x, void *context), void *context, double x, double h);

#endif
