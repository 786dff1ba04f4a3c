/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bradley–Terry ranking by minorise–maximise (Hunter 2004, Ann. Statist. 32:384).  i
 * beats j with probability θ_i/(θ_i+θ_j); w_ij counts how often it did.  There is no latent
 * variable: q is the tangent point θ^t, at which the surrogate g is built.
 *
 *     f(θ)     = Σ_ij w_ij [ log θ_i − log(θ_i+θ_j) ]
 *     g(θ|θ^t) = Σ_ij w_ij [ log θ_i − log(θ_i^t+θ_j^t) − (θ_i+θ_j)/(θ_i^t+θ_j^t) + 1 ]
 *     f − g    = Σ_ij w_ij [ u − log(1+u) ],   1 + u = (θ_i+θ_j)/(θ_i^t+θ_j^t)
 *     E   θ^t ← θ
 *     M   θ_i ← W_i / Σ_j N_ij/(θ_i^t+θ_j^t),   W_i = Σ_j w_ij,   N_ij = w_ij + w_ji
 *
 * f knows only ratios, g does not: θ is kept as the update leaves it, and shown normalised beside
 * it. The maximum exists only if every item is tied to every other by a chain of wins (paired.c).
 */
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "models/paired.h"

static const struct option_spec bradley_terry_options[] = {
    {"items", OPTION_WORDS, "NAME,…", "their order (that of the data when not given)"},
    {NULL},
};

static const struct paired *paired_of(const struct model *m)
{
    return m->self;
}

static void add_layouts(struct model *m)
{
    const struct paired *p = paired_of(m);
    struct block skill = {.name = "skill", .rank = 1, .dim = {p->nitem},
                          .constraint = CONSTRAINT_POSITIVE, .label = p->item,
                          .help = "strength of item i, up to a common factor"};
    layout_add(&m->theta, skill);
    skill.help = "where the surrogate touches";
    layout_add(&m->q, skill);
    layout_add(&m->stats, (struct block){.name = "normalised", .rank = 1, .dim = {p->nitem},
                                         .label = p->item, .help = "skill / Σ skill"});
    layout_add(&m->stats, (struct block){.name = "log_ratio_to_first", .rank = 1, .dim = {p->nitem},
                                         .label = p->item,
                                         .help = "log skill − log skill of the first"});
}

static int bradley_terry_bind(struct model *m, const struct options *o, struct error *e)
{
    struct paired *p = NEW(struct paired);
    if (!p)
        return error_no_memory(e);
    m->self = p;
    if (paired_read(p, m->obs.data, o, e) != 0 || paired_connected(p, e) != 0)
        return -1;
    add_layouts(m);
    m->terms_defined = TERMS_MM;
    char total[NUMBER_TEXT];
    snprintf(m->about, sizeof m->about, "%zu items, %s comparisons", p->nitem,
             number_text(total, p->total, 15));
    return 0;
}

static void bradley_terry_unbind(struct model *m)
{
    paired_clear(m->self);
    mem_free(m->self);
}

static const struct init_method bradley_terry_inits[] = {
    {"ones", "every skill is 1"},
    {"random", "exponential with mean 1"},
    {NULL},
};

static int bradley_terry_init(const struct model *m, const char *method, gsl_rng *random,
                              struct theta *theta, struct error *e)
{
    double *skill = theta_block(theta, "skill");
    (void)e;
    for (size_t i = 0; i < paired_of(m)->nitem; i++)
        skill[i] = strcmp(method, "random") == 0 ? gsl_ran_exponential(random, 1.0) : 1.0;
    return 0;
}

