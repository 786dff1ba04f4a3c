/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A model of the user's own: a file of Lua 5.4 that returns
 *
 *     { name=, k=, params={ pi={2, simplex=true}, lambda={2, positive=true} },
 *       log_joint=function(x, k, theta) … end,                 log p(x_i, z_i = k | θ)
 *       m_step=function(q, x, theta) … end,                    optional: θ, or some of its blocks
 *       init=function(x, rng) … end, valid=function(theta) … end }
 *
 * The latent variable has k values and rows are independent, so the E-step is exact by enumeration.
 * The file runs in a sandbox of its own, which lives as long as the model.
 */
#ifndef EMSTEP_MODELS_LUA_H
#define EMSTEP_MODELS_LUA_H

#include "em/model.h"
#include "lua/sandbox.h"

enum { OWN_LATENT = 1000, OWN_ENTRIES = 100000, OWN_BYTES = 1 << 20, OWN_M_SECONDS = 60,
       OWN_STARTS = 32 };

/* model->self */
struct own {
    struct sandbox box;    /* first: sandbox_of(L) is it too */
    struct model *model;
    char *name;            /* what the file calls it */
    int log_joint, m_step, init, valid; /* references to its functions; LUA_NOREF: it has none */
    gsl_rng *random;       /* while init runs; else NULL */
    double *table;         /* (n,K) log_joint of every row … */
    double *at;            /* … at this θ (layout->size) */
    bool known;            /* the table is of `at` */
    bool sound;            /* and every entry is a number or −∞ */
    double wasted;         /* seconds in calls that failed while nobody could be told */
};

static inline struct own *own_of(const struct model *m)
{
    return m->self;
}

/* ---- the file ---- */

/* Reads model->file, or the shipped one of that name; fills in θ's layout, k, and the functions. */
int own_read(struct model *m, struct own *o, struct error *e);

/* ---- calls: each fails with "FILE:LINE: …" ---- */

/* The table at θ; NULL on an error.  Strict: an entry that is NaN or ∞ is one. */
const double *own_table(const struct model *m, const struct theta *t, bool strict,
                        struct error *e);
/* log_joint of a row that need not be of the data, out (K). */
int own_row(const struct model *m, const struct theta *t, const double *x, double *out,
            struct error *e);
/* Q of γ (n,K) at θ; NaN where log_joint is. */
int own_expected(const struct model *m, const struct theta *t, const double *gamma, double *value,
                 struct error *e);
/* θ ← what the file's m_step returns for γ. */
int own_maximise(const struct model *m, const double *gamma, struct theta *t, struct error *e);
/* θ ← what the file's init returns. */
int own_start(const struct model *m, gsl_rng *random, struct theta *t, struct error *e);
/* Blocks and the file's own condition hold. */
int own_valid(const struct model *m, const struct theta *t, struct error *e);

/* ---- what the file leaves to us ---- */

/* θ ← of some random places inside the constraints the one where height is greatest; blocks outside
 * the mask stay.  OWN_NOWHERE, without an error, when it is −∞ or NaN at all of them. */
enum { OWN_NOWHERE = 1 };
typedef int own_height(const struct model *m, void *context, const struct theta *t, double *value,
                       struct error *e);
int own_draw(const struct model *m, gsl_rng *random, unsigned blocks, own_height *height,
             void *context, struct theta *t, struct error *e);
/* θ ← argmax over the blocks of Q, by numbers alone. */
int own_climb(const struct model *m, const double *gamma, unsigned blocks, struct theta *t,
              struct error *e);

#endif
