/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The faster ways that a model has, beside the plain ones. */
#include "trial.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "em/expected.h"

static struct latent *posterior(const struct model *m, const struct theta *theta)
{
    struct error e;
    struct e_how exact = {.kind = E_EXACT};
    struct latent *q = latent_new(&m->q, &e);
    if (q && m->class->e_step(m, theta, &exact, q, &e) == 0)
        return q;
    latent_free(q);
    return NULL;
}

static void same_terms(const struct trial *t, const struct theta *touch, const struct theta *theta)
{
    const struct model *m = t->p.m->model;
    struct terms fast, plain;
    if (!model_touching_terms(m, NULL, touch, theta, &fast))
        return;
    struct latent *q = posterior(m, touch);
    holds(t, q != NULL, "terms of a posterior that does not exist");
    model_terms(m, NULL, q, theta, ~0u, &plain);
    double tolerance = t->p.wild ? terms_tolerance(&plain)
                                 : 1e-12 * fmax(1.0, fabs(plain.value[TERM_Q]));
    for (int i = 0; trial_show && i < TERM_COUNT; i++)
        if (plain.have & TERM_BIT(i))
            printf("        %s %.17g, plainly %.17g\n", term_name(MODEL_EM, (enum term)i)->key,
                   fast.value[i], plain.value[i]);
    for (int i = 0; i < TERM_COUNT; i++)
        if (plain.have & TERM_BIT(i))
            holds(t, fast.value[i] == plain.value[i] ||
                         (isnan(fast.value[i]) && isnan(plain.value[i])) ||
                         fabs(fast.value[i] - plain.value[i]) <= tolerance,
                  "touching term %s: %.17g, plainly %.17g", term_name(MODEL_EM, (enum term)i)->key,
                  fast.value[i], plain.value[i]);
    latent_free(q);
}

/* log p(x,k) = c − |y|² with y of d products each: its rounding is (2d + 4) ε of itself at most,
 * and a share γ that is neither 0 nor 1 has that as a relative error, by either way. */
static double worth_of_shares(const struct trial *t, const struct theta *theta,
                              const struct latent *q)
{
    const struct model *m = t->p.m->model;
    double *joint = NEW_ARRAY(m->k + 1, double), largest = 0.0;
    struct error e;
    for (size_t i = 0; m->class->row_log_joint && i < m->obs.n; i++) {
        const double *gamma = q->b.v + i * m->k;
        if (m->class->row_log_joint(m, theta, i, joint, &e) != 0)
            continue;
        for (size_t k = 0; k < m->k; k++)
            if (gamma[k] > 1e-20 && gamma[k] < 1.0)
                largest = fmax(largest, fabs(joint[k]));
    }
    mem_free(joint);
    if (trial_show)
        printf("        largest |log p(x,k)| of a share: %g\n", largest);
    return (double)(2 * m->obs.d + 4) * DBL_EPSILON * largest;
}

/* The largest distance of an entry from its column's first. */
static double spread(const struct observations *o)
{
    double widest = 0.0;
    for (size_t j = 0; j < o->d; j++)
        for (size_t i = 0; i < o->n && o->x[j]; i++)
            if (isfinite(o->x[j][i] - o->x[j][0]))
                widest = fmax(widest, fabs(o->x[j][i] - o->x[j][0]));
    return widest;
}

/* Means to the spread of their column, covariances to that of both columns: what they are worth. */
static void same_theta(const struct trial *t, const struct theta *fast, const struct theta *plain,
                       double shares)
{
    const struct layout *l = &t->p.m->model->theta;
    double worth = fmax(t->p.wild ? 1e-9 : 1e-12, shares);
    for (size_t b = 0; b < l->nblock; b++) {
        double top = l->block[b].constraint == CONSTRAINT_FREE ? spread(&t->p.m->model->obs) : 0.0;
        for (size_t i = 0; i < l->block[b].size; i++)
            top = fmax(top, fabs(plain->b.v[l->block[b].offset + i]));
        for (size_t i = l->block[b].offset; i < l->block[b].offset + l->block[b].size; i++)
            holds(t, fabs(fast->b.v[i] - plain->b.v[i]) <= worth * top,
                  "mapped %s entry %zu: %.17g, plainly %.17g", l->block[b].name,
                  i - l->block[b].offset, fast->b.v[i], plain->b.v[i]);
    }
}

