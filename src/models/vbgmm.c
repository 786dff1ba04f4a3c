/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Variational Bayes for the Gaussian mixture (Bishop, PRML 10.2).  π, μ and Λ are random
 * too, and q(Z) q(π,μ,Λ) stands for the posterior of all of them: θ is the second factor.
 *
 *     π ~ Dir(α₀),  μ_k|Λ_k ~ N(m₀, (β₀Λ_k)⁻¹),  Λ_k ~ Wishart(W₀, ν₀)
 *     q(π) = Dir(α),  q(μ_k,Λ_k) = N(μ_k; m_k, (β_kΛ_k)⁻¹) Wishart(Λ_k; W_k, ν_k)
 *     E   log ρ_ik = E log π_k + ½ [ E log|Λ_k| − d/β_k − ν_k (x−m_k)ᵀW_k(x−m_k) − d log 2π ],
 *         γ_ik = ρ_ik / Σ_l ρ_il
 *     M   α_k = α₀ + N_k,  β_k = β₀ + N_k,  ν_k = ν₀ + N_k,  m_k = (β₀m₀ + N_k x̄_k)/β_k,
 *         W_k⁻¹ = W₀⁻¹ + Σ_i γ_ik (x−m_k)(x−m_k)ᵀ + β₀ (m_k−m₀)(m_k−m₀)ᵀ =: M_k
 *     with some of the blocks held:   W_k = (ν₀+N_k)/ν_k M_k⁻¹;   ν_k: the root of
 *         ½ (ν₀ + N_k − ν) Σ_i ψ′((ν+1−i)/2) = tr(W_k M_k) − d
 *
 * ν_k has no extra 1 (the first printing of 10.63 had).  Both half-steps raise the ELBO over a
 * factor of q, and that is all that is promised: ℓ, H and KL are intractable.
 */
#include "models/vbgmm.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_roots.h>
#include <gsl/gsl_sf_gamma.h>
#include <gsl/gsl_sf_psi.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "models/niw.h"
#include "models/prior.h"
#include "numeric/cholesky.h"
#include "numeric/logspace.h"

static const struct option_spec vbgmm_options[] = {
    MIXTURE_OPTIONS,
    {NULL},
};

const double *vbgmm_prior(const struct model *m, const char *name)
{
    return m->prior + layout_find(&m->prior_layout, name)->offset;
}

bool vbgmm_invert(size_t d, double *A, double *work, double *logdet)
{
    memcpy(work, A, d * d * sizeof *work);
    if (!cholesky(d, work))
        return false;
    *logdet = cholesky_logdet(d, work);
    memset(A, 0, d * d * sizeof *A);
    for (size_t j = 0; j < d; j++)
        A[j * d + j] = 1.0;
    cholesky_solve(d, d, work, A);
    for (size_t a = 0; a < d; a++)
        for (size_t b = 0; b < a; b++)
            A[a * d + b] = A[b * d + a] = 0.5 * (A[a * d + b] + A[b * d + a]);
    return true;
}

/* ---- layouts and the prior -------------------------------------------------------------- */

static void add_theta(struct model *m)
{
    size_t k = m->k, d = m->obs.d;
    struct layout *l = &m->theta;
    layout_add(l, (struct block){.name = "alpha", .rank = 1, .dim = {k}, .of_z = 1,
                                 .constraint = CONSTRAINT_POSITIVE,
                                 .help = "of q(π) = Dir(alpha)"});
    layout_add(l, (struct block){.name = "m", .rank = 2, .dim = {k, d}, .of_z = 1,
                                 .help = "mean of mu_k under q"});
    layout_add(l, (struct block){.name = "beta", .rank = 1, .dim = {k}, .of_z = 1,
                                 .constraint = CONSTRAINT_POSITIVE,
                                 .help = "rows that m_k is worth"});
    layout_add(l, (struct block){.name = "nu", .rank = 1, .dim = {k}, .of_z = 1,
                                 .constraint = CONSTRAINT_POSITIVE,
                                 .help = "degrees of freedom of the precision Λ_k under q"});
    layout_add(l, (struct block){.name = "W", .rank = 3, .dim = {k, d, d}, .of_z = 1,
                                 .constraint = CONSTRAINT_SPD,
                                 .help = "scale of Λ_k under q: its mean is nu_k W_k"});
}

