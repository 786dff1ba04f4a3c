/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the constraints of blocks demand, and distances over the coordinates they leave free. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "em/block.h"
#include "numeric/cholesky.h"

static const double rounding = 1e-9;

/* Cells are the units of a constraint: rows of a simplex, matrices of an SPD block. */
static size_t row_length(const struct block *b)
{
    return b->rank > 0 ? b->dim[b->rank - 1] : 1;
}

static size_t cell_size(const struct block *b)
{
    switch (b->constraint) {
    case CONSTRAINT_SIMPLEX:
        return row_length(b);
    case CONSTRAINT_SPD:
        return row_length(b) * row_length(b);
    default:
        return 1;
    }
}

/* "mu[2]": the name of an entry, or with cell of the cell that starts there. */
static void add_name(const struct block *b, size_t at, bool cell, struct text *out)
{
    struct block cells = *b;

    if (cell) {
        cells.rank -= b->constraint == CONSTRAINT_SPD ? 2 : 1;
        at /= cell_size(b);
    }
    block_entry_name(&cells, at, out);
}

/* "mu[2] is nan; it must be finite" */
static int broken(const struct block *b, size_t at, bool cell, const char *is, double value,
                  const char *rule, struct error *e)
{
    char number[NUMBER_TEXT];
    struct text name = TEXT_INIT;

    add_name(b, at, cell, &name);
    number_text(number, value, 10);
    if (name.failed)
        error_no_memory(e);
    else
        error_set(e, "%s %s %s; %s", name.s, is, isnan(value) ? "nan" : number, rule);
    text_clear(&name);
    return -1;
}

static int check_finite(const struct block *b, const double *v, struct error *e)
{
    for (size_t i = 0; i < b->size; i++)
        if (!isfinite(v[i]))
            return broken(b, i, false, "is", v[i], "it must be finite", e);
    return 0;
}

static int check_positive(const struct block *b, const double *v, struct error *e)
{
    for (size_t i = 0; i < b->size; i++)
        if (v[i] <= 0)
            return broken(b, i, false, "is", v[i], "it must be above 0", e);
    return 0;
}

static int check_bounds(const struct block *b, const double *v, struct error *e)
{
    char low[NUMBER_TEXT], high[NUMBER_TEXT], rule[2 * NUMBER_TEXT + 32];

    number_text(low, b->lower, 6);
    number_text(high, b->upper, 6);
    if (isinf(b->upper))
        snprintf(rule, sizeof rule, "it must be at least %s", low);
    else if (isinf(b->lower))
        snprintf(rule, sizeof rule, "it must be at most %s", high);
    else
        snprintf(rule, sizeof rule, "it must lie between %s and %s", low, high);
    for (size_t i = 0; i < b->size; i++)
        if (v[i] < b->lower || v[i] > b->upper)
            return broken(b, i, false, "is", v[i], rule, e);
    return 0;
}

static double sum(const double *v, size_t n)
{
    double s = 0;

    for (size_t i = 0; i < n; i++)
        s += v[i];
    return s;
}

static int check_simplex(const struct block *b, const double *v, struct error *e)
{
    size_t n = row_length(b);

    for (size_t i = 0; i < b->size; i++)
        if (v[i] < 0)
            return broken(b, i, false, "is", v[i], "it must be 0 or more", e);
    for (size_t i = 0; i < b->size; i += n) {
        double s = sum(v + i, n);

        if (!(fabs(s - 1) <= rounding))
            return broken(b, i, true, "sums to", s, "it must sum to 1", e);
    }
    return 0;
}

/* |a_ij − a_ji| within rounding of √(a_ii a_jj), which bounds |a_ij| in a positive definite A. */
static bool is_symmetric(const double *a, size_t d, size_t i, size_t j)
{
    double scale = sqrt(fabs(a[i * d + i])) * sqrt(fabs(a[j * d + j]));

    return fabs(a[i * d + j] - a[j * d + i]) <= rounding * scale;
}

static int not_symmetric(const struct block *b, size_t cell, size_t i, size_t j, struct error *e)
{
    size_t d = row_length(b);
    struct text one = TEXT_INIT, other = TEXT_INIT;

    block_entry_name(b, cell + i * d + j, &one);
    block_entry_name(b, cell + j * d + i, &other);
    if (one.failed || other.failed)
        error_no_memory(e);
    else if (error_set(e, "%s is not symmetric: %s and %s differ", b->name, one.s, other.s))
        error_hint(e, "give both the same value");
    text_clear(&one);
    text_clear(&other);
    return -1;
}

static int not_definite(const struct block *b, size_t cell, struct error *e)
{
    struct text name = TEXT_INIT;

    add_name(b, cell, true, &name);
    if (name.failed)
        error_no_memory(e);
    else if (error_set(e, "%s is not positive definite", name.s))
        error_hint(e, "give variances above 0 and correlations between \u22121 and 1");
    text_clear(&name);
    return -1;
}

