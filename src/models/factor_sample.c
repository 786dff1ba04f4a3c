/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drawing from a factor model: first z_i ~ N(0, I), then x_i ~ N(W z_i + μ, Ψ). */
#include <gsl/gsl_randist.h>
#include <math.h>

#include "models/factor.h"

int factor_sample(const struct model *m, const struct theta *theta, gsl_rng *random, size_t n,
                  double *x, double *z, struct error *e)
{
    struct factor *f = factor_of(m);
    const double *W = theta_block(theta, "W"), *mu = theta_block(theta, "mu");
    size_t d = m->obs.d;
    (void)z;
    (void)e;
    factor_noise(m, theta, f->psi);
    for (size_t i = 0; i < n; i++) {
        for (size_t a = 0; a < m->m; a++)
            f->score[a] = gsl_ran_ugaussian(random);
        for (size_t j = 0; j < d; j++) {
            double v = mu[j] + gsl_ran_gaussian(random, sqrt(f->psi[j]));
            for (size_t a = 0; a < m->m; a++)
                v += W[j * m->m + a] * f->score[a];
            x[i * d + j] = v;
        }
    }
    return 0;
}
