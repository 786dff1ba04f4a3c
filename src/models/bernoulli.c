/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Mixture of products of Bernoullis: latent classes (Bishop, PRML 9.3.3).  Columns of
 * zeros and ones, independent of each other within a class.
 *
 *     log f(x|p_k) = Σ_j [ x_j log p_kj + (1 − x_j) log(1 − p_kj) ]
 *     M   p_kj = (Σγx_j + a − 1) / (N_k + a + b − 2),  under a Beta(a,b) prior; a = b = 1: none
 */
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "models/mixture_explain.h"
#include "models/pass/linear.h"
#include "models/prior.h"
#include "models/prior_explain.h"
#include "numeric/logspace.h"

static const struct option_spec bernoulli_options[] = {MIXTURE_OPTIONS, {NULL}};

static int check_rows(const struct model *m, struct error *e)
{
    size_t d = m->obs.d;
    for (size_t i = 0; i < m->obs.n; i++)
        for (size_t j = 0; j < d; j++) {
            char shown[NUMBER_TEXT];
            double x = m->obs.x[j][i];
            if (x == 0.0 || x == 1.0)
                continue;
            error_set(e, "row %zu of column '%s' is %s; bernoulli takes 0 and 1", i + 1,
                      observations_name(&m->obs, j), number_text(shown, x, 6));
            return error_hint(e, "columns=… chooses columns of zeros and ones");
        }
    return 0;
}

static size_t bernoulli_work(const struct model *m)
{
    return 2 * m->k * m->obs.d; /* log p, log(1 − p), each (K,d) */
}

static bool bernoulli_prepare(const struct model *m, const struct theta *theta, double *work)
{
    const double *p = theta_block(theta, "p");
    size_t size = m->k * m->obs.d;
    for (size_t i = 0; i < size; i++) {
        if (!(p[i] >= 0.0 && p[i] <= 1.0))
            return false;
        work[i] = log(p[i]);
        work[size + i] = log(1.0 - p[i]);
    }
    return true;
}

/* The columns are summed in eight lanes, then pairwise: less rounding than in one long sum. */
static double row_log_density(size_t d, const double *log_p, const double *log_1p,
                              const double *x)
{
    double lane[8] = {0.0};
    for (size_t j = 0; j < d; j++)
        lane[j % 8] += x[j] == 1.0 ? log_p[j] : x[j] == 0.0 ? log_1p[j] : -INFINITY;
    return ((lane[0] + lane[1]) + (lane[2] + lane[3])) +
           ((lane[4] + lane[5]) + (lane[6] + lane[7]));
}

static void bernoulli_log_density(const struct model *m, const double *work, const double *x,
                                  size_t rows, double *out)
{
    size_t d = m->obs.d;
    const double *log_p = work, *log_1p = work + m->k * d;
    for (size_t i = 0; i < rows; i++)
        for (size_t k = 0; k < m->k; k++)
            out[i * m->k + k] = row_log_density(d, log_p + k * d, log_1p + k * d, x + i * d);
}

/* ones (d) = Σγx_j; zeros (d) = Σγ(1 − x_j), a sum of its own, so that p never leaves [0,1] */
static void count(const struct fit *f, size_t k, double *ones, double *zeros)
{
    const struct model *m = f->model;
    size_t d = m->obs.d;
    for (size_t j = 0; f->sums && j < d; j++) {
        ones[j] += f->sums[2 * (k * d + j)];
        zeros[j] += f->sums[2 * (k * d + j) + 1];
    }
    for (size_t i = 0; f->gamma && i < m->obs.n; i++) {
        double w = m->obs.weight[i] * f->gamma[i * m->k + k];
        for (size_t j = 0; j < d; j++)
            *(m->obs.x[j][i] == 1.0 ? &ones[j] : &zeros[j]) += w;
    }
}

static int bernoulli_fit(const struct fit *f, struct theta *theta, struct error *e)
{
    const struct model *m = f->model;
    const double *beta = prior_block(f->prior, "beta");
    size_t d = m->obs.d;
    double *zeros = ((const struct mixture *)m->self)->work;
    for (size_t k = 0; k < m->k; k++) {
        double *p = theta_block(theta, "p") + k * d;
        for (size_t j = 0; j < d; j++) {
            p[j] = beta ? beta[0] - 1.0 : 0.0;
            zeros[j] = beta ? beta[1] - 1.0 : 0.0;
        }
        count(f, k, p, zeros);
        for (size_t j = 0; j < d; j++) {
            if (!(p[j] >= 0.0 && zeros[j] >= 0.0 && p[j] + zeros[j] > 0.0)) {
                error_set(e, "component %zu has nothing to estimate p[%zu,%zu] from", k + 1, k + 1,
                          j + 1);
                return error_hint(e, "%s", mixture_remedy);
            }
            p[j] = proportion(p[j], zeros[j]);
        }
    }
    return 0;
}

