/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "em/transform.h"

#include <lapacke.h>
#include <math.h>
#include <string.h>

/* Rows of a simplex, matrices of an SPD block: how many, and how wide each. */
static size_t width_of(const struct block *b)
{
    return b->rank ? b->dim[b->rank - 1] : 1;
}

static size_t triangle(size_t d)
{
    return d * (d + 1) / 2;
}

static size_t block_coordinates(const struct block *b)
{
    size_t width = width_of(b);
    if (b->size == 0)
        return 0;
    if (b->constraint == CONSTRAINT_SIMPLEX)
        return b->size / width * (width - 1);
    if (b->constraint == CONSTRAINT_SPD)
        return b->size / (width * width) * triangle(width);
    return b->size;
}

size_t transform_size(const struct layout *l, unsigned blocks)
{
    size_t n = 0;
    for (size_t i = 0; i < l->nblock; i++)
        if (blocks >> i & 1u)
            n += block_coordinates(&l->block[i]);
    return n;
}

/* ---- one number -------------------------------------------------------------------------- */

static double bounded_out(const struct block *b, double v)
{
    if (isinf(b->upper))
        return log(v - b->lower);
    if (isinf(b->lower))
        return -log(b->upper - v);
    return log((v - b->lower) / (b->upper - v));
}

static double bounded_in(const struct block *b, double u)
{
    if (isinf(b->upper))
        return b->lower + exp(u);
    if (isinf(b->lower))
        return b->upper - exp(-u);
    return b->lower + (b->upper - b->lower) / (1.0 + exp(-u));
}

static double number_out(const struct block *b, double v)
{
    if (b->constraint == CONSTRAINT_POSITIVE)
        return log(v);
    return b->constraint == CONSTRAINT_BOUNDS ? bounded_out(b, v) : v;
}

static double number_in(const struct block *b, double u)
{
    if (b->constraint == CONSTRAINT_POSITIVE)
        return exp(u);
    return b->constraint == CONSTRAINT_BOUNDS ? bounded_in(b, u) : u;
}

/* ---- a simplex row, a covariance --------------------------------------------------------- */

static void simplex_out(size_t k, const double *v, double *u)
{
    for (size_t i = 0; i + 1 < k; i++)
        u[i] = log(v[i] / v[k - 1]);
}

static void simplex_in(size_t k, const double *u, double *v)
{
    double top = 0.0, sum = 0.0;
    for (size_t i = 0; i + 1 < k; i++)
        top = fmax(top, u[i]);
    for (size_t i = 0; i < k; i++) {
        v[i] = exp((i + 1 < k ? u[i] : 0.0) - top);
        sum += v[i];
    }
    for (size_t i = 0; i < k; i++)
        v[i] /= sum;
}

/* The lower triangle, row by row, is LAPACK's packed upper one: u ← L, its diagonal as logarithms.
 * A matrix that is not positive definite leaves a NaN. */
static void spd_out(size_t d, const double *a, double *u)
{
    for (size_t i = 0; i < d; i++)
        memcpy(u + triangle(i), a + i * d, (i + 1) * sizeof *u);
    if (LAPACKE_dpptrf_work(LAPACK_COL_MAJOR, 'U', (lapack_int)d, u) != 0)
        u[0] = NAN;
    for (size_t i = 0; i < d; i++)
        u[triangle(i) + i] = log(u[triangle(i) + i]);
}

static double factor_entry(const double *u, size_t i, size_t j)
{
    return i == j ? exp(u[triangle(i) + i]) : u[triangle(i) + j];
}

static void spd_in(size_t d, const double *u, double *a)
{
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j <= i; j++) {
            double v = 0.0;
            for (size_t k = 0; k <= j; k++)
                v += factor_entry(u, i, k) * factor_entry(u, j, k);
            a[i * d + j] = a[j * d + i] = v;
        }
}

/* ---- blocks ------------------------------------------------------------------------------ */

static void block_out(const struct block *b, const double *v, double *u)
{
    size_t width = width_of(b);
    if (b->constraint == CONSTRAINT_SIMPLEX)
        for (size_t r = 0; r < b->size / width; r++)
            simplex_out(width, v + r * width, u + r * (width - 1));
    else if (b->constraint == CONSTRAINT_SPD)
        for (size_t r = 0; r < b->size / (width * width); r++)
            spd_out(width, v + r * width * width, u + r * triangle(width));
    else
        for (size_t i = 0; i < b->size; i++)
            u[i] = number_out(b, v[i]);
}

static void block_in(const struct block *b, const double *u, double *v)
{
    size_t width = width_of(b);
    if (b->constraint == CONSTRAINT_SIMPLEX)
        for (size_t r = 0; r < b->size / width; r++)
            simplex_in(width, u + r * (width - 1), v + r * width);
    else if (b->constraint == CONSTRAINT_SPD)
        for (size_t r = 0; r < b->size / (width * width); r++)
            spd_in(width, u + r * triangle(width), v + r * width * width);
    else
        for (size_t i = 0; i < b->size; i++)
            v[i] = number_in(b, u[i]);
}

