/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "em/values.h"

#include <math.h>

#include "base/memory.h"
#include "numeric/logspace.h"

static const struct block *row_block(const struct model *m)
{
    const struct block *b = m->q.nblock ? &m->q.block[0] : NULL;
    return b && m->k > 0 && b->rank == 2 && b->constraint == CONSTRAINT_SIMPLEX &&
                   b->dim[0] == m->obs.n && b->dim[1] == m->k
               ? b
               : NULL;
}

bool values_in_rows(const struct model *m)
{
    return row_block(m) != NULL;
}

const double *values_gamma(const struct model *m, const struct latent *q)
{
    const struct block *b = row_block(m);
    return q && b ? q->b.v + b->offset : NULL;
}

static bool has_values(const struct model_class *c)
{
    return c->row_log_joint || c->shared_logs;
}

int values_suit(const struct model *m, struct error *e)
{
    const struct model_class *c = m->class;
    struct text which = TEXT_INIT;

    if (has_values(c))
        return 0;
    if (c->kind == MODEL_MM)
        error_set(e, "%s has no latent variable: its q is the point at which the surrogate touches",
                  m->name);
    else if (values_in_rows(m) && c->chained)
        error_set(e, "the rows of %s are chained: no row has a p(x,z|θ) of its own", m->name);
    else if (c->theta_in_q)
        error_set(e, "q of %s is over the parameters too: no row has a p(x,z|θ) of its own",
                  m->name);
    else if (c->image)
        error_set(e, "the pixels of %s hang together: none has a p(x,z|θ) of its own", m->name);
    else
        error_set(e, "the latent values of %s are numbers on a line, not one of finitely many",
                  m->name);
    for (const struct model_class *const *other = model_classes; *other; other++)
        if (has_values(*other))
            text_add_listed(&which, (*other)->name);
    error_hint(e, "this suits %s", which.s);
    text_clear(&which);
    return -1;
}

size_t values_units(const struct model *m)
{
    return m->class->shared_logs ? 1 : m->obs.n;
}

int values_again(const struct model *m, const struct latent *q, const struct theta *theta,
                 size_t i, struct values *v, struct error *e)
{
    const double *gamma = values_gamma(m, q);

    if (m->class->shared_logs)
        m->class->shared_logs(m, q, theta, v->joint, v->q);
    else if (m->class->row_log_joint(m, theta, i, v->joint, e) != 0)
        return -1;
    for (size_t j = 0; gamma && j < v->n; j++)
        v->q[j] = log(gamma[i * v->n + j]);
    v->loglik = log_sum_exp(v->n, v->joint);
    return 0;
}

int values_make(const struct model *m, const struct latent *q, const struct theta *theta, size_t i,
                struct values *v, struct error *e)
{
    bool shared = m->class->shared_logs != NULL;

    *v = (struct values){.n = shared ? m->shared : m->k, .first = shared ? 0 : 1};
    v->joint = NEW_ARRAY(v->n, double);
    v->q = q ? NEW_ARRAY(v->n, double) : NULL;
    int r = !v->joint || (q && !v->q) ? error_no_memory(e) : values_again(m, q, theta, i, v, e);
    if (r != 0)
        values_clear(v);
    return r;
}

void values_clear(struct values *v)
{
    mem_free(v->joint);
    mem_free(v->q);
    *v = (struct values){0};
}

double values_log_ratio(const struct values *v, size_t j)
{
    return v->q[j] > -INFINITY ? v->joint[j] - v->q[j] : NAN;
}

double values_posterior(const struct values *v, size_t j)
{
    return exp(v->joint[j] - v->loglik);
}

/* log E_q[w] = log Σ_{q>0} p(x,z|θ), by its own sum */
static double log_mean(const struct values *v)
{
    double most = -INFINITY, sum = 0.0;

    for (size_t j = 0; j < v->n; j++)
        if (v->q[j] > -INFINITY)
            most = fmax(most, v->joint[j]);
    if (!isfinite(most))
        return most;
    for (size_t j = 0; j < v->n; j++)
        if (v->q[j] > -INFINITY)
            sum += exp(v->joint[j] - most);
    return most + log(sum);
}

struct jensen values_jensen(const struct values *v)
{
    struct jensen s = {.log_mean = log_mean(v), .low = INFINITY, .high = -INFINITY, .covers = true};

    for (size_t j = 0; j < v->n; j++) {
        double log_w = values_log_ratio(v, j), q = exp(v->q[j]);

        if (isnan(log_w)) {
            s.covers = s.covers && v->joint[j] == -INFINITY;
            continue;
        }
        s.low = fmin(s.low, log_w);
        s.high = fmax(s.high, log_w);
        s.mean_log += times_log(q, log_w);
    }
    return s;
}
