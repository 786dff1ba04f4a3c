/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two states of one machine side by side.
 *
 * The likelihood does not know which component is called 1: where q has a row of weights for each
 * row of data, b's components are renumbered to fit a's best (em/align.h), and kept so when that
 * brings the two θ nearer.
 */
#ifndef EMSTEP_EM_COMPARE_H
#define EMSTEP_EM_COMPARE_H

#include "em/machine.h"

struct comparison {
    const struct state *a, *b;   /* borrowed from the machine */
    struct theta *theta;         /* b's θ as it is compared: renumbered where that is nearer */
    double distance;             /* ‖θ_b − θ_a‖ over the free coordinates, as compared */
    double unaligned;            /* the same of b's θ as it stands */
    size_t *match;               /* (k) what a calls j is b's match[j], from 0; NULL: no labels */
    bool renumbered;             /* match is not the identity */
    bool same;                   /* the two θ agree to rounding (1e-6 of their size), as compared */
    struct latent *qa, *qb;      /* the q's, b's renumbered like θ; NULL: a state has none */
    double q_differs[LAYOUT_BLOCKS]; /* largest |difference| in each block of q */
    size_t q_where[LAYOUT_BLOCKS];   /* at which entry of the block */
    size_t q_rows;               /* rows of data with another most probable z, where q has rows */
};

/* Refused where a state's θ was let go of. */
int comparison_make(struct machine *m, long a, long b, struct comparison *c,
                    struct error *e);
void comparison_clear(struct comparison *c);

#endif
