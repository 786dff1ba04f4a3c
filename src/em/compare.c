/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "em/compare.h"

#include <math.h>

#include "base/memory.h"
#include "em/align.h"
#include "em/state.h"
#include "numeric/logspace.h"

/* ---- labels ------------------------------------------------------------------------------ */

/* The posterior at the state's θ; where it is the state's own q, that is kept in *q too. */
static struct latent *posterior(const struct machine *m, const struct state *s, struct latent **q,
                                struct error *e)
{
    if (!s->exact)
        return align_posterior(m->model, s->theta, e);
    *q = machine_q(m, s, e);
    return *q ? latent_ref(*q) : NULL;
}

/* match ← which of b's components is which of a's, by the posteriors at the two θ. */
static int match_labels(const struct machine *m, struct comparison *c, struct error *e)
{
    size_t k = m->model->k;
    struct latent *a = posterior(m, c->a, &c->qa, e);
    struct latent *b = a ? posterior(m, c->b, &c->qb, e) : NULL;
    double *gain = b ? NEW_ARRAY(k * k, double) : NULL;
    int r = -1;
    if (gain) {
        align_overlap(m->model, a, b, gain);
        r = align_best(k, gain, c->match, e);
    }
    mem_free(gain);
    latent_free(a);
    latent_free(b);
    return r;
}

static void keep_order(struct comparison *c, size_t k)
{
    for (size_t j = 0; j < k; j++)
        c->match[j] = j;
}

/* Renumbers the copy of b's θ if that brings it nearer. */
static int renumber(const struct machine *m, struct comparison *c, struct error *e)
{
    struct theta *nearer = theta_new(&m->model->theta, e);
    if (!nearer)
        return -1;
    align_relabel(&c->theta->b, c->match, &nearer->b);
    double distance = blocks_distance(&c->a->theta->b, &nearer->b);
    c->renumbered = distance < c->distance;
    if (c->renumbered) {
        theta_free(c->theta);
        c->theta = nearer;
        c->distance = distance;
    } else {
        theta_free(nearer);
        keep_order(c, m->model->k);
    }
    return 0;
}

static int align_theta(const struct machine *m, struct comparison *c, struct error *e)
{
    struct error no_posterior;
    if (!(c->theta = theta_copy(c->b->theta, e)))
        return -1;
    c->distance = c->unaligned = blocks_distance(&c->a->theta->b, &c->theta->b);
    if (align_has_rows(m->model)) {
        if (!(c->match = NEW_ARRAY(m->model->k, size_t)))
            return error_no_memory(e);
        if (match_labels(m, c, &no_posterior) != 0)
            keep_order(c, m->model->k);
        if (renumber(m, c, e) != 0)
            return -1;
    }
    c->same = c->distance <= 1e-6 * fmax(1.0, blocks_norm(&c->a->theta->b));
    return 0;
}

/* ---- q ----------------------------------------------------------------------------------- */

static void drop_q(struct comparison *c)
{
    latent_free(c->qa);
    latent_free(c->qb);
    c->qa = c->qb = NULL;
}

/* Those that match_labels did not meet. */
static int take_q(const struct machine *m, struct comparison *c, struct error *e)
{
    if (!c->a->has_q || !c->b->has_q) {
        drop_q(c);
        return 0;
    }
    if ((!c->qa && !(c->qa = machine_q(m, c->a, e))) ||
        (!c->qb && !(c->qb = machine_q(m, c->b, e))))
        return -1;
    if (!c->renumbered)
        return 0;
    struct latent *b = c->qb;
    if ((c->qb = latent_new(&m->model->q, e)))
        align_relabel(&b->b, c->match, &c->qb->b);
    latent_free(b);
    return c->qb ? 0 : -1;
}

static void measure_q(const struct machine *m, struct comparison *c)
{
    const struct layout *l = &m->model->q;
    for (size_t i = 0; i < l->nblock; i++)
        for (size_t at = 0; at < l->block[i].size; at++) {
            size_t place = l->block[i].offset + at;
            double differs = fabs(c->qa->b.v[place] - c->qb->b.v[place]);
            if (differs > c->q_differs[i]) {
                c->q_differs[i] = differs;
                c->q_where[i] = at;
            }
        }
    for (size_t i = 0, k = m->model->k; c->match && i < m->model->obs.n; i++)
        c->q_rows += most_probable(k, c->qa->b.v + i * k) != most_probable(k, c->qb->b.v + i * k);
}

int comparison_make(struct machine *m, long a, long b, struct comparison *c,
                    struct error *e)
{
    *c = (struct comparison){.a = &m->state[a], .b = &m->state[b]};
    if (!c->a->theta || !c->b->theta)
        return state_gone(c->a->theta ? c->b : c->a, e);
    if (machine_settle(m, a, e) != 0 || machine_settle(m, b, e) != 0)
        return -1;
    if (align_theta(m, c, e) != 0 || take_q(m, c, e) != 0) {
        comparison_clear(c);
        return -1;
    }
    if (c->qa)
        measure_q(m, c);
    return 0;
}

void comparison_clear(struct comparison *c)
{
    theta_free(c->theta);
    drop_q(c);
    mem_free(c->match);
    *c = (struct comparison){0};
}
