/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/pass/linear.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "models/mixture.h"
#include "models/pass/chunks.h"
#include "models/pass/pass.h"

struct linear_pass {
    struct linear to;        /* θ */
    struct linear at;        /* the θ of which q is the posterior, for the terms */
    struct chunks chunks;
    size_t wanted;           /* model->threads of then */
    struct statistic *statistic;
    double *base;
    double *largest;         /* (1 + s) of |base|, |t_s| */
    double *room;            /* of η and the constants */
    double *sums;            /* (K,s) for the M-step */
};

size_t linear_sums(const struct linear *p)
{
    return p->k * (1 + p->s) + 1;
}

size_t linear_scratch(const struct linear *p)
{
    return (2 + p->s + 2 * p->k) * PASS_BLOCK + p->k * (1 + p->s) * 8;
}

void linear_free(struct linear_pass *p)
{
    if (!p)
        return;
    chunks_clear(&p->chunks);
    mem_free(p->statistic);
    mem_free(p->base);
    mem_free(p->room);
    mem_free(p);
}

/* ---- setting up ------------------------------------------------------------------------- */

static bool allocate(const struct model *m, struct linear_pass *p, const struct natural *natural)
{
    size_t k = p->to.k, s = p->to.s, n = p->to.n;
    size_t sums = linear_sums(&p->to) > PASS_TERMS ? linear_sums(&p->to) : PASS_TERMS;
    double operations = (double)k * (4.0 * (double)s + 35.0);
    p->room = NEW_ARRAY(3 * k * s + 2 * k + 1 + s, double);
    p->statistic = NEW_ARRAY(s, struct statistic);
    p->base = natural->base ? NEW_ARRAY(n, double) : NULL;
    if (!p->room || !p->statistic || (natural->base && !p->base) ||
        !chunks_init(&p->chunks, n, operations, m->threads, sums, linear_scratch(&p->to)))
        return false;
    p->to.statistic = p->statistic;
    p->to.base = p->base;
    p->at = p->to;
    p->to.eta = p->room;
    p->at.eta = p->to.eta + k * s;
    p->sums = p->at.eta + k * s;
    p->to.constant = p->sums + k * s;
    p->at.constant = p->to.constant + k;
    p->largest = p->at.constant + k;
    return true;
}

static void put_largest(struct linear_pass *p)
{
    for (size_t i = 0; i < p->to.n; i++) {
        if (p->base)
            p->largest[0] = fmax(p->largest[0], fabs(p->base[i]));
        for (size_t s = 0; s < p->to.s; s++) {
            const struct statistic *t = &p->statistic[s];
            double v = (t->plus ? t->plus[i] : 1.0) - (t->minus ? t->minus[i] : 0.0);
            p->largest[1 + s] = fmax(p->largest[1 + s], fabs(v));
        }
    }
}

static struct linear_pass *pass_new(const struct model *m)
{
    const struct natural *natural = mixture_of(m)->family->natural;
    struct linear_pass *p = NEW(struct linear_pass);
    if (!p)
        return NULL;
    p->wanted = m->threads;
    p->to = (struct linear){.n = m->obs.n, .k = m->k, .s = natural->size(m),
                            .weight = m->obs.weighted ? m->obs.weight : NULL};
    if (!allocate(m, p, natural)) {
        linear_free(p);
        return NULL;
    }
    for (size_t s = 0; s < p->to.s; s++)
        p->statistic[s] = natural->statistic(m, s);
    for (size_t i = 0; p->base && i < m->obs.n; i++)
        p->base[i] = natural->base(m, i);
    put_largest(p);
    return p;
}

static struct linear_pass *pass_of(const struct model *m)
{
    struct mixture *mix = m->self;
    if (mix->linear && mix->linear->wanted != m->threads) {
        linear_free(mix->linear);
        mix->linear = NULL;
    }
    if (!mix->linear)
        mix->linear = pass_new(m);
    return mix->linear;
}

/* A log-density of order one is the sum of parts of this size at most, and has the rounding of the
 * largest, here 1e-11: what the half-steps make of larger ones is rounding, too, but their own. */
static const double largest_part = 1e5;

/* False where θ is outside its domain, or a row of weight 0 might have no posterior, at which the
 * half-steps look.  *never: some density is 0. */
static bool put_theta(const struct model *m, const struct linear_pass *pass, struct linear *p,
                      const struct theta *theta, bool *never)
{
    const struct mixture *mix = mixture_of(m);
    *never = false;
    if (!mixture_prepare(m, theta))
        return false;
    for (size_t k = 0; k < p->k; k++) {
        double *eta = p->eta + k * p->s;
        p->constant[k] = mix->log_pi[k] + mix->family->natural->put(m, mix->work, k, eta);
        double part = pass->largest[0] + fabs(p->constant[k]);
        for (size_t s = 0; s < p->s; s++) {
            *never = *never || eta[s] == -INFINITY;
            if (eta[s] == -INFINITY)
                eta[s] = LINEAR_NEVER;
            else
                part += fabs(eta[s]) * pass->largest[1 + s];
        }
        if (!(part < largest_part))
            return false;
    }
    return !(*never && p->weight);
}

/* ---- the slots -------------------------------------------------------------------------- */

static void map_chunk(const void *context, size_t first, size_t last, double *scratch,
                      double *sums)
{
    PASS_PICK(linear_map)(context, first, last, scratch, sums);
}

struct two {
    const struct linear *at, *to;
};

static void terms_chunk(const void *context, size_t first, size_t last, double *scratch,
                        double *sums)
{
    const struct two *t = context;
    PASS_PICK(linear_terms)(t->at, t->to, first, last, scratch, sums);
}

int linear_em_map(const struct model *m, const struct theta *from, unsigned blocks,
                  const struct prior *prior, struct theta *to, double *loglik)
{
    struct linear_pass *p = pass_of(m);
    struct error refusal;
    bool never;
    if (!p || !put_theta(m, p, &p->to, from, &never))
        return -1;
    const double *total = chunks_run(&p->chunks, map_chunk, &p->to);
    size_t s = p->to.s;
    double *nk = mixture_of(m)->nk;
    *loglik = total[m->k * (1 + s)];
    if (!(*loglik > LINEAR_LEAST)) /* a row of density 0 */
        return -1;
    for (size_t k = 0; k < m->k; k++) {
        nk[k] = total[k * (1 + s)];
        memcpy(p->sums + k * s, total + k * (1 + s) + 1, s * sizeof *p->sums);
    }
    const struct fit fit = {.model = m, .nk = nk, .sums = p->sums, .blocks = blocks,
                            .prior = prior};
    return mixture_fit(&fit, to, &refusal);
}

bool linear_touching_terms(const struct model *m, const struct theta *touch,
                           const struct theta *theta, unsigned which, struct terms *t)
{
    struct linear_pass *p = pass_of(m);
    bool same = blocks_same(&touch->b, &theta->b), never;
    if (!p || (!same && !put_theta(m, p, &p->at, touch, &never)) ||
        !put_theta(m, p, &p->to, theta, &never))
        return false;
    const struct two two = {same ? &p->to : &p->at, &p->to};
    const double *total = chunks_run(&p->chunks, terms_chunk, &two);
    for (int i = 0; i < PASS_TERMS; i++)
        if (!(fabs(total[i]) < -LINEAR_LEAST)) /* a density of 0 where q has mass */
            return false;
    pass_put_terms(total, which, t);
    return true;
}
