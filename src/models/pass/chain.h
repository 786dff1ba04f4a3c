/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The recursions of a hidden Markov model in scaled probabilities instead of logarithms, states in
 * the lanes of the vectors (pass/kernel_chain.h).
 *
 *     backward   β_t(i) = Σ_j A_ij f_{t+1}(j),  f_t(j) = b_t(j) β_t(j)/c_t with c_t that Σ f_t = 1
 *     forward    γ_1 ∝ π f_1,  g_t(i) = γ_t(i)/β_t(i),  γ_{t+1}(j) = f_{t+1}(j) Σ_i g_t(i) A_ij
 *                Σ_t ξ_t(i,j) = A_ij Σ_t g_t(i) f_{t+1}(j)
 *
 * b is freed of its largest entry at every t.  An f that underflows is 0 from there on and has a
 * bound on what is missing, which goes along until what flows in from other states is 1e20 times
 * as much; where a bound could matter the recursion gives up, and the logarithms of hmm_chain.c do
 * the work.
 */
#ifndef EMSTEP_MODELS_CHAIN_H
#define EMSTEP_MODELS_CHAIN_H

#include <stdbool.h>
#include <stddef.h>

enum { CHAIN_MOST = 32, CHAIN_LANES = 8 }; /* states at most; kp is a multiple of the lanes */

struct chain_pass {
    size_t n, k, kp;
    const double *log_b;     /* (n,k) */
    const double *pi;        /* (k) */
    double *A, *At;          /* (k,kp) rows of A and of its transpose, 0 beyond k */
    double *f, *beta;        /* (n,kp); the forward pass makes γ (n,k) of f */
};

struct chain_sums {
    double scale;            /* Σ_t (max log b_t + log c_t) */
    double log_f, log_beta;  /* Σ_{t>1} γ_t log f_t, Σ_{t<n} γ_t log β_t */
    double first[CHAIN_MOST];/* f_1 */
    double N[CHAIN_MOST];
    double pairs[CHAIN_MOST * CHAIN_MOST]; /* (k,kp) Σ_t g_t(i) f_{t+1}(j) */
};

/* gamma NULL: f and beta are kept.  Else they are not, and log_f and log_beta are found by it. */
typedef bool chain_backward_fn(const struct chain_pass *c, const double *gamma,
                               struct chain_sums *s);
/* After it; *whole ← Σ π f_1.  `logs`: log_f and log_beta, too. */
typedef bool chain_forward_fn(const struct chain_pass *c, bool logs, double *whole,
                              struct chain_sums *s);
/* log_b of rows first … last − 1 of normal emissions of one column: constant − ½((x − μ)/sd)²;
 * emit (3,kp) has the constants, μ, 1/sd. */
typedef void chain_emit_fn(const double *x, const double *emit, size_t k, size_t kp, size_t first,
                           size_t last, double *log_b);
/* Σγ(x−μ) (d,kp), then Σγ(x−μ)(x−μ)ᵀ (its lower triangle,kp), of the rows; mu (d,kp) */
typedef void chain_moments_fn(const double *const *column, const double *mu, const double *gamma,
                              size_t d, size_t k, size_t kp, size_t first, size_t last,
                              double *sums);

extern chain_backward_fn chain_backward_base, chain_backward_avx2, chain_backward_avx512;
extern chain_forward_fn chain_forward_base, chain_forward_avx2, chain_forward_avx512;
extern chain_emit_fn chain_emit_base, chain_emit_avx2, chain_emit_avx512;
extern chain_moments_fn chain_moments_base, chain_moments_avx2, chain_moments_avx512;

#endif
