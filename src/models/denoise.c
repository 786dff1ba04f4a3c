/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Noise as missing data, in its smallest case: one column, and
 *
 *     z_i ~ N(μ, τ²),   x_i = z_i + N(0, s²),   s² known (option s2=)
 *     E   z_i | x_i ~ N(c_i, V),  V = τ²s²/(τ²+s²),  c_i = (τ²x_i + s²μ)/(τ²+s²);  q_i = N(m_i,v_i)
 *     M   μ = Σ w m / Σw,   τ² = Σ w [ (m−μ)² + v ] / Σw      (τ² about the μ that is held)
 *     ℓ = Σ w log N(x_i; μ, τ²+s²)
 *
 * Where the x_i spread less than the noise, the maximum is at τ² = 0 and EM approaches it
 * sublinearly: τ² falls like 1/t, and no rule that looks at the change notices.
 */
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "models/denoise.h"

static const struct option_spec denoise_options[] = {
    {"s2", OPTION_REAL, "1", "the known variance of the noise"},
    {NULL},
};

static const struct init_method denoise_inits[] = {
    {"moments", "mean and variance of the data"},
    {"random", "a row of the data, and a variance drawn about theirs"},
    {NULL, NULL},
};

/* The posterior of row i: mean from + step with `from` the nearer of x and μ, so that neither an
 * offset nor an outlier costs digits; variance V. */
struct normal {
    double from, step, variance;
};

static struct normal posterior(const struct model *m, const struct theta *theta, size_t i)
{
    double s2 = denoise_of(m)->s2, mu = *theta_block(theta, "mu"),
           tau2 = *theta_block(theta, "tau2");
    /* no product overflows */
    double of_x = 1.0 / (1.0 + s2 / tau2), of_mu = 1.0 / (1.0 + tau2 / s2);
    double x = m->obs.x[0][i];
    struct normal r = {mu, of_x * (x - mu), of_x * s2};
    if (of_x > 0.5) {
        r.from = x;
        r.step = of_mu * (mu - x);
    }
    return r;
}

static int denoise_e_step(const struct model *m, const struct theta *theta,
                          const struct e_how *how, struct latent *q, struct error *e)
{
    double *mean = latent_block(q, "mean"), *var = latent_block(q, "var");
    const struct denoise *d = denoise_of(m);
    if (how->kind == E_HARD || how->kind == E_UNIFORM || how->kind == E_SWEEPS) {
        error_set(e, how->kind == E_HARD      ? "z is continuous: a point mass has no density"
                     : how->kind == E_UNIFORM ? "there is no uniform distribution on the line"
                                              : "the E-step of denoise is exact: it has no sweeps");
        return error_hint(e, "e alone is the exact E-step; e beta=2 sharpens it");
    }
    size_t first = how->kind == E_ROWS ? how->first - 1 : 0;
    size_t last = how->kind == E_ROWS ? how->last : m->obs.n;
    for (size_t i = first; i < last; i++) {
        if (how->kind == E_RANDOM) {
            mean[i] = d->mean + gsl_ran_gaussian(how->random, sqrt(d->variance));
            var[i] = d->variance * gsl_rng_uniform_pos(how->random);
            continue;
        }
        struct normal r = posterior(m, theta, i);
        mean[i] = r.from + r.step;
        var[i] = how->kind == E_TEMPERED ? r.variance / how->beta : r.variance;
    }
    return 0;
}

/* Σ w m / Σw.  About the data's mean first, then about what that gave: far from 0 it is rounded, and
 * what is left of the deviations from it is exact. */
static double mean_of_q(const struct model *m, const double *mean)
{
    double centre = denoise_of(m)->mean;
    for (int pass = 0; pass < 2; pass++) {
        double sum = 0.0;
        for (size_t i = 0; i < m->obs.n; i++)
            sum += m->obs.weight[i] * (mean[i] - centre);
        centre += sum / m->obs.total_weight;
    }
    return centre;
}