static int bradley_terry_e_step(const struct model *m, const struct theta *theta,
                                const struct e_how *how, struct latent *q, struct error *e)
{
    double *t = latent_block(q, "skill");
    size_t n = paired_of(m)->nitem;
    switch (how->kind) {
    case E_EXACT:
        memcpy(t, theta_block(theta, "skill"), n * sizeof *t);
        return 0;
    case E_UNIFORM:
    case E_RANDOM:
        for (size_t i = 0; i < n; i++)
            t[i] = how->kind == E_UNIFORM ? 1.0 : gsl_ran_exponential(how->random, 1.0);
        return 0;
    default:
        error_set(e, "bradley-terry has no such E-step: q is a tangent point");
        return error_hint(e, "e alone builds the surrogate at θ");
    }
}

static int bradley_terry_m_step(const struct model *m, const struct latent *q,
                                const struct m_how *how, const struct prior *prior,
                                struct theta *theta, struct error *e)
{
    const struct paired *p = paired_of(m);
    const double *t = latent_block(q, "skill");
    double *skill = theta_block(theta, "skill"), *sum = p->work;
    (void)prior;
    if (!how->blocks)
        return 0;
    memset(sum, 0, p->nitem * sizeof *sum);
    for (size_t r = 0; r < p->npair; r++) {
        const struct pair *a = &p->pair[r];
        double share = a->wins / (t[a->winner] + t[a->loser]);
        sum[a->winner] += share;
        sum[a->loser] += share;
    }
    for (size_t i = 0; i < p->nitem; i++) {
        skill[i] = p->wins[i] / sum[i];
        if (skill[i] > 0.0 && isfinite(skill[i]))
            continue;
        error_set(e, "the M-step's skill of %s is out of the range of numbers", p->item[i]);
        return error_hint(e, "skills are ratios: start nearer to 1 (init), then e");
    }
    return 0;
}

static void bradley_terry_terms(const struct model *m, const struct latent *q,
                                const struct theta *theta, unsigned which, struct terms *terms)
{
    const struct paired *p = paired_of(m);
    const double *skill = theta_block(theta, "skill");
    const double *t = q && which & ~TERM_BIT(TERM_LOGLIK) ? latent_block(q, "skill") : NULL;
    double f = 0.0, g = 0.0, gap = 0.0;
    for (size_t r = 0; r < p->npair; r++) {
        const struct pair *a = &p->pair[r];
        double log_skill = log(skill[a->winner]), sum = skill[a->winner] + skill[a->loser];
        f += a->wins * (log_skill - log(sum));
        if (!t)
            continue;
        double at = t[a->winner] + t[a->loser], u = (sum - at) / at;
        g += a->wins * (log_skill - log(at) - u);
        gap += a->wins * (u - log1p(u));
    }
    terms->value[TERM_LOGLIK] = f;
    if (!t)
        return;
    terms->value[TERM_ELBO] = g;
    terms->value[TERM_KL] = gap;
}

static void bradley_terry_stats(const struct model *m, const struct latent *q,
                                const struct theta *theta, double *v)
{
    size_t n = paired_of(m)->nitem;
    const double *skill = theta_block(theta, "skill");
    double total = 0.0;
    (void)q;
    for (size_t i = 0; i < n; i++)
        total += skill[i];
    for (size_t i = 0; i < n; i++) {
        v[i] = skill[i] / total;
        v[n + i] = log(skill[i] / skill[0]);
    }
}

const struct model_class bradley_terry_model = {
    .name = "bradley-terry",
    .summary = "ranking from wins and losses, by MM: no latent variable",
    .source = "Hunter 2004, Ann. Statist. 32:384",
    .kind = MODEL_MM,
    .options = bradley_terry_options,
    .inits = bradley_terry_inits,
    .closed =
        "q is the point at which the surrogate touches: nothing of it can be hard or tempered",
    .take = observations_rows,
    .bind = bradley_terry_bind,
    .unbind = bradley_terry_unbind,
    .init = bradley_terry_init,
    .e_step = bradley_terry_e_step,
    .m_step = bradley_terry_m_step,
    .terms = bradley_terry_terms,
    .stats = bradley_terry_stats,
    .explain = &bradley_terry_explainer,
};
