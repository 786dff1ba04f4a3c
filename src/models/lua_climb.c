/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a file leaves out: a start drawn at random, and the M-step by numbers alone, the maximum of
 * Q over the unconstrained coordinates of em/transform.h.
 */
#include <gsl/gsl_randist.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "em/transform.h"
#include "models/lua.h"
#include "numeric/maximum.h"

/* ---- a random θ -------------------------------------------------------------------------- */

/* Mean and standard deviation of a column. */
static void moments(const struct observations *o, size_t j, double *mean, double *sd)
{
    double sum = 0.0, square = 0.0;
    for (size_t i = 0; i < o->n; i++)
        sum += o->weight[i] * o->x[j][i];
    *mean = sum / o->total_weight;
    for (size_t i = 0; i < o->n; i++) {
        double r = o->x[j][i] - *mean;
        square += o->weight[i] * r * r;
    }
    *sd = sqrt(square / o->total_weight);
}

/* A number of the kind that the data have, to try as a place; or as a size. */
static double draw_place(const struct observations *o, gsl_rng *random, bool like_data)
{
    if (!like_data)
        return gsl_ran_gaussian(random, 1.0);
    size_t i = gsl_rng_uniform_int(random, o->n), j = gsl_rng_uniform_int(random, o->d);
    return o->x[j][i];
}

static double draw_size(const struct observations *o, gsl_rng *random, bool like_data)
{
    double mean, sd, size = exp(gsl_ran_gaussian(random, 1.0));
    if (!like_data)
        return size;
    moments(o, gsl_rng_uniform_int(random, o->d), &mean, &sd);
    double scale = gsl_rng_uniform(random) < 0.5 ? fabs(mean) : sd;
    return scale > 0.0 ? scale * size : size;
}

/* Rows that are neither equal nor near a corner. */
static void draw_simplex(size_t n, gsl_rng *random, double *v)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += v[i] = 1.0 + gsl_ran_exponential(random, 1.0);
    for (size_t i = 0; i < n; i++)
        v[i] /= sum;
}

static double draw_bounded(const struct model *m, gsl_rng *random, const struct block *b,
                           bool like_data)
{
    if (isinf(b->upper))
        return b->lower + draw_size(&m->obs, random, like_data);
    if (isinf(b->lower))
        return b->upper - draw_size(&m->obs, random, like_data);
    return b->lower + (b->upper - b->lower) * (0.1 + 0.8 * gsl_rng_uniform(random));
}

static void draw_block(const struct model *m, gsl_rng *random, const struct block *b, double *v)
{
    bool like_data = gsl_rng_uniform(random) < 0.5;
    size_t width = b->constraint == CONSTRAINT_SIMPLEX ? b->dim[b->rank - 1] : 1;
    for (size_t i = 0; i < b->size; i += width)
        if (b->constraint == CONSTRAINT_SIMPLEX)
            draw_simplex(width, random, v + i);
        else if (b->constraint == CONSTRAINT_POSITIVE)
            v[i] = draw_size(&m->obs, random, like_data);
        else if (b->constraint == CONSTRAINT_BOUNDS)
            v[i] = draw_bounded(m, random, b, like_data);
        else
            v[i] = draw_place(&m->obs, random, like_data);
}

static void draw(const struct model *m, gsl_rng *random, unsigned blocks, struct theta *t)
{
    for (size_t i = 0; i < m->theta.nblock; i++)
        if (blocks >> i & 1u)
            draw_block(m, random, &m->theta.block[i], t->b.v + m->theta.block[i].offset);
}

int own_draw(const struct model *m, gsl_rng *random, unsigned blocks, own_height *height,
             void *context, struct theta *t, struct error *e)
{
    struct theta *trial = theta_copy(t, e);
    struct error refused = {0};
    double best = -INFINITY;
    int r = trial ? 0 : -1;
    for (int s = 0; s < OWN_STARTS && r == 0; s++) {
        double v = -INFINITY;
        draw(m, random, blocks, trial);
        if (own_valid(m, trial, &refused) != 0)
            continue;
        r = height(m, context, trial, &v, e);
        if (r == 0 && v > best) {
            best = v;
            memcpy(t->b.v, trial->b.v, m->theta.size * sizeof *t->b.v);
        }
    }
    theta_free(trial);
    if (r != 0 || best > -INFINITY)
        return r;
    if (refused.message[0]) {
        *e = refused;
        return -1;
    }
    return OWN_NOWHERE;
}

/* ---- Q, climbed -------------------------------------------------------------------------- */

struct ascent {
    const struct model *m;
    const double *gamma;
    unsigned blocks;
    struct theta *scratch;
    double deadline;
    struct error *e;
};

