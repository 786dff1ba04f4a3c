/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/prior.h"

#include <gsl/gsl_sf_gamma.h>
#include <math.h>

#include "numeric/logspace.h"

const double *prior_block(const struct prior *p, const char *name)
{
    if (!p || !p->given)
        return NULL;
    const struct block *b = layout_find(p->b.layout, name);
    if (!b || !(p->given >> layout_place(p->b.layout, b) & 1u))
        return NULL;
    return p->b.v + b->offset;
}

double log_dirichlet(size_t k, const double *alpha, const double *pi)
{
    double sum = 0.0, value = 0.0;
    for (size_t i = 0; i < k; i++) {
        sum += alpha[i];
        value += times_log(alpha[i] - 1.0, log(pi[i])) - gsl_sf_lngamma(alpha[i]);
    }
    return value + gsl_sf_lngamma(sum);
}

double log_beta_density(double a, double b, double p)
{
    return times_log(a - 1.0, log(p)) + times_log(b - 1.0, log1p(-p)) - gsl_sf_lnbeta(a, b);
}

double log_gamma_density(double a, double b, double v)
{
    return a * log(b) - gsl_sf_lngamma(a) + times_log(a - 1.0, log(v)) - b * v;
}

double log_inverse_gamma_density(double a, double b, double v)
{
    return a * log(b) - gsl_sf_lngamma(a) - (a + 1.0) * log(v) - b / v;
}

int prior_none(const struct block *b, const char *remedy, struct error *e)
{
    error_set(e, "no prior of %s is in force", b->name);
    return error_hint(e, "set one: prior %s", remedy);
}

int prior_never(const struct model *m, const struct block *b, struct error *e)
{
    error_set(e, "%s of %s has no conjugate prior", b->name, m->name);
    return error_hint(e, "help prior lists the priors that there are");
}

struct marginal dirichlet_marginal(size_t k, const double *alpha, const double *count, size_t i)
{
    double own = 0.0, others = 0.0;
    for (size_t j = 0; j < k; j++)
        *(j == i ? &own : &others) += alpha[j] + (count ? count[j] : 0.0);
    return (struct marginal){MARGINAL_BETA, own, others, 0.0};
}

int prior_above(const struct prior *p, const char *name, double low, struct error *e)
{
    const double *v = prior_block(p, name);
    if (!v)
        return 0;
    const struct block *b = layout_find(p->b.layout, name);
    for (size_t i = 0; i < b->size; i++)
        if (!(v[i] > low && isfinite(v[i]))) {
            char shown[NUMBER_TEXT], limit[NUMBER_TEXT];
            return error_set(e, "the prior's %s is %s; it must be above %s", name,
                             number_text(shown, v[i], 6), number_text(limit, low, 6));
        }
    return 0;
}
