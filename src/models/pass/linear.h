/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The fused EM map of a mixture of an exponential family,
 *
 *     log π_k f(x|φ_k) = base(x) + constant_k + Σ_s η_ks t_s(x),
 *
 * in one threaded pass over the data: γ is not stored, and what the M-step is given are N_k and
 * Σ_i w_i γ_ik t_s(x_i).  The kernel (pass/kernel_linear.h) is compiled for several processors.
 */
#ifndef EMSTEP_MODELS_LINEAR_H
#define EMSTEP_MODELS_LINEAR_H

#include <stdbool.h>
#include <stddef.h>

#include "em/model.h"

/* t(x) of a row is a column less another: NULL stands for 1 as `plus` and for 0 as `minus`. */
struct statistic {
    const double *plus, *minus; /* (n) */
};

/* What a family of this form says of itself: family->natural. */
struct natural {
    size_t (*size)(const struct model *m);      /* statistics of a row */
    struct statistic (*statistic)(const struct model *m, size_t s);
    /* θ from family->prepare's work: the constant without log π_k, and η (size), whose entries may
     * be −∞ where t is not negative. */
    double (*put)(const struct model *m, const double *work, size_t k, double *eta);
    double (*base)(const struct model *m, size_t i); /* of row i; NULL: 0 */
};

/* θ and the data as the kernel wants them. */
struct linear {
    size_t n, k, s;
    const struct statistic *statistic; /* (s) */
    const double *base;                /* (n); NULL: 0 */
    const double *weight;              /* (n); NULL: all 1 */
    double *eta;                       /* (K,s) */
    double *constant;                  /* (K) */
};
/* For −∞, so that 0·(−∞) is 0 and a density of 0 has a logarithm to reckon with; and what no other
 * logarithm is below. */
#define LINEAR_NEVER (-1e290)
#define LINEAR_LEAST (-1e270)

/* Doubles of a chunk's sums: N_k, Σγt (s) of every k, then ℓ; and of its workspace. */
size_t linear_sums(const struct linear *p);
size_t linear_scratch(const struct linear *p);

/* As pass_map_fn and pass_terms_fn. */
typedef void linear_map_fn(const struct linear *p, size_t first, size_t last, double *scratch,
                           double *sums);
typedef void linear_terms_fn(const struct linear *at, const struct linear *p, size_t first,
                             size_t last, double *scratch, double *sums);
extern linear_map_fn linear_map_base, linear_map_avx2, linear_map_avx512;
extern linear_terms_fn linear_terms_base, linear_terms_avx2, linear_terms_avx512;

/* What is kept from map to map; linear_free(NULL) is harmless. */
struct linear_pass;
void linear_free(struct linear_pass *p);

/* model_class.em_map and touching_terms of a mixture whose family is `natural`. */
int linear_em_map(const struct model *m, const struct theta *from, unsigned blocks,
                  const struct prior *prior, struct theta *to, double *loglik);
bool linear_touching_terms(const struct model *m, const struct theta *touch,
                           const struct theta *theta, unsigned which, struct terms *t);

#endif