/* ∂/∂p_kj = Σγx_j/p_kj − Σγ(1 − x_j)/(1 − p_kj) */
static bool bernoulli_score(const struct fit *f, const struct theta *theta, double *out)
{
    const struct model *m = f->model;
    size_t d = m->obs.d;
    const double *p = theta_block(theta, "p");
    double *slope = out + (p - theta->b.v), *zeros = mixture_of(m)->work;
    for (size_t k = 0; k < m->k; k++, p += d, slope += d) {
        memset(slope, 0, d * sizeof *slope);
        memset(zeros, 0, d * sizeof *zeros);
        count(f, k, slope, zeros);
        for (size_t j = 0; j < d; j++)
            slope[j] = slope[j] / p[j] - zeros[j] / (1.0 - p[j]);
    }
    return true;
}

static int bernoulli_conjugate(const struct fit *f, const struct block *b, size_t at,
                               struct conjugate *out, struct error *e)
{
    const struct model *m = f->model;
    size_t d = m->obs.d, k = at / d, j = at % d;
    double sum[2] = {0.0, 0.0};
    for (size_t i = 0; f->gamma && i < m->obs.n; i++)
        sum[m->obs.x[j][i] == 1.0 ? 0 : 1] += m->obs.weight[i] * f->gamma[i * m->k + k];
    return fit_conjugate(f, "beta", MARGINAL_BETA, sum, b, out, e);
}

static double bernoulli_log_prior(const struct model *m, const struct prior *prior,
                                  const struct theta *theta)
{
    const double *beta = prior_block(prior, "beta"), *p = theta_block(theta, "p");
    double value = 0.0;
    for (size_t i = 0; beta && i < m->k * m->obs.d; i++)
        value += log_beta_density(beta[0], beta[1], p[i]);
    return value;
}

static int bernoulli_prior_valid(const struct model *m, const struct prior *prior,
                                 struct error *e)
{
    if (prior_above(prior, "beta", 0.0, e) != 0)
        return -1;
    return mixture_prior_valid(m, prior, e);
}

static bool bernoulli_empty_allowed(const struct model *m, const struct prior *prior)
{
    (void)m;
    const double *beta = prior_block(prior, "beta");
    return beta && beta[0] >= 1.0 && beta[1] >= 1.0 && beta[0] + beta[1] > 2.0;
}

static size_t bernoulli_nfeature(const struct model *m)
{
    return m->obs.d;
}

static void bernoulli_features(const struct model *m, size_t first, size_t count,
                               double *out)
{
    memcpy(out, observations_block(&m->obs, first, count), count * m->obs.d * sizeof *out);
}

/* Half way from ½ to the centre: a p of 0 or 1 would stay there. */
static void bernoulli_seed(const struct model *m, const double *centre, double within,
                           struct theta *theta)
{
    (void)within;
    double *p = theta_block(theta, "p");
    for (size_t i = 0; i < m->k * m->obs.d; i++)
        p[i] = 0.25 + 0.5 * fmin(fmax(centre[i], 0.0), 1.0);
}

static void bernoulli_draw(const struct model *m, const struct theta *theta, size_t k, size_t i,
                           gsl_rng *random, double *x)
{
    const double *p = theta_block(theta, "p") + k * m->obs.d;
    (void)i;
    for (size_t j = 0; j < m->obs.d; j++)
        x[j] = gsl_ran_bernoulli(random, p[j]);
}

static void bernoulli_stats_layout(struct model *m)
{
    layout_add(&m->stats, (struct block){.name = "ones", .rank = 2, .dim = {m->k, m->obs.d},
                                         .help = "Σ γ x_j, the ones of column j in class k"});
}

static void bernoulli_stats(const struct fit *f, const struct theta *theta, double *v)
{
    (void)theta;
    mixture_sums(f, f->model->obs.d, 0, v);
}

static size_t bernoulli_size(const struct model *m)
{
    return 2 * m->obs.d;
}

/* A column's ones, and its zeros. */
static struct statistic bernoulli_statistic(const struct model *m, size_t s)
{
    const double *x = m->obs.x[s / 2];
    return s % 2 == 0 ? (struct statistic){.plus = x} : (struct statistic){.minus = x};
}

static double bernoulli_put(const struct model *m, const double *work, size_t k, double *eta)
{
    size_t d = m->obs.d;
    for (size_t j = 0; j < d; j++) {
        eta[2 * j] = work[k * d + j];
        eta[2 * j + 1] = work[(m->k + k) * d + j];
    }
    return 0.0;
}