static int denoise_m_step(const struct model *m, const struct latent *q, const struct m_how *how,
                          const struct prior *prior, struct theta *theta, struct error *e)
{
    const double *mean = latent_block(q, "mean"), *var = latent_block(q, "var");
    const double *w = m->obs.weight;
    double *mu = theta_block(theta, "mu"), sum = 0.0;
    (void)prior;
    if (how->blocks & 1u)
        *mu = mean_of_q(m, mean);
    if (!(how->blocks & 2u))
        return 0;
    for (size_t i = 0; i < m->obs.n; i++)
        sum += w[i] * ((mean[i] - *mu) * (mean[i] - *mu) + var[i]);
    if (!(sum > 0.0)) {
        error_set(e, "tau2 would be 0: every q sits on mu without variance");
        return error_hint(e, "the data spread no more than the noise; take a smaller s2=");
    }
    *theta_block(theta, "tau2") = sum / m->obs.total_weight;
    return 0;
}

/* log N(x; 0, v), of a squared distance whose expectation is `square` */
static double log_normal(double square, double v)
{
    return -0.5 * (log(2.0 * M_PI * v) + square / v);
}

static void add_row(const struct model *m, const struct latent *q, const struct theta *theta,
                    size_t i, double w, double *v)
{
    double s2 = denoise_of(m)->s2, mu = *theta_block(theta, "mu");
    double tau2 = *theta_block(theta, "tau2"), x = m->obs.x[0][i];
    v[TERM_LOGLIK] += w * log_normal((x - mu) * (x - mu), tau2 + s2);
    if (!q)
        return;
    double mean = latent_block(q, "mean")[i], var = latent_block(q, "var")[i];
    struct normal r = posterior(m, theta, i);
    double joint = log_normal((x - mean) * (x - mean) + var, s2) +
                   log_normal((mean - mu) * (mean - mu) + var, tau2);
    double entropy = 0.5 * log(2.0 * M_PI * M_E * var);
    double off = mean - r.from - r.step, away = (off * off + var) / r.variance;
    v[TERM_Q] += w * joint;
    v[TERM_ENTROPY] += w * entropy;
    v[TERM_ELBO] += w * (joint + entropy);
    v[TERM_H] += w * log_normal(off * off + var, r.variance);
    v[TERM_KL] += w * 0.5 * (log(r.variance / var) + away - 1.0);
}

static void denoise_terms(const struct model *m, const struct latent *q,
                          const struct theta *theta, unsigned which, struct terms *t)
{
    double sum[TERM_COUNT] = {0};
    for (size_t i = 0; i < m->obs.n; i++)
        if (m->obs.weight[i] > 0.0) /* a square that overflowed counts nothing there */
            add_row(m, q, theta, i, m->obs.weight[i], sum);
    for (int i = 0; i < TERM_COUNT; i++)
        if (which & TERM_BIT(i))
            t->value[i] = sum[i];
}

static void denoise_stats(const struct model *m, const struct latent *q, const struct theta *theta,
                          double *v)
{
    double mu = *theta_block(theta, "mu");
    v[0] = v[1] = q ? 0.0 : NAN;
    for (size_t i = 0; q && i < m->obs.n; i++) {
        double w = m->obs.weight[i], mean = latent_block(q, "mean")[i];
        v[0] += w * mean;
        v[1] += w * ((mean - mu) * (mean - mu) + latent_block(q, "var")[i]);
    }
}

static bool denoise_row_terms(const struct model *m, const struct latent *q,
                              const struct theta *theta, unsigned which, double *v)
{
    (void)which;
    for (size_t i = 0; i < m->obs.n; i++)
        add_row(m, q, theta, i, 1.0, v + i * TERM_COUNT);
    return true;
}

static int denoise_init(const struct model *m, const char *method, gsl_rng *random,
                        struct theta *theta, struct error *e)
{
    const struct denoise *d = denoise_of(m);
    double *mu = theta_block(theta, "mu"), *tau2 = theta_block(theta, "tau2");
    (void)e;
    *mu = d->mean;
    *tau2 = d->variance;
    if (strcmp(method, "random") == 0) {
        *mu = m->obs.x[0][gsl_rng_uniform_int(random, m->obs.n)];
        *tau2 = d->variance * gsl_ran_exponential(random, 1.0) + 1e-3 * d->variance;
    }
    return 0;
}