bool transform_out(const struct blocks *b, unsigned blocks, double *u)
{
    size_t n = 0;
    for (size_t i = 0; i < b->layout->nblock; i++)
        if (blocks >> i & 1u) {
            const struct block *block = &b->layout->block[i];
            block_out(block, b->v + block->offset, u + n);
            n += block_coordinates(block);
        }
    for (size_t i = 0; i < n; i++)
        if (!isfinite(u[i]))
            return false;
    return true;
}

void transform_in(const double *u, unsigned blocks, struct blocks *b)
{
    for (size_t i = 0; i < b->layout->nblock; i++)
        if (blocks >> i & 1u) {
            const struct block *block = &b->layout->block[i];
            block_in(block, u, b->v + block->offset);
            u += block_coordinates(block);
        }
}

/* ---- the chain rule ---------------------------------------------------------------------- */

static double number_slope(const struct block *b, double v, double dv)
{
    if (b->constraint == CONSTRAINT_POSITIVE)
        return v * dv;
    if (b->constraint != CONSTRAINT_BOUNDS)
        return dv;
    if (isinf(b->upper))
        return (v - b->lower) * dv;
    if (isinf(b->lower))
        return (b->upper - v) * dv;
    return (v - b->lower) * (b->upper - v) / (b->upper - b->lower) * dv;
}

/* ∂/∂u_k = v_k (∂/∂v_k − Σ_l v_l ∂/∂v_l) */
static void simplex_slope(size_t k, const double *v, const double *dv, double *du)
{
    double mean = 0.0;
    for (size_t i = 0; i < k; i++)
        mean += v[i] > 0.0 ? v[i] * dv[i] : 0.0;
    for (size_t i = 0; i + 1 < k; i++)
        du[i] = v[i] * (dv[i] - mean);
}

/* A = L Lᵀ: ∂/∂L = (D + Dᵀ) L with D = ∂/∂A, and ∂/∂log L_ii = L_ii ∂/∂L_ii.  du begins as u;
 * each column of L is needed for its own slopes alone. */
static void spd_slope(size_t d, const double *a, const double *dv, double *du, double *column)
{
    spd_out(d, a, du);
    for (size_t j = 0; j < d; j++) {
        for (size_t i = j; i < d; i++)
            column[i] = factor_entry(du, i, j);
        for (size_t i = j; i < d; i++) {
            double sum = 0.0;
            for (size_t l = j; l < d; l++)
                sum += (dv[i * d + l] + dv[l * d + i]) * column[l];
            du[triangle(i) + j] = i == j ? sum * column[i] : sum;
        }
    }
}

static void block_slope(const struct block *b, const double *v, const double *dv, double *du,
                        double *scratch)
{
    size_t width = width_of(b);
    if (b->constraint == CONSTRAINT_SIMPLEX)
        for (size_t r = 0; r < b->size / width; r++)
            simplex_slope(width, v + r * width, dv + r * width, du + r * (width - 1));
    else if (b->constraint == CONSTRAINT_SPD)
        for (size_t r = 0; r < b->size / (width * width); r++)
            spd_slope(width, v + r * width * width, dv + r * width * width,
                      du + r * triangle(width), scratch);
    else
        for (size_t i = 0; i < b->size; i++)
            du[i] = number_slope(b, v[i], dv[i]);
}

void transform_slope(const struct blocks *b, unsigned blocks, const double *dv, double *du,
                     double *scratch)
{
    for (size_t i = 0; i < b->layout->nblock; i++)
        if (blocks >> i & 1u) {
            const struct block *block = &b->layout->block[i];
            block_slope(block, b->v + block->offset, dv + block->offset, du, scratch);
            du += block_coordinates(block);
        }
}

/* ---- names ------------------------------------------------------------------------------- */

/* Row and column of place i in a lower triangle. */
static void triangle_place(size_t i, size_t *row, size_t *column)
{
    *row = 0;
    while (triangle(*row + 1) <= i)
        (*row)++;
    *column = i - triangle(*row);
}

static void block_name(const struct block *b, size_t i, struct text *out)
{
    size_t width = width_of(b), at = i;
    const char *before = "";
    if (b->constraint == CONSTRAINT_POSITIVE)
        before = "log ";
    else if (b->constraint == CONSTRAINT_BOUNDS)
        before = isinf(b->lower) || isinf(b->upper) ? "log-distance " : "logit ";
    else if (b->constraint == CONSTRAINT_SIMPLEX) {
        before = "log-ratio ";
        at = i / (width - 1) * width + i % (width - 1);
    } else if (b->constraint == CONSTRAINT_SPD) {
        size_t row, column;
        triangle_place(i % triangle(width), &row, &column);
        at = i / triangle(width) * width * width + row * width + column;
        before = row == column ? "log Cholesky " : "Cholesky ";
    }
    text_add(out, before);
    block_entry_name(b, at, out);
}

void transform_name(const struct layout *l, unsigned blocks, size_t i, struct text *out)
{
    for (size_t k = 0; k < l->nblock; k++) {
        size_t n = blocks >> k & 1u ? block_coordinates(&l->block[k]) : 0;
        if (i < n) {
            block_name(&l->block[k], i, out);
            return;
        }
        i -= n;
    }
}
