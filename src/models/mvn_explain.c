/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `explain` of the multivariate normal: the regression on what was observed, the filled-in means
 * and scatter. */
#include <math.h>

#include "models/explain_sum.h"
#include "models/mvn_explain.h"
#include "models/niw.h"
#include "models/prior_explain.h"

enum { MISSING_SHOWN = 3 };

static bool is_missing(const struct model *m, size_t i, size_t j)
{
    return isnan(m->obs.x[j][i]);
}

static const struct pattern *pattern_of(const struct model *m, size_t i)
{
    const struct patterns *p = &mvn_of(m)->patterns;
    for (size_t k = 0; k < p->count; k++)
        for (size_t r = 0; r < p->pattern[k].nrow; r++)
            if (p->pattern[k].row[r] == i)
                return &p->pattern[k];
    return NULL;
}

static formula mu_of(struct explanation *x, const struct theta *theta, size_t j)
{
    return f_symbol(&x->f, theta_block(theta, "mu")[j], "\\mu_{%zu}", j + 1);
}

formula mvn_sigma(struct explanation *x, size_t i, size_t j)
{
    return f_symbol(&x->f, theta_block(x->theta, "Sigma")[i * x->model->obs.d + j],
                    "\\Sigma_{%zu,%zu}", i + 1, j + 1);
}

/* ---- e I --------------------------------------------------------------------------------- */

/* Row I, the pattern it is of, and the missing entry that is looked at. */
struct regression {
    struct explanation *x;
    const struct pattern *p;
    size_t i, a, j;          /* j = p->missing[a] */
};

/* b_jo: Σ_jo/Σ_oo of one observed entry, an entry of Σ_mo Σ_oo⁻¹ of more */
static formula slope(const struct regression *r, size_t o)
{
    struct formulas *a = &r->x->f;
    size_t at = r->p->observed[o];
    if (r->p->nobserved == 1)
        return f_div(a, mvn_sigma(r->x, r->j, at), mvn_sigma(r->x, at, at));
    return f_symbol(a, mvn_of(r->x->model)->cond.slope[o * r->p->nmissing + r->a], "b_{%zu,%zu}",
                    r->j + 1, at + 1);
}

/* Σ_o b_jo × what `times` gives for o */
static formula regress(const struct regression *r, formula body,
                       formula (*times)(const struct regression *r, size_t o))
{
    struct formulas *a = &r->x->f;
    if (r->p->nobserved == 1)
        return f_mul(a, slope(r, 0), times(r, 0));
    struct formula *sum = f_sum(a, "\\sum_{o}",
                                f_mul(a, f_name(a, "b_{%zu,o}", r->j + 1), body));
    for (size_t o = 0; o < r->p->nobserved; o++)
        f_sum_add(a, sum, f_mul(a, slope(r, o), times(r, o)));
    return sum;
}

static formula deviation(const struct regression *r, size_t o)
{
    struct formulas *a = &r->x->f;
    const struct observations *obs = &r->x->model->obs;
    size_t at = r->p->observed[o];
    return f_sub(a, f_symbol(a, obs->x[at][r->i], "x_{%zu,%zu}", r->i + 1, at + 1),
                 mu_of(r->x, r->x->theta, at));
}

static formula covariance_with(const struct regression *r, size_t o)
{
    return mvn_sigma(r->x, r->p->observed[o], r->j);
}

static void mean_item(const struct regression *r)
{
    struct formulas *a = &r->x->f;
    formula mean = mu_of(r->x, r->x->theta, r->j);
    if (r->p->nobserved > 0)
        mean = f_add(a, mean, regress(r, f_sub(a, f_name(a, "x_{%zu,o}", r->i + 1),
                                               f_name(a, "\\mu_{o}")), deviation));
    explain_item(r->x, latent_block(r->x->r, "mean")[r->i * r->x->model->obs.d + r->j], mean,
                 "m_{%zu,%zu}", r->i + 1, r->j + 1);
}