static void add_prior(struct model *m)
{
    size_t d = m->obs.d;
    struct layout *l = &m->prior_layout;
    layout_add(l, (struct block){.name = "alpha0", .constraint = CONSTRAINT_POSITIVE,
                                 .help = "of the Dirichlet prior of the weights (1/K)"});
    layout_add(l, (struct block){.name = "beta0", .constraint = CONSTRAINT_POSITIVE,
                                 .help = "rows that m0 is worth (1)"});
    layout_add(l, (struct block){.name = "m0", .rank = 1, .dim = {d},
                                 .help = "prior mean (that of the data)"});
    layout_add(l, (struct block){.name = "W0", .rank = 2, .dim = {d, d},
                                 .constraint = CONSTRAINT_SPD,
                                 .help = "prior scale of precisions (diagonal, 1/(nu0 variance))"});
    layout_add(l, (struct block){.name = "nu0", .constraint = CONSTRAINT_POSITIVE,
                                 .help = "prior degrees of freedom (d)"});
}

/* Weak, and in the data's own units: the prior mean of Λ is one over their variances. */
static int default_prior(struct model *m, struct error *e)
{
    const struct gaussian *g = gaussian_of(m);
    size_t d = m->obs.d;
    m->prior = NEW_ARRAY(m->prior_layout.size, double);
    if (!m->prior)
        return error_no_memory(e);
    struct blocks b = {&m->prior_layout, m->prior};
    *block_of(&b, "alpha0") = 1.0 / (double)m->k;
    *block_of(&b, "beta0") = 1.0;
    *block_of(&b, "nu0") = (double)d;
    memcpy(block_of(&b, "m0"), g->centre, d * sizeof *g->centre);
    for (size_t j = 0; j < d; j++)
        block_of(&b, "W0")[j * d + j] = 1.0 / ((double)d * g->variance[j]);
    return 0;
}

static int check_freedom(size_t d, const char *name, double nu, struct error *e)
{
    char shown[NUMBER_TEXT];
    if (nu > (double)d - 1.0)
        return 0;
    error_set(e, "%s is %s; degrees of freedom are above d − 1 = %zu", name,
              number_text(shown, nu, 6), d - 1);
    return error_hint(e, "take %zu or more", d);
}

static int vbgmm_prior_valid(const struct model *m, const struct prior *prior, struct error *e)
{
    if (blocks_valid(&prior->b, e) != 0)
        return -1;
    return check_freedom(m->obs.d, "nu0", *block_of(&prior->b, "nu0"), e);
}

static int vbgmm_valid(const struct model *m, const struct theta *theta, struct error *e)
{
    const double *nu = theta_block(theta, "nu");
    for (size_t k = 0; k < m->k; k++) {
        char name[32];
        snprintf(name, sizeof name, "nu[%zu]", k + 1);
        if (check_freedom(m->obs.d, name, nu[k], e) != 0)
            return -1;
    }
    return 0;
}

static int vbgmm_bind(struct model *m, const struct options *o, struct error *e)
{
    if (mixture_count(m, o, e) != 0)
        return -1;
    add_theta(m);
    add_prior(m);
    m->terms_defined = TERM_BIT(TERM_ELBO) | TERM_BIT(TERM_Q) | TERM_BIT(TERM_ENTROPY);
    m->terms_intractable = TERMS_EM & ~m->terms_defined;
    snprintf(m->about, sizeof m->about, "%zu-D, K = %zu, variational: θ is the factor q(π,μ,Λ)",
             m->obs.d, m->k);
    if (mixture_bind_plain(m, &vbgmm_family, e) != 0 || gaussian_bind(m, COV_FULL, e) != 0)
        return -1;
    return default_prior(m, e);
}

/* Components that sit at the centres with n/K rows each. */
static int vbgmm_init(const struct model *m, const char *method, gsl_rng *random,
                      struct theta *theta, struct error *e)
{
    size_t d = m->obs.d;
    double share = m->obs.total_weight / (double)m->k, within;
    double nu = *vbgmm_prior(m, "nu0") + share;
    if (mixture_centres(m, &gaussian_family, method, random, theta_block(theta, "m"), &within,
                        e) != 0)
        return -1;
    for (size_t k = 0; k < m->k; k++) {
        double *W = theta_block(theta, "W") + k * d * d;
        theta_block(theta, "alpha")[k] = *vbgmm_prior(m, "alpha0") + share;
        theta_block(theta, "beta")[k] = *vbgmm_prior(m, "beta0") + share;
        theta_block(theta, "nu")[k] = nu;
        memset(W, 0, d * d * sizeof *W);
        for (size_t j = 0; j < d; j++)
            W[j * d + j] = 1.0 / (nu * within * gaussian_of(m)->variance[j]);
    }
    return 0;
}

