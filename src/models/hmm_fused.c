/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The EM map and the terms of a hidden Markov model by the scaled recursions of pass/chain.h: γ is
 * kept for the M-step, ξ is not, and no logarithm is taken but of the emissions. */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "models/gaussian.h"
#include "models/hmm.h"
#include "models/pass/chain.h"
#include "models/pass/chunks.h"
#include "models/pass/pass.h"
#include "numeric/logspace.h"

struct hmm_pass {
    struct chain_pass chain;
    struct chain_sums sums, other; /* at the θ that q is the posterior of, and at another one */
    struct chunks chunks;    /* of the rows, for what is no recursion */
    size_t wanted;           /* model->threads of then */
    size_t d;
    double whole;            /* Σ π f_1 */
    double *room;
    const double *const *column; /* (d) */
    double *emit;            /* (3,kp) */
    double *mu;              /* (d,kp) */
    double *moved, *scatter; /* (k,d), (k,d,d): what the M-step is given */
};

void hmm_pass_free(struct hmm_pass *p)
{
    if (!p)
        return;
    chunks_clear(&p->chunks);
    mem_free(p->room);
    mem_free(p);
}

static size_t moment_count(size_t d)
{
    return d + d * (d + 1) / 2;
}

static bool allocate(const struct model *m, struct hmm_pass *p)
{
    size_t n = m->obs.n, k = m->k, d = m->obs.d, kp = p->chain.kp;
    p->room = NEW_ARRAY(2 * n * kp + 2 * k * kp + (3 + d) * kp + k * d * (1 + d), double);
    p->column = m->obs.x;
    if (!p->room ||
        !chunks_init(&p->chunks, n, (double)(k * (2 * moment_count(d) + 10)), m->threads,
                     moment_count(d) * kp, 1))
        return false;
    p->chain.f = p->room;
    p->chain.beta = p->chain.f + n * kp;
    p->chain.A = p->chain.beta + n * kp;
    p->chain.At = p->chain.A + k * kp;
    p->emit = p->chain.At + k * kp;
    p->mu = p->emit + 3 * kp;
    p->moved = p->mu + d * kp;
    p->scatter = p->moved + k * d;
    return true;
}

static struct hmm_pass *pass_of(const struct model *m)
{
    struct hmm *h = m->self;
    if (h->pass && h->pass->wanted != m->threads) {
        hmm_pass_free(h->pass);
        h->pass = NULL;
    }
    if (h->pass || m->k > CHAIN_MOST)
        return h->pass;
    struct hmm_pass *p = NEW(struct hmm_pass);
    if (!p)
        return NULL;
    p->wanted = m->threads;
    p->d = m->obs.d;
    p->chain = (struct chain_pass){.n = m->obs.n, .k = m->k, .log_b = h->log_b,
                                   .kp = (m->k + CHAIN_LANES - 1) / CHAIN_LANES * CHAIN_LANES};
    if (!allocate(m, p)) {
        hmm_pass_free(p);
        return NULL;
    }
    return h->pass = p;
}

/* ---- emissions -------------------------------------------------------------------------- */

static void emit_chunk(const void *context, size_t first, size_t last, double *scratch,
                       double *sums)
{
    const struct model *m = context;
    const struct hmm_pass *p = hmm_of(m)->pass;
    (void)scratch;
    (void)sums;
    PASS_PICK(chain_emit)(p->column[0], p->emit, m->k, p->chain.kp, first, last, hmm_of(m)->log_b);
}

