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

/* Of ABREAST vectors ≥ 1: their product has a long way to go before it overflows. */
INLINE void times(struct loglik *t, const vec *sum)
{
    const long long fraction = 0xfffffffffffff, one = 0x3ff0000000000000;
    vec product = sum[0];
    for (int i = 1; i < ABREAST; i++)
        product *= sum[i];
    ivec bits = (ivec)(t->mantissa * product);
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

_Static_assert(VECTORS % ABREAST == 0, "a block is worked through ABREAST vectors at a time");

/* Of the vectors from v on: the maximum over k and Σ e^(l − it), the parts of which l keeps if so
 * asked; of two components 1 and one exponential. */
INLINE void sum_parts(const bool keep, size_t k, double *l, int v, vec *top, vec *sum)
{
    const bool two = !keep && k == 2;
    vec e[ABREAST];
    for (int i = 0; i < ABREAST; i++) {
        top[i] = ROW(l, 0)[v + i];
        sum[i] = vec_all(two ? 1.0 : 0.0);
    }
    for (size_t c = 1; c < k; c++)
        for (int i = 0; i < ABREAST; i++)
            top[i] = vec_max(top[i], ROW(l, c)[v + i]);
    for (size_t c = two; c < k; c++) {
        for (int i = 0; i < ABREAST; i++) {
            e[i] = ROW(l, c)[v + i] - top[i];
            if (two)
                e[i] += ROW(l, 0)[v + i] - top[i];
        }
        vecs_exp(ABREAST, e, e);
        for (int i = 0; i < ABREAST; i++) {
            if (keep)
                ROW(l, c)[v + i] = e[i];
            sum[i] += e[i];
        }
    }
}

/* Adds Σ w (top + log sum) of the vectors from v on. */
INLINE void add_logs(const vec *top, const vec *sum, const double *w, int v, struct loglik *t)
{
    for (int i = 0; i < ABREAST; i++) {
        vec weight = w ? ROW(w, 0)[v + i] : vec_all(1.0);
        t->plain += weight * top[i];
        for (int j = 0; w && j < LANES; j++)
            t->weighted += weight[j] > 0.0 ? weight[j] * log(sum[i][j]) : 0.0;
    }
    if (!w)
        times(t, sum);
}

/* l[k][b] ← w_b γ_bk of the vectors from v on */
INLINE void soften(size_t k, double *l, const double *w, int v, struct loglik *t)
{
    vec top[ABREAST], sum[ABREAST];
    sum_parts(true, k, l, v, top, sum);
    add_logs(top, sum, w, v, t);
    for (int i = 0; i < ABREAST; i++)
        sum[i] = (w ? ROW(w, 0)[v + i] : vec_all(1.0)) / sum[i];
    for (size_t c = 0; c < k; c++)
        for (int i = 0; i < ABREAST; i++)
            ROW(l, c)[v + i] *= sum[i];
}

/* Two components need one exponential: γ of the farther one is e/(1 + e).  In two loops, since the
 * processor does not see far enough ahead to overlap one chain of both with the next. */
INLINE void soften_two(double *l, struct loglik *t)
{
    vec e[ABREAST], sum[ABREAST];
    for (int v = 0; v < VECTORS; v += ABREAST) {
        for (int i = 0; i < ABREAST; i++) {
            vec a = ROW(l, 0)[v + i], b = ROW(l, 1)[v + i], top = vec_max(a, b);
            e[i] = (a + b) - (top + top);
            t->plain += top;
            ROW(l, 1)[v + i] = a - b;
        }
        vecs_exp(ABREAST, e, e);
        for (int i = 0; i < ABREAST; i++)
            ROW(l, 0)[v + i] = e[i];
    }
    for (int v = 0; v < VECTORS; v += ABREAST) {
        for (int i = 0; i < ABREAST; i++) {
            ivec first = ROW(l, 1)[v + i] >= 0.0;
            vec near = 1.0 / (1.0 + ROW(l, 0)[v + i]), far = ROW(l, 0)[v + i] * near;
            sum[i] = 1.0 + ROW(l, 0)[v + i];
            ROW(l, 0)[v + i] = (vec)((first & (ivec)near) | (~first & (ivec)far));
            ROW(l, 1)[v + i] = (vec)((first & (ivec)far) | (~first & (ivec)near));
        }
        times(t, sum);
    }
}

INLINE void responsibilities(size_t k, double *l, const double *w, struct loglik *t)
{
    if (k == 2 && !w)
        soften_two(l, t);
    for (int v = 0; (k != 2 || w) && v < VECTORS; v += ABREAST)
        soften(k, l, w, v, t);
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
