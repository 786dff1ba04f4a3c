/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `explain` of the factor models: the posterior of a row's factors, and the terms row by row.  With
 * one factor everything is a fraction, with two the 2 × 2 systems are solved by determinants;
 * beyond, the inverse's entries are numbers. */
#include <gsl/gsl_cblas.h>
#include <math.h>
#include <string.h>

#include "models/explain_sum.h"
#include "models/factor_explain.h"
#include "models/normal_explain.h"
#include "numeric/cholesky.h"

enum { FACTORS_SHOWN = 3 };

formula factor_loading(struct explanation *x, const struct theta *theta, size_t j, size_t a)
{
    return f_symbol(&x->f, theta_block(theta, "W")[j * x->model->m + a], "w_{%zu,%zu}", j + 1,
                    a + 1);
}

formula factor_mean(struct explanation *x, const struct theta *theta, size_t j)
{
    return f_symbol(&x->f, theta_block(theta, "mu")[j], "\\mu_{%zu}", j + 1);
}

static formula noise(struct explanation *x, size_t j)
{
    const double *v = x->theta->b.v + x->model->theta.block[2].offset;
    if (factor_of(x->model)->spherical)
        return f_symbol(&x->f, v[0], "\\sigma^{2}");
    return f_symbol(&x->f, v[j], "\\psi_{%zu}", j + 1);
}

static formula noise_name(struct explanation *x)
{
    return f_name(&x->f, factor_of(x->model)->spherical ? "\\sigma^{2}" : "\\psi_{j}");
}

formula factor_datum(struct explanation *x, size_t i, size_t j)
{
    return f_symbol(&x->f, x->model->obs.x[j][i], "x_{%zu,%zu}", i + 1, j + 1);
}

formula factor_score_of(struct explanation *x, size_t i, size_t a)
{
    return f_symbol(&x->f, latent_block(x->q, "mean")[i * x->model->m + a], "m_{%zu,%zu}", i + 1,
                    a + 1);
}

double factor_residual(const struct explanation *x, const struct theta *theta, size_t i,
                       const double *psi)
{
    size_t d = x->model->obs.d, m = x->model->m;
    const double *mu = theta_block(theta, "mu"), *W = theta_block(theta, "W");
    const double *scores = latent_block(x->q, "mean") + i * m;
    double sum = 0.0;
    for (size_t j = 0; j < d; j++) {
        double r = x->model->obs.x[j][i] - mu[j] -
                   cblas_ddot((int)m, W + j * m, 1, scores, 1);
        sum += r * r / (psi ? psi[j] : 1.0);
    }
    return sum;
}

/* ---- e I --------------------------------------------------------------------------------- */

/* [a = b] + Σ_j w_ja w_jb / ψ_j, an entry of G⁻¹ */
static formula precision(struct explanation *x, size_t p, size_t q)
{
    struct formulas *a = &x->f;
    formula left = f_name(a, "w_{j,%zu}", p + 1), right = f_name(a, "w_{j,%zu}", q + 1);
    formula body = p == q ? f_square(a, left) : f_mul(a, left, right);
    struct formula *sum = f_sum(a, "\\sum_{j}", f_div(a, body, noise_name(x)));
    for (size_t j = 0; j < x->model->obs.d; j++) {
        left = factor_loading(x, x->theta, j, p);
        right = factor_loading(x, x->theta, j, q);
        f_sum_add(a, sum, f_div(a, p == q ? f_square(a, left) : f_mul(a, left, right),
                                noise(x, j)));
    }
    return p == q ? f_add(a, f_number(a, 1.0), sum) : sum;
}

/* t_a = Σ_j w_ja (x_ij − μ_j)/ψ_j */
static formula pull(struct explanation *x, size_t i, size_t p)
{
    struct formulas *a = &x->f;
    formula away = f_sub(a, f_name(a, "x_{%zu,j}", i + 1), f_name(a, "\\mu_{j}"));
    formula body = f_div(a, f_mul(a, f_name(a, "w_{j,%zu}", p + 1), away), noise_name(x));
    struct formula *sum = f_sum(a, "\\sum_{j}", body);
    for (size_t j = 0; j < x->model->obs.d; j++) {
        away = f_sub(a, factor_datum(x, i, j), factor_mean(x, x->theta, j));
        f_sum_add(a, sum, f_div(a, f_mul(a, factor_loading(x, x->theta, j, p), away), noise(x, j)));
    }
    return sum;
}

static double pull_value(const struct explanation *x, size_t i, size_t p)
{
    const struct factor *f = factor_of(x->model);
    const double *W = theta_block(x->theta, "W"), *mu = theta_block(x->theta, "mu");
    size_t d = x->model->obs.d;
    double sum = 0.0;
    for (size_t j = 0; j < d; j++)
        sum += W[j * x->model->m + p] * (x->model->obs.x[j][i] - mu[j]) / f->psi[j];
    return sum;
}

