/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A model of the user's own, with any joint density.
 *
 *     p(x_i, z_i = k|θ) = exp log_joint(x_i, k, θ),  k ∈ {1…K};   q is γ (n,K)
 *     E   γ_ik = p(x_i, k|θ) / Σ_l p(x_i, l|θ)
 *     M   the file's m_step, or the maximum of Q = Σ_i w_i Σ_k γ_ik log_joint(x_i, k, θ) by numbers
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "models/finite.h"
#include "models/lua.h"
#include "numeric/logspace.h"

static unsigned all_blocks(const struct model *m)
{
    return (1u << m->theta.nblock) - 1u;
}

/* ---- binding ----------------------------------------------------------------------------- */

static int hint_shapes(const struct model *m, struct error *e)
{
    struct text shapes = TEXT_INIT;
    for (size_t i = 0; i < m->theta.nblock; i++) {
        text_add(&shapes, i ? " " : "");
        block_shape(&m->theta.block[i], &shapes);
    }
    error_hint(e, "x has %zu column%s here; theta has %s", m->obs.d, m->obs.d == 1 ? "" : "s",
               shapes.s);
    text_clear(&shapes);
    return -1;
}

/* Gives Lua's own messages a hint: what is not there in the file's world, how large x and θ are. */
static int explain_failure(const struct model *m, struct error *e)
{
    static const char *const outside[] = {"io",   "os",     "debug",  "package",      "require",
                                          "load", "dofile", "loadfile", "loadstring", "print",
                                          "pcall", "xpcall", "setmetatable", "coroutine", NULL};
    char pattern[40];
    if (e->hint[0] || e->kind == ERROR_INTERRUPTED)
        return -1;
    for (size_t i = 0; outside[i]; i++) {
        snprintf(pattern, sizeof pattern, "global '%s'", outside[i]);
        if (strstr(e->message, pattern))
            return error_hint(e, "a model computes and nothing else: it has Lua's math, string and "
                                 "table, and no %s", outside[i]);
    }
    if (m->theta.nblock && strstr(e->message, "nil value (field"))
        return hint_shapes(m, e);
    return -1;
}

static void make_layout_of_q(struct model *m)
{
    layout_add(&m->q, (struct block){.name = "gamma", .rank = 2, .dim = {m->obs.n, m->k},
                                     .constraint = CONSTRAINT_SIMPLEX, .of_z = 2,
                                     .help = "q(z = k) of row i"});
    if (!layout_find(&m->theta, "N"))
        layout_add(&m->stats, (struct block){.name = "N", .rank = 1, .dim = {m->k},
                                             .help = "Σ γ, so many rows have z = k"});
    m->terms_defined = TERMS_EM;
}

static void own_stats(const struct model *m, const struct latent *q, const struct theta *theta,
                      double *v)
{
    (void)theta;
    for (size_t k = 0; k < m->stats.size; k++)
        v[k] = NAN;
    if (q && m->stats.nblock)
        finite_counts(m, latent_block(q, "gamma"), v);
}

static int own_bind(struct model *m, const struct options *options, struct error *e)
{
    (void)options;
    struct own *o = NEW(struct own);
    if (!o)
        return error_no_memory(e);
    m->self = o;
    o->model = m;
    if (sandbox_open(&o->box, "the model", m->interrupt, e) != 0 || own_read(m, o, e) != 0)
        return explain_failure(m, e);
    m->name = o->name;
    make_layout_of_q(m);
    o->table = NEW_ARRAY(m->q.size, double);
    o->at = NEW_ARRAY(m->theta.size, double);
    if (m->q.size == SIZE_MAX || !o->table || !o->at)
        return error_no_memory(e);
    snprintf(m->about, sizeof m->about, "K = %zu, %s", m->k,
             o->m_step == LUA_NOREF ? "M-step by numbers" : "M-step of its own");
    return 0;
}

static void own_unbind(struct model *m)
{
    struct own *o = m->self;
    sandbox_close(&o->box);
    mem_free(o->name);
    mem_free(o->table);
    mem_free(o->at);
    mem_free(o);
}

/* ---- starts ------------------------------------------------------------------------------ */

static const struct init_method own_inits[] = {
    {"own", "the file's init; random where it has none"},
    {"random", "of 32 random θ inside their constraints the one with the greatest ℓ"},
    {NULL, NULL},
};

static double loglik(const struct model *m, const double *table)
{
    double sum = 0.0;
    for (size_t i = 0; i < m->obs.n; i++)
        sum += times_log(m->obs.weight[i], log_sum_exp(m->k, table + i * m->k));
    return sum;
}

static int loglik_at(const struct model *m, void *unused, const struct theta *t, double *value,
                     struct error *e)
{
    (void)unused;
    const double *table = own_table(m, t, false, e);
    if (!table)
        return -1;
    *value = own_of(m)->sound ? loglik(m, table) : -INFINITY;
    return 0;
}

static int own_init(const struct model *m, const char *method, gsl_rng *random, struct theta *theta,
                    struct error *e)
{
    bool own = strcmp(method, "own") == 0 && own_of(m)->init != LUA_NOREF;
    int r = own ? own_start(m, random, theta, e)
                : own_draw(m, random, all_blocks(m), loglik_at, NULL, theta, e);
    if (r == OWN_NOWHERE) {
        error_set(e, "%s: the data are impossible at each of %d random starts", m->file,
                  OWN_STARTS);
        return error_hint(e, "give the file an init(x, rng), or set θ by hand: theta NAME=v,…");
    }
    return r == 0 ? 0 : explain_failure(m, e);
}

