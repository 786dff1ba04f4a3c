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
 *           l[k] = constant_k − |y_k|².
 *   E, 2    the maximum over k, e^(l − max) (vec_exp), their sum, one division; l becomes wγ.
 *           log Σ over the block's points is the log of a product: mantissas are multiplied and
 *           exponents added, and one logarithm is taken at the end of the chunk.  With weights it
 *           is a logarithm a point.
 *   M       Σγ, Σγy, Σγyyᵀ from the y that are still there.  d ≤ 3: all in registers, carried from
 *           block to block as vectors.  Else γy is stored, and tiles of 4 × COLUMNS entries run
 *           over the block's points and are summed across their lanes.  Where the y_k of all
 *           components would not fit the second-level cache they are made again for each component.
 *
 * Because y is whitened with the old θ, the sums are moments of order one: μ' and Σ' come out as
 * μ + √2 L Σγy/N and 2 L C Lᵀ with C the covariance of y, without the cancellation of
 * Σγxxᵀ − Nμμᵀ.  Given up: a component that moves by s of its old standard deviations in one step
 * loses about s²·1e-16 of its covariance to rounding.
 */
#include "models/pass/soft.h"

enum {
    POINTS = LANES == 8 ? 3 : 2,  /* 12 accumulators of 32 registers, or 8 of 16 */
    COLUMNS = LANES == 8 ? 4 : 2, /* 16 accumulators of 32, or 8 of 16 */
    SMALL = 3,                    /* d that fits the registers … */
    SMALL_SUMS = 1 + SMALL + SMALL * (SMALL + 1) / 2, /* … and what it adds up */
};

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

/* R rows of y from row i0 on, for a tile of T vectors of points; their squares onto `half`. */
INLINE void whiten_tile(const int R, const int T, size_t i0, const double *W, const double *shift,
                        const double *x, double *y, size_t v, vec *half)
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
        for (int t = 0; t < T; t++) {
            ROW(y, i0 + (size_t)r)[v + (size_t)t] = a[r][t];
            half[t] += a[r][t] * a[r][t];
        }
}

INLINE void whiten_points(const int T, size_t d, const double *W, const double *shift,
                          double constant, const double *x, double *y, double *l, size_t v)
{
    vec half[3];
    size_t i = 0;
    for (int t = 0; t < T; t++)
        half[t] = vec_all(0.0);
    for (; i + 4 <= d; i += 4) {
        whiten_tile(4, T, i, W, shift, x, y, v, half);
        W += 4 * (i + 4);
    }
    if (d - i == 3)
        whiten_tile(3, T, i, W, shift, x, y, v, half);
    else if (d - i == 2)
        whiten_tile(2, T, i, W, shift, x, y, v, half);
    else if (d - i == 1)
        whiten_tile(1, T, i, W, shift, x, y, v, half);
    for (int t = 0; t < T; t++)
        ROW(l, 0)[v + (size_t)t] = constant - half[t];
}

INLINE void whiten_full(const size_t d, const double *W, const double *shift, double constant,
                        const double *x, double *y, double *l)
{
    size_t v = 0;
    for (; v + POINTS <= VECTORS; v += POINTS)
        whiten_points(POINTS, d, W, shift, constant, x, y, l, v);
    for (; v < VECTORS; v++)
        whiten_points(1, d, W, shift, constant, x, y, l, v);
}

INLINE void whiten_diagonal(size_t d, const double *W, const double *shift, double constant,
                            const double *x, double *y, double *l)
{
    for (int v = 0; v < VECTORS; v++)
        ROW(l, 0)[v] = vec_all(constant);
    for (size_t j = 0; j < d; j++)
        for (int v = 0; v < VECTORS; v++) {
            vec a = W[j] * ROW(x, j)[v] + shift[j];
            ROW(y, j)[v] = a;
            ROW(l, 0)[v] -= a * a;
        }
}

/* ---- M ---------------------------------------------------------------------------------- */

