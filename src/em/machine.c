/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The machine, θ and q by hand, and what is maximised.  The half-steps are in machine_e.c and
 * machine_m.c: each builds the next state beside the one that stands, and only a whole one is
 * pushed. */
#include "em/machine.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "em/starts.h"
#include "em/state.h"

static unsigned all_hyperparameters(const struct model *m)
{
    return (1u << m->prior_layout.nblock) - 1u;
}

struct machine *machine_new(struct model *model, struct error *e)
{
    struct machine *m = NEW(struct machine);
    if (!m) {
        model_free(model);
        error_no_memory(e);
        return NULL;
    }
    m->model = model;
    m->here = NO_STATE;
    m->frozen = model->frozen_at_start;
    m->history_limit = (size_t)256 << 20;
    m->prior.b.layout = &model->prior_layout;
    m->prior.b.v = NEW_ARRAY(model->prior_layout.size ? model->prior_layout.size : 1, double);
    if (!m->prior.b.v) {
        error_no_memory(e);
        machine_free(m);
        return NULL;
    }
    if (model->prior) {
        memcpy(m->prior.b.v, model->prior, model->prior_layout.size * sizeof(double));
        m->prior.given = all_hyperparameters(model);
    }
    return m;
}

struct machine *machine_beside(const struct machine *m, struct error *e)
{
    struct machine *trial = NEW(struct machine);
    size_t size = m->model->prior_layout.size;
    if (trial)
        trial->prior.b.v = NEW_ARRAY(size ? size : 1, double);
    if (!trial || !trial->prior.b.v) {
        mem_free(trial);
        error_no_memory(e);
        return NULL;
    }
    trial->model = m->model;
    trial->beside = true;
    trial->here = NO_STATE;
    trial->frozen = m->frozen;
    trial->history_limit = m->history_limit;
    trial->prior.b.layout = m->prior.b.layout;
    trial->prior.given = m->prior.given;
    memcpy(trial->prior.b.v, m->prior.b.v, size * sizeof(double));
    return trial;
}

void machine_free(struct machine *m)
{
    if (!m)
        return;
    for (long i = 0; i < m->nstate; i++)
        state_clear(m, &m->state[i]);
    for (size_t i = 0; i < m->nmark; i++)
        mem_free(m->mark[i].name);
    starts_free(m->starts);
    latent_free(m->pending_q);
    mem_free(m->mark);
    mem_free(m->state);
    mem_free(m->prior.b.v);
    if (!m->beside)
        model_free(m->model);
    mem_free(m);
}

const struct state *machine_here(const struct machine *m)
{
    return m->here == NO_STATE ? NULL : &m->state[m->here];
}

const struct state *machine_before(const struct machine *m)
{
    const struct state *s = machine_here(m);
    return !s || s->parent == NO_STATE ? NULL : &m->state[s->parent];
}

unsigned machine_blocks(const struct machine *m)
{
    return (1u << m->model->theta.nblock) - 1u;
}

double terms_tolerance(const struct terms *t)
{
    double scale = 1.0;
    static const enum term which[] = {TERM_LOGLIK, TERM_Q, TERM_H};
    for (size_t i = 0; i < sizeof which / sizeof *which; i++)
        if (t->have & TERM_BIT(which[i]) && isfinite(t->value[which[i]]))
            scale = fmax(scale, fabs(t->value[which[i]]));
    return 1e-9 * scale;
}

bool terms_closed(const struct terms *t)
{
    return (t->have & TERM_BIT(TERM_KL)) && fabs(t->value[TERM_KL]) <= terms_tolerance(t);
}

struct state state_next(const struct machine *m, enum phase phase)
{
    const struct state *here = machine_here(m);
    struct state s = {.parent = m->here, .child = NO_STATE, .step = {.phase = phase, .damp = 1.0}};
    if (here) {
        s.t = here->t;
        s.q_count = here->q_count;
    }
    return s;
}

void state_share_q(struct state *s, const struct state *from)
{
    if (!from || !from->has_q)
        return;
    s->has_q = true;
    s->q = from->q ? latent_ref(from->q) : NULL;
    s->touch = from->touch ? theta_ref(from->touch) : NULL;
    s->m_answer = from->m_answer ? theta_ref(from->m_answer) : NULL;
}

bool state_touches(const struct state *s)
{
    return s->has_q && s->touch && blocks_same(&s->touch->b, &s->theta->b);
}

