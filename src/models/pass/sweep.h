/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A mean-field sweep of the Ising model over many rows of the image at once, in the order in which
 * one pixel after another would be visited: m_i = tanh( β (J Σ_{j~i} m_j + h_i) ).
 *
 * A pixel waits for the one above it and the one to its left alone, so that all of an anti-diagonal
 * can be visited together.  The image is cut into bands of SWEEP_ROWS rows, each laid out askew:
 * step s of a band holds, for every row r of it, column s − r, and on either side of them the pixels
 * above the first row and below the last that belong to the next visit and to the one before.
 */
#ifndef EMSTEP_MODELS_SWEEP_H
#define EMSTEP_MODELS_SWEEP_H

#include <stdbool.h>
#include <stddef.h>

enum { SWEEP_ROWS = 32, SWEEP_STEP = SWEEP_ROWS + 2 };

struct askew {
    size_t rows, cols, bands;
    size_t steps;            /* of a band: cols + SWEEP_ROWS − 1, and one at either end */
    double *m, *field;       /* (bands,steps,SWEEP_STEP) */
};

/* Lays the image m (rows,cols) and its field out; false: no memory, and nothing to clear. */
bool askew_init(struct askew *a, size_t rows, size_t cols, const double *m, const double *field);
void askew_clear(struct askew *a);
/* m (rows,cols) ← the image */
void askew_read(const struct askew *a, double *m);
/* Visits every pixel; `keeps`: what they become is only looked at.  The largest move, an m's being
 * |m′ − m| max(1, |a|) with m′ = tanh a: what is left of KL(m‖m′) is (m′ − m)(a − atanh m) at most,
 * which for a large a is not small when m′ − m is. */
double askew_sweep(const struct askew *a, double J, double beta, bool keeps);

/* The same for one band, whose pixels above and below are in place. */
typedef double sweep_fn(const struct askew *a, size_t band, double J, double beta, bool keeps);
extern sweep_fn sweep_base, sweep_avx2, sweep_avx512;

#endif
