/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rows grouped by which of their entries are missing, and the normal distribution of the missing
 * entries m given the observed ones o:
 *
 *     C = Σ_mm − Σ_mo Σ_oo⁻¹ Σ_om,     c = μ_m + Σ_mo Σ_oo⁻¹ (x_o − μ_o)
 *
 * Both come from one factor of Σ in the order (o, m), once per pattern and not once per row:
 *
 *     L = ( L_oo  0 ; L_mo  L_mm ),   Σ_oo = L_oo L_ooᵀ,   C = L_mm L_mmᵀ,
 *     Σ_oo⁻¹Σ_om = L_oo⁻ᵀ L_moᵀ
 *
 * so that no difference of near numbers is taken where Σ is near singular, and every term has the
 * same rounding in it.
 */
#ifndef EMSTEP_MODELS_MISSING_H
#define EMSTEP_MODELS_MISSING_H

#include "data/dataset.h"

/* One pattern: its observed and missing columns, ascending, and its rows. */
struct pattern {
    size_t nobserved, nmissing, nrow;
    size_t *observed, *missing, *row; /* borrowed from struct patterns; missing follows observed */
};

struct patterns {
    size_t count;
    struct pattern *pattern; /* (count) */
    size_t *column;          /* (count, d): observed columns, then missing ones */
    size_t *row;             /* (n) grouped by pattern, ascending within each */
};

int patterns_make(struct patterns *p, const struct observations *obs, struct error *e);
void patterns_clear(struct patterns *p);

/* Splits the columns of one row x (d) into at (d): observed ones first.  Returns their number. */
size_t split_columns(const double *x, size_t d, size_t *at);

/* Room of (d,d) each; what stands there is of the last pattern asked for. */
struct conditional {
    double *whole;   /* (d,d) L */
    double *oo;      /* (o,o) L_oo */
    double *slope;   /* (o,m) Σ_oo⁻¹ Σ_om */
    double *C;       /* (m,m) */
    double *factor;  /* (m,m) L_mm */
    double logdet_oo, logdet_C;
};

/* The observed half: oo and logdet_oo.  False when Σ_oo is not positive definite. */
bool conditional_observed(struct conditional *c, size_t nobserved, const size_t *observed,
                          size_t d, const double *Sigma);
/* All of it.  False when Σ is not positive definite. */
bool conditional_make(struct conditional *c, const struct pattern *p, size_t d,
                      const double *Sigma);
/* out (m): Σ_mo Σ_oo⁻¹ (x_o − μ_o), how far row x (d) moves the mean of its missing entries off
 * μ_m; and that mean, which far from 0 rounds more than the shift does */
void conditional_shift(const struct conditional *c, const struct pattern *p, const double *x,
                       const double *mu, double *out);
void conditional_mean(const struct conditional *c, const struct pattern *p, const double *x,
                      const double *mu, double *out);
/* log N(x_o; μ_o, Σ_oo) after conditional_observed; work (d) */
double conditional_log_density(const struct conditional *c, size_t nobserved,
                               const size_t *observed, const double *x, const double *mu,
                               double *work);

/* out (a,b) ← the rows `row` (a) and columns `column` (b) of A (d,d) */
void gather(const double *A, size_t d, size_t a, const size_t *row, size_t b,
            const size_t *column, double *out);

#endif
