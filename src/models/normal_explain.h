/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `explain` of the models whose q_i is a normal distribution of row i's own z_i (mvn, ppca, fa,
 * denoise): every term is a sum over rows of one shape, which is written here once.
 *
 *     E log N      −½ [ size + away ],   size = k log 2π + log|C|,
 *                                        away = (x−c)ᵀC⁻¹(x−c) + tr C⁻¹V
 *     Q            the sum of such over the joint's factors;   ELBO   with 2 S subtracted inside
 *     ℓ            one, of the observed entries
 *     H            one, of r_i at q_i
 *     S            ½ [ k log 2πe + log|V_i| ]
 *     KL           ½ [ log|C_i| − log|V_i| + away − k ]
 */
#ifndef EMSTEP_MODELS_NORMAL_EXPLAIN_H
#define EMSTEP_MODELS_NORMAL_EXPLAIN_H

#include "em/explain.h"

struct normal_part {
    formula size, away;
};

enum { NORMAL_FACTORS = 2 };
struct normal_row {
    struct normal_part joint[NORMAL_FACTORS];
    size_t njoint;
    struct normal_part marginal;  /* size NULL: nothing of the row was observed */
    struct normal_part posterior; /* r_i at q_i; unset where k is NULL */
    formula k;                    /* dimension of z_i; NULL: the row has none */
    formula logdet_C, logdet_V;   /* of r_i and of q_i */
    formula entropy;              /* twice S(q_i): normal_entropy */
};

/* The pieces of a row with their numbers (i from 1), or, i = 0, their names alone; *row is zeroed
 * before.  What `t` does not need may be left out.  q may be NULL for TERM_LOGLIK. */
typedef void normal_pieces(struct explanation *x, enum term t, size_t i, struct normal_row *row);

/* k log 2π + log|C|, and log 2πv of one variance */
formula normal_size(struct formulas *a, formula k, formula logdet);
formula normal_size_of_one(struct formulas *a, formula v);
/* k log 2πe + log|V|, and log 2πe v of one variance */
formula normal_entropy(struct formulas *a, formula k, formula logdet);
formula normal_entropy_of_one(struct formulas *a, formula v);

/* A term as the sum over rows. */
void normal_explain_term(struct explanation *x, enum term t, normal_pieces *pieces);
/* Jensen's inequality of row i (from 0), with the row's own terms from class->row_terms. */
int normal_explain_jensen(struct explanation *x, size_t i, normal_pieces *pieces,
                          struct error *e);

#endif
