/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What must hold after every step, and when one is refused. */
#include "trial.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "em/ledger.h"
#include "numeric/cholesky.h"

bool trial_show;

void note(struct trial *t, const char *format, ...)
{
    size_t at = strlen(t->steps);
    va_list ap;
    va_start(ap, format);
    if (at && at + 3 < sizeof t->steps)
        at += (size_t)sprintf(t->steps + at, "; ");
    vsnprintf(t->steps + at, sizeof t->steps - at, format, ap);
    va_end(ap);
    if (trial_show)
        printf("    %s\n", t->steps + at);
    fflush(stdout);
}

/* ---- refusals --------------------------------------------------------------------------- */

void is_helpful(const struct trial *t, const struct error *e)
{
    size_t n = strlen(e->message);
    holds(t, n > 0 && e->message[n - 1] != '.' && !strchr(e->message, '\n'), "says '%s'",
          e->message);
    holds(t, e->hint[0] || strstr(e->message, "must"), "no remedy: %s", e->message);
    holds(t, !strstr(e->message, "out of memory"), "%s", e->message);
    if (trial_show)
        printf("        refused: %s (%s)\n", e->message, e->hint);
}

/* ---- states ----------------------------------------------------------------------------- */

/* A prior whose density is unbounded at the border of θ's domain: there log p(θ) may be +∞, and
 * with another entry's −∞ it has no value. */
static bool prior_is_unbounded(const struct trial *t)
{
    const struct prior *prior = &t->p.m->prior;
    for (size_t i = 0; prior->given && i < prior->b.layout->size; i++)
        if (prior->b.v[i] < 1.0)
            return true;
    return false;
}

/* NaN is for what has no meaning: H and KL without a posterior (ℓ = −∞). */
static void terms_exist(const struct trial *t, const struct terms *v)
{
    enum model_kind kind = t->p.m->model->class->kind;
    bool no_posterior = v->value[TERM_LOGLIK] == -INFINITY;
    for (int i = 0; i < TERM_COUNT; i++) {
        if (!(v->have & TERM_BIT(i)))
            continue;
        const char *key = term_name(kind, (enum term)i)->key;
        bool may = no_posterior && (i == TERM_H || i == TERM_KL);
        if ((i == TERM_LOGPRIOR || i == TERM_OBJECTIVE) && prior_is_unbounded(t))
            continue;
        holds(t, !isnan(v->value[i]) || may, "%s is nan", key);
        holds(t, v->value[i] != INFINITY || i == TERM_KL, "%s is +inf", key);
    }
    holds(t, !(v->have & TERM_BIT(TERM_ENTROPY)) || isfinite(v->value[TERM_ENTROPY]), "S = %g",
          v->value[TERM_ENTROPY]);
}

/* The smallest pivot of A (d,d), as a share of its variance; `any_order`: in every order of the
 * columns, the last one's pivot being 1/(A⁻¹)_jj, and no other order leaves column j less. */
static double smallest_pivot(size_t d, const double *A, bool any_order)
{
    double L[169], smallest = 1.0;
    memcpy(L, A, d * d * sizeof *L);
    if (!cholesky(d, L))
        return 1e-16;
    for (size_t j = 0; j < d; j++)
        smallest = fmin(smallest, L[j * (d + 1)] * L[j * (d + 1)] / A[j * (d + 1)]);
    for (size_t j = 0; any_order && j < d; j++) {
        double unit[13] = {0.0}, inverse = 0.0;
        unit[j] = 1.0;
        cholesky_whiten(d, L, unit);
        for (size_t i = j; i < d; i++)
            inverse += unit[i] * unit[i];
        smallest = fmin(smallest, 1.0 / (inverse * A[j * (d + 1)]));
    }
    return smallest;
}

static double pivot_in(const struct blocks *b, bool any_order)
{
    double smallest = 1.0;
    for (size_t i = 0; i < b->layout->nblock; i++) {
        const struct block *block = &b->layout->block[i];
        if (block->constraint != CONSTRAINT_SPD || block->rank < 2)
            continue;
        size_t d = block->dim[block->rank - 1];
        for (size_t at = 0; at < block->size; at += d * d)
            smallest = fmin(smallest, smallest_pivot(d, b->v + block->offset + at, any_order));
    }
    return smallest;
}

double pivot_of_blocks(const struct blocks *b)
{
    return pivot_in(b, false);
}

static bool has_missing(const struct observations *o)
{
    for (size_t j = 0; j < o->d; j++)
        for (size_t i = 0; i < o->n; i++)
            if (o->x[j] && isnan(o->x[j][i]))
                return true;
    return false;
}

