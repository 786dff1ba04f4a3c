/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/normal_explain.h"

#include <math.h>

#include "base/memory.h"
#include "models/explain_sum.h"

static formula two_pi(struct formulas *a)
{
    return f_mul(a, f_number(a, 2.0), f_pi(a));
}

static formula two_pi_e(struct formulas *a)
{
    return f_mul(a, two_pi(a), f_symbol(a, M_E, "e"));
}

formula normal_size(struct formulas *a, formula k, formula logdet)
{
    return f_add(a, f_mul(a, k, f_log(a, two_pi(a))), logdet);
}

formula normal_size_of_one(struct formulas *a, formula v)
{
    return f_log(a, f_mul(a, two_pi(a), v));
}

formula normal_entropy(struct formulas *a, formula k, formula logdet)
{
    return f_add(a, f_mul(a, k, f_log(a, two_pi_e(a))), logdet);
}

formula normal_entropy_of_one(struct formulas *a, formula v)
{
    return f_log(a, f_mul(a, two_pi_e(a), v));
}

/* ---- one row's share of a term ----------------------------------------------------------- */

static formula loss(struct formulas *a, const struct normal_part *p)
{
    return f_add(a, p->size, p->away);
}

static formula joint(struct formulas *a, const struct normal_row *r)
{
    formula sum = loss(a, &r->joint[0]);
    for (size_t j = 1; j < r->njoint; j++)
        sum = f_add(a, sum, loss(a, &r->joint[j]));
    return sum;
}

static formula divergence(struct formulas *a, const struct normal_row *r)
{
    formula sizes = f_sub(a, r->logdet_C, r->logdet_V);
    return f_sub(a, f_add(a, sizes, r->posterior.away), r->k);
}

/* What is halved.  NULL: the row adds nothing. */
static formula share(struct formulas *a, enum term t, const struct normal_row *r)
{
    switch (t) {
    case TERM_Q:
        return joint(a, r);
    case TERM_LOGLIK:
        return r->marginal.size ? loss(a, &r->marginal) : NULL;
    case TERM_H:
        return r->k ? loss(a, &r->posterior) : NULL;
    case TERM_ENTROPY:
        return r->k ? r->entropy : NULL;
    case TERM_KL:
        return r->k ? divergence(a, r) : NULL;
    case TERM_ELBO:
        return r->k ? f_sub(a, joint(a, r), r->entropy) : joint(a, r);
    default:
        return NULL;
    }
}

static formula share_of(struct explanation *x, enum term t, size_t i, normal_pieces *pieces)
{
    struct normal_row row = {.njoint = 0};
    pieces(x, t, i, &row);
    return share(&x->f, t, &row);
}

/* S and KL are half of their shares, log-densities minus half. */
static formula halve(struct formulas *a, enum term t, formula f)
{
    formula half = f_mul(a, f_half(a), f);
    return t == TERM_ENTROPY || t == TERM_KL ? half : f_neg(a, half);
}

void normal_explain_term(struct explanation *x, enum term t, normal_pieces *pieces)
{
    struct row_sum s;
    row_sum_begin(x, &s, "\\sum_{i}", share_of(x, t, 0, pieces));
    for (size_t i = 0; i < x->model->obs.n; i++) {
        struct formulas_mark mark = row_sum_mark(&s);
        row_sum_add(&s, i, share_of(x, t, i + 1, pieces), mark);
    }
    explain_term_item(x, t, halve(&x->f, t, s.sum));
    s.value *= t == TERM_ENTROPY || t == TERM_KL ? 0.5 : -0.5;
    row_sum_say_largest(&s);
}

/* ---- Jensen ------------------------------------------------------------------------------ */

/* The row's own term: by the names of all rows, in its numbers. */
static void row_item(struct explanation *x, enum term t, size_t i, normal_pieces *pieces,
                     double value, const char *latex)
{
    struct formulas *a = &x->f;
    formula names = share_of(x, t, 0, pieces), numbers = share_of(x, t, i + 1, pieces);
    explain_item(x, value, numbers ? halve(a, t, f_as(a, names, numbers)) : f_number(a, 0.0), "%s",
                 latex);
}

static void jensen_items(struct explanation *x, size_t i, normal_pieces *pieces, const double *v)
{
    char gap[NUMBER_TEXT];
    struct text row = TEXT_INIT;
    explain_title(x, "\\log E_q[w] \\ge E_q[\\log w],\\quad w(z) = p(x_{i},z|\\theta)/q_{i}(z)");
    explain_row(x, i, &row);
    explain_about(x, "%s", row.s);
    text_clear(&row);
    row_item(x, TERM_LOGLIK, i, pieces, v[TERM_LOGLIK], "\\log E_q[w]");
    explain_after(x, "= log p(x|θ)");
    row_item(x, TERM_ELBO, i, pieces, v[TERM_ELBO], "E_q[\\log w]");
    row_item(x, TERM_KL, i, pieces, v[TERM_KL], "\\text{KL}");
    if (v[TERM_KL] <= 1e-9)
        explain_remark(x, "the two are equal: q is the posterior, and w is p(x|θ) whatever z is");
    else
        explain_remark(x, "log E_q[w] ≥ E_q[log w] ✓ by %s, which is KL(q‖p(z|x,θ))",
                       number_text(gap, v[TERM_KL], x->digits));
    explain_remark(x, "z may be any number: the expectations are integrals, and these are their "
                      "values");
}

int normal_explain_jensen(struct explanation *x, size_t i, normal_pieces *pieces,
                          struct error *e)
{
    const struct model *m = x->model;
    struct normal_row row = {.njoint = 0};
    pieces(x, TERM_KL, i + 1, &row);
    if (!row.k) {
        error_set(e, "nothing is missing from row %zu: its z is empty, and both sides of Jensen's "
                     "inequality are log p(x|θ)", i + 1);
        return error_hint(e, "take a row with a missing entry: show points lists them");
    }
    double *v = NEW_ARRAY(m->obs.n * TERM_COUNT, double);
    if (!v)
        return error_no_memory(e);
    int r = 0;
    if (m->class->row_terms(m, x->q, x->theta, TERMS_EM, v))
        jensen_items(x, i, pieces, v + i * TERM_COUNT);
    else
        r = error_set(e, "θ is outside its domain: nothing can be computed");
    mem_free(v);
    return r;
}
