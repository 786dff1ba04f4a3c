/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Mixture of binomials: the coins (Do & Batzoglou 2008).  Columns heads, tosses.
 *
 *     log f(h,t|p_k) = log C(t,h) + h log p_k + (t − h) log(1 − p_k)
 *     M   p_k = (Σγh + a − 1) / (Σγt + a + b − 2),  under a Beta(a,b) prior; a = b = 1: none
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

static const struct option_spec binomial_options[] = {MIXTURE_OPTIONS, {NULL}};

static int check_rows(const struct model *m, struct error *e)
{
    if (m->obs.d != 2) {
        error_set(e, "binomial takes two columns, heads and tosses; here are %zu", m->obs.d);
        return error_hint(e, "columns=HEADS,TOSSES");
    }
    for (size_t i = 0; i < m->obs.n; i++) {
        double h = m->obs.x[0][i], t = m->obs.x[1][i];
        if (!(h >= 0.0 && t >= h && t < 1e9 && h == floor(h) && t == floor(t))) {
            char a[NUMBER_TEXT], b[NUMBER_TEXT];
            error_set(e, "row %zu: %s heads in %s tosses; both are whole numbers, "
                         "0 ≤ heads ≤ tosses", i + 1, number_text(a, h, 6), number_text(b, t, 6));
            return error_hint(e, "columns=HEADS,TOSSES, in this order");
        }
    }
    return 0;
}

static size_t binomial_work(const struct model *m)
{
    return 2 * m->k; /* log p_k, log(1 − p_k) */
}

static bool binomial_prepare(const struct model *m, const struct theta *theta, double *work)
{
    const double *p = theta_block(theta, "p");
    for (size_t k = 0; k < m->k; k++) {
        if (!(p[k] >= 0.0 && p[k] <= 1.0))
            return false;
        work[2 * k] = log(p[k]);
        work[2 * k + 1] = log1p(-p[k]);
    }
    return true;
}

static double log_choose(double t, double h)
{
    return log_factorial(t) - log_factorial(h) - log_factorial(t - h);
}

static void binomial_log_density(const struct model *m, const double *work, const double *x,
                                 size_t rows, double *out)
{
    for (size_t i = 0; i < rows; i++) {
        double h = x[2 * i], t = x[2 * i + 1];
        double choose = h <= t && h >= 0.0 ? log_choose(t, h) : -INFINITY;
        for (size_t k = 0; k < m->k; k++)
            out[i * m->k + k] =
                choose + times_log(h, work[2 * k]) + times_log(t - h, work[2 * k + 1]);
    }
}

/* Σγh and Σγ(t − h) of component k, added to sum (2) */
static void count_tosses(const struct fit *f, size_t k, double sum[2])
{
    const struct model *m = f->model;
    for (size_t s = 0; f->sums && s < 2; s++)
        sum[s] += f->sums[2 * k + s];
    for (size_t i = 0; f->gamma && i < m->obs.n; i++) {
        double w = m->obs.weight[i] * f->gamma[i * m->k + k];
        sum[0] += w * m->obs.x[0][i];
        sum[1] += w * (m->obs.x[1][i] - m->obs.x[0][i]);
    }
}

static int binomial_conjugate(const struct fit *f, const struct block *b, size_t at,
                              struct conjugate *out, struct error *e)
{
    double sum[2] = {0.0, 0.0};
    count_tosses(f, at, sum);
    return fit_conjugate(f, "beta", MARGINAL_BETA, sum, b, out, e);
}

static int binomial_fit(const struct fit *f, struct theta *theta, struct error *e)
{
    const struct model *m = f->model;
    const double *beta = prior_block(f->prior, "beta");
    double *p = theta_block(theta, "p");
    for (size_t k = 0; k < m->k; k++) {
        double sum[2] = {beta ? beta[0] - 1.0 : 0.0, beta ? beta[1] - 1.0 : 0.0};
        count_tosses(f, k, sum);
        if (!(sum[0] >= 0.0 && sum[1] >= 0.0 && sum[0] + sum[1] > 0.0)) {
            error_set(e, "component %zu has no tosses to estimate p[%zu] from", k + 1, k + 1);
            return error_hint(e, "%s", mixture_remedy);
        }
        p[k] = proportion(sum[0], sum[1]);
    }
    return 0;
}

