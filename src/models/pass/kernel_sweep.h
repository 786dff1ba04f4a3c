/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernel of pass/sweep.h: SWEEP is the name of what it makes. */
#include <float.h>

#include "models/pass/soft.h"
#include "models/pass/sweep.h"

/* Rows r from 1 at step s have column s − r: whether it and the row are of the image. */
INLINE ivec inside(size_t s, size_t r, size_t rows, size_t cols)
{
    ivec row, zero = {0};
    for (int i = 0; i < LANES; i++)
        row[i] = (long long)r + i;
    ivec column = (long long)s - row;
    return (row <= (long long)rows) & (column >= zero) & (column < (long long)cols);
}

INLINE double sweep_band(const struct askew *a, size_t band, double J, double beta,
                         const bool keeps)
{
    size_t rows = a->rows - band * SWEEP_ROWS;
    double *m = a->m + band * a->steps * SWEEP_STEP;
    const double *field = a->field + band * a->steps * SWEEP_STEP;
    vec largest = vec_all(0.0);
    rows = rows < SWEEP_ROWS ? rows : SWEEP_ROWS;
    for (size_t s = 1; s + 1 < a->steps; s++)
        for (size_t r = 1; r <= rows; r += LANES) {
            double *here = m + s * SWEEP_STEP + r;
            ivec of_image = inside(s, r, rows, a->cols);
            vec old = vec_load(here), sum = vec_load(here - SWEEP_STEP - 1); /* above */
            sum += vec_load(here - SWEEP_STEP);                              /* left */
            sum += vec_load(here + SWEEP_STEP);                              /* right */
            sum += vec_load(here + SWEEP_STEP + 1);                          /* below */
            vec a_m = beta * (J * sum + vec_load(field + s * SWEEP_STEP + r)), v = vec_tanh(a_m);
            vec size = vec_max(vec_all(1.0), vec_max(a_m, -a_m)); /* 0·∞ is no move */
            size = -vec_max(vec_all(-DBL_MAX), -size);
            vec move = (vec)((uvec)((v - old) * size) & ~(1ull << 63) & (uvec)of_image);
            largest = vec_max(largest, move);
            v = (vec)((of_image & (ivec)v) | (~of_image & (ivec)old));
            if (!keeps)
                memcpy(here, &v, sizeof v);
        }
    double most = 0.0;
    for (int i = 0; i < LANES; i++)
        most = largest[i] > most ? largest[i] : most;
    return most;
}

double SWEEP(const struct askew *a, size_t band, double J, double beta, bool keeps)
{
    return keeps ? sweep_band(a, band, J, beta, true) : sweep_band(a, band, J, beta, false);
}