static void variance_item(const struct regression *r)
{
    struct formulas *a = &r->x->f;
    size_t d = r->x->model->obs.d;
    formula v = mvn_sigma(r->x, r->j, r->j);
    if (r->p->nobserved > 0)
        v = f_sub(a, v, regress(r, f_name(a, "\\Sigma_{o,%zu}", r->j + 1), covariance_with));
    explain_item(r->x, latent_block(r->x->r, "cov")[(r->i * d + r->j) * d + r->j], v,
                 "V_{%zu,%zu%zu}", r->i + 1, r->j + 1, r->j + 1);
}

static int nothing_missing(const struct model *m, size_t i, struct error *e)
{
    size_t entry = 0, d = m->obs.d;
    while (entry < m->obs.n * d && !isnan(m->obs.x[entry % d][entry / d]))
        entry++;
    size_t at = entry / d;
    error_set(e, "nothing is missing from row %zu: its E-step has nothing to fill in", i + 1);
    if (at == m->obs.n)
        return error_hint(e, "every entry was observed: explain loglik, or explain m mu");
    return error_hint(e, "explain e %zu: the first row with a missing entry", at + 1);
}

static int mvn_explain_e(struct explanation *x, size_t i, struct error *e)
{
    const struct model *m = x->model;
    struct regression r = {.x = x, .p = pattern_of(m, i), .i = i};
    if (r.p->nmissing == 0)
        return nothing_missing(m, i, e);
    conditional_make(&mvn_of(m)->cond, r.p, m->obs.d, theta_block(x->theta, "Sigma"));
    struct text row = TEXT_INIT;
    explain_row(x, i, &row);
    explain_about(x, "%s", row.s);
    text_clear(&row);
    explain_title(x, "m_{i} = \\mu_{m} + b (x_{o} - \\mu_{o}),\\quad "
                     "V_{i} = \\Sigma_{mm} - b \\Sigma_{om},\\quad "
                     "b = \\Sigma_{mo} \\Sigma_{oo}^{-1}");
    for (r.a = 0; r.a < r.p->nmissing && r.a < MISSING_SHOWN; r.a++) {
        r.j = r.p->missing[r.a];
        mean_item(&r);
        variance_item(&r);
    }
    if (r.p->nobserved == 0)
        explain_remark(x, "nothing of row %zu was observed: its q is N(μ,Σ) itself", i + 1);
    else if (r.p->nobserved > 1)
        explain_remark(x, "b are the regression coefficients of a missing column on the observed "
                          "ones: the solution of Σ_oo b = Σ_om");
    if (r.p->nmissing > MISSING_SHOWN)
        explain_remark(x, "%zu missing entries more, and covariances: show q rows=%zu:%zu",
                       r.p->nmissing - MISSING_SHOWN, i + 1, i + 1);
    return 0;
}

/* ---- m BLOCK ----------------------------------------------------------------------------- */

/* x̂_ij: what was observed, or the mean that q gives it */
static formula filled(struct explanation *x, size_t i, size_t j)
{
    return f_symbol(&x->f, latent_block(x->q, "mean")[i * x->model->obs.d + j],
                    is_missing(x->model, i, j) ? "m_{%zu,%zu}" : "x_{%zu,%zu}", i + 1, j + 1);
}

static void mean_answer(struct explanation *x, const struct niw *prior, size_t j)
{
    struct formulas *a = &x->f;
    struct row_sum s;
    row_sum_begin(x, &s, "\\sum_{i}", f_name(a, "\\hat x_{i,%zu}", j + 1));
    for (size_t i = 0; i < x->model->obs.n; i++) {
        struct formulas_mark mark = row_sum_mark(&s);
        row_sum_add(&s, i, filled(x, i, j), mark);
    }
    formula top = s.sum, bottom = weight_total(x);
    if (prior) {
        formula kappa = f_symbol(a, prior->kappa0, "\\kappa_{0}");
        top = f_add(a, f_mul(a, kappa, f_symbol(a, prior->m0[j], "m_{0,%zu}", j + 1)), top);
        bottom = f_add(a, kappa, bottom);
    }
    explain_item(x, theta_block(x->answer, "mu")[j], f_div(a, top, bottom), "\\mu_{%zu}", j + 1);
}

