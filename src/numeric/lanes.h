/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Vectors of LANES doubles: what a loop over many points is written in.
 *
 * A file that includes this defines LANES first (2, 4 or 8) and is compiled for a processor that
 * has registers of that length; the operators are C's own on vectors, lane by lane.
 */
#ifndef EMSTEP_NUMERIC_LANES_H
#define EMSTEP_NUMERIC_LANES_H

#include <stddef.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

typedef double vec __attribute__((vector_size(LANES * 8)));
typedef long long ivec __attribute__((vector_size(LANES * 8)));
typedef unsigned long long uvec __attribute__((vector_size(LANES * 8))); /* bits: they may wrap */

INLINE vec vec_all(double v)
{
    return v - (vec){0};
}

/* From an address of any alignment. */
INLINE vec vec_load(const double *p)
{
    vec v;
    memcpy(&v, p, sizeof v);
    return v;
}

INLINE vec vec_max(vec a, vec b)
{
    ivec m = a > b;
    return (vec)((m & (ivec)a) | (~m & (ivec)b));
}

INLINE double vec_sum(vec v)
{
    double sum = 0.0;
    for (int i = 0; i < LANES; i++)
        sum += v[i];
    return sum;
}

/*
 * Vectors abreast.  A polynomial is a chain of operations that each wait for the last; so many
 * vectors go through it side by side, step by step, that the processor is never without work.
 */
enum { ABREAST = 3 };

/*
 * e^x = 2ⁿ (1 + p) for x ≤ 0: x = n log 2 + r, |r| ≤ ½ log 2; p = e^r − 1 by the polynomial of degree
 * 11 that interpolates (e^r − 1 − r)/r² at Chebyshev's points (relative error 2e-17, so that
 * rounding rules: under 1 ulp); power: n in the bits of an exponent.  Of T ≤ ABREAST vectors.
 */
INLINE void vecs_exp_parts(const int T, const vec *x, vec *p, uvec *power)
{
    static const double coefficient[] = {
        2.7620088445409746e-07, 2.7557268459997064e-06, 2.4801521295954376e-05,
        0.00019841269863053618, 0.0013888888917213717,  0.008333333333330062,
        0.04166666666662413,    0.16666666666666669,    0.5000000000000001};
    const double shift = 0x1.8p52; /* adding it rounds to a whole number, in the low bits */
    vec r[ABREAST];
    for (int t = 0; t < T; t++) {
        vec whole = x[t] * 0x1.71547652b82fep+0 + shift, n = whole - shift;
        power[t] = (uvec)whole << 52;
        r[t] = x[t] - n * 0x1.62e42fefa0000p-1 - n * 0x1.cf79abc9e3b3ap-40;
        p[t] = vec_all(2.510038549551032e-08);
    }
    for (size_t i = 0; i < sizeof coefficient / sizeof *coefficient; i++)
        for (int t = 0; t < T; t++)
            p[t] = p[t] * r[t] + coefficient[i];
    for (int t = 0; t < T; t++)
        p[t] = p[t] * (r[t] * r[t]) + r[t];
}

/* e^x for x ≤ 0; 0 below −708, NaN of NaN. */
INLINE void vecs_exp(const int T, const vec *x, vec *to)
{
    vec p[ABREAST];
    uvec power[ABREAST];
    vecs_exp_parts(T, x, p, power);
    for (int t = 0; t < T; t++)
        to[t] = (vec)((power[t] + (uvec)(p[t] + 1.0)) & ~(uvec)(x[t] < -708.0));
}

INLINE vec vec_exp(vec x)
{
    vec to;
    vecs_exp(1, &x, &to);
    return to;
}

/* tanh x = −sign(x) u/(2 + u) with u = e^(−2|x|) − 1 = 2ⁿ p + (2ⁿ − 1), which keeps its digits near
 * 0. */
INLINE vec vec_tanh(vec x)
{
    const unsigned long long sign = 1ull << 63, one = 0x3ff0000000000000;
    uvec power;
    vec p, y = vec_max(-2.0 * (vec)((uvec)x & ~sign), vec_all(-40.0)); /* there u is −1 */
    vecs_exp_parts(1, &y, &p, &power);
    vec scale = (vec)(power + one);
    vec u = scale * p + (scale - 1.0);
    return (vec)((uvec)(-u / (2.0 + u)) | ((uvec)x & sign));
}

/* log x for normal x > 0: x = m 2ⁿ with m in [√½, √2), log m = 2 artanh(s), s = (m − 1)/(m + 1), by
 * its series (|s| ≤ 0.172; what is left out is below 1e-17). */
INLINE vec vec_log(vec x)
{
    const unsigned long long root_half = 0x3fe6a09e667f3bcd;
    ivec n = (ivec)((uvec)x - root_half) >> 52;
    vec m = (vec)((uvec)x - ((uvec)n << 52)), s = (m - 1.0) / (m + 1.0), z = s * s;
    vec p = z * (1.0 / 21.0) + 1.0 / 19.0;
    p = p * z + 1.0 / 17.0;
    p = p * z + 1.0 / 15.0;
    p = p * z + 1.0 / 13.0;
    p = p * z + 1.0 / 11.0;
    p = p * z + 1.0 / 9.0;
    p = p * z + 1.0 / 7.0;
    p = p * z + 1.0 / 5.0;
    p = p * z + 1.0 / 3.0;
    vec e = __builtin_convertvector(n, vec), twice = s + s;
    return e * 0x1.62e42fefa0000p-1 + (twice + (twice * z * p + e * 0x1.cf79abc9e3b3ap-40));
}

/* The sums of LANES vectors, in their order: log₂ LANES rounds of adding neighbours. */
#define PAIR(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
INLINE vec vec_sums(const vec *v)
{
#if LANES == 8
    vec u[4], w[2];
    for (int i = 0; i < 4; i++)
        u[i] = PAIR(v[2 * i], v[2 * i + 1], 0, 8, 2, 10, 4, 12, 6, 14) +
               PAIR(v[2 * i], v[2 * i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
    for (int i = 0; i < 2; i++)
        w[i] = PAIR(u[2 * i], u[2 * i + 1], 0, 1, 8, 9, 4, 5, 12, 13) +
               PAIR(u[2 * i], u[2 * i + 1], 2, 3, 10, 11, 6, 7, 14, 15);
    return PAIR(w[0], w[1], 0, 1, 2, 3, 8, 9, 10, 11) +
           PAIR(w[0], w[1], 4, 5, 6, 7, 12, 13, 14, 15);
#elif LANES == 4
    vec u[2];
    for (int i = 0; i < 2; i++)
        u[i] = PAIR(v[2 * i], v[2 * i + 1], 0, 4, 2, 6) + PAIR(v[2 * i], v[2 * i + 1], 1, 5, 3, 7);
    return PAIR(u[0], u[1], 0, 1, 4, 5) + PAIR(u[0], u[1], 2, 3, 6, 7);
#else
    return PAIR(v[0], v[1], 0, 2) + PAIR(v[0], v[1], 1, 3);
#endif
}
#undef PAIR

#endif
