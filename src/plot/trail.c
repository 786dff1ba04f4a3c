/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/trail.h"

#include <math.h>

#include "base/memory.h"

int trail_make(const struct machine *m, struct trail *t, struct error *e)
{
    *t = (struct trail){.m = m};
    return machine_path(m, &t->at, &t->n, &t->here, e);
}

void trail_clear(struct trail *t)
{
    mem_free(t->at);
    t->at = NULL;
}

const struct state *trail_state(const struct trail *t, size_t i)
{
    return &t->m->state[t->at[i]];
}

double trail_term(const struct trail *t, size_t i, enum term term)
{
    const struct terms *v = &trail_state(t, i)->terms;

    return v->have & TERM_BIT(term) ? v->value[term] : NAN;
}

bool trail_has(const struct trail *t, enum term term)
{
    for (size_t i = 0; i < t->n; i++)
        if (!isnan(trail_term(t, i, term)))
            return true;
    return false;
}

size_t trail_fall(const struct trail *t)
{
    bool prior = trail_has(t, TERM_LOGPRIOR);

    for (size_t i = 1; i <= t->here; i++) {
        double now = trail_term(t, i, TERM_LOGLIK), was = trail_term(t, i - 1, TERM_LOGLIK);

        if (prior) {
            now += trail_term(t, i, TERM_LOGPRIOR);
            was += trail_term(t, i - 1, TERM_LOGPRIOR);
        }
        if (now < was - terms_tolerance(&trail_state(t, i)->terms))
            return i;
    }
    return 0;
}

/* 1, or a round number of M-steps: 2, 4, 10, 20, 40, 100 … half-steps. */
static size_t round_stride(size_t least)
{
    static const size_t steps[] = {2, 4, 10};
    size_t unit = 1;

    if (least <= 1)
        return 1;
    for (;; unit *= 10)
        for (size_t i = 0; i < 3; i++)
            if (unit * steps[i] >= least)
                return unit * steps[i];
}

void trail_ticks(const struct trail *t, struct figure *f, size_t from, size_t to, size_t most)
{
    size_t stride = round_stride((to - from) / most + 1);

    for (size_t i = (from + stride - 1) / stride * stride; i <= to; i += stride)
        figure_tick(f, &f->x, (double)i, trail_state(t, i)->label);
}
