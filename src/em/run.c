/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run: M and E in turn until the objective, or θ, stops moving. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "em/machine.h"
#include "em/run_fused.h"
#include "em/squarem.h"

const char *verdict_name(enum verdict v)
{
    static const char *const names[] = {"converged", "limit", "decreased", "interrupted", "until"};
    return names[v];
}

static double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The last objectives at successive Es: what the rule and Aitken's estimate look at. */
struct course {
    double j[3];
    size_t n;
    struct theta *theta; /* at the E before: a copy, so that the history alone holds its own */
    bool has_theta;
};

static void note_objective(struct course *c, double j)
{
    c->j[0] = c->j[1];
    c->j[1] = c->j[2];
    c->j[2] = j;
    c->n++;
}

/* Aitken: a = Δ_t/Δ_{t−1}, J_∞ = J_{t−1} + Δ_t/(1 − a), while 0 < a < 1. */
static double aitken(const struct course *c)
{
    if (c->n < 3)
        return NAN;
    double before = c->j[1] - c->j[0], now = c->j[2] - c->j[1], a = now / before;
    return a > 0.0 && a < 1.0 ? c->j[1] + now / (1.0 - a) : NAN;
}

static int name_the_place(struct machine *m, const struct run_result *r, struct error *e)
{
    char what[sizeof e->message];
    snprintf(what, sizeof what, "%s", e->message);
    const struct state *here = machine_here(m);
    snprintf(e->message, sizeof e->message, "iteration %zu, after %s: %.500s", r->iterations + 1,
             here ? here->label : "the start", what);
    return -1;
}

/* The half-steps, where the model's own map does not do it. */
static int iterate(struct machine *m, struct ahead **a, struct error *e)
{
    if (*a && ahead_iterate(*a, m, e))
        return 0;
    if (*a && ahead_stop(*a, m, e) != 0)
        return -1;
    ahead_free(*a);
    *a = NULL;
    struct m_how m_exact = {.kind = M_EXACT, .blocks = ~0u};
    struct e_how e_exact = {.kind = E_EXACT};
    bool made;
    if (machine_m(m, &m_exact, 1.0, &made, e) != 0)
        return -1;
    return machine_e(m, &e_exact, &made, e);
}

/* Measures the iteration just made.  True when the rule says stop; sets the verdict. */
static bool settled(const struct machine *m, const struct run_how *how, struct course *c,
                    struct run_result *r)
{
    const struct state *here = machine_here(m);
    double j = terms_objective(&here->terms), change = j - c->j[2];
    bool compare = c->n > 0;
    note_objective(c, j);
    r->aitken = aitken(c);
    /* log p(θ) may be much larger than the terms: its rounding is no fall. */
    if (compare && change < -fmax(terms_tolerance(&here->terms), 8.0 * DBL_EPSILON * fabs(j))) {
        r->verdict = VERDICT_DECREASED;
        return true;
    }
    r->verdict = VERDICT_CONVERGED;
    if (how->rule == RULE_ELBO) {
        r->tol = how->tol;
        r->last_change = fabs(change) / fmax(1.0, fabs(j));
        return compare && r->last_change <= r->tol;
    }
    /* θ cannot stop moving by less than its own rounding. */
    r->tol = fmax(how->tol, 4.0 * DBL_EPSILON * blocks_norm(&here->theta->b));
    r->last_change = c->has_theta ? blocks_distance(&here->theta->b, &c->theta->b) : INFINITY;
    return r->last_change <= r->tol;
}

static bool stopped_from_outside(const struct run_how *how, struct run_result *r, int *failed,
                                 struct error *e)
{
    if (how->interrupt && *how->interrupt) {
        r->verdict = VERDICT_INTERRUPTED;
        return true;
    }
    if (!how->until)
        return false;
    int answer = how->until(how->context, e);
    *failed = answer < 0;
    r->verdict = VERDICT_UNTIL;
    return answer != 0;
}

static void remember_theta(const struct machine *m, struct course *c)
{
    const struct theta *here = machine_here(m)->theta;
    memcpy(c->theta->b.v, here->b.v, here->b.layout->size * sizeof *here->b.v);
    c->has_theta = true;
}

static int start(struct machine *m, struct course *c, struct error *e)
{
    struct e_how e_exact = {.kind = E_EXACT};
    bool made;
    c->theta = theta_new(&m->model->theta, e);
    if (!c->theta)
        return -1;
    if (!machine_m_is_due(m) && machine_e(m, &e_exact, &made, e) != 0)
        return -1;
    const struct state *here = machine_here(m);
    if (!here)
        return 0;
    if (here->step.phase == PHASE_E)
        note_objective(c, terms_objective(&here->terms));
    remember_theta(m, c);
    return 0;
}

/* After every second map an extrapolation, from which the next change is measured. */
static int accelerate(struct machine *m, struct squarem *a, struct course *c,
                      struct run_result *r, struct error *e)
{
    size_t maps;
    squarem_note(a, m);
    if (a->have < 3)
        return 0;
    if (squarem_jump(a, m, &maps, e) != 0)
        return -1;
    r->iterations += maps;
    note_objective(c, terms_objective(&machine_here(m)->terms));
    remember_theta(m, c);
    return 0;
}

int machine_run(struct machine *m, const struct run_how *how, struct run_result *r,
                struct error *e)
{
    struct course c = {.j = {NAN, NAN, NAN}};
    struct squarem a = {.n = 0};
    *r = (struct run_result){.rule = how->rule, .squarem = how->squarem, .tol = how->tol,
                             .aitken = NAN, .last_change = NAN, .verdict = VERDICT_LIMIT};
    struct ahead *ahead = NULL;
    double began = seconds_now();
    bool stop = (!(ahead = ahead_new(m, how, e)) && e->message[0]) || start(m, &c, e) != 0 ||
                (how->squarem && squarem_init(&a, m, e) != 0);
    int failed = stop ? -1 : 0;
    while (!stop && r->iterations < how->max) {
        if (stopped_from_outside(how, r, &failed, e))
            break;
        if (iterate(m, &ahead, e) != 0) {
            failed = name_the_place(m, r, e);
            break;
        }
        r->iterations++;
        stop = settled(m, how, &c, r);
        remember_theta(m, &c);
        if (!stop)
            r->verdict = VERDICT_LIMIT;
        if (!stop && how->squarem && (failed = accelerate(m, &a, &c, r, e)) != 0)
            break;
    }
    r->seconds = seconds_now() - began;
    if (ahead && ahead_stop(ahead, m, e) != 0)
        failed = -1;
    ahead_free(ahead);
    squarem_clear(&a);
    theta_free(c.theta);
    return failed ? -1 : 0;
}
