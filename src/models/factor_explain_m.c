/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The M-step of the factor models, for `explain`: the moment equations. */
#include <gsl/gsl_cblas.h>
#include <math.h>
#include <string.h>

#include "models/explain_sum.h"
#include "models/factor_explain.h"
#include "numeric/cholesky.h"

/* Σ_i w_i v_i / Σ w of v (n), which lie `width` apart */
static double column_mean(const struct observations *o, const double *v, size_t width)
{
    double sum = 0.0, size = 0.0, first = v[0];
    for (size_t i = 0; i < o->n; i++) {
        sum += o->weight[i] * (v[i * width] - first);
        size = fmax(size, fabs(v[i * width]));
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
    return mu_is_held(x) ? factor_mean(x, x->theta, j)
                         : f_symbol(&x->f, column_mean(o, o->x[j], 1), "\\bar x_{%zu}", j + 1);
}

static formula score_mean(struct explanation *x, size_t p)
{
    return f_symbol(&x->f, column_mean(&x->model->obs, latent_block(x->q, "mean") + p, x->model->m),
                    "\\bar m_{%zu}", p + 1);
}

/* m_ia − m̄_a */
static formula score_away(struct explanation *x, size_t i, size_t p)
{
    formula m = factor_score_of(x, i, p);
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
        struct formulas_mark mark = row_sum_mark(&s);
        formula away = f_sub(a, factor_datum(x, i, j), centre);
        row_sum_add(&s, i, f_mul(a, away, score_away(x, i, p)), mark);
    }
    return s.sum;
}

/* S_ab = n V_ab + Σ_i (m_ia − m̄_a)(m_ib − m̄_b) */
static formula score_moment(struct explanation *x, size_t p, size_t q)
{
    struct formulas *a = &x->f;
    struct row_sum s;
    formula left = score_away_name(x, p);
    row_sum_begin(x, &s, "\\sum_{i}",
                  p == q ? f_square(a, left) : f_mul(a, left, score_away_name(x, q)));
    for (size_t i = 0; i < x->model->obs.n; i++) {
        struct formulas_mark mark = row_sum_mark(&s);
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
    else if (x->model->m == FACTOR_DETERMINANTS)
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
        f_sum_add(a, sum, f_mul(a, factor_loading(x, x->answer, j, p), score_mean(x, p)));
    explain_item(x, theta_block(x->answer, "mu")[j],
                 f_sub(a, f_symbol(a, column_mean(o, o->x[j], 1), "\\bar x_{%zu}", j + 1), sum),
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
        struct formulas_mark mark = row_sum_mark(&s);
        away = f_sub(a, factor_datum(x, i, j), factor_mean(x, x->answer, j));
        row_sum_add(&s, i, f_square(a, f_sub(a, away, f_number(a, fitted(x, i, j)))), mark);
    }
    explain_item(x, theta_block(x->answer, "Psi")[j],
                 f_add(a, f_div(a, s.sum, weight_total(x)),
                       f_symbol(a, spread(x, j), "w_{%zu}^\\top V w_{%zu}", j + 1, j + 1)),
                 "\\psi_{%zu}", j + 1);
    row_sum_say_largest(&s);
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
        struct formulas_mark mark = row_sum_mark(&s);
        row_sum_add(&s, i, f_number(a, factor_residual(x, x->answer, i, NULL)), mark);
    }
    formula both = f_add(a, f_div(a, s.sum, weight_total(x)),
                         f_symbol(a, trace, "\\text{tr}(W V W^\\top)"));
    explain_item(x, *theta_block(x->answer, "sigma2"),
                 f_div(a, both, f_symbol(a, (double)x->model->obs.d, "d")), "\\sigma^{2}");
    row_sum_say_largest(&s);
}

int factor_explain_m(struct explanation *x, const struct block *b, size_t entry,
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
