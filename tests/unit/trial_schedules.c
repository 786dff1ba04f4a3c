/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Schedules of half-steps that have a name, time travel, restarts. */
#include "trial.h"

#include <math.h>
#include <stdio.h>

#include "em/starts.h"

/* ---- schedules -------------------------------------------------------------------------- */

static int half_e(struct trial *t, struct e_how how, struct error *e)
{
    bool made;
    how.random = t->p.random;
    if (machine_e(t->p.m, &how, &made, e) != 0)
        return -1;
    ledger_holds(t);
    return 0;
}

static int half_m(struct trial *t, struct m_how how, double damp, struct error *e)
{
    bool made;
    if (trial_show)
        printf("        m only=%#x kind %d\n", how.blocks, (int)how.kind);
    if (machine_m(t->p.m, &how, damp, &made, e) != 0)
        return -1;
    ledger_holds(t);
    return 0;
}

static const struct e_how exact = {.kind = E_EXACT};
static const struct m_how whole = {.kind = M_EXACT, .blocks = ~0u};

/* ECM: the blocks in turn, with an E before the first or before each (multicycle). */
static int ecm(struct trial *t, struct error *e)
{
    size_t blocks = t->p.m->model->theta.nblock;
    bool each = problem_chance(&t->p, 0.5);
    for (size_t b = 0; b < blocks; b++)
        if (!(t->p.m->frozen >> b & 1u) &&
            (((b == 0 || each || !machine_here(t->p.m)->has_q) && half_e(t, exact, e) != 0) ||
             half_m(t, (struct m_how){.kind = M_EXACT, .blocks = 1u << b}, 1.0, e) != 0))
            return -1;
    return 0;
}

static int gem(struct trial *t, struct error *e)
{
    double damp = problem_chance(&t->p, 0.7) ? 1.0 : problem_between(&t->p, 0.1, 1.0);
    bool slopes = t->p.m->model->theta.size <= 30;
    return half_e(t, exact, e) != 0
               ? -1
               : half_m(t, (struct m_how){.kind = slopes ? M_GRADIENT : M_EXACT, .blocks = ~0u},
                        damp, e);
}

/* Neal & Hinton: some rows, then an M. */
static int incremental(struct trial *t, struct error *e)
{
    size_t n = t->p.n, some = 1 + n / 3;
    if (half_e(t, exact, e) != 0)
        return -1;
    for (size_t first = 1; first <= n; first += some) {
        size_t last = first + some - 1 < n ? first + some - 1 : n;
        if (half_m(t, whole, 1.0, e) != 0 ||
            half_e(t, (struct e_how){.kind = E_ROWS, .first = first, .last = last}, e) != 0)
            return -1;
    }
    return 0;
}

static int hard(struct trial *t, struct error *e)
{
    return half_e(t, (struct e_how){.kind = E_HARD}, e) != 0 ? -1 : half_m(t, whole, 1.0, e);
}

static int annealed(struct trial *t, struct error *e)
{
    for (double beta = 0.25; beta <= 1.0; beta += 0.25)
        if (half_e(t, (struct e_how){.kind = E_TEMPERED, .beta = beta}, e) != 0 ||
            half_m(t, whole, 1.0, e) != 0)
            return -1;
    return 0;
}

static int swept(struct trial *t, struct error *e)
{
    return half_e(t, (struct e_how){.kind = E_SWEEPS, .sweeps = 1}, e) != 0
               ? -1
               : half_m(t, whole, 1.0, e);
}

static int damped(struct trial *t, struct error *e)
{
    double damp = problem_between(&t->p, 0.05, 1.0);
    return half_e(t, exact, e) != 0 ? -1 : half_m(t, whole, damp, e);
}

int trial_schedule(struct trial *t, struct error *e)
{
    static const struct {
        const char *name;
        int (*round)(struct trial *t, struct error *e);
    } schedules[] = {{"ecm", ecm},           {"gem", gem},     {"incremental", incremental},
                     {"hard", hard},         {"annealed", annealed}, {"swept", swept},
                     {"damped", damped}};
    size_t at = problem_below(&t->p, sizeof schedules / sizeof *schedules);
    size_t rounds = 1 + problem_below(&t->p, 4);
    note(t, "%s %zu", schedules[at].name, rounds);
    for (size_t r = 0; r < rounds; r++)
        if (schedules[at].round(t, e) != 0)
            return -1;
    return 0;
}

/* ---- time travel ------------------------------------------------------------------------ */

/* Back, forward, or anywhere; now and then with little room for what was. */
int trial_travel(struct trial *t, struct error *e)
{
    const struct problem *p = &t->p;
    struct machine *m = p->m;
    if (problem_chance(p, 0.3))
        m->history_limit = (size_t)1 << (10 + problem_below(p, 8));
    size_t way = problem_below(p, 3), far = 1 + problem_below(p, 4);
    note(t, "%s %zu", way == 0 ? "back" : way == 1 ? "forward" : "goto", far);
    if (way < 2)
        return (way == 0 ? machine_back : machine_forward)(m, far, e);
    return machine_goto(m, (long)problem_below(p, (size_t)m->nstate), e);
}

/* ---- restarts, and what is let go ------------------------------------------------------- */

int trial_restarts(struct trial *t, struct error *e)
{
    const struct problem *p = &t->p;
    struct starts_how how = {.n = 2 + problem_below(p, 2), .seed = 1 + problem_below(p, 1000),
                             .run = {.max = 1 + problem_below(p, 8), .tol = 1e-8}};
    size_t methods = 0;
    struct starts s;
    while (p->m->model->class->inits[methods].name)
        methods++;
    how.method = p->m->model->class->inits[problem_below(p, methods)].name;
    how.run.squarem = problem_chance(p, 0.3);
    note(t, "restarts %zu %s", how.n, how.method);
    if (starts_run(p->m, &how, &s, e) != 0)
        return -1;
    for (size_t i = 0; i < s.nrefused; i++)
        holds(t, s.refused[i].why && s.refused[i].why[0], "a start refused without a reason");
    int r = 0;
    if (s.noptimum) {
        holds(t, !isnan(s.optimum[0].value), "an optimum that is nan");
        r = starts_take(p->m, &s.optimum[0], e);
    }
    starts_clear(&s);
    return r;
}

/* Blocks free again, or no prior any more. */
int trial_release(struct trial *t, struct error *e)
{
    struct machine *m = t->p.m;
    struct prior none = {.b = m->prior.b};
    note(t, "release");
    machine_freeze(m, m->model->frozen_at_start);
    if (m->model->prior || !m->prior.given)
        return 0;
    return machine_set_prior(m, &none, e);
}
