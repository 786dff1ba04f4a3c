/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the maximum-entropy model share; the model itself is stated in maxent.c. */
#ifndef EMSTEP_MODELS_MAXENT_H
#define EMSTEP_MODELS_MAXENT_H

#include "em/explain.h"

struct maxent {
    size_t n, d;          /* outcomes, features */
    char **name;          /* (d) of the features */
    const char **label;   /* (d) the same, as blocks have them */
    double *f;            /* (n,d) f′: features less their minima, so all ≥ 0 */
    double *low, *range;  /* (d) the minima; maximum − minimum */
    double *target;       /* (d) Δ′ = Δ − low */
    double *slack;        /* (n) C − Σ_j f′_j */
    double C;             /* max Σ_j f′_j */
    double slack_target;  /* C − Σ_j Δ′_j */
    bool has_slack;       /* it is not 0 throughout */
    double *eta, *p;      /* (n) scratch */
    double *mean;         /* (d) scratch: E_p f′ */
    double *step;         /* (d+1) scratch */
    double *tangent;      /* (d) scratch: log E_p f′ at the tangent point */
    double *square;       /* (d,d) scratch */
    struct error why_not; /* why no λ meets the targets; no message when one does */
};

static inline const struct maxent *maxent_of(const struct model *m)
{
    return m->self;
}

/* columns= may name none: then nothing is asked of p. */
int maxent_take(struct observations *o, struct dataset *data, const struct options *options,
                struct error *e);
/* Features and targets from the observations and targets=, moments=, weights=. */
int maxent_read(struct model *m, const struct options *o, struct error *e);
void maxent_clear(struct maxent *s);

/* Fills why_not: Δ must lie in the relative interior of the convex hull of the f(x_i). */
int maxent_reach(struct maxent *s, struct error *e);

extern const struct explainer maxent_explainer;

#endif