/* d ≤ SMALL: Σγ, Σγy, Σγy_iy_j (j ≤ i) as vectors that go on from block to block. */
INLINE void add_small(const size_t d, const double *g, const double *y, vec *sums)
{
    vec n = sums[0], s1[SMALL], s2[SMALL][SMALL];
    size_t at = 1;
    for (size_t i = 0; i < d; i++)
        s1[i] = sums[at++];
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j <= i; j++)
            s2[i][j] = sums[at++];
    for (int v = 0; v < VECTORS; v++) {
        vec gv = ROW(g, 0)[v];
        n += gv;
        for (size_t i = 0; i < d; i++) {
            vec gy = gv * ROW(y, i)[v];
            s1[i] += gy;
            for (size_t j = 0; j <= i; j++)
                s2[i][j] += gy * ROW(y, j)[v];
        }
    }
    sums[0] = n;
    at = 1;
    for (size_t i = 0; i < d; i++)
        sums[at++] = s1[i];
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j <= i; j++)
            sums[at++] = s2[i][j];
}

static void sum_small(size_t d, const vec *from, double *sums)
{
    size_t at = 1 + d;
    for (size_t i = 0; i <= d; i++)
        sums[i] = vec_sum(from[i]);
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j <= i; j++)
            sums[1 + d + pass_tile_at(i, j)] = vec_sum(from[at++]);
}

INLINE void add_diagonal(size_t d, const double *g, const double *y, double *sums)
{
    vec n = vec_all(0.0);
    for (int v = 0; v < VECTORS; v++)
        n += ROW(g, 0)[v];
    sums[0] += vec_sum(n);
    for (size_t j = 0; j < d; j++) {
        vec s1 = vec_all(0.0), s2 = vec_all(0.0);
        for (int v = 0; v < VECTORS; v++) {
            vec yv = ROW(y, j)[v], gy = ROW(g, 0)[v] * yv;
            s1 += gy;
            s2 += gy * yv;
        }
        sums[1 + j] += vec_sum(s1);
        sums[1 + d + j] += vec_sum(s2);
    }
}

/* sums[i] += Σ of v[i], i < LANES */
INLINE void add_sums(const vec *v, double *sums)
{
    vec s = vec_sums(v) + vec_load(sums);
    memcpy(sums, &s, sizeof s);
}

/* sums[8(c/2) + 2r + c%2] += Σ_b gy[i+r][b] y[j+c][b], r < 4, c < COLUMNS */
INLINE void add_tile(const double *gy, const double *y, double *sums)
{
    vec a[4 * COLUMNS];
    for (int i = 0; i < 4 * COLUMNS; i++)
        a[i] = vec_all(0.0);
    for (int v = 0; v < VECTORS; v++)
        for (int r = 0; r < 4; r++)
            for (int c = 0; c < COLUMNS; c++)
                a[c / 2 * 8 + r * 2 + c % 2] += ROW(gy, r)[v] * ROW(y, c)[v];
    for (int i = 0; i < 4 * COLUMNS; i += LANES)
        add_sums(a + i, sums + i);
}

/* gy[i][b] = g[b] y[i][b], Σg and Σgy. */
INLINE void weigh(size_t d, const double *g, const double *y, double *gy, double *sums)
{
    vec s[LANES] = {0};
    for (int v = 0; v < VECTORS; v++)
        s[0] += ROW(g, 0)[v];
    for (size_t i = 0; i < d; i++) {
        size_t lane = (i + 1) % LANES;
        if (lane == 0)
            add_sums(s, sums + i + 1 - LANES);
        s[lane] = vec_all(0.0);
        for (int v = 0; v < VECTORS; v++) {
            vec a = ROW(g, 0)[v] * ROW(y, i)[v];
            ROW(gy, i)[v] = a;
            s[lane] += a;
        }
    }
    for (size_t i = d % LANES + 1; i < LANES; i++)
        s[i] = vec_all(0.0); /* a tile's place: left as it is */
    add_sums(s, sums + d - d % LANES);
}

INLINE void add_full(size_t d, const double *g, const double *y, double *gy, double *sums)
{
    double *tile = sums + 1 + d;
    weigh(d, g, y, gy, sums);
    for (size_t i = 0; i < d; i += 4)
        for (size_t j = 0; j <= i; j += 4, tile += 16)
            for (size_t c = 0; c < 4; c += COLUMNS)
                add_tile(gy + i * B, y + (j + c) * B, tile + 4 * c);
}

