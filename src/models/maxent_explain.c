/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `explain` of maximum entropy: an outcome's probability, the dual and its surrogate, the steps of
 * iterative scaling.  f′ is a feature less its minimum, Δ′ its target less the same. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "models/explain_sum.h"
#include "models/maxent.h"
#include "numeric/logspace.h"

static const double SAFE = 50.0; /* exponents that can be written as they are */

static size_t outcomes(const struct model *m)
{
    return maxent_of(m)->n;
}

static formula lambda_of(struct explanation *x, const double *lambda, const char *latex, size_t j)
{
    return f_symbol(&x->f, lambda[j], "%s_{%zu}", latex, j + 1);
}

/* f_j(x_i) as it was given */
static double feature(const struct maxent *s, size_t i, size_t j)
{
    return s->low[j] + s->f[i * s->d + j];
}

/* Σ_j λ_j f_j(x_i); i from 1, 0: by name */
static formula exponent(struct explanation *x, const double *lambda, const char *latex, size_t i)
{
    struct formulas *a = &x->f;
    const struct maxent *s = maxent_of(x->model);
    if (s->d == 1 && i == 0)
        return f_mul(a, lambda_of(x, lambda, latex, 0), f_name(a, "f(x_{i})"));
    struct formula *sum = f_sum(a, "\\sum_{j}", f_mul(a, f_name(a, "%s_{j}", latex),
                                                      i ? f_name(a, "f_{j}(x_{%zu})", i)
                                                        : f_name(a, "f_{j}(x_{i})")));
    for (size_t j = 0; j < s->d && i; j++)
        f_sum_add(a, sum, f_mul(a, lambda_of(x, lambda, latex, j),
                                f_symbol(a, feature(s, i - 1, j), "f(x_{%zu})", i)));
    return sum;
}

static double exponent_value(const struct maxent *s, const double *lambda, size_t i)
{
    double sum = 0.0;
    for (size_t j = 0; j < s->d; j++)
        sum += lambda[j] * feature(s, i, j);
    return sum;
}

/* A(λ) = log Σ_i exp λᵀf(x_i), as an item; answers with its name and number */
static formula log_partition(struct explanation *x, const double *lambda, const char *latex)
{
    struct formulas *a = &x->f;
    const struct maxent *s = maxent_of(x->model);
    double top = -INFINITY;
    for (size_t i = 0; i < s->n; i++) {
        s->eta[i] = exponent_value(s, lambda, i);
        top = fmax(top, s->eta[i]);
    }
    double value = log_sum_exp(s->n, s->eta), shift = fabs(top) > SAFE ? top : 0.0;
    struct formula *sum = f_sum(a, "\\sum_{i}", f_exp(a, exponent(x, lambda, latex, 0)));
    for (size_t i = 0; i < s->n; i++) {
        struct formulas_mark mark = f_term_begin(a, sum);
        formula power = exponent(x, lambda, latex, i + 1);
        if (shift != 0.0)
            power = f_sub(a, power, f_number(a, shift));
        f_term_end(a, sum, f_exp(a, power), mark);
    }
    formula is = f_log(a, sum);
    if (shift != 0.0)
        is = f_as(a, is, f_add(a, f_number(a, shift), is));
    explain_item(x, value, is, "A(%s)", latex);
    return f_symbol(a, value, "A(%s)", latex);
}

/* ---- e I ---------------------------------------------------------------------------------- */

static int maxent_explain_e(struct explanation *x, size_t i, struct error *e)
{
    struct formulas *a = &x->f;
    const struct maxent *s = maxent_of(x->model);
    const double *lambda = theta_block(x->theta, "lambda");
    struct text row = TEXT_INIT;
    (void)e;
    explain_title(x, "p_{i} = \\exp(\\lambda^\\top f(x_{i}) - A(\\lambda))");
    text_addf(&row, "outcome %zu of %zu", i + 1, s->n);
    explain_about(x, "%s", row.s);
    text_clear(&row);
    formula A = log_partition(x, lambda, "\\lambda");
    double p = exp(exponent_value(s, lambda, i) - formula_value(A));
    explain_item(x, p, f_exp(a, f_sub(a, exponent(x, lambda, "\\lambda", i + 1), A)), "p_{%zu}",
                 i + 1);
    explain_remark(x, "there is nothing hidden: e makes today's λ the point λᵗ at which the "
                      "surrogate touches, and p there is what m needs");
    return 0;
}