/* (x̂_ia − μ_a)(x̂_ib − μ_b) + V_i,ab */
static formula scatter_of_row(struct explanation *x, size_t i, size_t p, size_t q)
{
    struct formulas *a = &x->f;
    const struct model *m = x->model;
    size_t d = m->obs.d;
    formula left = f_sub(a, filled(x, i, p), mu_of(x, x->answer, p));
    formula right = f_sub(a, filled(x, i, q), mu_of(x, x->answer, q));
    formula square = p == q ? f_square(a, left) : f_mul(a, left, right);
    if (!is_missing(m, i, p) || !is_missing(m, i, q))
        return square;
    double v = latent_block(x->q, "cov")[(i * d + p) * d + q];
    return f_add(a, square, f_symbol(a, v, "V_{%zu,%zu%zu}", i + 1, p + 1, q + 1));
}

static formula scatter_body(struct explanation *x, size_t p, size_t q)
{
    struct formulas *a = &x->f;
    formula left = f_sub(a, f_name(a, "\\hat x_{i,%zu}", p + 1), f_name(a, "\\mu_{%zu}", p + 1));
    formula right = f_sub(a, f_name(a, "\\hat x_{i,%zu}", q + 1), f_name(a, "\\mu_{%zu}", q + 1));
    formula square = p == q ? f_square(a, left) : f_mul(a, left, right);
    return f_add(a, square, f_name(a, "V_{i,%zu%zu}", p + 1, q + 1));
}

/* S0_pq + κ0 (μ−m0)_p (μ−m0)_q + the scatter */
static formula add_prior_scatter(struct explanation *x, const struct niw *prior, size_t p, size_t q,
                                 formula scatter)
{
    struct formulas *a = &x->f;
    formula left = f_sub(a, mu_of(x, x->answer, p), f_symbol(a, prior->m0[p], "m_{0,%zu}", p + 1));
    formula right = f_sub(a, mu_of(x, x->answer, q), f_symbol(a, prior->m0[q], "m_{0,%zu}", q + 1));
    formula pull = f_mul(a, f_symbol(a, prior->kappa0, "\\kappa_{0}"), f_mul(a, left, right));
    formula S0 = f_symbol(a, prior->S0[p * prior->d + q], "S_{0,%zu%zu}", p + 1, q + 1);
    return f_add(a, f_add(a, S0, pull), scatter);
}

static void covariance_answer(struct explanation *x, const struct niw *prior, size_t p, size_t q)
{
    struct formulas *a = &x->f;
    struct row_sum s;
    row_sum_begin(x, &s, "\\sum_{i}", scatter_body(x, p, q));
    for (size_t i = 0; i < x->model->obs.n; i++) {
        struct formulas_mark mark = row_sum_mark(&s);
        row_sum_add(&s, i, scatter_of_row(x, i, p, q), mark);
    }
    formula top = s.sum, bottom = weight_total(x);
    if (prior) {
        top = add_prior_scatter(x, prior, p, q, top);
        bottom = f_add(a, f_symbol(a, prior->nu0, "\\nu_{0}"), bottom);
        bottom = f_add(a, f_add(a, bottom, f_symbol(a, (double)prior->d, "d")), f_number(a, 2.0));
    }
    explain_item(x, theta_block(x->answer, "Sigma")[p * x->model->obs.d + q],
                 f_div(a, top, bottom), "\\Sigma_{%zu,%zu}", p + 1, q + 1);
    row_sum_say_largest(&s);
}

static int mvn_explain_m(struct explanation *x, const struct block *b, size_t entry,
                         struct error *e)
{
    size_t d = x->model->obs.d;
    struct niw niw;
    const struct niw *prior = niw_read(x->prior, d, &niw) ? &niw : NULL;
    (void)e;
    if (b->rank == 1)
        mean_answer(x, prior, entry);
    else
        covariance_answer(x, prior, entry / d, entry % d);
    if (x->model->obs.nmissing > 0 && entry == 0)
        explain_remark(x, "m and V are what q says of missing entries; x̂ is a row with its m "
                          "filled in");
    return 0;
}

static size_t mvn_units(const struct model *m)
{
    return m->obs.n;
}

const struct explainer mvn_explainer = {
    .units = mvn_units,
    .e = mvn_explain_e,
    .m = mvn_explain_m,
    .term = mvn_explain_term,
    .jensen = mvn_explain_jensen,
    .log_prior = prior_explain,
};
