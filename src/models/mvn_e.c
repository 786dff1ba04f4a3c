/* SPDX-License-Identifier: GPL-3.0-or-later */
/* q of the multivariate normal: the E-step, and a q set by hand. */
#include <gsl/gsl_randist.h>
#include <math.h>
#include <string.h>

#include "models/mvn.h"
#include "numeric/cholesky.h"

/* Row i of q: x where it was observed, c (m) and C/β elsewhere. */
static void write_row(const struct model *m, const struct pattern *p, size_t i, const double *c,
                      const double *C, double beta, struct latent *q)
{
    size_t d = m->obs.d;
    double *mean = latent_block(q, "mean") + i * d, *cov = latent_block(q, "cov") + i * d * d;
    memcpy(mean, observations_row(&m->obs, i), d * sizeof *mean);
    memset(cov, 0, d * d * sizeof *cov);
    for (size_t a = 0; a < p->nmissing; a++) {
        mean[p->missing[a]] = c[a];
        for (size_t b = 0; b < p->nmissing; b++)
            cov[p->missing[a] * d + p->missing[b]] = C[a * p->nmissing + b] / beta;
    }
}

/* Without θ: means drawn from each column's own normal, its variance, nothing correlated. */
static void draw_q(const struct model *m, gsl_rng *random, struct latent *q)
{
    const struct mvn *s = mvn_of(m);
    for (size_t k = 0; k < s->patterns.count; k++) {
        const struct pattern *p = &s->patterns.pattern[k];
        memset(s->V, 0, p->nmissing * p->nmissing * sizeof *s->V);
        for (size_t a = 0; a < p->nmissing; a++) {
            double v = s->variance[p->missing[a]];
            s->V[a * p->nmissing + a] = v > 0.0 ? v : 1.0;
        }
        for (size_t r = 0; r < p->nrow; r++) {
            for (size_t a = 0; a < p->nmissing; a++)
                s->row[a] = s->mean[p->missing[a]] +
                            gsl_ran_gaussian(random, sqrt(s->V[a * p->nmissing + a]));
            write_row(m, p, p->row[r], s->row, s->V, 1.0, q);
        }
    }
}

static int refuse_e(const struct e_how *how, struct error *e)
{
    switch (how->kind) {
    case E_HARD:
        error_set(e, "a hard q puts all mass on one value of a missing entry, which is continuous: "
                     "it has no density and its entropy is -inf");
        return error_hint(e, "e beta=100 comes as near as a density can");
    case E_UNIFORM:
        error_set(e, "there is no uniform distribution over a missing entry: it may be any number");
        return error_hint(e, "q random, or e beta=0.01 for a wide q");
    default:
        error_set(e, "mvn has no sweeps: its E-step is exact");
        return error_hint(e, "e");
    }
}

static int no_posterior(struct error *e)
{
    error_set(e,
              "Sigma is not positive definite, or so near it that nothing is left of the posterior "
              "of the missing entries");
    return error_hint(e, "theta Sigma=…, or init; more rows than columns, or a prior (m0= kappa0= "
                         "S0= nu0=), keep it away from there");
}

/* C/β is written down and factored again by who reads q:
 * near a singular Σ no digit of that is left. */
static bool has_density(struct mvn *s, const struct pattern *p, size_t d, const double *Sigma,
                        double beta)
{
    size_t k = p->nmissing;
    if (k == 0)
        return true;
    for (size_t j = 0; j < d; j++)
        s->row[j] = Sigma[p->observed[j] * (d + 1)];
    if (!cholesky_sound(d, s->cond.whole, s->row))
        return false;
    for (size_t i = 0; i < k * k; i++)
        s->solved[i] = s->cond.C[i] / beta;
    for (size_t j = 0; j < k; j++)
        s->row[j] = s->solved[j * (k + 1)];
    return cholesky(k, s->solved) && cholesky_sound(k, s->solved, s->row);
}