/* ---- m lambda ----------------------------------------------------------------------------- */

/* E_p f′_j with p at λ^t, as an item */
static formula mean_feature(struct explanation *x, size_t j, bool slack)
{
    struct formulas *a = &x->f;
    const struct maxent *s = maxent_of(x->model);
    char name[40];
    double value = 0.0;
    snprintf(name, sizeof name, slack ? "E_p f'_{s}" : "E_p f'_{%zu}", j + 1);
    if (explain_has(x, name))
        for (size_t k = 0; k < x->nitem; k++)
            if (strcmp(x->item[k].symbol, name) == 0)
                return f_symbol(a, x->item[k].value, "%s", name);
    struct formula *sum = f_sum(a, "\\sum_{i}", f_mul(a, f_name(a, "p_{i}"),
                                                      slack ? f_name(a, "f'_{s}(x_{i})")
                                                            : f_name(a, "f'_{%zu}(x_{i})", j + 1)));
    for (size_t i = 0; i < s->n; i++) {
        struct formulas_mark mark = f_term_begin(a, sum);
        double f = slack ? s->slack[i] : s->f[i * s->d + j];
        value += s->p[i] * f;
        f_term_end(a, sum, f_mul(a, f_symbol(a, s->p[i], "p_{%zu}", i + 1), f_number(a, f)), mark);
    }
    return explain_part(x, value, sum, name);
}

static void tangent_distribution(const struct maxent *s, const double *t)
{
    for (size_t i = 0; i < s->n; i++)
        s->eta[i] = exponent_value(s, t, i);
    softmax(s->n, s->eta, s->p);
}

static formula target(struct explanation *x, size_t j, bool slack)
{
    const struct maxent *s = maxent_of(x->model);
    return slack ? f_symbol(&x->f, s->slack_target, "\\Delta'_{s}")
                 : f_symbol(&x->f, s->target[j], "\\Delta'_{%zu}", j + 1);
}

/* (1/C) log(Δ′/E_p f′) */
static formula scaling(struct explanation *x, size_t j, bool slack)
{
    struct formulas *a = &x->f;
    formula mean = mean_feature(x, j, slack);
    formula C = f_symbol(a, maxent_of(x->model)->C, "C");
    return f_div(a, f_log(a, f_div(a, target(x, j, slack), mean)), C);
}

static int maxent_explain_m(struct explanation *x, const struct block *b, size_t j,
                            struct error *e)
{
    struct formulas *a = &x->f;
    const struct maxent *s = maxent_of(x->model);
    const double *t = latent_block(x->q, "lambda");
    (void)b;
    (void)e;
    formula at = lambda_of(x, t, "\\lambda^{t}", j);
    explain_title(x, "\\lambda_{j} = \\lambda^{t}_{j} + u_{j}%s,\\quad u_{j} = "
                     "\\log(\\Delta'_{j}/E_p f'_{j})/C", s->has_slack ? " - u_{s}" : "");
    if (!(s->range[j] > 0.0)) {
        explain_item(x, theta_block(x->answer, "lambda")[j], at, "\\lambda_{%zu}", j + 1);
        explain_remark(x, "feature %zu is the same for every outcome: λ has nothing to do", j + 1);
        return 0;
    }
    tangent_distribution(s, t);
    formula step = f_add(a, at, scaling(x, j, false));
    if (s->has_slack)
        step = f_sub(a, step, scaling(x, j, true));
    explain_item(x, theta_block(x->answer, "lambda")[j], step, "\\lambda_{%zu}", j + 1);
    if (j == 0)
        explain_remark(x, "generalized iterative scaling: f' is a feature less its minimum, Δ' its "
                          "target less the same, C the largest Σ f'%s; p is at λᵗ",
                       s->has_slack ? ", f′ₛ = C − Σ f′ the slack" : "");
    return 0;
}