/* ∂/∂p_k = Σγ·heads/p_k − Σγ·tails/(1 − p_k) */
static bool binomial_score(const struct fit *f, const struct theta *theta, double *out)
{
    const struct model *m = f->model;
    const double *p = theta_block(theta, "p");
    double *slope = out + (p - theta->b.v);
    for (size_t k = 0; k < m->k; k++) {
        double sum[2] = {0.0, 0.0};
        count_tosses(f, k, sum);
        slope[k] = sum[0] / p[k] - sum[1] / (1.0 - p[k]);
    }
    return true;
}

static double binomial_log_prior(const struct model *m, const struct prior *prior,
                                 const struct theta *theta)
{
    const double *beta = prior_block(prior, "beta");
    double value = 0.0;
    for (size_t k = 0; beta && k < m->k; k++)
        value += log_beta_density(beta[0], beta[1], theta_block(theta, "p")[k]);
    return value;
}

static int binomial_prior_valid(const struct model *m, const struct prior *prior, struct error *e)
{
    if (prior_above(prior, "beta", 0.0, e) != 0)
        return -1;
    return mixture_prior_valid(m, prior, e);
}

static bool binomial_empty_allowed(const struct model *m, const struct prior *prior)
{
    (void)m;
    const double *beta = prior_block(prior, "beta");
    return beta && beta[0] >= 1.0 && beta[1] >= 1.0 && beta[0] + beta[1] > 2.0;
}

/* The share of heads, drawn a little towards ½ so that short runs are not extreme. */
static void binomial_features(const struct model *m, size_t first, size_t count,
                              double *out)
{
    for (size_t i = 0; i < count; i++)
        out[i] = (m->obs.x[0][first + i] + 0.5) / (m->obs.x[1][first + i] + 1.0);
}

static void binomial_seed(const struct model *m, const double *centre, double within,
                          struct theta *theta)
{
    (void)within;
    double *p = theta_block(theta, "p");
    for (size_t k = 0; k < m->k; k++)
        p[k] = fmin(fmax(centre[k], 1e-3), 1.0 - 1e-3);
}

/* Heads of as many tosses as the data's rows have, in turn. */
static void binomial_draw(const struct model *m, const struct theta *theta, size_t k, size_t i,
                          gsl_rng *random, double *x)
{
    x[1] = m->obs.x[1][i % m->obs.n];
    x[0] = gsl_ran_binomial(random, theta_block(theta, "p")[k], (unsigned)x[1]);
}

static void binomial_stats_layout(struct model *m)
{
    layout_add(&m->stats, (struct block){.name = "heads", .rank = 1, .dim = {m->k},
                                         .help = "Σ γ·heads, those of coin k"});
    layout_add(&m->stats, (struct block){.name = "tosses", .rank = 1, .dim = {m->k},
                                         .help = "Σ γ·tosses"});
}

static void binomial_stats(const struct fit *f, const struct theta *theta, double *v)
{
    (void)theta;
    mixture_sums(f, 1, 0, v);
    mixture_sums(f, 1, 1, v + f->model->k);
}

static size_t binomial_size(const struct model *m)
{
    (void)m;
    return 2;
}

/* Heads, and tails. */
static struct statistic binomial_statistic(const struct model *m, size_t s)
{
    const double *heads = m->obs.x[0];
    return s == 0 ? (struct statistic){.plus = heads}
                  : (struct statistic){m->obs.x[1], heads};
}

static double binomial_put(const struct model *m, const double *work, size_t k, double *eta)
{
    (void)m;
    eta[0] = work[2 * k];
    eta[1] = work[2 * k + 1];
    return 0.0;
}

static double binomial_base(const struct model *m, size_t i)
{
    return log_choose(m->obs.x[1][i], m->obs.x[0][i]);
}

static const struct natural binomial_natural = {binomial_size, binomial_statistic, binomial_put,
                                                binomial_base};

static const struct family binomial_family = {
    .natural = &binomial_natural,
    .draw = binomial_draw,
    .work = binomial_work,
    .prepare = binomial_prepare,
    .log_density = binomial_log_density,
    .fit = binomial_fit,
    .score = binomial_score,
    .conjugate = binomial_conjugate,
    .log_prior = binomial_log_prior,
    .nfeature = mixture_one_feature,
    .features = binomial_features,
    .seed = binomial_seed,
    .empty_allowed = binomial_empty_allowed,
    .stats_layout = binomial_stats_layout,
    .stats = binomial_stats,
};

