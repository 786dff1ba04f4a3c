/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the kernel of pass/kernel.h adds up of a block for one component: with z = x − μ_k (mean: μ_k
 * less the centre, as x is) Σγ, Σγz and the lower triangle of Σγzzᵀ; g is γ.
 *
 * Up to PASS_SMALL columns every sum is a vector that goes on from block to block and is added up
 * across its lanes at the chunk's end; z is made anew for each tile, in registers.  Beyond, they would
 * not fit the first-level cache: γz is stored four rows at a time, tiles of 4 × COLUMNS entries run
 * over the block's points and are summed across their lanes.
 */
#ifndef EMSTEP_MODELS_KERNEL_MOMENTS_H
#define EMSTEP_MODELS_KERNEL_MOMENTS_H

#include "models/pass/soft.h"

enum { COLUMNS = LANES == 8 ? 4 : 2 }; /* 16 accumulators of 32 registers, or 8 of 16 */

/* ---- few columns ------------------------------------------------------------------------ */

/* Σγz_r of R rows, then Σγz_r z_c, c ≤ r; with the first of them Σγ.  What the next tile adds to is
 * returned. */
INLINE vec *add_triangle(const int R, const bool first, const double *g, const double *x,
                         const double *mean, vec *sums)
{
    const int size = R * (R + 3) / 2 + first;
    vec a[15], z[4];
    for (int i = 0; i < size; i++)
        a[i] = sums[i];
    for (int v = 0; v < VECTORS; v++) {
        int at = R;
        for (int r = 0; r < R; r++) {
            z[r] = ROW(x, r)[v] - mean[r];
            vec gz = ROW(g, 0)[v] * z[r];
            a[r] += gz;
            for (int c = 0; c <= r; c++)
                a[at++] += gz * z[c];
        }
        if (first)
            a[at] += ROW(g, 0)[v];
    }
    for (int i = 0; i < size; i++)
        sums[i] = a[i];
    return sums + size;
}

/* Σγz_r z_c of R rows from x on and the four columns from `across` on. */
INLINE vec *add_square(const int R, const double *g, const double *x, const double *mean,
                       const double *across, const double *mean_across, vec *sums)
{
    vec a[16], gz[4];
    for (int i = 0; i < 4 * R; i++)
        a[i] = sums[i];
    for (int v = 0; v < VECTORS; v++) {
        for (int r = 0; r < R; r++)
            gz[r] = ROW(g, 0)[v] * (ROW(x, r)[v] - mean[r]);
        for (int c = 0; c < 4; c++) {
            vec z = ROW(across, c)[v] - mean_across[c];
            for (int r = 0; r < R; r++)
                a[4 * r + c] += gz[r] * z;
        }
    }
    for (int i = 0; i < 4 * R; i++)
        sums[i] = a[i];
    return sums + 4 * R;
}

INLINE void add_small(const int d, const double *g, const double *x, const double *mean,
                      vec *sums)
{
    sums = add_triangle(d < 4 ? d : 4, true, g, x, mean, sums);
    if (d <= 4)
        return;
    sums = add_square(d - 4, g, x + 4 * B, mean + 4, x, mean, sums);
    add_triangle(d - 4, false, g, x + 4 * B, mean + 4, sums);
}

static const vec *sum_tile(size_t d, size_t i0, size_t j0, const vec *from, double *sums)
{
    for (size_t i = i0; i < d && i < i0 + 4; i++)
        for (size_t j = j0; j <= i && j < j0 + 4; j++)
            sums[1 + d + pass_tile_at(i, j)] = vec_sum(*from++);
    return from;
}

static void sum_small(size_t d, const vec *from, double *sums)
{
    for (size_t i0 = 0; i0 < d; i0 += 4) {
        if (i0 > 0)
            from = sum_tile(d, i0, 0, from, sums);
        for (size_t i = i0; i < d && i < i0 + 4; i++)
            sums[1 + i] = vec_sum(*from++);
        from = sum_tile(d, i0, i0, from, sums);
        if (i0 == 0)
            sums[0] = vec_sum(*from++);
    }
}

/* ---- diagonal covariances --------------------------------------------------------------- */