/* From here on γ is a burden: 1 MB. */
static const size_t large_q = (size_t)1 << 17;

bool state_q_may_wait(const struct machine *m)
{
    return m->model->q.size >= large_q && m->model->class->touching_terms &&
           model_touches(m->model);
}

/* All terms of a state from its q, stored or not; -1: it has to be, and there is no memory. */
static int make_terms(const struct machine *m, const struct state *s, struct terms *t,
                      struct error *e)
{
    if (s->has_q && !s->q && s->touch && state_q_may_wait(m) &&
        model_touching_terms(m->model, &m->prior, s->touch, s->theta, t))
        return 0;
    struct latent *q = s->has_q ? machine_q(m, s, e) : NULL;
    if (s->has_q && !q)
        return -1;
    if (!s->has_q && state_q_may_wait(m)) {
        const struct theta *theta = s->theta;
        model_terms(m->model, &m->prior, NULL, s->theta, ~TERM_BIT(TERM_LOGLIK), t);
        t->have |= TERM_BIT(TERM_LOGLIK);
        if (model_logliks(m->model, &theta, 1, &t->value[TERM_LOGLIK]))
            return 0;
    }
    model_terms(m->model, &m->prior, q, s->theta, ~0u, t);
    latent_free(q);
    return 0;
}

int state_settle(struct machine *m, struct state *s, struct error *e)
{
    s->exact = state_touches(s) && model_touches(m->model);
    if (make_terms(m, s, &s->terms, e) != 0) {
        state_clear(m, s);
        return -1;
    }
    state_push(m, *s);
    return 0;
}

/* ---- by hand ---------------------------------------------------------------------------- */

/* θ for a state to come, for which there is room then. */
static struct theta *theta_to_come(struct machine *m, const struct theta *theta, struct error *e)
{
    if (model_theta_valid(m->model, theta, e) != 0)
        return NULL;
    struct theta *t = theta_copy(theta, e);
    if (t && state_room(m, e) != 0) {
        theta_free(t);
        return NULL;
    }
    if (t)
        blocks_tidy(&t->b);
    return t;
}

int machine_start(struct machine *m, const struct theta *theta, struct error *e)
{
    struct theta *t = theta_to_come(m, theta, e);
    if (!t)
        return -1;
    struct state s = {.parent = NO_STATE, .child = NO_STATE,
                      .step = {.phase = PHASE_INIT, .damp = 1.0}};
    state_put_theta(m, &s, t);
    if (m->pending_q) {
        s.has_q = true;
        s.q_count = 1;
        state_put_q(m, &s, m->pending_q);
        m->pending_q = NULL;
    }
    return state_settle(m, &s, e);
}

int machine_set_theta(struct machine *m, const struct theta *theta, struct error *e)
{
    const struct state *here = machine_here(m);
    if (!here)
        return machine_start(m, theta, e);
    struct theta *t = theta_to_come(m, theta, e);
    if (!t)
        return -1;
    here = machine_here(m); /* state_room may have moved it */
    struct state s = state_next(m, PHASE_THETA);
    state_share_q(&s, here);
    state_put_theta(m, &s, t);
    return state_settle(m, &s, e);
}

static int check_q(const struct machine *m, const struct latent *q, struct error *e)
{
    if (blocks_valid(&q->b, e) != 0)
        return -1;
    return m->model->class->q_valid ? m->model->class->q_valid(m->model, q, e) : 0;
}

/* An MM model's q is where the surrogate touches, however it was set. */
static struct theta *touch_of(const struct machine *m, const struct latent *q, struct error *e)
{
    struct theta *t = theta_new(&m->model->theta, e);
    if (t)
        memcpy(t->b.v, q->b.v, t->b.layout->size * sizeof *t->b.v);
    return t;
}

int machine_set_q(struct machine *m, const struct latent *q, struct error *e)
{
    if (check_q(m, q, e) != 0)
        return -1;
    struct latent *copy = latent_copy(q, e);
    if (!copy)
        return -1;
    if (m->here == NO_STATE) {
        latent_free(m->pending_q);
        m->pending_q = copy;
        return 0;
    }
    bool tangent = m->model->class->kind == MODEL_MM;
    struct theta *touch = tangent ? touch_of(m, q, e) : NULL;
    if ((tangent && !touch) || state_room(m, e) != 0) {
        theta_free(touch);
        latent_free(copy);
        return -1;
    }
    struct state s = state_next(m, PHASE_Q);
    s.has_q = true;
    s.q_count++;
    state_put_touch(m, &s, touch);
    state_put_theta(m, &s, theta_ref(machine_here(m)->theta));
    state_put_q(m, &s, copy);
    return state_settle(m, &s, e);
}

