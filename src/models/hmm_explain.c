/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `explain` of the hidden Markov model.  Both recursions are scaled by
 * c_t = p(x_t|x_1 … x_{t−1}), so that α_t β_t is γ_t itself and ℓ = Σ log c_t:
 *
 *     α_t(k) = b_t(k) Σ_i α_{t−1}(i) A_ik / c_t
 *     β_t(k) = Σ_j A_kj b_{t+1}(j) β_{t+1}(j) / c_{t+1}
 *
 * Sums over pairs are taken by the expected numbers of transitions, Q's as well as M's.
 */
#include <math.h>

#include "base/memory.h"
#include "models/explain_sum.h"
#include "models/hmm_explain.h"
#include "models/mixture_explain.h"
#include "models/prior_explain.h"
#include "numeric/logspace.h"

enum { STATES_SHOWN = 3 };

static size_t steps(const struct model *m)
{
    return m->obs.n;
}

/* ---- the scaled recursions ---------------------------------------------------------------- */

struct scaled {
    double *room;
    double *alpha, *beta; /* (n,k) */
    double *log_c;        /* (n) */
};

static void forward(const struct model *m, struct scaled *s)
{
    const struct hmm *h = hmm_of(m);
    size_t k = m->k;
    for (size_t t = 0; t < m->obs.n; t++) {
        double *now = s->alpha + t * k;
        const double *past = now - k;
        for (size_t j = 0; j < k; j++) {
            for (size_t i = 0; t > 0 && i < k; i++)
                h->row[i] = log(past[i]) + h->log_A[i * k + j];
            now[j] = (t > 0 ? log_sum_exp(k, h->row) : h->mixture.log_pi[j]) +
                     h->log_b[t * k + j];
        }
        s->log_c[t] = softmax(k, now, now);
    }
}

static void backward(const struct model *m, struct scaled *s)
{
    const struct hmm *h = hmm_of(m);
    size_t k = m->k, n = m->obs.n;
    for (size_t j = 0; j < k; j++)
        s->beta[(n - 1) * k + j] = 1.0;
    for (size_t t = n - 1; t-- > 0;)
        for (size_t i = 0; i < k; i++) {
            const double *next = s->beta + (t + 1) * k, *log_b = h->log_b + (t + 1) * k;
            for (size_t j = 0; j < k; j++)
                h->row[j] = h->log_A[i * k + j] + log_b[j] + log(next[j]);
            s->beta[t * k + i] = exp(log_sum_exp(k, h->row) - s->log_c[t + 1]);
        }
}

static int scaled_make(struct explanation *x, struct scaled *s, struct error *e)
{
    const struct model *m = x->model;
    size_t n = m->obs.n, k = m->k;
    s->room = NEW_ARRAY(n * (2 * k + 1), double);
    if (!s->room)
        return error_no_memory(e);
    s->alpha = s->room;
    s->beta = s->alpha + n * k;
    s->log_c = s->beta + n * k;
    hmm_prepare(m, x->theta);
    forward(m, s);
    backward(m, s);
    return 0;
}

/* ---- names ---------------------------------------------------------------------------------- */

formula hmm_transition(struct explanation *x, size_t i, size_t j)
{
    return f_symbol(&x->f, theta_block(x->theta, "A")[i * x->model->k + j], "A_{%zu,%zu}", i + 1,
                    j + 1);
}

formula hmm_start(struct explanation *x, size_t k)
{
    return f_symbol(&x->f, theta_block(x->theta, "pi")[k], "\\pi_{%zu}", k + 1);
}

formula hmm_gamma(struct explanation *x, size_t t, size_t k)
{
    return f_symbol(&x->f, latent_block(x->q, "gamma")[t * x->model->k + k],
                    "\\gamma_{%zu}(%zu)", t + 1, k + 1);
}

formula hmm_pair(struct explanation *x, size_t t, size_t i, size_t j)
{
    size_t k = x->model->k;
    return f_symbol(&x->f, latent_block(x->q, "xi")[(t * k + i) * k + j],
                    "\\xi_{%zu}(%zu,%zu)", t + 1, i + 1, j + 1);
}

double hmm_log_density(const struct explanation *x, size_t t, size_t k)
{
    return hmm_of(x->model)->log_b[t * x->model->k + k];
}

