/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Hidden Markov model: Baum–Welch (Rabiner 1989).  One sequence, a row a time step.
 *
 *     p(X,Z|θ) = π_{z_1} Π_t A_{z_t z_{t+1}} Π_t f(x_t|φ_{z_t}),   f normal or categorical
 *     E   q is a Markov chain over the path: its marginals γ_t(i) and pairs ξ_t(i,j)
 *     M   π = γ_1,  A_ij = Σ_{t<n} ξ_t(i,j) / Σ_{t<n} γ_t(i),  φ from γ as in a mixture
 *
 * The emissions are a mixture's family (models/gaussian.h, hmm_symbols.c); pi may have a Dirichlet
 * prior and normal emissions theirs.
 */
#include "models/hmm.h"

#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "models/gaussian.h"
#include "models/prior.h"

static const struct option_spec hmm_options[] = {
    {"k", OPTION_COUNT, "2", "number of states"},
    {"emission", OPTION_CHOICE, "gaussian|categorical", "what a state emits"},
    {"symbols", OPTION_COUNT, "V", "categorical: the symbols are 1 … V"},
    {NULL},
};

/* ---- the M-step ------------------------------------------------------------------------- */

static int never_left(const struct model *m, size_t i, struct error *e)
{
    error_set(e, "state %zu is never left: A[%zu] has nothing to be estimated from", i + 1, i + 1);
    return error_hint(e, "%s", mixture_of(m)->remedy);
}

/* Row i of A from its expected transitions `count` (k).  From a state that is never left every row
 * has the same Q: the one that is there stays, if one is there. */
static int fit_row(const struct model *m, size_t i, const double *count, double *A,
                   struct error *e)
{
    double sum = 0.0, there = 0.0;
    for (size_t j = 0; j < m->k; j++) {
        sum += count[j];
        there += A[i * m->k + j];
    }
    if (!(sum > 1e-300))
        return there > 0.0 ? 0 : never_left(m, i, e);
    for (size_t j = 0; j < m->k; j++)
        A[i * m->k + j] = count[j] / sum;
    return 0;
}

int hmm_fit_transitions(const struct model *m, const double *count, size_t stride,
                        struct theta *theta, struct error *e)
{
    for (size_t i = 0; i < m->k; i++)
        if (fit_row(m, i, count + i * stride, theta_block(theta, "A"), e) != 0)
            return -1;
    return 0;
}

/* Σ_t ξ_t, out (k,k) */
static void count_transitions(const struct model *m, const double *xi, double *out)
{
    size_t pairs = m->k * m->k;
    memset(out, 0, pairs * sizeof *out);
    for (size_t t = 0; t + 1 < m->obs.n; t++, xi += pairs)
        for (size_t i = 0; i < pairs; i++)
            out[i] += xi[i];
}

/* N_k of the emissions: Σ_t γ_t(k) */
static void count_states(const struct model *m, const double *gamma)
{
    double *nk = mixture_of(m)->nk;
    memset(nk, 0, m->k * sizeof *nk);
    for (size_t i = 0; i < m->obs.n * m->k; i++)
        nk[i % m->k] += gamma[i];
}

/* ∂Q/∂π_k = γ_1(k)/π_k,  ∂Q/∂A_ij = Σ_t ξ_t(i,j)/A_ij; the emissions are the family's */
static bool hmm_score(const struct model *m, const struct latent *q, const struct theta *theta,
                      double *out)
{
    const double *gamma = latent_block(q, "gamma"), *xi = latent_block(q, "xi");
    const double *pi = theta_block(theta, "pi"), *A = theta_block(theta, "A");
    double *of_A = out + (A - theta->b.v);
    size_t k = m->k;
    count_states(m, gamma);
    const struct fit f = {.model = m, .gamma = gamma, .nk = mixture_of(m)->nk};
    for (size_t i = 0; i < k; i++)
        out[i] = gamma[i] / pi[i];
    count_transitions(m, xi, of_A);
    for (size_t i = 0; i < k * k; i++)
        of_A[i] /= A[i];
    return mixture_of(m)->family->score(&f, theta, out);
}

int hmm_fit(struct fit *f, const double *first, const double *count, size_t stride,
            struct theta *theta, struct error *e)
{
    const struct model *m = f->model;
    const unsigned pi = 1u, A = 2u;
    if ((f->blocks & ~(pi | A)) &&
        (mixture_refuse_empty(f, e) != 0 || mixture_of(m)->family->fit(f, theta, e) != 0))
        return -1;
    if ((f->blocks & A) && hmm_fit_transitions(m, count, stride, theta, e) != 0)
        return -1;
    f->nk = first;
    return f->blocks & pi ? mixture_fit_weights(f, theta, e) : 0;
}

