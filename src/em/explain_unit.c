/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a unit's numbers are called and how they are written (em/explain_unit.h). */
#include <math.h>

#include "em/explain_unit.h"
#include "numeric/logspace.h"

static bool knows_density(const struct model *m)
{
    return m->class->explain && m->class->explain->log_density && layout_find(&m->theta, "pi");
}

static double log_density(const struct unit *u, size_t j)
{
    return u->v.joint[j] - log(u->pi[j]);
}

double unit_log_of_part(const struct unit *u, size_t j)
{
    return u->pi ? log_density(u, j) : u->v.joint[j];
}

static void choose_shift(struct unit *u)
{
    double top = -INFINITY;
    for (size_t j = 0; j < u->v.n; j++)
        if (u->v.joint[j] > -INFINITY)
            top = fmax(top, unit_log_of_part(u, j));
    u->shift = isfinite(top) && fabs(top) > UNIT_SAFE ? top : 0.0;
}

int unit_make(struct explanation *x, const struct latent *q, size_t i, struct unit *u,
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

int unit_again(struct unit *u, size_t i, struct error *e)
{
    u->i = i;
    if (values_again(u->x->model, u->x->q, u->x->theta, i, &u->v, e) != 0)
        return -1;
    choose_shift(u);
    return 0;
}

/* ---- names and numbers of one value ------------------------------------------------------- */

/* "f(x_{i}|φ_{k})" in the model's own words, or p(x_{i},z_{i}{=}k|θ) */
void unit_part_name(const struct unit *u, const char *i, const char *k, struct text *latex)
{
    const struct model *m = u->x->model;
    if (u->pi)
        m->class->explain->density_name(m, i, k, latex);
    else if (u->shared)
        text_addf(latex, "p(x,Z%s%s|\\theta)", *k == 'Z' ? "" : "{=}", *k == 'Z' ? "" : k);
    else
        text_addf(latex, "p(x_{%s},z_{%s}{=}%s|\\theta)", i, i, k);
}

void unit_indices(const struct unit *u, size_t j, char i[NUMBER_TEXT], char k[NUMBER_TEXT])
{
    number_text(i, (double)(u->i + 1), 17);
    number_text(k, (double)(u->v.first + j), 17);
}

/* log f(x_i|φ_k) or log p(x_i,z=k|θ): a name and its number */
static formula log_part(const struct unit *u, size_t j)
{
    char i[NUMBER_TEXT], k[NUMBER_TEXT];
    struct text name = TEXT_INIT;
    unit_indices(u, j, i, k);
    unit_part_name(u, i, k, &name);
    formula f = f_symbol(&u->x->f, unit_log_of_part(u, j), "\\log %s", name.s);
    text_clear(&name);
    return f;
}

static formula weight(const struct unit *u, size_t j)
{
    return f_symbol(&u->x->f, u->pi[j], "\\pi_{%zu}", j + 1);
}

/* log p(x_i,z=k|θ) = log π_k + log f */
formula unit_log_joint(const struct unit *u, size_t j)
{
    struct formulas *a = &u->x->f;
    return u->pi ? f_add(a, f_log(a, weight(u, j)), log_part(u, j)) : log_part(u, j);
}

formula unit_log_joint_named(const struct unit *u)
{
    struct formulas *a = &u->x->f;
    struct text name = TEXT_INIT;
    unit_part_name(u, "i", u->shared ? "Z" : "k", &name);
    formula f = f_name(a, "\\log %s", name.s);
    text_clear(&name);
    return u->pi ? f_add(a, f_log(a, f_name(a, "\\pi_{k}")), f) : f;
}

/* π_k f(x_i|φ_k), in numbers π_k exp(log f): less the shift */
formula unit_joint(const struct unit *u, size_t j)
{
    struct formulas *a = &u->x->f;
    char i[NUMBER_TEXT], k[NUMBER_TEXT];
    struct text name = TEXT_INIT;
    unit_indices(u, j, i, k);
    unit_part_name(u, i, k, &name);
    double log_f = unit_log_of_part(u, j);
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
    unit_part_name(u, i, l, &name);
    formula f = f_name(a, "%s", name.s);
    text_clear(&name);
    return u->pi ? f_mul(a, f_name(a, "\\pi_{%s}", l), f) : f;
}

struct formula *unit_sum(const struct unit *u, const char *index, formula body)
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
formula unit_evidence(const struct unit *u, const char *i)
{
    struct formula *sum = unit_sum(u, "l", joint_named(u, i, u->shared ? "Z" : "l"));
    for (size_t j = 0; j < u->v.n; j++)
        if (u->v.joint[j] > -INFINITY)
            f_sum_add(&u->x->f, sum, unit_joint(u, j));
    return sum;
}

/* log of the evidence with the shift put back */
formula unit_log_evidence(const struct unit *u, const char *i)
{
    struct formulas *a = &u->x->f;
    formula f = f_log(a, unit_evidence(u, i));
    return u->shift == 0.0 ? f : f_as(a, f, f_add(a, f_number(a, u->shift), f));
}

double unit_q(const struct unit *u, size_t j)
{
    return exp(u->v.q[j]);
}

formula unit_q_symbol(const struct unit *u, size_t j)
{
    if (u->shared)
        return f_symbol(&u->x->f, unit_q(u, j), "q(%zu)", u->v.first + j);
    return f_symbol(&u->x->f, unit_q(u, j), "\\gamma_{%zu,%zu}", u->i + 1, j + 1);
}

formula unit_q_named(const struct unit *u)
{
    return f_name(&u->x->f, u->shared ? "q(Z)" : "\\gamma_{i,k}");
}

void unit_say_shift(struct explanation *x, double shift)
{
    char buf[NUMBER_TEXT];
    if (shift != 0.0)
        explain_remark(x, "the densities would %s: each is divided by exp(%s), the largest, first",
                       shift < 0.0 ? "underflow" : "overflow",
                       number_text(buf, shift, x->digits));
}

void unit_say_row(struct explanation *x, size_t i)
{
    struct text row = TEXT_INIT;
    explain_row(x, i, &row);
    explain_about(x, "%s", row.s);
    text_clear(&row);
}

size_t unit_first_of_peak(const struct unit *u)
{
    size_t best = most_probable(u->v.n, u->v.joint);
    return best ? best - 1 : 0;
}

/* Of a number that all the data share: p(x,Z|θ) of the Z that is most probable, written out. */
void unit_shared_item(const struct unit *u)
{
    struct explanation *x = u->x;
    const struct explainer *own = x->model->class->explain;
    size_t best = most_probable(u->v.n, u->v.joint);
    if (!own || !own->log_density)
        return;
    formula is = own->log_density(x, 0, best);
    explain_item(x, u->v.joint[best], is, "\\log p(x,Z{=}%zu|\\theta)", u->v.first + best);
}
