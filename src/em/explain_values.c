/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Models whose latent value is one of finitely many (em/values.h): the E-step of a row and the
 * terms, whatever the density.
 *
 *     γ_ik = π_k f_ik / Σ_l π_l f_il          Q = Σ_i w_i Σ_k γ_ik [log π_k + log f_ik]   …
 */
#include <math.h>

#include "base/memory.h"
#include "em/explain_parts.h"
#include "em/explain_unit.h"

/* ---- e I --------------------------------------------------------------------------------- */

/* The places of the first parts that are possible, UNIT_PARTS_SHOWN at most; the others are told
 * of. */
static size_t parts_shown(const struct unit *u, size_t part[UNIT_PARTS_SHOWN])
{
    size_t n = 0, possible = 0;
    for (size_t j = 0; j < u->v.n; j++) {
        if (u->v.joint[j] == -INFINITY)
            continue;
        if (possible++ < UNIT_PARTS_SHOWN)
            part[n++] = j;
    }
    if (possible > n)
        explain_remark(u->x, "%zu components more; show q rows=%zu:%zu has their γ", possible - n,
                       u->i + 1, u->i + 1);
    if (possible < u->v.n)
        explain_remark(u->x, "%zu value%s of z cannot have made this row: p(x,z|θ) = 0",
                       u->v.n - possible, u->v.n - possible == 1 ? "" : "s");
    return n;
}

static void density_item(const struct unit *u, size_t j)
{
    struct explanation *x = u->x;
    char i[NUMBER_TEXT], k[NUMBER_TEXT];
    struct text name = TEXT_INIT;
    unit_indices(u, j, i, k);
    unit_part_name(u, i, k, &name);
    formula is = u->pi ? x->model->class->explain->log_density(x, u->i, j) : NULL;
    explain_item(x, unit_log_of_part(u, j), is, "\\log %s", name.s);
    text_clear(&name);
}

int explain_finite_e(struct explanation *x, size_t i, struct error *e)
{
    struct unit u;
    if (unit_make(x, NULL, i, &u, e) != 0)
        return -1;
    struct formulas *a = &x->f;
    const double *gamma = values_gamma(x->model, x->r) + i * u.v.n;
    struct text over = TEXT_INIT, under = TEXT_INIT;
    char at[NUMBER_TEXT];
    number_text(at, (double)(i + 1), 17);
    unit_part_name(&u, at, "k", &over);
    unit_part_name(&u, at, "l", &under);
    explain_title(x, "\\gamma_{%zu,k} = %s%s / \\sum_{l} %s%s", i + 1, u.pi ? "\\pi_{k} " : "",
                  over.s, u.pi ? "\\pi_{l} " : "", under.s);
    text_clear(&over);
    text_clear(&under);
    unit_say_row(x, i);
    size_t part[UNIT_PARTS_SHOWN], n = parts_shown(&u, part);
    for (size_t j = 0; j < n; j++)
        density_item(&u, part[j]);
    for (size_t j = 0; j < n; j++)
        explain_item(x, gamma[part[j]], f_div(a, unit_joint(&u, part[j]), unit_evidence(&u, at)),
                     "\\gamma_{%zu,%zu}", i + 1, part[j] + 1);
    unit_say_shift(x, u.shift);
    values_clear(&u.v);
    return 0;
}

/* ---- the terms ---------------------------------------------------------------------------- */

/* log r_ik, by its number where r itself is too small to write */
static formula log_posterior(const struct unit *u, size_t j)
{
    struct formulas *a = &u->x->f;
    double log_r = u->v.joint[j] - u->v.loglik;
    formula r = u->shared
                    ? f_symbol(a, exp(log_r), "p(Z{=}%zu|x)", u->v.first + j)
                    : f_symbol(a, exp(log_r), "r_{%zu,%zu}", u->i + 1, j + 1);
    formula f = f_log(a, r);
    return log_r < -UNIT_SAFE ? f_as(a, f, f_number(a, log_r)) : f;
}

static formula log_q(const struct unit *u, size_t j)
{
    struct formulas *a = &u->x->f;
    formula f = f_log(a, unit_q_symbol(u, j));
    return u->v.q[j] < -UNIT_SAFE ? f_as(a, f, f_number(a, u->v.q[j])) : f;
}

