/* SPDX-License-Identifier: GPL-3.0-or-later */
/* drill e: responsibilities, and the log-likelihood, of three rows under two components. */
#include <math.h>
#include <stdio.h>

#include "shell/drill.h"

enum { ROWS = 3 };

static const double weights[] = {0.2, 0.25, 0.3, 0.4, 0.6, 0.7, 0.75, 0.8};
#define COUNT(array) (sizeof(array) / sizeof *(array))

/* What a row has: the density of each component in the right form and in wrong ones. */
struct row {
    formula f[2];             /* f(x|k), whole */
    formula core[2];          /* without what both components share */
    formula slip[2][2];       /* core with a slip of the model's own; NULL: none */
};

static const char *const slips_of_coins[] = {"heads and tails have changed places",
                                             "the tails are left out"};
static const char *const slips_of_normals[] = {"Σ is a variance: it was used as a standard "
                                               "deviation",
                                               "the ½ in the exponent is left out"};

static formula weighted(struct drill *d, formula pi, formula f)
{
    return f_mul(&d->f, pi, f);
}

/* a / (a + b) */
static formula share(struct drill *d, formula a, formula b)
{
    return f_div(&d->f, a, f_add(&d->f, a, b));
}

static void ask_gamma(struct drill *d, const struct row *r, const formula *pi, size_t i, size_t k,
                      const char *const *slips)
{
    struct formulas *f = &d->f;
    size_t l = 1 - k;
    char symbol[40];
    formula mine = weighted(d, pi[k], r->core[k]), other = weighted(d, pi[l], r->core[l]);
    snprintf(symbol, sizeof symbol, "\\gamma_{%zu,%zu}", i + 1, k + 1);
    struct question *q = drill_ask(
        d, symbol, "γ is p(z=k|x): π times the density, over the sum of that for both components",
        f_div(f, mine, k == 0 ? f_add(f, mine, other) : f_add(f, other, mine)));
    drill_mistake(q, "π is forgotten: it weighs the densities", share(d, r->core[k], r->core[l]));
    drill_mistake(q, "the row is not normalised: divide by the sum over both components",
                  weighted(d, pi[k], r->f[k]));
    drill_mistake(q, "that is a density (or f(x|k)), not the probability of a component", r->f[k]);
    drill_mistake(q, "that is the other component's", share(d, other, mine));
    drill_mistake(q, "that is π, the prior weight: the data have not been used", pi[k]);
    for (size_t s = 0; s < 2; s++)
        drill_mistake(q, slips[s], share(d, weighted(d, pi[k], r->slip[k][s]),
                                         weighted(d, pi[l], r->slip[l][s])));
}

/* Σ_i log Σ_k π_k f(x_i|k), π left out where it is NULL. */
static formula log_likelihood(struct drill *d, const struct row *row, const formula *pi, bool core)
{
    struct formulas *f = &d->f;
    formula sum = NULL;
    for (size_t i = 0; i < ROWS; i++) {
        const formula *g = core ? row[i].core : row[i].f;
        formula p = f_add(f, pi ? weighted(d, pi[0], g[0]) : g[0],
                          pi ? weighted(d, pi[1], g[1]) : g[1]);
        sum = sum ? f_add(f, sum, f_log(f, p)) : f_log(f, p);
    }
    return sum;
}

static void ask_loglik(struct drill *d, const struct row *row, const formula *pi)
{
    struct formulas *f = &d->f;
    formula right = log_likelihood(d, row, pi, false), logs = NULL, product = NULL;
    for (size_t i = 0; i < ROWS; i++) {
        formula a = weighted(d, pi[0], row[i].f[0]), b = weighted(d, pi[1], row[i].f[1]);
        formula log_both = f_add(f, f_log(f, a), f_log(f, b)), both = f_add(f, a, b);
        logs = logs ? f_add(f, logs, log_both) : log_both;
        product = product ? f_mul(f, product, both) : both;
    }
    struct question *q =
        drill_ask(d, "\\ell", "ℓ is Σᵢ log p(xᵢ), and p(x) is what γ was divided by, with all "
                              "constants", right);
    drill_mistake(q, "the log is natural here, not to base 10",
                  f_div(f, right, f_log(f, f_number(f, 10.0))));
    drill_mistake(q, "π is forgotten: it weighs the densities",
                  log_likelihood(d, row, NULL, false));
    drill_mistake(q, "the log goes outside the sum over the components: log Σ, not Σ log", logs);
    drill_mistake(q, "that is p(X|θ) itself: ℓ is its log", product);
    drill_mistake(q, "ℓ is a sum over the rows, not their mean",
                  f_div(f, right, f_number(f, ROWS)));
    if (row[0].core[0] != row[0].f[0])
        drill_mistake(q, "the binomial coefficients are left out",
                      log_likelihood(d, row, pi, true));
}

static void ask_rows(struct drill *d, const struct row *row, const formula *pi,
                     const char *const *slips)
{
    ask_gamma(d, &row[0], pi, 0, 0, slips);
    ask_gamma(d, &row[1], pi, 1, 0, slips);
    ask_gamma(d, &row[2], pi, 2, 1, slips);
    ask_loglik(d, row, pi);
}

