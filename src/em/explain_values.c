/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Models whose latent value is one of finitely many (em/values.h): the E-step of a row, Jensen's
 * inequality and the terms, whatever the density.  With q(z) and w(z) = p(x,z|θ)/q(z)
 *
 *     γ_ik = π_k f_ik / Σ_l π_l f_il          Q = Σ_i w_i Σ_k γ_ik [log π_k + log f_ik]   …
 *
 * Logarithms of densities are the numbers from which all else is made; where the densities
 * themselves would underflow they are divided by the largest, as the machine does it.
 */
#include <math.h>

#include "em/explain_parts.h"
#include "em/values.h"
#include "numeric/logspace.h"

enum { PARTS_SHOWN = 6 }; /* components whose densities are written out */
static const double SAFE = 50.0; /* |log| of a density that can be written as it is */

/* Unit i of an explanation. */
struct unit {
    struct explanation *x;
    struct values v;
    size_t i;
    bool shared;
    const double *pi;     /* (k) where the joint is log π_k + log f; NULL: it is one number */
    double shift;         /* what is taken off the logs of densities; 0: nothing */
};

static bool knows_density(const struct model *m)
{
    return m->class->explain && m->class->explain->log_density && layout_find(&m->theta, "pi");
}

static double log_density(const struct unit *u, size_t j)
{
    return u->v.joint[j] - log(u->pi[j]);
}

static double log_of_part(const struct unit *u, size_t j)
{
    return u->pi ? log_density(u, j) : u->v.joint[j];
}

static void choose_shift(struct unit *u)
{
    double top = -INFINITY;
    for (size_t j = 0; j < u->v.n; j++)
        if (u->v.joint[j] > -INFINITY)
            top = fmax(top, log_of_part(u, j));
    u->shift = isfinite(top) && fabs(top) > SAFE ? top : 0.0;
}

static int unit_make(struct explanation *x, const struct latent *q, size_t i, struct unit *u,
                     struct error *e)
{
    const struct model *m = x->model;
    *u = (struct unit){.x = x, .i = i, .shared = m->class->shared_logs != NULL,
                       .pi = knows_density(m) ? theta_block(x->theta, "pi") : NULL};
    if (values_make(m, q, x->theta, i, &u->v, e) != 0)
        return -1;
    choose_shift(u);
    return 0;
}

static int unit_again(struct unit *u, size_t i, struct error *e)
{
    u->i = i;
    if (values_again(u->x->model, u->x->q, u->x->theta, i, &u->v, e) != 0)
        return -1;
    choose_shift(u);
    return 0;
}

/* ---- names and numbers of one value ------------------------------------------------------- */

/* "f(x_{i}|φ_{k})" in the model's own words, or p(x_{i},z_{i}{=}k|θ) */
static void part_name(const struct unit *u, const char *i, const char *k, struct text *latex)
{
    const struct model *m = u->x->model;
    if (u->pi)
        m->class->explain->density_name(m, i, k, latex);
    else if (u->shared)
        text_addf(latex, "p(x,Z%s%s|\\theta)", *k == 'Z' ? "" : "{=}", *k == 'Z' ? "" : k);
    else
        text_addf(latex, "p(x_{%s},z_{%s}{=}%s|\\theta)", i, i, k);
}

static void indices(const struct unit *u, size_t j, char i[NUMBER_TEXT], char k[NUMBER_TEXT])
{
    number_text(i, (double)(u->i + 1), 17);
    number_text(k, (double)(u->v.first + j), 17);
}

/* log f(x_i|φ_k) or log p(x_i,z=k|θ): a name and its number */
static formula log_part(const struct unit *u, size_t j)
{
    char i[NUMBER_TEXT], k[NUMBER_TEXT];
    struct text name = TEXT_INIT;
    indices(u, j, i, k);
    part_name(u, i, k, &name);
    formula f = f_symbol(&u->x->f, log_of_part(u, j), "\\log %s", name.s);
    text_clear(&name);
    return f;
}

static formula weight(const struct unit *u, size_t j)
{
    return f_symbol(&u->x->f, u->pi[j], "\\pi_{%zu}", j + 1);
}

/* log p(x_i,z=k|θ) = log π_k + log f */
static formula log_joint(const struct unit *u, size_t j)
{
    struct formulas *a = &u->x->f;
    return u->pi ? f_add(a, f_log(a, weight(u, j)), log_part(u, j)) : log_part(u, j);
}

static formula log_joint_named(const struct unit *u)
{
    struct formulas *a = &u->x->f;
    struct text name = TEXT_INIT;
    part_name(u, "i", u->shared ? "Z" : "k", &name);
    formula f = f_name(a, "\\log %s", name.s);
    text_clear(&name);
    return u->pi ? f_add(a, f_log(a, f_name(a, "\\pi_{k}")), f) : f;
}

