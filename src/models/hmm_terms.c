/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The terms of a hidden Markov model, row by row of the chain (log q(j|i) is
 * log ξ_t(i,j) − log γ_t(i)):
 *
 *     Q    = Σ γ_1 log π + Σ ξ_t log A + Σ γ_t log b_t
 *     S    = −Σ γ_1 log γ_1 − Σ ξ_t log q(j|i)
 *     ELBO = Σ γ_1 log(π b_1/γ_1) + Σ ξ_t [ log A_ij b_{t+1}(j) − log q(j|i) ]
 *     H    = Σ γ_1 log r_1 + Σ ξ_t log r_t(j|i)          KL = Σ γ_1 log(γ_1/r_1) + Σ ξ_t log(q/r)
 *     ℓ by the forward recursion; r by the backward one
 */
#include <math.h>

#include "models/hmm.h"
#include "numeric/logspace.h"

struct chain {
    size_t k;
    const double *gamma, *xi;
    long double *v; /* the terms: sums over 10⁶ rows and more, whose slopes are looked at */
};

/* Row r of q, as masses, and the log of the mass that they are out of. */
static const double *masses(const struct chain *c, size_t r, double *log_whole)
{
    *log_whole = r == 0 ? 0.0 : log(c->gamma[r - 1]);
    return r == 0 ? c->gamma : c->xi + (r - 1) * c->k;
}

/* What row r adds to Q, S and ELBO; its emissions are those of the state that it leads to. */
static void add_joint(const struct chain *c, size_t r, const double *log_p, const double *log_b)
{
    double log_whole;
    const double *w = masses(c, r, &log_whole);
    double Q = 0.0, S = 0.0, elbo = 0.0; /* of one row: long sums alone need long doubles */
    for (size_t j = 0; j < c->k; j++) {
        if (w[j] == 0.0)
            continue;
        double log_q = log(w[j]) - log_whole;
        Q += w[j] * log_p[j];
        S -= w[j] * log_q;
        elbo += w[j] * (log_p[j] + log_b[j] - log_q);
    }
    c->v[TERM_Q] += Q;
    c->v[TERM_ENTROPY] += S;
    c->v[TERM_ELBO] += elbo;
}

static void walk(const struct model *m, const struct chain *c)
{
    const struct hmm *h = hmm_of(m);
    size_t n = m->obs.n, k = m->k;
    add_joint(c, 0, h->mixture.log_pi, h->log_b);
    for (size_t t = 0; t + 1 < n; t++)
        for (size_t i = 0; i < k; i++)
            add_joint(c, 1 + t * k + i, h->log_A + i * k, h->log_b + (t + 1) * k);
    for (size_t i = 0; i < n * k; i++)
        c->v[TERM_Q] += times_log(c->gamma[i], h->log_b[i]);
}

/* What row r adds to H and KL.  Mass on a state that nothing can follow has a joint of 0. */
static double add_posterior(void *context, size_t r, const double *log_p, const double *p,
                            double sum)
{
    const struct chain *c = context;
    double log_whole, H = 0.0, kl = 0.0;
    (void)p;
    const double *w = masses(c, r, &log_whole);
    for (size_t j = 0; j < c->k; j++) {
        if (w[j] == 0.0)
            continue;
        double log_r = isfinite(sum) ? log_p[j] - sum : -INFINITY;
        H += w[j] * log_r;
        kl += w[j] * (log(w[j]) - log_whole - log_r);
    }
    c->v[TERM_H] += H;
    c->v[TERM_KL] += kl;
    return sum;
}

void hmm_terms(const struct model *m, const struct latent *q, const struct theta *theta,
               unsigned which, struct terms *t)
{
    const unsigned joint = TERM_BIT(TERM_Q) | TERM_BIT(TERM_ENTROPY) | TERM_BIT(TERM_ELBO);
    const unsigned posterior = TERM_BIT(TERM_H) | TERM_BIT(TERM_KL);
    long double v[TERM_COUNT] = {0.0};
    struct chain c = {m->k, q ? latent_block(q, "gamma") : NULL, q ? latent_block(q, "xi") : NULL,
                      v};
    bool inside = hmm_prepare(m, theta);
    if (inside && (which & TERM_BIT(TERM_LOGLIK)))
        v[TERM_LOGLIK] = hmm_forward(m, NULL);
    if (inside && (which & joint))
        walk(m, &c);
    if (inside && (which & posterior) && !isfinite(hmm_backward(m, 1.0, add_posterior, &c)))
        v[TERM_H] = v[TERM_KL] = NAN;
    for (int i = 0; i < TERM_COUNT; i++)
        if (which & TERM_BIT(i))
            t->value[i] = inside ? (double)v[i] : NAN;
}