static formula posterior_covariance(struct explanation *x, size_t p, size_t q)
{
    return f_symbol(&x->f, latent_block(x->r, "cov")[p * x->model->m + q], "V_{%zu,%zu}", p + 1,
                    q + 1);
}

static void one_factor(struct explanation *x, size_t i)
{
    struct formulas *a = &x->f;
    explain_item(x, latent_block(x->r, "cov")[0], f_div(a, f_number(a, 1.0), precision(x, 0, 0)),
                 "V");
    explain_item(x, latent_block(x->r, "mean")[i],
                 f_mul(a, f_symbol(a, latent_block(x->r, "cov")[0], "V"), pull(x, i, 0)),
                 "m_{%zu}", i + 1);
}

/* The inverse of [P₁₁ P₁₂; P₁₂ P₂₂] */
static void covariance_items(struct explanation *x)
{
    struct formulas *a = &x->f;
    const double *L = factor_of(x->model)->precision, *V = latent_block(x->r, "cov");
    double p11 = L[0] * L[0], p12 = L[0] * L[2], p22 = L[2] * L[2] + L[3] * L[3];
    explain_item(x, p11, precision(x, 0, 0), "P_{1,1}");
    explain_item(x, p12, precision(x, 0, 1), "P_{1,2}");
    explain_item(x, p22, precision(x, 1, 1), "P_{2,2}");
    formula f11 = f_symbol(a, p11, "P_{1,1}"), f12 = f_symbol(a, p12, "P_{1,2}");
    formula f22 = f_symbol(a, p22, "P_{2,2}");
    formula det = f_sub(a, f_mul(a, f11, f22), f_square(a, f12));
    explain_item(x, V[0], f_div(a, f22, det), "V_{1,1}");
    explain_item(x, V[1], f_neg(a, f_div(a, f12, det)), "V_{1,2}");
    explain_item(x, V[3], f_div(a, f11, det), "V_{2,2}");
}

/* m_a = Σ_b V_ab t_b */
static void score_item(struct explanation *x, size_t i, size_t p)
{
    struct formulas *a = &x->f;
    size_t m = x->model->m;
    struct formula *sum = f_sum(a, "\\sum_{l}", f_mul(a, f_name(a, "V_{%zu,l}", p + 1),
                                                      f_name(a, "t_{l}")));
    for (size_t q = 0; q < m; q++)
        f_sum_add(a, sum, f_mul(a, posterior_covariance(x, p, q),
                                f_symbol(a, pull_value(x, i, q), "t_{%zu}", q + 1)));
    explain_item(x, latent_block(x->r, "mean")[i * m + p], sum, "m_{%zu,%zu}", i + 1, p + 1);
}

static int factor_explain_e(struct explanation *x, size_t i, struct error *e)
{
    struct text row = TEXT_INIT;
    size_t m = x->model->m, shown = m < FACTORS_SHOWN ? m : FACTORS_SHOWN;
    (void)e;
    explain_title(x, "V = (I + W^\\top \\Psi^{-1} W)^{-1},\\quad "
                     "m_{i} = V W^\\top \\Psi^{-1} (x_{i} - \\mu)");
    explain_row(x, i, &row);
    explain_about(x, "%s", row.s);
    text_clear(&row);
    factor_posterior(x->model, x->theta);
    if (m == 1) {
        one_factor(x, i);
        return 0;
    }
    if (m == FACTOR_DETERMINANTS)
        covariance_items(x);
    else
        explain_remark(x, "V is the inverse of a %zu × %zu matrix, the same for every row: show q "
                          "has it", m, m);
    for (size_t p = 0; p < shown; p++)
        explain_item(x, pull_value(x, i, p), pull(x, i, p), "t_{%zu}", p + 1);
    for (size_t p = 0; p < shown; p++)
        score_item(x, i, p);
    if (m > shown)
        explain_remark(x, "%zu factors more: show q rows=%zu:%zu", m - shown, i + 1, i + 1);
    return 0;
}

/* ---- the terms --------------------------------------------------------------------------- */

/* What all rows share is prepared with the names. */
static void name_pieces(struct explanation *x, struct normal_row *row)
{
    struct formulas *a = &x->f;
    size_t m = x->model->m;
    formula k = f_name(a, "m"), two_pi = f_mul(a, f_number(a, 2.0), f_pi(a));
    row->joint[0] = (struct normal_part){
        f_mul(a, k, f_log(a, two_pi)),
        f_add(a, f_name(a, "|m_{i}|^{2}"), f_name(a, m == 1 ? "V" : "\\text{tr} V"))};
    row->joint[1] = (struct normal_part){
        normal_size(a, f_name(a, "d"), f_name(a, "\\log|\\Psi|")),
        f_add(a, f_name(a, "e_{i}^\\top \\Psi^{-1} e_{i}"),
              f_name(a, "\\text{tr}(\\Psi^{-1} W V W^\\top)"))};
    row->njoint = 2;
    row->marginal = (struct normal_part){
        normal_size(a, f_name(a, "d"), f_name(a, "\\log|C|")),
        f_name(a, "(x_{i}-\\mu)^\\top C^{-1} (x_{i}-\\mu)")};
    row->k = k;
    row->logdet_C = f_name(a, "\\log|G|");
    row->logdet_V = f_name(a, "\\log|V|");
    row->entropy = normal_entropy(a, row->k, row->logdet_V);
    row->posterior = (struct normal_part){
        normal_size(a, k, row->logdet_C),
        f_add(a, f_name(a, "(m_{i}-c_{i})^\\top G^{-1} (m_{i}-c_{i})"),
              f_name(a, "\\text{tr}(G^{-1} V)"))};
    factor_prepare(x->model, x->q, x->theta);
}