/* A and its transpose, π and log_b at θ. */
static bool put_theta(const struct model *m, struct hmm_pass *p, const struct theta *theta)
{
    const double *A = theta_block(theta, "A");
    size_t k = m->k, kp = p->chain.kp;
    if (!hmm_prepare_chain(m, theta))
        return false;
    p->chain.pi = theta_block(theta, "pi");
    for (size_t i = 0; i < k; i++)
        for (size_t j = 0; j < k; j++)
            p->chain.A[i * kp + j] = p->chain.At[j * kp + i] = A[i * k + j];
    if (hmm_of(m)->symbols || m->obs.d > 1) {
        hmm_prepare_emissions(m);
        return true;
    }
    const double *mu = theta_block(theta, "mu"), *Sigma = theta_block(theta, "Sigma");
    for (size_t i = 0; i < k; i++) {
        p->emit[i] = -0.5 * (log(2.0 * M_PI) + log(Sigma[i]));
        p->emit[kp + i] = mu[i];
        p->emit[2 * kp + i] = 1.0 / sqrt(Sigma[i]);
    }
    chunks_run(&p->chunks, emit_chunk, m);
    return true;
}

/* ---- the map ---------------------------------------------------------------------------- */

static double loglik_of(const struct chain_sums *s, double whole)
{
    return s->scale + log(whole);
}

/* The posterior at θ: γ in chain.f, the pairs in sums. */
static bool posterior(const struct model *m, struct hmm_pass *p, const struct theta *theta,
                      bool logs)
{
    return put_theta(m, p, theta) && PASS_PICK(chain_backward)(&p->chain, NULL, &p->sums) &&
           PASS_PICK(chain_forward)(&p->chain, logs, &p->whole, &p->sums);
}

/* Σ_t ξ_t in place of the sums without A */
static void put_pairs(struct hmm_pass *p)
{
    for (size_t i = 0; i < p->chain.k * p->chain.kp; i++)
        p->sums.pairs[i] *= p->chain.A[i];
}

static void moments_chunk(const void *context, size_t first, size_t last, double *scratch,
                          double *sums)
{
    const struct hmm_pass *p = context;
    (void)scratch;
    PASS_PICK(chain_moments)(p->column, p->mu, p->chain.f, p->d, p->chain.k, p->chain.kp, first, last,
                             sums);
}

/* x̄ − μ and Σγ(x−x̄)(x−x̄)ᵀ from the sums about μ.  False where too few digits are left. */
static bool take_moments(const struct model *m, struct hmm_pass *p, const double *mu)
{
    const double least_left = 1e-6;
    size_t d = m->obs.d, k = m->k, kp = p->chain.kp;
    for (size_t i = 0; i < k; i++)
        for (size_t j = 0; j < d; j++)
            p->mu[j * kp + i] = mu[i * d + j];
    const double *s1 = chunks_run(&p->chunks, moments_chunk, p), *s2 = s1 + d * kp;
    for (size_t i = 0; i < k; i++) {
        double N = p->sums.N[i], *S = p->scatter + i * d * d;
        for (size_t a = 0, at = 0; a < d; a++) {
            p->moved[i * d + a] = s1[a * kp + i] / N;
            for (size_t b = 0; b <= a; b++, at++)
                S[a * d + b] = S[b * d + a] =
                    s2[at * kp + i] - s1[a * kp + i] * (s1[b * kp + i] / N);
            if (!(S[a * d + a] > least_left * s2[(at - 1) * kp + i]))
                return false;
        }
    }
    return true;
}

int hmm_map(const struct model *m, const struct theta *from, unsigned blocks,
            const struct prior *prior, struct theta *to, double *loglik)
{
    struct hmm_pass *p = pass_of(m);
    struct error refusal;
    if (!p || !posterior(m, p, from, false))
        return -1;
    *loglik = loglik_of(&p->sums, p->whole);
    put_pairs(p);
    struct moments moments = {.shift = p->moved, .scatter = p->scatter};
    struct fit fit = {.model = m, .gamma = p->chain.f, .nk = p->sums.N, .blocks = blocks,
                      .prior = prior};
    if (!hmm_of(m)->symbols && (blocks & ~3u)) {
        moments.about = theta_block(from, "mu");
        fit.moments = &moments;
        if (!take_moments(m, p, moments.about))
            return -1;
    }
    return hmm_fit(&fit, p->chain.f, p->sums.pairs, p->chain.kp, to, &refusal);
}