static void deal_weights(struct drill *d, gsl_rng *random, formula *pi)
{
    double first = drill_pick(random, weights, COUNT(weights));
    pi[0] = f_symbol(&d->f, first, "\\pi_{1}");
    pi[1] = f_symbol(&d->f, drill_round(1.0 - first), "\\pi_{2}");
}

/* ---- coins ------------------------------------------------------------------------------- */

static formula power(struct drill *d, formula p, int n)
{
    return n == 1 ? p : f_pow(&d->f, p, n);
}

/* p^a (1 − p)^b */
static formula tossed(struct drill *d, formula p, int a, int b)
{
    formula tails = f_sub(&d->f, f_number(&d->f, 1.0), p);
    return f_mul(&d->f, power(d, p, a), power(d, tails, b));
}

static double choose(int n, int h)
{
    return round(exp(lgamma(n + 1.0) - lgamma(h + 1.0) - lgamma(n - h + 1.0)));
}

static struct row toss_row(struct drill *d, const formula *p, int n, int h)
{
    struct row r;
    formula c = f_number(&d->f, choose(n, h));
    for (int k = 0; k < 2; k++) {
        r.core[k] = tossed(d, p[k], h, n - h);
        r.f[k] = f_mul(&d->f, c, r.core[k]);
        r.slip[k][0] = tossed(d, p[k], n - h, h);
        r.slip[k][1] = power(d, p[k], h);
    }
    return r;
}

void drill_deal_coins(struct drill *d, gsl_rng *random)
{
    static const double heads[] = {0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8};
    int n = drill_whole(random, 4, 5), h[ROWS];
    double chance[2] = {drill_pick(random, heads, COUNT(heads)),
                        drill_pick(random, heads, COUNT(heads))};
    formula pi[2], p[2];
    struct row row[ROWS];
    deal_weights(d, random, pi);
    drill_different(random, 1, n - 1, h, ROWS);
    for (int k = 0; k < 2; k++)
        p[k] = f_symbol(&d->f, chance[k], "p_{%d}", k + 1);
    for (size_t i = 0; i < ROWS; i++)
        row[i] = toss_row(d, p, n, h[i]);
    text_addf(&d->given,
              "Two coins; p is the probability of heads.\n"
              "  coin 1:  π₁ = %g   p₁ = %g\n"
              "  coin 2:  π₂ = %g   p₂ = %g\n"
              "Three times a coin was drawn and tossed %d times; heads: %d, %d, %d.\n",
              formula_value(pi[0]), chance[0], formula_value(pi[1]), chance[1], n, h[0], h[1],
              h[2]);
    ask_rows(d, row, pi, slips_of_coins);
}

/* ---- normals ----------------------------------------------------------------------------- */

/* exp(−(x−μ)²/(c Σ)) / √(2πΣ); `square` for Σ: Σ is taken for a standard deviation */
static formula normal(struct drill *d, formula x, formula mu, formula Sigma, double c, bool square)
{
    struct formulas *f = &d->f;
    formula spread = square ? f_square(f, Sigma) : Sigma;
    formula below = c == 1.0 ? spread : f_mul(f, f_number(f, c), spread);
    formula exponent = f_neg(f, f_div(f, f_square(f, f_sub(f, x, mu)), below));
    formula root = f_sqrt(f, f_mul(f, f_mul(f, f_number(f, 2.0), f_pi(f)), spread));
    return f_div(f, f_exp(f, exponent), root);
}

void drill_deal_normals(struct drill *d, gsl_rng *random)
{
    static const double variances[] = {0.25, 1.0, 4.0, 9.0};
    int mean[2], x[ROWS];
    double variance[2] = {drill_pick(random, variances, COUNT(variances)),
                          drill_pick(random, variances, COUNT(variances))};
    formula pi[2];
    struct row row[ROWS];
    deal_weights(d, random, pi);
    drill_different(random, 1, 6, mean, 2);
    drill_different(random, 0, 8, x, ROWS);
    for (size_t i = 0; i < ROWS; i++) {
        formula at = f_symbol(&d->f, x[i], "x_{%zu}", i + 1);
        for (int k = 0; k < 2; k++) {
            formula mu = f_symbol(&d->f, mean[k], "\\mu_{%d}", k + 1);
            formula Sigma = f_symbol(&d->f, variance[k], "\\Sigma_{%d}", k + 1);
            row[i].f[k] = row[i].core[k] = normal(d, at, mu, Sigma, 2.0, false);
            row[i].slip[k][0] = normal(d, at, mu, Sigma, 2.0, true);
            row[i].slip[k][1] = normal(d, at, mu, Sigma, 1.0, false);
        }
    }
    text_addf(&d->given,
              "Two normals; Σ is the variance.\n"
              "  component 1:  π₁ = %g   μ₁ = %d   Σ₁ = %g\n"
              "  component 2:  π₂ = %g   μ₂ = %d   Σ₂ = %g\n"
              "Three points: x₁ = %d, x₂ = %d, x₃ = %d.\n",
              formula_value(pi[0]), mean[0], variance[0], formula_value(pi[1]), mean[1],
              variance[1], x[0], x[1], x[2]);
    ask_rows(d, row, pi, slips_of_normals);
}
