/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The chain of a hidden Markov model: its two recursions and the E-step.
 *
 *     forward   α_t(j) = b_t(j) Σ_i α_{t−1}(i) A_ij             ℓ = log Σ_j α_n(j)
 *     backward  β_t(i) = Σ_j A_ij b_{t+1}(j) β_{t+1}(j)
 *     posterior r_1(i) ∝ π_i b_1(i) β_1(i),   r_t(j|i) = A_ij b_{t+1}(j) β_{t+1}(j) / β_t(i)
 *     q         γ_1 = r_1,  ξ_t(i,j) = γ_t(i) r_t(j|i),  γ_{t+1}(j) = Σ_i ξ_t(i,j)
 *
 * Both recursions are taken in logarithms, and freed of their common factor at every t, so that
 * neither a long chain nor a far outlier underflows.  Marginals made from the chain's own
 * transitions are those of a Markov chain whatever the rounding.  With max for Σ the backward
 * recursion finds the best path (Viterbi); with potentials to the power β it gives the tempered q.
 */
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "models/hmm.h"
#include "numeric/logspace.h"

bool hmm_prepare_chain(const struct model *m, const struct theta *theta)
{
    const struct hmm *h = hmm_of(m);
    const double *pi = theta_block(theta, "pi"), *A = theta_block(theta, "A");
    size_t k = m->k;
    for (size_t i = 0; i < k; i++)
        h->mixture.log_pi[i] = log(pi[i]);
    for (size_t i = 0; i < k * k; i++)
        h->log_A[i] = log(A[i]);
    return h->mixture.family->prepare(m, theta, h->mixture.work);
}

void hmm_prepare_emissions(const struct model *m)
{
    const struct hmm *h = hmm_of(m);
    size_t n = m->obs.n, k = m->k;
    for (size_t t = 0; t < n; t += MIXTURE_ROWS) {
        size_t rows = n - t < MIXTURE_ROWS ? n - t : MIXTURE_ROWS;
        h->mixture.family->log_density(m, h->mixture.work, observations_block(&m->obs, t, rows),
                                       rows, h->log_b + t * k);
    }
}

bool hmm_prepare(const struct model *m, const struct theta *theta)
{
    if (!hmm_prepare_chain(m, theta))
        return false;
    hmm_prepare_emissions(m);
    return true;
}

/* A_ij to the power, as it is and not its logarithm. */
static void put_A(const struct hmm *h, size_t k, double power)
{
    for (size_t i = 0; i < k * k; i++)
        h->A[i] = exp(power * h->log_A[i]);
}

/* e ← exp(a − max a); returns the maximum.  One exponential serves all k sums over a_i + log A_ij,
 * instead of k. */
static double lift(size_t k, const double *a, double *e)
{
    double top = -INFINITY;
    for (size_t i = 0; i < k; i++)
        top = fmax(top, a[i]);
    for (size_t i = 0; i < k; i++)
        e[i] = isfinite(top) ? exp(a[i] - top) : 0.0;
    return top;
}

/* Below, a sum of products may have lost terms to underflow: it is then taken in logarithms. */
static const double sound_sum = 1e-250;

/* a ← a − log Σ exp a; returns that logarithm */
static double normalise(size_t k, double *a)
{
    double c = log_sum_exp(k, a);
    for (size_t j = 0; isfinite(c) && j < k; j++)
        a[j] -= c;
    return c;
}

/* log Σ_i exp(past_i) A_ij */
static double arrive(const struct hmm *h, size_t k, size_t j, const double *past, double top)
{
    double sum = 0.0;
    for (size_t i = 0; i < k; i++)
        sum += h->e[i] * h->A[i * k + j];
    if (sum > sound_sum)
        return top + log(sum);
    for (size_t i = 0; i < k; i++)
        h->row[i] = past[i] + h->log_A[i * k + j];
    return log_sum_exp(k, h->row);
}