/* b_t(k)/c_t: as a fraction where both can be written, else by logarithms */
static formula scaled_density(struct explanation *x, const struct scaled *s, size_t t, size_t k)
{
    struct formulas *a = &x->f;
    double b = hmm_log_density(x, t, k), c = s->log_c[t];
    formula names = f_div(a, f_symbol(a, exp(b), "b_{%zu}(%zu)", t + 1, k + 1),
                          f_symbol(a, exp(c), "c_{%zu}", t + 1));
    if (fabs(c) <= HMM_SAFE && b <= HMM_SAFE && (b >= -HMM_SAFE || b == -INFINITY))
        return names;
    formula numbers = isfinite(b) ? f_exp(a, f_sub(a, f_number(a, b), f_number(a, c)))
                                  : f_number(a, 0.0);
    return f_as(a, names, numbers);
}

/* ---- e T ------------------------------------------------------------------------------------ */

/* log b_t(k), in the emission's own words */
static void density_items(struct explanation *x, size_t t)
{
    const struct hmm *h = hmm_of(x->model);
    for (size_t k = 0; k < x->model->k && k < STATES_SHOWN; k++) {
        double value = hmm_log_density(x, t, k);
        size_t v = h->symbols ? (size_t)x->model->obs.x[0][t] : 0;
        formula is = !h->symbols
                         ? gaussian_log_density_formula(x, t, k)
                         : f_log(&x->f, f_symbol(&x->f, exp(value), "B_{%zu,%zu}", k + 1, v));
        explain_item(x, value, is, "\\log b_{%zu}(%zu)", t + 1, k + 1);
    }
}

/* b_t(k)/c_t Σ_i α_{t−1}(i) A_ik */
static void alpha_item(struct explanation *x, const struct scaled *s, size_t t, size_t k)
{
    struct formulas *a = &x->f;
    formula before = hmm_start(x, k);
    size_t K = x->model->k;
    if (t > 0) {
        struct formula *sum = f_sum(a, "\\sum_{i}", f_mul(a, f_name(a, "\\alpha_{%zu}(i)", t),
                                                          f_name(a, "A_{i,%zu}", k + 1)));
        for (size_t i = 0; i < K; i++)
            f_sum_add(a, sum, f_mul(a, f_symbol(a, s->alpha[(t - 1) * K + i],
                                                "\\alpha_{%zu}(%zu)", t, i + 1),
                                    hmm_transition(x, i, k)));
        before = sum;
    }
    explain_item(x, s->alpha[t * K + k], f_mul(a, scaled_density(x, s, t, k), before),
                 "\\alpha_{%zu}(%zu)", t + 1, k + 1);
}

/* Σ_j A_kj b_{t+1}(j)/c_{t+1} β_{t+1}(j) */
static void beta_item(struct explanation *x, const struct scaled *s, size_t t, size_t k)
{
    struct formulas *a = &x->f;
    size_t K = x->model->k;
    if (t + 1 == x->model->obs.n) {
        explain_item(x, 1.0, f_number(a, 1.0), "\\beta_{%zu}(%zu)", t + 1, k + 1);
        return;
    }
    formula body = f_mul(a, f_name(a, "A_{%zu,j}", k + 1),
                         f_div(a, f_name(a, "b_{%zu}(j)", t + 2), f_name(a, "c_{%zu}", t + 2)));
    struct formula *sum = f_sum(a, "\\sum_{j}",
                                f_mul(a, body, f_name(a, "\\beta_{%zu}(j)", t + 2)));
    for (size_t j = 0; j < K; j++) {
        formula move = f_mul(a, hmm_transition(x, k, j), scaled_density(x, s, t + 1, j));
        f_sum_add(a, sum, f_mul(a, move, f_symbol(a, s->beta[(t + 1) * K + j],
                                                  "\\beta_{%zu}(%zu)", t + 2, j + 1)));
    }
    explain_item(x, s->beta[t * K + k], sum, "\\beta_{%zu}(%zu)", t + 1, k + 1);
}

/* α_t(k) β_t(k) / Σ_l α_t(l) β_t(l) */
static void gamma_item(struct explanation *x, const struct scaled *s, size_t t, size_t k)
{
    struct formulas *a = &x->f;
    size_t K = x->model->k;
    formula top = NULL;
    struct formula *sum = f_sum(a, "\\sum_{l}", f_mul(a, f_name(a, "\\alpha_{%zu}(l)", t + 1),
                                                      f_name(a, "\\beta_{%zu}(l)", t + 1)));
    for (size_t l = 0; l < K; l++) {
        formula both = f_mul(a, f_symbol(a, s->alpha[t * K + l], "\\alpha_{%zu}(%zu)", t + 1,
                                         l + 1),
                             f_symbol(a, s->beta[t * K + l], "\\beta_{%zu}(%zu)", t + 1, l + 1));
        f_sum_add(a, sum, both);
        top = l == k ? both : top;
    }
    explain_item(x, latent_block(x->r, "gamma")[t * K + k], f_div(a, top, sum),
                 "\\gamma_{%zu}(%zu)", t + 1, k + 1);
}

