/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Q of a mixture from the expected sufficient statistics of its q (struct sufficient):
 *     Q(q,θ) = Σ_k N_k log π_k + Σ_ik w_i γ_ik log f(x_i|φ_k). */
#include <math.h>

#include "models/finite.h"
#include "models/mixture.h"
#include "models/pass/pass.h"
#include "numeric/logspace.h"

static const struct family *family_of(const struct model *m)
{
    return mixture_of(m)->family;
}

static size_t expected_size(const struct model *m)
{
    return m->k + (family_of(m)->expected ? family_of(m)->expected_size(m) : 0);
}

static bool take(const struct model *m, const struct latent *q, double *v)
{
    const struct fit f = {.model = m, .gamma = latent_block(q, "gamma"), .nk = v};
    if (!family_of(m)->expected)
        return false;
    finite_counts(m, f.gamma, v);
    family_of(m)->expect(&f, v + m->k);
    return true;
}

static bool take_touching(const struct model *m, const struct theta *touch, double *v)
{
    const struct family *family = family_of(m);
    return family->expect_touching && family->expect_touching(m, touch, v, v + m->k);
}

static double expected_Q(const struct model *m, const double *v, const struct theta *theta)
{
    const struct mixture *mix = mixture_of(m);
    double sum = 0.0;
    if (!mixture_prepare(m, theta))
        return NAN;
    for (size_t k = 0; k < m->k; k++)
        sum += times_log(v[k], mix->log_pi[k]);
    return sum + mix->family->expected(m, mix->work, v, v + m->k);
}

static bool expected_score(const struct model *m, const double *v, const struct theta *theta,
                           double *out)
{
    const struct family *family = family_of(m);
    const double *pi = theta_block(theta, "pi");
    for (size_t k = 0; k < m->k; k++)
        out[k] = v[k] / pi[k];
    return family->expected_score && family->expected_score(m, v, v + m->k, theta, out);
}

static double mixed_entropy(const struct model *m, const struct latent *from,
                            const struct latent *to, double a)
{
    const double *f = latent_block(from, "gamma"), *t = latent_block(to, "gamma");
    const struct pass_kernel *kernel = pass_kernel(0);
    double sum = 0.0;
    if (!m->obs.weighted)
        return kernel->entropy(f, t, a, m->obs.n * m->k);
    for (size_t i = 0; i < m->obs.n; i++)
        sum += m->obs.weight[i] * kernel->entropy(f + i * m->k, t + i * m->k, a, m->k);
    return sum;
}

const struct sufficient mixture_sufficient = {
    .size = expected_size,
    .take = take,
    .take_touching = take_touching,
    .Q = expected_Q,
    .score = expected_score,
    .mixed_entropy = mixed_entropy,
};
