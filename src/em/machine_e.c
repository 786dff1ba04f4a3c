/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The E-step: reads θ, writes q. */
#include <math.h>

#include "em/state.h"

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

/* The exact E of a q that is better not stored. */
static int touch_without_q(struct machine *m, bool *made, struct error *e)
{
    const struct state *here = machine_here(m);
    *made = !(state_touches(here) && here->step.phase != PHASE_M);
    if (!*made)
        return 0;
    struct state s = state_next(m, PHASE_E);
    s.step.e = (struct e_how){.kind = E_EXACT};
    s.has_q = true;
    s.q_count++;
    state_put_theta(m, &s, theta_ref(here->theta));
    s.touch = theta_ref(here->theta);
    return state_settle(m, &s, e);
}

int machine_e(struct machine *m, const struct e_how *how, bool *made, struct error *e)
{
    if (need_theta(m, e) != 0 || check_e(m, how, e) != 0 || state_room(m, e) != 0)
        return -1;
    if (how->kind == E_EXACT && state_q_may_wait(m))
        return touch_without_q(m, made, e);
    if (machine_hold_q(m, e) != 0)
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
    *made = !(here->has_q && here->step.phase != PHASE_M && blocks_same(&q->b, &here->q->b));
    if (!*made && (how->kind != E_EXACT || state_touches(here))) {
        latent_free(q);
        return 0;
    }
    *made = true;
    struct state s = state_next(m, by_hand ? PHASE_Q : PHASE_E);
    s.step.e = *how;
    s.step.e.random = NULL;
    s.has_q = true;
    s.q_count++;
    state_put_theta(m, &s, theta_ref(here->theta));
    state_put_q(m, &s, q);
    if (how->kind == E_EXACT)
        s.touch = theta_ref(here->theta);
    return state_settle(m, &s, e);
}
