/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "em/ascent_stairs.h"

#include "base/memory.h"

/* ---- numbers ----------------------------------------------------------------------------- */

static int add_corner(struct ascent *c, struct corner corner, struct error *e)
{
    struct corner *grown = mem_resize(c->corner, c->ncorner + 1, sizeof *grown);

    if (!grown)
        return error_no_memory(e);
    c->corner = grown;
    c->corner[c->ncorner++] = corner;
    return 0;
}

/* One corner a state that has both. */
static int add_path(struct machine *m, struct ascent *c, struct error *e)
{
    long *at = NULL;
    size_t n, here, q_count = 0;

    if (machine_path(m, &at, &n, &here, e) != 0)
        return -1;
    int r = 0;
    for (size_t i = 0; r == 0 && i <= here; i++) {
        const struct state *s = &m->state[at[i]];
        struct latent *q;

        if (!s->has_q || !s->theta)
            continue;
        if (!(q = machine_q(m, s, e))) {
            r = -1;
            break;
        }
        r = add_corner(c, (struct corner){q->b.v[0], s->theta->b.v[0], true, at[i],
                                          s->q_count != q_count, false}, e);
        q_count = s->q_count;
        latent_free(q);
    }
    mem_free(at);
    return r;
}

static struct latent *number_q(const struct model *m, double v, struct error *e)
{
    struct latent *q = latent_new(&m->q, e);

    if (q)
        q->b.v[0] = v;
    return q;
}

/* q(a) and θ(s) are the numbers a and s themselves. */
static int join_numbers(struct machine *m, struct ascent *c, struct error *e)
{
    struct theta *zero = theta_new(&m->model->theta, e), *one = theta_new(&m->model->theta, e);
    int r = -1;

    c->from = number_q(m->model, 0, e);
    c->to = number_q(m->model, 1, e);
    if (zero && one && c->from && c->to) {
        one->b.v[0] = 1;
        r = line_between(m->model, zero, one, &c->line, e);
    }
    theta_free(zero);
    theta_free(one);
    return r == 0 ? add_path(m, c, e) : -1;
}

/* ---- mixed ------------------------------------------------------------------------------- */

/* The state that made the q of here. */
static const struct state *maker(const struct machine *m)
{
    const struct state *s = machine_here(m);

    while (s->parent != NO_STATE && m->state[s->parent].has_q &&
           m->state[s->parent].q_count == s->q_count)
        s = &m->state[s->parent];
    return s;
}

static struct latent *next_q(const struct machine *m, const struct theta *theta, struct error *e)
{
    const struct e_how exact = {.kind = E_EXACT};
    struct latent *q = latent_copy(machine_here(m)->q, e);

    if (q && m->model->class->e_step(m->model, theta, &exact, q, e) == 0)
        return q;
    latent_free(q);
    return NULL;
}

static int converged(const char *step, const char *axis, struct error *e)
{
    error_set(e, "%s changes nothing: there is no %s axis to draw", step, axis);
    return error_hint(e, "EM has converged here; back 4 or goto 1M shows it on its way");
}

static bool same_theta(const struct theta *a, const struct theta *b)
{
    return a && blocks_same(&a->b, &b->b);
}

/* E from q_old to q_new at θ_old, then M from θ_old to θ_M; or M first, and E at θ_M. */
static int add_stairs(struct machine *m, struct ascent *c, const struct state *made,
                      const struct theta *answer, struct error *e)
{
    const struct state *here = machine_here(m);
    bool moved = same_theta(here->theta, answer);
    long at_e = made - m->state, before = made->parent;
    bool exact = made->step.phase == PHASE_E && made->step.e.kind == E_EXACT;
    struct corner e_first[] = {{0, 0, true, before, false, false}, {1, 0, true, at_e, true, exact},
                               {1, 1, moved, m->here, false, false}};
    struct corner m_first[] = {{0, 0, true, at_e, true, exact},
                               {0, 1, moved, m->here, false, false},
                               {1, 1, false, NO_STATE, true, true}};

    for (int i = 0; i < 3; i++)
        if (add_corner(c, (c->e_first ? e_first : m_first)[i], e) != 0)
            return -1;
    return 0;
}

static int join_steps(struct machine *m, struct ascent *c, struct error *e)
{
    const struct state *made = maker(m);
    const struct state *old = made->parent == NO_STATE ? NULL : &m->state[made->parent];
    const struct theta *answer, *start;

    if (machine_m_answer(m, &answer, e) != 0)
        return -1;
    c->e_first = old && old->has_q;
    start = made->theta;
    if (same_theta(start, answer))
        return converged("the M-step", "θ", e);
    if (!start || line_between(m->model, start, answer, &c->line, e) != 0)
        return start ? -1 : error_set(e, "θ of state %s was let go of", made->label);
    c->from = c->e_first ? machine_q(m, old, e) : latent_ref(machine_here(m)->q);
    c->to = c->e_first ? latent_ref(machine_here(m)->q) : next_q(m, answer, e);
    if (!c->from || !c->to)
        return -1;
    if (blocks_same(&c->from->b, &c->to->b))
        return converged("the E-step", "q", e);
    c->q_old = c->e_first ? old->q_count : machine_here(m)->q_count;
    c->q_new = c->e_first ? machine_here(m)->q_count : c->q_old + 1;
    return add_stairs(m, c, made, answer, e);
}

int ascent_join(struct machine *m, struct ascent *c, struct error *e)
{
    return (c->numbers ? join_numbers : join_steps)(m, c, e);
}
