/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The normal–inverse-Wishart prior of a mean and its covariance:
 *
 *     μ | Σ ~ N(m0, Σ/κ0),   Σ ~ IW(S0, ν0),   a density in (μ, Σ)
 *
 *     log IW(Σ) = ν0/2 log|S0| − (ν0+d+1)/2 log|Σ| − ½ tr(S0 Σ⁻¹) − ν0 d/2 log 2 − log Γ_d(ν0/2)
 *
 * Added to −½ Σ_i γ_i [ log|Σ| + (x_i−μ)ᵀ Σ⁻¹ (x_i−μ) ] with N = Σγ and x̄ = Σγx/N it is maximised
 *
 *     over μ, whatever Σ is, at   (κ0 m0 + N x̄)/(κ0 + N)
 *     over Σ at a given μ    at   [ S0 + Σ_i γ_i (x_i−μ)(x_i−μ)ᵀ + κ0 (μ−m0)(μ−m0)ᵀ ]/(ν0+N+d+2)
 *
 * so that the joint maximum is the first and then the second, which at that μ equals
 * [ S0 + Σγ(x−x̄)(x−x̄)ᵀ + κ0 N/(κ0+N) (x̄−m0)(x̄−m0)ᵀ ]/(ν0+N+d+2).
 */
#ifndef EMSTEP_MODELS_NIW_H
#define EMSTEP_MODELS_NIW_H

#include "em/model.h"

/* Borrowed from the prior's blocks m0 (d), kappa0, S0 (d,d), nu0. */
struct niw {
    size_t d;
    const double *m0, *S0;
    double kappa0, nu0;
};

/* The four blocks, appended. */
void niw_layout(struct layout *l, size_t d);
/* False when the prior (which may be NULL) has none of them in force. */
bool niw_read(const struct prior *p, size_t d, struct niw *niw);
/* All four or none; κ0 > 0, ν0 > d − 1, S0 positive definite. */
int niw_valid(const struct prior *p, size_t d, struct error *e);

/* mean (d): x̄ → (κ0 m0 + N x̄)/(κ0 + N).  N = 0 gives m0, whatever stands in mean. */
void niw_mean(const struct niw *p, double N, double *mean);
/* S (d,d), both triangles: Σγ(x−μ)(x−μ)ᵀ → S0 + S + κ0 (μ−m0)(μ−m0)ᵀ */
void niw_scatter(const struct niw *p, const double *mu, double *S);
/* ν0 + N + d + 2: what the scatter is divided by */
double niw_divisor(const struct niw *p, double N);

/* log N(μ; m0, Σ/κ0), log IW(Σ; S0, ν0), and their sum; NaN when Σ is not positive definite.
 * work: niw_work(d) doubles. */
size_t niw_work(size_t d);
double niw_log_mean(const struct niw *p, const double *mu, const double *Sigma, double *work);
double niw_log_covariance(const struct niw *p, const double *Sigma, double *work);
double niw_log_density(const struct niw *p, const double *mu, const double *Sigma, double *work);

/* One mean μ_j, and one variance Σ_jj, by themselves: Student with ν−d+1 degrees of freedom about
 * m_j, scale² S_jj/(κ(ν−d+1)); inverse Gamma((ν−d+1)/2, S_jj/2).  free: ν−d+1. */
struct marginal niw_mean_marginal(double free, double m, double kappa, double S);
struct marginal niw_variance_marginal(double free, double S);

/* log Γ_d(a) = d(d−1)/4 log π + Σ_j log Γ(a − (j−1)/2), for a > (d−1)/2 */
double log_multigamma(size_t d, double a);

#endif
