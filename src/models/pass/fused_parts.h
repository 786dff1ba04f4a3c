/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the fused passes over the data of a Gaussian mixture share. */
#ifndef EMSTEP_MODELS_FUSED_PARTS_H
#define EMSTEP_MODELS_FUSED_PARTS_H

#include "models/pass/fused.h"
#include "models/pass/pass.h"
#include "numeric/threads.h"

struct fused {
    struct pass pass;        /* θ */
    struct pass at;          /* the θ of which q is the posterior, for the terms */
    struct threads *threads;
    size_t wanted;           /* model->threads of then */
    size_t chunks, rows;     /* rows of a chunk: whole blocks */
    size_t nsum;
    double *sums;            /* (chunks, nsum), then their total (nsum) */
    double *scratch;         /* a piece for each worker … */
    double *aligned;         /* … from here on, to 64 bytes */
    size_t scratch_size;
    double *scatter, *moved; /* (K,d,d), (K,d) x̄ − μ: what the M-step is given */
    double *L, *inverse;     /* (d,d) of one Σ_k */
    double *spread;          /* (d) mean |x − centre| of the columns */
};

/* Made at the first call; NULL: no memory. */
struct fused *fused_of(const struct model *m);
/* Doubles that the θ of p takes (W, shift, mean, constant); where they lie in room; what is left. */
size_t fused_theta_size(const struct pass *p);
double *fused_lay_theta(struct pass *p, double *room);
/* θ into W, shift, mean and constant of p; false where the pass would lose digits, or a weight is 0. */
bool fused_put_theta(const struct model *m, struct fused *f, const struct theta *theta,
                     struct pass *p);

#endif
