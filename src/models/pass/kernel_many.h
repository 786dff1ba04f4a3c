/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ℓ at several θ in one pass over the data, on the tiles of pass/kernel.h: LOGLIKS is the name of
 * what it makes.
 *
 * A block is loaded once and stays in the first-level cache while every θ has its turn.  Components
 * that all θ share are whitened once; the log-sum-exp of their densities is one row, with which
 * each θ's other components are added up: log Σ_k e^l_k = log (e^L + Σ_moved e^l_k).  A component
 * that differs by its constant alone (a weight on its simplex) is whitened once, too.
 */
#include "models/pass/kernel.h"

/* Doubles of a struct loglik in the scratch. */
_Static_assert(sizeof(struct loglik) <= PASS_LOGLIK_ROOM * sizeof(double), "room for one θ");

/* l[0][b] ← log Σ e^l of the rows from, (k, B) */
INLINE void log_add(size_t k, const double *from, double *l)
{
    for (int v = 0; v < VECTORS; v++) {
        struct log_sum s = log_sum(k, from, v);
        ROW(l, 0)[v] = s.top + s.rest;
    }
}

/* Adds the points' log Σ_k e^l[k] to t. */
INLINE void add_loglik(size_t k, double *l, const double *w, struct loglik *t)
{
    struct loglik s = *t;
    vec top[ABREAST], sum[ABREAST];
    for (int v = 0; v < VECTORS; v += ABREAST) {
        sum_parts(false, k, l, v, top, sum);
        add_logs(top, sum, w, v, &s);
    }
    *t = s;
}

/* to[b] ← from[b] + by */
INLINE void shift_row(const double *from, double by, double *to)
{
    for (int v = 0; v < VECTORS; v++)
        ROW(to, 0)[v] = ROW(from, 0)[v] + by;
}

/* What all θ of the block share: the components whose form stays, into l_too; those that stay
 * altogether, added up into l[0].  How many rows of l that makes: 1 or 0. */
INLINE size_t share(const struct pass_many *a, const struct room *r, size_t row)
{
    const struct pass *p = a->at;
    size_t still = 0;
    for (size_t k = 0; k < p->k; k++) {
        ask_for_next(p, k, row);
        if (a->moves[k] == PASS_STAYS)
            whiten(p, r, k, r->l_too + still++ * B);
    }
    if (still)
        log_add(still, r->l_too, r->l);
    for (size_t k = 0; k < p->k; k++)
        if (a->moves[k] == PASS_CONSTANT)
            whiten(p, r, k, r->l_too + k * B);
    return still > 0;
}

/* l ← constant − ½|y|² with L y = x − μ, by forward substitution, from the columns themselves. */
INLINE void solve(const struct pass *p, const double *L, const double *mu, double constant,
                  size_t row, size_t last, double *y, double *l)
{
    size_t d = p->d, m = last - row < B ? last - row : B;
    for (int v = 0; v < VECTORS; v++)
        ROW(l, 0)[v] = vec_all(0.0);
    for (size_t i = 0; i < d; i++) {
        for (size_t b = 0; b < B; b++)
            y[i * B + b] = b < m ? p->column[i][row + b] - mu[i] : 0.0;
        for (int v = 0; v < VECTORS; v++) {
            vec a = ROW(y, i)[v];
            for (size_t j = 0; j < i; j++)
                a -= L[i * d + j] * ROW(y, j)[v];
            a /= L[i * d + i];
            ROW(y, i)[v] = a;
            ROW(l, 0)[v] += a * a;
        }
    }
    for (int v = 0; v < VECTORS; v++)
        ROW(l, 0)[v] = constant - 0.5 * ROW(l, 0)[v];
}

/* The rows of l at θ i, and how many: those that all θ share and its own. */
INLINE size_t put_rows(const struct pass_many *a, const struct room *r, size_t i, size_t shared)
{
    const struct pass *p = a->at + i;
    size_t rows = shared;
    for (size_t k = 0; k < p->k; k++)
        if (a->moves[k] == PASS_CONSTANT)
            shift_row(r->l_too + k * B, p->constant[k] - a->at->constant[k], r->l + rows++ * B);
        else if (a->moves[k] == PASS_FORM)
            whiten(p, r, k, r->l + rows++ * B);
    return rows;
}

INLINE size_t solve_rows(const struct pass_many *a, const struct room *r, size_t row, size_t last)
{
    const struct pass *p = a->at;
    const double *mu = a->L + p->k * p->d * p->d;
    for (size_t k = 0; k < p->k; k++)
        solve(p, a->L + k * p->d * p->d, mu + k * p->d, p->constant[k], row, last, r->y,
              r->l + k * B);
    return p->k;
}

void LOGLIKS(const struct pass_many *a, size_t first, size_t last, double *scratch, double *sums)
{
    const struct pass *p = a->at;
    struct room r = lay_out(p, scratch);
    struct loglik *t = (struct loglik *)(scratch + pass_scratch(p));
    for (size_t i = 0; i < a->m; i++)
        t[i] = (struct loglik){.mantissa = vec_all(1.0)};
    for (size_t row = first; row < last; row += B) {
        const double *w = load(p, row, last, r.x, r.w) ? r.w : NULL;
        size_t shared = a->L ? 0 : share(a, &r, row);
        for (size_t i = 0; i < a->m; i++) {
            size_t rows = a->L ? solve_rows(a, &r, row, last) : put_rows(a, &r, i, shared);
            add_loglik(rows, r.l, w, t + i);
        }
    }
    for (size_t i = 0; i < a->m; i++)
        sums[i] = total(t + i);
}
