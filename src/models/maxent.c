/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Maximum entropy under moment constraints: over outcomes x_1 … x_N maximise −Σ p log p
 * subject to Σ_i p_i f_j(x_i) = Δ_j.  The answer is an exponential family, and its dual the mean
 * log-likelihood of data whose means of f are Δ.  There is no latent variable: q is the tangent
 * point λ^t, at which the surrogate g is built.
 *
 *     p_i = exp(λᵀf(x_i) − A(λ)),   A(λ) = log Σ_i exp(λᵀf(x_i)),   f(λ) = λᵀΔ − A(λ)
 *     E   λ^t ← λ
 *     M   λ_j = λ^t_j + u_j − u_s,   u_j = (1/C) log(Δ′_j / E_p f′_j),   p at λ^t
 *         (generalized iterative scaling: Darroch & Ratcliff 1972), with f′_j = f_j − min f_j,
 *         C = max Σ_j f′_j, and the slack feature f′_s = C − Σ_j f′_j where it is not 0 throughout
 *     Newton   λ ← λ + Cov_p(f)⁺ (Δ − E_p f)
 *
 * The surrogate of the family of steps u is f(λ^t) + uᵀΔ′ + 1 − Σ_j (E_p f′_j/C) exp(C u_j).  A λ
 * leaves u_s open (u_j = λ_j − λ^t_j + u_s), and g(λ|λ^t) is the best over it: with δ = λ − λ^t,
 *     g = f(λ^t) + δᵀΔ′ − log G,   G = Σ_j (E_p f′_j/C) exp(C δ_j),  δ_s = 0   with slack
 *     g = f(λ^t) + δᵀΔ′ + 1 − G                                              without
 *     f − g = log G − log E_p exp(δᵀf′)   or   G − 1 − log E_p exp(δᵀf′)
 */
#include "models/maxent.h"

#include <gsl/gsl_randist.h>
#include <lapacke.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "numeric/logspace.h"

static const struct option_spec maxent_options[] = {
    {"targets", OPTION_REALS, "V,…", "what each feature's mean must be"},
    {"moments", OPTION_REALS, "1,2,…", "the features are these powers of one column"},
    {NULL},
};

static void add_layouts(struct model *m)
{
    const struct maxent *s = maxent_of(m);
    struct block lambda = {.name = "lambda", .rank = 1, .dim = {s->d}, .label = s->label,
                           .help = "natural parameter of feature j"};
    layout_add(&m->theta, lambda);
    lambda.help = "where the surrogate touches";
    layout_add(&m->q, lambda);
    layout_add(&m->stats, (struct block){.name = "p", .rank = 1, .dim = {s->n},
                                         .constraint = CONSTRAINT_SIMPLEX,
                                         .help = "probability of outcome i"});
    layout_add(&m->stats, (struct block){.name = "Ef", .rank = 1, .dim = {s->d},
                                         .label = s->label, .help = "mean of feature j"});
    layout_add(&m->stats, (struct block){.name = "target", .rank = 1, .dim = {s->d},
                                         .label = s->label, .help = "what it must be"});
}

static void describe(struct model *m)
{
    const struct maxent *s = maxent_of(m);
    struct text t = TEXT_INIT;
    text_addf(&t, "%zu outcomes, %zu feature%s", s->n, s->d, s->d == 1 ? "" : "s");
    for (size_t j = 0; j < s->d && j < 4; j++) {
        char number[NUMBER_TEXT];
        text_addf(&t, "%s mean of %.30s = %s", j ? "," : ":", s->name[j],
                  number_text(number, s->low[j] + s->target[j], 6));
    }
    snprintf(m->about, sizeof m->about, "%s%s", t.s, s->d > 4 ? " …" : "");
    text_clear(&t);
}

static int maxent_bind(struct model *m, const struct options *o, struct error *e)
{
    struct maxent *s = NEW(struct maxent);
    if (!s)
        return error_no_memory(e);
    m->self = s;
    if (maxent_read(m, o, e) != 0 || maxent_reach(s, e) != 0)
        return -1;
    add_layouts(m);
    m->terms_defined = TERMS_MM;
    describe(m);
    return 0;
}