static int hmm_explain_e(struct explanation *x, size_t t, struct error *e)
{
    struct scaled s;
    size_t K = x->model->k, shown = K < STATES_SHOWN ? K : STATES_SHOWN;
    struct text row = TEXT_INIT;
    if (scaled_make(x, &s, e) != 0)
        return -1;
    explain_title(x, "\\gamma_{t}(k) = \\alpha_{t}(k) \\beta_{t}(k) / \\sum_{l} \\alpha_{t}(l) "
                     "\\beta_{t}(l)");
    explain_row(x, t, &row);
    explain_about(x, "%s", row.s);
    text_clear(&row);
    density_items(x, t);
    for (size_t k = 0; k < shown; k++)
        alpha_item(x, &s, t, k);
    for (size_t k = 0; k < shown; k++)
        beta_item(x, &s, t, k);
    for (size_t k = 0; k < shown; k++)
        gamma_item(x, &s, t, k);
    explain_remark(x, "α holds what the rows up to %zu say, β what those after it say; "
                      "cₜ = p(xₜ|x₁…xₜ₋₁) makes α sum to 1", t + 1);
    if (K > shown)
        explain_remark(x, "%zu states more: show q rows=%zu:%zu", K - shown, t + 1, t + 1);
    mem_free(s.room);
    return 0;
}

/* ---- ℓ, and what is asked for ---------------------------------------------------------------- */

static int explain_evidence(struct explanation *x, struct error *e)
{
    struct formulas *a = &x->f;
    struct scaled s;
    struct row_sum sum;
    if (scaled_make(x, &s, e) != 0)
        return -1;
    row_sum_begin(x, &sum, "\\sum_{t}", f_log(a, f_name(a, "c_{t}")));
    for (size_t t = 0; t < x->model->obs.n; t++) {
        struct formulas_mark mark = row_sum_mark(&sum);
        formula log_c = f_log(a, f_symbol(a, exp(s.log_c[t]), "c_{%zu}", t + 1));
        if (fabs(s.log_c[t]) > HMM_SAFE)
            log_c = f_as(a, log_c, f_number(a, s.log_c[t]));
        row_sum_add(&sum, t, log_c, mark);
    }
    explain_term_item(x, TERM_LOGLIK, sum.sum);
    row_sum_say_largest(&sum);
    explain_remark(x, "cₜ = p(xₜ|x₁…xₜ₋₁) is what the forward recursion divides by at row t: "
                      "explain e shows one");
    mem_free(s.room);
    return 0;
}

static int hmm_explain_term(struct explanation *x, enum term t, struct error *e)
{
    if (t == TERM_Q)
        hmm_explain_expected(x);
    else if (t == TERM_LOGLIK)
        return explain_evidence(x, e);
    else if (t == TERM_H || t == TERM_ENTROPY)
        return hmm_explain_chain(x, t, e);
    return 0; /* ELBO and KL are their identities */
}

static int hmm_explain_jensen(struct explanation *x, size_t i, struct error *e)
{
    char gap[NUMBER_TEXT];
    (void)i;
    explain_title(x, "\\log E_q[w] \\ge E_q[\\log w],\\quad w(z) = p(x,z|\\theta)/q(z)");
    if (explain_evidence(x, e) != 0)
        return -1;
    explain_term_item(x, TERM_ELBO, f_add(&x->f, explain_term_formula(x, TERM_Q),
                                          explain_term_formula(x, TERM_ENTROPY)));
    explain_remark(x, "the rows are one chain, so there is one w, of the whole path: log E_q[w] = "
                      "ℓ ≥ E_q[log w] = ELBO ✓ by %s, which is KL(q‖p(z|x,θ))",
                   number_text(gap, fmax(0.0, x->terms->value[TERM_KL]), x->digits));
    return 0;
}

const struct explainer hmm_explainer = {
    .units = steps,
    .e = hmm_explain_e,
    .m = hmm_explain_m,
    .term = hmm_explain_term,
    .jensen = hmm_explain_jensen,
    .log_prior = prior_explain,
};
