/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/mixture.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "models/finite.h"
#include "models/pass/linear.h"
#include "models/prior.h"

const char mixture_remedy[] =
    "init again, put a prior on the components (help prior), or take fewer of them";

int mixture_count(struct model *m, const struct options *o, struct error *e)
{
    size_t k = 2;
    if (options_count(o, "k", 1, 10000, &k, e) != 0)
        return -1;
    if (k > m->obs.n) {
        const struct option *given = options_find(o, "k");
        error_set_at(e, given ? given->at : (struct span){0, 0},
                     "%zu components, but only %zu row%s", k, m->obs.n, m->obs.n == 1 ? "" : "s");
        return error_hint(e, "take k ≤ %zu, or load more data", m->obs.n);
    }
    m->k = k;
    layout_add(&m->q, (struct block){.name = "gamma", .rank = 2, .dim = {m->obs.n, k},
                                     .constraint = CONSTRAINT_SIMPLEX, .of_z = 2,
                                     .help = "responsibility of component k for row i"});
    return 0;
}

int mixture_layout(struct model *m, const struct options *o, struct error *e)
{
    if (mixture_count(m, o, e) != 0)
        return -1;
    size_t k = m->k;
    m->terms_defined = TERMS_EM;
    layout_add(&m->theta, (struct block){.name = "pi", .rank = 1, .dim = {k},
                                         .constraint = CONSTRAINT_SIMPLEX, .of_z = 1,
                                         .help = "weight of component k"});
    layout_add(&m->prior_layout,
               (struct block){.name = "dirichlet", .rank = 1, .dim = {k},
                              .help = "α of the Dirichlet prior of pi"});
    return 0;
}

int mixture_bind(struct model *m, struct mixture *mix, const struct family *family,
                 struct error *e)
{
    m->self = mix;
    mix->family = family;
    mixture_stats_layout(m);
    mix->part = "component";
    mix->remedy = mixture_remedy;
    mix->work = NEW_ARRAY(family->work(m), double);
    mix->joint = NEW_ARRAY(MIXTURE_ROWS * m->k, double);
    mix->log_pi = NEW_ARRAY(m->k, double);
    mix->nk = NEW_ARRAY(m->k, double);
    if (!mix->work || !mix->joint || !mix->log_pi || !mix->nk)
        return error_no_memory(e);
    return 0;
}

int mixture_bind_plain(struct model *m, const struct family *family, struct error *e)
{
    struct mixture *mix = NEW(struct mixture);
    if (!mix)
        return error_no_memory(e);
    return mixture_bind(m, mix, family, e);
}

void mixture_unbind(struct model *m)
{
    struct mixture *mix = m->self;
    if (mix->family->free_own)
        mix->family->free_own(mix->own);
    linear_free(mix->linear);
    mem_free(mix->work);
    mem_free(mix->joint);
    mem_free(mix->log_pi);
    mem_free(mix->nk);
    mem_free(mix->row);
    mem_free(mix);
}

bool mixture_prepare(const struct model *m, const struct theta *theta)
{
    const struct mixture *mix = mixture_of(m);
    if (mix->family->log_weights) {
        mix->family->log_weights(m, theta, mix->log_pi);
        return mix->family->prepare(m, theta, mix->work);
    }
    const double *pi = theta_block(theta, "pi");
    for (size_t k = 0; k < m->k; k++)
        mix->log_pi[k] = log(pi[k]);
    return mix->family->prepare(m, theta, mix->work);
}

/* log p(x_i, z_i = k|θ) = log π_k + log f(x_i|φ_k), out (rows,K) */
static void log_joint(const struct model *m, const double *x, size_t rows, double *out)
{
    const struct mixture *mix = mixture_of(m);
    mix->family->log_density(m, mix->work, x, rows, out);
    for (size_t i = 0; i < rows; i++)
        for (size_t k = 0; k < m->k; k++)
            out[i * m->k + k] += mix->log_pi[k];
}

