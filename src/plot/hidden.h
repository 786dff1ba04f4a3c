/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of `plot hidden` share: picture-hidden.c chooses among them by what q is. */
#ifndef EMSTEP_PLOT_HIDDEN_H
#define EMSTEP_PLOT_HIDDEN_H

#include "plot/picture.h"

enum { HIDDEN_COLUMNS = 4, HIDDEN_GROUPS = 8 }; /* at most in one picture */

struct hidden {
    const struct model *model;
    const struct state *here;
    const struct latent *q;
    size_t first, last;          /* the rows that are shown: first ≤ i < last, from 0 */
    size_t column[HIDDEN_COLUMNS], ncolumn; /* of the model's, where columns= chose them; or 0 */
    const struct column *labels; /* labels=; NULL: none */
    double group[HIDDEN_GROUPS]; /* (ngroup) its distinct values, ascending */
    size_t ngroup;
    char q_name[24], theta_name[24]; /* "q₂", "θ₁" */
    struct text *claim;          /* the title, to which each part adds */
    struct figure *f;            /* made by it with that */
};

/* A chain of states: the series coloured by γ, over its most probable path. */
int hidden_chain(struct hidden *h, struct error *e);
/* Continuous scores: one against the row, or the first two of more, and how wide q is. */
int hidden_scores(struct hidden *h, struct error *e);
/* Missing entries: by column, the observed ones and those that q fills in, ± 1 sd. */
int hidden_missing(struct hidden *h, struct error *e);

bool hidden_has_chain(const struct model *m);
bool hidden_has_scores(const struct model *m);
bool hidden_has_missing(const struct model *m);

/* The place of row i's label among h->group; ngroup where there is none. */
size_t hidden_group(const struct hidden *h, size_t i);
/* "setosa", "2" */
const char *hidden_group_name(const struct hidden *h, size_t group, char *out, size_t room);
/* h->f, with the claim so far. */
int hidden_begin(struct hidden *h, const char *xlabel, const char *ylabel, struct error *e);
/* The x axis is that of the rows, with a little air. */
void hidden_row_axis(const struct hidden *h, struct axis *a);
/* Upright (or level) lines of ± sd about points, one series with gaps: "sd". */
void hidden_add_sd(struct figure *f, enum ink ink, const char *label, const struct series *points,
                   const double *sd, bool level);

#endif