/* ---- the terms ---------------------------------------------------------------------------- */

/* Σ_j λ_j Δ_j */
static formula on_target(struct explanation *x, const double *lambda, const char *latex)
{
    struct formulas *a = &x->f;
    const struct maxent *s = maxent_of(x->model);
    struct formula *sum = f_sum(a, "\\sum_{j}", f_mul(a, f_name(a, "%s_{j}", latex),
                                                      f_name(a, "\\Delta_{j}")));
    for (size_t j = 0; j < s->d; j++)
        f_sum_add(a, sum, f_mul(a, lambda_of(x, lambda, latex, j),
                                f_symbol(a, s->low[j] + s->target[j], "\\Delta_{%zu}", j + 1)));
    return sum;
}

/* δ_j = λ_j − λ^t_j */
static formula step_of(struct explanation *x, size_t j)
{
    struct formulas *a = &x->f;
    return f_sub(a, lambda_of(x, theta_block(x->theta, "lambda"), "\\lambda", j),
                 lambda_of(x, latent_block(x->q, "lambda"), "\\lambda^{t}", j));
}

/* G = Σ_j (E_p f′_j/C) exp(C δ_j) + E_p f′_s/C, as an item after the means that stand in it */
static formula growth(struct explanation *x)
{
    struct formulas *a = &x->f;
    const struct maxent *s = maxent_of(x->model);
    formula C = f_symbol(a, s->C, "C");
    formula body = f_mul(a, f_div(a, f_name(a, "E_p f'_{j}"), C),
                         f_exp(a, f_mul(a, C, f_name(a, "(\\lambda_{j}-\\lambda^{t}_{j})"))));
    struct formula *sum = f_sum(a, "\\sum_{j}", body);
    tangent_distribution(s, latent_block(x->q, "lambda"));
    for (size_t j = 0; j < s->d; j++)
        f_sum_add(a, sum, f_mul(a, f_div(a, mean_feature(x, j, false), C),
                                f_exp(a, f_mul(a, C, step_of(x, j)))));
    formula is = sum;
    if (s->has_slack)
        is = f_add(a, sum, f_div(a, mean_feature(x, 0, true), C));
    return explain_part(x, formula_value(is), is, "G");
}

/* g − log G with slack, g + 1 − G without */
static formula add_excess(struct explanation *x, formula g)
{
    struct formulas *a = &x->f;
    formula G = growth(x);
    return maxent_of(x->model)->has_slack ? f_sub(a, g, f_log(a, G))
                                          : f_sub(a, f_add(a, g, f_number(a, 1.0)), G);
}

static void explain_surrogate(struct explanation *x)
{
    struct formulas *a = &x->f;
    const struct maxent *s = maxent_of(x->model);
    const double *t = latent_block(x->q, "lambda");
    formula there = f_sub(a, on_target(x, t, "\\lambda^{t}"), log_partition(x, t, "\\lambda^{t}"));
    formula g = explain_part(x, formula_value(there), there, "f(\\lambda^{t})");
    formula body = f_name(a, "(\\lambda_{j}-\\lambda^{t}_{j})");
    struct formula *rise = f_sum(a, "\\sum_{j}", f_mul(a, body, f_name(a, "\\Delta'_{j}")));
    for (size_t j = 0; j < s->d; j++)
        f_sum_add(a, rise, f_mul(a, step_of(x, j), target(x, j, false)));
    g = f_add(a, g, rise);
    if (s->C > 0.0)
        g = add_excess(x, g);
    explain_term_item(x, TERM_ELBO, g);
}

