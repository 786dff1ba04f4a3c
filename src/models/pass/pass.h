/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One EM map of a Gaussian mixture in one pass over the data: from θ the log-likelihood and the
 * expected sufficient statistics of the exact E-step, without ever storing γ.  The kernels that do
 * it (pass/kernel.h) are one source compiled for several processors; pass_kernel picks at run time.
 */
#ifndef EMSTEP_MODELS_PASS_H
#define EMSTEP_MODELS_PASS_H

#include <stdbool.h>
#include <stddef.h>

/* Points of a block: 15 cache lines of doubles, an odd number of them, so that the rows of a block
 * fall into different sets of the cache. */
enum { PASS_BLOCK = 120 };
/* Up to so many columns a kernel may keep its sums in vectors, so many of them, for each component. */
enum { PASS_SMALL = 8, PASS_SMALL_SUMS = 1 + PASS_SMALL + PASS_SMALL * (PASS_SMALL + 1) / 2 };

/*
 * θ as the kernel wants it, and the data.  W_k = L_k⁻¹/√2 with Σ_k = L_k L_kᵀ, so that
 * y = W_k(x − μ_k) has |y|² = ½ (x−μ_k)ᵀ Σ_k⁻¹ (x−μ_k).
 */
struct pass {
    size_t n, d, k;
    const double *const *column; /* (d) columns of the data, (n) each */
    const double *centre;        /* (d): taken off before anything else */
    const double *weight;        /* (n); NULL: all 1 */
    bool diagonal;               /* every Σ_k is diagonal */
    double *W;                   /* (K, pass_factor): in panels of four rows, see pass_factor_put */
    double *shift;               /* (K,d)  −W_k(μ_k − centre) */
    double *mean;                /* (K,d)  μ_k − centre */
    double *constant;            /* (K)    log π_k − ½ (d log 2π + log|Σ_k|) */
};

/* Doubles of one W_k, and where entry (i,j), j ≤ i, of it lies. */
size_t pass_factor(size_t d, bool diagonal);
size_t pass_factor_at(size_t d, bool diagonal, size_t i, size_t j);

/* What a chunk of rows adds up: per component, with z = x − μ_k, N, Σγz (d), Σγzzᵀ (in 4×4 tiles of
 * the lower triangle, or its diagonal); then ℓ. */
size_t pass_sums(const struct pass *p);
size_t pass_whole_tiles(size_t d);         /* rows of the tiles: d rounded up */
size_t pass_tile_at(size_t i, size_t j);   /* of Σγ z_i z_j, j ≤ i, among the tiles */
size_t pass_component_sums(size_t d, bool diagonal);

/* Doubles of workspace that one call needs; zeroed before its first use. */
size_t pass_scratch(const struct pass *p);

enum pass_term { PASS_LOGLIK, PASS_Q, PASS_H, PASS_ENTROPY, PASS_ELBO, PASS_KL, PASS_TERMS };
struct terms;
/* Their sums (PASS_TERMS) as the terms of the mask. */
void pass_put_terms(const double *sums, unsigned which, struct terms *t);

/* Rows first … last − 1; first is a multiple of PASS_BLOCK.  sums (pass_sums) is overwritten.
 * scratch is aligned to 64 bytes. */
typedef void pass_map_fn(const struct pass *p, size_t first, size_t last, double *scratch,
                         double *sums);
/* The terms of the same rows, sums (PASS_TERMS): q is the posterior by `at`, θ is p's. */
typedef void pass_terms_fn(const struct pass *at, const struct pass *p, size_t first, size_t last,
                           double *scratch, double *sums);
/* Several θ at once: passes that differ in W, shift, mean and constant alone. */
enum pass_move { PASS_STAYS, PASS_CONSTANT, PASS_FORM };
struct pass_many {
    const struct pass *at;       /* (m) */
    size_t m;
    const unsigned char *moves;  /* (K) enum pass_move: how component k differs among them */
    const double *L;             /* NULL, or of the one θ there is (m = 1) the factors of Σ_k
                                    (K,d,d), then μ (K,d), where W would lose digits: L y = x − μ
                                    is solved for each point */
};
enum { PASS_LOGLIK_ROOM = 32 };
/* ℓ of the same rows at each, sums (m).  scratch: pass_scratch + m·PASS_LOGLIK_ROOM doubles. */
typedef void pass_logliks_fn(const struct pass_many *a, size_t first, size_t last, double *scratch,
                             double *sums);
/* −Σ q log q over the numbers q = from + a (to − from), all ≥ 0, of which there are `size`. */
typedef double pass_entropy_fn(const double *from, const double *to, double a, size_t size);
struct pass_kernel {
    pass_map_fn *map;
    pass_terms_fn *terms;
    pass_logliks_fn *logliks;
    pass_entropy_fn *entropy;
};
extern pass_map_fn pass_map_base, pass_map_avx2, pass_map_avx512;
extern pass_terms_fn pass_terms_base, pass_terms_avx2, pass_terms_avx512;
extern pass_logliks_fn pass_logliks_base, pass_logliks_avx2, pass_logliks_avx512;
extern pass_entropy_fn pass_entropy_base, pass_entropy_avx2, pass_entropy_avx512;
/* The fastest for this processor; `skip` of them passed over: NULL in the end. */
const struct pass_kernel *pass_kernel(size_t skip);

/* Of what_base, what_avx2 and what_avx512 the fastest that this processor has. */
#ifdef EMSTEP_KERNELS
#define PASS_PICK(what)                                                                            \
    (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") ? what##_avx512       \
     : __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")       ? what##_avx2         \
                                                                             : what##_base)
#else
#define PASS_PICK(what) what##_base
#endif

#endif