/* The rounding of a covariance's own entries, seen through its inverse: a pivot that is a share p
 * of its variance costs the terms 1e-16/p of their squares.  Steps refuse p < 1e-13.  Where entries
 * are missing, Σ is factored with the observed columns of a row first, in as many orders as there
 * are patterns, and V is what such a factor left: the smallest pivot of any order counts. */
double near_singular(const struct trial *t, const struct state *s)
{
    const struct model *m = t->p.m->model;
    double mean[13], A[169], size = (double)(m->obs.n * (m->obs.d + 1)), p = 1.0;
    if (!s || !s->theta)
        return 0.0;
    p = pivot_in(&s->theta->b, has_missing(&m->obs));
    if (m->m > 0 && m->class->component_moments(m, s->theta, 0, mean, A) == 0)
        p = fmin(p, smallest_pivot(m->obs.d, A, false));
    for (int i = 0; i < TERM_LOGPRIOR; i++)
        if (isfinite(s->terms.value[i]))
            size = fmax(size, fabs(s->terms.value[i]));
    return 100.0 * DBL_EPSILON * size / p;
}

/* x log λ and log x! of a large count cancel, and leave the rounding of either: ε x log x. */
static double large_counts(const struct observations *o)
{
    double sum = 0.0;
    for (size_t j = 0; j < o->d; j++)
        for (size_t i = 0; i < o->n && o->x[j]; i++)
            if (o->x[j][i] > 1.0 && isfinite(o->x[j][i]))
                sum += o->weight[i] * o->x[j][i] * log(o->x[j][i]);
    return 2.0 * DBL_EPSILON * sum;
}

void ledger_holds(const struct trial *t)
{
    struct ledger l;
    struct error e = {0};
    holds(t, ledger_make(t->p.m, &l, false, &e) == 0, "no ledger: %s", e.message);
    double slack = fmax(near_singular(t, machine_here(t->p.m)),
                        near_singular(t, machine_before(t->p.m)));
    if (t->p.m->model->counts)
        slack = fmax(slack, large_counts(&t->p.m->model->obs));
    for (size_t i = 0; i < l.nclaim; i++)
        holds(t, l.claim[i].holds || fabs(l.claim[i].left - l.claim[i].right) <= slack,
              "%s fails: %.17g against %.17g, off by %.3g (loglik %.17g)", l.claim[i].claim,
              l.claim[i].left, l.claim[i].right, l.claim[i].left - l.claim[i].right,
              machine_here(t->p.m)->terms.value[TERM_LOGLIK]);
}

void state_is_whole(const struct trial *t)
{
    const struct machine *m = t->p.m;
    const struct state *s = machine_here(m);
    struct error e = {0};
    if (!s)
        return;
    holds(t, model_theta_valid(m->model, s->theta, &e) == 0, "theta: %s", e.message);
    holds(t, !s->q || blocks_valid(&s->q->b, &e) == 0, "q: %s", e.message);
    holds(t,
          !s->q || !m->model->class->q_valid || m->model->class->q_valid(m->model, s->q, &e) == 0,
          "q: %s", e.message);
    terms_exist(t, &s->terms);
}

/* ---- a step ----------------------------------------------------------------------------- */

struct still {
    long here, nstate;
    struct terms terms;
    struct theta *theta;
    struct latent *q;
};

static void take_still(const struct machine *m, struct still *p)
{
    const struct state *s = machine_here(m);
    *p = (struct still){.here = m->here, .nstate = m->nstate};
    struct error e;
    if (!s)
        return;
    p->terms = s->terms;
    p->theta = theta_copy(s->theta, &e);
    p->q = s->q ? latent_copy(s->q, &e) : NULL;
}

static void is_still(const struct trial *t, const struct still *p)
{
    const struct machine *m = t->p.m;
    const struct state *s = machine_here(m);
    holds(t, m->here == p->here && m->nstate == p->nstate, "the machine moved");
    if (!s)
        return;
    holds(t, memcmp(&s->terms, &p->terms, sizeof p->terms) == 0, "the terms moved");
    holds(t, blocks_same(&s->theta->b, &p->theta->b), "theta moved");
    holds(t, (s->q != NULL) == (p->q != NULL) && (!s->q || blocks_same(&s->q->b, &p->q->b)),
          "q moved");
}

static void forget_still(struct still *p)
{
    theta_free(p->theta);
    latent_free(p->q);
}

bool try_step(struct trial *t, step_function *step, bool stands)
{
    struct still before;
    struct error e = {0};
    take_still(t->p.m, &before);
    bool done = step(t, &e) == 0;
    if (!done) {
        is_helpful(t, &e);
        if (!stands)
            is_still(t, &before);
        note(t, "(refused)");
    }
    forget_still(&before);
    state_is_whole(t);
    const struct state *s = machine_here(t->p.m);
    if (s && s->has_q && done)
        ledger_holds(t);
    return done;
}

