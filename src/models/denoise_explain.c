/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `explain` of denoise: everything is one number a row, so everything is written out. */
#include <math.h>

#include "models/denoise.h"
#include "models/explain_sum.h"
#include "models/normal_explain.h"

/* The numbers of one row under their names: i from 1; 0: the names alone. */
static formula indexed(struct explanation *x, double v, const char *name, size_t i)
{
    return i ? f_symbol(&x->f, v, "%s_{%zu}", name, i) : f_name(&x->f, "%s_{i}", name);
}

static formula datum(struct explanation *x, size_t i)
{
    return indexed(x, i ? x->model->obs.x[0][i - 1] : 0.0, "x", i);
}

static formula mean_of(struct explanation *x, const struct latent *q, const char *name, size_t i)
{
    return indexed(x, i ? latent_block(q, "mean")[i - 1] : 0.0, name, i);
}

static formula variance_of(struct explanation *x, size_t i)
{
    return indexed(x, i ? latent_block(x->q, "var")[i - 1] : 0.0, "v", i);
}

static formula mu_of(struct explanation *x, const struct theta *theta)
{
    return f_symbol(&x->f, *theta_block(theta, "mu"), "\\mu");
}

static formula tau2_of(struct explanation *x)
{
    return f_symbol(&x->f, *theta_block(x->theta, "tau2"), "\\tau^{2}");
}

static formula s2_of(struct explanation *x)
{
    return f_symbol(&x->f, denoise_of(x->model)->s2, "s^{2}");
}

/* V = τ²s²/(τ²+s²) */
static formula posterior_variance(struct explanation *x)
{
    struct formulas *a = &x->f;
    formula tau2 = tau2_of(x), s2 = s2_of(x);
    return f_div(a, f_mul(a, tau2, s2), f_add(a, tau2, s2));
}

/* ---- e I, m BLOCK ------------------------------------------------------------------------ */

static int denoise_explain_e(struct explanation *x, size_t i, struct error *e)
{
    struct formulas *a = &x->f;
    struct text row = TEXT_INIT;
    formula tau2 = tau2_of(x), s2 = s2_of(x);
    (void)e;
    explain_title(x, "q_{i} = \\mathcal N(m_{i}, v_{i}),\\quad m_{i} = "
                     "(\\tau^{2} x_{i} + s^{2} \\mu)/(\\tau^{2}+s^{2})");
    explain_row(x, i, &row);
    explain_about(x, "%s", row.s);
    text_clear(&row);
    formula top = f_add(a, f_mul(a, tau2, datum(x, i + 1)), f_mul(a, s2, mu_of(x, x->theta)));
    explain_item(x, latent_block(x->r, "mean")[i], f_div(a, top, f_add(a, tau2, s2)), "m_{%zu}",
                 i + 1);
    explain_item(x, latent_block(x->r, "var")[i], posterior_variance(x), "v_{%zu}", i + 1);
    explain_remark(x, "m lies between x and μ, nearer to x the larger τ² is beside s²");
    return 0;
}

static formula spread_of_row(struct explanation *x, size_t i)
{
    struct formulas *a = &x->f;
    formula mu = i ? mu_of(x, x->answer) : f_name(a, "\\mu");
    return f_add(a, f_square(a, f_sub(a, mean_of(x, x->q, "m", i), mu)), variance_of(x, i));
}

static formula mean_of_row(struct explanation *x, size_t i)
{
    return mean_of(x, x->q, "m", i);
}

static int denoise_explain_m(struct explanation *x, const struct block *b, size_t entry,
                             struct error *e)
{
    bool mu = b == &x->model->theta.block[0];
    formula (*of_row)(struct explanation *, size_t) = mu ? mean_of_row : spread_of_row;
    struct row_sum s;
    (void)entry;
    (void)e;
    row_sum_begin(x, &s, "\\sum_{i}", of_row(x, 0));
    for (size_t i = 0; i < x->model->obs.n; i++) {
        struct formulas_mark mark = row_sum_mark(&s);
        row_sum_add(&s, i, of_row(x, i + 1), mark);
    }
    explain_item(x, x->answer->b.v[b->offset], f_div(&x->f, s.sum, weight_total(x)), "%s",
                 mu ? "\\mu" : "\\tau^{2}");
    row_sum_say_largest(&s);
    return 0;
}

/* ---- the terms --------------------------------------------------------------------------- */

/* −½ [ log 2πv + ((a−b)² + spread)/v ]; spread NULL: 0 */
static struct normal_part part(struct formulas *a, formula v, formula left, formula right,
                               formula spread)
{
    formula square = f_square(a, f_sub(a, left, right));
    if (spread)
        square = f_add(a, square, spread);
    return (struct normal_part){normal_size_of_one(a, v), f_div(a, square, v)};
}

static void denoise_pieces(struct explanation *x, enum term t, size_t i, struct normal_row *row)
{
    struct formulas *a = &x->f;
    bool names = i == 0;
    formula tau2 = names ? f_name(a, "\\tau^{2}") : tau2_of(x);
    formula s2 = names ? f_name(a, "s^{2}") : s2_of(x);
    formula mu = names ? f_name(a, "\\mu") : mu_of(x, x->theta), datum_i = datum(x, i);
    if (t == TERM_LOGLIK) {
        row->marginal = part(a, f_add(a, tau2, s2), datum_i, mu, NULL);
        return;
    }
    double t2 = *theta_block(x->theta, "tau2"), s = denoise_of(x->model)->s2;
    double x_i = names ? 0.0 : x->model->obs.x[0][i - 1];
    double c = (t2 * x_i + s * *theta_block(x->theta, "mu")) / (t2 + s);
    formula mean = mean_of(x, x->q, "m", i), v = variance_of(x, i);
    formula V = names ? f_name(a, "V") : f_symbol(a, t2 * s / (t2 + s), "V");
    row->joint[0] = part(a, s2, datum_i, mean, v);
    row->joint[1] = part(a, tau2, mean, mu, v);
    row->njoint = 2;
    row->k = f_number(a, 1.0);
    row->logdet_C = f_log(a, V);
    row->logdet_V = f_log(a, v);
    row->entropy = normal_entropy_of_one(a, v);
    row->posterior = part(a, V, mean, indexed(x, c, "c", i), v);
}

static int denoise_explain_term(struct explanation *x, enum term t, struct error *e)
{
    (void)e;
    if (t >= TERM_LOGPRIOR)
        return 0;
    normal_explain_term(x, t, denoise_pieces);
    if (t == TERM_H || t == TERM_KL)
        explain_remark(x, "(cᵢ, V) is the posterior at θ, (mᵢ, vᵢ) is q");
    return 0;
}

static int denoise_explain_jensen(struct explanation *x, size_t i, struct error *e)
{
    return normal_explain_jensen(x, i, denoise_pieces, e);
}

static size_t denoise_units(const struct model *m)
{
    return m->obs.n;
}

const struct explainer denoise_explainer = {
    .units = denoise_units,
    .e = denoise_explain_e,
    .m = denoise_explain_m,
    .term = denoise_explain_term,
    .jensen = denoise_explain_jensen,
};
