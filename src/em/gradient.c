/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "em/gradient.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "em/expected.h"
#include "em/logliks.h"
#include "em/transform.h"
#include "numeric/difference.h"

/* One coordinate at a time: u with entry `at` replaced. */
struct probe {
    const struct landscape *l;
    struct theta *scratch;
    double *u;
    size_t n, at;
    struct expected q;   /* for Q and the bound, where v is known of it */
};

static bool with_prior(const struct landscape *l)
{
    return l->prior && l->prior->given && l->model->class->log_prior;
}

static double log_prior(const struct landscape *l, const struct theta *theta)
{
    bool counted = l->what == TERM_LOGLIK || l->what == TERM_ELBO;
    return counted && with_prior(l) ? l->model->class->log_prior(l->model, l->prior, theta) : 0.0;
}

static double height(const struct probe *p, const struct theta *theta)
{
    const struct landscape *l = p->l;
    struct terms t;
    if (p->q.v && (l->what == TERM_Q || l->what == TERM_ELBO))
        expected_terms(&p->q, theta, TERM_BIT(l->what), &t);
    else
        model_terms(l->model, l->prior, l->q, theta, TERM_BIT(l->what), &t);
    return t.value[l->what] + log_prior(l, theta);
}

static double height_at(struct probe *p, const double *u)
{
    transform_in(u, p->l->blocks, &p->scratch->b);
    return height(p, p->scratch);
}

static double along_coordinate(double v, void *context)
{
    struct probe *p = context;
    double kept = p->u[p->at];
    p->u[p->at] = v;
    double result = height_at(p, p->u);
    p->u[p->at] = kept;
    return result;
}

static void probe_clear(struct probe *p)
{
    theta_free(p->scratch);
    mem_free(p->u);
    expected_clear(&p->q);
}

static int probe_make(struct probe *p, const struct landscape *l, const struct theta *theta,
                      struct error *e)
{
    *p = (struct probe){.l = l, .n = transform_size(theta->b.layout, l->blocks)};
    p->scratch = theta_copy(theta, e);
    p->u = NEW_ARRAY(p->n + 1, double);
    if (!p->scratch || !p->u)
        return error_no_memory(e);
    if (l->q && l->what != TERM_LOGLIK && expected_of_q(l->model, l->q, theta, &p->q, e) != 0)
        return -1;
    if (transform_out(&theta->b, l->blocks, p->u))
        return 0;
    error_set(e, "θ lies on the border of its domain: it has no unconstrained coordinates");
    return error_hint(e, "a weight of 0 or a probability of 0 or 1 cannot move along a gradient");
}

static int no_slope(const struct probe *p, size_t at, struct error *e)
{
    struct text name = TEXT_INIT;
    transform_name(p->scratch->b.layout, p->l->blocks, at, &name);
    error_set(e, "the slope along %s is not finite", name.failed ? "a coordinate" : name.s);
    text_clear(&name);
    return error_hint(e, "m alone needs no slopes; only=BLOCK leaves that one out, and data in "
                         "units near their spread have better ones");
}

static double step_at(const struct probe *p, size_t at)
{
    return 1e-3 * fmax(1.0, fabs(p->u[at]));
}

/* The places of ℓ's differences: DIFFERENCE_POINTS a coordinate, and log p(θ) there. */
struct around {
    struct probe *p;
    double *log_prior;
};

static bool place_around(void *context, size_t i, struct theta *out)
{
    struct around *a = context;
    struct probe *p = a->p;
    size_t at = i / DIFFERENCE_POINTS;
    double kept = p->u[at];
    p->u[at] += difference_place[i % DIFFERENCE_POINTS] * step_at(p, at);
    memcpy(out->b.v, p->scratch->b.v, out->b.layout->size * sizeof(double));
    transform_in(p->u, p->l->blocks, &out->b);
    p->u[at] = kept;
    a->log_prior[i] = log_prior(p->l, out);
    return true;
}

/* All of them in few passes over the data. */
static int differentiate_loglik(struct probe *p, double *g, struct error *e)
{
    size_t n = p->n * DIFFERENCE_POINTS;
    double *v = NEW_ARRAY(2 * n + 1, double);
    struct around a = {p, v + n};
    int r = v ? logliks_at(p->l->model, place_around, &a, n, v, e) : error_no_memory(e);
    for (size_t at = 0; r == 0 && at < p->n; at++) {
        g[at] = 0.0;
        for (size_t k = 0; k < DIFFERENCE_POINTS; k++)
            g[at] += difference_weight[k] * (v[at * DIFFERENCE_POINTS + k] +
                                             a.log_prior[at * DIFFERENCE_POINTS + k]);
        g[at] /= 12.0 * step_at(p, at);
        if (!isfinite(g[at]))
            r = no_slope(p, at, e);
    }
    mem_free(v);
    return r;
}

static int differentiate(struct probe *p, double *g, struct error *e)
{
    if (p->l->what == TERM_LOGLIK)
        return differentiate_loglik(p, g, e);
    for (p->at = 0; p->at < p->n; p->at++) {
        g[p->at] = difference(along_coordinate, p, p->u[p->at], step_at(p, p->at));
        if (!isfinite(g[p->at]))
            return no_slope(p, p->at, e);
    }
    return 0;
}

