/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The expectations of vbgmm, with all constants (PRML 10.64–10.66 and 10.71–10.77; x, d and Σ_i are
 * as in vbgmm.c, l_k = E log|Λ_k|, a_k = E log π_k).
 *
 *     E log p(X|Z,μ,Λ) = Σ γ_ik ½ [ l_k − d/β_k − ν_k (x−m_k)ᵀW_k(x−m_k) − d log 2π ]
 *     E log p(Z|π)     = Σ γ_ik a_k                    E log q(Z) = Σ γ_ik log γ_ik
 *     E log p(π)       = log C(α₀) + (α₀−1) Σ a_k      E log q(π) = log C(α) + Σ (α_k−1) a_k
 *     E log p(μ,Λ)     = Σ ½ [ d log(β₀/2π) + l_k − dβ₀/β_k − β₀ν_k (m_k−m₀)ᵀW_k(m_k−m₀) ]
 *                        + Σ [ log B(W₀,ν₀) + ½(ν₀−d−1) l_k − ½ν_k tr(W₀⁻¹W_k) ]
 *     E log q(μ,Λ)     = Σ ½ [ l_k + d log(β_k/2π) − d ] + log B(W_k,ν_k) + ½(ν_k−d−1) l_k − ½ν_k d
 *
 * Q is the sum of the four E log p, S minus that of the three E log q.  The ELBO goes its own way,
 * as Σ γ_ik log(ρ_ik/γ_ik) − KL(q(π)‖p(π)) − Σ KL(q(μ_k,Λ_k)‖p(μ_k,Λ_k)).
 */
#include <gsl/gsl_sf_gamma.h>
#include <gsl/gsl_sf_psi.h>
#include <math.h>
#include <string.h>

#include "models/niw.h"
#include "models/vbgmm.h"
#include "numeric/cholesky.h"
#include "numeric/logspace.h"

const struct extra_term vbgmm_parts[] = {
    [P_X] = {"E_ln_p_X", "E log p(X)", "E_q log p(X|Z,μ,Λ)"},
    [P_Z] = {"E_ln_p_Z", "E log p(Z)", "E_q log p(Z|π)"},
    [P_PI] = {"E_ln_p_pi", "E log p(π)", "E_q log p(π)"},
    [P_MU_LAMBDA] = {"E_ln_p_mu_Lambda", "E log p(μ,Λ)", "E_q log p(μ,Λ)"},
    [Q_Z] = {"E_ln_q_Z", "E log q(Z)", "E_q log q(Z)"},
    [Q_PI] = {"E_ln_q_pi", "E log q(π)", "E_q log q(π)"},
    [Q_MU_LAMBDA] = {"E_ln_q_mu_Lambda", "E log q(μ,Λ)", "E_q log q(μ,Λ)"},
    [PARTS] = {NULL},
};

/* ---- E log f(x|φ_k) in place of log f(x|φ_k) -------------------------------------------- */

/* Per component in the workspace: the factor L (d,d) of W, then these. */
enum { CONSTANT, LOG_PRECISION, LOGDET, PER_COMPONENT };

static double *component(const struct model *m, double *work, size_t k)
{
    return work + k * (m->obs.d * (m->obs.d + 1) + PER_COMPONENT);
}

static const double *numbers(const struct model *m, size_t k)
{
    return component(m, mixture_of(m)->work, k) + m->obs.d * m->obs.d;
}

static size_t vbgmm_work(const struct model *m)
{
    return m->k * (m->obs.d * (m->obs.d + 1) + PER_COMPONENT) + m->k;
}

double vbgmm_log_precision(size_t d, double nu, double logdet)
{
    double sum = (double)d * M_LN2 + logdet;
    for (size_t i = 0; i < d; i++)
        sum += gsl_sf_psi(0.5 * (nu - (double)i));
    return sum;
}

/* L of W, the numbers, m_k (d); then ν (K) */
static bool vbgmm_prepare(const struct model *m, const struct theta *theta, double *work)
{
    size_t d = m->obs.d;
    const double *nu = theta_block(theta, "nu"), *beta = theta_block(theta, "beta");
    for (size_t k = 0; k < m->k; k++) {
        double *L = component(m, work, k), *v = L + d * d;
        memcpy(L, theta_block(theta, "W") + k * d * d, d * d * sizeof *L);
        if (!cholesky(d, L) || !(nu[k] > (double)d - 1.0) || !(beta[k] > 0.0))
            return false;
        v[LOGDET] = cholesky_logdet(d, L);
        v[LOG_PRECISION] = vbgmm_log_precision(d, nu[k], v[LOGDET]);
        v[CONSTANT] = 0.5 * (v[LOG_PRECISION] - (double)d * (1.0 / beta[k] + log(2.0 * M_PI)));
        memcpy(v + PER_COMPONENT, theta_block(theta, "m") + k * d, d * sizeof *v);
    }
    memcpy(component(m, work, m->k), nu, m->k * sizeof *nu);
    return true;
}

