/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The entropy of a mix of two q's: ENTROPY is the name of what it makes. */
#include "models/pass/pass.h"
#include "numeric/lanes.h"

/* Numbers that are added up by themselves, so that the sum keeps its digits. */
enum { STRETCH = 4096 };

/* Σ q log q from the first on; 0 log 0 = 0, as 0 times what vec_log makes of it. */
static double stretch_of(const double *from, const double *to, double a, size_t size)
{
    vec sum = {0};
    size_t i = 0;
    for (; i + LANES <= size; i += LANES) {
        vec f = vec_load(from + i), q = f + a * (vec_load(to + i) - f);
        sum += q * vec_log(q);
    }
    double rest = vec_sum(sum);
    for (; i < size; i++) {
        double q = from[i] + a * (to[i] - from[i]);
        rest += vec_sum(q * vec_log(vec_all(q))) / LANES;
    }
    return rest;
}

double ENTROPY(const double *from, const double *to, double a, size_t size)
{
    double sum = 0.0;
    for (size_t i = 0; i < size; i += STRETCH)
        sum -= stretch_of(from + i, to + i, a, size - i < STRETCH ? size - i : STRETCH);
    return sum;
}
