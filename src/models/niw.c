/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/niw.h"

#include <gsl/gsl_sf_gamma.h>
#include <math.h>
#include <string.h>

#include "models/prior.h"
#include "numeric/cholesky.h"

static const char *const names[] = {"m0", "kappa0", "S0", "nu0"};
enum { NIW_BLOCKS = 4 };

void niw_layout(struct layout *l, size_t d)
{
    layout_add(l, (struct block){.name = "m0", .rank = 1, .dim = {d},
                                 .help = "prior mean of mu"});
    layout_add(l, (struct block){.name = "kappa0", .constraint = CONSTRAINT_POSITIVE,
                                 .help = "rows that the prior mean is worth"});
    layout_add(l, (struct block){.name = "S0", .rank = 2, .dim = {d, d},
                                 .constraint = CONSTRAINT_SPD, .help = "prior scatter of Sigma"});
    layout_add(l, (struct block){.name = "nu0", .constraint = CONSTRAINT_POSITIVE,
                                 .help = "degrees of freedom of S0, above d − 1"});
}

bool niw_read(const struct prior *p, size_t d, struct niw *niw)
{
    const double *v[NIW_BLOCKS];
    for (int i = 0; i < NIW_BLOCKS; i++)
        if (!(v[i] = prior_block(p, names[i])))
            return false;
    *niw = (struct niw){.d = d, .m0 = v[0], .kappa0 = *v[1], .S0 = v[2], .nu0 = *v[3]};
    return true;
}

static int check_together(const struct prior *p, bool *given, struct error *e)
{
    const char *missing = NULL;
    *given = false;
    for (int i = 0; i < NIW_BLOCKS; i++) {
        if (prior_block(p, names[i]))
            *given = true;
        else if (!missing)
            missing = names[i];
    }
    if (!*given || !missing)
        return 0;
    error_set(e, "the prior of mu and Sigma needs %s too", missing);
    return error_hint(e, "give all four at once: prior m0=… kappa0=… S0=… nu0=…");
}

/* Each as a layout of its own: blocks_valid names the entry that breaks the rule. */
static int check_ranges(const struct prior *p, struct error *e)
{
    for (int i = 0; i < NIW_BLOCKS; i++) {
        const struct block *b = layout_find(p->b.layout, names[i]);
        struct layout alone = {0};
        layout_add(&alone, *b);
        if (blocks_valid(&(struct blocks){&alone, p->b.v + b->offset}, e) != 0)
            return -1;
    }
    return 0;
}

int niw_valid(const struct prior *p, size_t d, struct error *e)
{
    bool given;
    if (check_together(p, &given, e) != 0)
        return -1;
    if (!given)
        return 0;
    if (check_ranges(p, e) != 0)
        return -1;
    return prior_above(p, "nu0", (double)d - 1.0, e);
}

void niw_mean(const struct niw *p, double N, double *mean)
{
    double share = N / (p->kappa0 + N);
    for (size_t j = 0; j < p->d; j++)
        mean[j] = N > 0.0 ? p->m0[j] + share * (mean[j] - p->m0[j]) : p->m0[j];
}

void niw_scatter(const struct niw *p, const double *mu, double *S)
{
    size_t d = p->d;
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < d; j++)
            S[i * d + j] += p->S0[i * d + j] +
                            p->kappa0 * (mu[i] - p->m0[i]) * (mu[j] - p->m0[j]);
}

double niw_divisor(const struct niw *p, double N)
{
    return p->nu0 + N + (double)p->d + 2.0;
}

size_t niw_work(size_t d)
{
    return 2 * d * d + d;
}

double niw_log_mean(const struct niw *p, const double *mu, const double *Sigma, double *work)
{
    size_t d = p->d;
    double *l = work, *y = work + d * d, square = 0.0;
    memcpy(l, Sigma, d * d * sizeof *l);
    if (!cholesky(d, l))
        return NAN;
    for (size_t j = 0; j < d; j++)
        y[j] = mu[j] - p->m0[j];
    cholesky_whiten(d, l, y);
    for (size_t j = 0; j < d; j++)
        square += y[j] * y[j];
    return -0.5 * ((double)d * log(2.0 * M_PI / p->kappa0) + cholesky_logdet(d, l) +
                   p->kappa0 * square);
}

double log_multigamma(size_t d, double a)
{
    double n = (double)d, sum = 0.25 * n * (n - 1.0) * log(M_PI);
    for (size_t j = 0; j < d; j++)
        sum += gsl_sf_lngamma(a - 0.5 * (double)j);
    return sum;
}

/* tr(Σ⁻¹ S0) column by column; l: the factor of Σ, s: S0, overwritten */
static double trace_solved(size_t d, const double *l, double *s)
{
    double trace = 0.0;
    cholesky_solve(d, d, l, s);
    for (size_t j = 0; j < d; j++)
        trace += s[j * d + j];
    return trace;
}

double niw_log_covariance(const struct niw *p, const double *Sigma, double *work)
{
    size_t d = p->d;
    double n = (double)d, *l = work, *s = work + d * d;
    memcpy(s, p->S0, d * d * sizeof *s);
    if (!cholesky(d, s))
        return NAN;
    double logdet0 = cholesky_logdet(d, s);
    memcpy(l, Sigma, d * d * sizeof *l);
    if (!cholesky(d, l))
        return NAN;
    memcpy(s, p->S0, d * d * sizeof *s);
    return 0.5 * (p->nu0 * logdet0 - (p->nu0 + n + 1.0) * cholesky_logdet(d, l) -
                  trace_solved(d, l, s) - p->nu0 * n * M_LN2) -
           log_multigamma(d, 0.5 * p->nu0);
}

double niw_log_density(const struct niw *p, const double *mu, const double *Sigma, double *work)
{
    return niw_log_mean(p, mu, Sigma, work) + niw_log_covariance(p, Sigma, work);
}

struct marginal niw_mean_marginal(double free, double m, double kappa, double S)
{
    return (struct marginal){MARGINAL_STUDENT, free, m, sqrt(S / (kappa * free))};
}

struct marginal niw_variance_marginal(double free, double S)
{
    return (struct marginal){MARGINAL_INVERSE_GAMMA, 0.5 * free, 0.5 * S, 0.0};
}
