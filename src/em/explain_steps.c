/* SPDX-License-Identifier: GPL-3.0-or-later */
/* explain ledger, explain rate: claims and rates of any machine. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "em/explain_parts.h"
#include "em/information.h"
#include "em/ledger.h"
#include "em/symbol.h"

/* ---- the ledger -------------------------------------------------------------------------- */

static const char *relation_sign(enum relation r)
{
    static const char *const signs[] = {"≤", "≥", "="};
    return signs[r];
}

/* The claim's text to the left and right of its sign, as LaTeX.  False when it is a sentence. */
static bool split(const struct claim *c, struct text *left, struct text *right)
{
    char sign[16], side[sizeof c->claim];
    snprintf(sign, sizeof sign, " %s ", relation_sign(c->relation));
    const char *at = strstr(c->claim, sign);
    if (!at)
        return false;
    snprintf(side, sizeof side, "%.*s", (int)(at - c->claim), c->claim);
    symbol_to_latex(side, left);
    symbol_to_latex(at + strlen(sign), right);
    return true;
}

static formula side_of(struct explanation *x, double v, const struct text *latex)
{
    return strcmp(latex->s, "0") == 0 ? f_number(&x->f, 0.0) : f_symbol(&x->f, v, "%s", latex->s);
}

/* The claim, its sides under the names that they have in it, and left − right. */
static void claim_item(struct explanation *x, const struct claim *c)
{
    struct formulas *a = &x->f;
    struct text claim = TEXT_INIT, left = TEXT_INIT, right = TEXT_INIT;
    if (!split(c, &left, &right)) {
        text_add(&left, "\\text{now}");
        text_add(&right, c->right == 0.0 ? "0" : "\\text{before}");
    }
    formula l = side_of(x, c->left, &left), r = side_of(x, c->right, &right);
    double difference = c->left == c->right ? 0.0 : c->left - c->right; /* both may be infinite */
    symbol_to_latex(c->claim, &claim);
    explain_item(x, difference, f_sub(a, l, r), "%s", claim.s);
    explain_after(x, "%s %s", c->holds ? "✓" : "✗", c->because);
    if (x->nitem) {
        struct explained *it = &x->item[x->nitem - 1];
        it->relation = relation_sign(c->relation);
        it->left = l;
        it->right = r;
    }
    text_clear(&claim);
    text_clear(&left);
    text_clear(&right);
}

int explain_ledger(struct machine *m, struct explanation *x, struct error *e)
{
    struct ledger l;
    if (ledger_make(m, &l, true, e) != 0)
        return -1;
    for (size_t i = 0; i < l.nclaim; i++)
        claim_item(x, &l.claim[i]);
    for (size_t i = 0; i < l.ngiven_up; i++)
        explain_remark(x, "given up: %s: %s", l.given_up[i].claim, l.given_up[i].why);
    return 0;
}

/* ---- the rate ---------------------------------------------------------------------------- */

/* The last states with different θ on the way here, newest first; how many, 3 at most. */
static size_t last_thetas(const struct machine *m, const struct state *last[3])
{
    size_t n = 0;
    for (long at = m->here; at != NO_STATE && n < 3; at = m->state[at].parent) {
        const struct state *s = &m->state[at];
        if (s->theta && (n == 0 || blocks_distance(&s->theta->b, &last[n - 1]->theta->b) > 0.0))
            last[n++] = s;
    }
    return n;
}

static formula step_size(struct explanation *x, const struct state *to, const struct state *from)
{
    return f_symbol(&x->f, blocks_distance(&to->theta->b, &from->theta->b),
                    "\\|\\theta_{%zu} - \\theta_{%zu}\\|", to->t, from->t);
}

static formula rise(struct explanation *x, const struct state *to, const struct state *from)
{
    struct formulas *a = &x->f;
    const char *symbol = x->model->class->kind == MODEL_MM ? "f" : "\\ell";
    return f_sub(a, f_symbol(a, to->terms.value[TERM_LOGLIK], "%s(\\theta_{%zu})", symbol, to->t),
                 f_symbol(a, from->terms.value[TERM_LOGLIK], "%s(\\theta_{%zu})", symbol, from->t));
}

static void observed_items(struct explanation *x, const struct machine *m)
{
    const struct state *last[3];
    struct formulas *a = &x->f;
    if (last_thetas(m, last) < 3) {
        explain_remark(x, "the ratio of successive steps needs three θ: take two M-steps first");
        return;
    }
    double steps[] = {blocks_distance(&last[0]->theta->b, &last[1]->theta->b),
                      blocks_distance(&last[1]->theta->b, &last[2]->theta->b)};
    explain_item(x, steps[0] / steps[1],
                 f_div(a, step_size(x, last[0], last[1]), step_size(x, last[1], last[2])),
                 "\\text{observed}");
    explain_after(x, "→ λ as the steps go on");
    if (!(x->terms->have & TERM_BIT(TERM_LOGLIK)))
        return;
    double l[3];
    for (size_t i = 0; i < 3; i++)
        l[i] = last[i]->terms.value[TERM_LOGLIK];
    if (l[1] == l[2])
        return;
    explain_item(x, (l[0] - l[1]) / (l[1] - l[2]),
                 f_div(a, rise(x, last[0], last[1]), rise(x, last[1], last[2])),
                 "\\text{observed of }%s", x->model->class->kind == MODEL_MM ? "f" : "\\ell");
    explain_after(x, "→ λ²");
}

