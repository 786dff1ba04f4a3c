/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "em/starts.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/suggest.h"
#include "em/align.h"

static const double same = 1e-6; /* relative: two runs that end so near have found one optimum */

static void optimum_clear(struct optimum *o)
{
    theta_free(o->theta);
    latent_free(o->q);
}

void starts_clear(struct starts *s)
{
    for (size_t i = 0; i < s->noptimum; i++)
        optimum_clear(&s->optimum[i]);
    for (size_t i = 0; i < s->nrefused; i++)
        mem_free(s->refused[i].why);
    mem_free(s->optimum);
    mem_free(s->ending);
    mem_free(s->refused);
    *s = (struct starts){.noptimum = 0};
}

void starts_free(struct starts *s)
{
    if (!s)
        return;
    starts_clear(s);
    mem_free(s);
}

void starts_keep(struct machine *m, struct starts *s)
{
    starts_free(m->starts);
    m->starts = s;
}

enum term starts_term(const struct machine *m)
{
    if (m->prior.given && !m->model->prior)
        return TERM_OBJECTIVE;
    return model_touches(m->model) && (m->model->terms_defined & TERM_BIT(TERM_LOGLIK))
               ? TERM_LOGLIK : TERM_ELBO;
}

/* ---- what was found ---------------------------------------------------------------------- */

static int note_refusal(struct starts *s, unsigned long seed, const char *why, struct error *e)
{
    struct refused_start *grown = mem_resize(s->refused, s->nrefused + 1, sizeof *grown);
    if (!grown)
        return error_no_memory(e);
    s->refused = grown;
    char *copy = mem_copy_text(why);
    if (!copy)
        return error_no_memory(e);
    s->refused[s->nrefused++] = (struct refused_start){seed, copy};
    return 0;
}

/* One more start ended at an optimum that is known; the higher end stands for it. */
static void merge(struct optimum *o, struct optimum *found)
{
    struct optimum both = found->value > o->value ? *found : *o;
    optimum_clear(found->value > o->value ? o : found);
    both.starts = o->starts + 1;
    both.fewest = found->fewest < o->fewest ? found->fewest : o->fewest;
    both.most = found->most > o->most ? found->most : o->most;
    both.unsettled = o->unsettled + found->unsettled;
    *o = both;
}

/* Takes the optimum over, also when it fails. */
static int note_optimum(struct starts *s, struct optimum found, struct error *e)
{
    size_t at = 0;
    for (; at < s->noptimum; at++) {
        double v = s->optimum[at].value;
        if (fabs(found.value - v) <= same * fmax(1.0, fabs(v))) {
            merge(&s->optimum[at], &found);
            return 0;
        }
        if (found.value > v)
            break;
    }
    struct optimum *grown = mem_resize(s->optimum, s->noptimum + 1, sizeof *grown);
    if (!grown) {
        optimum_clear(&found);
        return error_no_memory(e);
    }
    s->optimum = grown;
    memmove(grown + at + 1, grown + at, (s->noptimum - at) * sizeof *grown);
    grown[at] = found;
    s->noptimum++;
    return 0;
}

/* In its place by value; of equal ones the earlier first. */
static int note_ending(struct starts *s, struct ending found, struct error *e)
{
    size_t at = s->nending;
    struct ending *grown = mem_resize(s->ending, s->nending + 1, sizeof *grown);
    if (!grown)
        return error_no_memory(e);
    s->ending = grown;
    for (; at > 0 && grown[at - 1].value < found.value; at--)
        grown[at] = grown[at - 1];
    grown[at] = found;
    s->nending++;
    return 0;
}

static int note_end(struct starts *s, const struct machine *trial, const struct run_result *r,
                    unsigned long seed, struct error *e)
{
    const struct state *here = machine_here(trial);
    bool settled = r->verdict == VERDICT_CONVERGED || r->verdict == VERDICT_UNTIL;
    struct optimum found = {
        .value = terms_objective(&here->terms), .starts = 1, .fewest = r->iterations,
        .most = r->iterations, .unsettled = !settled, .seed = seed,
        .theta = theta_ref(here->theta),
        .q = model_touches(trial->model) ? NULL : latent_ref(here->q),
    };
    struct ending ending = {found.value, seed, settled};
    return note_optimum(s, found, e) != 0 ? -1 : note_ending(s, ending, e);
}

/* ---- one start --------------------------------------------------------------------------- */