static int hmm_m_step(const struct model *m, const struct latent *q, const struct m_how *how,
                      const struct prior *prior, struct theta *theta, struct error *e)
{
    const double *gamma = latent_block(q, "gamma");
    double *count = hmm_of(m)->A;
    count_states(m, gamma);
    count_transitions(m, latent_block(q, "xi"), count);
    struct fit f = {.model = m, .gamma = gamma, .nk = mixture_of(m)->nk, .blocks = how->blocks,
                    .prior = prior};
    return hmm_fit(&f, gamma, count, m->k, theta, e);
}

/* ---- what the M-step is made from -------------------------------------------------------- */

/* After the mixture's blocks: N and the emissions'. */
static void hmm_stats_layout(struct model *m)
{
    size_t k = m->k;
    layout_add(&m->stats, (struct block){.name = "first", .rank = 1, .dim = {k},
                                         .help = "γ at the first time"});
    layout_add(&m->stats, (struct block){.name = "transitions", .rank = 2, .dim = {k, k},
                                         .help = "Σ ξ, the steps from state i to state j"});
}

static void hmm_stats(const struct model *m, const struct latent *q, const struct theta *theta,
                      double *v)
{
    size_t k = m->k;
    double *first = v + layout_find(&m->stats, "first")->offset, *steps = first + k;
    mixture_stats(m, q, theta, v);
    if (!q)
        return;
    memcpy(first, latent_block(q, "gamma"), k * sizeof *first);
    memset(steps, 0, k * k * sizeof *steps);
    for (size_t i = 0; i < (m->obs.n - 1) * k * k; i++)
        steps[i % (k * k)] += latent_block(q, "xi")[i];
}

/* ---- starts ----------------------------------------------------------------------------- */

/* Emissions as a mixture starts; states that mostly stay. */
static int hmm_init(const struct model *m, const char *method, gsl_rng *random,
                    struct theta *theta, struct error *e)
{
    const double stay = 0.8;
    size_t k = m->k;
    double *A = theta_block(theta, "A");
    for (size_t i = 0; i < k * k; i++)
        A[i] = k == 1 ? 1.0 : i % (k + 1) == 0 ? stay : (1.0 - stay) / (double)(k - 1);
    return mixture_init(m, method, random, theta, e);
}

/* ---- binding ---------------------------------------------------------------------------- */

static void hmm_unbind(struct model *m)
{
    hmm_pass_free(hmm_of(m)->pass);
    mem_free(hmm_of(m)->room);
    mixture_unbind(m);
}

static int read_options(struct model *m, const struct options *o, size_t *symbols,
                        struct error *e)
{
    int categorical = 0;
    if (m->obs.n < 2) {
        error_set(e, "hmm takes a sequence of at least 2 rows");
        return error_hint(e, "load more data: a row is a time step");
    }
    if (options_choice(o, "emission", "gaussian|categorical", &categorical, e) != 0)
        return -1;
    if (categorical)
        return symbols_read(m, o, symbols, e);
    const struct option *given = options_find(o, "symbols");
    if (!given)
        return 0;
    error_set_at(e, given->at, "normal emissions have no symbols");
    return error_hint(e, "emission=categorical, or leave symbols= away");
}

static void hmm_layout(struct model *m, size_t symbols)
{
    size_t k = m->k;
    m->theta.block[0].help = "probability that the chain starts in state k";
    m->q.block[0].help = "probability of state k at time t";
    layout_add(&m->theta, (struct block){.name = "A", .rank = 2, .dim = {k, k},
                                         .constraint = CONSTRAINT_SIMPLEX, .of_z = 3,
                                         .help = "probability of going from state i to state j"});
    layout_add(&m->q, (struct block){.name = "xi", .rank = 3, .dim = {m->obs.n - 1, k, k},
                                     .constraint = CONSTRAINT_BOUNDS, .lower = 0, .upper = 1,
                                     .of_z = 6,
                                     .help = "probability of state i at t and state j at t + 1"});
    if (symbols)
        symbols_layout(m, symbols);
    else
        gaussian_layout(m, COV_FULL);
}

static int hmm_allocate(struct model *m, struct hmm *h, struct error *e)
{
    size_t n = m->obs.n, k = m->k;
    h->room = NEW_ARRAY((n + 2 * k + 5) * k, double);
    if (!h->room)
        return error_no_memory(e);
    h->log_b = h->room;
    h->log_A = h->log_b + n * k;
    h->past = h->log_A + k * k;
    h->future = h->past + k;
    h->row = h->future + k;
    h->e = h->row + k;
    h->p = h->e + k;
    h->A = h->p + k;
    return 0;
}

static void describe(struct model *m, size_t symbols)
{
    if (symbols)
        snprintf(m->about, sizeof m->about, "%zu steps, %zu states, %zu symbols", m->obs.n, m->k,
                 symbols);
    else
        snprintf(m->about, sizeof m->about, "%zu steps, %zu states, %zu-D normal emissions",
                 m->obs.n, m->k, m->obs.d);
}