/* π_k f(x_i|φ_k), in numbers π_k exp(log f): less the shift */
static formula joint(const struct unit *u, size_t j)
{
    struct formulas *a = &u->x->f;
    char i[NUMBER_TEXT], k[NUMBER_TEXT];
    struct text name = TEXT_INIT;
    indices(u, j, i, k);
    part_name(u, i, k, &name);
    double log_f = log_of_part(u, j);
    formula number = f_number(a, log_f);
    if (u->shift != 0.0)
        number = f_sub(a, number, f_number(a, u->shift));
    number = log_f > -INFINITY ? f_exp(a, number) : f_number(a, 0.0);
    formula f = f_as(a, f_name(a, "%s", name.s), number);
    text_clear(&name);
    return u->pi ? f_mul(a, weight(u, j), f) : f;
}

static formula joint_named(const struct unit *u, const char *i, const char *l)
{
    struct formulas *a = &u->x->f;
    struct text name = TEXT_INIT;
    part_name(u, i, l, &name);
    formula f = f_name(a, "%s", name.s);
    text_clear(&name);
    return u->pi ? f_mul(a, f_name(a, "\\pi_{%s}", l), f) : f;
}

static struct formula *sum_over(const struct unit *u, const char *index, formula body)
{
    struct text over = TEXT_INIT;
    text_addf(&over, "\\sum_{%s}", u->shared ? "Z" : index);
    struct formula *sum = f_sum(&u->x->f, over.s, body);
    if (u->shared)
        f_sum_peaked(sum);
    text_clear(&over);
    return sum;
}

/* Σ_l π_l f(x_i|φ_l) */
static formula evidence(const struct unit *u, const char *i)
{
    struct formula *sum = sum_over(u, "l", joint_named(u, i, u->shared ? "Z" : "l"));
    for (size_t j = 0; j < u->v.n; j++)
        if (u->v.joint[j] > -INFINITY)
            f_sum_add(&u->x->f, sum, joint(u, j));
    return sum;
}

/* log of the evidence with the shift put back */
static formula log_evidence(const struct unit *u, const char *i)
{
    struct formulas *a = &u->x->f;
    formula f = f_log(a, evidence(u, i));
    return u->shift == 0.0 ? f : f_as(a, f, f_add(a, f_number(a, u->shift), f));
}

static double q_of(const struct unit *u, size_t j)
{
    return exp(u->v.q[j]);
}

static formula q_symbol(const struct unit *u, size_t j)
{
    if (u->shared)
        return f_symbol(&u->x->f, q_of(u, j), "q(%zu)", u->v.first + j);
    return f_symbol(&u->x->f, q_of(u, j), "\\gamma_{%zu,%zu}", u->i + 1, j + 1);
}

static formula q_named(const struct unit *u)
{
    return f_name(&u->x->f, u->shared ? "q(Z)" : "\\gamma_{i,k}");
}

static void say_shift(struct explanation *x, double shift)
{
    char buf[NUMBER_TEXT];
    if (shift != 0.0)
        explain_remark(x, "the densities would %s: each is divided by exp(%s), the largest, first",
                       shift < 0.0 ? "underflow" : "overflow",
                       number_text(buf, shift, x->digits));
}

/* ---- e I --------------------------------------------------------------------------------- */

static void say_row(struct explanation *x, size_t i)
{
    struct text row = TEXT_INIT;
    explain_row(x, i, &row);
    explain_about(x, "%s", row.s);
    text_clear(&row);
}