/* Q and H (or ELBO and KL where there is no H) at θ + h·step, q fixed, for one parameter. */
static double term_at(const struct explanation *x, const struct latent *r, struct theta *scratch,
                      size_t at, double v, enum term t)
{
    struct terms terms = {.have = 0};
    scratch->b.v[at] = v;
    model_terms(x->model, x->prior, r, scratch, TERM_BIT(t), &terms);
    return terms.value[t];
}

/* −∂²T/∂θ² ≈ −(T(θ+h) − 2T(θ) + T(θ−h))/h², with the three numbers in it */
static formula curvature(struct explanation *x, const struct latent *r, struct theta *scratch,
                         size_t at, enum term t)
{
    struct formulas *a = &x->f;
    double v = x->theta->b.v[at], h = 1e-3 * fmin(v, 1.0 - v);
    const char *name = t == TERM_Q ? "Q" : "H";
    formula high = f_symbol(a, term_at(x, r, scratch, at, v + h, t), "%s(\\theta + h)", name);
    formula mid = f_symbol(a, term_at(x, r, scratch, at, v, t), "%s(\\theta)", name);
    formula low = f_symbol(a, term_at(x, r, scratch, at, v - h, t), "%s(\\theta - h)", name);
    scratch->b.v[at] = v;
    formula top = f_add(a, f_sub(a, high, f_mul(a, f_number(a, 2.0), mid)), low);
    return f_neg(a, f_div(a, top, f_square(a, f_symbol(a, h, "h"))));
}

/* One parameter between 0 and 1: I_c = −∂²Q, I_m = −∂²H and λ = I_m/I_c as numbers. */
static int one_parameter(struct explanation *x, double rate, struct error *e)
{
    struct formulas *a = &x->f;
    const struct model *m = x->model;
    struct e_how exact = {.kind = E_EXACT};
    struct theta *scratch = theta_copy(x->theta, e);
    struct latent *r = scratch ? latent_new(&m->q, e) : NULL;
    int result = r && m->class->e_step(m, x->theta, &exact, r, e) == 0 ? 0 : -1;
    if (result == 0) {
        formula complete = curvature(x, r, scratch, 0, TERM_Q);
        formula missing = curvature(x, r, scratch, 0, TERM_H);
        double c = formula_value(complete), i = formula_value(missing);
        explain_item(x, c, complete, "I_c");
        explain_after(x, "information of the complete data: −∂²Q");
        explain_item(x, i, missing, "I_m");
        explain_after(x, "of what is missing: −∂²H");
        explain_item(x, rate, f_div(a, f_symbol(a, i, "I_m"), f_symbol(a, c, "I_c")), "\\lambda");
    }
    theta_free(scratch);
    latent_free(r);
    return result;
}

static bool is_one_parameter(const struct explanation *x)
{
    const struct layout *l = &x->model->theta;
    return l->size == 1 && l->block[0].constraint == CONSTRAINT_BOUNDS && !x->prior &&
           (x->model->terms_defined & TERM_BIT(TERM_H)) && x->theta->b.v[0] > 0.0 &&
           x->theta->b.v[0] < 1.0;
}

/* Does one more M-step leave θ where it is?  I_m/I_c is the map's derivative there alone. */
static bool at_maximum(struct machine *m, const struct explanation *x)
{
    const struct theta *answer;
    struct error ignored;
    return machine_here(m)->exact && machine_m_answer(m, &answer, &ignored) == 0 &&
           blocks_distance(&answer->b, &x->theta->b) < 1e-6;
}

static void eigenvalue_item(struct explanation *x, const double *rate, size_t n)
{
    struct formulas *a = &x->f;
    char buf[NUMBER_TEXT];
    enum { MOST = 5 };
    struct text all = TEXT_INIT;
    explain_item(x, rate[0],
                 f_as(a, f_name(a, "\\max \\text{eigenvalue of }I_c^{-1} I_m"),
                      f_number(a, rate[0])), "\\lambda");
    for (size_t i = 0; i < n && i < MOST; i++)
        text_addf(&all, " %s", number_text(buf, rate[i] < 1e-9 ? 0.0 : rate[i], x->digits));
    explain_remark(x, "all of them:%s%s", all.s, n > MOST ? " …" : "");
    text_clear(&all);
}

int explain_rate(struct machine *m, struct explanation *x, struct error *e)
{
    size_t n = information_size(m);
    double *rate = NEW_ARRAY(n + 1, double);
    if (!rate)
        return error_no_memory(e);
    int r = information_rates(m, x->theta, rate, e);
    if (r == 0) {
        explain_title(x, "\\theta_{t+1} - \\hat\\theta \\approx "
                         "\\text{DM} (\\theta_{t} - \\hat\\theta),"
                         "\\quad \\text{DM} = I_c^{-1} I_m");
        observed_items(x, m);
        if (is_one_parameter(x) && at_maximum(m, x))
            r = one_parameter(x, rate[0], e);
        else
            eigenvalue_item(x, rate, n);
        if (is_one_parameter(x) && !at_maximum(m, x))
            explain_remark(x,
                           "λ = I_m/I_c at a maximum; θ is not there yet: run, then explain rate");
        explain_item(x, rate[0] * rate[0],
                     f_square(&x->f, f_symbol(&x->f, rate[0], "\\lambda")), "\\lambda^2");
        explain_after(x, "by which increments of ℓ shrink");
        explain_remark(x, "λ is the fraction of the information that is missing: errors of θ "
                          "shrink by it at each step");
    }
    mem_free(rate);
    return r;
}