static int hmm_bind(struct model *m, const struct options *o, struct error *e)
{
    size_t symbols = 0;
    if (read_options(m, o, &symbols, e) != 0 || mixture_layout(m, o, e) != 0)
        return -1;
    hmm_layout(m, symbols);
    describe(m, symbols);
    struct hmm *h = NEW(struct hmm);
    if (!h)
        return error_no_memory(e);
    h->symbols = symbols;
    m->counts = symbols > 0;
    if (mixture_bind(m, &h->mixture, symbols ? &symbols_family : &gaussian_family, e) != 0)
        return -1;
    hmm_stats_layout(m);
    h->mixture.part = "state";
    h->mixture.remedy = symbols ? "init again, or take fewer states"
                                : "init again, put a prior on the states (help prior), or take "
                                  "fewer of them";
    if (!symbols && gaussian_bind(m, COV_FULL, e) != 0)
        return -1;
    return hmm_allocate(m, h, e);
}

static int hmm_conjugate(const struct model *m, const struct prior *prior, const struct latent *q,
                         const struct theta *theta, const struct block *b, size_t at,
                         struct conjugate *out, struct error *e)
{
    const double *gamma = q ? latent_block(q, "gamma") : NULL;
    (void)theta;
    if (strcmp(b->name, "A") == 0)
        return prior_never(m, b, e);
    return strcmp(b->name, "pi") == 0
               ? mixture_conjugate_weights(m, prior, gamma, b, at, out, e) /* of row 1 */
               : mixture_conjugate_family(m, prior, gamma, b, at, out, e);
}

static int hmm_prior_valid(const struct model *m, const struct prior *prior, struct error *e)
{
    return hmm_of(m)->symbols ? mixture_prior_valid(m, prior, e)
                              : gaussian_prior_valid(m, prior, e);
}

/* ---- drawing ---------------------------------------------------------------------------- */

/* A path from π and A, then the emissions along it. */
static int hmm_sample(const struct model *m, const struct theta *theta, gsl_rng *random, size_t n,
                      double *x, double *z, struct error *e)
{
    const double *A = theta_block(theta, "A"), *next = theta_block(theta, "pi");
    for (size_t t = 0; t < n; t++) {
        size_t state = mixture_draw_label(random, m->k, next);
        z[t] = (double)state;
        next = A + (state - 1) * m->k;
    }
    return mixture_sample_at(m, theta, random, n, x, z, e);
}

/* ---- for pictures ----------------------------------------------------------------------- */

/* How often each state is visited: the mean over t of π Aᵗ. */
static void hmm_weights(const struct model *m, const struct theta *theta, double *out)
{
    const double *A = theta_block(theta, "A");
    double *now = hmm_of(m)->past, *next = hmm_of(m)->future;
    size_t n = m->obs.n, k = m->k;
    memcpy(now, theta_block(theta, "pi"), k * sizeof *now);
    memset(out, 0, k * sizeof *out);
    for (size_t t = 0; t < n; t++) {
        memset(next, 0, k * sizeof *next);
        for (size_t i = 0; i < k; i++) {
            out[i] += now[i] / (double)n;
            for (size_t j = 0; j < k; j++)
                next[j] += now[i] * A[i * k + j];
        }
        memcpy(now, next, k * sizeof *now);
    }
}

static int hmm_moments(const struct model *m, const struct theta *theta, size_t k, double *mean,
                       double *cov)
{
    return hmm_of(m)->symbols ? -1 : gaussian_moments(m, theta, k, mean, cov);
}

/* B_kv, or the normal density. */
static double hmm_marginal(const struct model *m, const struct theta *theta, size_t k, size_t j,
                           double v)
{
    size_t symbols = hmm_of(m)->symbols, d = m->obs.d;
    if (symbols)
        return v >= 1.0 && v <= (double)symbols
                   ? theta_block(theta, "B")[k * symbols + (size_t)v - 1]
                   : 0.0;
    return gsl_ran_gaussian_pdf(v - theta_block(theta, "mu")[k * d + j],
                                sqrt(theta_block(theta, "Sigma")[(k * d + j) * d + j]));
}

const struct model_class hmm_model = {
    .name = "hmm",
    .summary = "hidden Markov model: one sequence, normal or categorical emissions",
    .source = "Rabiner 1989; Bishop, PRML 13.2",
    .kind = MODEL_EM,
    .options = hmm_options,
    .chained = "q is a Markov chain, and a row changed alone would break it",
    .inits = mixture_inits,
    .bind = hmm_bind,
    .unbind = hmm_unbind,
    .init = hmm_init,
    .q_valid = hmm_q_valid,
    .label = hmm_label,
    .e_step = hmm_e_step,
    .m_step = hmm_m_step,
    .score = hmm_score,
    .terms = hmm_terms,
    .em_map = hmm_map,
    .touching_terms = hmm_touching_terms,
    .stats = hmm_stats,
    .log_prior = mixture_log_prior,
    .conjugate = hmm_conjugate,
    .prior_valid = hmm_prior_valid,
    .sample = hmm_sample,
    .explain = &hmm_explainer,
    .component_moments = hmm_moments,
    .component_weights = hmm_weights,
    .component_marginal = hmm_marginal,
};
