/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Mixture of exponentials: waiting times.  One column of numbers above 0.
 *
 *     log f(x|rate_k) = log rate_k − rate_k x
 *     M   rate_k = (N_k + a − 1) / (Σγx + b),  under a Gamma(shape a, rate b) prior; a = 1, b = 0:
 *         none
 */
#include <gsl/gsl_math.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "models/mixture_explain.h"
#include "models/pass/linear.h"
#include "models/prior.h"
#include "models/prior_explain.h"

static const struct option_spec exponential_options[] = {MIXTURE_OPTIONS, {NULL}};

static int check_rows(const struct model *m, struct error *e)
{
    if (m->obs.d != 1) {
        error_set(e, "exponential takes one column of waiting times; here are %zu", m->obs.d);
        return error_hint(e, "columns=NAME chooses one");
    }
    for (size_t i = 0; i < m->obs.n; i++)
        if (!(m->obs.x[0][i] > 0.0)) {
            char shown[NUMBER_TEXT];
            error_set(e, "row %zu of column '%s' is %s; a waiting time is above 0", i + 1,
                      observations_name(&m->obs, 0), number_text(shown, m->obs.x[0][i], 6));
            return error_hint(e, "columns=NAME chooses another column");
        }
    return 0;
}

static size_t exponential_work(const struct model *m)
{
    return 2 * m->k; /* log rate_k, rate_k */
}

static bool exponential_prepare(const struct model *m, const struct theta *theta, double *work)
{
    const double *rate = theta_block(theta, "rate");
    for (size_t k = 0; k < m->k; k++) {
        if (!(rate[k] > 0.0))
            return false;
        work[2 * k] = log(rate[k]);
        work[2 * k + 1] = rate[k];
    }
    return true;
}

static void exponential_log_density(const struct model *m, const double *work, const double *x,
                                    size_t rows, double *out)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t k = 0; k < m->k; k++)
            out[i * m->k + k] = x[i] > 0.0 ? work[2 * k] - work[2 * k + 1] * x[i] : -INFINITY;
}

static int exponential_conjugate(const struct fit *f, const struct block *b, size_t at,
                                 struct conjugate *out, struct error *e)
{
    const double sum[2] = {f->nk[at], fit_add_x(f, at, 0.0)};
    return fit_conjugate(f, "gamma", MARGINAL_GAMMA, sum, b, out, e);
}

static int exponential_fit(const struct fit *f, struct theta *theta, struct error *e)
{
    const struct model *m = f->model;
    const double *gamma = prior_block(f->prior, "gamma");
    double *rate = theta_block(theta, "rate");
    for (size_t k = 0; k < m->k; k++) {
        double events = f->nk[k] + (gamma ? gamma[0] - 1.0 : 0.0);
        double time = fit_add_x(f, k, gamma ? gamma[1] : 0.0);
        if (!(events > 0.0 && time > 0.0 && isfinite(events / time))) {
            char a[NUMBER_TEXT], b[NUMBER_TEXT];
            error_set(e, "component %zu: rate[%zu] has no maximum above 0: N + a − 1 = %s, "
                         "Σγx + b = %s", k + 1, k + 1, number_text(a, events, 3),
                      number_text(b, time, 3));
            return error_hint(e, "%s", mixture_remedy);
        }
        rate[k] = events / time;
    }
    return 0;
}

/* ∂/∂rate_k = N_k/rate_k − Σγx */
static bool exponential_score(const struct fit *f, const struct theta *theta, double *out)
{
    const struct model *m = f->model;
    const double *rate = theta_block(theta, "rate");
    double *slope = out + (rate - theta->b.v);
    for (size_t k = 0; k < m->k; k++)
        slope[k] = f->nk[k] / rate[k] - fit_add_x(f, k, 0.0);
    return true;
}

static double exponential_log_prior(const struct model *m, const struct prior *prior,
                                    const struct theta *theta)
{
    const double *gamma = prior_block(prior, "gamma");
    double value = 0.0;
    for (size_t k = 0; gamma && k < m->k; k++)
        value += log_gamma_density(gamma[0], gamma[1], theta_block(theta, "rate")[k]);
    return value;
}

static int exponential_prior_valid(const struct model *m, const struct prior *prior,
                                   struct error *e)
{
    if (prior_above(prior, "gamma", 0.0, e) != 0)
        return -1;
    return mixture_prior_valid(m, prior, e);
}

static bool exponential_empty_allowed(const struct model *m, const struct prior *prior)
{
    (void)m;
    const double *gamma = prior_block(prior, "gamma");
    return gamma && gamma[0] > 1.0;
}

/* log x has the same spread whatever the rate. */
static void exponential_features(const struct model *m, size_t first, size_t count,
                                 double *out)
{
    for (size_t i = 0; i < count; i++)
        out[i] = log(m->obs.x[0][first + i]);
}