/* ---- the blocks of a chunk --------------------------------------------------------------- */

/* Where everything lies in the scratch; `high` is d rounded up to whole tiles, whose rows beyond d
 * stay 0. */
struct room {
    double *x, *w, *l, *l_too, *y, *gy;
    vec *small;
    size_t high, stride; /* of y from component to component; 0: one y for all */
};

INLINE struct room lay_out(const struct pass *p, double *scratch)
{
    struct room r = {.high = (p->d + 3) / 4 * 4};
    r.x = scratch;
    r.w = r.x + p->d * B;
    r.l = r.w + B;
    r.l_too = r.l + p->k * B;
    r.gy = r.l_too + p->k * B;
    r.small = (vec *)(r.gy + r.high * B);
    r.y = (double *)(r.small + p->k * SMALL_SUMS * 8 / LANES);
    r.stride = pass_keeps_y(p) ? r.high * B : 0;
    return r;
}

/* Asks for the next block, a share of its columns with each component. */
INLINE void ask_for_next(const struct pass *p, size_t k, size_t at)
{
    for (size_t j = k; j < p->d; j += p->k)
        for (size_t b = 0; b < B; b += 8)
            __builtin_prefetch(p->column[j] + at + B + b, 0, 2);
}

INLINE void whiten(const struct pass *p, const struct room *r, size_t k, double *y, double *l)
{
    const double *W = p->W + k * pass_factor(p->d, p->diagonal), *shift = p->shift + k * p->d;
    if (p->diagonal && p->d > 1)
        whiten_diagonal(p->d, W, shift, p->constant[k], r->x, y, l);
    else if (p->d == 1)
        whiten_full(1, W, shift, p->constant[k], r->x, y, l);
    else if (p->d == 2)
        whiten_full(2, W, shift, p->constant[k], r->x, y, l);
    else if (p->d == 3)
        whiten_full(3, W, shift, p->constant[k], r->x, y, l);
    else if (p->d == 8)
        whiten_full(8, W, shift, p->constant[k], r->x, y, l);
    else
        whiten_full(p->d, W, shift, p->constant[k], r->x, y, l);
}

INLINE void accumulate(const struct pass *p, const struct room *r, size_t k, double *y,
                       double *sums)
{
    const double *g = r->l + k * B;
    vec *small = r->small + k * SMALL_SUMS;
    if (p->diagonal && p->d > 1)
        add_diagonal(p->d, g, y, sums);
    else if (p->d == 1)
        add_small(1, g, y, small);
    else if (p->d == 2)
        add_small(2, g, y, small);
    else if (p->d == 3)
        add_small(3, g, y, small);
    else if (p->d == 8)
        add_full(8, g, y, r->gy, sums);
    else
        add_full(p->d, g, y, r->gy, sums);
}

/* ---- the terms -------------------------------------------------------------------------- */

/* The terms at (posterior at `at`, θ of `p`); the two differ in W, shift and constant alone. */
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
            whiten(at, &r, k, r.y, r.l + k * B);
            if (l != r.l)
                whiten(p, &r, k, r.y, l + k * B);
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
    memset(r.small, 0, p->k * SMALL_SUMS * sizeof *r.small);
    for (size_t at = first; at < last; at += B) {
        const double *w = load(p, at, last, r.x, r.w) ? r.w : NULL;
        for (size_t k = 0; k < p->k; k++) {
            ask_for_next(p, k, at);
            whiten(p, &r, k, r.y + k * r.stride, r.l + k * B);
        }
        if (p->k == 2 && !w)
            responsibilities_of_two(r.l, &t);
        else
            responsibilities(p->k, r.l, w, &t);
        for (size_t k = 0; k < p->k; k++) {
            if (!r.stride)
                whiten(p, &r, k, r.y, r.gy);
            accumulate(p, &r, k, r.y + k * r.stride, sums + k * each);
        }
    }
    for (size_t k = 0; k < p->k && p->d <= SMALL && !(p->diagonal && p->d > 1); k++)
        sum_small(p->d, r.small + k * SMALL_SUMS, sums + k * each);
    sums[p->k * each] = total(&t);
}
