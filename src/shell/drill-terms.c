/* SPDX-License-Identifier: GPL-3.0-or-later */
/* drill elbo, drill kl: the terms of one observation, two values of z, and any q. */
#include <math.h>

#include "shell/drill.h"

/* π_k, f(x|k), their product, and q_k. */
struct given {
    formula pi[2], f[2], joint[2], q[2];
};

static formula over_ten(struct drill *d, formula right)
{
    return f_div(&d->f, right, f_log(&d->f, f_number(&d->f, 10.0)));
}

/* Σ_k a_k log b_k */
static formula mean_log(struct drill *d, const formula *a, const formula *b)
{
    struct formulas *f = &d->f;
    return f_add(f, f_mul(f, a[0], f_log(f, b[0])), f_mul(f, a[1], f_log(f, b[1])));
}

static formula both(struct drill *d, const formula *a)
{
    return f_add(&d->f, a[0], a[1]);
}

/* Σ_k log b_k */
static formula logs(struct drill *d, const formula *b)
{
    return f_add(&d->f, f_log(&d->f, b[0]), f_log(&d->f, b[1]));
}

static struct given deal_given(struct drill *d, gsl_rng *random)
{
    static const double parts[] = {0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8};
    static const double densities[] = {0.05, 0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6};
    struct formulas *f = &d->f;
    struct given g;
    double pi = drill_pick(random, parts, sizeof parts / sizeof *parts);
    double q = drill_pick(random, parts, sizeof parts / sizeof *parts);
    for (int k = 0; k < 2; k++) {
        double density = drill_pick(random, densities, sizeof densities / sizeof *densities);
        g.pi[k] = f_symbol(f, k ? drill_round(1.0 - pi) : pi, "\\pi_{%d}", k + 1);
        g.q[k] = f_symbol(f, k ? drill_round(1.0 - q) : q, "q_{%d}", k + 1);
        g.f[k] = f_symbol(f, density, "f_{%d}", k + 1);
        g.joint[k] = f_mul(f, g.pi[k], g.f[k]);
    }
    text_addf(&d->given,
              "One observation x; z is 1 or 2, f is p(x|z), and q was set by hand.\n"
              "  z = 1:  π₁ = %g   f₁ = %g   q₁ = %g\n"
              "  z = 2:  π₂ = %g   f₂ = %g   q₂ = %g\n",
              formula_value(g.pi[0]), formula_value(g.f[0]), formula_value(g.q[0]),
              formula_value(g.pi[1]), formula_value(g.f[1]), formula_value(g.q[1]));
    return g;
}

static void slip_base(struct drill *d, struct question *q)
{
    drill_mistake(q, "the log is natural here, not to base 10", over_ten(d, q->right));
}

static void slip_sign(struct drill *d, struct question *q, const char *what)
{
    drill_mistake(q, what, f_neg(&d->f, q->right));
}

/* ---- elbo -------------------------------------------------------------------------------- */

static formula ask_Q(struct drill *d, const struct given *g)
{
    struct question *q = drill_ask(d, "Q", "Q is the mean of log p(x,z) under q: Σ q log(π f)",
                                   mean_log(d, g->q, g->joint));
    drill_mistake(q, "π is forgotten: p(x,z) is π times f", mean_log(d, g->q, g->f));
    drill_mistake(q, "q is left out: weigh each log p(x,z) by it", logs(d, g->joint));
    drill_mistake(q, "the log goes inside the mean: Σ q log, not log Σ q",
                  f_log(&d->f, f_add(&d->f, f_mul(&d->f, g->q[0], g->joint[0]),
                                     f_mul(&d->f, g->q[1], g->joint[1]))));
    drill_mistake(q, "weighed by π: Q is a mean under q", mean_log(d, g->pi, g->joint));
    slip_sign(d, q, "the sign: the log of a probability below 1 is negative");
    slip_base(d, q);
    return f_symbol(&d->f, formula_value(q->right), "Q");
}

static formula ask_S(struct drill *d, const struct given *g)
{
    struct formulas *f = &d->f;
    struct question *q = drill_ask(d, "S", "S is the entropy of q: −Σ q log q",
                                   f_neg(f, mean_log(d, g->q, g->q)));
    slip_sign(d, q, "the sign: an entropy of probabilities is −Σ q log q, not below 0");
    drill_mistake(q, "q is left out: weigh each log q by it", f_neg(f, logs(d, g->q)));
    drill_mistake(q, "the log is natural here, not to base 2",
                  f_div(f, q->right, f_log(f, f_number(f, 2.0))));
    drill_mistake(q, "that is the mean of log π: an entropy is of q alone",
                  f_neg(f, mean_log(d, g->q, g->pi)));
    slip_base(d, q);
    return f_symbol(f, formula_value(q->right), "S");
}

