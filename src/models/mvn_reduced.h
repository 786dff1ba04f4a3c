/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What stands for the rows of a multivariate normal's patterns.  The rows of a pattern have the
 * same regression of m on o, so every sum over them is one over their mean x̄_o with the weight
 * W = Σ w, and over the rows of R with RᵀR = Σ w (x_o−x̄_o)(x_o−x̄_o)ᵀ, which are centred observations
 * of weight 1 (the patterns' sufficient statistics: Little & Rubin 2002, section 11.2.2).  Neither
 * knows θ.
 */
#ifndef EMSTEP_MODELS_MVN_REDUCED_H
#define EMSTEP_MODELS_MVN_REDUCED_H

#include "models/mvn.h"

/* What stands for the rows of one pattern. */
struct pattern_moments {
    size_t rows;         /* of R: o, or as many as there are */
    double weight;       /* W */
    double *mean, *rest; /* (o) x̄ = mean + rest, the second what rounding took from the first */
    double *R;           /* (rows,o) */
};

struct mvn_reduced {
    bool sound;
    struct pattern_moments *pattern;  /* (patterns) */
    double *room;             /* what the pointers of `pattern` point into */
    double *scratch;          /* and those below */
    double *shift;            /* (patterns,d) √W (x̂̄ − μ), columns in their own order */
    double *filled;           /* (d+1,d) rows of R with m filled in, then √W (x̂̄ − μ); o before m */
    double *apart;            /* (d+1,d) what is filled in less what θ would fill in */
    double *gram, *S;         /* (d,d) */
    double *delta;            /* (d) */
    struct conditional cond;  /* of q; that of the model is of θ */
};

/* The model's own, made at the first call.  NULL: no memory. */
struct mvn_reduced *mvn_reduced_of(const struct model *m);

#endif