static int init(struct machine *trial, const struct starts_how *how, unsigned long seed,
                struct error *e)
{
    const struct model *m = trial->model;
    gsl_rng *random = random_new(seed, e);
    struct theta *theta = random ? theta_new(&m->theta, e) : NULL;
    int r = theta && m->class->init(m, how->method, random, theta, e) == 0
                ? machine_start(trial, theta, e) : -1;
    theta_free(theta);
    if (random)
        gsl_rng_free(random);
    return r;
}

static bool stopped(const struct starts_how *how)
{
    return how->run.interrupt && *how->run.interrupt;
}

static int one_start(const struct machine *m, const struct starts_how *how, unsigned long seed,
                     struct starts *s, struct error *e)
{
    struct run_result result;
    struct error refusal = {0};
    struct machine *trial = machine_beside(m, e);
    if (!trial)
        return -1;
    int r = 0;
    long failures = mem_failures();
    bool whole = init(trial, how, seed, &refusal) == 0 &&
                 machine_run(trial, &how->run, &result, &refusal) == 0;
    if (stopped(how))
        s->interrupted = true;
    else if (whole)
        r = note_end(s, trial, &result, seed, e);
    else if (mem_failures() != failures)
        r = error_no_memory(e); /* this start is not the one to blame */
    else
        r = note_refusal(s, seed, refusal.message, e);
    s->done += !s->interrupted;
    machine_free(trial);
    return r;
}

/* ---- labels ------------------------------------------------------------------------------ */

static int align(const struct model *m, const struct latent *best, struct optimum *o,
                 struct error *e)
{
    struct latent *q = align_posterior(m, o->theta, e);
    struct theta *renumbered = theta_copy(o->theta, e);
    double *gain = NEW_ARRAY(m->k * m->k, double);
    size_t *match = NEW_ARRAY(m->k, size_t);
    int r = gain && match ? 0 : error_no_memory(e);
    if (r == 0 && q && renumbered) {
        align_overlap(m, best, q, gain);
        r = align_best(m->k, gain, match, e);
    } else {
        r = -1;
    }
    if (r == 0) {
        align_relabel(&o->theta->b, match, &renumbered->b);
        theta_free(o->theta);
        o->theta = theta_ref(renumbered);
    }
    theta_free(renumbered);
    latent_free(q);
    mem_free(gain);
    mem_free(match);
    return r;
}

static int align_all(const struct model *m, struct starts *s, struct error *e)
{
    if (!align_has_rows(m) || s->noptimum < 2)
        return 0;
    struct latent *best = align_posterior(m, s->optimum[0].theta, e);
    int r = best ? 0 : -1;
    for (size_t i = 1; r == 0 && i < s->noptimum; i++)
        r = align(m, best, &s->optimum[i], e);
    latent_free(best);
    return r;
}

int starts_run(const struct machine *m, const struct starts_how *how, struct starts *s,
               struct error *e)
{
    int r = 0;
    *s = (struct starts){.noptimum = 0};
    for (size_t i = 0; r == 0 && i < how->n && !s->interrupted; i++)
        r = one_start(m, how, how->seed + i, s, e);
    if (r == 0)
        r = align_all(m->model, s, e);
    if (r != 0)
        starts_clear(s);
    return r;
}

const char *starts_method(const struct model *m, const char *name, const char *usual,
                          struct error *e)
{
    const struct init_method *list = m->class->inits;
    struct nearest near = {.typed = name ? name : ""};
    struct text all = TEXT_INIT;
    const char *found = NULL;
    for (const struct init_method *i = list; i->name && !found; i++) {
        found = strcmp(i->name, name ? name : usual) == 0 ? i->name : NULL;
        nearest_try(&near, i->name);
        text_add_listed(&all, i->name);
    }
    if (!found && name) {
        error_set(e, "%s has no start '%s'", m->name, name);
        suggest_nearest(e, &near);
        error_hint(e, "its starts: %s", all.s);
    }
    text_clear(&all);
    return found || name ? found : list[0].name;
}

int starts_take(struct machine *m, const struct optimum *o, struct error *e)
{
    struct e_how exact = {.kind = E_EXACT};
    bool made;
    if (machine_start(m, o->theta, e) != 0 || (o->q && machine_set_q(m, o->q, e) != 0))
        return -1;
    return machine_e(m, &exact, &made, e);
}