int gradient_at(const struct landscape *l, const struct theta *theta, double *g, struct error *e)
{
    struct probe p;
    int r = probe_make(&p, l, theta, e);
    if (r == 0)
        r = differentiate(&p, g, e);
    probe_clear(&p);
    return r;
}

/* The score of the posterior at θ, an entry each; false: it has to be stored. */
static bool touching_score(const struct model *m, const struct theta *theta, double *entries)
{
    const struct sufficient *known = m->class->sufficient;
    if (!known || !known->take_touching || !known->score)
        return false;
    double *v = NEW_ARRAY(known->size(m) + 1, double);
    bool ok = v && known->take_touching(m, theta, v) && known->score(m, v, theta, entries);
    mem_free(v);
    return ok;
}

static bool stored_score(const struct model *m, const struct theta *theta, double *entries)
{
    const struct e_how exact = {.kind = E_EXACT};
    struct error ignored;
    struct latent *q = latent_new(&m->q, &ignored);
    bool ok = q && m->class->e_step(m, theta, &exact, q, &ignored) == 0 &&
              m->class->score(m, q, theta, entries);
    latent_free(q);
    return ok;
}

bool gradient_of_loglik(const struct model *m, const struct theta *theta, unsigned blocks,
                        double *g)
{
    size_t n = theta->b.layout->size;
    if (m->class->kind != MODEL_EM || !model_touches(m) || !m->class->score)
        return false;
    double *entries = NEW_ARRAY(2 * n, double);
    bool known = entries && (touching_score(m, theta, entries) ||
                             stored_score(m, theta, entries));
    if (known)
        transform_slope(&theta->b, blocks, entries, g, entries + n);
    mem_free(entries);
    for (size_t i = 0; known && i < transform_size(theta->b.layout, blocks); i++)
        known = isfinite(g[i]);
    return known;
}

bool gradient_score(const struct model *m, const struct latent *q, const struct theta *theta,
                    unsigned blocks, double *g)
{
    size_t n = theta->b.layout->size;
    double *entries = m->class->score && q ? NEW_ARRAY(2 * n, double) : NULL;
    bool known = entries && m->class->score(m, q, theta, entries);
    if (known)
        transform_slope(&theta->b, blocks, entries, g, entries + n);
    mem_free(entries);
    return known;
}

/* ---- the step ---------------------------------------------------------------------------- */

/* Height at u + length·g, into next; −∞ where it is not defined. */
static double climb(struct probe *p, const double *g, double length, double *next)
{
    for (size_t i = 0; i < p->n; i++)
        next[i] = p->u[i] + length * g[i];
    double v = height_at(p, next);
    return isfinite(v) ? v : -INFINITY;
}

/* The length of the step: 0 when even the shortest does not rise. */
static double find_length(struct probe *p, const double *g, double slope, double *next)
{
    enum { TRIES = 80 };
    const double share = 1e-4; /* of the rise that the slope promises: Armijo */
    double start = height_at(p, p->u), length = 1.0 / fmax(1.0, sqrt(slope)), best;
    int tries = 0;
    while ((best = climb(p, g, length, next)) < start + share * length * slope)
        if (++tries == TRIES)
            return 0.0;
        else
            length *= 0.5;
    if (tries)
        return length;
    for (; tries < TRIES; tries++, length *= 2.0) {
        double farther = climb(p, g, 2.0 * length, next);
        if (farther <= best || farther < start + share * 2.0 * length * slope)
            break;
        best = farther;
    }
    return length;
}

/* By the model's own formula where it has one: differences are for log p(θ) alone. */
static int slope_of_bound(struct probe *p, const struct theta *theta, double *g, struct error *e)
{
    const struct landscape *l = p->l;
    struct landscape log_prior = *l;
    log_prior.what = TERM_LOGPRIOR;
    bool has_prior = with_prior(l);
    if (l->what != TERM_ELBO || l->model->class->kind != MODEL_EM ||
        !gradient_score(l->model, l->q, theta, l->blocks, g))
        return differentiate(p, g, e);
    double *of_prior = has_prior ? NEW_ARRAY(p->n + 1, double) : NULL;
    if (has_prior && !of_prior)
        return error_no_memory(e);
    p->l = &log_prior;
    int r = has_prior ? differentiate(p, of_prior, e) : 0;
    p->l = l;
    for (size_t i = 0; r == 0 && i < p->n; i++) {
        g[i] += has_prior ? of_prior[i] : 0.0;
        if (!isfinite(g[i]))
            r = no_slope(p, i, e);
    }
    mem_free(of_prior);
    return r;
}

int gradient_step(const struct landscape *l, struct theta *theta, struct error *e)
{
    struct probe p;
    int r = probe_make(&p, l, theta, e);
    double *g = r == 0 ? NEW_ARRAY(2 * p.n + 1, double) : NULL, slope = 0.0;
    if (r == 0 && !g)
        r = error_no_memory(e);
    if (r == 0)
        r = slope_of_bound(&p, theta, g, e);
    if (r == 0) {
        for (size_t i = 0; i < p.n; i++)
            slope += g[i] * g[i];
        double length = slope > 0.0 ? find_length(&p, g, slope, g + p.n) : 0.0;
        if (length > 0.0) {
            climb(&p, g, length, g + p.n);
            transform_in(g + p.n, l->blocks, &theta->b);
        }
    }
    mem_free(g);
    probe_clear(&p);
    return r;
}
