/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the multivariate normal share; the model itself is stated in mvn.c. */
#ifndef EMSTEP_MODELS_MVN_H
#define EMSTEP_MODELS_MVN_H

#include "em/explain.h"
#include "models/missing.h"

/* The scratch is taken once, at bind: terms() cannot fail for want of memory. */
struct mvn {
    struct patterns patterns;
    double *room;            /* what the pointers below point into */
    double *mean, *variance; /* (d) of the observed entries of each column */
    double *centre, *row;    /* (d) scratch */
    double *L;               /* (d,d) factor of Σ */
    double *precision;       /* (d,m) columns m of Σ⁻¹, rows in the pattern's order */
    double *seen;            /* (m,m) the V that the row before had */
    double *V, *solved;      /* (m,m) scratch */
    double *niw;             /* niw_work(d) */
    struct conditional cond;
    size_t *column;          /* (d) scratch */
    size_t *order;           /* (d) scratch of mvn_explain.c */
};

static inline struct mvn *mvn_of(const struct model *m)
{
    return m->self;
}

int mvn_e_step(const struct model *m, const struct theta *theta, const struct e_how *how,
               struct latent *q, struct error *e);
int mvn_q_valid(const struct model *m, const struct latent *q, struct error *e);
int mvn_m_step(const struct model *m, const struct latent *q, const struct m_how *how,
               const struct prior *prior, struct theta *theta, struct error *e);
void mvn_stats(const struct model *m, const struct latent *q, const struct theta *theta, double *v);
int mvn_conjugate(const struct model *m, const struct prior *prior, const struct latent *q,
                  const struct theta *theta, const struct block *b, size_t at,
                  struct conjugate *out, struct error *e);
void mvn_terms(const struct model *m, const struct latent *q, const struct theta *theta,
               unsigned which, struct terms *t);
bool mvn_row_terms(const struct model *m, const struct latent *q, const struct theta *theta,
                   unsigned which, double *v);

extern const struct explainer mvn_explainer;

#endif
