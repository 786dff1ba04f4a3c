/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "em/expected.h"

#include <math.h>

#include "base/memory.h"
#include "em/state.h"

static int no_memory(struct expected *x, struct error *e)
{
    expected_clear(x);
    return error_no_memory(e);
}

/* Room for the statistics, where the model has them. */
static bool make_room(struct expected *x, bool *failed)
{
    const struct sufficient *known = x->model->class->sufficient;
    if (!known)
        return false;
    x->v = NEW_ARRAY(known->size(x->model) + 1, double);
    *failed = !x->v;
    return x->v != NULL;
}

static void drop_room(struct expected *x)
{
    mem_free(x->v);
    x->v = NULL;
}

static double entropy_of(const struct model *m, const struct latent *q, const struct theta *theta)
{
    struct terms t;
    model_terms(m, NULL, q, theta, TERM_BIT(TERM_ENTROPY), &t);
    return t.value[TERM_ENTROPY];
}

int expected_of_q(const struct model *m, const struct latent *q, const struct theta *theta,
                  struct expected *x, struct error *e)
{
    bool failed = false;
    *x = (struct expected){.model = m, .q = q};
    if (make_room(x, &failed) && m->class->sufficient->take(m, q, x->v)) {
        x->entropy = entropy_of(m, q, theta);
        return 0;
    }
    if (failed)
        return no_memory(x, e);
    drop_room(x);
    return 0;
}

/* By one pass from the θ that q is the posterior of; false: not so. */
static bool take_touching(const struct state *s, struct expected *x, bool *failed)
{
    const struct sufficient *known = x->model->class->sufficient;
    bool entropy = !s->terms_due && s->terms.have & TERM_BIT(TERM_ENTROPY);
    if (!s->touch || s->q || !entropy || !known || !known->take_touching || !make_room(x, failed))
        return false;
    x->entropy = s->terms.value[TERM_ENTROPY];
    if (known->take_touching(x->model, s->touch, x->v)) {
        x->touch = theta_ref(s->touch);
        return true;
    }
    drop_room(x);
    return false;
}

int expected_of(const struct machine *m, const struct state *s, struct expected *x,
                struct error *e)
{
    bool failed = false;
    *x = (struct expected){.model = m->model};
    if (take_touching(s, x, &failed))
        return 0;
    if (failed)
        return no_memory(x, e);
    struct latent *q = machine_q(m, s, e);
    int r = q ? expected_of_q(m->model, q, s->theta, x, e) : -1;
    if (r != 0) {
        latent_free(q);
        return r;
    }
    x->held = q;
    if (s->touch && state_q_may_wait(m))
        x->touch = theta_ref(s->touch);
    return 0;
}

void expected_clear(struct expected *x)
{
    latent_free(x->held);
    theta_free(x->touch);
    mem_free(x->v);
    *x = (struct expected){.model = NULL};
}

double expected_bound(const struct expected *x, const struct theta *theta)
{
    struct terms t;
    expected_terms(x, theta, TERM_BIT(TERM_ELBO), &t);
    return t.value[TERM_ELBO];
}

/* Each is a sum over rows in which p(z|x,θ) stands, and has a definition of its own. */
static const unsigned of_rows = TERM_BIT(TERM_H) | TERM_BIT(TERM_KL);

static void terms_of_statistics(const struct expected *x, const struct theta *theta,
                                unsigned which, struct terms *t)
{
    double Q = x->model->class->sufficient->Q(x->model, x->v, theta), loglik = NAN;
    if (which & TERM_BIT(TERM_LOGLIK))
        model_logliks(x->model, &theta, 1, &loglik);
    t->value[TERM_LOGLIK] = loglik;
    t->value[TERM_Q] = Q;
    t->value[TERM_ENTROPY] = x->entropy;
    t->value[TERM_ELBO] = Q + x->entropy;
}

void expected_terms(const struct expected *x, const struct theta *theta, unsigned which,
                    struct terms *t)
{
    t->have = which & x->model->terms_defined;
    for (int i = 0; i < TERM_COUNT; i++)
        t->value[i] = NAN;
    if (x->v && !(which & of_rows))
        terms_of_statistics(x, theta, which, t);
    else if (x->touch && model_touching_terms(x->model, NULL, x->touch, theta, t))
        return;
    else if (x->q)
        model_terms(x->model, NULL, x->q, theta, which, t);
}
