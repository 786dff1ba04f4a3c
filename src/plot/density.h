/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of `plot density` share: picture-density.c chooses among them. */
#ifndef EMSTEP_PLOT_DENSITY_H
#define EMSTEP_PLOT_DENSITY_H

#include "plot/picture.h"

struct density {
    const struct model *model;
    const struct state *here;    /* NULL: no θ yet */
    const struct latent *q;      /* NULL: none yet */
    const double *gamma;         /* (n,k) of q, when the rows belong to components; or NULL */
    size_t k;                    /* components; a model without any is one */
    size_t column[2];            /* of the two that a plane shows */
    size_t bins;                 /* of a histogram; 0: by the data */
    struct figure *f;
};

/* One column: a histogram split by q, the components π_k f_k and their sum. */
int density_line(struct density *d, struct error *e);
/* Two columns: the rows coloured by q, ellipses that hold 68 % and 95 % of each component. */
int density_plane(struct density *d, struct error *e);
/* Rows and components on the model's own scale. */
int density_scale(struct density *d, struct error *e);

/* Mean (d) and covariance (d,d) of component k into room of d + d·d doubles.  False: the model's
 * components have none, or there is no θ. */
bool density_moments(const struct density *d, size_t k, double *room);
/* The component that holds most of row i. */
size_t density_component(const struct density *d, size_t i);
/* "component 3", or NULL for one too many for the key. */
const char *density_label(const struct density *d, size_t k, char *out, size_t room);

#endif