static void maxent_unbind(struct model *m)
{
    maxent_clear(m->self);
    mem_free(m->self);
}

static const struct init_method maxent_inits[] = {
    {"zero", "λ = 0: every outcome is as probable as another"},
    {"random", "normal, by the range of each feature"},
    {NULL},
};

static int maxent_init(const struct model *m, const char *method, gsl_rng *random,
                       struct theta *theta, struct error *e)
{
    const struct maxent *s = maxent_of(m);
    double *lambda = theta_block(theta, "lambda");
    (void)e;
    for (size_t j = 0; j < s->d; j++) {
        double spread = s->range[j] > 0.0 ? 1.0 / s->range[j] : 0.0;
        lambda[j] = strcmp(method, "random") == 0 ? gsl_ran_gaussian(random, spread) : 0.0;
    }
    return 0;
}

/* ---- p at λ ----------------------------------------------------------------------------- */

/* η_i = λᵀf′(x_i), in s->eta.  Returns log Σ exp η. */
static double natural(const struct maxent *s, const double *lambda)
{
    for (size_t i = 0; i < s->n; i++) {
        s->eta[i] = 0.0;
        for (size_t j = 0; j < s->d; j++)
            s->eta[i] += lambda[j] * s->f[i * s->d + j];
    }
    return log_sum_exp(s->n, s->eta);
}

static double dot(size_t d, const double *a, const double *b)
{
    double sum = 0.0;
    for (size_t j = 0; j < d; j++)
        sum += a[j] * b[j];
    return sum;
}

/* f(λ) = λᵀΔ′ − log Σ exp λᵀf′: the minima cancel */
static double dual(const struct maxent *s, const double *lambda)
{
    return dot(s->d, lambda, s->target) - natural(s, lambda);
}

/* Where λᵀf overflows there is no p. */
static int maxent_valid(const struct model *m, const struct theta *theta, struct error *e)
{
    double f = dual(maxent_of(m), theta_block(theta, "lambda"));
    if (isfinite(f))
        return 0;
    error_set(e, "lambda is too large for these features: λᵀf(x) is out of the range of numbers");
    return error_hint(e, "λ is in units of 1/f; init zero begins at the uniform distribution");
}

/* p and E_p f′ at λ, in s->p and `mean` */
static void distribution(const struct maxent *s, const double *lambda, double *mean)
{
    natural(s, lambda);
    softmax(s->n, s->eta, s->p);
    memset(mean, 0, s->d * sizeof *mean);
    for (size_t i = 0; i < s->n; i++)
        for (size_t j = 0; j < s->d; j++)
            mean[j] += s->p[i] * s->f[i * s->d + j];
}

/* log E_p v from log p in s->eta, v (n) ≥ 0 and `stride` apart; s->p is scratch */
static double log_mean(const struct maxent *s, const double *v, size_t stride)
{
    for (size_t i = 0; i < s->n; i++)
        s->p[i] = s->eta[i] + log(v[i * stride]);
    return log_sum_exp(s->n, s->p);
}

/* log E_p f′ at λ into mean (d); returns log E_p f′_s, −∞ without slack.  In logarithms, because
 * far from λ = 0 all of p but one outcome underflows, and the means of what that one lacks (its
 * slack, or a feature) with it: the surrogate would have no bound there. */
static double log_means(const struct maxent *s, const double *lambda, double *mean)
{
    double A = natural(s, lambda);
    for (size_t i = 0; i < s->n; i++)
        s->eta[i] -= A;
    A = log_sum_exp(s->n, s->eta); /* the rounding of the first */
    for (size_t i = 0; i < s->n; i++)
        s->eta[i] -= A;
    for (size_t j = 0; j < s->d; j++)
        mean[j] = log_mean(s, s->f + j, s->d);
    return s->has_slack ? log_mean(s, s->slack, 1) : -INFINITY;
}

/* ---- E, M ------------------------------------------------------------------------------- */

