/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Coordinate ascent seen from above (Neal & Hinton 1998): J(q, θ), the ELBO with
 * log p(θ) where there is a prior, over one axis through the q's and one through the θ's.  An
 * E-step moves along the first alone, an M-step along the second alone.
 *
 * Where q and θ are one number each (linkage) the axes are these numbers, and the plane is all
 * there is.  Otherwise the axes join what the last two half-steps, or the next ones, go between:
 *
 *     q(a) = (1 − a) q_old + a q_new   (blocks_mix),   0 ≤ a ≤ 1
 *     θ(s) = θ_old + s (θ_M − θ_old)   (the line em of the present q)
 */
#ifndef EMSTEP_EM_ASCENT_H
#define EMSTEP_EM_ASCENT_H

#include "em/line.h"

struct corner {
    double a, s;
    bool taken;                  /* a state of the path; else where the next half-steps go */
    long state;                  /* place in m->state, when taken */
    bool by_e;                   /* the half-step that led to it moved q */
    bool best_q;                 /* an exact E: no q is better there */
};

struct ascent {
    struct latent *from, *to, *mixed; /* q(0), q(1) */
    struct line line;            /* θ(0), θ(1) */
    struct expected start, end;  /* of q(0) and q(1), where Q of a mix is the mix of their Q's */
    bool linear;                 /* … which is so */
    struct { double a, entropy; } q_last;        /* what ascent_height looked at last: S(q(a)), */
    struct { double s, start, end; } theta_last; /* Q of both at θ(s), with log p(θ) */
    const struct machine *m;
    bool numbers;                /* q and θ are one number each */
    bool e_first;                /* of the mixed plane: E, then M */
    size_t q_old, q_new;         /* their numbers: q₁, q₂ */
    size_t n;
    bool coarse;                 /* n was chosen below the usual for the many rows */
    double *a, *s;               /* (n) ascending */
    double *value;               /* (n,n) J at (a_i, s_j): [j·n + i] */
    double *best_a;              /* (n) the best a at θ(s_j): the E ridge; NaN: beyond the window */
    double *best_s;              /* (n) the best s of q(a_i): the M ridge */
    struct corner *corner;       /* (ncorner) the staircase */
    size_t ncorner;
};

/* Needs a q; n = 0 leaves the grid to the rows.  Refused at convergence, where there is no
 * direction left.  On success ascent_clear it.  ^C stops it. */
int ascent_make(struct machine *m, size_t n, struct ascent *c, struct error *e);
void ascent_clear(struct ascent *c);

/* J at (a, s); NaN where one of them is not valid. */
double ascent_height(struct ascent *c, double a, double s);

#endif
