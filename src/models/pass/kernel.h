/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The kernel of the fused EM pass.  This file is compiled once for each kind of processor
 * (kernel-*.c): LANES doubles to a register, KERNEL and TERMS the names of what it makes.
 *
 * Tiling.  A block of B = 120 points is worked through from load to sums while it is in the
 * first-level cache; γ exists for one block at a time.  Points lie in the lanes of the vectors, as
 * structure of arrays: x[j][b], y_k[i][b], l[k][b] are rows of B doubles, 15 cache lines each.
 *
 *   load    x[j][b] = column j − centre.  The data set's own columns are read, so nothing is
 *           copied, and the next block is asked for while this one is worked on; a block that the
 *           data do not fill is padded with points of weight 0.
 *   E, 1    y_k = W_k x − W_k μ_k by register tiles of 4 rows of W × POINTS vectors of points; the
 *           accumulators start at −W_k μ_k; the triangle is exact: a tile stops at its diagonal.
 *           Nothing of y is kept but |y_k|²: l[k] = constant_k − |y_k|².
 *   E, 2    the maximum over k, e^(l − max), their sum, one division; l becomes wγ (pass/soft.h).
 *           log Σ over the block's points is the log of a product: mantissas are multiplied and
 *           exponents added, and one logarithm is taken at the end of the chunk.  With weights it
 *           is a logarithm a point.
 *   M       with z = x − μ_k: Σγ, Σγz, Σγzzᵀ (pass/kernel_moments.h), from the x that all components
 *           share, so that a block of any K stays in the first-level cache.
 *
 * Because z is taken from the old mean, μ' and Σ' come out as μ + z̄ and C, the covariance of z,
 * without the cancellation of Σγxxᵀ − Nμμᵀ.  Given up: a component that moves by s of its new standard
 * deviations in one step loses about s²·1e-16 of its covariance to rounding; and where the columns
 * are t standard deviations from their centre, y and z have lost t·1e-16 (fused.c says how far that
 * may go before the half-steps are left to do it).
 */
#include "models/pass/kernel_moments.h"

enum { POINTS = LANES == 8 ? 3 : 2 }; /* 12 accumulators of 32 registers, or 8 of 16 */

/* ---- load ------------------------------------------------------------------------------- */

/* Whether the block needs its weights w (B): it has some, or is not full. */
INLINE bool load(const struct pass *p, size_t at, size_t last, double *x, double *w)
{
    size_t m = last - at < B ? last - at : B;
    for (size_t j = 0; j < p->d; j++) {
        const double *from = p->column[j] + at;
        vec centre = vec_all(p->centre[j]), *to = ROW(x, j);
        if (m == B) {
            for (int v = 0; v < VECTORS; v++)
                to[v] = vec_load(from + v * LANES) - centre;
            continue;
        }
        for (size_t b = 0; b < B; b++)
            x[j * B + b] = b < m ? from[b] - p->centre[j] : 0.0;
    }
    if (!p->weight && m == B)
        return false;
    for (size_t b = 0; b < B; b++)
        w[b] = b >= m ? 0.0 : p->weight ? p->weight[at + b] : 1.0;
    return true;
}

/* ---- E, 1 ------------------------------------------------------------------------------- */

/* The squares of R entries of y, from i0 on, for a tile of T vectors of points: onto `half`. */
INLINE void whiten_tile(const int R, const int T, size_t i0, const double *W, const double *shift,
                        const double *x, size_t v, vec *half)
{
    vec a[4][3];
    for (int r = 0; r < R; r++)
        for (int t = 0; t < T; t++)
            a[r][t] = vec_all(shift[i0 + (size_t)r]);
    for (size_t j = 0; j <= i0; j++) {
        const vec *xj = ROW(x, j) + v;
        for (int r = 0; r < R; r++)
            for (int t = 0; t < T; t++)
                a[r][t] += W[j * (size_t)R + (size_t)r] * xj[t];
    }
    for (int c = 1; c < R; c++) { /* the tile's own triangle */
        const vec *xj = ROW(x, i0 + (size_t)c) + v;
        for (int r = c; r < R; r++)
            for (int t = 0; t < T; t++)
                a[r][t] += W[(i0 + (size_t)c) * (size_t)R + (size_t)r] * xj[t];
    }
    for (int r = 0; r < R; r++)
        for (int t = 0; t < T; t++)
            half[t] += a[r][t] * a[r][t];
}

INLINE void whiten_points(const int T, size_t d, const double *W, const double *shift,
                          double constant, const double *x, double *l, size_t v)
{
    vec half[3];
    size_t i = 0;
    for (int t = 0; t < T; t++)
        half[t] = vec_all(0.0);
    for (; i + 4 <= d; i += 4) {
        whiten_tile(4, T, i, W, shift, x, v, half);
        W += 4 * (i + 4);
    }
    if (d - i == 3)
        whiten_tile(3, T, i, W, shift, x, v, half);
    else if (d - i == 2)
        whiten_tile(2, T, i, W, shift, x, v, half);
    else if (d - i == 1)
        whiten_tile(1, T, i, W, shift, x, v, half);
    for (int t = 0; t < T; t++)
        ROW(l, 0)[v + (size_t)t] = constant - half[t];
}

INLINE void whiten_full(const size_t d, const double *W, const double *shift, double constant,
                        const double *x, double *l)
{
    size_t v = 0;
    for (; v + POINTS <= VECTORS; v += POINTS)
        whiten_points(POINTS, d, W, shift, constant, x, l, v);
    for (; v < VECTORS; v++)
        whiten_points(1, d, W, shift, constant, x, l, v);
}

