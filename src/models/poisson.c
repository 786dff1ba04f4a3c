/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Mixture of Poissons (Hasselblad 1969).  One column of counts, often with a column of
 * frequencies as weights.
 *
 *     log f(x|λ_k) = x log λ_k − λ_k − log x!     by its saddle point: numeric/saddle.h
 *     M   λ_k = (Σγx + a − 1)/(N_k + b)   under a Gamma(shape a, rate b) prior; a = 1, b = 0: none
 */
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "models/mixture_explain.h"
#include "models/pass/linear.h"
#include "models/prior.h"
#include "models/prior_explain.h"
#include "numeric/logspace.h"
#include "numeric/saddle.h"

static const struct option_spec poisson_options[] = {MIXTURE_OPTIONS, {NULL}};

static int check_rows(const struct model *m, struct error *e)
{
    if (m->obs.d != 1) {
        error_set(e, "poisson takes one column of counts; here are %zu", m->obs.d);
        return error_hint(e, "columns=COUNTS, and weights=FREQUENCIES where the table has them");
    }
    for (size_t i = 0; i < m->obs.n; i++) {
        double x = m->obs.x[0][i];
        if (!(x >= 0.0 && x < 1e15 && x == floor(x))) {
            char shown[NUMBER_TEXT];
            error_set(e, "row %zu: %s is not a count (0, 1, 2 …)", i + 1,
                      number_text(shown, x, 6));
            return error_hint(e, "columns=COUNTS chooses the column");
        }
    }
    return 0;
}

static size_t poisson_work(const struct model *m)
{
    return 2 * m->k; /* log λ_k, λ_k */
}

static bool poisson_prepare(const struct model *m, const struct theta *theta, double *work)
{
    const double *lambda = theta_block(theta, "lambda");
    for (size_t k = 0; k < m->k; k++) {
        if (!(lambda[k] >= 0.0))
            return false;
        work[2 * k] = log(lambda[k]);
        work[2 * k + 1] = lambda[k];
    }
    return true;
}

static void poisson_log_density(const struct model *m, const double *work, const double *x,
                                size_t rows, double *out)
{
    for (size_t i = 0; i < rows; i++) {
        bool count = x[i] >= 0.0;
        double peak = count ? saddle_peak(x[i]) : -INFINITY;
        for (size_t k = 0; k < m->k; k++)
            out[i * m->k + k] = count ? peak - saddle_fall(x[i], work[2 * k + 1]) : peak;
    }
}

static int poisson_conjugate(const struct fit *f, const struct block *b, size_t at,
                             struct conjugate *out, struct error *e)
{
    const double sum[2] = {fit_add_x(f, at, 0.0), f->nk[at]};
    return fit_conjugate(f, "gamma", MARGINAL_GAMMA, sum, b, out, e);
}

static int poisson_fit(const struct fit *f, struct theta *theta, struct error *e)
{
    const struct model *m = f->model;
    const double *gamma = prior_block(f->prior, "gamma");
    double *lambda = theta_block(theta, "lambda");
    for (size_t k = 0; k < m->k; k++) {
        double sum = fit_add_x(f, k, gamma ? gamma[0] - 1.0 : 0.0);
        double total = f->nk[k] + (gamma ? gamma[1] : 0.0);
        if (!(sum > 0.0)) {
            error_set(e, "component %zu holds only zeros: lambda[%zu] would be 0", k + 1, k + 1);
            return error_hint(e, "%s", mixture_remedy);
        }
        lambda[k] = sum / total;
    }
    return 0;
}

/* ∂/∂λ_k = Σγx/λ_k − N_k */
static bool poisson_score(const struct fit *f, const struct theta *theta, double *out)
{
    const struct model *m = f->model;
    const double *lambda = theta_block(theta, "lambda");
    double *slope = out + (lambda - theta->b.v);
    for (size_t k = 0; k < m->k; k++)
        slope[k] = fit_add_x(f, k, 0.0) / lambda[k] - f->nk[k];
    return true;
}

static double poisson_log_prior(const struct model *m, const struct prior *prior,
                                const struct theta *theta)
{
    const double *gamma = prior_block(prior, "gamma");
    double value = 0.0;
    for (size_t k = 0; gamma && k < m->k; k++)
        value += log_gamma_density(gamma[0], gamma[1], theta_block(theta, "lambda")[k]);
    return value;
}

static int poisson_prior_valid(const struct model *m, const struct prior *prior, struct error *e)
{
    if (prior_above(prior, "gamma", 0.0, e) != 0)
        return -1;
    return mixture_prior_valid(m, prior, e);
}

static bool poisson_empty_allowed(const struct model *m, const struct prior *prior)
{
    (void)m;
    const double *gamma = prior_block(prior, "gamma");
    return gamma && gamma[0] > 1.0;
}

/* √x has nearly the same spread everywhere. */
static void poisson_features(const struct model *m, size_t first, size_t count,
                             double *out)
{
    for (size_t i = 0; i < count; i++)
        out[i] = sqrt(m->obs.x[0][first + i]);
}

