/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The linked multinomial (Dempster, Laird & Rubin 1977, section 1).  Counts y_1 … y_4 in
 * cells of probability ½ + p/4, (1−p)/4, (1−p)/4, p/4; Z of the y_1 belong to the p/4 part.
 *
 *     p(y,Z|θ) = n!/((y_1−Z)! Z! y_2! y_3! y_4!) (½)^(y_1−Z) (θ/4)^Z ((1−θ)/4)^(y_2+y_3) (θ/4)^y_4
 *     E   Z|y,θ ~ Binomial(y_1, θ/(2+θ));   q = Binomial(y_1, ψ),  E Z = y_1 ψ
 *     M   θ = (E Z + y_4 + a − 1)/(E Z + y_2 + y_3 + y_4 + a + b − 2)
 *         under a Beta(a,b) prior; a = b = 1: none
 *
 * Every term but ℓ, which is the log-probability of the observed table, is a sum over Z = 0 … y_1.
 */
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "em/explain.h"
#include "models/prior.h"
#include "models/prior_explain.h"
#include "numeric/logspace.h"

enum { CELLS = 4, COUNT_MAX = 1000000 };

struct linkage {
    unsigned y[CELLS];
    double *log_cells;  /* (y_1+1) log n!/((y_1−Z)! Z! y_2! y_3! y_4!) */
    double *log_choose; /* (y_1+1) log C(y_1, Z) */
};

static const struct linkage *linkage_of(const struct model *m)
{
    return m->self;
}

static int read_counts(const struct model *m, unsigned *y, struct error *e)
{
    static const char remedy[] = "one column of the counts y1 … y4, one to a row (columns=NAME)";
    if (m->obs.d != 1 || m->obs.n != CELLS) {
        error_set(e, "linkage takes four counts in one column; here are %zu rows of %zu columns",
                  m->obs.n, m->obs.d);
        return error_hint(e, "%s", remedy);
    }
    unsigned total = 0;
    for (size_t i = 0; i < CELLS; i++) {
        double v = m->obs.x[0][i];
        if (!(v >= 0.0 && v <= COUNT_MAX && v == floor(v))) {
            char shown[NUMBER_TEXT];
            error_set(e, "row %zu of column '%s' is %s; a count is a whole number from 0 to %d",
                      i + 1, observations_name(&m->obs, 0), number_text(shown, v, 6), COUNT_MAX);
            return error_hint(e, "%s", remedy);
        }
        total += y[i] = (unsigned)v;
    }
    if (total > 0)
        return 0;
    error_set(e, "the four counts are all 0: nothing was observed");
    return error_hint(e, "%s", remedy);
}

/* The coefficients, once for all sums: they do not depend on θ or ψ. */
static int tabulate(struct linkage *l, struct error *e)
{
    size_t n = l->y[0] + 1u;
    l->log_cells = NEW_ARRAY(n, double);
    l->log_choose = NEW_ARRAY(n, double);
    if (!l->log_cells || !l->log_choose)
        return error_no_memory(e);
    double others = gsl_sf_lnfact(l->y[0] + l->y[1] + l->y[2] + l->y[3]);
    for (size_t i = 1; i < CELLS; i++)
        others -= gsl_sf_lnfact(l->y[i]);
    for (unsigned z = 0; z <= l->y[0]; z++) {
        l->log_cells[z] = others - gsl_sf_lnfact(l->y[0] - z) - gsl_sf_lnfact(z);
        l->log_choose[z] = gsl_sf_lnchoose(l->y[0], z);
    }
    return 0;
}

static void add_layouts(struct model *m)
{
    layout_add(&m->theta, (struct block){.name = "p", .constraint = CONSTRAINT_BOUNDS,
                                         .lower = 0.0, .upper = 1.0,
                                         .help = "linkage parameter: the first cell has ½ + p/4"});
    layout_add(&m->q, (struct block){.name = "psi", .constraint = CONSTRAINT_BOUNDS,
                                     .lower = 0.0, .upper = 1.0,
                                     .help = "q(Z) is Binomial(y1, psi)"});
    layout_add(&m->stats, (struct block){.name = "Z",
                                         .help = "E Z = y1·psi, those of the first cell's p/4"});
    layout_add(&m->prior_layout, (struct block){.name = "beta", .rank = 1, .dim = {2},
                                                .constraint = CONSTRAINT_POSITIVE,
                                                .help = "a, b of the Beta prior of p"});
}