/* ---- the model's slots ------------------------------------------------------------------- */

/* log_joint is called for every row, so that a θ is taken only where all the terms exist. */
static int own_theta_valid(const struct model *m, const struct theta *theta, struct error *e)
{
    own_of(m)->wasted = 0.0;
    if (own_valid(m, theta, e) == 0 && own_table(m, theta, true, e))
        return 0;
    return explain_failure(m, e);
}

static int own_e_step(const struct model *m, const struct theta *theta, const struct e_how *how,
                      struct latent *q, struct error *e)
{
    double *gamma = latent_block(q, "gamma"), joint[OWN_LATENT];
    if (how->kind == E_UNIFORM || how->kind == E_RANDOM) {
        finite_without_theta(m, how, gamma);
        return 0;
    }
    if (how->kind == E_SWEEPS) {
        error_set(e, "sweeps= is for mean-field models; the E-step of %s is exact", m->name);
        return error_hint(e, "e");
    }
    const double *table = own_table(m, theta, true, e);
    if (!table)
        return explain_failure(m, e);
    size_t first = how->kind == E_ROWS ? how->first - 1 : 0;
    size_t last = how->kind == E_ROWS ? how->last : m->obs.n;
    for (size_t i = first; i < last; i++) {
        memcpy(joint, table + i * m->k, m->k * sizeof *joint);
        if (!finite_posterior(m->k, how, joint, gamma + i * m->k)) {
            error_set(e, "row %zu is impossible here: log_joint is -inf for every k, so it has no "
                         "posterior", i + 1);
            return error_hint(e, "move θ to where it is possible (theta, or init)");
        }
    }
    return 0;
}

static int own_m_step(const struct model *m, const struct latent *q, const struct m_how *how,
                      const struct prior *prior, struct theta *theta, struct error *e)
{
    const double *gamma = latent_block(q, "gamma");
    unsigned all = all_blocks(m), blocks = how->blocks & all;
    (void)prior;
    if (!blocks)
        return 0;
    /* The file's function moves all of θ: a part of it is not the maximum over that part. */
    bool own = own_of(m)->m_step != LUA_NOREF && blocks == all;
    int r = own ? own_maximise(m, gamma, theta, e) : own_climb(m, gamma, blocks, theta, e);
    return r == 0 ? 0 : explain_failure(m, e);
}

/* The table where errors have nowhere to go.  A file that only ever runs into the time limit is not
 * called again and again. */
static const double *table_if_any(const struct model *m, const struct theta *theta)
{
    struct own *o = own_of(m);
    struct error unused;
    double start = sandbox_now();
    if (o->wasted > SANDBOX_SECONDS / 2.0)
        return NULL;
    const double *table = own_table(m, theta, false, &unused);
    if (!table)
        o->wasted += sandbox_now() - start;
    return table;
}

static void own_terms(const struct model *m, const struct latent *q, const struct theta *theta,
                      unsigned which, struct terms *t)
{
    double sum[TERM_COUNT] = {0};
    const double *gamma = q ? latent_block(q, "gamma") : NULL;
    const double *table = table_if_any(m, theta);
    for (size_t i = 0; table && i < m->obs.n; i++)
        finite_add_terms(m->k, m->obs.weight[i], table + i * m->k,
                         gamma ? gamma + i * m->k : NULL, which, sum);
    for (int i = 0; i < TERM_COUNT; i++)
        if (which & TERM_BIT(i))
            t->value[i] = table ? sum[i] : NAN;
}

static bool own_row_terms(const struct model *m, const struct latent *q, const struct theta *theta,
                          unsigned which, double *v)
{
    const double *gamma = q ? latent_block(q, "gamma") : NULL;
    const double *table = table_if_any(m, theta);
    for (size_t i = 0; table && i < m->obs.n; i++)
        finite_add_terms(m->k, 1.0, table + i * m->k, gamma ? gamma + i * m->k : NULL, which,
                         v + i * TERM_COUNT);
    return table != NULL;
}

static int own_predict(const struct model *m, const struct theta *theta, const double *x,
                       double *out, double *log_density, struct error *e)
{
    if (own_row(m, theta, x, out, e) != 0)
        return explain_failure(m, e);
    finite_predict(m->k, out, log_density);
    return 0;
}

static int own_row_log_joint(const struct model *m, const struct theta *theta, size_t i,
                             double *out, struct error *e)
{
    const double *table = own_table(m, theta, true, e);
    if (!table)
        return explain_failure(m, e);
    memcpy(out, table + i * m->k, m->k * sizeof *out);
    return 0;
}

const struct model_class lua_model = {
    .name = "FILE.lua",
    .ending = ".lua",
    .folder = "lessons/models",
    .summary = "a model of your own: ten lines of Lua (help own-model)",
    .source = "yours; the log-joint is all that a finite latent variable needs",
    .kind = MODEL_EM,
    .rows = true,
    .takes_weights = true,
    .inits = own_inits,
    .take = observations_with_text,
    .bind = own_bind,
    .unbind = own_unbind,
    .init = own_init,
    .valid = own_theta_valid,
    .e_step = own_e_step,
    .m_step = own_m_step,
    .terms = own_terms,
    .predict = own_predict,
    .row_log_joint = own_row_log_joint,
    .row_terms = own_row_terms,
    .stats = own_stats,
};
