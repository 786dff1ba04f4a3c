/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `explain` of Bradley–Terry: f, its surrogate and their gap as sums over pairs, and an item's
 * update.  Item i is θ_i; text names it. */
#include <math.h>

#include "base/memory.h"
#include "models/explain_sum.h"
#include "models/paired.h"

enum { NAME = 30 };

static const struct paired *pairs_of(const struct explanation *x)
{
    return x->model->self;
}

static size_t items(const struct model *m)
{
    return ((const struct paired *)m->self)->nitem;
}

static formula skill(struct explanation *x, size_t i)
{
    return f_symbol(&x->f, theta_block(x->theta, "skill")[i], "\\theta_{%zu}", i + 1);
}

/* θ^t_i, where the surrogate touches */
static formula tangent(struct explanation *x, const double *t, size_t i)
{
    return f_symbol(&x->f, t[i], "\\theta^{t}_{%zu}", i + 1);
}

/* ---- sums over pairs ---------------------------------------------------------------------- */

/* What stands in a pair's term: the winner's θ, θ_i + θ_j, and the same sum at the tangent. */
struct match {
    formula wins, winner, sum, at;
};

static struct match match_names(struct explanation *x)
{
    struct formulas *a = &x->f;
    formula i = f_name(a, "\\theta_{i}"), j = f_name(a, "\\theta_{j}");
    return (struct match){f_name(a, "w_{ij}"), i, f_add(a, i, j),
                          f_add(a, f_name(a, "\\theta^{t}_{i}"), f_name(a, "\\theta^{t}_{j}"))};
}

static struct match match_numbers(struct explanation *x, const struct pair *p)
{
    struct formulas *a = &x->f;
    const double *t = x->q ? latent_block(x->q, "skill") : NULL;
    formula winner = skill(x, p->winner);
    return (struct match){
        f_symbol(a, p->wins, "w_{%zu,%zu}", p->winner + 1, p->loser + 1), winner,
        f_add(a, winner, skill(x, p->loser)),
        t ? f_add(a, tangent(x, t, p->winner), tangent(x, t, p->loser)) : NULL};
}

/* w [ log θ_i − log(θ_i+θ_j) ];  the same with the logarithm's tangent;  w [ u − log(1+u) ] */
static formula of_match(struct explanation *x, enum term t, const struct match *m)
{
    struct formulas *a = &x->f;
    formula ratio = t == TERM_LOGLIK ? NULL : f_div(a, m->sum, m->at), one = f_number(a, 1.0);
    formula log_winner = f_log(a, m->winner), inside;
    if (t == TERM_LOGLIK)
        inside = f_sub(a, log_winner, f_log(a, m->sum));
    else if (t == TERM_ELBO)
        inside = f_add(a, f_sub(a, f_sub(a, log_winner, f_log(a, m->at)), ratio), one);
    else
        inside = f_sub(a, f_sub(a, ratio, one), f_log(a, ratio));
    return f_mul(a, m->wins, inside);
}

static void say_largest_pair(struct explanation *x, const struct formula *sum)
{
    double value;
    char wins[NUMBER_TEXT];
    struct text what = TEXT_INIT;
    const struct pair *p = &pairs_of(x)->pair[formula_largest(sum, &value)];
    text_add_shown(&what, pairs_of(x)->item[p->winner], NAME);
    text_add(&what, " over ");
    text_add_shown(&what, pairs_of(x)->item[p->loser], NAME);
    text_addf(&what, ", %s times", number_text(wins, p->wins, x->digits));
    explain_largest(x, sum, what.s);
    text_clear(&what);
}

static int bradley_terry_explain_term(struct explanation *x, enum term t, struct error *e)
{
    struct formulas *a = &x->f;
    const struct paired *p = pairs_of(x);
    struct match m = match_names(x);
    struct formula *sum = f_sum(a, "\\sum_{ij}", of_match(x, t, &m));
    (void)e;
    for (size_t r = 0; r < p->npair; r++) {
        struct formulas_mark mark = f_term_begin(a, sum);
        m = match_numbers(x, &p->pair[r]);
        f_term_end(a, sum, of_match(x, t, &m), mark);
    }
    explain_term_item(x, t, sum);
    say_largest_pair(x, sum);
    explain_remark(x, "wᵢⱼ is how often i beat j: %zu pairs, in the order of the data", p->npair);
    if (t != TERM_LOGLIK)
        explain_remark(x, "θᵗ is where the surrogate touches: the θ of the last e");
    return 0;
}

/* ---- one item ----------------------------------------------------------------------------- */

