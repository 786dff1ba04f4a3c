/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Multivariate normal with entries missing at random.  Row i has observed entries o and
 * missing ones m; Z is what is missing, q_i = N(m_i, V_i) over it.
 *
 *     p(x_i,z_i|θ) = N(x̂_i; μ, Σ),   x̂_i = the observed entries with z_i filled in
 *     E   m_i = μ_m + Σ_mo Σ_oo⁻¹ (x_o − μ_o),   V_i = Σ_mm − Σ_mo Σ_oo⁻¹ Σ_om;   tempered: V_i/β
 *     M   μ = Σ_i w_i x̂_i / n,   Σ = Σ_i w_i [ (x̂_i−μ)(x̂_i−μ)ᵀ + V_i in its place ] / n
 *         with n = Σ w_i; under a normal–inverse-Wishart prior as in models/niw.h; with mu held,
 *         Sigma is about the mu that is there
 *
 * q is dense: mean (n,d) is x̂ itself and cov (n,d,d) is 0 wherever a coordinate was observed.
 */
#include "models/mvn.h"

#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "models/niw.h"
#include "numeric/cholesky.h"

static int make_room(struct mvn *s, size_t d, struct error *e)
{
    s->room = NEW_ARRAY(10 * d * d + 6 * d + niw_work(d), double);
    s->column = NEW_ARRAY(2 * d, size_t);
    if (!s->room || !s->column)
        return error_no_memory(e);
    double **square[] = {&s->L, &s->precision, &s->V, &s->solved, &s->cond.oo, &s->cond.slope,
                         &s->cond.C, &s->cond.factor, &s->cond.whole, &s->seen};
    double **line[] = {&s->mean, &s->variance, &s->centre, &s->row};
    double *next = s->room;
    for (size_t i = 0; i < sizeof square / sizeof *square; i++, next += d * d)
        *square[i] = next;
    for (size_t i = 0; i < sizeof line / sizeof *line; i++, next += d)
        *line[i] = next;
    s->niw = next;
    s->order = s->column + d;
    return 0;
}

/* The weighted mean of (x_ij − centre)^power over the rows where column j was observed; NaN when
 * there are none. */
static double column_moment(const struct observations *o, size_t j, double centre, int power)
{
    double sum = 0.0, weight = 0.0;
    for (size_t i = 0; i < o->n; i++) {
        double v = o->x[j][i] - centre;
        if (isnan(v))
            continue;
        weight += o->weight[i];
        sum += o->weight[i] * (power == 1 ? v : v * v);
    }
    return sum / weight;
}

static int available_moments(const struct model *m, struct mvn *s, struct error *e)
{
    for (size_t j = 0; j < m->obs.d; j++) {
        double mean = column_moment(&m->obs, j, 0.0, 1);
        if (isnan(mean)) {
            error_set(e, "column '%s' has no observed entry", observations_name(&m->obs, j));
            return error_hint(e, "leave it out: columns=…");
        }
        mean += column_moment(&m->obs, j, mean, 1); /* the rounding of the first sum */
        s->mean[j] = mean;
        s->variance[j] = column_moment(&m->obs, j, mean, 2);
    }
    return 0;
}

static void add_layouts(struct model *m)
{
    size_t n = m->obs.n, d = m->obs.d;
    layout_add(&m->theta, (struct block){.name = "mu", .rank = 1, .dim = {d}, .help = "mean"});
    layout_add(&m->theta, (struct block){.name = "Sigma", .rank = 2, .dim = {d, d},
                                         .constraint = CONSTRAINT_SPD, .help = "covariance"});
    layout_add(&m->q, (struct block){.name = "mean", .rank = 2, .dim = {n, d},
                                     .help = "row i with the means of its missing entries filled "
                                             "in"});
    layout_add(&m->q, (struct block){.name = "cov", .rank = 3, .dim = {n, d, d},
                                     .help = "covariance of row i's missing entries, 0 elsewhere"});
    layout_add(&m->stats, (struct block){.name = "sum_x", .rank = 1, .dim = {d},
                                         .help = "Σ x̂, missing entries filled with their means"});
    layout_add(&m->stats, (struct block){.name = "scatter", .rank = 2, .dim = {d, d},
                                         .help = "Σ [ (x̂−μ)(x̂−μ)ᵀ + V in its place ]"});
    niw_layout(&m->prior_layout, d);
}

