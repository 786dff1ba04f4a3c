/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The expected sufficient statistics of a mixture: N_k = Σ_i w_i γ_ik,
 * then what its family sums. */
#include <math.h>
#include <string.h>

#include "models/finite.h"
#include "models/mixture.h"

void mixture_sums(const struct fit *f, size_t columns, size_t first, double *out)
{
    const struct model *m = f->model;
    memset(out, 0, m->k * columns * sizeof *out);
    for (size_t i = 0; i < m->obs.n; i++)
        for (size_t k = 0; k < m->k; k++) {
            double w = m->obs.weight[i] * f->gamma[i * m->k + k];
            for (size_t c = 0; c < columns; c++)
                out[k * columns + c] += w * m->obs.x[first + c][i];
        }
}

void mixture_stats_layout(struct model *m)
{
    const struct family *family = mixture_of(m)->family;
    layout_add(&m->stats, (struct block){.name = "N", .rank = 1, .dim = {m->k},
                                         .help = "Σ γ, so many rows are k's"});
    if (family->stats_layout)
        family->stats_layout(m);
}

void mixture_stats(const struct model *m, const struct latent *q, const struct theta *theta,
                   double *v)
{
    const struct family *family = mixture_of(m)->family;
    if (!q) {
        for (size_t i = 0; i < m->stats.size; i++)
            v[i] = NAN;
        return;
    }
    struct fit f = {.model = m, .gamma = latent_block(q, "gamma"), .nk = v};
    finite_counts(m, f.gamma, v);
    if (family->stats)
        family->stats(&f, theta, v + m->k);
}
