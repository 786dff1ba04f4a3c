/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done to the machine, one step each. */
#include "trial.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

int trial_e(struct trial *t, struct error *e)
{
    static const enum e_kind kinds[] = {E_EXACT, E_EXACT,    E_EXACT,  E_HARD,  E_TEMPERED,
                                        E_ROWS,  E_SWEEPS, E_UNIFORM, E_RANDOM};
    static const char *const names[] = {"e", "e hard", "e beta", "e rows", "e sweeps", "q uniform",
                                        "q random"};
    const struct problem *p = &t->p;
    struct e_how how = {.kind = kinds[problem_below(p, sizeof kinds / sizeof *kinds)],
                        .beta = problem_between(p, 0.05, 2.0), .first = 1 + problem_below(p, p->n),
                        .sweeps = 1 + problem_below(p, 3), .random = p->random};
    how.last = how.first + problem_below(p, p->n - how.first + 1);
    bool made;
    note(t, "%s", names[how.kind]);
    return machine_e(p->m, &how, &made, e);
}

int trial_m(struct trial *t, struct error *e)
{
    static const enum m_kind kinds[] = {M_EXACT, M_EXACT, M_EXACT, M_EXACT,
                                        M_GRADIENT, M_GIS, M_NEWTON};
    static const char *const names[] = {"m", "m gradient", "m gis", "m newton"};
    const struct problem *p = &t->p;
    struct m_how how = {.kind = kinds[problem_below(p, sizeof kinds / sizeof *kinds)],
                        .blocks = ~0u};
    double damp = problem_chance(p, 0.2) ? problem_between(p, 0.01, 1.0) : 1.0;
    bool made;
    if (how.kind == M_GRADIENT && p->m->model->theta.size > 60)
        how.kind = M_EXACT;
    if (problem_chance(p, 0.25))
        how.blocks = 1u + (unsigned)problem_below(p, (1u << p->m->model->theta.nblock) - 1u);
    note(t, "%s only=%#x damp=%.2g", names[how.kind], how.blocks & machine_blocks(p->m), damp);
    return machine_m(p->m, &how, damp, &made, e);
}

/* Entries moved by hand: a weight to 0, a scale made wide or narrow, a mean sent away. */
int trial_theta(struct trial *t, struct error *e)
{
    const struct problem *p = &t->p;
    const struct state *s = machine_here(p->m);
    const struct layout *l = &p->m->model->theta;
    if (!s)
        return 0;
    struct theta *theta = theta_copy(s->theta, e);
    size_t at = problem_below(p, l->nblock);
    const struct block *b = &l->block[at];
    double *v = theta->b.v + b->offset, factor = pow(10.0, problem_between(p, -3.0, 3.0));
    note(t, "theta %s", b->name);
    for (size_t i = 0; i < b->size; i++)
        if (b->constraint == CONSTRAINT_SIMPLEX && problem_chance(p, 0.3))
            v[i] = 0.0;
        else if (b->constraint == CONSTRAINT_BOUNDS)
            v[i] = problem_chance(p, 0.1) ? 0.0 : problem_chance(p, 0.1) ? 1.0 : v[i];
        else if (b->constraint == CONSTRAINT_FREE)
            v[i] += p->unit * problem_between(p, -1.0, 1.0);
        else if (b->constraint != CONSTRAINT_SIMPLEX)
            v[i] *= factor;
    blocks_tidy(&theta->b);
    int r = machine_set_theta(p->m, theta, e);
    theta_free(theta);
    return r;
}

/* A q of the user's own: rows made hard, or wrong. */
int trial_q(struct trial *t, struct error *e)
{
    const struct problem *p = &t->p;
    struct machine *m = p->m;
    const struct state *s = machine_here(m);
    if (!s || !s->has_q || !m->model->class->rows || !m->model->k)
        return 0;
    note(t, "q by hand");
    if (machine_hold_q(m, e) != 0)
        return -1;
    struct latent *q = latent_copy(machine_here(m)->q, e);
    size_t k = m->model->k;
    for (size_t i = 0; i < m->model->obs.n; i++)
        if (problem_chance(p, 0.3)) {
            memset(q->b.v + i * k, 0, k * sizeof(double));
            q->b.v[i * k + problem_below(p, k)] = problem_chance(p, 0.01) ? NAN : 1.0;
        }
    int r = machine_set_q(m, q, e);
    latent_free(q);
    return r;
}

int trial_start(struct trial *t, struct error *e)
{
    const struct problem *p = &t->p;
    const struct model *model = p->m->model;
    size_t methods = 0;
    while (model->class->inits[methods].name)
        methods++;
    const char *method = model->class->inits[problem_below(p, methods)].name;
    struct theta *theta = theta_new(&model->theta, e);
    note(t, "init %s", method);
    int r = model->class->init(model, method, p->random, theta, e);
    if (r == 0)
        r = machine_start(p->m, theta, e);
    theta_free(theta);
    return r;
}

int trial_run(struct trial *t, struct error *e)
{
    const struct problem *p = &t->p;
    struct run_how how = {.max = 1 + problem_below(p, 25), .tol = 1e-9,
                          .rule = problem_chance(p, 0.2) ? RULE_THETA : RULE_ELBO,
                          .squarem = problem_chance(p, 0.2)};
    struct run_result result;
    note(t, "run%s", how.squarem ? " accel=squarem" : "");
    bool due = machine_m_is_due(p->m) && !machine_here(p->m)->exact;
    int r = machine_run(p->m, &how, &result, e);
    for (long i = 0; trial_show && i < p->m->nstate; i++)
        printf("        %s J %.17g loglik %.17g logprior %.17g\n", p->m->state[i].label,
               terms_objective(&p->m->state[i].terms), p->m->state[i].terms.value[TERM_LOGLIK],
               p->m->state[i].terms.value[TERM_LOGPRIOR]);
    fflush(stdout);
    double slack = near_singular(t, machine_here(p->m));
    holds(t, result.verdict != VERDICT_DECREASED || due || slack > 1e-6,
          "decreased by %g in iteration %zu (J = %.17g)", result.last_change, result.iterations,
          terms_objective(&machine_here(p->m)->terms));
    return r;
}

int trial_prior(struct trial *t, struct error *e)
{
    struct machine *m = t->p.m;
    double v[400];
    if (m->model->prior_layout.nblock == 0 || m->model->prior_layout.size > 400)
        return 0;
    struct prior prior = {{&m->model->prior_layout, v}, 0};
    prior.given = problem_prior(&t->p, v);
    if (m->model->prior)
        prior.given = (1u << m->model->prior_layout.nblock) - 1u;
    note(t, "prior %#x", prior.given);
    return machine_set_prior(m, &prior, e);
}

int trial_freeze(struct trial *t, struct error *e)
{
    (void)e;
    unsigned mask = (unsigned)problem_below(&t->p, 1u << t->p.m->model->theta.nblock);
    note(t, "freeze %#x", mask);
    machine_freeze(t->p.m, mask);
    return 0;
}