static int refresh(const struct model *m, const struct theta *theta, const struct e_how *how,
                   struct latent *q, struct error *e)
{
    struct mvn *s = mvn_of(m);
    const double *mu = theta_block(theta, "mu"), *Sigma = theta_block(theta, "Sigma");
    size_t first = how->kind == E_ROWS ? how->first - 1 : 0;
    size_t last = how->kind == E_ROWS ? how->last : m->obs.n;
    double beta = how->kind == E_TEMPERED ? how->beta : 1.0;
    for (size_t k = 0; k < s->patterns.count; k++) {
        const struct pattern *p = &s->patterns.pattern[k];
        if (!conditional_make(&s->cond, p, m->obs.d, Sigma) ||
            !has_density(s, p, m->obs.d, Sigma, beta))
            return no_posterior(e);
        for (size_t r = 0; r < p->nrow; r++) {
            size_t i = p->row[r];
            if (i < first || i >= last)
                continue;
            conditional_mean(&s->cond, p, observations_row(&m->obs, i), mu, s->row);
            write_row(m, p, i, s->row, s->cond.C, beta, q);
        }
    }
    return 0;
}

int mvn_e_step(const struct model *m, const struct theta *theta, const struct e_how *how,
               struct latent *q, struct error *e)
{
    if (how->kind == E_HARD || how->kind == E_UNIFORM || how->kind == E_SWEEPS)
        return refuse_e(how, e);
    if (how->kind != E_RANDOM)
        return refresh(m, theta, how, q, e);
    draw_q(m, how->random, q);
    return 0;
}

static int check_observed(const struct model *m, const struct latent *q, size_t i, size_t j,
                          struct error *e)
{
    size_t d = m->obs.d;
    char shown[NUMBER_TEXT], seen[NUMBER_TEXT];
    const double *cov = latent_block(q, "cov") + i * d * d;
    double x = m->obs.x[j][i], v = latent_block(q, "mean")[i * d + j];
    if (!(fabs(v - x) <= 1e-9 * fmax(1.0, fabs(x)))) {
        error_set(e, "mean[%zu,%zu] is %s, but '%s' of row %zu was observed: it is %s", i + 1,
                  j + 1, number_text(shown, v, 6), observations_name(&m->obs, j), i + 1,
                  number_text(seen, x, 6));
        return error_hint(e, "q is about missing entries; give the others as they are");
    }
    for (size_t l = 0; l < d; l++)
        if (cov[j * d + l] != 0.0 || cov[l * d + j] != 0.0) {
            error_set(e, "cov[%zu,%zu,%zu] must be 0: '%s' of row %zu was observed", i + 1, j + 1,
                      l + 1, observations_name(&m->obs, j), i + 1);
            return error_hint(e, "only missing entries vary");
        }
    return 0;
}

static bool symmetric_definite(size_t n, double *V)
{
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b < a; b++)
            if (!(fabs(V[a * n + b] - V[b * n + a]) <=
                  1e-9 * sqrt(fabs(V[a * n + a] * V[b * n + b]))))
                return false;
    return n == 0 || cholesky(n, V);
}

static int check_row(const struct model *m, const struct latent *q, const struct pattern *p,
                     size_t i, struct error *e)
{
    size_t d = m->obs.d;
    double *V = mvn_of(m)->V;
    for (size_t k = 0; k < p->nobserved; k++)
        if (check_observed(m, q, i, p->observed[k], e) != 0)
            return -1;
    gather(latent_block(q, "cov") + i * d * d, d, p->nmissing, p->missing, p->nmissing,
           p->missing, V);
    if (symmetric_definite(p->nmissing, V))
        return 0;
    error_set(e, "cov[%zu] over the missing entries of row %zu is not symmetric and positive "
                 "definite", i + 1, i + 1);
    return error_hint(e, "give variances above 0 and correlations between −1 and 1");
}

int mvn_q_valid(const struct model *m, const struct latent *q, struct error *e)
{
    const struct patterns *patterns = &mvn_of(m)->patterns;
    for (size_t k = 0; k < patterns->count; k++)
        for (size_t r = 0; r < patterns->pattern[k].nrow; r++)
            if (check_row(m, q, &patterns->pattern[k], patterns->pattern[k].row[r], e) != 0)
                return -1;
    return 0;
}
