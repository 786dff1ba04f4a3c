/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the fused passes over the data of a Gaussian mixture share. */
#ifndef EMSTEP_MODELS_FUSED_PARTS_H
#define EMSTEP_MODELS_FUSED_PARTS_H

#include "models/pass/chunks.h"
#include "models/pass/fused.h"
#include "models/pass/pass.h"

struct fused {
    struct pass pass;        /* θ */
    struct pass at;          /* the θ of which q is the posterior, for the terms */
    struct chunks chunks;
    size_t wanted;           /* model->threads of then */
    double *scatter, *moved; /* (K,d,d), (K,d) x̄ − μ: what the M-step is given */
    double *L, *inverse;     /* (d,d) of one Σ_k */
    double *spread;          /* (d) mean |x − centre| of the columns */
};

/* Made at the first call; NULL: no memory. */
struct fused *fused_of(const struct model *m);
/* Of one row, in additions and multiplications. */
double fused_operations(const struct pass *p);
/* Doubles that the θ of p takes (W, shift, mean, constant); where they lie in room; what is left. */
size_t fused_theta_size(const struct pass *p);
double *fused_lay_theta(struct pass *p, double *room);
/* θ into W, shift, mean and constant of p; false where the pass would lose digits, or a weight is 0. */
bool fused_put_theta(const struct model *m, struct fused *f, const struct theta *theta,
                     struct pass *p);

#endif
