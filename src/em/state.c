/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tree of states: making, labelling, finding and letting go of them. */
#include "em/state.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"

const char *phase_name(enum phase p)
{
    static const char *const names[] = {"init", "E", "M", "q", "theta"};
    return names[p];
}

static size_t theta_bytes(const struct machine *m)
{
    return m->model->theta.size * sizeof(double);
}

static size_t latent_bytes(const struct machine *m)
{
    return m->model->q.size * sizeof(double);
}

void state_put_theta(struct machine *m, struct state *s, struct theta *theta)
{
    if (theta->refs == 1)
        m->history_bytes += theta_bytes(m);
    s->theta = theta;
}

void state_put_touch(struct machine *m, struct state *s, struct theta *touch)
{
    if (touch && touch->refs == 1)
        m->history_bytes += theta_bytes(m);
    s->touch = touch;
}

void state_put_q(struct machine *m, struct state *s, struct latent *q)
{
    if (q->refs == 1)
        m->history_bytes += latent_bytes(m);
    s->q = q;
}

void state_put_answer(struct machine *m, struct state *s, struct theta *answer)
{
    if (answer->refs == 1)
        m->history_bytes += theta_bytes(m);
    s->m_answer = answer;
}

static void drop_theta(struct machine *m, struct theta **t)
{
    if (*t && (*t)->refs == 1)
        m->history_bytes -= theta_bytes(m) < m->history_bytes ? theta_bytes(m) : m->history_bytes;
    theta_free(*t);
    *t = NULL;
}

static void drop_q(struct machine *m, struct state *s)
{
    if (s->q && s->q->refs == 1)
        m->history_bytes -= latent_bytes(m) < m->history_bytes ? latent_bytes(m) : m->history_bytes;
    latent_free(s->q);
    s->q = NULL;
}

void state_drop_answer(struct machine *m, struct state *s)
{
    drop_theta(m, &s->m_answer);
}

void state_clear(struct machine *m, struct state *s)
{
    drop_q(m, s);
    drop_theta(m, &s->m_answer);
    drop_theta(m, &s->touch);
    drop_theta(m, &s->theta);
}

int state_room(struct machine *m, struct error *e)
{
    if (m->nstate < m->room)
        return 0;
    long room = m->room ? 2 * m->room : 64;
    struct state *grown = mem_resize(m->state, (size_t)room, sizeof *grown);
    if (!grown)
        return error_no_memory(e);
    m->state = grown;
    m->room = room;
    return 0;
}

int state_gone(const struct state *s, struct error *e)
{
    error_set(e, "state %s was let go of to keep within the history limit", s->label);
    return error_hint(e, "set history_limit takes more megabytes; its terms are in show trace");
}

/* "3E", and ".2" when the states just before it on the path are 3E too. */
static void label(struct machine *m, struct state *s)
{
    size_t repeat = 1;
    for (long at = s->parent; at != NO_STATE && m->state[at].t == s->t; at = m->state[at].parent)
        if (m->state[at].step.phase == s->step.phase)
            repeat++;
    const char *phase = s->step.phase == PHASE_INIT ? "" : phase_name(s->step.phase);
    if (repeat == 1)
        snprintf(s->label, sizeof s->label, "%zu%s", s->t, phase);
    else
        snprintf(s->label, sizeof s->label, "%zu%s.%zu", s->t, phase, repeat);
}

static bool held(const struct machine *m, long at)
{
    if (at == m->here)
        return true;
    for (size_t i = 0; i < m->nmark; i++)
        if (m->mark[i].at == at)
            return true;
    return false;
}

bool state_q_can_be_made(const struct machine *m, const struct state *s)
{
    return s->touch && model_touches(m->model);
}

/* A state that was passed over because it was held, and may be no longer. */
static void look_again(struct machine *m, long at)
{
    if (at != NO_STATE && at < m->next_q)
        m->next_q = at;
    if (at != NO_STATE && at < m->next_state)
        m->next_state = at;
}

static void let_go(struct machine *m)
{
    for (; m->history_bytes > m->history_limit && m->next_q < m->nstate; m->next_q++)
        if (!held(m, m->next_q) && state_q_can_be_made(m, &m->state[m->next_q]))
            drop_q(m, &m->state[m->next_q]);
    for (; m->history_bytes > m->history_limit && m->next_state < m->nstate; m->next_state++)
        if (!held(m, m->next_state) && m->state[m->next_state].theta) {
            state_clear(m, &m->state[m->next_state]);
            m->let_go++;
        }
    /* The state that is here cannot be let go of; it is looked at again when it is not here. */
    if (m->next_q >= m->nstate)
        m->next_q = m->nstate - 1;
    if (m->next_state >= m->nstate)
        m->next_state = m->nstate - 1;
}

void state_push(struct machine *m, struct state s)
{
    s.child = NO_STATE;
    label(m, &s);
    if (s.parent != NO_STATE)
        m->state[s.parent].child = m->nstate;
    look_again(m, m->here);
    m->state[m->nstate] = s;
    m->here = m->nstate++;
    let_go(m);
}

/* ---- finding ---------------------------------------------------------------------------- */