static formula ask_loglik(struct drill *d, const struct given *g)
{
    struct formulas *f = &d->f;
    struct question *q = drill_ask(d, "\\ell", "ℓ is log p(x) = log Σ π f, whatever q is",
                                   f_log(f, both(d, g->joint)));
    drill_mistake(q, "π is forgotten: p(x) = Σ π f", f_log(f, both(d, g->f)));
    drill_mistake(q, "the log goes outside the sum over z: log Σ, not Σ log", logs(d, g->joint));
    drill_mistake(q, "that is p(x) itself: ℓ is its log", both(d, g->joint));
    slip_sign(d, q, "the sign: p(x) is below 1 here, so its log is negative");
    slip_base(d, q);
    return f_symbol(f, formula_value(q->right), "\\ell");
}

void drill_deal_elbo(struct drill *d, gsl_rng *random)
{
    struct formulas *f = &d->f;
    struct given g = deal_given(d, random);
    formula Q = ask_Q(d, &g), S = ask_S(d, &g);
    formula loglik = f_log(f, both(d, g.joint));
    struct question *q = drill_ask(d, "ELBO", "ELBO is the mean of log p(x,z) − log q(z) under q: "
                                              "Q + S", f_add(f, Q, S));
    drill_mistake(q, "q log q is forgotten: that is Q alone", Q);
    drill_mistake(q, "the sign of the entropy: it is Q + S", f_sub(f, Q, S));
    drill_mistake(q, "that is ℓ: Jensen gives equality only where q is the posterior", loglik);
    drill_mistake(q, "a log is forgotten: it is log q whose mean is taken away",
                  f_sub(f, Q, f_add(f, f_square(f, g.q[0]), f_square(f, g.q[1]))));
    slip_base(d, q);
    ask_loglik(d, &g);
}

/* ---- kl ---------------------------------------------------------------------------------- */

static void ask_posterior(struct drill *d, const struct given *g)
{
    struct formulas *f = &d->f;
    struct question *q = drill_ask(d, "r_{1}", "r₁ = p(z=1|x): π f over its sum over z",
                                   f_div(f, g->joint[0], both(d, g->joint)));
    drill_mistake(q, "π is forgotten: it weighs f", f_div(f, g->f[0], both(d, g->f)));
    drill_mistake(q, "not normalised: divide by the sum over z", g->joint[0]);
    drill_mistake(q, "that is r₂", f_div(f, g->joint[1], both(d, g->joint)));
    drill_mistake(q, "that is f₁: p(x|z), not p(z|x)", g->f[0]);
    drill_mistake(q, "that is q₁: any q is legal, this one is not the posterior", g->q[0]);
    drill_mistake(q, "that is π₁, before x was seen", g->pi[0]);
}

void drill_deal_kl(struct drill *d, gsl_rng *random)
{
    struct formulas *f = &d->f;
    struct given g = deal_given(d, random);
    ask_posterior(d, &g);
    double share = formula_value(d->question[0].right);
    formula r[2] = {f_symbol(f, share, "r_{1}"), f_symbol(f, 1.0 - share, "r_{2}")};
    formula ratio[2], other[2];
    for (int k = 0; k < 2; k++) {
        ratio[k] = f_div(f, g.q[k], r[k]);
        other[k] = f_div(f, r[k], g.q[k]);
    }
    struct question *q = drill_ask(d, "H", "H is the mean of log p(z|x) under q: Σ q log r",
                                   mean_log(d, g.q, r));
    drill_mistake(q, "weighed by r: H is a mean under q", mean_log(d, r, r));
    drill_mistake(q, "that is Q: H has the posterior r in its log, not p(x,z)",
                  mean_log(d, g.q, g.joint));
    drill_mistake(q, "that is −S: H has the posterior r in its log, not q", mean_log(d, g.q, g.q));
    slip_sign(d, q, "the sign: H is E_q log r here, not above 0");
    slip_base(d, q);
    q = drill_ask(d, "KL", "KL is the mean of log q − log r under q: Σ q log(q/r)",
                  mean_log(d, g.q, ratio));
    drill_mistake(q, "the other way round: that is KL(r‖q), a mean under r", mean_log(d, r, other));
    slip_sign(d, q, "the sign: KL is never negative");
    drill_mistake(q, "r is not normalised: that is −ELBO",
                  f_sub(f, mean_log(d, g.q, g.q), mean_log(d, g.q, g.joint)));
    drill_mistake(q, "q log q is forgotten: that is −H", f_neg(f, mean_log(d, g.q, r)));
    drill_mistake(q, "q is left out: weigh each log(q/r) by it", logs(d, ratio));
    slip_base(d, q);
}