static void describe(struct model *m, const struct patterns *p)
{
    size_t empty = 0;
    for (size_t k = 0; k < p->count; k++)
        if (p->pattern[k].nobserved == 0)
            empty = p->pattern[k].nrow;
    int used = snprintf(m->about, sizeof m->about, "%zu-D, %zu of %zu entries missing, %zu %s",
                        m->obs.d, m->obs.nmissing, m->obs.n * m->obs.d, p->count,
                        p->count == 1 ? "pattern" : "patterns");
    if (empty > 0 && used > 0 && (size_t)used < sizeof m->about)
        snprintf(m->about + used, sizeof m->about - (size_t)used,
                 "; %zu %s nothing observed", empty, empty == 1 ? "row has" : "rows have");
}

static int mvn_bind(struct model *m, const struct options *o, struct error *e)
{
    (void)o;
    struct mvn *s = NEW(struct mvn);
    if (!s)
        return error_no_memory(e);
    m->self = s;
    if (make_room(s, m->obs.d, e) != 0 || patterns_make(&s->patterns, &m->obs, e) != 0 ||
        available_moments(m, s, e) != 0)
        return -1;
    add_layouts(m);
    m->terms_defined = TERMS_EM;
    describe(m, &s->patterns);
    return 0;
}

static void mvn_unbind(struct model *m)
{
    struct mvn *s = m->self;
    mvn_reduced_free(s->reduced);
    patterns_clear(&s->patterns);
    mem_free(s->room);
    mem_free(s->column);
    mem_free(s);
}

/* Positive definite in the order of every pattern, which near a singular Σ is more than
 * in its own. */
static int mvn_valid(const struct model *m, const struct theta *theta, struct error *e)
{
    struct mvn *s = mvn_of(m);
    for (size_t k = 0; k < s->patterns.count; k++)
        if (!conditional_make(&s->cond, &s->patterns.pattern[k], m->obs.d,
                              theta_block(theta, "Sigma"))) {
            error_set(e, "Sigma is too near a singular one: a column is a combination of others");
            return error_hint(e, "take more rows than columns, leave a column out (columns=…), or "
                                 "set a prior (m0= kappa0= S0= nu0=)");
        }
    return 0;
}

static const struct init_method mvn_inits[] = {
    {"available", "means and variances of the observed entries, zero covariances"},
    {"identity", "means of the observed entries, unit variances, zero covariances"},
    {"random", "means and a covariance drawn about those of the observed entries"},
    {NULL},
};

static int refuse_constant(const struct model *m, size_t j, struct error *e)
{
    error_set(e, "column '%s' does not vary: its variance is 0", observations_name(&m->obs, j));
    return error_hint(e, "leave it out (columns=…), or set a prior (m0= kappa0= S0= nu0=) and "
                         "init identity");
}

/* Σ = ½ (D + D^½ G D^½) with D the variances and G a mean of d+1 squares of normal draws */
static void draw_theta(const struct mvn *s, size_t d, gsl_rng *random, double *mu, double *Sigma)
{
    for (size_t j = 0; j < d; j++) {
        mu[j] += 0.5 * sqrt(s->variance[j]) * gsl_ran_ugaussian(random);
        Sigma[j * d + j] = 0.5 * s->variance[j];
    }
    for (size_t r = 0; r <= d; r++) {
        for (size_t j = 0; j < d; j++)
            s->row[j] = sqrt(s->variance[j]) * gsl_ran_ugaussian(random);
        for (size_t i = 0; i < d; i++)
            for (size_t j = 0; j < d; j++)
                Sigma[i * d + j] += 0.5 * s->row[i] * s->row[j] / (double)(d + 1);
    }
}

static int mvn_init(const struct model *m, const char *method, gsl_rng *random,
                    struct theta *theta, struct error *e)
{
    const struct mvn *s = mvn_of(m);
    bool identity = strcmp(method, "identity") == 0;
    size_t d = m->obs.d;
    double *mu = theta_block(theta, "mu"), *Sigma = theta_block(theta, "Sigma");
    for (size_t j = 0; j < d && !identity; j++)
        if (!(s->variance[j] > 0.0))
            return refuse_constant(m, j, e);
    memcpy(mu, s->mean, d * sizeof *mu);
    memset(Sigma, 0, d * d * sizeof *Sigma);
    for (size_t j = 0; j < d; j++)
        Sigma[j * d + j] = identity ? 1.0 : s->variance[j];
    if (strcmp(method, "random") == 0)
        draw_theta(s, d, random, mu, Sigma);
    return 0;
}