static int denoise_predict(const struct model *m, const struct theta *theta, const double *x,
                           double *out, double *log_density, struct error *e)
{
    double away = *x - *theta_block(theta, "mu");
    (void)out;
    (void)e;
    *log_density = log_normal(away * away, *theta_block(theta, "tau2") + denoise_of(m)->s2);
    return 0;
}

static int denoise_component_moments(const struct model *m, const struct theta *theta, size_t k,
                                     double *mean, double *cov)
{
    (void)k;
    *mean = *theta_block(theta, "mu");
    *cov = *theta_block(theta, "tau2") + denoise_of(m)->s2;
    return 0;
}

static int denoise_sample(const struct model *m, const struct theta *theta, gsl_rng *random,
                          size_t n, double *x, double *z, struct error *e)
{
    double mu = *theta_block(theta, "mu"), tau = sqrt(*theta_block(theta, "tau2"));
    (void)z;
    (void)e;
    for (size_t i = 0; i < n; i++)
        x[i] = mu + gsl_ran_gaussian(random, tau) +
               gsl_ran_gaussian(random, sqrt(denoise_of(m)->s2));
    return 0;
}

static void data_moments(const struct model *m, struct denoise *d)
{
    double sum = 0.0, square = 0.0, first = m->obs.x[0][0];
    for (size_t i = 0; i < m->obs.n; i++)
        sum += m->obs.weight[i] * (m->obs.x[0][i] - first);
    d->mean = first + sum / m->obs.total_weight;
    for (size_t i = 0; i < m->obs.n; i++)
        square += m->obs.weight[i] * (m->obs.x[0][i] - d->mean) * (m->obs.x[0][i] - d->mean);
    d->variance = square > 0.0 ? square / m->obs.total_weight : d->s2;
}

static void denoise_layout(struct model *m)
{
    size_t n = m->obs.n;
    m->terms_defined = TERMS_EM;
    layout_add(&m->theta, (struct block){.name = "mu", .help = "mean of the clean values"});
    layout_add(&m->theta, (struct block){.name = "tau2", .constraint = CONSTRAINT_POSITIVE,
                                         .help = "variance of the clean values"});
    layout_add(&m->q, (struct block){.name = "mean", .rank = 1, .dim = {n},
                                     .help = "mean of q for the clean value of row i"});
    layout_add(&m->q, (struct block){.name = "var", .rank = 1, .dim = {n},
                                     .constraint = CONSTRAINT_POSITIVE,
                                     .help = "its variance"});
    layout_add(&m->stats, (struct block){.name = "sum_z", .help = "Σ E z"});
    layout_add(&m->stats, (struct block){.name = "scatter",
                                         .help = "Σ E (z−μ)², about the mu of here"});
}

static int denoise_bind(struct model *m, const struct options *o, struct error *e)
{
    char shown[NUMBER_TEXT];
    if (m->obs.d != 1) {
        error_set(e, "denoise takes one column; here are %zu", m->obs.d);
        return error_hint(e, "columns=NAME chooses it");
    }
    struct denoise *d = NEW(struct denoise);
    if (!d)
        return error_no_memory(e);
    m->self = d;
    d->s2 = 1.0;
    if (options_real(o, "s2", 1e-300, 1e300, &d->s2, e) != 0)
        return -1;
    data_moments(m, d);
    denoise_layout(m);
    snprintf(m->about, sizeof m->about, "%zu values, noise of variance %s", m->obs.n,
             number_text(shown, d->s2, 6));
    return 0;
}

static void denoise_unbind(struct model *m)
{
    mem_free(m->self);
}

const struct model_class denoise_model = {
    .name = "denoise",
    .summary = "values seen through noise of known variance; the clean ones are missing",
    .source = "the smallest empirical-Bayes model",
    .kind = MODEL_EM,
    .options = denoise_options,
    .inits = denoise_inits,
    .takes_weights = true,
    .rows = true,
    .bind = denoise_bind,
    .unbind = denoise_unbind,
    .init = denoise_init,
    .e_step = denoise_e_step,
    .m_step = denoise_m_step,
    .terms = denoise_terms,
    .row_terms = denoise_row_terms,
    .stats = denoise_stats,
    .predict = denoise_predict,
    .component_moments = denoise_component_moments,
    .sample = denoise_sample,
    .explain = &denoise_explainer,
};