INLINE void add_diagonal(size_t d, const double *g, const double *x, const double *mean,
                         double *sums)
{
    vec n = vec_all(0.0);
    for (int v = 0; v < VECTORS; v++)
        n += ROW(g, 0)[v];
    sums[0] += vec_sum(n);
    for (size_t j = 0; j < d; j++) {
        vec s1 = vec_all(0.0), s2 = vec_all(0.0);
        for (int v = 0; v < VECTORS; v++) {
            vec z = ROW(x, j)[v] - mean[j], gz = ROW(g, 0)[v] * z;
            s1 += gz;
            s2 += gz * z;
        }
        sums[1 + j] += vec_sum(s1);
        sums[1 + d + j] += vec_sum(s2);
    }
}

/* ---- many columns ----------------------------------------------------------------------- */

/* sums[i] += Σ of v[i], i < LANES */
INLINE void add_sums(const vec *v, double *sums)
{
    vec s = vec_sums(v) + vec_load(sums);
    memcpy(sums, &s, sizeof s);
}

/* sums[8(c/2) + 2r + c%2] += Σ_b gz[r][b] x[c][b], r < 4, c < COLUMNS; on the diagonal, where the
 * columns begin `in` columns into the tile, the lower triangle alone. */
INLINE void add_tile(const bool diagonal, const int in, const double *gz, const double *x,
                     double *sums)
{
    vec a[4 * COLUMNS];
    for (int i = 0; i < 4 * COLUMNS; i++)
        a[i] = vec_all(0.0);
    for (int v = 0; v < VECTORS; v++)
        for (int r = 0; r < 4; r++)
            for (int c = 0; c < COLUMNS; c++)
                if (!diagonal || in + c <= r)
                    a[c / 2 * 8 + r * 2 + c % 2] += ROW(gz, r)[v] * ROW(x, c)[v];
    for (int i = 0; i < 4 * COLUMNS; i += LANES)
        add_sums(a + i, sums + i);
}

/* gz[r][b] = g[b] z_r[b] of R rows, 0 in the others up to 4; sums[r] += Σγz_r. */
INLINE void weigh(const int R, const double *g, const double *x, const double *mean, double *gz,
                  double *sums)
{
    vec s[4];
    for (int r = 0; r < 4; r++)
        s[r] = vec_all(0.0);
    for (int v = 0; v < VECTORS; v++)
        for (int r = 0; r < 4; r++) {
            vec a = r < R ? ROW(g, 0)[v] * (ROW(x, r)[v] - mean[r]) : vec_all(0.0);
            ROW(gz, r)[v] = a;
            s[r] += a;
        }
    for (int r = 0; r < R; r++)
        sums[r] += vec_sum(s[r]);
}

INLINE void weigh_rows(size_t rows, const double *g, const double *x, const double *mean,
                       double *gz, double *sums)
{
    if (rows >= 4)
        weigh(4, g, x, mean, gz, sums);
    else if (rows == 3)
        weigh(3, g, x, mean, gz, sums);
    else if (rows == 2)
        weigh(2, g, x, mean, gz, sums);
    else
        weigh(1, g, x, mean, gz, sums);
}

/* Σγz_i x_j for Σγz_i z_j, with what that is too much to be taken off by settle(): so x stays in the
 * first-level cache for all components. */
INLINE void add_full(size_t d, const double *g, const double *x, const double *mean, double *gz,
                     double *sums)
{
    double *tile = sums + 1 + d;
    vec n = vec_all(0.0);
    for (int v = 0; v < VECTORS; v++)
        n += ROW(g, 0)[v];
    sums[0] += vec_sum(n);
    for (size_t i = 0; i < d; i += 4) {
        weigh_rows(d - i, g, x + i * B, mean + i, gz, sums + 1 + i);
        for (size_t j = 0; j < i; j += 4, tile += 16)
            for (size_t c = 0; c < 4; c += COLUMNS)
                add_tile(false, 0, gz, x + (j + c) * B, tile + 4 * c);
        for (int c = 0; c < 4; c += COLUMNS)
            add_tile(true, c, gz, x + (i + (size_t)c) * B, tile + 4 * c);
        tile += 16;
    }
}

/* Σγz_i z_j = Σγz_i x_j − mean_j Σγz_i; what is lost by it is below what z has lost already, for x has
 * the rounding of a number of its size. */
static void settle(size_t d, const double *mean, double *sums)
{
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j <= i; j++)
            sums[1 + d + pass_tile_at(i, j)] -= mean[j] * sums[1 + i];
}

#endif