/* N_j: how often the item met each other, out (nitem) */
static void meetings(const struct paired *p, size_t item, double *N)
{
    for (size_t r = 0; r < p->npair; r++) {
        const struct pair *a = &p->pair[r];
        if (a->winner == item)
            N[a->loser] += a->wins;
        else if (a->loser == item)
            N[a->winner] += a->wins;
    }
}

/* Σ_j N_ij/(θ^t_i + θ^t_j), and its value by a sum over pairs */
static struct formula *slope(struct explanation *x, size_t item, const double *t, double *value,
                             struct error *e)
{
    struct formulas *a = &x->f;
    const struct paired *p = pairs_of(x);
    double *N = NEW_ARRAY(p->nitem, double);
    if (!N) {
        error_no_memory(e);
        return NULL;
    }
    meetings(p, item, N);
    formula body = f_add(a, f_name(a, "\\theta^{t}_{%zu}", item + 1), f_name(a, "\\theta^{t}_{j}"));
    struct formula *sum =
        f_sum(a, "\\sum_{j}", f_div(a, f_name(a, "N_{%zu,j}", item + 1), body));
    *value = 0.0;
    for (size_t j = 0; j < p->nitem; j++) {
        if (N[j] == 0.0)
            continue;
        *value += N[j] / (t[item] + t[j]);
        f_sum_add(a, sum, f_div(a, f_symbol(a, N[j], "N_{%zu,%zu}", item + 1, j + 1),
                                f_add(a, tangent(x, t, item), tangent(x, t, j))));
    }
    mem_free(N);
    return sum;
}

static void say_item(struct explanation *x, size_t i)
{
    struct text name = TEXT_INIT;
    text_add_shown(&name, pairs_of(x)->item[i], NAME);
    explain_about(x, "item %zu: %s", i + 1, name.s);
    text_clear(&name);
}

/* E fixes the slopes of the tangents: what M divides by. */
static int bradley_terry_explain_e(struct explanation *x, size_t i, struct error *e)
{
    double value = 0.0;
    const double *t = theta_block(x->theta, "skill");
    struct formula *sum = slope(x, i, t, &value, e);
    if (!sum && !x->f.failed)
        return -1;
    explain_title(x, "-\\log(\\theta_{i}+\\theta_{j}) \\ge "
                     "-\\log(\\theta^{t}_{i}+\\theta^{t}_{j}) - ("
                     "\\theta_{i}+\\theta_{j})/(\\theta^{t}_{i}+\\theta^{t}_{j}) + 1");
    say_item(x, i);
    explain_item(x, t[i], skill(x, i), "\\theta^{t}_{%zu}", i + 1);
    explain_item(x, value, sum, "c_{%zu}", i + 1);
    explain_remark(x, "e puts the tangent to every −log(θᵢ+θⱼ) at today's θ: in g, θ of item %zu "
                      "appears as W log θ − c θ alone, and m maximises that", i + 1);
    return 0;
}

static int bradley_terry_explain_m(struct explanation *x, const struct block *b, size_t entry,
                                   struct error *e)
{
    double value = 0.0;
    struct formula *sum = slope(x, entry, latent_block(x->q, "skill"), &value, e);
    (void)b;
    if (!sum && !x->f.failed)
        return -1;
    explain_title(x, "\\theta_{i} = W_{i} / \\sum_{j} N_{ij}/(\\theta^{t}_{i}+\\theta^{t}_{j})");
    formula wins = f_symbol(&x->f, pairs_of(x)->wins[entry], "W_{%zu}", entry + 1);
    explain_item(x, theta_block(x->answer, "skill")[entry], f_div(&x->f, wins, sum),
                 "\\theta_{%zu}", entry + 1);
    struct text name = TEXT_INIT;
    text_add_shown(&name, pairs_of(x)->item[entry], NAME);
    explain_note(x, "%s: W wins, N meetings with each other item", name.s);
    text_clear(&name);
    return 0;
}

static int bradley_terry_explain_jensen(struct explanation *x, size_t i, struct error *e)
{
    (void)x;
    (void)i;
    error_set(e, "bradley-terry has no latent variable and no Jensen: its bound is the tangent to "
                 "−log(θᵢ+θⱼ), which is convex");
    return error_hint(e, "explain e %zu shows the tangent, explain kl the gap", i + 1);
}

const struct explainer bradley_terry_explainer = {
    .units = items,
    .unit = "item",
    .e = bradley_terry_explain_e,
    .m = bradley_terry_explain_m,
    .term = bradley_terry_explain_term,
    .jensen = bradley_terry_explain_jensen,
};