static void poisson_seed(const struct model *m, const double *centre, double within,
                         struct theta *theta)
{
    (void)within;
    double *lambda = theta_block(theta, "lambda");
    for (size_t k = 0; k < m->k; k++)
        lambda[k] = fmax(centre[k] * centre[k], 0.1);
}

static void poisson_draw(const struct model *m, const struct theta *theta, size_t k, size_t i,
                         gsl_rng *random, double *x)
{
    (void)m;
    (void)i;
    x[0] = gsl_ran_poisson(random, theta_block(theta, "lambda")[k]);
}

static void poisson_stats_layout(struct model *m)
{
    layout_add(&m->stats, (struct block){.name = "sum_x", .rank = 1, .dim = {m->k},
                                         .help = "Σ γ x"});
}

static void poisson_stats(const struct fit *f, const struct theta *theta, double *v)
{
    (void)theta;
    mixture_sums(f, 1, 0, v);
}

static size_t poisson_size(const struct model *m)
{
    (void)m;
    return 1;
}

static struct statistic poisson_statistic(const struct model *m, size_t s)
{
    return (struct statistic){.plus = m->obs.x[s]};
}

static double poisson_put(const struct model *m, const double *work, size_t k, double *eta)
{
    (void)m;
    eta[0] = work[2 * k];
    return -work[2 * k + 1];
}

static double poisson_base(const struct model *m, size_t i)
{
    return -log_factorial(m->obs.x[0][i]);
}

static const struct natural poisson_natural = {poisson_size, poisson_statistic, poisson_put,
                                               poisson_base};

static const struct family poisson_family = {
    .natural = &poisson_natural,
    .draw = poisson_draw,
    .work = poisson_work,
    .prepare = poisson_prepare,
    .log_density = poisson_log_density,
    .fit = poisson_fit,
    .score = poisson_score,
    .conjugate = poisson_conjugate,
    .log_prior = poisson_log_prior,
    .nfeature = mixture_one_feature,
    .features = poisson_features,
    .seed = poisson_seed,
    .empty_allowed = poisson_empty_allowed,
    .stats_layout = poisson_stats_layout,
    .stats = poisson_stats,
};

static int poisson_bind(struct model *m, const struct options *o, struct error *e)
{
    if (check_rows(m, e) != 0 || mixture_layout(m, o, e) != 0)
        return -1;
    layout_add(&m->theta,
               (struct block){.name = "lambda", .rank = 1, .dim = {m->k},
                              .constraint = CONSTRAINT_POSITIVE, .of_z = 1,
                              .help = "mean of component k"});
    layout_add(&m->prior_layout,
               (struct block){.name = "gamma", .rank = 1, .dim = {2},
                              .help = "shape a, rate b of the Gamma prior of every lambda"});
    snprintf(m->about, sizeof m->about, "K = %zu", m->k);
    m->counts = true;
    return mixture_bind_plain(m, &poisson_family, e);
}

/* log Pois(x|λ_k) = x log λ_k − λ_k − log x! */
static formula log_density_formula(struct explanation *x, size_t i, size_t k)
{
    struct formulas *a = &x->f;
    formula v = mixture_x(x, i, 0), lambda = mixture_entry(x, x->theta, "lambda", "\\lambda", k, 0);
    return f_sub(a, f_sub(a, f_times_log(a, v, lambda), lambda), f_log_factorial(a, v));
}

static void density_name(const struct model *m, const char *i, const char *k, struct text *latex)
{
    (void)m;
    text_addf(latex, "\\text{Pois}(x_{%s}|\\lambda_{%s})", i, k);
}

/* λ_k = (Σγx + a − 1)/(N_k + b) */
static int explain_m(struct explanation *x, const struct block *b, size_t entry, struct error *e)
{
    (void)e;
    if (strcmp(b->name, "pi") == 0) {
        mixture_explain_pi(x, entry);
        return 0;
    }
    formula below = mixture_with(x, mixture_size(x, entry), "gamma", 1, "b", 0.0);
    formula above = mixture_with(x, mixture_sum_of_x(x, entry, 0), "gamma", 0, "a", 1.0);
    explain_item(x, theta_block(x->answer, "lambda")[entry], f_div(&x->f, above, below),
                 "\\lambda_{%zu}", entry + 1);
    return 0;
}

static const struct explainer explainer = {
    .log_density = log_density_formula,
    .density_name = density_name,
    .m = explain_m,
    .log_prior = prior_explain,
};

const struct model_class poisson_model = {
    .name = "poisson",
    .summary = "mixture of Poissons: counts (weights= takes a column of frequencies)",
    .source = "Hasselblad 1969",
    .kind = MODEL_EM,
    .options = poisson_options,
    .bind = poisson_bind,
    MIXTURE_SLOTS,
    .em_map = linear_em_map,
    .touching_terms = linear_touching_terms,
    .explain = &explainer,
    .prior_valid = poisson_prior_valid,
};