/* ---- M ---------------------------------------------------------------------------------- */

/* ½ (c − ν) Σ_i ψ′((ν+1−i)/2) − (tr(WM) − d), at ν = d − 1 + exp(t) */
struct freedom {
    size_t d;
    double c, trace; /* c = ν₀ + N, tr(WM) */
};

/* aψ′(a) − 1: for a large a by the series of ψ′, since no digit is left of the difference at 1e16,
 * where a W held far below the data's takes ν. */
static double trigamma_excess(double a)
{
    if (a < 100.0)
        return a * gsl_sf_psi_1(a) - 1.0;
    return (0.5 + (1.0 - (0.2 - 1.0 / (7.0 * a * a)) / (a * a)) / (6.0 * a)) / a;
}

static double freedom_slope(double t, void *context)
{
    const struct freedom *f = context;
    double above = exp(t), sum = -f->trace;
    for (size_t i = 0; i < f->d; i++) {
        double a = 0.5 * (above + (double)(f->d - 1 - i)), excess = trigamma_excess(a);
        sum += 0.5 * (f->c - (double)i) * (1.0 + excess) / a - excess;
    }
    return sum;
}

/* ν that maximises the ELBO with W held: positive slope below, negative above. */
static int fit_freedom(struct freedom f, double *nu, struct error *e)
{
    gsl_function slope = {freedom_slope, &f};
    double low = log(f.c - ((double)f.d - 1.0)), high = low;
    for (int i = 0; i < 300 && !(freedom_slope(low, &f) > 0.0); i++)
        low -= 1.0;
    while (high < 700.0 && !(freedom_slope(high, &f) < 0.0))
        high += 1.0;
    gsl_root_fsolver *brent = gsl_root_fsolver_alloc(gsl_root_fsolver_brent);
    if (!brent)
        return error_no_memory(e);
    int failed = gsl_root_fsolver_set(brent, &slope, low, high) != GSL_SUCCESS;
    for (int i = 0; i < 200 && !failed; i++)
        if (gsl_root_fsolver_iterate(brent) != GSL_SUCCESS)
            break;
    if (!failed)
        *nu = (double)f.d - 1.0 + exp(gsl_root_fsolver_root(brent));
    gsl_root_fsolver_free(brent);
    if (!failed)
        return 0;
    error_set(e, "nu has no maximum for the W that is held");
    return error_hint(e, "let W move too, or set it nearer to the data");
}

static double trace_product(size_t d, const double *A, const double *B)
{
    double sum = 0.0;
    for (size_t i = 0; i < d * d; i++)
        sum += A[i] * B[i];
    return sum;
}

/* W_k and ν_k from M_k, in M; work (d,d) */
static int fit_precision(const struct fit *f, size_t k, double *M, double *work,
                         struct theta *theta, struct error *e)
{
    size_t d = f->model->obs.d;
    double *W = theta_block(theta, "W") + k * d * d, *nu = theta_block(theta, "nu") + k;
    double c = *vbgmm_prior(f->model, "nu0") + f->nk[k], logdet;
    bool move_W = fit_moves(f, "W"), move_nu = fit_moves(f, "nu");
    if (move_nu && move_W)
        *nu = c;
    else if (move_nu)
        return fit_freedom((struct freedom){d, c, trace_product(d, W, M)}, nu, e);
    if (!move_W)
        return 0;
    if (!vbgmm_invert(d, M, work, &logdet)) {
        error_set(e, "the scatter of component %zu, with the prior's, is not positive definite",
                  k + 1);
        return error_hint(e, "scale the columns, or take a smaller W0 (prior W0=…)");
    }
    for (size_t i = 0; i < d * d; i++)
        W[i] = c / *nu * M[i];
    return 0;
}

static int fit_component(const struct fit *f, size_t k, const struct niw *prior, double *work,
                         struct theta *theta, struct error *e)
{
    const struct model *m = f->model;
    const struct gaussian *g = gaussian_of(m);
    size_t d = m->obs.d;
    double *mean = theta_block(theta, "m") + k * d;
    if (fit_moves(f, "alpha"))
        theta_block(theta, "alpha")[k] = *vbgmm_prior(m, "alpha0") + f->nk[k];
    if (fit_moves(f, "beta"))
        theta_block(theta, "beta")[k] = prior->kappa0 + f->nk[k];
    if (fit_moves(f, "m")) {
        gaussian_mean(f, k, mean);
        niw_mean(prior, f->nk[k], mean);
    }
    if (!fit_moves(f, "W") && !fit_moves(f, "nu"))
        return 0;
    gaussian_scatter(f, k, mean, g->square);
    niw_scatter(prior, mean, g->square);
    return fit_precision(f, k, g->square, work, theta, e);
}

