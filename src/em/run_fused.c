/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "em/run_fused.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "em/state.h"

/* Operations that settling the states of a run may take: some tenths of a second. */
static const double quick = 5e8;

struct ahead {
    struct theta *next;  /* the M-step's answer from here; NULL: not computed yet */
    double loglik;       /* ℓ of here, from the same pass */
    long origin;         /* where the run began */
    long first;          /* the first state that it made */
};

void ahead_free(struct ahead *a)
{
    if (a)
        theta_free(a->next);
    mem_free(a);
}

/* θ' of one map from θ; NULL when the model would rather not. */
static struct theta *map(const struct machine *m, const struct theta *from, double *loglik,
                         struct error *e)
{
    const struct prior *prior = m->prior.given ? &m->prior : NULL;
    struct theta *to = theta_copy(from, e);
    if (to && m->model->class->em_map(m->model, from, machine_blocks(m) & ~m->frozen, prior, to,
                                      loglik) == 0 && isfinite(*loglik))
        return to;
    theta_free(to);
    return NULL;
}

/* What the map has told of the terms at θ; the bound too, where it touches. */
static void note_terms(const struct machine *m, struct state *s, double loglik)
{
    struct terms *t = &s->terms;
    s->terms_due = true;
    t->have = TERM_BIT(TERM_LOGLIK) | (s->exact ? TERM_BIT(TERM_ELBO) : 0u);
    t->value[TERM_LOGLIK] = loglik;
    t->value[TERM_ELBO] = s->exact ? loglik : NAN;
    if (!m->prior.given)
        return;
    t->have |= TERM_BIT(TERM_LOGPRIOR) | (s->exact ? TERM_BIT(TERM_OBJECTIVE) : 0u);
    t->value[TERM_LOGPRIOR] = m->model->class->log_prior(m->model, &m->prior, s->theta);
    t->value[TERM_OBJECTIVE] = loglik + t->value[TERM_LOGPRIOR];
}

/* The M to θ, from an exact E; takes the reference. */
static void push_m(struct machine *m, struct theta *theta, double loglik)
{
    struct state s = state_next(m, PHASE_M);
    s.t++;
    s.step.m = (struct m_how){.kind = M_EXACT, .blocks = ~0u};
    s.step.from_exact = true;
    state_share_q(&s, machine_here(m));
    state_put_theta(m, &s, theta);
    theta_free(s.m_answer);
    s.m_answer = theta_ref(theta);
    note_terms(m, &s, loglik);
    state_push(m, s);
}

static void push_e(struct machine *m, double loglik)
{
    struct state s = state_next(m, PHASE_E);
    const struct state *here = machine_here(m);
    s.step.e = (struct e_how){.kind = E_EXACT};
    s.has_q = true;
    s.q_count++;
    s.exact = true;
    state_put_theta(m, &s, theta_ref(here->theta));
    s.touch = theta_ref(here->theta);
    note_terms(m, &s, loglik);
    state_push(m, s);
}

/* The run may begin at an exact E, or at a θ whose E it takes itself. */
static bool suits(const struct machine *m, const struct run_how *how)
{
    const struct state *here = machine_here(m);
    return m->model->class->em_map && !how->until && !how->squarem && model_touches(m->model) &&
           here && (here->exact || !machine_m_is_due(m)) && (machine_blocks(m) & ~m->frozen);
}

struct ahead *ahead_new(struct machine *m, const struct run_how *how, struct error *e)
{
    e->message[0] = '\0';
    if (!suits(m, how))
        return NULL;
    struct ahead *a = NEW(struct ahead);
    if (!a || state_room(m, e) != 0) {
        error_no_memory(e);
        ahead_free(a);
        return NULL;
    }
    a->origin = m->here;
    a->first = m->nstate;
    if (machine_here(m)->exact)
        return a;
    double loglik;
    struct error refusal;
    a->next = map(m, machine_here(m)->theta, &loglik, &refusal);
    if (a->next) {
        push_e(m, loglik);
        return a;
    }
    ahead_free(a);
    return NULL;
}

bool ahead_iterate(struct ahead *a, struct machine *m, struct error *e)
{
    double loglik;
    if (!a->next)
        a->next = map(m, machine_here(m)->theta, &loglik, e);
    if (!a->next || state_room(m, e) != 0)
        return false;
    struct theta *after = map(m, a->next, &loglik, e);
    if (!after)
        return false;
    push_m(m, a->next, loglik);
    a->next = after;
    if (state_room(m, e) != 0)
        return false;
    push_e(m, loglik);
    return true;
}

/* The states of the run are a chain, each M with the q of the E before it. */
static int settle_all(const struct ahead *a, struct machine *m, struct error *e)
{
    double each = (double)m->model->obs.n * (double)(m->model->k * m->model->theta.size);
    if (each * (double)(m->nstate - a->first) > quick)
        return 0;
    for (long i = a->first; i < m->nstate; i++)
        if (m->state[i].theta && machine_settle(m, i, e) != 0)
            return -1;
    return 0;
}

/* To the last state on the way that stands whole, for want of memory for the last one's q or
 * terms. */
static void go_back(const struct ahead *a, struct machine *m)
{
    struct error lost;
    long at = m->here;
    while (machine_goto(m, at, &lost) != 0 && at != a->origin)
        at = m->state[at].parent;
    m->here = at;
}

int ahead_stop(struct ahead *a, struct machine *m, struct error *e)
{
    theta_free(a->next);
    a->next = NULL;
    long before = machine_here(m)->parent;
    bool settles = before >= a->first && m->state[before].theta;
    if ((!settles || machine_settle(m, before, e) == 0) && settle_all(a, m, e) == 0 &&
        machine_goto(m, m->here, e) == 0)
        return 0;
    go_back(a, m);
    return -1;
}
