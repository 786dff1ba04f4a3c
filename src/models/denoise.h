/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of denoise share; the model itself is stated in denoise.c. */
#ifndef EMSTEP_MODELS_DENOISE_H
#define EMSTEP_MODELS_DENOISE_H

#include "em/explain.h"

/* model->self */
struct denoise {
    double s2;
    double mean, variance; /* of the data */
};

static inline const struct denoise *denoise_of(const struct model *m)
{
    return m->self;
}

extern const struct explainer denoise_explainer;

#endif
