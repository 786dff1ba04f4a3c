/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The pictures: one function and one row each (pictures.def), from the machine to a figure.
 */
#ifndef EMSTEP_PLOT_PICTURE_H
#define EMSTEP_PLOT_PICTURE_H

#include "base/options.h"
#include "em/machine.h"
#include "plot/figure.h"

struct picture {
    const char *name;                  /* "bound" */
    const char *summary;               /* half a line */
    const struct option_spec *options; /* of `plot NAME`, less output= and theme= */
    bool needs_q;
    /* The models it makes sense for: NULL, or "" when it does, else why not and which do. */
    const char *(*suits)(const struct model *m);
    int (*draw)(struct machine *m, const struct options *o, struct figure **f, struct error *e);
};

extern const struct picture *const pictures[]; /* NULL-terminated */
const struct picture *picture_find(const char *name, struct error *e);

#endif
