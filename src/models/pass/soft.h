/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the kernels share once the joint log-densities of a block are there, l[k][b]: responsibilities,
 * the log-likelihood and the terms.  Points lie in the lanes of the vectors (pass/kernel.h); a file
 * that includes this has defined LANES.
 */
#ifndef EMSTEP_MODELS_SOFT_H
#define EMSTEP_MODELS_SOFT_H

#include <math.h>

#include "models/pass/pass.h"
#include "numeric/lanes.h"

#define INLINE static inline __attribute__((always_inline))

enum { B = PASS_BLOCK, VECTORS = B / LANES };

#define ROW(a, i) ((vec *)((a) + (size_t)(i) * B))

/* ---- the log-likelihood of many points -------------------------------------------------- */

struct loglik {
    vec plain;     /* Σ of what needs no logarithm */
    vec mantissa;  /* Π of the sums' mantissas, in [1,2) */
    ivec exponent; /* Σ of their exponents, biased by 1023 each */
    long long count;
    double weighted;
};

INLINE void times(struct loglik *t, vec v)
{
    const long long fraction = 0xfffffffffffff, one = 0x3ff0000000000000;
    ivec bits = (ivec)(t->mantissa * v);
    t->exponent += bits >> 52;
    t->mantissa = (vec)((bits & fraction) | one);
    t->count++;
}

INLINE double total(const struct loglik *t)
{
    double sum = vec_sum(t->plain) + t->weighted;
    for (int i = 0; i < LANES; i++)
        sum += log(t->mantissa[i]) + M_LN2 * (double)(t->exponent[i] - 1023 * t->count);
    return sum;
}

/* ---- E, 2 ------------------------------------------------------------------------------- */

/* l[k][b] ← w_b γ_bk */
INLINE void responsibilities(size_t k, double *l, const double *w, struct loglik *t)
{
    for (int v = 0; v < VECTORS; v++) {
        vec top = ROW(l, 0)[v], sum = vec_all(0.0);
        for (size_t c = 1; c < k; c++)
            top = vec_max(top, ROW(l, c)[v]);
        for (size_t c = 0; c < k; c++) {
            vec e = vec_exp(ROW(l, c)[v] - top);
            ROW(l, c)[v] = e;
            sum += e;
        }
        vec weight = w ? ROW(w, 0)[v] : vec_all(1.0), scale = weight / sum;
        for (size_t c = 0; c < k; c++)
            ROW(l, c)[v] *= scale;
        t->plain += weight * top;
        if (!w)
            times(t, sum);
        for (int i = 0; w && i < LANES; i++)
            t->weighted += weight[i] > 0.0 ? weight[i] * log(sum[i]) : 0.0;
    }
}

/* Two components need one exponential: γ of the farther one is e/(1 + e). */
INLINE void responsibilities_of_two(double *l, struct loglik *t)
{
    for (int v = 0; v < VECTORS; v++) {
        vec a = ROW(l, 0)[v], b = ROW(l, 1)[v], top = vec_max(a, b);
        vec e = vec_exp((a + b) - (top + top)), sum = 1.0 + e, near = 1.0 / sum, far = e * near;
        ivec first = a >= b;
        ROW(l, 0)[v] = (vec)((first & (ivec)near) | (~first & (ivec)far));
        ROW(l, 1)[v] = (vec)((first & (ivec)far) | (~first & (ivec)near));
        t->plain += top;
        times(t, sum);
    }
}

/* ---- the terms -------------------------------------------------------------------------- */

/* log Σ_k e^l[k] of a vector of points, as their largest and the log of what is left: added up,
 * they would lose it where the largest is −1e20. */
struct log_sum {
    vec top, rest;
};

INLINE struct log_sum log_sum(size_t k, const double *l, int v)
{
    vec top = ROW(l, 0)[v], sum = vec_all(0.0);
    for (size_t c = 1; c < k; c++)
        top = vec_max(top, ROW(l, c)[v]);
    for (size_t c = 0; c < k; c++)
        sum += vec_exp(ROW(l, c)[v] - top);
    return (struct log_sum){top, vec_log(sum)};
}

/* Each term by its own definition, with γ the posterior by `at` and l the joint by `l`. */
INLINE void add_terms(size_t k, const double *at, const double *l, const double *w, vec *sums)
{
    for (int v = 0; v < VECTORS; v++) {
        struct log_sum all_at = log_sum(k, at, v), all = at == l ? all_at : log_sum(k, l, v);
        vec weight = w ? ROW(w, 0)[v] : vec_all(1.0);
        sums[PASS_LOGLIK] += weight * (all.top + all.rest);
        for (size_t c = 0; c < k; c++) {
            vec log_gamma = ROW(at, c)[v] - all_at.top - all_at.rest;
            vec joint = ROW(l, c)[v], log_r = joint - all.top - all.rest;
            vec gamma = weight * vec_exp(log_gamma);
            ivec some = gamma > 0.0;
#define TERM(v) ((vec)(some & (ivec)(gamma * (v))))
            sums[PASS_Q] += TERM(joint);
            sums[PASS_H] += TERM(log_r);
            sums[PASS_ENTROPY] -= TERM(log_gamma);
            sums[PASS_ELBO] += TERM(joint - log_gamma);
            sums[PASS_KL] += TERM(log_gamma - log_r);
#undef TERM
        }
    }
}

#endif