static void joint_pieces(struct explanation *x, size_t i, struct normal_row *row)
{
    struct formulas *a = &x->f;
    const struct factor *f = factor_of(x->model);
    const double *scores = latent_block(x->q, "mean") + i * x->model->m;
    size_t d = x->model->obs.d, m = x->model->m;
    formula two_pi = f_mul(a, f_number(a, 2.0), f_pi(a));
    formula square = m == 1 ? f_square(a, factor_score_of(x, i, 0))
                            : f_number(a, cblas_ddot((int)m, scores, 1, scores, 1));
    row->joint[0] = (struct normal_part){
        f_mul(a, f_number(a, (double)m), f_log(a, two_pi)),
        f_add(a, square, f_number(a, f->shared.trace_V))};
    row->joint[1] = (struct normal_part){
        normal_size(a, f_number(a, (double)d), f_number(a, f->shared.logdet_noise)),
        f_add(a, f_number(a, factor_residual(x, x->theta, i, f->psi)),
              f_number(a, f->shared.trace_noise))};
    row->njoint = 2;
}

static void posterior_pieces(struct explanation *x, size_t i, struct normal_row *row)
{
    struct formulas *a = &x->f;
    struct factor *f = factor_of(x->model);
    size_t m = x->model->m;
    double *away = f->centre;
    factor_score(x->model, theta_block(x->theta, "mu"), observations_row(&x->model->obs, i), away);
    for (size_t p = 0; p < m; p++)
        away[p] = latent_block(x->q, "mean")[i * m + p] - away[p];
    cblas_dtrmv(CblasRowMajor, CblasLower, CblasTrans, CblasNonUnit, (int)m, f->precision, (int)m,
                away, 1);
    row->k = f_number(a, (double)m);
    row->logdet_C = f_number(a, -f->shared.logdet_precision);
    row->logdet_V = f_number(a, f->shared.logdet_V);
    row->entropy = normal_entropy(a, row->k, row->logdet_V);
    row->posterior = (struct normal_part){
        normal_size(a, row->k, row->logdet_C),
        f_add(a, f_number(a, cblas_ddot((int)m, away, 1, away, 1)),
              f_number(a, f->shared.trace_precision))};
}

static void marginal_pieces(struct explanation *x, size_t i, struct normal_row *row)
{
    struct formulas *a = &x->f;
    struct factor *f = factor_of(x->model);
    size_t d = x->model->obs.d;
    for (size_t j = 0; j < d; j++)
        f->row[j] = x->model->obs.x[j][i] - theta_block(x->theta, "mu")[j];
    cholesky_whiten(d, f->L, f->row);
    row->marginal = (struct normal_part){
        normal_size(a, f_number(a, (double)d), f_number(a, cholesky_logdet(d, f->L))),
        f_number(a, cblas_ddot((int)d, f->row, 1, f->row, 1))};
}

static void factor_pieces(struct explanation *x, enum term t, size_t i, struct normal_row *row)
{
    if (i == 0) {
        name_pieces(x, row);
        return;
    }
    if (t == TERM_LOGLIK) {
        marginal_pieces(x, i - 1, row);
        return;
    }
    joint_pieces(x, i - 1, row);
    posterior_pieces(x, i - 1, row);
}

static int factor_explain_term(struct explanation *x, enum term t, struct error *e)
{
    (void)e;
    if (t >= TERM_LOGPRIOR)
        return 0;
    normal_explain_term(x, t, factor_pieces);
    if (t == TERM_Q || t == TERM_ELBO)
        explain_remark(x, "eᵢ = xᵢ − μ − W mᵢ is what the factors leave unexplained");
    else if (t == TERM_LOGLIK)
        explain_remark(x, "C = W Wᵀ + Ψ: the factors integrated out");
    else if (t != TERM_ENTROPY)
        explain_remark(x, "(cᵢ, G) is the posterior at θ, (mᵢ, V) is q");
    return 0;
}

static int factor_explain_jensen(struct explanation *x, size_t i, struct error *e)
{
    return normal_explain_jensen(x, i, factor_pieces, e);
}

static size_t factor_units(const struct model *m)
{
    return m->obs.n;
}

const struct explainer factor_explainer = {
    .units = factor_units,
    .e = factor_explain_e,
    .m = factor_explain_m,
    .term = factor_explain_term,
    .jensen = factor_explain_jensen,
};