static int linkage_bind(struct model *m, const struct options *o, struct error *e)
{
    (void)o;
    struct linkage *l = NEW(struct linkage);
    if (!l)
        return error_no_memory(e);
    m->self = l;
    if (read_counts(m, l->y, e) != 0 || tabulate(l, e) != 0)
        return -1;
    add_layouts(m);
    m->terms_defined = TERMS_EM;
    m->shared = l->y[0] + 1u;
    m->size = l->y[0] + l->y[1] + l->y[2] + l->y[3];
    snprintf(m->about, sizeof m->about, "counts %u, %u, %u, %u", l->y[0], l->y[1], l->y[2],
             l->y[3]);
    return 0;
}

static void linkage_unbind(struct model *m)
{
    struct linkage *l = m->self;
    mem_free(l->log_cells);
    mem_free(l->log_choose);
    mem_free(l);
}

static const struct init_method linkage_inits[] = {
    {"moment", "4·y4/n, what the last cell alone says, kept within 0.01 … 0.99"},
    {"random", "uniform between 0 and 1"},
    {NULL},
};

static int linkage_init(const struct model *m, const char *method, gsl_rng *random,
                        struct theta *theta, struct error *e)
{
    (void)e;
    const unsigned *y = linkage_of(m)->y;
    double *p = theta_block(theta, "p");
    if (strcmp(method, "random") == 0)
        *p = gsl_rng_uniform_pos(random);
    else
        *p = fmin(fmax(4.0 * y[3] / (double)(y[0] + y[1] + y[2] + y[3]), 0.01), 0.99);
    return 0;
}

/* ℓ(θ): the log-probability of the observed table, coefficient included */
static double log_table(const struct linkage *l, double p)
{
    const double cell[CELLS] = {0.5 + p / 4.0, (1.0 - p) / 4.0, (1.0 - p) / 4.0, p / 4.0};
    return gsl_ran_multinomial_lnpdf(CELLS, cell, l->y);
}

static int linkage_e_step(const struct model *m, const struct theta *theta,
                          const struct e_how *how, struct latent *q, struct error *e)
{
    double *psi = latent_block(q, "psi");
    if (how->kind == E_UNIFORM) {
        *psi = 0.5;
        return 0;
    }
    if (how->kind == E_RANDOM) {
        *psi = gsl_rng_uniform(how->random);
        return 0;
    }
    if (how->kind != E_EXACT)
        return error_set(e, "linkage has no such E-step: %s", m->class->closed);
    double p = *theta_block(theta, "p");
    if (!(log_table(linkage_of(m), p) > -INFINITY)) {
        error_set(e, "p = %g gives these counts probability 0: there is no posterior", p);
        return error_hint(e, "set p between 0 and 1 (theta p=0.5), or init");
    }
    *psi = p / (2.0 + p);
    return 0;
}

/* Q + log p(θ) = of_p log p + of_rest log(1 − p) + a constant */
static void exponents(const struct linkage *l, double expected, const struct prior *prior,
                      double *of_p, double *of_rest)
{
    const double *beta = prior_block(prior, "beta");
    *of_p = expected + l->y[3] + (beta ? beta[0] - 1.0 : 0.0);
    *of_rest = (double)l->y[1] + l->y[2] + (beta ? beta[1] - 1.0 : 0.0);
}

/* ∂Q/∂p = (E Z + y_4)/p − (y_2 + y_3)/(1 − p) */
static bool linkage_score(const struct model *m, const struct latent *q, const struct theta *theta,
                          double *out)
{
    const struct linkage *l = linkage_of(m);
    double p = *theta_block(theta, "p"), of_p, of_rest;
    exponents(l, l->y[0] * *latent_block(q, "psi"), NULL, &of_p, &of_rest);
    *out = of_p / p - of_rest / (1.0 - p);
    return true;
}

