/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The terms of the multivariate normal, for `explain`: rows of models/normal_explain.h. */
#include <gsl/gsl_cblas.h>
#include <math.h>
#include <string.h>

#include "models/mvn_explain.h"
#include "models/normal_explain.h"
#include "numeric/cholesky.h"

static double squared_length(size_t d, const double *v)
{
    return cblas_ddot((int)d, v, 1, v, 1);
}

/* (v−c)ᵀA⁻¹(v−c) for the entries `at` of v and c, L the factor of A */
static double square_about(const struct mvn *s, size_t n, const size_t *at, const double *L,
                           const double *v, const double *c)
{
    for (size_t k = 0; k < n; k++)
        s->row[k] = v[at[k]] - c[at[k]];
    cholesky_whiten(n, L, s->row);
    return squared_length(n, s->row);
}

static formula log_determinant(struct formulas *a, double v, const char *of)
{
    return f_symbol(a, v, "\\log|%s|", of);
}

static void name_pieces(struct formulas *a, struct normal_row *row)
{
    formula d = f_name(a, "d"), away = f_name(a, "(\\hat x_{i}-\\mu)^\\top \\Sigma^{-1} "
                                                 "(\\hat x_{i}-\\mu)");
    row->joint[0] = (struct normal_part){
        normal_size(a, d, f_name(a, "\\log|\\Sigma|")),
        f_add(a, away, f_name(a, "\\text{tr}(\\Sigma^{-1} V_{i})"))};
    row->njoint = 1;
    row->marginal = (struct normal_part){
        normal_size(a, f_name(a, "d_{o}"), f_name(a, "\\log|\\Sigma_{oo}|")),
        f_name(a, "(x_{o}-\\mu_{o})^\\top \\Sigma_{oo}^{-1} (x_{o}-\\mu_{o})")};
    row->k = f_name(a, "d_{m}");
    row->logdet_C = f_name(a, "\\log|C_{i}|");
    row->logdet_V = f_name(a, "\\log|V_{i}|");
    row->entropy = normal_entropy(a, row->k, row->logdet_V);
    row->posterior = (struct normal_part){
        normal_size(a, row->k, row->logdet_C),
        f_add(a, f_name(a, "(m_{i}-c_{i})^\\top C_{i}^{-1} (m_{i}-c_{i})"),
              f_name(a, "\\text{tr}(C_{i}^{-1} V_{i})"))};
}

/* tr(A⁻¹ B), L the factor of A (k,k); B is overwritten */
static double trace_of_solve(size_t k, const double *L, double *B)
{
    double trace = 0.0;
    cholesky_solve(k, k, L, B);
    for (size_t j = 0; j < k; j++)
        trace += B[j * k + j];
    return trace;
}

/* log|V_i|, and V_i (k,k) in s->V; NaN when it is not positive definite */
static double gather_V(struct explanation *x, const struct pattern *p, size_t i)
{
    const struct mvn *s = mvn_of(x->model);
    size_t d = x->model->obs.d, k = p->nmissing;
    gather(latent_block(x->q, "cov") + i * d * d, d, k, p->missing, k, p->missing, s->V);
    memcpy(s->solved, s->V, k * k * sizeof *s->V);
    return cholesky(k, s->solved) ? cholesky_logdet(k, s->solved) : NAN;
}

static void joint_pieces(struct explanation *x, size_t i, struct normal_row *row)
{
    struct formulas *a = &x->f;
    const struct model *m = x->model;
    const struct mvn *s = mvn_of(m);
    const double *mean = latent_block(x->q, "mean"), *cov = latent_block(x->q, "cov");
    size_t d = m->obs.d;
    for (size_t j = 0; j < d; j++)
        s->column[j] = j;
    memcpy(s->L, theta_block(x->theta, "Sigma"), d * d * sizeof *s->L);
    cholesky(d, s->L);
    formula away = f_number(a, square_about(s, d, s->column, s->L, mean + i * d,
                                            theta_block(x->theta, "mu")));
    memcpy(s->solved, cov + i * d * d, d * d * sizeof *s->solved);
    if (row->k)
        away = f_add(a, away, f_number(a, trace_of_solve(d, s->L, s->solved)));
    row->joint[0] = (struct normal_part){
        normal_size(a, f_number(a, (double)d),
                    log_determinant(a, cholesky_logdet(d, s->L), "\\Sigma")), away};
    row->njoint = 1;
}