static size_t block_rows(size_t n, size_t first)
{
    return n - first < MIXTURE_ROWS ? n - first : MIXTURE_ROWS;
}

int mixture_e_step(const struct model *m, const struct theta *theta, const struct e_how *how,
                   struct latent *q, struct error *e)
{
    double *gamma = latent_block(q, "gamma");
    if (how->kind == E_UNIFORM || how->kind == E_RANDOM) {
        finite_without_theta(m, how, gamma);
        return 0;
    }
    if (how->kind == E_SWEEPS) {
        error_set(e, "sweeps= is for mean-field models; the E-step of a mixture is exact");
        return error_hint(e, "e");
    }
    if (!mixture_prepare(m, theta))
        return error_set(e, "θ is outside its domain: a density cannot be computed");
    double *joint = mixture_of(m)->joint;
    size_t first = how->kind == E_ROWS ? how->first - 1 : 0;
    size_t last = how->kind == E_ROWS ? how->last : m->obs.n;
    for (size_t i = first; i < last; i += MIXTURE_ROWS) {
        size_t rows = block_rows(last, i);
        log_joint(m, observations_block(&m->obs, i, rows), rows, joint);
        for (size_t r = 0; r < rows; r++)
            if (!finite_posterior(m->k, how, joint + r * m->k, gamma + (i + r) * m->k)) {
                error_set(e, "row %zu has density 0 under every component: it has no posterior",
                          i + r + 1);
                return error_hint(e, "move a component nearer (theta, or init), or widen one");
            }
    }
    return 0;
}

bool fit_moves(const struct fit *f, const char *block)
{
    const struct layout *theta = &f->model->theta;
    return f->blocks >> layout_place(theta, layout_find(theta, block)) & 1u;
}

int mixture_fit_weights(const struct fit *f, struct theta *theta, struct error *e)
{
    const struct model *m = f->model;
    double *pi = theta_block(theta, "pi");
    const double *alpha = prior_block(f->prior, "dirichlet");
    double total = 0.0;
    for (size_t k = 0; k < m->k; k++)
        total += f->nk[k] + (alpha ? alpha[k] - 1.0 : 0.0);
    for (size_t k = 0; k < m->k; k++) {
        double share = f->nk[k] + (alpha ? alpha[k] - 1.0 : 0.0);
        if (!(share >= 0.0) || !(total > 0.0)) {
            char shown[NUMBER_TEXT];
            error_set(e, "the weight of %s %zu has no maximum inside the simplex: "
                         "N + α − 1 = %s", mixture_of(m)->part, k + 1,
                      number_text(shown, share, 4));
            return error_hint(e, "take dirichlet=%s", "1 or more for every component");
        }
        pi[k] = share / total;
    }
    return 0;
}

int mixture_refuse_empty(const struct fit *f, struct error *e)
{
    const struct model *m = f->model;
    const struct family *family = mixture_of(m)->family;
    if (f->prior && family->empty_allowed && family->empty_allowed(m, f->prior))
        return 0;
    for (size_t k = 0; k < m->k; k++)
        if (!(f->nk[k] > 1e-10 * m->obs.total_weight / (double)m->obs.n)) {
            char shown[NUMBER_TEXT];
            error_set(e, "%s %zu has N_k = %s: no point is left to it", mixture_of(m)->part,
                      k + 1, number_text(shown, f->nk[k], 3));
            return error_hint(e, "%s", mixture_of(m)->remedy);
        }
    return 0;
}

void mixture_counts(const struct model *m, const double *gamma)
{
    finite_counts(m, gamma, mixture_of(m)->nk);
}

int mixture_fit(const struct fit *f, struct theta *theta, struct error *e)
{
    if ((f->blocks & ~1u) && (mixture_refuse_empty(f, e) != 0 ||
                              mixture_of(f->model)->family->fit(f, theta, e) != 0))
        return -1;
    return f->blocks & 1u ? mixture_fit_weights(f, theta, e) : 0;
}

