/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One unit of an explanation of a model whose latent value is one of finitely many: a row, or the
 * one number that all the data share (em/values.h).  For em/explain*.c alone.
 *
 * Logarithms of densities are the numbers from which all else is made; where the densities
 * themselves would underflow they are divided by the largest, as the machine does it.
 *
 * Value j counts from 0 here; it is u->v.first + j to the reader.  Formulas belong to u->x->f.
 */
#ifndef EMSTEP_EM_EXPLAIN_UNIT_H
#define EMSTEP_EM_EXPLAIN_UNIT_H

#include "em/explain.h"
#include "em/values.h"

enum { UNIT_PARTS_SHOWN = 6 }; /* values of z that are written out */
#define UNIT_SAFE 50.0         /* |log| of a density that can be written as it is */

/* Unit i of an explanation. */
struct unit {
    struct explanation *x;
    struct values v;
    size_t i;
    bool shared;
    const double *pi;     /* (k) where the joint is log π_k + log f; NULL: it is one number */
    double shift;         /* what is taken off the logs of densities; 0: nothing */
};

/* Unit i under q (NULL: the posterior); values_clear(&u->v) in the end, not after an error. */
int unit_make(struct explanation *x, const struct latent *q, size_t i, struct unit *u,
              struct error *e);
/* The same of another row, under x->q. */
int unit_again(struct unit *u, size_t i, struct error *e);

/* "f(x_{i}|φ_{k})" in the model's own words, or p(x_{i},z_{i}{=}k|θ), and its logarithm; the two
 * indices as they are written. */
void unit_part_name(const struct unit *u, const char *i, const char *k, struct text *latex);
double unit_log_of_part(const struct unit *u, size_t j);
void unit_indices(const struct unit *u, size_t j, char i[NUMBER_TEXT], char k[NUMBER_TEXT]);

/* log p(x_i,z=k|θ) = log π_k + log f, and as a name; p itself, in numbers less the shift. */
formula unit_log_joint(const struct unit *u, size_t j);
formula unit_log_joint_named(const struct unit *u);
formula unit_joint(const struct unit *u, size_t j);

/* An empty sum over the values of z (index: their letter) of what body says. */
struct formula *unit_sum(const struct unit *u, const char *index, formula body);

/* p(x_i|θ) = Σ_l π_l f(x_i|φ_l), less the shift; its logarithm, with the shift put back. */
formula unit_evidence(const struct unit *u, const char *i);
formula unit_log_evidence(const struct unit *u, const char *i);

double unit_q(const struct unit *u, size_t j);
formula unit_q_symbol(const struct unit *u, size_t j);
formula unit_q_named(const struct unit *u);

/* That densities were divided by exp(shift); which row it is; and, of a number that all the data
 * share, p(x,Z|θ) of the most probable Z written out, and the value before that one. */
void unit_say_shift(struct explanation *x, double shift);
void unit_say_row(struct explanation *x, size_t i);
void unit_shared_item(const struct unit *u);
size_t unit_first_of_peak(const struct unit *u);

#endif