/* ---- the terms -------------------------------------------------------------------------- */

/* Σ ξ_t log A, after put_pairs */
static double transitions(const struct model *m, const struct hmm_pass *p)
{
    double sum = 0.0;
    for (size_t i = 0; i < m->k * m->k; i++)
        sum += times_log(p->sums.pairs[i / m->k * p->chain.kp + i % m->k], hmm_of(m)->log_A[i]);
    return sum;
}

/* Σ_i γ_1(i) log (π_i f_1(i)/Σ π f_1) at the θ that was put: log r_1 */
static double log_first(const struct model *m, const struct hmm_pass *p,
                        const struct chain_sums *s, double whole)
{
    double sum = 0.0;
    for (size_t i = 0; i < m->k; i++)
        sum += p->chain.f[i] > 0.0
                   ? p->chain.f[i] * (hmm_of(m)->mixture.log_pi[i] + log(s->first[i] / whole))
                   : 0.0;
    return sum;
}

static double whole_of(const struct hmm_pass *p, const struct chain_sums *s)
{
    double sum = 0.0;
    for (size_t i = 0; i < p->chain.k; i++)
        sum += p->chain.pi[i] * s->first[i];
    return sum;
}

/* Σ γ_1 log π + Σ γ_t log b_t at the θ that was put */
static double log_emitted(const struct model *m, const struct hmm_pass *p)
{
    const double *gamma = p->chain.f, *log_b = hmm_of(m)->log_b;
    long double sum = 0.0;
    for (size_t i = 0; i < m->k; i++)
        sum += times_log(gamma[i], hmm_of(m)->mixture.log_pi[i]);
    for (size_t t = 0; t < m->obs.n; t++) {
        double row = 0.0;
        for (size_t i = t * m->k; i < (t + 1) * m->k; i++)
            row += times_log(gamma[i], log_b[i]);
        sum += row;
    }
    return (double)sum;
}

/* Row by row of the chain, as in hmm_terms.c: with r_t(j|i) = A_ij f_{t+1}(j)/β_t(i) at either θ,
 *     Σ ξ_t log r_t = Σ ξ_t log A + Σ_{t>1} γ_t log f_t − Σ_{t<n} γ_t log β_t. */
bool hmm_touching_terms(const struct model *m, const struct theta *touch,
                        const struct theta *theta, unsigned which, struct terms *t)
{
    struct hmm_pass *p = pass_of(m);
    bool same = blocks_same(&touch->b, &theta->b);
    double v[PASS_TERMS];
    if (!p || !posterior(m, p, touch, true))
        return false;
    put_pairs(p);
    double log_q = log_first(m, p, &p->sums, p->whole) + transitions(m, p) + p->sums.log_f -
                   p->sums.log_beta;
    double log_r = log_q, whole = p->whole;
    const struct chain_sums *s = &p->sums;
    if (!same) {
        s = &p->other;
        if (!put_theta(m, p, theta) ||
            !PASS_PICK(chain_backward)(&p->chain, p->chain.f, &p->other) ||
            !((whole = whole_of(p, s)) > 0.0))
            return false;
        log_r = log_first(m, p, s, whole) + transitions(m, p) + s->log_f - s->log_beta;
    }
    v[PASS_LOGLIK] = loglik_of(s, whole);
    v[PASS_Q] = log_emitted(m, p) + transitions(m, p);
    v[PASS_ENTROPY] = -log_q;
    v[PASS_ELBO] = v[PASS_Q] - log_q;
    v[PASS_H] = log_r;
    v[PASS_KL] = log_q - log_r;
    for (int i = 0; i < PASS_TERMS; i++)
        if (!isfinite(v[i]))
            return false;
    pass_put_terms(v, which, t);
    return true;
}
