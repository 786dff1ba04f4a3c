/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drawing from a mixture: first z_i ~ π, then x_i ~ f(·|φ_z). */
#include "models/mixture.h"

size_t mixture_draw_label(gsl_rng *random, size_t k, const double *p)
{
    double u = gsl_rng_uniform(random);
    size_t last = 0;
    for (size_t j = 0; j < k && u >= 0.0; j++)
        if (p[j] > 0.0) {
            last = j;
            u -= p[j];
        }
    return last + 1;
}

int mixture_sample_at(const struct model *m, const struct theta *theta, gsl_rng *random, size_t n,
                      double *x, const double *z, struct error *e)
{
    const struct family *family = mixture_of(m)->family;
    if (!family->draw)
        return error_set(e, "%s cannot be drawn from", m->name);
    if (!family->prepare(m, theta, mixture_of(m)->work))
        return error_set(e, "θ is outside its domain: nothing can be drawn from it");
    for (size_t i = 0; i < n; i++)
        family->draw(m, theta, (size_t)z[i] - 1, i, random, x + i * m->obs.d);
    return 0;
}

int mixture_sample(const struct model *m, const struct theta *theta, gsl_rng *random, size_t n,
                   double *x, double *z, struct error *e)
{
    for (size_t i = 0; i < n; i++)
        z[i] = (double)mixture_draw_label(random, m->k, theta_block(theta, "pi"));
    return mixture_sample_at(m, theta, random, n, x, z, e);
}
