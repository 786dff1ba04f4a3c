/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An explanation: who says what. */
#include "em/explain.h"

#include <math.h>
#include <string.h>

#include "em/explain_parts.h"
#include "em/symbol.h"
#include "em/values.h"

enum { ENTRIES_SHOWN = 4 }; /* of a block that is asked for as a whole */

/* ---- what a model says ------------------------------------------------------------------- */

static const struct explainer *explainer_of(const struct model *m)
{
    static const struct explainer nothing = {.unit = NULL};
    return m->class->explain ? m->class->explain : &nothing;
}

size_t explain_units(const struct model *m, const char **name)
{
    const struct explainer *own = explainer_of(m);
    *name = own->unit ? own->unit : "row";
    return own->units ? own->units(m) : values_units(m);
}

static bool has_free_rows(const struct model *m)
{
    return m->class->rows && m->class->row_log_joint && m->k > 0;
}

static int not_explained(const struct model *m, const char *what, struct error *e)
{
    error_set(e, "%s does not explain %s", m->name, what);
    return error_hint(e, "explain Q, elbo, ledger or rate work for it; show has the numbers");
}

/* ---- the terms --------------------------------------------------------------------------- */

void explain_term_symbol(const struct explanation *x, enum term t, struct text *latex)
{
    struct text symbol = TEXT_INIT;
    term_symbol(x->model->class->kind, t, x->q_count, x->t, &symbol);
    symbol_to_latex(symbol.s, latex);
    text_clear(&symbol);
}

formula explain_term_formula(struct explanation *x, enum term t)
{
    struct text symbol = TEXT_INIT;
    explain_term_symbol(x, t, &symbol);
    double v = x->terms->value[t];
    if (t == TERM_KL && fabs(v) <= terms_tolerance(x->terms) * (x->exact ? 1.0 : 1e-6))
        v = 0.0; /* rounding, as the rows of the terms show it */
    formula f = f_symbol(&x->f, v, "%s", symbol.s);
    text_clear(&symbol);
    return f;
}

void explain_term_item(struct explanation *x, enum term t, formula is)
{
    struct text symbol = TEXT_INIT;
    explain_term_symbol(x, t, &symbol);
    explain_item(x, x->terms->value[t], is, "%s", symbol.s);
    text_clear(&symbol);
}

/* ELBO = Q + S and its kin: what a term is made of, beside its own sum. */
static void add_identity(struct explanation *x, enum term t)
{
    static const struct {
        enum term term, a, b;
        bool minus_a, minus_b;
    } identities[] = {
        {TERM_ELBO, TERM_Q, TERM_ENTROPY, false, false},
        {TERM_KL, TERM_ENTROPY, TERM_H, true, true},
        {TERM_KL, TERM_LOGLIK, TERM_ELBO, false, true},
        {TERM_LOGLIK, TERM_Q, TERM_H, false, true},
        {TERM_LOGLIK, TERM_ELBO, TERM_KL, false, false},
        {TERM_OBJECTIVE, TERM_ELBO, TERM_LOGPRIOR, false, false},
    };
    for (size_t i = 0; i < sizeof identities / sizeof *identities; i++) {
        unsigned both = TERM_BIT(identities[i].a) | TERM_BIT(identities[i].b);
        if (identities[i].term != t || (x->terms->have & both) != both)
            continue;
        formula a = explain_term_formula(x, identities[i].a);
        formula b = explain_term_formula(x, identities[i].b);
        a = identities[i].minus_a ? f_neg(&x->f, a) : a;
        double sum = formula_value(a) + (identities[i].minus_b ? -1.0 : 1.0) * formula_value(b);
        if (!isfinite(sum))
            continue;
        explain_term_item(x, t, identities[i].minus_b ? f_sub(&x->f, a, b) : f_add(&x->f, a, b));
    }
}

static void out_of_reach(struct explanation *x, enum term t)
{
    const struct explainer *own = explainer_of(x->model);
    struct text symbol = TEXT_INIT;
    explain_term_symbol(x, t, &symbol);
    explain_item(x, NAN, NULL, "%s", symbol.s);
    explain_remark(x, "intractable: %s", own->intractable ? own->intractable
                   : "the posterior p(z|x,θ) has no closed form here");
    text_clear(&symbol);
}

/* log p(θ), in the model's own words, or its number alone. */
static void explain_prior(struct explanation *x)
{
    const struct explainer *own = explainer_of(x->model);
    explain_term_item(x, TERM_LOGPRIOR, own->log_prior ? own->log_prior(x) : NULL);
}