/* The first parts that are possible, PARTS_SHOWN at most: their places; the others are told of. */
static size_t parts_shown(const struct unit *u, size_t part[PARTS_SHOWN])
{
    size_t n = 0, possible = 0;
    for (size_t j = 0; j < u->v.n; j++) {
        if (u->v.joint[j] == -INFINITY)
            continue;
        if (possible++ < PARTS_SHOWN)
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
    indices(u, j, i, k);
    part_name(u, i, k, &name);
    formula is = u->pi ? x->model->class->explain->log_density(x, u->i, j) : NULL;
    explain_item(x, log_of_part(u, j), is, "\\log %s", name.s);
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
    part_name(&u, at, "k", &over);
    part_name(&u, at, "l", &under);
    explain_title(x, "\\gamma_{%zu,k} = %s%s / \\sum_{l} %s%s", i + 1, u.pi ? "\\pi_{k} " : "",
                  over.s, u.pi ? "\\pi_{l} " : "", under.s);
    text_clear(&over);
    text_clear(&under);
    say_row(x, i);
    size_t part[PARTS_SHOWN], n = parts_shown(&u, part);
    for (size_t j = 0; j < n; j++)
        density_item(&u, part[j]);
    for (size_t j = 0; j < n; j++)
        explain_item(x, gamma[part[j]], f_div(a, joint(&u, part[j]), evidence(&u, at)),
                     "\\gamma_{%zu,%zu}", i + 1, part[j] + 1);
    say_shift(x, u.shift);
    values_clear(&u.v);
    return 0;
}

static size_t most_probable(const struct unit *u)
{
    size_t best = 0;
    for (size_t j = 1; j < u->v.n; j++)
        best = u->v.joint[j] > u->v.joint[best] ? j : best;
    return best;
}

static size_t first_of_peak(const struct unit *u)
{
    size_t best = most_probable(u);
    return best ? best - 1 : 0;
}

/* Of a number that all the data share: p(x,Z|θ) of the Z that is most probable, written out. */
static void shared_item(const struct unit *u)
{
    struct explanation *x = u->x;
    const struct explainer *own = x->model->class->explain;
    size_t best = most_probable(u);
    if (!own || !own->log_density)
        return;
    formula is = own->log_density(x, 0, best);
    explain_item(x, u->v.joint[best], is, "\\log p(x,Z{=}%zu|\\theta)", u->v.first + best);
}

/* ---- jensen I ---------------------------------------------------------------------------- */

/* log w_ik = log π_k + log f − log γ_ik */
static formula log_ratio(const struct unit *u, size_t j)
{
    struct formulas *a = &u->x->f;
    formula q = u->shared ? f_symbol(a, u->v.q[j], "\\log q(%zu)", u->v.first + j)
                          : f_log(a, q_symbol(u, j));
    return f_sub(a, log_joint(u, j), q);
}

static formula log_ratio_symbol(const struct unit *u, size_t j)
{
    double v = values_log_ratio(&u->v, j);
    if (u->shared)
        return f_symbol(&u->x->f, v, "\\log w(%zu)", u->v.first + j);
    return f_symbol(&u->x->f, v, "\\log w_{%zu,%zu}", u->i + 1, j + 1);
}

/* The log of the largest q w where it cannot be written as it is; 0 where it can.  Where q is tiny
 * w is huge: it is their product that counts. */
static double largest_share(const struct unit *u)
{
    double top = -INFINITY;
    for (size_t j = 0; j < u->v.n; j++)
        if (!isnan(values_log_ratio(&u->v, j)) && q_of(u, j) > 0.0)
            top = fmax(top, u->v.joint[j]);
    return isfinite(top) && fabs(top) > SAFE ? top : 0.0;
}

static void jensen_sides(const struct unit *u, const struct jensen *s)
{
    struct formulas *a = &u->x->f;
    formula q = u->shared ? f_name(a, "q(Z)") : f_name(a, "\\gamma_{%zu,k}", u->i + 1);
    formula named = u->shared ? f_name(a, "w(Z)") : f_name(a, "w_{%zu,k}", u->i + 1);
    double shift = largest_share(u);
    struct formula *mean = sum_over(u, "k", f_mul(a, q, named));
    struct formula *logs = sum_over(u, "k", f_mul(a, q, f_log(a, named)));
    for (size_t j = 0; j < u->v.n; j++) {
        if (isnan(values_log_ratio(&u->v, j)) || q_of(u, j) == 0.0)
            continue;
        formula log_w = log_ratio_symbol(u, j);
        formula less = shift == 0.0 ? log_w : f_sub(a, log_w, f_number(a, shift));
        f_sum_add(a, mean, f_mul(a, q_symbol(u, j), f_exp(a, less)));
        f_sum_add(a, logs, f_mul(a, q_symbol(u, j), log_w));
    }
    formula left = f_log(a, mean);
    if (shift != 0.0)
        left = f_as(a, left, f_add(a, f_number(a, shift), left));
    explain_item(u->x, s->log_mean, left, "\\log E_q[w]");
    explain_item(u->x, s->mean_log, logs, "E_q[\\log w]");
    say_shift(u->x, shift);
}

static void jensen_verdict(struct explanation *x, const struct jensen *s)
{
    char gap[NUMBER_TEXT];
    double v = s->log_mean - s->mean_log;
    bool equal = fabs(v) <= 1e-9 * fmax(1.0, fabs(s->log_mean));
    if (equal)
        explain_remark(x, "the two are equal: w is the same for every z that q allows");
    else
        explain_remark(x, "log E_q[w] ≥ E_q[log w] ✓ by %s%s", number_text(gap, v, x->digits),
                       s->covers ? ", which is KL(q‖p(z|x,θ))" : "");
    if (!s->covers)
        explain_remark(x, "q leaves out values of z that have p(x,z|θ) > 0: "
                          "E_q[w] is less than p(x|θ)");
}

int explain_finite_jensen(struct explanation *x, size_t i, struct error *e)
{
    struct unit u;
    if (unit_make(x, x->q, i, &u, e) != 0)
        return -1;
    struct jensen s = values_jensen(&u.v);
    if (u.shared) {
        explain_title(x, "\\log E_q[w] \\ge E_q[\\log w],\\quad w(Z) = p(x,Z|\\theta)/q(Z)");
    } else {
        explain_title(x, "\\log E_q[w] \\ge E_q[\\log w],\\quad w_{i,k} = "
                         "p(x_{i},z_{i}{=}k|\\theta)/\\gamma_{i,k}");
        say_row(x, i);
    }
    if (u.shared)
        shared_item(&u);
    size_t shown = 0, most = u.shared ? 3 : PARTS_SHOWN;
    for (size_t j = u.shared ? first_of_peak(&u) : 0; j < u.v.n && shown < most; j++) {
        if (isnan(values_log_ratio(&u.v, j)) || u.v.joint[j] == -INFINITY)
            continue;
        if (u.shared)
            explain_item(x, values_log_ratio(&u.v, j), log_ratio(&u, j), "\\log w(%zu)",
                         u.v.first + j);
        else
            explain_item(x, values_log_ratio(&u.v, j), log_ratio(&u, j), "\\log w_{%zu,%zu}",
                         i + 1, j + 1);
        shown++;
    }
    jensen_sides(&u, &s);
    jensen_verdict(x, &s);
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
    return log_r < -SAFE ? f_as(a, f, f_number(a, log_r)) : f;
}

static formula log_q(const struct unit *u, size_t j)
{
    struct formulas *a = &u->x->f;
    formula f = f_log(a, q_symbol(u, j));
    return u->v.q[j] < -SAFE ? f_as(a, f, f_number(a, u->v.q[j])) : f;
}

/* What E_q is taken of, for value j. */
static formula summand(const struct unit *u, enum term t, size_t j)
{
    struct formulas *a = &u->x->f;
    switch (t) {
    case TERM_Q:
        return log_joint(u, j);
    case TERM_H:
        return log_posterior(u, j);
    case TERM_ENTROPY:
        return log_q(u, j);
    case TERM_ELBO:
        return f_sub(a, log_joint(u, j), log_q(u, j));
    default:
        return f_sub(a, log_q(u, j), log_posterior(u, j));
    }
}

static formula summand_named(const struct unit *u, enum term t)
{
    struct formulas *a = &u->x->f;
    formula log_r = f_log(a, u->shared ? f_name(a, "p(Z|x)") : f_name(a, "r_{i,k}"));
    formula q = f_log(a, q_named(u));
    switch (t) {
    case TERM_Q:
        return log_joint_named(u);
    case TERM_H:
        return log_r;
    case TERM_ENTROPY:
        return q;
    case TERM_ELBO:
        return f_sub(a, log_joint_named(u), q);
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
        return log_evidence(u, i);
    }
    struct formula *sum = sum_over(u, "k", f_mul(a, q_named(u), summand_named(u, t)));
    for (size_t j = 0; j < u->v.n; j++)
        if (q_of(u, j) > 0.0)
            f_sum_add(a, sum, f_mul(a, q_symbol(u, j), summand(u, t, j)));
    return sum;
}

/* Σ_i w_i of the units' terms, in *sum. */
static int over_rows(struct unit *u, enum term t, struct formula **sum, struct error *e)
{
    struct formulas *a = &u->x->f;
    const struct observations *o = &u->x->model->obs;
    formula named = t == TERM_LOGLIK ? f_log(a, evidence(u, "i")) : unit_term(u, t);
    formula w = f_name(a, "w_{i}");
    *sum = f_sum(a, "\\sum_{i}", o->weighted ? f_mul(a, w, named) : named);
    for (size_t i = 0; i < o->n; i++) {
        if (unit_again(u, i, e) != 0)
            return -1;
        struct formulas_mark before = formulas_mark(a);
        formula of_row = unit_term(u, t);
        if (o->weighted)
            of_row = f_mul(a, f_symbol(a, o->weight[i], "w_{%zu}", i + 1), of_row);
        if (!f_sum_add(a, *sum, of_row))
            formulas_release(a, before);
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
        shared_item(&u);
    formula f = u.shared ? unit_term(&u, t) : rows;
    explain_term_item(x, t, t == TERM_ENTROPY ? f_neg(&x->f, f) : f);
    if (rows)
        explain_largest_row(x, rows);
    values_clear(&u.v);
    return r;
}