static const struct natural bernoulli_natural = {bernoulli_size, bernoulli_statistic,
                                                 bernoulli_put, NULL};

static const struct family bernoulli_family = {
    .natural = &bernoulli_natural,
    .draw = bernoulli_draw,
    .work = bernoulli_work,
    .prepare = bernoulli_prepare,
    .log_density = bernoulli_log_density,
    .fit = bernoulli_fit,
    .score = bernoulli_score,
    .conjugate = bernoulli_conjugate,
    .log_prior = bernoulli_log_prior,
    .nfeature = bernoulli_nfeature,
    .features = bernoulli_features,
    .seed = bernoulli_seed,
    .empty_allowed = bernoulli_empty_allowed,
    .stats_layout = bernoulli_stats_layout,
    .stats = bernoulli_stats,
};

static int bernoulli_bind(struct model *m, const struct options *o, struct error *e)
{
    if (check_rows(m, e) != 0 || mixture_layout(m, o, e) != 0)
        return -1;
    layout_add(&m->theta, (struct block){.name = "p", .rank = 2, .dim = {m->k, m->obs.d},
                                         .constraint = CONSTRAINT_BOUNDS, .lower = 0, .upper = 1,
                                         .of_z = 1,
                                         .help = "probability of a 1 in column j of class k"});
    layout_add(&m->prior_layout, (struct block){.name = "beta", .rank = 1, .dim = {2},
                                                .help = "a, b of the Beta prior of every p"});
    snprintf(m->about, sizeof m->about, "%zu columns, K = %zu classes", m->obs.d, m->k);
    m->counts = true;
    return mixture_bind_plain(m, &bernoulli_family, e);
}

static formula probability(struct explanation *x, const struct theta *theta, size_t k, size_t j)
{
    return mixture_entry(x, theta, "p", "p", k, j);
}

/* Σ_j [x_j log p_kj + (1−x_j) log(1−p_kj)]: of each pair one is there */
static formula log_density_formula(struct explanation *x, size_t i, size_t k)
{
    struct formulas *a = &x->f;
    formula one = f_number(a, 1.0), v = f_name(a, "x_{%zu,j}", i + 1);
    formula p = f_name(a, "p_{%zu,j}", k + 1);
    formula named = f_add(a, f_mul(a, v, f_log(a, p)),
                          f_mul(a, f_sub(a, one, v), f_log(a, f_sub(a, one, p))));
    struct formula *sum = f_sum(a, "\\sum_{j}", named);
    for (size_t j = 0; j < x->model->obs.d; j++) {
        formula of_j = probability(x, x->theta, k, j);
        bool is_one = x->model->obs.x[j][i] == 1.0;
        f_sum_add(a, sum, f_log(a, is_one ? of_j : f_sub(a, one, of_j)));
    }
    return sum;
}

static void density_name(const struct model *m, const char *i, const char *k, struct text *latex)
{
    (void)m;
    text_addf(latex, "\\text{Bern}(x_{%s}|p_{%s})", i, k);
}

/* p_kj = (Σγx_j + a − 1)/(N_k + a + b − 2) */
static int explain_m(struct explanation *x, const struct block *b, size_t entry, struct error *e)
{
    size_t d = x->model->obs.d, k = entry / d, j = entry % d;
    (void)e;
    if (strcmp(b->name, "pi") == 0) {
        mixture_explain_pi(x, entry);
        return 0;
    }
    formula below = mixture_with(x, mixture_size(x, k), "beta", 0, "a", 0.0);
    below = mixture_with(x, below, "beta", 1, "b", 2.0);
    formula above = mixture_with(x, mixture_sum_of_x(x, k, j), "beta", 0, "a", 1.0);
    formula p = probability(x, x->answer, k, j);
    explain_item(x, formula_value(p), f_div(&x->f, above, below),
                 d == 1 ? "p_{%zu}" : "p_{%zu,%zu}", k + 1, j + 1);
    return 0;
}

static const struct explainer explainer = {
    .log_density = log_density_formula,
    .density_name = density_name,
    .m = explain_m,
    .log_prior = prior_explain,
};

const struct model_class bernoulli_model = {
    .name = "bernoulli",
    .summary = "latent classes: products of Bernoullis (columns of 0 and 1)",
    .source = "Bishop, PRML 9.3.3",
    .kind = MODEL_EM,
    .options = bernoulli_options,
    .bind = bernoulli_bind,
    MIXTURE_SLOTS,
    .em_map = linear_em_map,
    .touching_terms = linear_touching_terms,
    .explain = &explainer,
    .prior_valid = bernoulli_prior_valid,
};