int mixture_m_step(const struct model *m, const struct latent *q, const struct m_how *how,
                   const struct prior *prior, struct theta *theta, struct error *e)
{
    const double *gamma = latent_block(q, "gamma");
    mixture_counts(m, gamma);
    const struct fit f = {.model = m, .gamma = gamma, .nk = mixture_of(m)->nk,
                          .blocks = how->blocks, .prior = prior};
    return mixture_fit(&f, theta, e);
}

/* Every row's share of the terms: Σ_i w_i of them into v (TERM_COUNT), or, `by_row`, each by itself
 * into v (n,TERM_COUNT). */
static bool add_terms(const struct model *m, const struct latent *q, const struct theta *theta,
                      unsigned which, bool by_row, double *v)
{
    const double *gamma = q ? latent_block(q, "gamma") : NULL;
    double *joint = mixture_of(m)->joint;
    if (!mixture_prepare(m, theta))
        return false;
    for (size_t i = 0; i < m->obs.n; i += MIXTURE_ROWS) {
        size_t rows = block_rows(m->obs.n, i);
        log_joint(m, observations_block(&m->obs, i, rows), rows, joint);
        for (size_t r = 0; r < rows; r++)
            finite_add_terms(m->k, by_row ? 1.0 : m->obs.weight[i + r], joint + r * m->k,
                             gamma ? gamma + (i + r) * m->k : NULL, which,
                             by_row ? v + (i + r) * TERM_COUNT : v);
    }
    return true;
}

bool mixture_row_terms(const struct model *m, const struct latent *q, const struct theta *theta,
                       unsigned which, double *v)
{
    return add_terms(m, q, theta, which, true, v);
}

void mixture_terms(const struct model *m, const struct latent *q, const struct theta *theta,
                   unsigned which, struct terms *t)
{
    double sum[TERM_COUNT] = {0};
    bool inside = add_terms(m, q, theta, which, false, sum);
    for (int i = 0; i < TERM_COUNT; i++)
        if (which & TERM_BIT(i))
            t->value[i] = inside ? sum[i] : NAN;
}

void mixture_weights(const struct model *m, const struct theta *theta, double *out)
{
    memcpy(out, theta_block(theta, "pi"), m->k * sizeof *out);
}

/* ∂Q/∂π_k = N_k/π_k; φ is the family's */
bool mixture_score(const struct model *m, const struct latent *q, const struct theta *theta,
                   double *out)
{
    const struct mixture *mix = mixture_of(m);
    const double *gamma = latent_block(q, "gamma"), *pi = theta_block(theta, "pi");
    mixture_counts(m, gamma);
    const struct fit f = {.model = m, .gamma = gamma, .nk = mix->nk};
    for (size_t k = 0; k < m->k; k++)
        out[k] = mix->nk[k] / pi[k];
    return mix->family->score(&f, theta, out);
}

/* ---- conjugate posteriors --------------------------------------------------------------- */

int mixture_conjugate_weights(const struct model *m, const struct prior *prior,
                              const double *count, const struct block *b, size_t at,
                              struct conjugate *out, struct error *e)
{
    const double *alpha = prior_block(prior, "dirichlet");
    if (!alpha)
        return prior_none(b, "dirichlet=2", e);
    out->prior = dirichlet_marginal(m->k, alpha, NULL, at);
    if (count)
        out->posterior = dirichlet_marginal(m->k, alpha, count, at);
    return 0;
}

int mixture_conjugate_family(const struct model *m, const struct prior *prior,
                             const double *gamma, const struct block *b, size_t at,
                             struct conjugate *out, struct error *e)
{
    const struct mixture *mix = mixture_of(m);
    struct fit f = {.model = m, .gamma = gamma, .nk = mix->nk, .blocks = ~0u, .prior = prior};
    if (!mix->family->conjugate)
        return prior_never(m, b, e);
    if (gamma)
        mixture_counts(m, gamma);
    return mix->family->conjugate(&f, b, at, out, e);
}

