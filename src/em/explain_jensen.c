/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Jensen's inequality for a unit of a finite model: with w(z) = p(x,z|θ)/q(z)
 *
 *     log E_q[w] ≥ E_q[log w],  and the gap is KL(q‖p(z|x,θ)) where q covers the posterior.
 */
#include <math.h>

#include "em/explain_parts.h"
#include "em/explain_unit.h"

/* log w_ik = log π_k + log f − log γ_ik */
static formula log_ratio(const struct unit *u, size_t j)
{
    struct formulas *a = &u->x->f;
    formula q = u->shared ? f_symbol(a, u->v.q[j], "\\log q(%zu)", u->v.first + j)
                          : f_log(a, unit_q_symbol(u, j));
    return f_sub(a, unit_log_joint(u, j), q);
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
        if (!isnan(values_log_ratio(&u->v, j)) && unit_q(u, j) > 0.0)
            top = fmax(top, u->v.joint[j]);
    return isfinite(top) && fabs(top) > UNIT_SAFE ? top : 0.0;
}

static void jensen_sides(const struct unit *u, const struct jensen *s)
{
    struct formulas *a = &u->x->f;
    formula q = u->shared ? f_name(a, "q(Z)") : f_name(a, "\\gamma_{%zu,k}", u->i + 1);
    formula named = u->shared ? f_name(a, "w(Z)") : f_name(a, "w_{%zu,k}", u->i + 1);
    double shift = largest_share(u);
    struct formula *mean = unit_sum(u, "k", f_mul(a, q, named));
    struct formula *logs = unit_sum(u, "k", f_mul(a, q, f_log(a, named)));
    for (size_t j = 0; j < u->v.n; j++) {
        if (isnan(values_log_ratio(&u->v, j)) || unit_q(u, j) == 0.0)
            continue;
        formula log_w = log_ratio_symbol(u, j);
        formula less = shift == 0.0 ? log_w : f_sub(a, log_w, f_number(a, shift));
        f_sum_add(a, mean, f_mul(a, unit_q_symbol(u, j), f_exp(a, less)));
        f_sum_add(a, logs, f_mul(a, unit_q_symbol(u, j), log_w));
    }
    formula left = f_log(a, mean);
    if (shift != 0.0)
        left = f_as(a, left, f_add(a, f_number(a, shift), left));
    explain_item(u->x, s->log_mean, left, "\\log E_q[w]");
    explain_item(u->x, s->mean_log, logs, "E_q[\\log w]");
    unit_say_shift(u->x, shift);
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
        unit_say_row(x, i);
    }
    if (u.shared)
        unit_shared_item(&u);
    size_t shown = 0, most = u.shared ? 3 : UNIT_PARTS_SHOWN;
    for (size_t j = u.shared ? unit_first_of_peak(&u) : 0; j < u.v.n && shown < most; j++) {
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