static int vbgmm_m_step(const struct model *m, const struct latent *q, const struct m_how *how,
                        const struct prior *given, struct theta *theta, struct error *e)
{
    size_t d = m->obs.d;
    const struct mixture *mix = mixture_of(m);
    double *S0 = gaussian_of(m)->prior_work, *work = S0 + d * d, logdet;
    struct fit f = {.model = m, .gamma = latent_block(q, "gamma"), .nk = mix->nk,
                    .blocks = how->blocks, .prior = given};
    struct niw prior = {.d = d, .m0 = vbgmm_prior(m, "m0"), .S0 = S0,
                        .kappa0 = *vbgmm_prior(m, "beta0"), .nu0 = *vbgmm_prior(m, "nu0")};
    memcpy(S0, vbgmm_prior(m, "W0"), d * d * sizeof *S0);
    if (!vbgmm_invert(d, S0, work, &logdet)) /* S0 is W₀⁻¹ from here on */
        return error_set(e, "the prior's W0 is not positive definite");
    mixture_counts(m, f.gamma);
    for (size_t k = 0; k < m->k; k++)
        if (fit_component(&f, k, &prior, work, theta, e) != 0)
            return -1;
    return 0;
}

/* ---- prediction ------------------------------------------------------------------------- */

/* log of a Student density: mean m, precision (ν+1−d)β/(1+β) W, ν+1−d degrees of freedom */
static double log_student(const struct model *m, const struct theta *theta, size_t k,
                          const double *x, double *y, double *L)
{
    size_t d = m->obs.d;
    double beta = theta_block(theta, "beta")[k], n = (double)d, square = 0.0;
    double free = theta_block(theta, "nu")[k] + 1.0 - n;
    double scale = free * beta / (1.0 + beta);
    memcpy(L, theta_block(theta, "W") + k * d * d, d * d * sizeof *L);
    if (!cholesky(d, L))
        return NAN;
    for (size_t j = 0; j < d; j++) {
        y[j] = 0.0;
        for (size_t i = j; i < d; i++)
            y[j] += L[i * d + j] * (x[i] - theta_block(theta, "m")[k * d + i]);
        square += scale * y[j] * y[j];
    }
    return gsl_sf_lngamma(0.5 * (free + n)) - gsl_sf_lngamma(0.5 * free) +
           0.5 * (cholesky_logdet(d, L) + n * log(scale / (free * M_PI))) -
           0.5 * (free + n) * log1p(square / free);
}

/* PRML 10.81, with its weights α_k / Σ α */
static int vbgmm_predict(const struct model *m, const struct theta *theta, const double *x,
                         double *out, double *log_density, struct error *e)
{
    const double *alpha = theta_block(theta, "alpha");
    double total = 0.0;
    for (size_t k = 0; k < m->k; k++)
        total += alpha[k];
    for (size_t k = 0; k < m->k; k++)
        out[k] = log(alpha[k] / total) + log_student(m, theta, k, x, gaussian_of(m)->row,
                                                     gaussian_of(m)->square);
    *log_density = log_sum_exp(m->k, out);
    if (!isfinite(*log_density)) {
        error_set(e, "the predictive density is out of the range of numbers there");
        return error_hint(e, "the point lies very far from every component");
    }
    softmax(m->k, out, out);
    return 0;
}

/* The mean of μ_k, and one over the mean of Λ_k. */
static int vbgmm_component_moments(const struct model *m, const struct theta *theta, size_t k,
                                   double *mean, double *cov)
{
    size_t d = m->obs.d;
    double logdet, nu = theta_block(theta, "nu")[k];
    memcpy(mean, theta_block(theta, "m") + k * d, d * sizeof *mean);
    memcpy(cov, theta_block(theta, "W") + k * d * d, d * d * sizeof *cov);
    if (!vbgmm_invert(d, cov, gaussian_of(m)->square, &logdet))
        return -1;
    for (size_t i = 0; i < d * d; i++)
        cov[i] /= nu;
    return 0;
}

/* W⁻¹_jj, by its factor */
static double inverse_entry(size_t d, const double *W, size_t j, double *work)
{
    double logdet;
    memcpy(work, W, d * d * sizeof *work);
    return vbgmm_invert(d, work, work + d * d, &logdet) ? work[j * d + j] : NAN;
}

/* The factors themselves: π_k of a Dirichlet, μ_kj with Λ integrated out (a normal–inverse-Wishart
 * with S = W⁻¹), Λ_kjj of a Wishart: W_jj χ²_ν. */