static double mvn_log_prior(const struct model *m, const struct prior *prior,
                            const struct theta *theta)
{
    struct niw niw;
    if (!niw_read(prior, m->obs.d, &niw))
        return 0.0;
    return niw_log_density(&niw, theta_block(theta, "mu"), theta_block(theta, "Sigma"),
                           mvn_of(m)->niw);
}

static int mvn_prior_valid(const struct model *m, const struct prior *prior, struct error *e)
{
    return niw_valid(prior, m->obs.d, e);
}

static int mvn_predict(const struct model *m, const struct theta *theta, const double *x,
                       double *out, double *log_density, struct error *e)
{
    (void)out;
    struct mvn *s = mvn_of(m);
    size_t nobserved = split_columns(x, m->obs.d, s->column);
    if (!conditional_observed(&s->cond, nobserved, s->column, m->obs.d,
                              theta_block(theta, "Sigma")))
        return error_set(e, "Sigma is not positive definite: the density cannot be computed");
    *log_density = conditional_log_density(&s->cond, nobserved, s->column, x,
                                           theta_block(theta, "mu"), s->row);
    return 0;
}

static int mvn_complete(const struct model *m, const struct theta *theta, const double *x,
                        double *mean, double *sd, struct error *e)
{
    struct mvn *s = mvn_of(m);
    size_t d = m->obs.d, nobserved = split_columns(x, d, s->column);
    struct pattern p = {.nobserved = nobserved, .nmissing = d - nobserved,
                        .observed = s->column, .missing = s->column + nobserved};
    if (!conditional_make(&s->cond, &p, d, theta_block(theta, "Sigma")))
        return error_set(e, "Sigma is not positive definite: nothing can be predicted");
    memcpy(mean, x, d * sizeof *mean);
    memset(sd, 0, d * sizeof *sd);
    conditional_mean(&s->cond, &p, x, theta_block(theta, "mu"), s->row);
    for (size_t i = 0; i < p.nmissing; i++) {
        mean[p.missing[i]] = s->row[i];
        sd[p.missing[i]] = sqrt(s->cond.C[i * p.nmissing + i]);
    }
    return 0;
}

static int mvn_component_moments(const struct model *m, const struct theta *theta, size_t k,
                                 double *mean, double *cov)
{
    size_t d = m->obs.d;
    (void)k;
    memcpy(mean, theta_block(theta, "mu"), d * sizeof *mean);
    memcpy(cov, theta_block(theta, "Sigma"), d * d * sizeof *cov);
    return 0;
}

/* Whole rows: nothing is missing from them. */
static int mvn_sample(const struct model *m, const struct theta *theta, gsl_rng *random, size_t n,
                      double *x, double *z, struct error *e)
{
    size_t d = m->obs.d;
    double *L = mvn_of(m)->L;
    (void)z;
    memcpy(L, theta_block(theta, "Sigma"), d * d * sizeof *L);
    if (!cholesky(d, L))
        return error_set(e, "Sigma is not positive definite: nothing can be drawn from it");
    gsl_vector_const_view mu = gsl_vector_const_view_array(theta_block(theta, "mu"), d);
    gsl_matrix_view factor = gsl_matrix_view_array(L, d, d);
    for (size_t i = 0; i < n; i++) {
        gsl_vector_view row = gsl_vector_view_array(x + i * d, d);
        gsl_ran_multivariate_gaussian(random, &mu.vector, &factor.matrix, &row.vector);
    }
    return 0;
}

const struct model_class mvn_model = {
    .name = "mvn",
    .summary = "multivariate normal with missing entries",
    .source = "Dempster, Laird & Rubin 1977; Little & Rubin 2002, section 11.2",
    .kind = MODEL_EM,
    .inits = mvn_inits,
    .takes_missing = true,
    .takes_weights = true,
    .rows = true,
    .bind = mvn_bind,
    .unbind = mvn_unbind,
    .init = mvn_init,
    .valid = mvn_valid,
    .q_valid = mvn_q_valid,
    .e_step = mvn_e_step,
    .m_step = mvn_m_step,
    .em_map = mvn_map,
    .touching_terms = mvn_touching_terms,
    .logliks = mvn_logliks,
    .terms = mvn_terms,
    .row_terms = mvn_row_terms,
    .stats = mvn_stats,
    .log_prior = mvn_log_prior,
    .conjugate = mvn_conjugate,
    .prior_valid = mvn_prior_valid,
    .predict = mvn_predict,
    .complete = mvn_complete,
    .component_moments = mvn_component_moments,
    .sample = mvn_sample,
    .explain = &mvn_explainer,
};
