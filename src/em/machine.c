/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The half-steps: each builds the next state beside the one that stands, and only a whole one is
 * pushed. */
#include "em/machine.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "em/gradient.h"
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

static unsigned all_blocks(const struct machine *m)
{
    return (1u << m->model->theta.nblock) - 1u;
}

static bool same_values(const struct blocks *a, const struct blocks *b)
{
    return memcmp(a->v, b->v, a->layout->size * sizeof *a->v) == 0;
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

/* The next state: a child of here (or a root) that shares here's q. */
static struct state next_state(const struct machine *m, enum phase phase)
{
    const struct state *here = machine_here(m);
    struct state s = {.parent = m->here, .child = NO_STATE, .step = {.phase = phase, .damp = 1.0}};
    if (here) {
        s.t = here->t;
        s.q_count = here->q_count;
    }
    return s;
}

static void share_q(struct state *s, const struct state *from)
{
    if (!from || !from->has_q)
        return;
    s->has_q = true;
    s->q = latent_ref(from->q);
    s->touch = from->touch ? theta_ref(from->touch) : NULL;
    s->m_answer = from->m_answer ? theta_ref(from->m_answer) : NULL;
}

/* q was made by an exact E at this very θ. */
static bool touches_here(const struct state *s)
{
    return s->has_q && s->touch && same_values(&s->touch->b, &s->theta->b);
}

static void settle(struct machine *m, struct state *s)
{
    s->exact = touches_here(s) && model_touches(m->model);
    model_terms(m->model, &m->prior, s->q, s->theta, ~0u, &s->terms);
    state_push(m, *s);
}

/* ---- by hand ---------------------------------------------------------------------------- */

static struct theta *checked_copy(const struct machine *m, const struct theta *theta,
                                  struct error *e)
{
    if (model_theta_valid(m->model, theta, e) != 0)
        return NULL;
    struct theta *t = theta_copy(theta, e);
    if (t)
        blocks_tidy(&t->b);
    return t;
}

int machine_start(struct machine *m, const struct theta *theta, struct error *e)
{
    struct theta *t = checked_copy(m, theta, e);
    if (!t)
        return -1;
    if (state_room(m, e) != 0) {
        theta_free(t);
        return -1;
    }
    struct state s = {.parent = NO_STATE, .child = NO_STATE,
                      .step = {.phase = PHASE_INIT, .damp = 1.0}};
    state_put_theta(m, &s, t);
    if (m->pending_q) {
        s.has_q = true;
        s.q_count = 1;
        state_put_q(m, &s, m->pending_q);
        m->pending_q = NULL;
    }
    settle(m, &s);
    return 0;
}

int machine_set_theta(struct machine *m, const struct theta *theta, struct error *e)
{
    const struct state *here = machine_here(m);
    if (!here)
        return machine_start(m, theta, e);
    struct theta *t = checked_copy(m, theta, e);
    if (!t)
        return -1;
    if (state_room(m, e) != 0) {
        theta_free(t);
        return -1;
    }
    here = machine_here(m); /* state_room may have moved it */
    struct state s = next_state(m, PHASE_THETA);
    share_q(&s, here);
    state_put_theta(m, &s, t);
    settle(m, &s);
    return 0;
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
    struct state s = next_state(m, PHASE_Q);
    s.has_q = true;
    s.q_count++;
    state_put_touch(m, &s, touch);
    state_put_theta(m, &s, theta_ref(machine_here(m)->theta));
    state_put_q(m, &s, copy);
    settle(m, &s);
    return 0;
}

/* ---- E ---------------------------------------------------------------------------------- */

static int need_theta(const struct machine *m, struct error *e)
{
    if (m->here != NO_STATE)
        return 0;
    error_set(e, "the E-step needs θ");
    return error_hint(e, "init, or theta NAME=v,…");
}

static int check_e(const struct machine *m, const struct e_how *how, struct error *e)
{
    const struct model_class *c = m->model->class;
    if (how->kind == E_EXACT || how->kind == E_SWEEPS || how->kind == E_UNIFORM ||
        how->kind == E_RANDOM)
        return 0;
    if (how->kind == E_ROWS && !c->rows) {
        error_set(e, "the rows of %s's q cannot be refreshed one by one%s%s",
                  m->model->name, c->chained ? ": " : "", c->chained ? c->chained : "");
        return error_hint(e, "e alone refreshes all of q");
    }
    if (how->kind == E_ROWS && machine_here(m) && !machine_here(m)->has_q) {
        error_set(e, "rows= refreshes some rows of q and keeps the others, and there is no q yet");
        return error_hint(e, "take a whole `e` first, or set q by hand");
    }
    if (how->kind == E_ROWS && (how->first < 1 || how->last < how->first ||
                                how->last > m->model->obs.n)) {
        error_set(e, "rows=%zu:%zu; the rows are 1 to %zu", how->first, how->last,
                  m->model->obs.n);
        return error_hint(e, "rows=FIRST:LAST, both included");
    }
    if (how->kind == E_TEMPERED && !(how->beta > 0.0 && isfinite(how->beta))) {
        error_set(e, "beta must be a number above 0");
        return error_hint(e, "beta=1 is the exact E-step; below 1 q is flatter, above 1 harder");
    }
    if (how->kind != E_ROWS && c->closed) {
        error_set(e, "%s", c->closed);
        return error_hint(e, "e alone is the exact E-step");
    }
    return 0;
}

/* The q that the step starts from: a copy where the old one matters, else an empty one. */
static struct latent *working_q(const struct machine *m, const struct e_how *how, struct error *e)
{
    const struct state *here = machine_here(m);
    bool matters = how->kind == E_ROWS || how->kind == E_SWEEPS ||
                   m->model->class->kind == MODEL_VARIATIONAL;
    return matters && here->q ? latent_copy(here->q, e) : latent_new(&m->model->q, e);
}

int machine_e(struct machine *m, const struct e_how *how, bool *made, struct error *e)
{
    if (need_theta(m, e) != 0 || check_e(m, how, e) != 0 || state_room(m, e) != 0)
        return -1;
    const struct state *here = machine_here(m);
    struct latent *q = working_q(m, how, e);
    if (!q)
        return -1;
    if (m->model->class->e_step(m->model, here->theta, how, q, e) != 0) {
        latent_free(q);
        return -1;
    }
    bool by_hand = how->kind == E_UNIFORM || how->kind == E_RANDOM;
    *made = !(here->has_q && here->step.phase != PHASE_M && same_values(&q->b, &here->q->b));
    if (!*made && (how->kind != E_EXACT || touches_here(here))) {
        latent_free(q);
        return 0;
    }
    *made = true;
    struct state s = next_state(m, by_hand ? PHASE_Q : PHASE_E);
    s.step.e = *how;
    s.step.e.random = NULL;
    s.has_q = true;
    s.q_count++;
    state_put_theta(m, &s, theta_ref(here->theta));
    state_put_q(m, &s, q);
    if (how->kind == E_EXACT)
        s.touch = theta_ref(here->theta);
    settle(m, &s);
    return 0;
}

/* ---- M ---------------------------------------------------------------------------------- */

bool machine_m_is_due(const struct machine *m)
{
    const struct state *here = machine_here(m);
    if (!here)
        return m->pending_q != NULL;
    return here->has_q && (here->step.phase == PHASE_E || here->step.phase == PHASE_Q);
}

/* gis and newton build the surrogate anew where they start, unless it was built there. */
static bool builds_q(const struct m_how *how)
{
    return how->kind == M_GIS || how->kind == M_NEWTON;
}

static int check_kind(const struct machine *m, const struct m_how *how, double damp,
                      struct error *e)
{
    static const char *const names[] = {"m", "m gradient", "m gis", "m newton"};
    const struct model_class *c = m->model->class;
    if (how->kind != M_EXACT && how->kind != M_GRADIENT && !(c->m_kinds >> how->kind & 1u)) {
        error_set(e, "%s is no step of %s", names[how->kind], m->model->name);
        return error_hint(e, "m alone is the exact M-step");
    }
    if (builds_q(how) && !machine_here(m)) {
        error_set(e, "%s needs a θ to start from", names[how->kind]);
        return error_hint(e, "init, or theta NAME=v,…");
    }
    if (damp != 1.0 && c->theta_in_q) {
        error_set(e, "damp= does not suit %s: its θ is a factor of q, and on the straight line to "
                     "the M-step's answer the ELBO may fall", c->name);
        return error_hint(e, "m moves all of the way; m only=BLOCK moves a part of θ");
    }
    return 0;
}

static int check_m(const struct machine *m, const struct m_how *how, double damp, struct error *e)
{
    const struct state *here = machine_here(m);
    if (check_kind(m, how, damp, e) != 0)
        return -1;
    if (builds_q(how) ? false : here ? !here->has_q : !m->pending_q) {
        error_set(e, "the M-step needs q");
        return error_hint(e, "take an `e` first, or set q by hand (help q)");
    }
    if (!here && (how->blocks & ~m->frozen & all_blocks(m)) != all_blocks(m)) {
        error_set(e, "the first M-step, without a θ to start from, moves every block");
        return error_hint(e, "leave only= away, unfreeze what is frozen, or give a θ first");
    }
    if (!here && how->kind == M_GRADIENT)
        return error_set(e, "a gradient step starts from a θ, and there is none yet");
    if (!here && damp != 1.0) {
        error_set(e, "damp= goes part of the way from the θ that is there; there is none");
        return error_hint(e, "leave damp= away, or give a θ first");
    }
    if (!(damp > 0.0 && damp <= 1.0)) {
        error_set(e, "damp must be above 0 and at most 1");
        return error_hint(e, "damp=0.5 goes half of the way; damp=1 is the whole M-step");
    }
    if (!(how->blocks & all_blocks(m) & ~m->frozen)) {
        error_set(e, "every block that this M-step could move is frozen");
        return error_hint(e, "unfreeze BLOCK lets it move");
    }
    return 0;
}

/* θ(d) = θ + d(θ_M − θ), entry by entry: blocks that did not move stay. */
static void damp_towards(struct theta *answer, const struct theta *from, double d)
{
    for (size_t i = 0; d < 1.0 && i < answer->b.layout->size; i++)
        answer->b.v[i] = from->b.v[i] + d * (answer->b.v[i] - from->b.v[i]);
}

/* The q that the step starts from; the caller frees its reference. */
static struct latent *q_of_m(const struct machine *m, const struct m_how *how, struct error *e)
{
    const struct state *here = machine_here(m);
    if (!builds_q(how) || touches_here(here))
        return latent_ref(here ? here->q : m->pending_q);
    struct latent *q = latent_new(&m->model->q, e);
    struct e_how exact = {.kind = E_EXACT};
    if (q && m->model->class->e_step(m->model, here->theta, &exact, q, e) != 0) {
        latent_free(q);
        return NULL;
    }
    return q;
}

/* The blocks that move; a gradient step needs nothing of the model but its terms. */
static int move_theta(const struct machine *m, const struct m_how *how, const struct latent *q,
                      struct theta *t, struct error *e)
{
    const struct prior *prior = m->prior.given ? &m->prior : NULL;
    struct landscape bound = {m->model, prior, q, how->blocks, TERM_ELBO};
    if (how->kind == M_GRADIENT)
        return gradient_step(&bound, t, e);
    return m->model->class->m_step(m->model, q, how, prior, t, e);
}

/* The M-step's θ from here; NULL when it is refused. */
static struct theta *m_answer(const struct machine *m, const struct latent *q,
                              const struct m_how *how, double damp, struct error *e)
{
    const struct state *here = machine_here(m);
    struct theta *t = here ? theta_copy(here->theta, e) : theta_new(&m->model->theta, e);
    if (!t)
        return NULL;
    struct m_how held = *how;
    held.blocks &= all_blocks(m) & ~m->frozen;
    if (move_theta(m, &held, q, t, e) != 0)
        goto refused;
    if (here)
        damp_towards(t, here->theta, damp);
    if (model_theta_valid(m->model, t, e) != 0)
        goto refused;
    return t;
refused:
    theta_free(t);
    return NULL;
}

/* A pending q and its first θ: the M-step makes the start. */
static int m_from_pending(struct machine *m, struct theta *t, struct error *e)
{
    struct latent *q = m->pending_q;
    (void)e;
    struct state s = next_state(m, PHASE_M);
    s.t = 1;
    s.q_count = 1;
    s.step.m.blocks = all_blocks(m);
    s.has_q = true;
    state_put_theta(m, &s, t);
    state_put_q(m, &s, q);
    s.m_answer = theta_ref(t);
    m->pending_q = NULL;
    settle(m, &s);
    return 0;
}

/* After newton there is no surrogate; gis leaves the one that it built, touching where it began.
 * Takes q over. */
static void put_q_of_m(struct machine *m, struct state *s, struct latent *q)
{
    const struct state *here = machine_here(m);
    if (s->step.m.kind == M_GIS && q != here->q) {
        s->has_q = true;
        s->q_count++;
        s->touch = theta_ref(here->theta);
        state_put_q(m, s, q);
        return;
    }
    if (s->step.m.kind != M_NEWTON)
        share_q(s, here);
    latent_free(q);
}

/* Takes q and t over. */
static void push_m(struct machine *m, const struct m_how *how, double damp, struct latent *q,
                   struct theta *t)
{
    struct state s = next_state(m, PHASE_M);
    s.t++;
    s.step.m = *how;
    s.step.damp = damp;
    s.step.from_exact = machine_here(m)->exact || builds_q(how);
    s.step.partial = damp < 1.0 || (how->kind != M_EXACT && how->kind != M_GIS) ||
                     (how->blocks | m->frozen | ~all_blocks(m)) != ~0u;
    put_q_of_m(m, &s, q);
    state_put_theta(m, &s, t);
    if (!s.step.partial) {
        theta_free(s.m_answer);
        s.m_answer = theta_ref(t);
    }
    settle(m, &s);
}

int machine_m(struct machine *m, const struct m_how *how, double damp, bool *made,
              struct error *e)
{
    if (check_m(m, how, damp, e) != 0 || state_room(m, e) != 0)
        return -1;
    struct latent *q = q_of_m(m, how, e);
    struct theta *t = q ? m_answer(m, q, how, damp, e) : NULL;
    if (!t) {
        latent_free(q);
        return -1;
    }
    const struct state *here = machine_here(m);
    *made = !here || machine_m_is_due(m) || !same_values(&t->b, &here->theta->b);
    if (here && *made) {
        push_m(m, how, damp, q, t);
        return 0;
    }
    latent_free(q);
    if (!here)
        return m_from_pending(m, t, e);
    theta_free(t);
    return 0;
}

int machine_m_answer(struct machine *m, const struct theta **answer, struct error *e)
{
    struct m_how how = {.kind = M_EXACT, .blocks = ~0u};
    if (check_m(m, &how, 1.0, e) != 0)
        return -1;
    struct state *here = &m->state[m->here];
    if (!here->m_answer) {
        struct theta *t = m_answer(m, here->q, &how, 1.0, e);
        if (!t)
            return -1;
        state_put_answer(m, here, t);
    }
    *answer = here->m_answer;
    return 0;
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

/* ---- what is maximised ------------------------------------------------------------------ */

static void forget_answers(struct machine *m)
{
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
    memcpy(m->prior.b.v, prior->b.v, m->model->prior_layout.size * sizeof(double));
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
