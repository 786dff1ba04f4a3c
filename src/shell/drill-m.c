/* SPDX-License-Identifier: GPL-3.0-or-later */
/* drill m: component 1 from three rows and their γ. */

#include "shell/drill.h"

enum { ROWS = 3 };

static formula sum(struct drill *d, const formula *a)
{
    return f_add(&d->f, f_add(&d->f, a[0], a[1]), a[2]);
}

/* Σ_i a_i b_i */
static formula dot(struct drill *d, const formula *a, const formula *b)
{
    formula ab[ROWS];
    for (size_t i = 0; i < ROWS; i++)
        ab[i] = f_mul(&d->f, a[i], b[i]);
    return sum(d, ab);
}

/* Σ_i a_i (x_i − c)² */
static formula scatter(struct drill *d, const formula *a, const formula *x, formula c)
{
    formula s[ROWS];
    for (size_t i = 0; i < ROWS; i++)
        s[i] = f_square(&d->f, f_sub(&d->f, x[i], c));
    return dot(d, a, s);
}

/* γ of both components, in tenths. */
static void deal_gamma(struct drill *d, gsl_rng *random, formula gamma[2][ROWS])
{
    int tenth[ROWS];
    drill_different(random, 1, 9, tenth, ROWS);
    text_add(&d->given, "  γᵢ₁   ");
    for (int i = 0; i < ROWS; i++) {
        gamma[0][i] = f_symbol(&d->f, tenth[i] / 10.0, "\\gamma_{%d,1}", i + 1);
        gamma[1][i] = f_symbol(&d->f, (10 - tenth[i]) / 10.0, "\\gamma_{%d,2}", i + 1);
        text_addf(&d->given, "  %4g", tenth[i] / 10.0);
    }
    text_add(&d->given, "\n");
}

/* N₁ and π₁; returns N₁ as a symbol. */
static formula ask_weight(struct drill *d, formula gamma[2][ROWS])
{
    struct formulas *f = &d->f;
    formula n1 = sum(d, gamma[0]), n2 = sum(d, gamma[1]), n = f_number(f, ROWS);
    double hard = 0.0;
    for (size_t i = 0; i < ROWS; i++)
        hard += formula_value(gamma[0][i]) > 0.5 ? 1.0 : 0.0;
    struct question *q = drill_ask(d, "N_{1}", "N₁ is how many points component 1 has: Σᵢ γᵢ₁", n1);
    drill_mistake(q, "that is the other component's", n2);
    drill_mistake(q, "that is n: γ says how much of each point is component 1's", n);
    drill_mistake(q, "that counts the points with γ above ½: a hard assignment", f_number(f, hard));
    drill_mistake(q, "that is π₁ already: do not divide by n yet", f_div(f, n1, n));
    formula N = f_symbol(f, drill_round(formula_value(n1)), "N_{1}");
    q = drill_ask(d, "\\pi_{1}", "π₁ is the share of the n points that component 1 has: N₁/n",
                  f_div(f, N, n));
    drill_mistake(q, "that is N₁: divide it by n", N);
    drill_mistake(q, "that is the other component's", f_div(f, n2, n));
    drill_mistake(q, "N₁ is divided by K, not by n", f_div(f, N, f_number(f, 2.0)));
    return N;
}

/* ---- a normal ---------------------------------------------------------------------------- */

static formula ask_mean(struct drill *d, formula gamma[2][ROWS], const formula *x, formula N,
                        formula old)
{
    struct formulas *f = &d->f;
    formula n = f_number(f, ROWS);
    struct question *q =
        drill_ask(d, "\\mu_{1}", "μ₁ is the mean of x with the weights γᵢ₁: Σγx/N₁",
                  f_div(f, dot(d, gamma[0], x), N));
    drill_mistake(q, "divided by n: the weights γ sum to N₁", f_div(f, dot(d, gamma[0], x), n));
    drill_mistake(q, "that is the plain mean: weigh each x by its γ", f_div(f, sum(d, x), n));
    drill_mistake(q, "that is Σγx: divide it by N₁", dot(d, gamma[0], x));
    drill_mistake(q, "that is the other component's",
                  f_div(f, dot(d, gamma[1], x), sum(d, gamma[1])));
    drill_mistake(q, "that is the old mean: M makes a new one", old);
    return f_symbol(f, formula_value(q->right), "\\mu_{1}");
}