static int vbgmm_conjugate(const struct model *m, const struct prior *given,
                           const struct latent *q, const struct theta *theta,
                           const struct block *b, size_t at, struct conjugate *out,
                           struct error *e)
{
    size_t d = m->obs.d, k = at / d, j = at % d;
    double *work = gaussian_of(m)->prior_work, nu0 = *vbgmm_prior(m, "nu0"), n = (double)d;
    const double *W0 = vbgmm_prior(m, "W0"), *nu = theta ? theta_block(theta, "nu") : NULL;
    (void)given;
    (void)q;
    if (strcmp(b->name, "alpha") == 0) {
        double a0 = *vbgmm_prior(m, "alpha0");
        out->of = "pi";
        out->prior = (struct marginal){MARGINAL_BETA, a0, (double)(m->k - 1) * a0, 0.0};
        if (theta)
            out->posterior = dirichlet_marginal(m->k, theta_block(theta, "alpha"), NULL, at);
    } else if (strcmp(b->name, "m") == 0) {
        out->of = "mu";
        out->prior = niw_mean_marginal(nu0 - n + 1.0, vbgmm_prior(m, "m0")[j],
                                       *vbgmm_prior(m, "beta0"), inverse_entry(d, W0, j, work));
        if (theta)
            out->posterior = niw_mean_marginal(
                nu[k] - n + 1.0, theta_block(theta, "m")[at], theta_block(theta, "beta")[k],
                inverse_entry(d, theta_block(theta, "W") + k * d * d, j, work));
    } else if (strcmp(b->name, "W") == 0 && at / d % d == j) {
        out->of = "Lambda";
        out->prior = (struct marginal){MARGINAL_GAMMA, 0.5 * nu0, 0.5 / W0[j * d + j], 0.0};
        if (theta)
            out->posterior = (struct marginal){MARGINAL_GAMMA, 0.5 * nu[k / d],
                                               0.5 / theta_block(theta, "W")[at], 0.0};
    } else {
        error_set(e, "%s has no density that can be shown by itself", b->name);
        return error_hint(e,
                          "alpha (the weights), m (the means) and W[k,j,j] (the precisions) have");
    }
    return 0;
}

/* α_k / Σα: the mean of π_k */
static void vbgmm_weights(const struct model *m, const struct theta *theta, double *out)
{
    const double *alpha = theta_block(theta, "alpha");
    double total = 0.0;
    for (size_t k = 0; k < m->k; k++)
        total += alpha[k];
    for (size_t k = 0; k < m->k; k++)
        out[k] = alpha[k] / total;
}

/* A column of log_student's density: the same degrees of freedom, scale² (1+β)/(free β) W⁻¹_jj. */
static double vbgmm_marginal(const struct model *m, const struct theta *theta, size_t k, size_t j,
                             double v)
{
    size_t d = m->obs.d;
    double *cov = gaussian_of(m)->prior_work, beta = theta_block(theta, "beta")[k];
    double nu = theta_block(theta, "nu")[k], free = nu + 1.0 - (double)d;
    if (vbgmm_component_moments(m, theta, k, gaussian_of(m)->row, cov) != 0)
        return NAN;
    double scale = sqrt((1.0 + beta) / (free * beta) * nu * cov[j * d + j]);
    return gsl_ran_tdist_pdf((v - gaussian_of(m)->row[j]) / scale, free) / scale;
}

const struct model_class vbgmm_model = {
    .name = "vbgmm",
    .summary = "Gaussian mixture by variational Bayes: weights, means and precisions in q too",
    .source = "Bishop, PRML 10.2",
    .kind = MODEL_VARIATIONAL,
    .options = vbgmm_options,
    .inits = mixture_inits,
    .takes_weights = true,
    .rows = true,
    .theta_in_q = true,
    .bind = vbgmm_bind,
    .unbind = mixture_unbind,
    .init = vbgmm_init,
    .valid = vbgmm_valid,
    .e_step = mixture_e_step,
    .m_step = vbgmm_m_step,
    .terms = vbgmm_terms,
    .extras = vbgmm_parts,
    .extra = vbgmm_part,
    .prior_valid = vbgmm_prior_valid,
    .predict = vbgmm_predict,
    .component_moments = vbgmm_component_moments,
    .explain = &vbgmm_explainer,
    .stats = mixture_stats,
    .component_weights = vbgmm_weights,
    .conjugate = vbgmm_conjugate,
    .component_marginal = vbgmm_marginal,
};