INLINE void whiten_diagonal(size_t d, const double *W, const double *shift, double constant,
                            const double *x, double *l)
{
    for (int v = 0; v < VECTORS; v++)
        ROW(l, 0)[v] = vec_all(constant);
    for (size_t j = 0; j < d; j++)
        for (int v = 0; v < VECTORS; v++) {
            vec a = W[j] * ROW(x, j)[v] + shift[j];
            ROW(l, 0)[v] -= a * a;
        }
}

/* ---- the blocks of a chunk --------------------------------------------------------------- */

/* Where everything lies in the scratch; rows of x beyond d, up to whole tiles, stay 0. */
struct room {
    double *x, *w, *l, *l_too, *y, *gz;
    vec *small;
};

INLINE struct room lay_out(const struct pass *p, double *scratch)
{
    struct room r = {.x = scratch};
    r.w = r.x + pass_whole_tiles(p->d) * B;
    r.l = r.w + B;
    r.l_too = r.l + p->k * B;
    r.y = r.l_too + p->k * B;
    r.gz = r.y + p->d * B;
    r.small = (vec *)(r.gz + 4 * B);
    return r;
}

/* Asks for the next block, a share of its columns with each component. */
INLINE void ask_for_next(const struct pass *p, size_t k, size_t at)
{
    for (size_t j = k; j < p->d; j += p->k)
        for (size_t b = 0; b <= B; b += 8) /* a line more: a column may begin within one */
            __builtin_prefetch(p->column[j] + at + B + b, 0, 2);
}

/* `few` with d a constant, so that its loops are unrolled, or `many`. */
#define BY_COLUMNS(few, many)                                                                      \
    switch (p->d) {                                                                                \
    case 1: few(1); break;                                                                         \
    case 2: few(2); break;                                                                         \
    case 3: few(3); break;                                                                         \
    case 4: few(4); break;                                                                         \
    case 5: few(5); break;                                                                         \
    case 6: few(6); break;                                                                         \
    case 7: few(7); break;                                                                         \
    case 8: few(8); break;                                                                         \
    default: many;                                                                                 \
    }

INLINE bool is_diagonal(const struct pass *p)
{
    return p->diagonal && p->d > 1;
}

INLINE void whiten(const struct pass *p, const struct room *r, size_t k, double *l)
{
    const double *W = p->W + k * pass_factor(p->d, p->diagonal), *shift = p->shift + k * p->d;
    if (is_diagonal(p)) {
        whiten_diagonal(p->d, W, shift, p->constant[k], r->x, l);
        return;
    }
#define WHITEN(d) whiten_full(d, W, shift, p->constant[k], r->x, l)
    BY_COLUMNS(WHITEN, WHITEN(p->d))
#undef WHITEN
}

INLINE void accumulate(const struct pass *p, const struct room *r, size_t k, double *sums)
{
    const double *g = r->l + k * B, *mean = p->mean + k * p->d;
    vec *small = r->small + k * PASS_SMALL_SUMS;
    if (is_diagonal(p)) {
        add_diagonal(p->d, g, r->x, mean, sums);
        return;
    }
#define ADD(d) add_small(d, g, r->x, mean, small)
    BY_COLUMNS(ADD, add_full(p->d, g, r->x, mean, r->gz, sums))
#undef ADD
}

/* ---- the terms -------------------------------------------------------------------------- */

/* The terms at (posterior at `at`, θ of `p`); the two differ in θ alone. */
void TERMS(const struct pass *at, const struct pass *p, size_t first, size_t last, double *scratch,
           double *sums)
{
    struct room r = lay_out(p, scratch);
    vec sum[PASS_TERMS] = {0};
    for (size_t row = first; row < last; row += B) {
        const double *w = load(p, row, last, r.x, r.w) ? r.w : NULL;
        double *l = at == p ? r.l : r.l_too;
        for (size_t k = 0; k < p->k; k++) {
            ask_for_next(p, k, row);
            whiten(at, &r, k, r.l + k * B);
            if (l != r.l)
                whiten(p, &r, k, l + k * B);
        }
        add_terms(p->k, r.l, l, w, sum);
    }
    for (int t = 0; t < PASS_TERMS; t++)
        sums[t] = vec_sum(sum[t]);
}

/* ---- the map ---------------------------------------------------------------------------- */

void KERNEL(const struct pass *p, size_t first, size_t last, double *scratch, double *sums)
{
    struct room r = lay_out(p, scratch);
    struct loglik t = {.mantissa = vec_all(1.0)};
    size_t each = pass_component_sums(p->d, p->diagonal);
    memset(sums, 0, pass_sums(p) * sizeof *sums);
    memset(r.small, 0, p->k * PASS_SMALL_SUMS * sizeof *r.small);
    for (size_t at = first; at < last; at += B) {
        const double *w = load(p, at, last, r.x, r.w) ? r.w : NULL;
        for (size_t k = 0; k < p->k; k++) {
            ask_for_next(p, k, at);
            whiten(p, &r, k, r.l + k * B);
        }
        responsibilities(p->k, r.l, w, &t);
        for (size_t k = 0; k < p->k; k++)
            accumulate(p, &r, k, sums + k * each);
    }
    for (size_t k = 0; k < p->k && !is_diagonal(p); k++)
        if (p->d <= PASS_SMALL)
            sum_small(p->d, r.small + k * PASS_SMALL_SUMS, sums + k * each);
        else
            settle(p->d, p->mean + k * p->d, sums + k * each);
    sums[p->k * each] = total(&t);
}
