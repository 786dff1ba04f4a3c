/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernel of the fused pass over a mixture of an exponential family (pass/linear.h), on the
 * blocks of pass/kernel.h: LINEAR_MAP and LINEAR_TERMS are the names of what it makes. */
#include "models/pass/linear.h"
#include "models/pass/soft.h"

enum { FIVE = 5 }; /* vectors at a time: 60, 30 or 15 of them are a block */

/* Where everything lies in the scratch. */
struct linear_room {
    double *base, *w, *t, *l, *l_too;
    vec *sum;                /* (k, 1 + s): N and Σγt, lane by lane */
};

INLINE struct linear_room linear_lay_out(const struct linear *p, double *scratch)
{
    struct linear_room r = {.base = scratch, .w = scratch + B, .t = scratch + 2 * B};
    r.l = r.t + p->s * B;
    r.l_too = r.l + p->k * B;
    r.sum = (vec *)(r.l_too + p->k * B);
    return r;
}

/* to[b] ← plus − minus of m points, 0 beyond */
INLINE void load_statistic(const struct statistic *t, size_t at, size_t m, double *to)
{
    vec *v = ROW(to, 0), one = vec_all(1.0);
    if (m == B) {
        for (int i = 0; i < VECTORS; i++) {
            vec x = t->plus ? vec_load(t->plus + at + (size_t)i * LANES) : one;
            v[i] = t->minus ? x - vec_load(t->minus + at + (size_t)i * LANES) : x;
        }
        return;
    }
    for (size_t b = 0; b < B; b++)
        to[b] = b >= m ? 0.0
                       : (t->plus ? t->plus[at + b] : 1.0) - (t->minus ? t->minus[at + b] : 0.0);
}

/* Whether the block needs its weights: as load of pass/kernel.h. */
INLINE bool load_statistics(const struct linear *p, size_t at, size_t last,
                            const struct linear_room *r)
{
    size_t m = last - at < B ? last - at : B;
    for (size_t s = 0; s < p->s; s++)
        load_statistic(&p->statistic[s], at, m, r->t + s * B);
    for (size_t b = 0; p->base && b < B; b++)
        r->base[b] = b < m ? p->base[at + b] : 0.0;
    if (!p->weight && m == B)
        return false;
    for (size_t b = 0; b < B; b++)
        r->w[b] = b >= m ? 0.0 : p->weight ? p->weight[at + b] : 1.0;
    return true;
}

/* l[k][b] ← base_b + constant_k + Σ_s η_ks t_s[b] */
INLINE void joint(const struct linear *p, const struct linear_room *r, double *l)
{
    for (size_t k = 0; k < p->k; k++) {
        const double *eta = p->eta + k * p->s;
        for (int v = 0; v < VECTORS; v += FIVE) {
            vec a[FIVE];
            for (int i = 0; i < FIVE; i++)
                a[i] = vec_all(p->constant[k]);
            for (size_t s = 0; s < p->s; s++)
                for (int i = 0; i < FIVE; i++)
                    a[i] += eta[s] * ROW(r->t, s)[v + i];
            for (int i = 0; i < FIVE; i++)
                ROW(l, k)[v + i] = p->base ? ROW(r->base, 0)[v + i] + a[i] : a[i];
        }
    }
}

/* sum[c] += Σ γ t_c of `count` statistics */
INLINE void add_statistics(const int count, const double *g, const double *t, vec *sum)
{
    vec a[4];
    for (int c = 0; c < count; c++)
        a[c] = sum[c];
    for (int v = 0; v < VECTORS; v++)
        for (int c = 0; c < count; c++)
            a[c] += ROW(g, 0)[v] * ROW(t, c)[v];
    for (int c = 0; c < count; c++)
        sum[c] = a[c];
}

INLINE void add_component(size_t s, const double *g, const double *t, vec *sum)
{
    size_t c = 0;
    vec n = sum[0];
    for (int v = 0; v < VECTORS; v++)
        n += ROW(g, 0)[v];
    sum[0] = n;
    for (; c + 4 <= s; c += 4)
        add_statistics(4, g, t + c * B, sum + 1 + c);
    for (; c < s; c++)
        add_statistics(1, g, t + c * B, sum + 1 + c);
}

void LINEAR_MAP(const struct linear *p, size_t first, size_t last, double *scratch, double *sums)
{
    struct linear_room r = linear_lay_out(p, scratch);
    struct loglik t = {.mantissa = vec_all(1.0)};
    size_t each = 1 + p->s;
    memset(r.sum, 0, p->k * each * sizeof *r.sum);
    for (size_t at = first; at < last; at += B) {
        const double *w = load_statistics(p, at, last, &r) ? r.w : NULL;
        joint(p, &r, r.l);
        responsibilities(p->k, r.l, w, &t);
        for (size_t k = 0; k < p->k; k++)
            add_component(p->s, r.l + k * B, r.t, r.sum + k * each);
    }
    for (size_t i = 0; i < p->k * each; i++)
        sums[i] = vec_sum(r.sum[i]);
    sums[p->k * each] = total(&t);
}

void LINEAR_TERMS(const struct linear *at, const struct linear *p, size_t first, size_t last,
                  double *scratch, double *sums)
{
    struct linear_room r = linear_lay_out(p, scratch);
    vec sum[PASS_TERMS] = {0};
    for (size_t row = first; row < last; row += B) {
        const double *w = load_statistics(p, row, last, &r) ? r.w : NULL;
        double *l = at == p ? r.l : r.l_too;
        joint(at, &r, r.l);
        if (l != r.l)
            joint(p, &r, l);
        add_terms(p->k, r.l, l, w, sum);
    }
    for (int t = 0; t < PASS_TERMS; t++)
        sums[t] = vec_sum(sum[t]);
}