static int maxent_e_step(const struct model *m, const struct theta *theta,
                         const struct e_how *how, struct latent *q, struct error *e)
{
    const struct maxent *s = maxent_of(m);
    double *t = latent_block(q, "lambda");
    switch (how->kind) {
    case E_EXACT:
        memcpy(t, theta_block(theta, "lambda"), s->d * sizeof *t);
        return 0;
    case E_UNIFORM:
        memset(t, 0, s->d * sizeof *t);
        return 0;
    case E_RANDOM:
        for (size_t j = 0; j < s->d; j++)
            t[j] = gsl_ran_gaussian(how->random, s->range[j] > 0.0 ? 1.0 / s->range[j] : 0.0);
        return 0;
    default:
        error_set(e, "maxent has no such E-step: q is a tangent point");
        return error_hint(e, "e alone builds the surrogate at θ");
    }
}

static int check_finite(const struct maxent *s, const double *lambda, struct error *e)
{
    for (size_t j = 0; j < s->d; j++)
        if (!isfinite(lambda[j])) {
            error_set(e, "the step's lambda of '%s' is out of the range of numbers", s->name[j]);
            return error_hint(e, "start nearer to 0: init zero");
        }
    return 0;
}

/* λ ← the maximiser of g(·|λ^t) */
static void scale(const struct maxent *s, const double *t, double *lambda)
{
    double slack = log_means(s, t, s->mean);
    double of_slack = s->has_slack ? (log(s->slack_target) - slack) / s->C : 0.0;
    for (size_t j = 0; j < s->d; j++)
        lambda[j] = !(s->range[j] > 0.0) ? t[j]
                    : t[j] + (log(s->target[j]) - s->mean[j]) / s->C - of_slack;
}

/* Cov_p(f) with each feature over its range, so that their units do not matter */
static void covariance(const struct maxent *s)
{
    size_t d = s->d;
    memset(s->square, 0, d * d * sizeof *s->square);
    for (size_t i = 0; i < s->n; i++)
        for (size_t a = 0; a < d; a++) {
            if (!(s->range[a] > 0.0))
                continue;
            double at = s->p[i] * (s->f[i * d + a] - s->mean[a]) / s->range[a];
            for (size_t b = 0; b < d; b++)
                if (s->range[b] > 0.0)
                    s->square[a * d + b] += at * (s->f[i * d + b] - s->mean[b]) / s->range[b];
        }
}

/* λ ← λ + Cov⁺(Δ − E_p f): the shortest step where features are dependent */
static int newton(const struct maxent *s, const double *t, double *lambda, struct error *e)
{
    lapack_int d = (lapack_int)s->d, rank = 0;
    distribution(s, t, s->mean);
    covariance(s);
    for (size_t j = 0; j < s->d; j++)
        s->step[j] = s->range[j] > 0.0 ? (s->target[j] - s->mean[j]) / s->range[j] : 0.0;
    if (s->d > 0 && LAPACKE_dgelsd(LAPACK_COL_MAJOR, d, d, 1, s->square, d, s->step, d, s->tangent,
                                   1e-13, &rank) != 0) {
        error_set(e, "the Newton step fails: the covariance of the features has no decomposition");
        return error_hint(e, "m gis is slower and needs none");
    }
    for (size_t j = 0; j < s->d; j++)
        lambda[j] = t[j] + (s->range[j] > 0.0 ? s->step[j] / s->range[j] : 0.0);
    return 0;
}

static int maxent_m_step(const struct model *m, const struct latent *q, const struct m_how *how,
                         const struct prior *prior, struct theta *theta, struct error *e)
{
    const struct maxent *s = maxent_of(m);
    double *lambda = theta_block(theta, "lambda");
    (void)prior;
    if (!how->blocks)
        return 0;
    if (s->why_not.message[0]) {
        *e = s->why_not;
        return -1;
    }
    if (how->kind != M_NEWTON)
        scale(s, latent_block(q, "lambda"), lambda);
    else if (newton(s, latent_block(q, "lambda"), lambda, e) != 0)
        return -1;
    return check_finite(s, lambda, e);
}

/* ---- terms ------------------------------------------------------------------------------ */