/* (x−c)ᵀ W (x−c) = ‖Lᵀ(x−c)‖² */
static double square_in(size_t d, const double *L, const double *x, const double *c)
{
    double sum = 0.0;
    for (size_t j = 0; j < d; j++) {
        double y = 0.0;
        for (size_t i = j; i < d; i++)
            y += L[i * d + j] * (x[i] - c[i]);
        sum += y * y;
    }
    return sum;
}

static void vbgmm_log_density(const struct model *m, const double *work, const double *x,
                              size_t rows, double *out)
{
    size_t d = m->obs.d, stride = d * (d + 1) + PER_COMPONENT;
    for (size_t k = 0; k < m->k; k++) {
        const double *L = work + k * stride, *v = L + d * d;
        double nu = work[m->k * stride + k];
        for (size_t i = 0; i < rows; i++)
            out[i * m->k + k] =
                v[CONSTANT] - 0.5 * nu * square_in(d, L, x + i * d, v + PER_COMPONENT);
    }
}

/* E log π_k = ψ(α_k) − ψ(Σ α) */
static void vbgmm_log_weights(const struct model *m, const struct theta *theta, double *out)
{
    const double *alpha = theta_block(theta, "alpha");
    double total = 0.0;
    for (size_t k = 0; k < m->k; k++)
        total += alpha[k];
    for (size_t k = 0; k < m->k; k++)
        out[k] = gsl_sf_psi(alpha[k]) - gsl_sf_psi(total);
}

static void vbgmm_stats(const struct fit *f, const struct theta *theta, double *v)
{
    gaussian_sums(f, theta_block(theta, "m"), v);
}

const struct family vbgmm_family = {
    .work = vbgmm_work,
    .prepare = vbgmm_prepare,
    .log_weights = vbgmm_log_weights,
    .log_density = vbgmm_log_density,
    .free_own = gaussian_free,
    .stats_layout = gaussian_stats_layout,
    .stats = vbgmm_stats,
};

/* ---- the terms -------------------------------------------------------------------------- */

/* What is summed: the seven parts, and Σ γ log(ρ/γ) and the KLs of the ELBO's own way. */
struct sums {
    double part[PARTS];
    double elbo;
};

static void add_rows(const struct model *m, const double *gamma, struct sums *s)
{
    const struct mixture *mix = mixture_of(m);
    size_t K = m->k;
    for (size_t first = 0; first < m->obs.n; first += MIXTURE_ROWS) {
        size_t rows = m->obs.n - first < MIXTURE_ROWS ? m->obs.n - first : MIXTURE_ROWS;
        vbgmm_log_density(m, mix->work, observations_block(&m->obs, first, rows), rows,
                          mix->joint);
        for (size_t i = 0; i < rows * K; i++) {
            double g = gamma[first * K + i], w = m->obs.weight[first + i / K] * g;
            if (w == 0.0)
                continue;
            s->part[P_X] += w * mix->joint[i];
            s->part[P_Z] += w * mix->log_pi[i % K];
            s->part[Q_Z] += w * log(g);
            s->elbo += w * (mix->joint[i] + mix->log_pi[i % K] - log(g));
        }
    }
}

static void add_weights(const struct model *m, const struct theta *theta, struct sums *s)
{
    const double *alpha = theta_block(theta, "alpha"), *a = mixture_of(m)->log_pi;
    double alpha0 = *vbgmm_prior(m, "alpha0"), total = 0.0, log_C0 = 0.0, log_C = 0.0, kl = 0.0;
    for (size_t k = 0; k < m->k; k++) {
        total += alpha[k];
        log_C0 -= gsl_sf_lngamma(alpha0);
        log_C -= gsl_sf_lngamma(alpha[k]);
        s->part[P_PI] += (alpha0 - 1.0) * a[k];
        s->part[Q_PI] += (alpha[k] - 1.0) * a[k];
        kl += (alpha[k] - alpha0) * a[k];
    }
    log_C0 += gsl_sf_lngamma((double)m->k * alpha0);
    log_C += gsl_sf_lngamma(total);
    s->part[P_PI] += log_C0;
    s->part[Q_PI] += log_C;
    s->elbo -= log_C - log_C0 + kl;
}

/* log B(W,ν): the Wishart's constant */
static double log_wishart_constant(size_t d, double nu, double logdet)
{
    return -0.5 * nu * (logdet + (double)d * M_LN2) - log_multigamma(d, 0.5 * nu);
}

/* log Γ(a) − aψ(a) + a, which is of the order of log a where its parts are of a log a.  From
 * Stirling's series for both: −½ log a + ½ log 2πe + 1/6a − 1/90a³ + 1/210a⁵ − … */
