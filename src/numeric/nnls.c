/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "numeric/nnls.h"

#include <lapacke.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"

/* Cosine of the angle to the residual from which on a column lowers it. */
static const double ANGLE = 1e-12;
/* Of ‖b‖ + Σ p_j ‖A_j‖: a residual below this share is rounding. */
static const double ROUNDING = 1e-12;

struct work {
    size_t m, n;
    const double *A, *b;
    double *p, *r;
    double *norm;      /* (n) ‖A_j‖ */
    size_t npassive;   /* columns in use: independent, so at most m */
    size_t *passive;   /* (m+1) which */
    double *factor;    /* (m,m+1) */
    double *z;         /* (m+1) */
    double *lapack;    /* 4(m+1) */
};

static double length(size_t m, const double *v)
{
    double sum = 0.0;
    for (size_t i = 0; i < m; i++)
        sum += v[i] * v[i];
    return sqrt(sum);
}

static double along_residual(const struct work *w, size_t j)
{
    double dot = 0.0;
    for (size_t i = 0; i < w->m; i++)
        dot += w->A[j * w->m + i] * w->r[i];
    return dot;
}

static void make_residual(struct work *w)
{
    memcpy(w->r, w->b, w->m * sizeof *w->r);
    for (size_t k = 0; k < w->npassive; k++)
        for (size_t i = 0; i < w->m; i++)
            w->r[i] -= w->p[w->passive[k]] * w->A[w->passive[k] * w->m + i];
}

static bool is_inside(const struct work *w)
{
    double scale = length(w->m, w->b);
    for (size_t k = 0; k < w->npassive; k++)
        scale += w->p[w->passive[k]] * w->norm[w->passive[k]];
    return length(w->m, w->r) <= ROUNDING * scale;
}

/* The unused column that leans most towards the residual; n: none does. */
static size_t steepest(const struct work *w)
{
    size_t best = w->n;
    double most = ANGLE * length(w->m, w->r);
    for (size_t j = 0; j < w->n; j++) {
        if (w->p[j] > 0.0 || !(w->norm[j] > 0.0))
            continue;
        double lean = along_residual(w, j) / w->norm[j];
        if (lean > most) {
            most = lean;
            best = j;
        }
    }
    return best;
}

/* z ← argmin ‖A_P z − b‖ over the passive columns.  False when they are dependent. */
static bool solve(struct work *w)
{
    size_t m = w->m, k = w->npassive;
    if (k > m)
        return false;
    for (size_t j = 0; j < k; j++)
        memcpy(w->factor + j * m, w->A + w->passive[j] * m, m * sizeof *w->factor);
    memcpy(w->z, w->b, m * sizeof *w->z);
    lapack_int rows = (lapack_int)m;
    if (LAPACKE_dgels_work(LAPACK_COL_MAJOR, 'N', rows, (lapack_int)k, 1, w->factor, rows, w->z,
                           rows, w->lapack, 4 * (rows + 1)) != 0)
        return false;
    for (size_t j = 0; j < k; j++)
        if (!isfinite(w->z[j]))
            return false;
    return true;
}

/* Goes from p towards z until the first passive entry is 0, and lets those go.  True when none
 * was. */
static bool advance(struct work *w)
{
    double share = 1.0;
    for (size_t k = 0; k < w->npassive; k++) {
        double p = w->p[w->passive[k]];
        if (w->z[k] <= 0.0)
            share = fmin(share, p / (p - w->z[k]));
    }
    size_t kept = 0;
    bool all = true;
    for (size_t k = 0; k < w->npassive; k++) {
        double *p = &w->p[w->passive[k]];
        bool leaves = w->z[k] <= 0.0 && *p / (*p - w->z[k]) <= share;
        *p = leaves ? 0.0 : *p + share * (w->z[k] - *p);
        all = all && !leaves;
        if (!leaves)
            w->passive[kept++] = w->passive[k];
    }
    w->npassive = kept;
    return all;
}

/* Lets passive columns go until z is positive on all that are left.  False when those are
 * dependent. */
static bool settle(struct work *w)
{
    while (w->npassive > 0) {
        if (!solve(w))
            return false;
        if (advance(w))
            return true;
    }
    return true;
}

/* Each round lowers ‖r‖; when rounding alone is left, it ends. */
static void search(struct work *w)
{
    bool sound = true;
    make_residual(w);
    for (double before = INFINITY; sound && !is_inside(w);) {
        double now = length(w->m, w->r);
        size_t next = now < before ? steepest(w) : w->n;
        if (next == w->n)
            return;
        before = now;
        w->passive[w->npassive++] = next;
        sound = settle(w);
        make_residual(w);
    }
}

static void free_work(struct work *w)
{
    mem_free(w->norm);
    mem_free(w->passive);
    mem_free(w->factor);
    mem_free(w->z);
    mem_free(w->lapack);
}

int nnls(size_t m, size_t n, const double *A, const double *b, double *p, double *r, bool *inside,
         struct error *e)
{
    struct work w = {.m = m, .n = n, .A = A, .b = b, .p = p, .r = r};
    w.norm = NEW_ARRAY(n, double);
    w.passive = NEW_ARRAY(m + 1, size_t);
    w.factor = NEW_ARRAY(m * (m + 1), double);
    w.z = NEW_ARRAY(m + 1, double);
    w.lapack = NEW_ARRAY(4 * (m + 1), double);
    int failed = w.norm && w.passive && w.factor && w.z && w.lapack ? 0 : error_no_memory(e);
    if (!failed) {
        memset(p, 0, n * sizeof *p);
        for (size_t j = 0; j < n; j++)
            w.norm[j] = length(m, A + j * m);
        search(&w);
        *inside = is_inside(&w);
    }
    free_work(&w);
    return failed;
}