struct latent *machine_q(const struct machine *m, const struct state *s, struct error *e)
{
    if (s->q)
        return latent_ref(s->q);
    if (!s->theta) {
        state_gone(s, e);
        return NULL;
    }
    if (!s->has_q || !state_q_can_be_made(m, s)) {
        error_set(e, "state %s has no q", s->label);
        error_hint(e, "goto %s, then e makes one", s->label);
        return NULL;
    }
    struct latent *q = latent_new(&m->model->q, e);
    struct e_how how = {.kind = E_EXACT};
    if (q && m->model->class->e_step(m->model, s->touch, &how, q, e) != 0) {
        latent_free(q);
        return NULL;
    }
    return q;
}

int machine_hold_q(struct machine *m, struct error *e)
{
    struct state *here = m->here == NO_STATE ? NULL : &m->state[m->here];
    if (!here || !here->has_q || here->q)
        return 0;
    struct latent *q = machine_q(m, here, e);
    if (!q)
        return -1;
    state_put_q(m, here, q);
    return 0;
}

int machine_settle(struct machine *m, long at, struct error *e)
{
    struct state *s = &m->state[at];
    if (!s->terms_due || !s->theta)
        return s->theta ? 0 : state_gone(s, e);
    if (make_terms(m, s, &s->terms, e) != 0)
        return -1;
    s->terms_due = false;
    return 0;
}

/* ---- what is maximised ------------------------------------------------------------------ */

static void forget_answers(struct machine *m)
{
    starts_keep(m, NULL);
    for (long i = 0; i < m->nstate; i++)
        state_drop_answer(m, &m->state[i]);
}

static void follow_prior(struct machine *m, struct state *s)
{
    if (m->model->prior) { /* every term follows it */
        if (s->theta && (s->q || !s->has_q))
            model_terms(m->model, &m->prior, s->q, s->theta, ~0u, &s->terms);
        return;
    }
    const unsigned prior_terms = TERM_BIT(TERM_LOGPRIOR) | TERM_BIT(TERM_OBJECTIVE);
    s->terms.have &= ~prior_terms;
    if (!m->prior.given)
        return;
    double log_prior = s->theta ? m->model->class->log_prior(m->model, &m->prior, s->theta)
                                : NAN; /* θ was let go of */
    s->terms.value[TERM_LOGPRIOR] = log_prior;
    s->terms.have |= TERM_BIT(TERM_LOGPRIOR);
    if (s->terms.have & TERM_BIT(TERM_ELBO)) {
        s->terms.value[TERM_OBJECTIVE] = s->terms.value[TERM_ELBO] + log_prior;
        s->terms.have |= TERM_BIT(TERM_OBJECTIVE);
    }
}

int machine_set_prior(struct machine *m, const struct prior *prior, struct error *e)
{
    const struct model_class *c = m->model->class;
    if (m->model->prior && prior->given != all_hyperparameters(m->model)) {
        error_set(e, "the prior is a part of %s: it can be changed, and not taken away", c->name);
        return error_hint(e, "prior shows it; model %s … again has the one it began with",
                          c->name);
    }
    if (prior->given && !c->log_prior && !m->model->prior) {
        error_set(e, "%s has no conjugate prior here", m->model->name);
        return error_hint(e, "help prior lists the models that have one");
    }
    if (prior->given && c->prior_valid && c->prior_valid(m->model, prior, e) != 0)
        return -1;
    bool other = m->prior.given != prior->given ||
                 (prior->given && memcmp(m->prior.b.v, prior->b.v,
                                         m->model->prior_layout.size * sizeof(double)) != 0);
    for (long i = 0; other && i < m->nstate; i++)
        m->state[i].step.other_prior = true;
    memmove(m->prior.b.v, prior->b.v, m->model->prior_layout.size * sizeof(double));
    m->prior.given = prior->given;
    if (m->model->prior)
        memcpy(m->model->prior, prior->b.v, m->model->prior_layout.size * sizeof(double));
    forget_answers(m);
    for (long i = 0; i < m->nstate; i++)
        follow_prior(m, &m->state[i]);
    return 0;
}

void machine_freeze(struct machine *m, unsigned frozen)
{
    m->frozen = frozen;
    forget_answers(m);
}