const char *explain_term_key(const struct model *m, enum term t)
{
    const char *key = term_name(m->class->kind, t)->key, *general = term_name(MODEL_EM, t)->key;
    for (const struct extra_term *extra = m->class->extras; !key && extra && extra->key; extra++)
        if (strcmp(extra->key, general) == 0)
            key = general;
    return key;
}

static int explain_term(struct explanation *x, enum term t, struct error *e)
{
    const struct model *m = x->model;
    const struct explainer *own = explainer_of(m);
    const char *name = explain_term_key(m, t);
    bool is_extra = !term_name(m->class->kind, t)->key;
    if (m->terms_intractable >> t & 1u) {
        out_of_reach(x, t);
        return 0;
    }
    if (!(x->terms->have & TERM_BIT(t)) && !is_extra)
        return error_set(e, "%s has no %s here", m->name, name);
    size_t before = x->nitem;
    if (t < TERM_LOGPRIOR) {
        if (own->term ? own->term(x, t, e) != 0
                      : (has_free_rows(m) || m->class->shared_logs) &&
                            explain_finite_term(x, t, e) != 0)
            return -1;
    } else if (t == TERM_LOGPRIOR) {
        explain_prior(x);
    }
    add_identity(x, t);
    return x->nitem > before ? 0 : not_explained(m, name, e);
}

/* ---- the M-step -------------------------------------------------------------------------- */

/* Q(q,θ) (or the surrogate) at the answer with one entry moved */
static double bound_at(struct explanation *x, struct theta *scratch, size_t at, double v,
                       enum term t)
{
    struct terms terms = {.have = 0};
    double was = scratch->b.v[at];
    scratch->b.v[at] = v;
    model_terms(x->model, NULL, x->q, scratch, TERM_BIT(t), &terms);
    scratch->b.v[at] = was;
    return terms.value[t];
}

/* ∂Q/∂v = [Q(v+h) − Q(v−h)]/(2h): 0 at the answer, if that is one.  An M-step that somebody wrote
 * may miss the top: then a neighbour is higher, by more than Q is rounded. */
static void slope_item(struct explanation *x, struct theta *scratch, size_t at, const char *name)
{
    struct formulas *a = &x->f;
    bool mm = x->model->class->kind == MODEL_MM;
    enum term t = mm ? TERM_ELBO : TERM_Q;
    const char *bound = mm ? "g" : "Q";
    double v = scratch->b.v[at], h = 1e-4 * fmax(fabs(v), 1.0),
           here = bound_at(x, scratch, at, v, t);
    double above = bound_at(x, scratch, at, v + h, t), below = bound_at(x, scratch, at, v - h, t);
    formula step = f_symbol(a, h, "h");
    formula high = f_symbol(a, above, "%s(%s + h)", bound, name);
    formula low = f_symbol(a, below, "%s(%s - h)", bound, name);
    formula slope = f_div(a, f_sub(a, high, low), f_mul(a, f_number(a, 2.0), step));
    if (!isfinite(formula_value(slope)))
        return;
    explain_item(x, formula_value(slope), slope, "\\partial %s/\\partial{%s}", bound, name);
    if (fmax(above, below) <= here + 1e-12 * fmax(1.0, fabs(here)))
        explain_after(x, "≈ 0: the top of %s along it", bound);
    else
        explain_after(x, "not 0: %s is higher just %s, this is no top of it", bound,
                      above > below ? "above" : "below");
}

/* The answer of a maximisation without a formula of its own. */
static int explain_argmax(struct explanation *x, const struct block *b, size_t entry,
                          struct error *e)
{
    struct text name = TEXT_INIT;
    struct theta *scratch = theta_copy(x->answer, e);
    if (!scratch)
        return -1;
    double v = x->answer->b.v[b->offset + entry];
    bool mm = x->model->class->kind == MODEL_MM;
    explain_entry(b, entry, &name);
    formula top =
        f_name(&x->f, mm ? "\\arg\\max g(\\theta|\\theta_{t})" : "\\arg\\max Q(q,\\theta)");
    explain_item(x, v, f_as(&x->f, top, f_number(&x->f, v)), "%s", name.s);
    if (b->constraint != CONSTRAINT_SIMPLEX && b->constraint != CONSTRAINT_SPD && !x->prior)
        slope_item(x, scratch, b->offset + entry, name.s);
    text_clear(&name);
    theta_free(scratch);
    return 0;
}

