/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The half-steps that led here, and those ahead, for pictures over them. */
#ifndef EMSTEP_PLOT_TRAIL_H
#define EMSTEP_PLOT_TRAIL_H

#include "plot/picture.h"

struct trail {
    const struct machine *m;
    long *at;             /* (n) places in m->state */
    size_t n, here;
};

int trail_make(const struct machine *m, struct trail *t, struct error *e);
void trail_clear(struct trail *t);

const struct state *trail_state(const struct trail *t, size_t i);
/* NaN where the state has no such term. */
double trail_term(const struct trail *t, size_t i, enum term term);
bool trail_has(const struct trail *t, enum term term);
/* The first state in 1 … here at which ℓ (plus log p(θ), with a prior) is below the one before it;
 * 0: it never falls. */
size_t trail_fall(const struct trail *t);

/* Ticks of the states from … to, at most so many, a round number of M-steps apart. */
void trail_ticks(const struct trail *t, struct figure *f, size_t from, size_t to, size_t most);

#endif
