/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/finite.h"

#include <gsl/gsl_randist.h>
#include <math.h>

#include "numeric/logspace.h"

static void harden(size_t k, const double *a, double *p)
{
    size_t best = most_probable(k, a);
    for (size_t j = 0; j < k; j++)
        p[j] = j == best ? 1.0 : 0.0;
}

bool finite_posterior(size_t k, const struct e_how *how, double *joint, double *gamma)
{
    if (how->kind != E_HARD && how->kind != E_TEMPERED)
        return isfinite(softmax(k, joint, gamma));
    if (!isfinite(log_sum_exp(k, joint)))
        return false;
    if (how->kind == E_HARD) {
        harden(k, joint, gamma);
        return true;
    }
    for (size_t j = 0; j < k; j++)
        joint[j] *= how->beta;
    softmax(k, joint, gamma);
    return true;
}

void finite_without_theta(const struct model *m, const struct e_how *how, double *gamma)
{
    for (size_t i = 0; i < m->obs.n; i++) {
        double *row = gamma + i * m->k, sum = 0.0;
        for (size_t k = 0; k < m->k; k++) {
            row[k] = how->kind == E_UNIFORM ? 1.0 : gsl_ran_exponential(how->random, 1.0);
            sum += row[k];
        }
        for (size_t k = 0; k < m->k; k++)
            row[k] /= sum;
    }
}

void finite_add_terms(size_t k, double w, const double *joint, const double *gamma, unsigned which,
                      double *v)
{
    double lse = which & (TERM_BIT(TERM_LOGLIK) | TERM_BIT(TERM_H) | TERM_BIT(TERM_KL))
                     ? log_sum_exp(k, joint) : 0.0;
    if (w == 0.0)
        return;
    if (which & TERM_BIT(TERM_LOGLIK))
        v[TERM_LOGLIK] += w * lse;
    if (!gamma)
        return;
    for (size_t j = 0; j < k; j++) {
        double g = gamma[j], mass = w * g;
        if (mass == 0.0) /* as it may be of a tiny weight, too: no 0·(−∞) */
            continue;
        double log_g = log(g), log_r = joint[j] - lse;
        v[TERM_Q] += mass * joint[j];
        v[TERM_ENTROPY] -= mass * log_g;
        v[TERM_ELBO] += mass * (joint[j] - log_g);
        v[TERM_H] += mass * log_r;
        v[TERM_KL] += mass * (log_g - log_r);
    }
}

void finite_counts(const struct model *m, const double *gamma, double *out)
{
    for (size_t k = 0; k < m->k; k++)
        out[k] = 0.0;
    for (size_t i = 0; i < m->obs.n; i++)
        for (size_t k = 0; k < m->k; k++)
            out[k] += m->obs.weight[i] * gamma[i * m->k + k];
}

void finite_predict(size_t k, double *joint, double *log_density)
{
    *log_density = log_sum_exp(k, joint);
    if (isfinite(*log_density))
        softmax(k, joint, joint);
    else
        for (size_t j = 0; j < k; j++)
            joint[j] = NAN;
}
