/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "em/criteria.h"

#include <math.h>

#include "em/align.h"
#include "em/information.h"

int criteria_defined(const struct model *m, struct error *e)
{
    if (m->class->kind == MODEL_EM && (m->terms_defined & TERM_BIT(TERM_LOGLIK)))
        return 0;
    error_set(e, "%s has no log-likelihood that AIC, BIC and ICL could be made from", m->name);
    return error_hint(e, "they compare models by ℓ at its maximum: gmm, poisson, ppca …");
}

static int loglik_at(const struct model *m, const struct theta *theta, double *loglik,
                     struct error *e)
{
    struct terms t;
    if (criteria_defined(m, e) != 0)
        return -1;
    model_terms(m, NULL, NULL, theta, TERM_BIT(TERM_LOGLIK), &t);
    *loglik = t.value[TERM_LOGLIK];
    if (isfinite(*loglik))
        return 0;
    error_set(e, "ℓ is not finite at this θ");
    return error_hint(e, "init, then run to a maximum");
}

/* Σ_i w_i log max_k γ_ik, of the posterior */
static int certainty(const struct model *m, const struct theta *theta, double *sum,
                     struct error *e)
{
    struct latent *q = align_posterior(m, theta, e);
    if (!q)
        return -1;
    *sum = 0.0;
    for (size_t i = 0; i < m->obs.n; i++) {
        double largest = 0.0;
        for (size_t k = 0; k < m->k; k++)
            largest = fmax(largest, q->b.v[i * m->k + k]);
        *sum += m->obs.weight[i] * log(largest);
    }
    latent_free(q);
    return 0;
}

int criteria_make(const struct machine *m, const struct theta *theta, struct criteria *c,
                  struct error *e)
{
    const struct model *model = m->model;
    double labels = NAN;
    if (loglik_at(model, theta, &c->loglik, e) != 0)
        return -1;
    if (model->class->rows && align_has_rows(model) &&
        certainty(model, theta, &labels, e) != 0)
        return -1;
    size_t all = information_size(m);
    c->parameters = all > model->unidentified ? all - model->unidentified : 0;
    c->size = model->size > 0.0 ? model->size : model->obs.total_weight;
    c->aic = -2.0 * c->loglik + 2.0 * (double)c->parameters;
    c->bic = -2.0 * c->loglik + (double)c->parameters * log(c->size);
    c->icl = c->bic - 2.0 * labels;
    return 0;
}
