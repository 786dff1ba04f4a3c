/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ℓ at many θ of a line or a plane, in few passes over the data. */
#ifndef EMSTEP_EM_LOGLIKS_H
#define EMSTEP_EM_LOGLIKS_H

#include "em/model.h"

/* θ of place i into out; false where it is not valid. */
typedef bool logliks_place(void *context, size_t i, struct theta *out);

/* loglik (n) ← ℓ at the places 0 … n − 1; NaN where θ is not valid.  Refused on ^C. */
int logliks_at(const struct model *m, logliks_place *place, void *context, size_t n,
               double *loglik, struct error *e);

#endif
