/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `explain` of the factor models: the posterior of a row's factors, the moment equations of the
 * M-step, and the terms row by row (MATH 5.4).  With one factor everything is a fraction, with two
 * the 2 × 2 systems are solved by determinants; beyond, the inverse's entries are numbers. */
#include <gsl/gsl_cblas.h>
#include <math.h>
#include <string.h>

#include "models/explain_sum.h"
#include "models/factor.h"
#include "models/normal_explain.h"
#include "numeric/cholesky.h"

enum { BY_DETERMINANTS = 2, FACTORS_SHOWN = 3 };

static formula loading(struct explanation *x, const struct theta *theta, size_t j, size_t a)
{
    return f_symbol(&x->f, theta_block(theta, "W")[j * x->model->m + a], "w_{%zu,%zu}", j + 1,
                    a + 1);
}

static formula mean_of(struct explanation *x, const struct theta *theta, size_t j)
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

static formula datum(struct explanation *x, size_t i, size_t j)
{
    return f_symbol(&x->f, x->model->obs.x[i * x->model->obs.d + j], "x_{%zu,%zu}", i + 1, j + 1);
}

static formula score(struct explanation *x, size_t i, size_t a)
{
    return f_symbol(&x->f, latent_block(x->q, "mean")[i * x->model->m + a], "m_{%zu,%zu}", i + 1,
                    a + 1);
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
        left = loading(x, x->theta, j, p);
        right = loading(x, x->theta, j, q);
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
        away = f_sub(a, datum(x, i, j), mean_of(x, x->theta, j));
        f_sum_add(a, sum, f_div(a, f_mul(a, loading(x, x->theta, j, p), away), noise(x, j)));
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
        sum += W[j * x->model->m + p] * (x->model->obs.x[i * d + j] - mu[j]) / f->psi[j];
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
    if (m == BY_DETERMINANTS)
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

/* ---- m BLOCK ----------------------------------------------------------------------------- */

/* Σ_i w_i v_i / Σ w of column j of `v` (n,width) */
static double column_mean(const struct observations *o, const double *v, size_t width, size_t j)
{
    double sum = 0.0, size = 0.0, first = v[j];
    for (size_t i = 0; i < o->n; i++) {
        sum += o->weight[i] * (v[i * width + j] - first);
        size = fmax(size, fabs(v[i * width + j]));
    }
    double mean = first + sum / o->total_weight;
    return fabs(mean) > 1e-14 * size ? mean : 0.0; /* centred, to rounding */
}

/* With mu held the regression goes through it, about scores of mean 0. */
static bool mu_is_held(const struct explanation *x)
{
    return x->frozen & FACTOR_MU;
}

static formula column_centre(struct explanation *x, size_t j)
{
    const struct observations *o = &x->model->obs;
    return mu_is_held(x) ? mean_of(x, x->theta, j)
                         : f_symbol(&x->f, column_mean(o, o->x, o->d, j), "\\bar x_{%zu}", j + 1);
}

static formula score_mean(struct explanation *x, size_t p)
{
    return f_symbol(&x->f, column_mean(&x->model->obs, latent_block(x->q, "mean"), x->model->m, p),
                    "\\bar m_{%zu}", p + 1);
}

/* m_ia − m̄_a */
static formula score_away(struct explanation *x, size_t i, size_t p)
{
    formula m = score(x, i, p);
    return mu_is_held(x) ? m : f_sub(&x->f, m, score_mean(x, p));
}

static formula score_away_name(struct explanation *x, size_t p)
{
    struct formulas *a = &x->f;
    formula m = f_name(a, "m_{i,%zu}", p + 1);
    return mu_is_held(x) ? m : f_sub(a, m, f_name(a, "\\bar m_{%zu}", p + 1));
}

/* T_ja = Σ_i (x_ij − x̄_j)(m_ia − m̄_a) */
static formula cross_moment(struct explanation *x, size_t j, size_t p)
{
    struct formulas *a = &x->f;
    struct row_sum s;
    formula centre = column_centre(x, j);
    formula body = f_sub(a, f_name(a, "x_{i,%zu}", j + 1), centre);
    row_sum_begin(x, &s, "\\sum_{i}", f_mul(a, body, score_away_name(x, p)));
    for (size_t i = 0; i < x->model->obs.n; i++) {
        struct formulas_mark mark = formulas_mark(a);
        row_sum_add(&s, i, f_mul(a, f_sub(a, datum(x, i, j), centre), score_away(x, i, p)), mark);
    }
    return s.sum;
}

/* S_ab = n V_ab + Σ_i (m_ia − m̄_a)(m_ib − m̄_b) */
static formula score_moment(struct explanation *x, size_t p, size_t q)
{
    struct formulas *a = &x->f;
    struct row_sum s;
    formula left = score_away_name(x, p);
    row_sum_begin(x, &s, "\\sum_{i}", p == q ? f_square(a, left) : f_mul(a, left, score_away_name(x, q)));
    for (size_t i = 0; i < x->model->obs.n; i++) {
        struct formulas_mark mark = formulas_mark(a);
        left = score_away(x, i, p);
        row_sum_add(&s, i, p == q ? f_square(a, left) : f_mul(a, left, score_away(x, i, q)), mark);
    }
    formula V = f_symbol(a, latent_block(x->q, "cov")[p * x->model->m + q],
                         x->model->m == 1 ? "V" : "V_{%zu,%zu}", p + 1, q + 1);
    return f_add(a, f_mul(a, weight_total(x), V), s.sum);
}

static formula moment_symbol(struct explanation *x, const char *name, size_t p, size_t q,
                             formula moment)
{
    return f_symbol(&x->f, formula_value(moment), "%s_{%zu,%zu}", name, p + 1, q + 1);
}

static formula moment_item(struct explanation *x, const char *name, size_t p, size_t q,
                           formula moment)
{
    explain_item(x, formula_value(moment), moment, "%s_{%zu,%zu}", name, p + 1, q + 1);
    return moment_symbol(x, name, p, q, moment);
}

/* w_j = [T_j1 T_j2] S⁻¹ by determinants */
static void two_loadings(struct explanation *x, size_t j, size_t p)
{
    struct formulas *a = &x->f;
    formula (*say)(struct explanation *, const char *, size_t, size_t, formula) =
        x->nitem == 0 ? moment_item : moment_symbol;
    formula s11 = say(x, "S", 0, 0, score_moment(x, 0, 0));
    formula s12 = say(x, "S", 0, 1, score_moment(x, 0, 1));
    formula s22 = say(x, "S", 1, 1, score_moment(x, 1, 1));
    say = x->nitem == 3 || p == 0 ? moment_item : moment_symbol;
    formula t1 = say(x, "T", j, 0, cross_moment(x, j, 0));
    formula t2 = say(x, "T", j, 1, cross_moment(x, j, 1));
    formula det = f_sub(a, f_mul(a, s11, s22), f_square(a, s12));
    formula top = p == 0 ? f_sub(a, f_mul(a, t1, s22), f_mul(a, t2, s12))
                         : f_sub(a, f_mul(a, t2, s11), f_mul(a, t1, s12));
    explain_item(x, theta_block(x->answer, "W")[j * 2 + p], f_div(a, top, det), "w_{%zu,%zu}",
                 j + 1, p + 1);
}

/* Column p of S⁻¹ (m) into f->score.  False when S is not positive definite. */
static bool inverse_column(struct explanation *x, size_t p)
{
    struct factor *f = factor_of(x->model);
    size_t m = x->model->m;
    for (size_t r = 0; r < m; r++)
        for (size_t c = 0; c < m; c++)
            f->precision[r * m + c] = formula_value(score_moment(x, r, c));
    memset(f->score, 0, m * sizeof *f->score);
    f->score[p] = 1.0;
    if (!cholesky(m, f->precision))
        return false;
    cholesky_solve(m, 1, f->precision, f->score);
    return true;
}

/* w_ja = Σ_b T_jb (S⁻¹)_ba */
static void many_loadings(struct explanation *x, size_t j, size_t p)
{
    struct formulas *a = &x->f;
    size_t m = x->model->m;
    struct formula *sum = f_sum(a, "\\sum_{l}", f_mul(a, f_name(a, "T_{%zu,l}", j + 1),
                                                      f_name(a, "(S^{-1})_{l,%zu}", p + 1)));
    bool sound = inverse_column(x, p);
    for (size_t b = 0; b < m && sound; b++)
        f_sum_add(a, sum, f_mul(a, moment_symbol(x, "T", j, b, cross_moment(x, j, b)),
                                f_symbol(a, factor_of(x->model)->score[b], "(S^{-1})_{%zu,%zu}",
                                         b + 1, p + 1)));
    explain_item(x, theta_block(x->answer, "W")[j * m + p], sound ? sum : NULL, "w_{%zu,%zu}",
                 j + 1, p + 1);
}

static void loadings_answer(struct explanation *x, size_t j, size_t p)
{
    explain_title(x, mu_is_held(x)
                         ? "W = T S^{-1},\\quad T = \\sum_{i} (x_{i}-\\mu) m_{i}^\\top,\\quad "
                           "S = n V + \\sum_{i} m_{i} m_{i}^\\top"
                         : "W = T S^{-1},\\quad T = \\sum_{i} (x_{i}-\\bar x)(m_{i}-\\bar m)^\\top"
                           ",\\quad S = n V + \\sum_{i} (m_{i}-\\bar m)(m_{i}-\\bar m)^\\top");
    if (x->model->m == 1)
        explain_item(x, theta_block(x->answer, "W")[j],
                     f_div(&x->f, cross_moment(x, j, 0), score_moment(x, 0, 0)), "w_{%zu,1}",
                     j + 1);
    else if (x->model->m == BY_DETERMINANTS)
        two_loadings(x, j, p);
    else
        many_loadings(x, j, p);
}

/* μ_j = x̄_j − Σ_a w_ja m̄_a */
static void mean_answer(struct explanation *x, size_t j)
{
    struct formulas *a = &x->f;
    const struct observations *o = &x->model->obs;
    struct formula *sum = f_sum(a, "\\sum_{l}", f_mul(a, f_name(a, "w_{%zu,l}", j + 1),
                                                      f_name(a, "\\bar m_{l}")));
    for (size_t p = 0; p < x->model->m; p++)
        f_sum_add(a, sum, f_mul(a, loading(x, x->answer, j, p), score_mean(x, p)));
    explain_item(x, theta_block(x->answer, "mu")[j],
                 f_sub(a, f_symbol(a, column_mean(o, o->x, o->d, j), "\\bar x_{%zu}", j + 1), sum),
                 "\\mu_{%zu}", j + 1);
}

/* (W m_i)_j at the M-step's answer */
static double fitted(const struct explanation *x, size_t i, size_t j)
{
    int m = (int)x->model->m;
    return cblas_ddot(m, theta_block(x->answer, "W") + j * x->model->m, 1,
                      latent_block(x->q, "mean") + i * x->model->m, 1);
}

/* w_jᵀ V w_j there */
static double spread(const struct explanation *x, size_t j)
{
    size_t m = x->model->m;
    const double *w = theta_block(x->answer, "W") + j * m, *V = latent_block(x->q, "cov");
    double sum = 0.0;
    for (size_t p = 0; p < m; p++)
        sum += w[p] * cblas_ddot((int)m, V + p * m, 1, w, 1);
    return sum;
}

static void noise_answer(struct explanation *x, size_t j)
{
    struct formulas *a = &x->f;
    struct row_sum s;
    formula fit = f_name(a, "w_{%zu}^\\top m_{i}", j + 1);
    formula away = f_sub(a, f_name(a, "x_{i,%zu}", j + 1), f_name(a, "\\mu_{%zu}", j + 1));
    row_sum_begin(x, &s, "\\sum_{i}", f_square(a, f_sub(a, away, fit)));
    for (size_t i = 0; i < x->model->obs.n; i++) {
        struct formulas_mark mark = formulas_mark(a);
        away = f_sub(a, datum(x, i, j), mean_of(x, x->answer, j));
        row_sum_add(&s, i, f_square(a, f_sub(a, away, f_number(a, fitted(x, i, j)))), mark);
    }
    explain_item(x, theta_block(x->answer, "Psi")[j],
                 f_add(a, f_div(a, s.sum, weight_total(x)),
                       f_symbol(a, spread(x, j), "w_{%zu}^\\top V w_{%zu}", j + 1, j + 1)),
                 "\\psi_{%zu}", j + 1);
    row_sum_say_largest(&s);
}

static double residual(const struct explanation *x, const struct theta *theta, size_t i,
                       const double *psi)
{
    size_t d = x->model->obs.d, m = x->model->m;
    const double *mu = theta_block(theta, "mu"), *W = theta_block(theta, "W");
    const double *scores = latent_block(x->q, "mean") + i * m;
    double sum = 0.0;
    for (size_t j = 0; j < d; j++) {
        double r = x->model->obs.x[i * d + j] - mu[j] -
                   cblas_ddot((int)m, W + j * m, 1, scores, 1);
        sum += r * r / (psi ? psi[j] : 1.0);
    }
    return sum;
}

/* σ² = (1/d) [ (1/n) Σ_i |x_i − μ − W m_i|² + tr W V Wᵀ ] */
static void variance_answer(struct explanation *x)
{
    struct formulas *a = &x->f;
    struct row_sum s;
    double trace = 0.0;
    for (size_t j = 0; j < x->model->obs.d; j++)
        trace += spread(x, j);
    row_sum_begin(x, &s, "\\sum_{i}", f_name(a, "|x_{i} - \\mu - W m_{i}|^{2}"));
    for (size_t i = 0; i < x->model->obs.n; i++) {
        struct formulas_mark mark = formulas_mark(a);
        row_sum_add(&s, i, f_number(a, residual(x, x->answer, i, NULL)), mark);
    }
    formula both = f_add(a, f_div(a, s.sum, weight_total(x)),
                         f_symbol(a, trace, "\\text{tr}(W V W^\\top)"));
    explain_item(x, *theta_block(x->answer, "sigma2"),
                 f_div(a, both, f_symbol(a, (double)x->model->obs.d, "d")), "\\sigma^{2}");
    row_sum_say_largest(&s);
}

static int factor_explain_m(struct explanation *x, const struct block *b, size_t entry,
                            struct error *e)
{
    size_t m = x->model->m;
    (void)e;
    if (b == &x->model->theta.block[0])
        mean_answer(x, entry);
    else if (b == &x->model->theta.block[1])
        loadings_answer(x, entry / m, entry % m);
    else if (factor_of(x->model)->spherical)
        variance_answer(x);
    else
        noise_answer(x, entry);
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
    formula square = m == 1 ? f_square(a, score(x, i, 0))
                            : f_number(a, cblas_ddot((int)m, scores, 1, scores, 1));
    row->joint[0] = (struct normal_part){
        f_mul(a, f_number(a, (double)m), f_log(a, two_pi)),
        f_add(a, square, f_number(a, f->shared.trace_V))};
    row->joint[1] = (struct normal_part){
        normal_size(a, f_number(a, (double)d), f_number(a, f->shared.logdet_noise)),
        f_add(a, f_number(a, residual(x, x->theta, i, f->psi)),
              f_number(a, f->shared.trace_noise))};
    row->njoint = 2;
}

static void posterior_pieces(struct explanation *x, size_t i, struct normal_row *row)
{
    struct formulas *a = &x->f;
    struct factor *f = factor_of(x->model);
    size_t m = x->model->m;
    double *away = f->centre;
    factor_score(x->model, theta_block(x->theta, "mu"), x->model->obs.x + i * x->model->obs.d,
                 away);
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
        f->row[j] = x->model->obs.x[i * d + j] - theta_block(x->theta, "mu")[j];
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