static int expected(const struct model *m, void *gamma, const struct theta *t, double *value,
                    struct error *e)
{
    return own_expected(m, t, gamma, value, e);
}

static int height_at(void *ascent, const double *u, double *f)
{
    struct ascent *a = ascent;
    struct error refused;
    if (sandbox_now() > a->deadline) {
        error_set(a->e, "%s: the M-step by numbers took longer than %d s and was stopped",
                  a->m->file, OWN_M_SECONDS);
        return error_hint(a->e, "give the file an m_step, or take fewer rows");
    }
    transform_in(u, a->blocks, &a->scratch->b);
    if (own_valid(a->m, a->scratch, &refused) != 0) {
        *f = -INFINITY;
        return 0;
    }
    return own_expected(a->m, a->scratch, a->gamma, f, a->e);
}

/* Which coordinates are logarithms or logits. */
static void mark_folded(const struct layout *l, unsigned blocks, bool *folded)
{
    for (size_t b = 0; b < l->nblock; b++) {
        size_t n = blocks >> b & 1u ? transform_size(l, 1u << b) : 0;
        for (size_t i = 0; i < n; i++)
            *folded++ = l->block[b].constraint != CONSTRAINT_FREE;
    }
}

static int refuse_border(const struct ascent *a, size_t which, bool upwards)
{
    struct text name = TEXT_INIT;
    transform_name(&a->m->theta, a->blocks, which, &name);
    error_set(a->e, "Q has no maximum inside the domain: it rises for ever as %s goes to %s",
              name.s, upwards ? "∞" : "−∞");
    text_clear(&name);
    return error_hint(a->e, "start elsewhere (init, theta), or give the file an m_step that knows "
                            "what to do there");
}

static int climb(struct ascent *a, double *u, const bool *folded, size_t n)
{
    struct hill hill = {height_at, a, n, a->m->obs.total_weight, folded};
    size_t which = 0;
    bool upwards = false;
    switch (maximum_find(&hill, u, &which, &upwards, a->e)) {
    case MAXIMUM_FOUND:
        return 0;
    case MAXIMUM_RUNS:
        return refuse_border(a, which, upwards);
    case MAXIMUM_FAILED:
        break;
    }
    return -1;
}

/* u ← θ; where θ has no coordinates, or Q no value there, from a start of our own. */
static int begin(struct ascent *a, struct theta *t, double *u)
{
    double value = -INFINITY;
    if (blocks_valid(&t->b, &(struct error){0}) == 0 && transform_out(&t->b, a->blocks, u)) {
        if (own_expected(a->m, t, a->gamma, &value, a->e) != 0)
            return -1;
        if (isfinite(value))
            return 0;
    }
    gsl_rng *random = random_new(1, a->e);
    if (!random)
        return -1;
    int r = own_draw(a->m, random, a->blocks, expected, (void *)a->gamma, t, a->e);
    gsl_rng_free(random);
    if (r == OWN_NOWHERE) {
        error_set(a->e, "Q is −∞ here and at %d random θ: q gives weight to a z that log_joint "
                        "calls impossible", OWN_STARTS);
        return error_hint(a->e, "e makes a q that suits θ");
    }
    if (r == 0)
        transform_out(&t->b, a->blocks, u);
    return r;
}

static int climb_from(struct ascent *a, struct theta *t, double *u, double *from, bool *folded,
                      size_t n)
{
    if (begin(a, t, u) != 0)
        return -1;
    memcpy(a->scratch->b.v, t->b.v, a->m->theta.size * sizeof *t->b.v);
    memcpy(from, u, n * sizeof *u);
    mark_folded(&a->m->theta, a->blocks, folded);
    if (climb(a, u, folded, n) != 0)
        return -1;
    if (memcmp(from, u, n * sizeof *u) != 0) /* else θ stays, to the bit */
        transform_in(u, a->blocks, &t->b);
    return 0;
}

int own_climb(const struct model *m, const double *gamma, unsigned blocks, struct theta *t,
              struct error *e)
{
    size_t n = transform_size(&m->theta, blocks);
    struct ascent a = {.m = m, .gamma = gamma, .blocks = blocks, .e = e,
                       .scratch = theta_new(&m->theta, e),
                       .deadline = sandbox_now() + OWN_M_SECONDS};
    double *u = NEW_ARRAY(2 * n, double);
    bool *folded = NEW_ARRAY(n, bool);
    int r = a.scratch && u && folded ? climb_from(&a, t, u, u + n, folded, n) : error_no_memory(e);
    theta_free(a.scratch);
    mem_free(u);
    mem_free(folded);
    return r;
}