static bool named(const struct state *s, const char *wanted)
{
    if (strcmp(s->label, wanted) == 0)
        return true;
    char as_m[LABEL]; /* "3" is 3M, unless it is the start */
    snprintf(as_m, sizeof as_m, "%.*sM", LABEL - 2, wanted);
    return strcmp(s->label, as_m) == 0;
}

static long find_on_path(const struct machine *m, const char *wanted)
{
    for (long at = m->here; at != NO_STATE; at = m->state[at].parent)
        if (named(&m->state[at], wanted))
            return at;
    for (long at = m->here; at != NO_STATE; at = m->state[at].child)
        if (named(&m->state[at], wanted))
            return at;
    return NO_STATE;
}

int machine_find(const struct machine *m, const char *wanted, long *at, struct error *e)
{
    for (size_t i = 0; i < m->nmark; i++)
        if (strcmp(m->mark[i].name, wanted) == 0) {
            *at = m->mark[i].at;
            return 0;
        }
    *at = find_on_path(m, wanted);
    for (long i = m->nstate - 1; *at == NO_STATE && i >= 0; i--)
        if (named(&m->state[i], wanted))
            *at = i;
    if (*at != NO_STATE)
        return 0;
    error_set(e, "no state or mark '%s'", wanted);
    return error_hint(e, "show trace lists the states; 3M is the state after the third M-step");
}

int machine_path(const struct machine *m, long **out, size_t *n, size_t *here, struct error *e)
{
    long *at = NEW_ARRAY(m->nstate > 0 ? (size_t)m->nstate : 1, long);
    if (!at)
        return error_no_memory(e);
    size_t count = 0;
    for (long i = m->here; i != NO_STATE; i = m->state[i].parent)
        at[count++] = i;
    for (size_t i = 0; i < count / 2; i++) {
        long swap = at[i];
        at[i] = at[count - 1 - i];
        at[count - 1 - i] = swap;
    }
    *here = count ? count - 1 : 0;
    for (long i = m->here; i != NO_STATE && m->state[i].child != NO_STATE; i = m->state[i].child)
        at[count++] = m->state[i].child;
    *out = at;
    *n = count;
    return 0;
}

/* ---- travel ----------------------------------------------------------------------------- */

int machine_goto(struct machine *m, long at, struct error *e)
{
    struct state *s = &m->state[at];
    if (!s->theta)
        return state_gone(s, e);
    if (s->has_q && !s->q && !(state_q_can_be_made(m, s) && state_q_may_wait(m))) {
        struct latent *q = machine_q(m, s, e);
        if (!q)
            return -1;
        state_put_q(m, s, q);
    }
    if (machine_settle(m, at, e) != 0)
        return -1;
    look_again(m, m->here);
    m->here = at;
    for (long i = at; m->state[i].parent != NO_STATE; i = m->state[i].parent)
        m->state[m->state[i].parent].child = i;
    let_go(m);
    return 0;
}

int machine_glance(struct machine *m, long at, struct glance *g, struct error *e)
{
    *g = (struct glance){.here = m->here, .at = at, .ahead = m->state[at].child};
    if (machine_goto(m, at, e) != 0)
        return -1;
    m->state[at].child = NO_STATE;
    return 0;
}

void machine_glance_end(struct machine *m, const struct glance *g)
{
    struct error lost;

    m->state[g->at].child = g->ahead;
    if (machine_goto(m, g->here, &lost) != 0)
        m->here = g->here;
}

static int no_start(struct error *e)
{
    error_set(e, "there is no θ yet");
    return error_hint(e, "init, or theta NAME=v,…");
}

int machine_back(struct machine *m, size_t n, struct error *e)
{
    if (m->here == NO_STATE)
        return no_start(e);
    long at = m->here;
    for (size_t i = 0; i < n; i++) {
        if (m->state[at].parent == NO_STATE) {
            error_set(e, i == 0 ? "%s is the start: there is nothing before it"
                                : "only the start, %s, lies that far back", m->state[at].label);
            return error_hint(e, "goto 0 goes to the start");
        }
        at = m->state[at].parent;
    }
    return machine_goto(m, at, e);
}

int machine_forward(struct machine *m, size_t n, struct error *e)
{
    if (m->here == NO_STATE)
        return no_start(e);
    long at = m->here;
    for (size_t i = 0; i < n; i++) {
        if (m->state[at].child == NO_STATE) {
            error_set(e, "%s is the last state: nothing lies ahead of it", m->state[at].label);
            return error_hint(e, "take a step: e, m, step or run");
        }
        at = m->state[at].child;
    }
    return machine_goto(m, at, e);
}

int machine_mark(struct machine *m, const char *name, struct error *e)
{
    if (m->here == NO_STATE)
        return no_start(e);
    for (size_t i = 0; i < m->nmark; i++)
        if (strcmp(m->mark[i].name, name) == 0) {
            look_again(m, m->mark[i].at);
            m->mark[i].at = m->here;
            return 0;
        }
    struct mark *grown = mem_resize(m->mark, m->nmark + 1, sizeof *grown);
    if (!grown)
        return error_no_memory(e);
    m->mark = grown;
    char *copy = mem_copy_text(name);
    if (!copy)
        return error_no_memory(e);
    m->mark[m->nmark++] = (struct mark){copy, m->here};
    return 0;
}