/* E log x = −log rate − Euler's constant */
static void exponential_seed(const struct model *m, const double *centre, double within,
                             struct theta *theta)
{
    (void)within;
    double *rate = theta_block(theta, "rate");
    for (size_t k = 0; k < m->k; k++)
        rate[k] = exp(-centre[k] - M_EULER);
}

static void exponential_draw(const struct model *m, const struct theta *theta, size_t k, size_t i,
                             gsl_rng *random, double *x)
{
    (void)m;
    (void)i;
    do
        x[0] = gsl_ran_exponential(random, 1.0 / theta_block(theta, "rate")[k]);
    while (!(x[0] > 0.0));
}

static void exponential_stats_layout(struct model *m)
{
    layout_add(&m->stats, (struct block){.name = "sum_x", .rank = 1, .dim = {m->k},
                                         .help = "Σ γ x"});
}

static void exponential_stats(const struct fit *f, const struct theta *theta, double *v)
{
    (void)theta;
    mixture_sums(f, 1, 0, v);
}

static size_t exponential_size(const struct model *m)
{
    (void)m;
    return 1;
}

static struct statistic exponential_statistic(const struct model *m, size_t s)
{
    return (struct statistic){.plus = m->obs.x[s]};
}

static double exponential_put(const struct model *m, const double *work, size_t k, double *eta)
{
    (void)m;
    eta[0] = -work[2 * k + 1];
    return work[2 * k];
}

static const struct natural exponential_natural = {exponential_size, exponential_statistic,
                                                   exponential_put, NULL};

static const struct family exponential_family = {
    .natural = &exponential_natural,
    .draw = exponential_draw,
    .work = exponential_work,
    .prepare = exponential_prepare,
    .log_density = exponential_log_density,
    .fit = exponential_fit,
    .score = exponential_score,
    .conjugate = exponential_conjugate,
    .log_prior = exponential_log_prior,
    .nfeature = mixture_one_feature,
    .features = exponential_features,
    .seed = exponential_seed,
    .empty_allowed = exponential_empty_allowed,
    .stats_layout = exponential_stats_layout,
    .stats = exponential_stats,
};

static int exponential_bind(struct model *m, const struct options *o, struct error *e)
{
    if (check_rows(m, e) != 0 || mixture_layout(m, o, e) != 0)
        return -1;
    layout_add(&m->theta,
               (struct block){.name = "rate", .rank = 1, .dim = {m->k},
                              .constraint = CONSTRAINT_POSITIVE, .of_z = 1,
                              .help = "rate of component k"});
    layout_add(&m->prior_layout,
               (struct block){.name = "gamma", .rank = 1, .dim = {2},
                              .help = "shape a, rate b of the Gamma prior of every rate"});
    snprintf(m->about, sizeof m->about, "K = %zu", m->k);
    return mixture_bind_plain(m, &exponential_family, e);
}

/* log Exp(x|rate_k) = log rate_k − rate_k x */
static formula log_density_formula(struct explanation *x, size_t i, size_t k)
{
    struct formulas *a = &x->f;
    formula rate = mixture_entry(x, x->theta, "rate", "\\text{rate}", k, 0);
    return f_sub(a, f_log(a, rate), f_mul(a, rate, mixture_x(x, i, 0)));
}

static void density_name(const struct model *m, const char *i, const char *k, struct text *latex)
{
    (void)m;
    text_addf(latex, "\\text{Exp}(x_{%s}|\\text{rate}_{%s})", i, k);
}

/* rate_k = (N_k + a − 1)/(Σγx + b) */
static int explain_m(struct explanation *x, const struct block *b, size_t entry, struct error *e)
{
    (void)e;
    if (strcmp(b->name, "pi") == 0) {
        mixture_explain_pi(x, entry);
        return 0;
    }
    formula above = mixture_with(x, mixture_size(x, entry), "gamma", 0, "a", 1.0);
    formula below = mixture_with(x, mixture_sum_of_x(x, entry, 0), "gamma", 1, "b", 0.0);
    explain_item(x, theta_block(x->answer, "rate")[entry], f_div(&x->f, above, below),
                 "\\text{rate}_{%zu}", entry + 1);
    return 0;
}

static const struct explainer explainer = {
    .log_density = log_density_formula,
    .density_name = density_name,
    .m = explain_m,
    .log_prior = prior_explain,
};

const struct model_class exponential_model = {
    .name = "exponential",
    .summary = "mixture of exponentials: waiting times",
    .source = "Bishop, PRML 9.3",
    .kind = MODEL_EM,
    .options = exponential_options,
    .bind = exponential_bind,
    MIXTURE_SLOTS,
    .em_map = linear_em_map,
    .touching_terms = linear_touching_terms,
    .explain = &explainer,
    .prior_valid = exponential_prior_valid,
};
