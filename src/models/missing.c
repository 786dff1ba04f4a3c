/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE /* qsort_r */
#include "models/missing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "numeric/cholesky.h"

/* Missing entries of a row as bytes, for comparing. */
struct masks {
    size_t d;
    unsigned char *bit; /* (n,d) */
};

static int compare_masks(const struct masks *m, size_t a, size_t b)
{
    return memcmp(m->bit + a * m->d, m->bit + b * m->d, m->d);
}

static int compare_rows(const void *a, const void *b, void *context)
{
    size_t i = *(const size_t *)a, j = *(const size_t *)b;
    int order = compare_masks(context, i, j);
    return order ? order : (i > j) - (i < j);
}

size_t split_columns(const double *x, size_t d, size_t *at)
{
    size_t n = 0, nobserved;
    for (size_t j = 0; j < d; j++)
        if (!isnan(x[j]))
            at[n++] = j;
    nobserved = n;
    for (size_t j = 0; j < d; j++)
        if (isnan(x[j]))
            at[n++] = j;
    return nobserved;
}

static size_t count_runs(const struct masks *m, const size_t *row, size_t n)
{
    size_t runs = n > 0;
    for (size_t i = 1; i < n; i++)
        runs += compare_masks(m, row[i - 1], row[i]) != 0;
    return runs;
}

/* Cuts the sorted rows into runs of one mask each. */
static void cut(struct patterns *p, const struct observations *obs, const struct masks *m)
{
    size_t k = 0, d = obs->d;
    for (size_t first = 0, last; first < obs->n; first = last, k++) {
        last = first + 1;
        while (last < obs->n && compare_masks(m, p->row[first], p->row[last]) == 0)
            last++;
        size_t *column = p->column + k * d;
        size_t nobserved = split_columns(observations_row(obs, p->row[first]), d, column);
        p->pattern[k] = (struct pattern){
            .nobserved = nobserved, .nmissing = d - nobserved, .nrow = last - first,
            .observed = column, .missing = column + nobserved, .row = p->row + first};
    }
}

static int group(struct patterns *p, const struct observations *obs, struct masks *m,
                 struct error *e)
{
    for (size_t j = 0; j < obs->d; j++)
        for (size_t i = 0; i < obs->n; i++)
            m->bit[i * obs->d + j] = (unsigned char)(isnan(obs->x[j][i]) != 0);
    for (size_t i = 0; i < obs->n; i++)
        p->row[i] = i;
    qsort_r(p->row, obs->n, sizeof *p->row, compare_rows, m);
    p->count = count_runs(m, p->row, obs->n);
    p->pattern = NEW_ARRAY(p->count, struct pattern);
    p->column = NEW_ARRAY(p->count * obs->d, size_t);
    if (!p->pattern || !p->column)
        return error_no_memory(e);
    cut(p, obs, m);
    return 0;
}

int patterns_make(struct patterns *p, const struct observations *obs, struct error *e)
{
    struct patterns made = {.row = NEW_ARRAY(obs->n, size_t)};
    struct masks m = {obs->d, NEW_ARRAY(obs->n * obs->d, unsigned char)};
    int status = made.row && m.bit ? group(&made, obs, &m, e) : error_no_memory(e);
    mem_free(m.bit);
    if (status == 0)
        *p = made;
    else
        patterns_clear(&made);
    return status;
}

void patterns_clear(struct patterns *p)
{
    mem_free(p->pattern);
    mem_free(p->column);
    mem_free(p->row);
    *p = (struct patterns){0};
}

void gather(const double *A, size_t d, size_t a, const size_t *row, size_t b,
            const size_t *column, double *out)
{
    for (size_t i = 0; i < a; i++)
        for (size_t j = 0; j < b; j++)
            out[i * b + j] = A[row[i] * d + column[j]];
}

bool conditional_observed(struct conditional *c, size_t nobserved, const size_t *observed,
                          size_t d, const double *Sigma)
{
    c->logdet_oo = 0.0;
    if (nobserved == 0)
        return true;
    gather(Sigma, d, nobserved, observed, nobserved, observed, c->oo);
    if (!cholesky(nobserved, c->oo))
        return false;
    c->logdet_oo = cholesky_logdet(nobserved, c->oo);
    return true;
}

/* slope ← L_oo⁻ᵀ L_moᵀ */
static void put_slope(struct conditional *c, size_t o, size_t m, size_t d)
{
    for (size_t j = 0; j < m; j++)
        for (size_t k = o; k-- > 0;) {
            double v = c->whole[(o + j) * d + k];
            for (size_t l = k + 1; l < o; l++)
                v -= c->oo[l * o + k] * c->slope[l * m + j];
            c->slope[k * m + j] = v / c->oo[k * o + k];
        }
}

/* C ← L_mm L_mmᵀ */
static void put_covariance(struct conditional *c, size_t m)
{
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j <= i; j++) {
            double v = 0.0;
            for (size_t k = 0; k <= j; k++)
                v += c->factor[i * m + k] * c->factor[j * m + k];
            c->C[i * m + j] = c->C[j * m + i] = v;
        }
}

static void cut_block(const double *A, size_t d, size_t from, size_t n, double *out)
{
    for (size_t i = 0; i < n; i++)
        memcpy(out + i * n, A + (from + i) * d + from, n * sizeof *out);
}

bool conditional_make(struct conditional *c, const struct pattern *p, size_t d,
                      const double *Sigma)
{
    size_t o = p->nobserved, m = p->nmissing;
    gather(Sigma, d, d, p->observed, d, p->observed, c->whole); /* the missing ones follow them */
    if (!cholesky(d, c->whole))
        return false;
    cut_block(c->whole, d, 0, o, c->oo);
    cut_block(c->whole, d, o, m, c->factor);
    c->logdet_oo = cholesky_logdet(o, c->oo);
    c->logdet_C = cholesky_logdet(m, c->factor);
    put_slope(c, o, m, d);
    put_covariance(c, m);
    return true;
}

void conditional_shift(const struct conditional *c, const struct pattern *p, const double *x,
                       const double *mu, double *out)
{
    for (size_t j = 0; j < p->nmissing; j++) {
        double v = 0.0;
        for (size_t k = 0; k < p->nobserved; k++) {
            size_t at = p->observed[k];
            v += c->slope[k * p->nmissing + j] * (x[at] - mu[at]);
        }
        out[j] = v;
    }
}

void conditional_mean(const struct conditional *c, const struct pattern *p, const double *x,
                      const double *mu, double *out)
{
    conditional_shift(c, p, x, mu, out);
    for (size_t j = 0; j < p->nmissing; j++)
        out[j] += mu[p->missing[j]];
}

double conditional_log_density(const struct conditional *c, size_t nobserved,
                               const size_t *observed, const double *x, const double *mu,
                               double *work)
{
    double square = 0.0;
    for (size_t k = 0; k < nobserved; k++)
        work[k] = x[observed[k]] - mu[observed[k]];
    cholesky_whiten(nobserved, c->oo, work);
    for (size_t k = 0; k < nobserved; k++)
        square += work[k] * work[k];
    return -0.5 * ((double)nobserved * log(2.0 * M_PI) + c->logdet_oo + square);
}