/* M = E_p exp(δᵀf′): what the partition function grows by */
static formula ratio(struct explanation *x)
{
    struct formulas *a = &x->f;
    const struct maxent *s = maxent_of(x->model);
    struct formula *sum = f_sum(a, "\\sum_{i}", f_mul(a, f_name(a, "p_{i}"),
                                                      f_exp(a, f_name(a, "(\\lambda-\\lambda^{t})"
                                                                         "^\\top f'(x_{i})"))));
    tangent_distribution(s, latent_block(x->q, "lambda"));
    for (size_t i = 0; i < s->n; i++) {
        struct formulas_mark mark = f_term_begin(a, sum);
        formula power = f_number(a, 0.0);
        for (size_t j = 0; j < s->d; j++) {
            formula part = f_mul(a, step_of(x, j), f_number(a, s->f[i * s->d + j]));
            power = j ? f_add(a, power, part) : part;
        }
        f_term_end(a, sum, f_mul(a, f_symbol(a, s->p[i], "p_{%zu}", i + 1), f_exp(a, power)), mark);
    }
    return explain_part(x, formula_value(sum), sum, "M");
}

static void explain_gap(struct explanation *x)
{
    struct formulas *a = &x->f;
    if (!(maxent_of(x->model)->C > 0.0))
        return;
    formula G = growth(x);
    formula grown = maxent_of(x->model)->has_slack ? f_log(a, G)
                                                   : f_sub(a, G, f_number(a, 1.0));
    explain_term_item(x, TERM_KL, f_sub(a, grown, f_log(a, ratio(x))));
}

static void explain_entropy(struct explanation *x)
{
    struct formulas *a = &x->f;
    const struct maxent *s = maxent_of(x->model);
    formula p = f_name(a, "p_{i}");
    struct formula *sum = f_sum(a, "\\sum_{i}", f_mul(a, p, f_log(a, p)));
    double value = 0.0;
    char what[40];
    tangent_distribution(s, theta_block(x->theta, "lambda"));
    for (size_t i = 0; i < s->n; i++) {
        struct formulas_mark mark = f_term_begin(a, sum);
        p = f_symbol(a, s->p[i], "p_{%zu}", i + 1);
        value -= x_log(s->p[i], s->p[i]);
        f_term_end(a, sum, f_times_log(a, p, p), mark);
    }
    explain_item(x, value, f_neg(a, sum), "S(p)");
    double largest;
    snprintf(what, sizeof what, "outcome %zu", formula_largest(sum, &largest) + 1);
    explain_largest(x, sum, what);
    explain_remark(x, "the entropy that is maximised: of p over the outcomes, not of a q");
}

static int maxent_explain_term(struct explanation *x, enum term t, struct error *e)
{
    struct formulas *a = &x->f;
    (void)e;
    if (t == TERM_LOGLIK) {
        const double *lambda = theta_block(x->theta, "lambda");
        formula A = log_partition(x, lambda, "\\lambda");
        explain_term_item(x, t, f_sub(a, on_target(x, lambda, "\\lambda"), A));
        explain_remark(x, "the dual: its maximum is minus the largest entropy that the targets allow");
    } else if (t == TERM_ELBO) {
        explain_surrogate(x);
    } else if (t == TERM_KL) {
        explain_gap(x);
    } else if (t == TERM_ENTROPY) {
        explain_entropy(x);
    }
    return 0;
}

static int maxent_explain_jensen(struct explanation *x, size_t i, struct error *e)
{
    (void)x;
    error_set(e, "maxent has no latent variable, and so no E_q[w]: its bound is convexity of exp, "
                 "one feature at a time");
    return error_hint(e, "explain elbo shows the bound, explain e %zu the outcome's p", i + 1);
}

const struct explainer maxent_explainer = {
    .units = outcomes,
    .unit = "outcome",
    .e = maxent_explain_e,
    .m = maxent_explain_m,
    .term = maxent_explain_term,
    .jensen = maxent_explain_jensen,
};
