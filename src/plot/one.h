/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What pictures of one row share: which one, what (q, θ) say of it,
 * and numbers that may be tiny. */
#ifndef EMSTEP_PLOT_ONE_H
#define EMSTEP_PLOT_ONE_H

#include "em/values.h"
#include "plot/picture.h"

/* The argument I of `plot e I`. */
extern const struct option_spec one_argument;

struct one {
    const struct model *model;
    const struct state *here;
    struct latent *q;       /* NULL: none yet */
    size_t i;               /* from 0; of no meaning where `shared` */
    bool shared;            /* the data share one latent number: there is no row to choose */
    struct values v;
};

/* Reads the argument; without it: the row with the largest gap, or, where there is none, the one
 * that its components share most evenly.  On success one_clear it. */
int one_make(const struct machine *m, const struct options *o, struct one *one, struct error *e);
void one_clear(struct one *one);

/* "row 3: ", for titles; nothing where there is no row. */
void one_name(const struct one *one, struct text *out);
/* "x₃ = 3.333", "x₃ = (5, 10)"; nothing where the data share it. */
void one_data(const struct one *one, struct text *out);
/* "γ₃", or "q" */
void one_gamma(const struct one *one, struct text *out);
/* "p(x₃|θ)", or "p(X|θ)" */
void one_density(const struct one *one, struct text *out);

/* Heights exp(l) with a power of ten taken out where they would be too small or too large for an
 * axis: exp(l − log) is drawn, and words (" / 1e−28") go into its label. */
struct power {
    double log;
    char words[24];
};
struct power power_of(double log_largest);

#endif