/* exp(Q + log p(θ)) is p^of_p (1−p)^of_rest: a Beta */
static int linkage_conjugate(const struct model *m, const struct prior *prior,
                             const struct latent *q, const struct theta *theta,
                             const struct block *b, size_t at, struct conjugate *out,
                             struct error *e)
{
    const double *beta = prior_block(prior, "beta");
    double of_p, of_rest;
    (void)theta;
    (void)at;
    if (!beta)
        return prior_none(b, "beta=2,2", e);
    out->prior = (struct marginal){MARGINAL_BETA, beta[0], beta[1], 0.0};
    if (!q)
        return 0;
    exponents(linkage_of(m), linkage_of(m)->y[0] * *latent_block(q, "psi"), prior, &of_p, &of_rest);
    out->posterior = (struct marginal){MARGINAL_BETA, of_p + 1.0, of_rest + 1.0, 0.0};
    return 0;
}

static int linkage_m_step(const struct model *m, const struct latent *q, const struct m_how *how,
                          const struct prior *prior, struct theta *theta, struct error *e)
{
    const struct linkage *l = linkage_of(m);
    double of_p, of_rest;
    if (!how->blocks)
        return 0;
    exponents(l, l->y[0] * *latent_block(q, "psi"), prior, &of_p, &of_rest);
    if (!(of_p >= 0.0 && of_rest >= 0.0)) {
        error_set(e, "Q + log p(θ) has no maximum in p: it rises without bound at p = %d",
                  of_p < 0.0 ? 0 : 1);
        return error_hint(e, "give a prior with a, b of 1 or more: prior beta=2,2");
    }
    if (!(of_p + of_rest > 0.0)) {
        error_set(e, "every p has the same Q: E Z, y2, y3 and y4 are all 0");
        return error_hint(e, "set another q (e, or q uniform), or a prior: prior beta=2,2");
    }
    *theta_block(theta, "p") = of_p / (of_p + of_rest);
    return 0;
}

/* log Binomial(Z; y_1, psi), less the coefficient's table */
static double log_binomial(const struct linkage *l, unsigned z, double log_psi, double log_rest)
{
    return l->log_choose[z] + times_log(z, log_psi) + times_log(l->y[0] - z, log_rest);
}

/* Logarithms of what the sums need, at one (ψ, θ). */
struct logs {
    double psi, psi_rest; /* ψ, 1 − ψ */
    double r, r_rest;     /* θ/(2+θ), 2/(2+θ) */
    double half, linked;  /* ½, θ/4: the two parts of the first cell */
    double constant;      /* (y_2+y_3) log((1−θ)/4) + y_4 log(θ/4) */
};

static struct logs take_logs(const struct linkage *l, double psi, double p)
{
    struct logs g = {
        .psi = log(psi), .psi_rest = log1p(-psi),
        .r = log(p / (2.0 + p)), .r_rest = log(2.0 / (2.0 + p)),
        .half = -M_LN2, .linked = log(p / 4.0),
    };
    g.constant = times_log((double)l->y[1] + l->y[2], log((1.0 - p) / 4.0)) +
                 times_log(l->y[3], g.linked);
    return g;
}

static double log_joint(const struct linkage *l, const struct logs *g, unsigned z)
{
    return l->log_cells[z] + times_log(l->y[0] - z, g->half) + times_log(z, g->linked) +
           g->constant;
}

