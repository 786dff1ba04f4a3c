/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a normal component needs of the rows: x̄_k, in two parts, and S_k = Σγ(x−x̄_k)(x−x̄_k)ᵀ; then
 *
 *     Σγ log f = N_k (−½ [d log 2π + log|Σ_k|]) − ½ [ tr(Σ_k⁻¹ S_k) + N_k |L_k⁻¹(x̄_k − μ_k)|² ]
 */
#include <string.h>

#include "models/gaussian.h"
#include "models/pass/fused.h"
#include "numeric/cholesky.h"

size_t gaussian_expected_size(const struct model *m)
{
    return m->k * m->obs.d * (2 + m->obs.d);
}

/* v is about (K,d), shift (K,d), scatter (K,d,d). */
static struct moments moments_in(const struct model *m, const double *v)
{
    size_t kd = m->k * m->obs.d;
    return (struct moments){v, v + kd, v + 2 * kd};
}

void gaussian_expect(const struct fit *f, double *v)
{
    const struct model *m = f->model;
    size_t d = m->obs.d, kd = m->k * d;
    const double *centre = gaussian_of(m)->centre;
    for (size_t k = 0; k < m->k; k++) {
        double *about = v + k * d, *shift = v + kd + k * d;
        gaussian_mean(f, k, shift);
        gaussian_scatter(f, k, shift, v + 2 * kd + k * d * d);
        memcpy(about, centre, d * sizeof *about);
        for (size_t j = 0; j < d; j++)
            shift[j] -= centre[j];
    }
}

bool gaussian_expect_touching(const struct model *m, const struct theta *touch, double *nk,
                              double *v)
{
    struct moments moments;
    size_t kd = m->k * m->obs.d;
    if (!fused_moments(m, touch, nk, &moments))
        return false;
    memcpy(v, moments.about, kd * sizeof *v);
    memcpy(v + kd, moments.shift, kd * sizeof *v);
    memcpy(v + 2 * kd, moments.scatter, kd * m->obs.d * sizeof *v);
    return true;
}

/* tr(Σ⁻¹ S) */
static double trace_of_solve(size_t d, const double *l, const double *S, double *square)
{
    double sum = 0.0;
    memcpy(square, S, d * d * sizeof *square);
    cholesky_solve(d, d, l, square);
    for (size_t j = 0; j < d; j++)
        sum += square[j * (d + 1)];
    return sum;
}

double gaussian_expected(const struct model *m, const double *work, const double *nk,
                         const double *v)
{
    const struct gaussian *g = gaussian_of(m);
    const struct moments at = moments_in(m, v);
    size_t d = m->obs.d, each = d * d + 1;
    const double *mu = work + m->k * each;
    double sum = 0.0;
    for (size_t k = 0; k < m->k; k++) {
        const double *l = work + k * each;
        if (nk[k] == 0.0)
            continue;
        double square = 0.0;
        for (size_t j = 0; j < d; j++)
            g->row[j] = (at.about[k * d + j] - mu[k * d + j]) + at.shift[k * d + j];
        cholesky_whiten(d, l, g->row);
        for (size_t j = 0; j < d; j++)
            square += g->row[j] * g->row[j];
        sum += nk[k] * (l[d * d] - 0.5 * square) -
               0.5 * trace_of_solve(d, l, at.scatter + k * d * d, g->square);
    }
    return sum;
}

bool gaussian_expected_score(const struct model *m, const double *nk, const double *v,
                             const struct theta *theta, double *out)
{
    const struct moments at = moments_in(m, v);
    const struct fit f = {.model = m, .moments = &at, .nk = nk};
    return gaussian_score(&f, theta, out);
}