static void same_map(const struct trial *t, const struct theta *from)
{
    struct machine *m = t->p.m;
    const struct model_class *c = m->model->class;
    const struct prior *prior = m->prior.given ? &m->prior : NULL;
    unsigned blocks = machine_blocks(m) & ~m->frozen;
    struct error e = {0};
    double loglik = NAN;
    if (!blocks)
        return;
    struct theta *fast = theta_copy(from, &e), *plain = theta_copy(from, &e);
    if (c->em_map(m->model, from, blocks, prior, fast, &loglik) == 0 &&
        model_theta_valid(m->model, fast, &e) == 0) {
        struct latent *q = posterior(m->model, from);
        struct m_how how = {.kind = M_EXACT, .blocks = blocks};
        struct terms v;
        holds(t, q != NULL, "mapped without a posterior");
        bool taken = c->m_step(m->model, q, &how, prior, plain, &e) == 0;
        holds(t, taken || pivot_of_blocks(&fast->b) < 1e-11,
              "mapped what the half-steps refuse: %s", e.message);
        if (!taken)
            memcpy(plain->b.v, fast->b.v, plain->b.layout->size * sizeof(double));
        model_terms(m->model, prior, NULL, from, TERM_BIT(TERM_LOGLIK), &v);
        /* the logarithm of a sum of k shares near 1 is rounded to kε, however near 0 it is */
        double rounded = (double)(m->model->k + 1) * DBL_EPSILON * m->model->obs.total_weight;
        holds(t, fabs(loglik - v.value[TERM_LOGLIK]) <=
                     fmax((t->p.wild ? 1e-9 : 1e-12) * fmax(1.0, fabs(v.value[TERM_LOGLIK])),
                          rounded),
              "mapped loglik %.17g, plainly %.17g", loglik, v.value[TERM_LOGLIK]);
        same_theta(t, fast, plain, worth_of_shares(t, from, q));
        same_terms(t, from, plain);
        latent_free(q);
    }
    theta_free(fast);
    theta_free(plain);
}

/* ℓ at several θ's at once. */
static void same_logliks(const struct trial *t, const struct state *here, const struct state *was)
{
    const struct model *m = t->p.m->model;
    const struct theta *theta[] = {here->theta, was && was->theta ? was->theta : here->theta,
                                   here->theta};
    double loglik[3];
    if (!m->class->logliks(m, theta, 3, loglik))
        return;
    for (int i = 0; i < 3; i++) {
        struct terms v;
        model_terms(m, NULL, NULL, theta[i], TERM_BIT(TERM_LOGLIK), &v);
        double plain = v.value[TERM_LOGLIK];
        holds(t, isnan(loglik[i]) || loglik[i] == plain ||
                     fabs(loglik[i] - plain) <= (t->p.wild ? 1e-9 : 1e-12) * fmax(1.0, fabs(plain)),
              "loglik %d of 3 at once is %.17g, plainly %.17g", i + 1, loglik[i], plain);
    }
}

/* Q and what follows from it by sums that were taken once. */
static void same_expected(const struct trial *t, const struct state *here,
                          const struct theta *theta)
{
    const struct model *m = t->p.m->model;
    struct error e = {0};
    struct expected x;
    struct terms fast, plain;
    holds(t, expected_of(t->p.m, here, &x, &e) == 0, "no expectations: %s", e.message);
    struct latent *q = machine_q(t->p.m, here, &e);
    holds(t, q != NULL, "no q: %s", e.message);
    expected_terms(&x, theta, ~0u, &fast);
    model_terms(m, NULL, q, theta, ~0u, &plain);
    double tolerance = fmax(terms_tolerance(&plain), near_singular(t, here));
    for (int i = 0; i < TERM_LOGPRIOR; i++)
        if (plain.have & TERM_BIT(i) && isfinite(plain.value[i]))
            holds(t, fabs(fast.value[i] - plain.value[i]) <= tolerance,
                  "%s from sums taken once is %.17g, plainly %.17g",
                  term_name(MODEL_EM, (enum term)i)->key, fast.value[i], plain.value[i]);
    latent_free(q);
    expected_clear(&x);
}

/* The terms are the weighted sums of the rows'. */
static void same_rows(const struct trial *t, const struct state *here)
{
    const struct model *m = t->p.m->model;
    struct error e = {0};
    struct latent *q = machine_q(t->p.m, here, &e);
    double *v = NEW_ARRAY(m->obs.n * TERM_COUNT, double);
    holds(t, q && v, "no q: %s", e.message);
    bool sound = m->class->row_terms(m, q, here->theta, ~0u, v);
    for (int k = 0; sound && k < TERM_LOGPRIOR; k++) {
        double sum = 0.0, size = 1.0, plain = here->terms.value[k];
        if (!(here->terms.have & TERM_BIT(k)) || !isfinite(plain))
            continue;
        for (size_t i = 0; i < m->obs.n; i++)
            if (m->obs.weight[i] > 0.0) {
                sum += m->obs.weight[i] * v[i * TERM_COUNT + (size_t)k];
                size += fabs(m->obs.weight[i] * v[i * TERM_COUNT + (size_t)k]);
            }
        holds(t, fabs(sum - plain) <= fmax(1e-9 * size, terms_tolerance(&here->terms)),
              "%s is %.17g row by row, plainly %.17g", term_name(MODEL_EM, (enum term)k)->key, sum,
              plain);
    }
    latent_free(q);
    mem_free(v);
}

static void other_ways(const struct trial *t, const struct state *here)
{
    const struct model_class *c = t->p.m->model->class;
    const struct state *was = machine_before(t->p.m);
    if (c->logliks)
        same_logliks(t, here, was);
    if (!here->has_q || here->terms.value[TERM_LOGLIK] == -INFINITY)
        return;
    if (c->sufficient)
        same_expected(t, here, here->theta);
    if (c->sufficient && was && was->theta)
        same_expected(t, here, was->theta);
    if (c->row_terms)
        same_rows(t, here);
}

void fast_path(const struct trial *t)
{
    const struct state *s = machine_here(t->p.m);
    const struct model_class *c = t->p.m->model->class;
    if (s && c->touching_terms)
        same_terms(t, s->theta, s->theta);
    if (s && c->em_map)
        same_map(t, s->theta);
    if (s)
        other_ways(t, s);
}