/* The five terms that are sums over Z, each by its own summand. */
static void sum_over_z(const struct linkage *l, const struct logs *g, double *value)
{
    value[TERM_Q] = value[TERM_H] = value[TERM_ENTROPY] = 0.0;
    value[TERM_ELBO] = value[TERM_KL] = 0.0;
    for (unsigned z = 0; z <= l->y[0]; z++) {
        double log_q = log_binomial(l, z, g->psi, g->psi_rest), q = exp(log_q);
        if (q == 0.0)
            continue;
        double joint = log_joint(l, g, z), log_r = log_binomial(l, z, g->r, g->r_rest);
        value[TERM_Q] += q * joint;
        value[TERM_H] += q * log_r;
        value[TERM_ENTROPY] -= q * log_q;
        value[TERM_ELBO] += q * (joint - log_q);
        value[TERM_KL] += q * (log_q - log_r);
    }
}

/* log p(y,Z|θ) and log q(Z) for Z = 0 … y_1 */
static void linkage_logs(const struct model *m, const struct latent *q, const struct theta *theta,
                         double *joint, double *log_q)
{
    const struct linkage *l = linkage_of(m);
    struct logs g = take_logs(l, q ? *latent_block(q, "psi") : 0.5, *theta_block(theta, "p"));
    for (unsigned z = 0; z <= l->y[0]; z++) {
        joint[z] = log_joint(l, &g, z);
        if (q)
            log_q[z] = log_binomial(l, z, g.psi, g.psi_rest);
    }
}

static void linkage_stats(const struct model *m, const struct latent *q, const struct theta *theta,
                          double *v)
{
    (void)theta;
    *v = q ? linkage_of(m)->y[0] * *latent_block(q, "psi") : NAN;
}

static void linkage_terms(const struct model *m, const struct latent *q,
                          const struct theta *theta, unsigned which, struct terms *t)
{
    const struct linkage *l = linkage_of(m);
    double p = *theta_block(theta, "p");
    bool inside = p >= 0.0 && p <= 1.0;
    t->value[TERM_LOGLIK] = inside ? log_table(l, p) : NAN;
    if (!inside || !(which & ~TERM_BIT(TERM_LOGLIK)))
        return;
    struct logs g = take_logs(l, *latent_block(q, "psi"), p);
    sum_over_z(l, &g, t->value);
    if (t->value[TERM_LOGLIK] == -INFINITY) /* no posterior */
        t->value[TERM_H] = t->value[TERM_KL] = NAN;
}

static double linkage_log_prior(const struct model *m, const struct prior *prior,
                                const struct theta *theta)
{
    (void)m;
    const double *beta = prior_block(prior, "beta");
    return beta ? log_beta_density(beta[0], beta[1], *theta_block(theta, "p")) : 0.0;
}

static int linkage_prior_valid(const struct model *m, const struct prior *prior, struct error *e)
{
    (void)m;
    return prior_above(prior, "beta", 0.0, e);
}

/* n individuals, counted by cell. */
static int linkage_sample(const struct model *m, const struct theta *theta, gsl_rng *random,
                          size_t n, double *x, double *z, struct error *e)
{
    unsigned count[CELLS];
    (void)m;
    (void)z;
    if (n > COUNT_MAX) {
        error_set(e, "%zu individuals; linkage counts %d at most", n, COUNT_MAX);
        return error_hint(e, "take fewer of them");
    }
    double p = *theta_block(theta, "p");
    const double cell[CELLS] = {0.5 + p / 4.0, (1.0 - p) / 4.0, (1.0 - p) / 4.0, p / 4.0};
    gsl_ran_multinomial(random, CELLS, (unsigned)n, cell, count);
    for (size_t i = 0; i < CELLS; i++)
        x[i] = count[i];
    return 0;
}

/* ---- in numbers ---------------------------------------------------------------------------- */

static formula symbol_p(struct explanation *x)
{
    return f_symbol(&x->f, *theta_block(x->theta, "p"), "p");
}

static formula count(struct explanation *x, size_t cell)
{
    return f_symbol(&x->f, linkage_of(x->model)->y[cell], "y_{%zu}", cell + 1);
}

