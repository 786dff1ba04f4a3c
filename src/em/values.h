/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A latent value that is one of finitely many, looked at whole: the component z_i = 1 … K of a row,
 * or one number Z = 0, 1 … that all the data share (linkage).  Jensen's inequality is about
 * these:
 *
 *     w(z) = p(x,z|θ)/q(z),   log E_q[w] ≥ E_q[log w],   equality when w is constant where q > 0
 */
#ifndef EMSTEP_EM_VALUES_H
#define EMSTEP_EM_VALUES_H

#include "em/model.h"

struct values {
    size_t n;           /* how many */
    size_t first;       /* the first of them: z = 1, or Z = 0 */
    double *joint;      /* (n) log p(x,z|θ) */
    double *q;          /* (n) log q(z); NULL: there is no q */
    double loglik;      /* log Σ_z p(x,z|θ) */
};

/* γ (n,k) of a q that is one distribution over k values for each row, free or chained;
 * else NULL. */
const double *values_gamma(const struct model *m, const struct latent *q);
/* Has q such a block? */
bool values_in_rows(const struct model *m);

/* 0, or why the model has no such values, and which models do. */
int values_suit(const struct model *m, struct error *e);
/* How many times there is one to look at: the rows, or 1 where the data share it. */
size_t values_units(const struct model *m);

/* Of unit i, from 0; q may be NULL.  On success values_clear it. */
int values_make(const struct model *m, const struct latent *q, const struct theta *theta, size_t i,
                struct values *v, struct error *e);
/* The same of another unit, into the same room. */
int values_again(const struct model *m, const struct latent *q, const struct theta *theta,
                 size_t i, struct values *v, struct error *e);
void values_clear(struct values *v);

/* log w of value j; NaN where q has no mass. */
double values_log_ratio(const struct values *v, size_t j);
/* p(z|x,θ) of value j. */
double values_posterior(const struct values *v, size_t j);

/* Jensen's two sides.  `covers`: q has mass wherever p(x,z|θ) > 0, so that E_q[w] = p(x|θ) and the
 * gap is KL(q‖p(z|x,θ)). */
struct jensen {
    double log_mean, mean_log;  /* log E_q[w] ≥ E_q[log w] */
    double low, high;           /* of log w where q > 0 */
    bool covers;
};
struct jensen values_jensen(const struct values *v);

#endif