static int binomial_bind(struct model *m, const struct options *o, struct error *e)
{
    if (check_rows(m, e) != 0 || mixture_layout(m, o, e) != 0)
        return -1;
    layout_add(&m->theta, (struct block){.name = "p", .rank = 1, .dim = {m->k},
                                         .constraint = CONSTRAINT_BOUNDS, .lower = 0, .upper = 1,
                                         .of_z = 1, .help = "probability of heads of coin k"});
    layout_add(&m->prior_layout, (struct block){.name = "beta", .rank = 1, .dim = {2},
                                                .help = "a, b of the Beta prior of every p"});
    snprintf(m->about, sizeof m->about, "K = %zu coins", m->k);
    return mixture_bind_plain(m, &binomial_family, e);
}

static double share_of_heads(const struct model *m, const double *x)
{
    (void)m;
    return x[0] / x[1]; /* of no tosses: NaN */
}

static void coins(const struct model *m, const struct theta *theta, double *out)
{
    memcpy(out, theta_block(theta, "p"), m->k * sizeof *out);
}

static const struct scale binomial_scale = {"share of heads", 0.0, 1.0, share_of_heads, coins};

static formula heads(struct explanation *x, size_t i)
{
    return f_symbol(&x->f, x->model->obs.x[0][i], "x_{%zu}", i + 1);
}

static formula tosses(struct explanation *x, size_t i)
{
    return f_symbol(&x->f, x->model->obs.x[1][i], "n_{%zu}", i + 1);
}

/* log Bin(x|n,p_k) = log C(n,x) + x log p_k + (n−x) log(1−p_k) */
static formula log_density_formula(struct explanation *x, size_t i, size_t k)
{
    struct formulas *a = &x->f;
    formula v = heads(x, i), n = tosses(x, i);
    formula p = f_symbol(a, theta_block(x->theta, "p")[k], "p_{%zu}", k + 1);
    formula tails = f_times_log(a, f_sub(a, n, v), f_sub(a, f_number(a, 1.0), p));
    return f_add(a, f_add(a, f_log_choose(a, n, v), f_times_log(a, v, p)), tails);
}

static void density_name(const struct model *m, const char *i, const char *k, struct text *latex)
{
    (void)m;
    text_addf(latex, "\\text{Bin}(x_{%s}|n_{%s},p_{%s})", i, i, k);
}

static formula heads_term(struct explanation *x, size_t i, size_t k, size_t j)
{
    (void)k;
    (void)j;
    return heads(x, i);
}

static formula tosses_term(struct explanation *x, size_t i, size_t k, size_t j)
{
    (void)k;
    (void)j;
    return tosses(x, i);
}

/* p_k = (Σγx + a − 1)/(Σγn + a + b − 2) */
static int explain_m(struct explanation *x, const struct block *b, size_t entry, struct error *e)
{
    (void)e;
    if (strcmp(b->name, "pi") == 0) {
        mixture_explain_pi(x, entry);
        return 0;
    }
    formula above = mixture_weighted(x, entry, 0, f_name(&x->f, "x_{i}"), heads_term);
    formula below = mixture_weighted(x, entry, 0, f_name(&x->f, "n_{i}"), tosses_term);
    above = mixture_with(x, above, "beta", 0, "a", 1.0);
    below = mixture_with(x, mixture_with(x, below, "beta", 0, "a", 0.0), "beta", 1, "b", 2.0);
    explain_item(x, theta_block(x->answer, "p")[entry], f_div(&x->f, above, below), "p_{%zu}",
                 entry + 1);
    return 0;
}

static const struct explainer explainer = {
    .log_density = log_density_formula,
    .density_name = density_name,
    .m = explain_m,
    .log_prior = prior_explain,
};

const struct model_class binomial_model = {
    .name = "binomial",
    .summary = "mixture of binomials: coins of unknown bias (columns heads, tosses)",
    .source = "Do & Batzoglou 2008",
    .kind = MODEL_EM,
    .options = binomial_options,
    .bind = binomial_bind,
    MIXTURE_SLOTS,
    .em_map = linear_em_map,
    .touching_terms = linear_touching_terms,
    .explain = &explainer,
    .prior_valid = binomial_prior_valid,
    .scale = &binomial_scale,
};