/* ψ = (p/4)/(½ + p/4), the share of the first cell that belongs to its p/4 part */
static int explain_e(struct explanation *x, size_t i, struct error *e)
{
    struct formulas *a = &x->f;
    (void)i;
    (void)e;
    formula part = f_div(a, symbol_p(x), f_number(a, 4.0));
    double psi = *latent_block(x->r, "psi");
    explain_title(x, "p(Z|y,p) = \\text{Bin}(Z|y_{1},\\psi)");
    explain_item(x, psi, f_div(a, part, f_add(a, f_half(a), part)), "\\psi");
    explain_item(x, linkage_of(x->model)->y[0] * psi,
                 f_mul(a, count(x, 0), f_symbol(a, psi, "\\psi")), "E_q[Z]");
    return 0;
}

/* p = (E Z + y4 + a − 1)/(E Z + y2 + y3 + y4 + a + b − 2) */
static int explain_m(struct explanation *x, const struct block *b, size_t entry, struct error *e)
{
    struct formulas *a = &x->f;
    const double *beta = prior_block(x->prior, "beta");
    (void)b;
    (void)entry;
    (void)e;
    double psi = *latent_block(x->q, "psi"), expected = linkage_of(x->model)->y[0] * psi;
    explain_item(x, expected, f_mul(a, count(x, 0), f_symbol(a, psi, "\\psi")), "E_q[Z]");
    formula linked = f_symbol(a, expected, "E_q[Z]");
    formula above = f_add(a, linked, count(x, 3));
    formula below = f_add(a, f_add(a, f_add(a, linked, count(x, 1)), count(x, 2)), count(x, 3));
    if (beta) {
        formula shape = f_symbol(a, beta[0], "a"), other = f_symbol(a, beta[1], "b");
        above = f_sub(a, f_add(a, above, shape), f_number(a, 1.0));
        below = f_sub(a, f_add(a, f_add(a, below, shape), other), f_number(a, 2.0));
    }
    explain_item(x, *theta_block(x->answer, "p"), f_div(a, above, below), "p");
    return 0;
}

/* log p(y,Z=z|p): the coefficient, (y1−z) log ½ + z log(p/4) + (y2+y3) log((1−p)/4)
 * + y4 log(p/4) */
static formula log_joint_formula(struct explanation *x, size_t i, size_t z)
{
    struct formulas *a = &x->f;
    const struct linkage *l = linkage_of(x->model);
    (void)i;
    formula four = f_number(a, 4.0), linked = f_div(a, symbol_p(x), four);
    formula apart = f_div(a, f_sub(a, f_number(a, 1.0), symbol_p(x)), four);
    formula at = f_symbol(a, (double)z, "Z");
    formula sum = f_symbol(a, l->log_cells[z], "\\log [n!/((y_{1}-Z)! Z! y_{2}! y_{3}! y_{4}!)]");
    sum = f_add(a, sum, f_times_log(a, f_sub(a, count(x, 0), at), f_half(a)));
    sum = f_add(a, sum, f_times_log(a, at, linked));
    sum = f_add(a, sum, f_times_log(a, f_add(a, count(x, 1), count(x, 2)), apart));
    return f_add(a, sum, f_times_log(a, count(x, 3), linked));
}

static const struct explainer explainer = {
    .log_density = log_joint_formula,
    .e = explain_e,
    .m = explain_m,
    .log_prior = prior_explain,
};

const struct model_class linkage_model = {
    .name = "linkage",
    .summary = "linked multinomial: four counts, one parameter (the first EM example)",
    .source = "Dempster, Laird & Rubin 1977, section 1",
    .kind = MODEL_EM,
    .inits = linkage_inits,
    .closed = "q must stay Binomial(y1, psi), which a point mass or a power of r is not",
    .bind = linkage_bind,
    .unbind = linkage_unbind,
    .init = linkage_init,
    .e_step = linkage_e_step,
    .m_step = linkage_m_step,
    .score = linkage_score,
    .terms = linkage_terms,
    .shared_logs = linkage_logs,
    .explain = &explainer,
    .stats = linkage_stats,
    .log_prior = linkage_log_prior,
    .conjugate = linkage_conjugate,
    .prior_valid = linkage_prior_valid,
    .sample = linkage_sample,
    .table = CELLS,
};
