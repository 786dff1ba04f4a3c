/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of `plot density` share: picture-density.c chooses among them. */
#ifndef EMSTEP_PLOT_DENSITY_H
#define EMSTEP_PLOT_DENSITY_H

#include "plot/picture.h"

enum { DENSITY_COLUMNS = 5 };   /* at most in one picture */

struct density {
    const struct model *model;
    const struct state *here;    /* NULL: no θ yet */
    const struct latent *q;      /* NULL: none yet */
    const double *gamma;         /* (n,k) of q, when the rows belong to components; or NULL */
    size_t k;                    /* components; a model without any is one */
    size_t column[DENSITY_COLUMNS]; /* (ncolumn) of the model's; a line shows the first of them, a
                                   plane the first two */
    size_t ncolumn;
    size_t bins;                 /* of a histogram; 0: by the data */
    double *weight;              /* (k) of the components; NULL: there is no θ */
    double *moments;             /* (d + d·d) scratch: of the component asked for last */
    bool part;                   /* a panel of a grid, which has the key and the notes */
    bool unlabelled;             /* the components are not in the key */
    struct figure *f;
};

/* One column: a histogram split by q, the components π_k f_k and their sum. */
int density_line(struct density *d, struct error *e);
/* The components and their sum alone. */
int density_curves(struct density *d, struct error *e);
/* Two columns: the rows coloured by q, ellipses that hold 68 % and 95 % of each component. */
int density_plane(struct density *d, struct error *e);
/* More: each by itself on the diagonal, each pair below it. */
int density_pairs(struct density *d, struct error *e);
/* Rows and components on the model's own scale. */
int density_scale(struct density *d, struct error *e);

/* Makes weight and moments, from model, here and k; density_release them, also after a failure. */
int density_prepare(struct density *d, struct error *e);
void density_release(struct density *d);

/* d->moments ← mean (d) and covariance (d,d) of component k.  False: the model's components have
 * none, or there is no θ. */
bool density_moments(const struct density *d, size_t k);
/* The first column's mean and standard deviation in component k. */
bool density_spread(const struct density *d, size_t k, double *mean, double *sd);
/* π_k f_k(x) of the first column, for all k into part (k); their sum returned.  NaN: no density. */
double density_at(const struct density *d, double x, double *part);
/* Of very many rows some are drawn: row i?  How many, of all n. */
bool density_draws(const struct density *d, size_t i);
size_t density_drawn(const struct density *d);
/* "component 3", or NULL for one too many for the key. */
const char *density_label(const struct density *d, size_t k, char *out, size_t room);
/* What the ellipses are, and what of the data is not drawn. */
void density_note(struct density *d);
/* The key's words for rows with a missing entry. */
#define DENSITY_MISSING "an entry is missing: at q's mean"
/* The names of columns on the axes, in place of what stands there.  y: NULL for none. */
void density_axes(struct density *d, const char *x, const char *y);

#endif