static void posterior_pieces(struct explanation *x, const struct pattern *p, size_t i,
                             struct normal_row *row)
{
    struct formulas *a = &x->f;
    const struct mvn *s = mvn_of(x->model);
    const double *mean = latent_block(x->q, "mean") + i * x->model->obs.d;
    size_t k = p->nmissing;
    row->logdet_V = f_number(a, gather_V(x, p, i));
    row->logdet_C = f_number(a, s->cond.logdet_C);
    conditional_mean(&s->cond, p, mean, theta_block(x->theta, "mu"), s->row);
    for (size_t j = 0; j < k; j++)
        s->row[j] = mean[p->missing[j]] - s->row[j];
    cholesky_whiten(k, s->cond.factor, s->row);
    formula away = f_number(a, squared_length(k, s->row));
    away = f_add(a, away, f_number(a, trace_of_solve(k, s->cond.factor, s->V)));
    row->entropy = normal_entropy(a, row->k, row->logdet_V);
    row->posterior = (struct normal_part){normal_size(a, row->k, row->logdet_C), away};
}

static void mvn_pieces(struct explanation *x, enum term t, size_t i, struct normal_row *row)
{
    struct formulas *a = &x->f;
    const struct model *m = x->model;
    struct mvn *s = mvn_of(m);
    if (i == 0) {
        name_pieces(a, row);
        return;
    }
    i--;
    struct pattern p;
    size_t d = m->obs.d;
    const double *seen = observations_row(&m->obs, i);
    p.observed = s->order;
    p.nobserved = split_columns(seen, d, s->order);
    p.missing = s->order + p.nobserved;
    p.nmissing = d - p.nobserved;
    conditional_make(&s->cond, &p, d, theta_block(x->theta, "Sigma"));
    if (t == TERM_LOGLIK && p.nobserved > 0)
        row->marginal = (struct normal_part){
            normal_size(a, f_number(a, (double)p.nobserved), f_number(a, s->cond.logdet_oo)),
            f_number(a, square_about(s, p.nobserved, p.observed, s->cond.oo, seen,
                                     theta_block(x->theta, "mu")))};
    if (p.nmissing > 0)
        row->k = f_number(a, (double)p.nmissing);
    if (x->q && p.nmissing > 0)
        posterior_pieces(x, &p, i, row);
    if (x->q)
        joint_pieces(x, i, row);
}

static void determinant_item(struct explanation *x)
{
    struct formulas *a = &x->f;
    double *L = mvn_of(x->model)->L;
    memcpy(L, theta_block(x->theta, "Sigma"), 4 * sizeof *L);
    bool sound = cholesky(2, L);
    formula product = f_mul(a, mvn_sigma(x, 0, 0), mvn_sigma(x, 1, 1));
    explain_item(x, sound ? cholesky_logdet(2, L) : NAN,
                 f_log(a, f_sub(a, product, f_square(a, mvn_sigma(x, 0, 1)))), "\\log|\\Sigma|");
}

int mvn_explain_term(struct explanation *x, enum term t, struct error *e)
{
    (void)e;
    if (t >= TERM_LOGPRIOR)
        return 0;
    if (x->model->obs.d == 2 && (t == TERM_Q || t == TERM_ELBO))
        determinant_item(x);
    normal_explain_term(x, t, mvn_pieces);
    return 0;
}

int mvn_explain_jensen(struct explanation *x, size_t i, struct error *e)
{
    return normal_explain_jensen(x, i, mvn_pieces, e);
}