int mixture_conjugate(const struct model *m, const struct prior *prior, const struct latent *q,
                      const struct theta *theta, const struct block *b, size_t at,
                      struct conjugate *out, struct error *e)
{
    const double *gamma = q ? latent_block(q, "gamma") : NULL;
    (void)theta;
    if (b != m->theta.block)
        return mixture_conjugate_family(m, prior, gamma, b, at, out, e);
    if (gamma)
        mixture_counts(m, gamma);
    return mixture_conjugate_weights(m, prior, gamma ? mixture_of(m)->nk : NULL, b, at, out, e);
}

double fit_add_x(const struct fit *f, size_t k, double sum)
{
    const struct model *m = f->model;
    if (f->sums)
        return sum + f->sums[k];
    for (size_t i = 0; f->gamma && i < m->obs.n; i++)
        sum += m->obs.weight[i] * f->gamma[i * m->k + k] * m->obs.x[0][i];
    return sum;
}

int fit_conjugate(const struct fit *f, const char *name, enum marginal_family family,
                  const double sum[2], const struct block *b, struct conjugate *out,
                  struct error *e)
{
    const double *v = prior_block(f->prior, name);
    if (!v) {
        char remedy[40];
        snprintf(remedy, sizeof remedy, "%s=2,2", name);
        return prior_none(b, remedy, e);
    }
    out->prior = (struct marginal){family, v[0], v[1], 0.0};
    if (f->gamma)
        out->posterior = (struct marginal){family, v[0] + sum[0], v[1] + sum[1], 0.0};
    return 0;
}

double mixture_log_prior(const struct model *m, const struct prior *prior,
                         const struct theta *theta)
{
    const double *alpha = prior_block(prior, "dirichlet");
    double value = alpha ? log_dirichlet(m->k, alpha, theta_block(theta, "pi")) : 0.0;
    const struct family *family = mixture_of(m)->family;
    return value + (family->log_prior ? family->log_prior(m, prior, theta) : 0.0);
}

int mixture_prior_valid(const struct model *m, const struct prior *prior, struct error *e)
{
    (void)m;
    return prior_above(prior, "dirichlet", 0.0, e);
}

int mixture_predict(const struct model *m, const struct theta *theta, const double *x, double *out,
                    double *log_density, struct error *e)
{
    if (!mixture_prepare(m, theta))
        return error_set(e, "θ is outside its domain: a density cannot be computed");
    log_joint(m, x, 1, out);
    finite_predict(m->k, out, log_density);
    return 0;
}

/* θ into mix->row, unless it is there; false outside its domain. */
static bool prepare_row(const struct model *m, const struct theta *theta, struct error *e)
{
    struct mixture *mix = m->self;
    size_t size = m->theta.size, work = mix->family->work(m);
    if (!mix->row && !(mix->row = NEW_ARRAY(1 + size + m->k + work, double))) {
        error_no_memory(e);
        return false;
    }
    double *kept = mix->row + 1, *log_pi = kept + size;
    if (mix->row[0] == 1.0 && memcmp(kept, theta->b.v, size * sizeof *kept) == 0)
        return true;
    mix->row[0] = 0.0;
    if (!mixture_prepare(m, theta)) {
        error_set(e, "θ is outside its domain: a density cannot be computed");
        return false;
    }
    memcpy(kept, theta->b.v, size * sizeof *kept);
    memcpy(log_pi, mix->log_pi, m->k * sizeof *log_pi);
    memcpy(log_pi + m->k, mix->work, work * sizeof *log_pi);
    mix->row[0] = 1.0;
    return true;
}

int mixture_row_log_joint(const struct model *m, const struct theta *theta, size_t i, double *out,
                          struct error *e)
{
    const struct mixture *mix = mixture_of(m);
    if (!prepare_row(m, theta, e))
        return -1;
    const double *log_pi = mix->row + 1 + m->theta.size;
    mix->family->log_density(m, log_pi + m->k, observations_row(&m->obs, i), 1, out);
    for (size_t k = 0; k < m->k; k++)
        out[k] += log_pi[k];
    return 0;
}