static void ask_variance(struct drill *d, formula gamma[2][ROWS], const formula *x, formula N,
                         formula mu, formula old)
{
    struct formulas *f = &d->f;
    formula n = f_number(f, ROWS), one = f_number(f, 1.0);
    formula S = scatter(d, gamma[0], x, mu), right = f_div(f, S, N), squares[ROWS];
    formula plain = f_div(f, sum(d, x), n), ones[ROWS] = {one, one, one};
    for (size_t i = 0; i < ROWS; i++)
        squares[i] = f_square(f, x[i]);
    struct question *q = drill_ask(
        d, "\\Sigma_{1}", "Σ₁ is the variance of x with the weights γᵢ₁, about the new μ₁", right);
    drill_mistake(q, "Σ is about the old mean: the new μ₁ is the maximum's",
                  f_div(f, scatter(d, gamma[0], x, old), N));
    drill_mistake(q, "that is the standard deviation: Σ is the variance", f_sqrt(f, right));
    drill_mistake(q, "the divisor is N₁, not N₁ − 1: this is maximum likelihood",
                  f_div(f, S, f_sub(f, N, one)));
    drill_mistake(q, "divided by n: the weights γ sum to N₁", f_div(f, S, n));
    drill_mistake(q, "the divisor is N₁, not n − 1", f_div(f, S, f_number(f, ROWS - 1)));
    drill_mistake(q, "that is Σγ(x − μ)²: divide it by N₁", S);
    drill_mistake(q, "that is the plain variance: weigh each square by its γ",
                  f_div(f, scatter(d, ones, x, plain), n));
    drill_mistake(q, "that is the mean of x²: take the squares about μ₁",
                  f_div(f, dot(d, gamma[0], squares), N));
}

void drill_deal_moments(struct drill *d, gsl_rng *random)
{
    int at[ROWS], before = drill_whole(random, 1, 9);
    formula gamma[2][ROWS], x[ROWS];
    drill_different(random, 0, 9, at, ROWS);
    text_addf(&d->given,
              "A mixture of two normals; μ₁ was %d.  Three points and their γ:\n  x     ", before);
    for (int i = 0; i < ROWS; i++) {
        x[i] = f_symbol(&d->f, at[i], "x_{%d}", i + 1);
        text_addf(&d->given, "  %4d", at[i]);
    }
    text_add(&d->given, "\n");
    deal_gamma(d, random, gamma);
    formula old = f_symbol(&d->f, before, "\\mu_{1}^{old}"), N = ask_weight(d, gamma);
    formula mu = ask_mean(d, gamma, x, N, old);
    ask_variance(d, gamma, x, N, mu, old);
}

/* ---- a coin ------------------------------------------------------------------------------ */

void drill_deal_tosses(struct drill *d, gsl_rng *random)
{
    struct formulas *f = &d->f;
    formula gamma[2][ROWS], heads[ROWS], tosses[ROWS], ratio[ROWS];
    int n[ROWS], h[ROWS];
    drill_different(random, 4, 10, n, ROWS);
    for (int i = 0; i < ROWS; i++) {
        h[i] = drill_whole(random, 1, n[i] - 1);
        heads[i] = f_symbol(f, h[i], "h_{%d}", i + 1);
        tosses[i] = f_symbol(f, n[i], "n_{%d}", i + 1);
        ratio[i] = f_div(f, heads[i], tosses[i]);
    }
    text_addf(&d->given, "Two coins.  Three times one was drawn and tossed:\n"
                         "  heads   %4d  %4d  %4d\n  tosses  %4d  %4d  %4d\n",
              h[0], h[1], h[2], n[0], n[1], n[2]);
    deal_gamma(d, random, gamma);
    formula N = ask_weight(d, gamma);
    struct question *q = drill_ask(
        d, "p_{1}", "p₁ is coin 1's share of the heads over its share of the tosses: Σγh/Σγn",
        f_div(f, dot(d, gamma[0], heads), dot(d, gamma[0], tosses)));
    drill_mistake(q, "that is a mean of ratios: weigh heads and tosses, then divide",
                  f_div(f, dot(d, gamma[0], ratio), N));
    drill_mistake(q, "γ is left out: weigh heads and tosses with it",
                  f_div(f, sum(d, heads), sum(d, tosses)));
    drill_mistake(q, "divided by N₁, the draws: the divisor is the weighted tosses",
                  f_div(f, dot(d, gamma[0], heads), N));
    drill_mistake(q, "the tosses are not weighed: Σγh goes over Σγn",
                  f_div(f, dot(d, gamma[0], heads), sum(d, tosses)));
    drill_mistake(q, "that is the other coin's",
                  f_div(f, dot(d, gamma[1], heads), dot(d, gamma[1], tosses)));
}