static double gamma_excess(double a)
{
    if (a < 100.0)
        return gsl_sf_lngamma(a) - a * gsl_sf_psi(a) + a;
    return 0.5 * (log(2.0 * M_PI / a) + 1.0) + (1.0 - 1.0 / (15.0 * a * a)) / (6.0 * a);
}

/* ½ν ψ_d − log Γ_d(ν/2) − ½νd + ½c ψ_d, with ψ_d = Σ ψ((ν−i)/2) over i = 0 … d − 1: a large ν (with
 * W held it may run to 1e16) would leave no digit of its parts. */
static double wishart_excess(size_t d, double nu, double c)
{
    double sum = -0.25 * (double)(d * (d - 1)) * log(M_PI);
    for (size_t i = 0; i < d; i++) {
        double a = 0.5 * (nu - (double)i);
        sum += 0.5 * ((double)i + c) * gsl_sf_psi(a) - gamma_excess(a) - 0.5 * (double)i;
    }
    return sum;
}

/* What does not depend on the component: W₀⁻¹ (d,d) and log|W₀|. */
struct prior_scale {
    const double *inverse;
    double logdet;
};

static void add_component(const struct model *m, const struct theta *theta, size_t k,
                          const struct prior_scale *W0, struct sums *s)
{
    size_t d = m->obs.d;
    const double *L = component(m, mixture_of(m)->work, k), *v = numbers(m, k);
    const double *W = theta_block(theta, "W") + k * d * d;
    double n = (double)d, l = v[LOG_PRECISION], trace = 0.0;
    double beta = theta_block(theta, "beta")[k], beta0 = *vbgmm_prior(m, "beta0");
    double nu = theta_block(theta, "nu")[k], nu0 = *vbgmm_prior(m, "nu0");
    double apart = beta0 * nu * square_in(d, L, theta_block(theta, "m") + k * d,
                                          vbgmm_prior(m, "m0"));
    for (size_t i = 0; i < d * d; i++)
        trace += W0->inverse[i] * W[i];
    s->part[P_MU_LAMBDA] += 0.5 * (n * log(beta0 / (2.0 * M_PI)) + l - n * beta0 / beta - apart) +
                            log_wishart_constant(d, nu0, W0->logdet) +
                            0.5 * ((nu0 - n - 1.0) * l - nu * trace);
    s->part[Q_MU_LAMBDA] += 0.5 * (l + n * log(beta / (2.0 * M_PI)) - n) +
                            wishart_excess(d, nu, -n - 1.0) -
                            0.5 * (n + 1.0) * (n * M_LN2 + v[LOGDET]);
    s->elbo -= 0.5 * (n * (log(beta / beta0) + beta0 / beta - 1.0) + apart) +
               0.5 * (nu0 * (W0->logdet - v[LOGDET]) + nu * trace) +
               log_multigamma(d, 0.5 * nu0) + wishart_excess(d, nu, -nu0);
}

/* False when θ is outside its domain. */
static bool add_all(const struct model *m, const struct latent *q, const struct theta *theta,
                    struct sums *s)
{
    const struct mixture *mix = mixture_of(m);
    size_t d = m->obs.d;
    double *inverse = gaussian_of(m)->prior_work;
    struct prior_scale W0 = {.inverse = inverse};
    memcpy(inverse, vbgmm_prior(m, "W0"), d * d * sizeof *inverse);
    if (!vbgmm_invert(d, inverse, inverse + d * d, &W0.logdet) ||
        !vbgmm_prepare(m, theta, mix->work))
        return false;
    vbgmm_log_weights(m, theta, mix->log_pi);
    add_rows(m, latent_block(q, "gamma"), s);
    add_weights(m, theta, s);
    for (size_t k = 0; k < m->k; k++)
        add_component(m, theta, k, &W0, s);
    return true;
}

void vbgmm_terms(const struct model *m, const struct latent *q, const struct theta *theta,
                 unsigned which, struct terms *t)
{
    struct sums s = {.elbo = 0.0};
    (void)which;
    if (!add_all(m, q, theta, &s))
        return; /* they are NaN as they come */
    const double *part = s.part;
    t->value[TERM_Q] = part[P_X] + part[P_Z] + part[P_PI] + part[P_MU_LAMBDA];
    t->value[TERM_ENTROPY] = -(part[Q_Z] + part[Q_PI] + part[Q_MU_LAMBDA]);
    t->value[TERM_ELBO] = s.elbo;
}

void vbgmm_part(const struct model *m, const struct latent *q, const struct theta *theta,
                double *out)
{
    struct sums s = {.elbo = 0.0};
    bool there = q && add_all(m, q, theta, &s);
    for (int i = 0; i < PARTS; i++)
        out[i] = there ? s.part[i] : NAN;
}
