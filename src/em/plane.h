/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A plane θ(x, y) of two parameters, and ℓ and the ELBO of the present q over it: what em/line.h is
 * over one.  It passes through θ_q, where the bound touches, or through the current θ where there
 * is no such point.  Each parameter moves inside its constraint, and the others stay.
 */
#ifndef EMSTEP_EM_PLANE_H
#define EMSTEP_EM_PLANE_H

#include "em/line.h"

struct plane_how {
    struct line_how axis[2];     /* LINE_PARAMETER */
    size_t n;                    /* points along each; 0: as many as the rows leave time for */
};

struct place {
    double x, y;
    bool on;                     /* θ lies on the plane; else (x, y) is its projection */
};

struct plane {
    struct line axis[2];         /* both through the same θ */
    struct expected q;           /* of here */
    size_t n;
    bool coarse;                 /* n was chosen below the usual for the many rows */
    double *x, *y;               /* (n) ascending */
    double *loglik, *elbo;       /* (n,n) at (x_i, y_j): [j·n + i]; NaN where θ is not valid.  For
                                    MM: f and g */
    bool has_loglik;             /* false: ℓ is intractable */
    struct place base, here, answer;
    bool touches;                /* at base */
    double touch;                /* ℓ = ELBO there */
    bool has_answer;
};

/* The two parameters of the model that are worth a look: the first two means, or whatever else each
 * component has; else two loadings, else the first two that move freely and are not frozen. Refused
 * where there is only one, and the hint says which pictures suit. */
int plane_usual(const struct machine *m, struct plane_how *how, struct error *e);
/* "mu[1]", "mu[2]": refused when they are one and the same free parameter. */
int plane_parse(const struct machine *m, const char *const along[2], struct plane_how *how,
                struct error *e);

/* Needs a q.  On success plane_clear it.  ^C stops it. */
int plane_make(struct machine *m, const struct plane_how *how, struct plane *p, struct error *e);
void plane_clear(struct plane *p);

/* θ(x, y) into out; false where it is not valid. */
bool plane_at(const struct plane *p, double x, double y, struct theta *out);
struct place plane_place(const struct plane *p, const struct theta *theta);

/* Points along each axis of a grid on which every value takes a pass over the rows: `usual`, less
 * with so many rows that it would keep people waiting. */
size_t plane_side(const struct model *m, size_t usual);

#endif
