/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Paired comparisons: who won against whom, and how often; read from columns of names. */
#ifndef EMSTEP_MODELS_PAIRED_H
#define EMSTEP_MODELS_PAIRED_H

#include "em/explain.h"

struct pair {
    size_t winner, loser; /* items, from 0 */
    double wins;          /* > 0 */
};

struct paired {
    size_t nitem, npair;
    const char **item;  /* (nitem) their names, borrowed from `name` */
    char **name;        /* (nitem) */
    struct pair *pair;  /* (npair) */
    double *wins;       /* (nitem) W_i = Σ_j w_ij */
    double *work;       /* (nitem) scratch */
    double total;       /* Σ wins */
};

/*
 * From the columns that columns= names, or the first ones: winner, loser and, if there is a third,
 * how often.  Items are those of items=, in that order; else as the rows first name them, winner
 * before loser.  Rows of 0 wins only name their items.
 */
int paired_read(struct paired *p, const struct dataset *d, const struct options *o,
                struct error *e);
void paired_clear(struct paired *p);

/* Every item beats every other, directly or through others: the condition of a maximum (Ford 1957).
 * The error names the group of items that breaks it. */
int paired_connected(const struct paired *p, struct error *e);

extern const struct explainer bradley_terry_explainer;

#endif
