/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the Ising model share; the model itself is stated in ising.c. */
#ifndef EMSTEP_MODELS_ISING_H
#define EMSTEP_MODELS_ISING_H

#include "em/explain.h"

struct ising {
    size_t rows, cols, n;  /* n = rows·cols */
    double J;
    bool flip;             /* flips of probability eps; else normal noise */
    double *x;             /* (rows,cols) the image, row by row */
    double *field;         /* (n) scratch: what the data say of each pixel */
    bool exact;            /* narrow enough for the sums over all images */
    double log_C;          /* log C(J), if exact */
    size_t length, width;  /* the transfer matrix goes along `length`, width ≤ length */
    double *log_weight;    /* (2^width) scratch, if exact */
    double *mass;          /* (2^width) scratch, if exact */
};

static inline struct ising *ising_of(const struct model *m)
{
    return m->self;
}

/* field_i ← h_i: half of log p(x_i|z_i=1) − log p(x_i|z_i=−1) */
void ising_field(const struct ising *s, double noise);
/* Σ_i log p(x_i|z_i) = Σ_i (h_i z_i − |h_i|) + this: what it is at z_i = sign x_i.  With little noise
 * h is large, and the two parts would cancel without |h|. */
double ising_field_constant(const struct ising *s, double noise);
/* Σ_i |h_i|, after ising_field */
double ising_field_size(const struct ising *s);
/* The mean-field value of one pixel given those of its neighbours, after ising_field. */
double ising_visit(const struct ising *s, const double *m, size_t row, size_t col, double beta);
/* E_q Σ_{i~j} z_i z_j, each edge once */
double ising_edges(const struct ising *s, const double *m);
/* E_q log p(x_i|z_i) */
double ising_log_noise(const struct ising *s, double noise, double x, double m);

/* Options and data into rows, cols, n, x, J and flip. */
int ising_read(struct model *m, const struct options *o, struct error *e);

/* Sets exact, length and width, takes the scratch and sums C(J). */
int ising_prepare_sums(struct ising *s, struct error *e);

/*
 * Sums over all 2^n images of exp( J Σ_{i~j} z_i z_j + Σ_i (field_i z_i − |field_i|) ), pixel by
 * pixel: the state is the spins of the last `width` pixels.  Returns the log of the sum.  With m (rows,cols), the
 * means of a factorised q,
 *     *H  = E_q log r(Z),   *KL = E_q [ log q(Z) − log r(Z) ]   for r ∝ the summand,
 * by the chain rule: each pixel, when it is summed out, leaves its conditional probability given
 * those that are still in the state.  field NULL is 0 everywhere.
 */
double ising_sum(const struct ising *s, const double *field, const double *m, double *H,
                 double *KL);

extern const struct explainer ising_explainer;

#endif