/* What E_q is taken of, for value j. */
static formula summand(const struct unit *u, enum term t, size_t j)
{
    struct formulas *a = &u->x->f;
    switch (t) {
    case TERM_Q:
        return unit_log_joint(u, j);
    case TERM_H:
        return log_posterior(u, j);
    case TERM_ENTROPY:
        return log_q(u, j);
    case TERM_ELBO:
        return f_sub(a, unit_log_joint(u, j), log_q(u, j));
    default:
        return f_sub(a, log_q(u, j), log_posterior(u, j));
    }
}

static formula summand_named(const struct unit *u, enum term t)
{
    struct formulas *a = &u->x->f;
    formula log_r = f_log(a, u->shared ? f_name(a, "p(Z|x)") : f_name(a, "r_{i,k}"));
    formula q = f_log(a, unit_q_named(u));
    switch (t) {
    case TERM_Q:
        return unit_log_joint_named(u);
    case TERM_H:
        return log_r;
    case TERM_ENTROPY:
        return q;
    case TERM_ELBO:
        return f_sub(a, unit_log_joint_named(u), q);
    default:
        return f_sub(a, q, log_r);
    }
}

/* E_q of the summand over the values of one unit, or its log-evidence. */
static formula unit_term(const struct unit *u, enum term t)
{
    struct formulas *a = &u->x->f;
    if (t == TERM_LOGLIK) {
        char i[NUMBER_TEXT];
        number_text(i, (double)(u->i + 1), 17);
        return unit_log_evidence(u, i);
    }
    struct formula *sum = unit_sum(u, "k", f_mul(a, unit_q_named(u), summand_named(u, t)));
    for (size_t j = 0; j < u->v.n; j++)
        if (unit_q(u, j) > 0.0)
            f_sum_add(a, sum, f_mul(a, unit_q_symbol(u, j), summand(u, t, j)));
    return sum;
}

/* The rows from `first` on, whose formulas no one sees, by their values; false: not known so. */
static bool add_values(const struct unit *u, enum term t, size_t first, struct formula *sum)
{
    const struct model *m = u->x->model;
    double sign = t == TERM_ENTROPY ? -1.0 : 1.0; /* the sum is E_q log q */
    if (!m->class->row_terms || first >= m->obs.n)
        return false;
    double *v = NEW_ARRAY(m->obs.n * TERM_COUNT, double);
    bool known = v && m->class->row_terms(m, u->x->q, u->x->theta, TERM_BIT(t), v);
    for (size_t i = first; known && i < m->obs.n; i++)
        f_sum_add_value(sum, m->obs.weight[i] * sign * v[i * TERM_COUNT + t]);
    mem_free(v);
    return known;
}

/* Σ_i w_i of the units' terms, in *sum. */
static int over_rows(struct unit *u, enum term t, struct formula **sum, struct error *e)
{
    struct formulas *a = &u->x->f;
    const struct observations *o = &u->x->model->obs;
    formula named = t == TERM_LOGLIK ? f_log(a, unit_evidence(u, "i")) : unit_term(u, t);
    formula w = f_name(a, "w_{i}");
    *sum = f_sum(a, "\\sum_{i}", o->weighted ? f_mul(a, w, named) : named);
    for (size_t i = 0; i < o->n; i++) {
        if (i == FORMULA_TERMS_KEPT && add_values(u, t, i, *sum))
            break;
        if (unit_again(u, i, e) != 0)
            return -1;
        struct formulas_mark before = f_term_begin(a, *sum);
        formula of_row = unit_term(u, t);
        if (o->weighted)
            of_row = f_mul(a, f_symbol(a, o->weight[i], "w_{%zu}", i + 1), of_row);
        f_term_end(a, *sum, of_row, before);
    }
    return 0;
}

int explain_finite_term(struct explanation *x, enum term t, struct error *e)
{
    struct unit u;
    struct formula *rows = NULL;
    if (unit_make(x, x->q, 0, &u, e) != 0)
        return -1;
    int r = u.shared ? 0 : over_rows(&u, t, &rows, e);
    if (u.shared && t != TERM_ENTROPY)
        unit_shared_item(&u);
    formula f = u.shared ? unit_term(&u, t) : rows;
    explain_term_item(x, t, t == TERM_ENTROPY ? f_neg(&x->f, f) : f);
    if (rows)
        explain_largest_row(x, rows);
    values_clear(&u.v);
    return r;
}