double hmm_forward(const struct model *m, size_t *dead)
{
    const struct hmm *h = hmm_of(m);
    size_t k = m->k;
    double *past = h->past, *now = h->future;
    long double loglik = 0.0;
    put_A(h, k, 1.0);
    for (size_t t = 0; t < m->obs.n; t++) {
        double top = t > 0 ? lift(k, past, h->e) : 0.0;
        for (size_t j = 0; j < k; j++)
            now[j] = (t > 0 ? arrive(h, k, j, past, top) : h->mixture.log_pi[j]) +
                     h->log_b[t * k + j];
        memcpy(past, now, k * sizeof *past);
        double c = normalise(k, past);
        loglik += c;
        if (isfinite(c))
            continue;
        if (dead)
            *dead = t + 1;
        return c;
    }
    return (double)loglik;
}

/* p ← the row whose logarithms are in h->row, normalised; returns log Σ, −∞ where there is none. */
static double leave(const struct hmm *h, size_t k, const double *A, double most)
{
    double sum = 0.0;
    for (size_t j = 0; j < k; j++) {
        h->p[j] = h->e[j] * A[j];
        sum += h->p[j];
    }
    if (!(sum > sound_sum))
        return softmax(k, h->row, h->p);
    for (size_t j = 0; j < k; j++)
        h->p[j] /= sum;
    return most + log(sum);
}

/* Answers for the k rows at one t, into `answer`; the largest becomes 0. */
static void visit_all(const struct model *m, size_t t, double power,
                      hmm_visit *visit, void *context, double *answer)
{
    const struct hmm *h = hmm_of(m);
    size_t k = m->k;
    double top = -INFINITY, most = lift(k, h->future, h->e);
    for (size_t i = 0; i < k; i++) {
        for (size_t j = 0; j < k; j++)
            h->row[j] = power * h->log_A[i * k + j] + h->future[j];
        double sum = leave(h, k, h->A + i * k, most);
        answer[i] = visit(context, 1 + t * k + i, h->row, h->p, sum);
        top = fmax(top, answer[i]);
    }
    for (size_t i = 0; isfinite(top) && i < k; i++)
        answer[i] -= top;
}

double hmm_backward(const struct model *m, double power, hmm_visit *visit, void *context)
{
    const struct hmm *h = hmm_of(m);
    size_t k = m->k;
    double *beta = h->past, *future = h->future;
    put_A(h, k, power);
    memset(beta, 0, k * sizeof *beta);
    for (size_t t = m->obs.n; t-- > 0;) {
        for (size_t j = 0; j < k; j++)
            future[j] = power * h->log_b[t * k + j] + beta[j];
        if (t > 0)
            visit_all(m, t - 1, power, visit, context, beta);
    }
    for (size_t j = 0; j < k; j++)
        h->row[j] = power * h->mixture.log_pi[j] + future[j];
    double sum = softmax(k, h->row, h->p);
    return visit(context, 0, h->row, h->p, sum);
}

/* ---- the E-step ------------------------------------------------------------------------- */

struct filling {
    size_t k;
    double *gamma, *xi;
};

static double *row_of(const struct filling *f, size_t r)
{
    return r == 0 ? f->gamma : f->xi + (r - 1) * f->k;
}

/* A state that nothing can follow has no row: it will have no mass either. */
static double fill_posterior(void *context, size_t r, const double *log_p, const double *p,
                             double sum)
{
    const struct filling *f = context;
    (void)log_p;
    if (isfinite(sum))
        memcpy(row_of(f, r), p, f->k * sizeof *p);
    else
        memset(row_of(f, r), 0, f->k * sizeof *p);
    return sum;
}

static double fill_best(void *context, size_t r, const double *log_p, const double *p, double sum)
{
    const struct filling *f = context;
    (void)p;
    (void)sum;
    double *row = row_of(f, r);
    size_t best = most_probable(f->k, log_p);
    memset(row, 0, f->k * sizeof *row);
    row[best] = 1.0;
    return log_p[best];
}

static void fill_without_theta(const struct model *m, const struct e_how *how, struct filling *f)
{
    for (size_t r = 0; r <= (m->obs.n - 1) * m->k; r++) {
        double *row = row_of(f, r), sum = 0.0;
        for (size_t j = 0; j < m->k; j++) {
            row[j] = how->kind == E_UNIFORM ? 1.0 : gsl_ran_exponential(how->random, 1.0);
            sum += row[j];
        }
        for (size_t j = 0; j < m->k; j++)
            row[j] /= sum;
    }
}

