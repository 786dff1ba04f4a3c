/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The M-step: reads q, writes θ. */
#include <float.h>
#include <math.h>

#include "em/gradient.h"
#include "em/state.h"

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
    if (!here && (how->blocks & ~m->frozen & machine_blocks(m)) != machine_blocks(m)) {
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
    if (!(how->blocks & machine_blocks(m) & ~m->frozen)) {
        error_set(e, "every block that this M-step could move is frozen");
        return error_hint(e, "unfreeze BLOCK lets it move");
    }
    return 0;
}

/* The q that the step starts from; the caller frees its reference. */
static struct latent *q_of_m(const struct machine *m, const struct m_how *how, struct error *e)
{
    const struct state *here = machine_here(m);
    if (!builds_q(how) || state_touches(here))
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

/* Part of the way to an exact M's θ rises all the way; to a gradient step's it may pass through a
 * valley, because the step has one length for all coordinates and overshoots in some. */
static int check_rise(const struct machine *m, const struct latent *q, double damp,
                      const struct theta *t, struct error *e)
{
    const struct terms *here = &machine_here(m)->terms;
    struct terms there;
    model_terms(m->model, &m->prior, q, t, ~0u, &there);
    double before = terms_objective(here), after = terms_objective(&there);
    if (!(after < before - fmax(terms_tolerance(here), 8.0 * DBL_EPSILON * fabs(before))))
        return 0;
    char from[NUMBER_TEXT], to[NUMBER_TEXT], shown[NUMBER_TEXT];
    error_set(e, "damp=%s of this gradient step lowers what it is to raise, from %s to %s",
              number_text(shown, damp, 3), number_text(from, before, 6),
              number_text(to, after, 6));
    return error_hint(e, "m gradient alone finds a length that rises; m damp=… goes towards the "
                         "exact M-step, where every part of the way does");
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
    held.blocks &= machine_blocks(m) & ~m->frozen;
    if (move_theta(m, &held, q, t, e) != 0)
        goto refused;
    if (here && damp < 1.0) /* θ(d) = θ + d(θ_M − θ): blocks that did not move stay */
        blocks_mix(&here->theta->b, &t->b, damp, &t->b);
    if (damp < 1.0 && how->kind == M_GRADIENT &&
        check_rise(m, q, damp, t, e) != 0)
        goto refused;
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
    struct state s = state_next(m, PHASE_M);
    s.t = 1;
    s.q_count = 1;
    s.step.m.blocks = machine_blocks(m);
    s.has_q = true;
    state_put_theta(m, &s, t);
    state_put_q(m, &s, q);
    s.m_answer = theta_ref(t);
    m->pending_q = NULL;
    return state_settle(m, &s, e);
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
        state_share_q(s, here);
    latent_free(q);
}

/* Takes q and t over. */
static int push_m(struct machine *m, const struct m_how *how, double damp, struct latent *q,
                  struct theta *t, struct error *e)
{
    struct state s = state_next(m, PHASE_M);
    s.t++;
    s.step.m = *how;
    s.step.damp = damp;
    s.step.from_exact = machine_here(m)->exact || builds_q(how);
    s.step.partial = damp < 1.0 || (how->kind != M_EXACT && how->kind != M_GIS) ||
                     (how->blocks | m->frozen | ~machine_blocks(m)) != ~0u;
    put_q_of_m(m, &s, q);
    state_put_theta(m, &s, t);
    if (!s.step.partial) {
        theta_free(s.m_answer);
        s.m_answer = theta_ref(t);
    }
    return state_settle(m, &s, e);
}

/* The answer to a posterior that is not stored, by the model's own map from the θ that it touches
 * at; NULL: not so. */
static struct theta *map_answer(const struct machine *m, const struct m_how *how, double damp,
                                struct error *e)
{
    const struct state *here = machine_here(m);
    const struct prior *prior = m->prior.given ? &m->prior : NULL;
    unsigned blocks = how->blocks & machine_blocks(m) & ~m->frozen;
    double loglik;
    if (!here || !here->has_q || here->q || !here->touch || !state_q_may_wait(m) ||
        how->kind != M_EXACT || damp != 1.0 || !m->model->class->em_map)
        return NULL;
    struct theta *t = theta_copy(here->theta, e);
    if (t && m->model->class->em_map(m->model, here->touch, blocks, prior, t, &loglik) == 0 &&
        model_theta_valid(m->model, t, e) == 0)
        return t;
    theta_free(t);
    return NULL;
}

int machine_m(struct machine *m, const struct m_how *how, double damp, bool *made,
              struct error *e)
{
    if (check_m(m, how, damp, e) != 0 || state_room(m, e) != 0)
        return -1;
    struct theta *t = map_answer(m, how, damp, e);
    if (!t && machine_hold_q(m, e) != 0)
        return -1;
    struct latent *q = t ? NULL : q_of_m(m, how, e);
    if (!t && q)
        t = m_answer(m, q, how, damp, e);
    if (!t) {
        latent_free(q);
        return -1;
    }
    const struct state *here = machine_here(m);
    *made = !here || machine_m_is_due(m) || !blocks_same(&t->b, &here->theta->b);
    if (here && *made) {
        return push_m(m, how, damp, q, t, e);
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
        struct theta *t = map_answer(m, &how, 1.0, e);
        if (!t && machine_hold_q(m, e) == 0)
            t = m_answer(m, here->q, &how, 1.0, e);
        if (!t)
            return -1;
        state_put_answer(m, here, t);
    }
    *answer = here->m_answer;
    return 0;
}