/* log G at the step λ − t, p at the tangent point t */
static double log_growth(const struct maxent *s, const double *lambda, const double *t)
{
    double log_C = log(s->C), slack = log_means(s, t, s->tangent);
    for (size_t j = 0; j < s->d; j++)
        s->step[j] = s->tangent[j] - log_C + s->C * (lambda[j] - t[j]);
    s->step[s->d] = slack - log_C;
    return log_sum_exp(s->d + 1, s->step);
}

/* log E_p exp((λ − t)ᵀf′), p at the tangent point t */
static double log_ratio(const struct maxent *s, const double *lambda, const double *t)
{
    double before = natural(s, t);
    for (size_t i = 0; i < s->n; i++)
        for (size_t j = 0; j < s->d; j++)
            s->eta[i] += (lambda[j] - t[j]) * s->f[i * s->d + j];
    return log_sum_exp(s->n, s->eta) - before;
}

static void maxent_terms(const struct model *m, const struct latent *q, const struct theta *theta,
                         unsigned which, struct terms *terms)
{
    const struct maxent *s = maxent_of(m);
    const double *lambda = theta_block(theta, "lambda");
    terms->value[TERM_LOGLIK] = dual(s, lambda);
    if (!q || !(which & ~TERM_BIT(TERM_LOGLIK)))
        return;
    const double *t = latent_block(q, "lambda");
    double g = dual(s, t), growth = 0.0, excess = 0.0; /* log G; −log G or 1 − G */
    if (s->C > 0.0) {
        growth = log_growth(s, lambda, t);
        excess = s->has_slack ? -growth : -expm1(growth);
    }
    for (size_t j = 0; j < s->d; j++)
        g += (lambda[j] - t[j]) * s->target[j];
    terms->value[TERM_ELBO] = g + excess;
    terms->value[TERM_KL] = -excess - log_ratio(s, lambda, t);
}

static const struct extra_term maxent_extras[] = {
    {"entropy", "S(p)", "−Σ p log p"},
    {"A", "A(λ)", "log Σ exp λᵀf(x)"},
    {NULL},
};

static void maxent_extra(const struct model *m, const struct latent *q, const struct theta *theta,
                         double *out)
{
    const struct maxent *s = maxent_of(m);
    const double *lambda = theta_block(theta, "lambda");
    (void)q;
    out[1] = natural(s, lambda) + dot(s->d, lambda, s->low);
    softmax(s->n, s->eta, s->p);
    out[0] = 0.0;
    for (size_t i = 0; i < s->n; i++)
        out[0] -= x_log(s->p[i], s->p[i]);
}

static void maxent_stats(const struct model *m, const struct latent *q, const struct theta *theta,
                         double *v)
{
    const struct maxent *s = maxent_of(m);
    (void)q;
    distribution(s, theta_block(theta, "lambda"), s->mean);
    memcpy(v, s->p, s->n * sizeof *v);
    for (size_t j = 0; j < s->d; j++) {
        v[s->n + j] = s->low[j] + s->mean[j];
        v[s->n + s->d + j] = s->low[j] + s->target[j];
    }
}

const struct model_class maxent_model = {
    .name = "maxent",
    .summary = "maximum entropy under given means, by iterative scaling or Newton",
    .source = "Jaynes 1957; Darroch & Ratcliff 1972, Ann. Math. Statist. 43:1470",
    .kind = MODEL_MM,
    .options = maxent_options,
    .inits = maxent_inits,
    .takes_weights = true,
    .m_kinds = 1u << M_GIS | 1u << M_NEWTON,
    .closed =
        "q is the point at which the surrogate touches: nothing of it can be hard or tempered",
    .take = maxent_take,
    .bind = maxent_bind,
    .unbind = maxent_unbind,
    .init = maxent_init,
    .valid = maxent_valid,
    .e_step = maxent_e_step,
    .m_step = maxent_m_step,
    .terms = maxent_terms,
    .extras = maxent_extras,
    .extra = maxent_extra,
    .stats = maxent_stats,
    .explain = &maxent_explainer,
};