static int explain_m(struct explanation *x, const struct explain_what *what, struct error *e)
{
    const struct explainer *own = explainer_of(x->model);
    const struct block *b = what->block;
    if (x->frozen >> layout_place(&x->model->theta, b) & 1u) {
        error_set(e, "%s is held: the M-step leaves it as it is", b->name);
        return error_hint(e, "unfreeze %s, then explain m %s", b->name, b->name);
    }
    size_t first = what->first, last = first + what->count;
    size_t end = last - first > ENTRIES_SHOWN ? first + ENTRIES_SHOWN : last;
    for (size_t i = first; i < end; i++) {
        int r = own->m ? own->m(x, b, i, e) : 1;
        if (r < 0 || (r > 0 && explain_argmax(x, b, i, e) != 0))
            return -1;
    }
    if (end < last) {
        struct text from = TEXT_INIT, to = TEXT_INIT;
        block_entry_name(b, end, &from);
        block_entry_name(b, last - 1, &to);
        explain_remark(x, "%zu entries more, from %s to %s: explain m %s is one of them",
                       last - end, from.s, to.s, from.s);
        text_clear(&from);
        text_clear(&to);
    }
    return 0;
}

/* ---- all of it --------------------------------------------------------------------------- */

/* q as an exact E at θ makes it: of models with free rows, row i alone. */
static struct latent *posterior(const struct explanation *x, size_t i, struct error *e)
{
    const struct model *m = x->model;
    struct e_how how = {.kind = E_EXACT};
    if (has_free_rows(m))
        how = (struct e_how){.kind = E_ROWS, .first = i + 1, .last = i + 1};
    struct latent *r = x->q ? latent_copy(x->q, e) : latent_new(&m->q, e);
    if (r && m->class->e_step(m, x->theta, &how, r, e) == 0)
        return r;
    latent_free(r);
    return NULL;
}

static int explain_e(struct explanation *x, size_t i, struct error *e)
{
    const struct explainer *own = explainer_of(x->model);
    if (own->e)
        return own->e(x, i, e);
    return has_free_rows(x->model) ? explain_finite_e(x, i, e)
                                   : not_explained(x->model, "its E-step", e);
}

static int explain_jensen(struct explanation *x, size_t i, struct error *e)
{
    const struct explainer *own = explainer_of(x->model);
    if (own->jensen)
        return own->jensen(x, i, e);
    return values_suit(x->model, e) != 0 ? -1 : explain_finite_jensen(x, i, e);
}

static int dispatch(struct machine *m, const struct explain_what *what, struct explanation *x,
                    struct error *e)
{
    switch (what->kind) {
    case EXPLAIN_E:
        return explain_e(x, what->unit, e);
    case EXPLAIN_JENSEN:
        return explain_jensen(x, what->unit, e);
    case EXPLAIN_M:
        return explain_m(x, what, e);
    case EXPLAIN_TERM:
        return explain_term(x, what->term, e);
    case EXPLAIN_LEDGER:
        return explain_ledger(m, x, e);
    case EXPLAIN_RATE:
        return explain_rate(m, x, e);
    }
    return -1;
}

int explain_make(struct machine *m, const struct explain_what *what, int digits,
                 struct explanation *x, struct error *e)
{
    const struct state *here = machine_here(m);
    *x = (struct explanation){.model = m->model, .theta = here->theta, .terms = &here->terms,
                              .prior = m->prior.given ? &m->prior : NULL, .frozen = m->frozen,
                              .digits = digits, .exact = here->exact, .q_count = here->q_count,
                              .t = here->t, .f = FORMULAS_INIT};
    const bool steps = what->kind == EXPLAIN_E || what->kind == EXPLAIN_JENSEN;
    struct latent *q = here->has_q ? machine_q(m, here, e) : NULL, *r = NULL;
    x->q = q;
    int result = here->has_q && !q ? -1 : 0;
    if (result == 0 && what->kind == EXPLAIN_M)
        result = machine_m_answer(m, &x->answer, e);
    if (result == 0 && steps && m->model->class->kind != MODEL_MM)
        result = (x->r = r = posterior(x, what->unit, e)) ? 0 : -1;
    if (result == 0)
        result = dispatch(m, what, x, e);
    if (result == 0 && (x->failed || x->f.failed))
        result = error_no_memory(e);
    latent_free(q);
    latent_free(r);
    x->q = x->r = NULL;
    if (result != 0)
        explanation_clear(x);
    return result;
}
