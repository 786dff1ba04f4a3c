/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The moments of the patterns of a multivariate normal: R by QR decompositions of the data. */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "models/mvn_reduced.h"
#include "numeric/gram.h"

enum { BLOCK = 256 }; /* rows that a decomposition takes in */

void mvn_reduced_free(struct mvn_reduced *r)
{
    if (!r)
        return;
    mem_free(r->pattern);
    mem_free(r->room);
    mem_free(r->scratch);
    mem_free(r);
}

/* Σ_i w_i (x_ij − centre) / W over the rows of one pattern */
static double mean_about(const struct observations *o, const struct pattern *p, size_t j,
                         double W, double centre)
{
    double sum = 0.0;
    for (size_t r = 0; r < p->nrow; r++)
        sum += o->weight[p->row[r]] * (o->x[j][p->row[r]] - centre);
    return sum / W;
}

static void take_mean(const struct model *m, const struct pattern *p, struct pattern_moments *s)
{
    s->weight = 0.0;
    for (size_t r = 0; r < p->nrow; r++)
        s->weight += m->obs.weight[p->row[r]];
    for (size_t k = 0; k < p->nobserved; k++) {
        size_t j = p->observed[k];
        double centre = mvn_of(m)->mean[j];
        bool any = s->weight > 0.0;
        s->mean[k] = any ? centre + mean_about(&m->obs, p, j, s->weight, centre) : centre;
        s->rest[k] = any ? mean_about(&m->obs, p, j, s->weight, s->mean[k]) : 0.0;
    }
}

/* √w (x − x̄) of rows first … of the pattern: column k of row r to out[k down + r across] */
static void centre_rows(const struct model *m, const struct pattern *p,
                        const struct pattern_moments *s, size_t first, size_t rows, double *out,
                        size_t across, size_t down)
{
    for (size_t k = 0; k < p->nobserved; k++) {
        const double *x = m->obs.x[p->observed[k]];
        for (size_t r = 0; r < rows; r++) {
            size_t i = p->row[first + r];
            double v = x[i] - s->mean[k];
            out[k * down + r * across] = m->obs.weighted ? sqrt(m->obs.weight[i]) * v : v;
        }
    }
}

/* R of more rows than columns: LLᵀ ← LLᵀ + YYᵀ, a block Y of them after the other. */
static bool decompose(const struct model *m, const struct pattern *p,
                      const struct pattern_moments *s, double *A, double *work, double *L)
{
    size_t o = p->nobserved;
    memset(L, 0, o * o * sizeof *L);
    for (size_t first = 0; first < p->nrow; first += BLOCK) {
        size_t rows = p->nrow - first < BLOCK ? p->nrow - first : BLOCK, width = o + rows;
        for (size_t k = 0; k < o; k++)
            memcpy(A + k * width, L + k * o, o * sizeof *L);
        centre_rows(m, p, s, first, rows, A + o, 1, width);
        if (!gram_triangle(o, width, A, work, L))
            return false;
    }
    for (size_t i = 0; i < o; i++)
        for (size_t j = 0; j < o; j++)
            s->R[j * o + i] = L[i * o + j];
    return true;
}

static bool take_moments(const struct model *m, struct mvn_reduced *r)
{
    const struct patterns *all = &mvn_of(m)->patterns;
    size_t d = m->obs.d;
    double *A = NEW_ARRAY(d * (d + BLOCK) + gram_work(d) + d * d, double);
    double *work = A + d * (d + BLOCK), *L = work + gram_work(d);
    bool ok = A != NULL;
    for (size_t k = 0; ok && k < all->count; k++) {
        const struct pattern *p = &all->pattern[k];
        struct pattern_moments *s = &r->pattern[k];
        take_mean(m, p, s);
        if (p->nrow > p->nobserved)
            ok = decompose(m, p, s, A, work, L);
        else
            centre_rows(m, p, s, 0, s->rows, s->R, p->nobserved, 1);
    }
    mem_free(A);
    return ok;
}

/* A row alone is its mean. */
static size_t rows_of(const struct pattern *p)
{
    return p->nrow == 1 ? 0 : p->nrow < p->nobserved ? p->nrow : p->nobserved;
}

static bool make_room(const struct patterns *all, size_t d, struct mvn_reduced *r)
{
    size_t size = 0;
    for (size_t k = 0; k < all->count; k++)
        size += (rows_of(&all->pattern[k]) + 2) * all->pattern[k].nobserved;
    r->pattern = NEW_ARRAY(all->count, struct pattern_moments);
    r->room = NEW_ARRAY(size + 1, double);
    r->scratch = NEW_ARRAY(all->count * d + 2 * (d + 1) * d + 7 * d * d + d, double);
    if (!r->pattern || !r->room || !r->scratch)
        return false;
    double *next = r->room;
    for (size_t k = 0; k < all->count; k++) {
        struct pattern_moments *s = &r->pattern[k];
        size_t o = all->pattern[k].nobserved;
        s->rows = rows_of(&all->pattern[k]);
        s->mean = next;
        s->rest = s->mean + o;
        s->R = s->rest + o;
        next = s->R + s->rows * o;
    }
    double **square[] = {&r->gram, &r->S, &r->cond.whole, &r->cond.oo, &r->cond.slope, &r->cond.C,
                         &r->cond.factor};
    r->shift = r->scratch;
    r->filled = r->shift + all->count * d;
    r->apart = r->filled + (d + 1) * d;
    r->delta = r->apart + (d + 1) * d;
    next = r->delta + d;
    for (size_t i = 0; i < sizeof square / sizeof *square; i++, next += d * d)
        *square[i] = next;
    return true;
}

struct mvn_reduced *mvn_reduced_of(const struct model *m)
{
    struct mvn *s = mvn_of(m);
    if (!s->reduced) {
        struct mvn_reduced *r = s->reduced = NEW(struct mvn_reduced);
        if (!r)
            return NULL;
        r->sound = make_room(&s->patterns, m->obs.d, r) && take_moments(m, r);
    }
    return s->reduced->sound ? s->reduced : NULL;
}