/* work: (d,d) and (d).  What is singular within rounding is refused as an M-step refuses it. */
static int check_matrix(const struct block *b, const double *v, size_t cell, double *work,
                        struct error *e)
{
    size_t d = row_length(b);

    for (size_t i = 0; i < d; i++)
        if (v[cell + i * d + i] <= 0)
            return broken(b, cell + i * d + i, false, "is", v[cell + i * d + i],
                          "a variance must be above 0", e);
        else if (v[cell + i * d + i] < DBL_MIN)
            return broken(b, cell + i * d + i, false, "is", v[cell + i * d + i],
                          "a variance must be at least 2.23e-308, or it has no inverse", e);
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < i; j++)
            if (!is_symmetric(v + cell, d, i, j))
                return not_symmetric(b, cell, i, j, e);
    memcpy(work, v + cell, d * d * sizeof *v);
    for (size_t i = 0; i < d; i++)
        work[d * d + i] = v[cell + i * d + i];
    if (!cholesky(d, work) || !cholesky_sound(d, work, work + d * d))
        return not_definite(b, cell, e);
    return 0;
}

static int check_spd(const struct block *b, const double *v, struct error *e)
{
    size_t size = cell_size(b);
    double *work = NEW_ARRAY(size + row_length(b), double);
    int status = 0;

    if (!work)
        return error_no_memory(e);
    for (size_t cell = 0; status == 0 && cell < b->size; cell += size)
        status = check_matrix(b, v, cell, work, e);
    mem_free(work);
    return status;
}

static int block_valid(const struct block *b, const double *v, struct error *e)
{
    if (check_finite(b, v, e) != 0)
        return -1;
    switch (b->constraint) {
    case CONSTRAINT_FREE:
        return 0;
    case CONSTRAINT_POSITIVE:
        return check_positive(b, v, e);
    case CONSTRAINT_BOUNDS:
        return check_bounds(b, v, e);
    case CONSTRAINT_SIMPLEX:
        return check_simplex(b, v, e);
    case CONSTRAINT_SPD:
        return check_spd(b, v, e);
    }
    return 0;
}

int blocks_valid(const struct blocks *b, struct error *e)
{
    for (size_t i = 0; i < b->layout->nblock; i++) {
        const struct block *block = &b->layout->block[i];

        if (block_valid(block, b->v + block->offset, e) != 0)
            return -1;
    }
    return 0;
}

/* A sum that is 1 to the last digits is left alone, so that 0.1, 0.2, 0.7 stay what was typed. */
static void tidy_row(double *row, size_t n)
{
    double s = sum(row, n);

    if (!(s > 0) || fabs(s - 1) <= (double)n * DBL_EPSILON)
        return;
    for (size_t i = 0; i < n; i++)
        row[i] /= s;
}

static void tidy_matrix(double *a, size_t d)
{
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < i; j++)
            a[i * d + j] = a[j * d + i] = 0.5 * a[i * d + j] + 0.5 * a[j * d + i];
}

void blocks_tidy(struct blocks *b)
{
    for (size_t i = 0; i < b->layout->nblock; i++) {
        const struct block *block = &b->layout->block[i];
        size_t n = row_length(block), size = cell_size(block);
        double *v = b->v + block->offset;

        if (block->constraint == CONSTRAINT_SIMPLEX)
            for (size_t cell = 0; cell < block->size; cell += size)
                tidy_row(v + cell, n);
        if (block->constraint == CONSTRAINT_SPD)
            for (size_t cell = 0; cell < block->size; cell += size)
                tidy_matrix(v + cell, n);
    }
}

static bool is_free(const struct block *b, size_t at)
{
    size_t n = row_length(b);

    if (b->constraint == CONSTRAINT_SIMPLEX)
        return at % n != n - 1;
    if (b->constraint == CONSTRAINT_SPD)
        return at / n % n <= at % n;
    return true;
}

/* a − b, or a alone when b is NULL; hypot, so that no square overflows. */
static double free_norm(const struct blocks *a, const double *b)
{
    double norm = 0;

    for (size_t i = 0; i < a->layout->nblock; i++) {
        const struct block *block = &a->layout->block[i];

        for (size_t at = 0; at < block->size; at++) {
            size_t j = block->offset + at;

            if (is_free(block, at))
                norm = hypot(norm, a->v[j] - (b ? b[j] : 0));
        }
    }
    return norm;
}

double blocks_distance(const struct blocks *a, const struct blocks *b)
{
    return free_norm(a, b->v);
}

double blocks_norm(const struct blocks *a)
{
    return free_norm(a, NULL);
}