/* Rows → marginals, in place. */
static void propagate(const struct model *m, struct filling *f)
{
    size_t k = m->k;
    for (size_t t = 0; t + 1 < m->obs.n; t++) {
        const double *now = f->gamma + t * k;
        double *next = f->gamma + (t + 1) * k, *xi = f->xi + t * k * k, sum = 0.0;
        memset(next, 0, k * sizeof *next);
        for (size_t i = 0; i < k; i++)
            for (size_t j = 0; j < k; j++) {
                xi[i * k + j] *= now[i];
                next[j] += xi[i * k + j];
                sum += xi[i * k + j];
            }
        for (size_t j = 0; j < k; j++)
            next[j] /= sum;
    }
}

static int no_path(const struct model *m, struct error *e)
{
    size_t dead = m->obs.n;
    hmm_forward(m, &dead);
    error_set(e, "no path of states explains rows 1 to %zu: θ gives them probability 0, and there "
                 "is no posterior", dead);
    return error_hint(e, "move a state nearer to row %zu, or take zeros out of θ (theta, init)",
                      dead);
}

int hmm_e_step(const struct model *m, const struct theta *theta, const struct e_how *how,
               struct latent *q, struct error *e)
{
    struct filling f = {m->k, latent_block(q, "gamma"), latent_block(q, "xi")};
    if (how->kind == E_SWEEPS) {
        error_set(e, "sweeps= is for mean-field models; the E-step of hmm is exact");
        return error_hint(e, "e alone is the exact E-step");
    }
    if (how->kind == E_UNIFORM || how->kind == E_RANDOM) {
        fill_without_theta(m, how, &f);
    } else {
        double power = how->kind == E_TEMPERED ? how->beta : 1.0;
        if (!hmm_prepare(m, theta)) {
            error_set(e, "θ is outside its domain: a density cannot be computed");
            return error_hint(e, "init, or theta NAME=v,…");
        }
        if (!isfinite(hmm_backward(m, power, how->kind == E_HARD ? fill_best : fill_posterior,
                                   &f)))
            return no_path(m, e);
    }
    propagate(m, &f);
    return 0;
}

/* ---- a q by hand ------------------------------------------------------------------------ */

void hmm_label(const struct model *m, struct latent *q)
{
    const double *gamma = latent_block(q, "gamma");
    double *xi = latent_block(q, "xi");
    size_t k = m->k;
    for (size_t t = 0; t + 1 < m->obs.n; t++, xi += k * k)
        for (size_t i = 0; i < k * k; i++)
            xi[i] = gamma[t * k + i / k] * gamma[(t + 1) * k + i % k];
}

static bool agrees(double sum, double marginal)
{
    return marginal == 0.0 ? sum == 0.0 : fabs(sum - marginal) <= 1e-9;
}

static int disagrees(const char *pair, double sum, size_t row, size_t state, double marginal,
                     struct error *e)
{
    char a[NUMBER_TEXT], b[NUMBER_TEXT];
    error_set(e, "%s sums to %s, but gamma[%zu,%zu] is %s", pair, number_text(a, sum, 10), row,
              state, number_text(b, marginal, 10));
    return error_hint(e, "q is a Markov chain: xi[t,i,j] = q(z_t = i, z_{t+1} = j), and gamma are "
                         "its marginals");
}

int hmm_q_valid(const struct model *m, const struct latent *q, struct error *e)
{
    const double *gamma = latent_block(q, "gamma"), *xi = latent_block(q, "xi");
    size_t k = m->k;
    char pair[64];
    for (size_t t = 0; t + 1 < m->obs.n; t++, xi += k * k)
        for (size_t i = 0; i < k; i++) {
            double out = 0.0, in = 0.0, now = gamma[t * k + i], next = gamma[(t + 1) * k + i];
            for (size_t j = 0; j < k; j++) {
                out += xi[i * k + j];
                in += xi[j * k + i];
            }
            snprintf(pair, sizeof pair, "xi[%zu,%zu,·]", t + 1, i + 1);
            if (!agrees(out, now))
                return disagrees(pair, out, t + 1, i + 1, now, e);
            snprintf(pair, sizeof pair, "xi[%zu,·,%zu]", t + 1, i + 1);
            if (!agrees(in, next))
                return disagrees(pair, in, t + 2, i + 1, next, e);
        }
    return 0;
}
