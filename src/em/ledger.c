/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each claim of the ascent proof is one call of `claim`; what a step does not promise is one of
 * `give_up`.  All are held to the same tolerance. */
#include "em/ledger.h"

#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "em/line.h"

struct book {
    struct machine *m;
    const struct state *now, *was;
    struct ledger *l;
    double tolerance;
    char q_now[16], q_was[16], theta_now[16], theta_was[16]; /* "q₁", "θ₀" */
};

static void subscripted(char out[16], const char *symbol, size_t n)
{
    struct text t = TEXT_INIT;
    text_add(&t, symbol);
    text_subscript(&t, (long)n);
    snprintf(out, 16, "%s", t.s);
    text_clear(&t);
}

static bool compare(double left, enum relation r, double right, double tolerance)
{
    if (left == right) /* covers both infinite */
        return true;
    switch (r) {
    case REL_LE:
        return left <= right + tolerance;
    case REL_GE:
        return left >= right - tolerance;
    case REL_EQ:
        return fabs(left - right) <= tolerance;
    }
    return false;
}

/* A claim with a side that does not exist at this (q, θ) is no claim. */
__attribute__((format(printf, 7, 8)))
static void claim_to(struct book *b, double left, enum relation r, double right, double tolerance,
                     const char *because, const char *format, ...)
{
    if (isnan(left) || isnan(right) || b->l->nclaim == LEDGER_ROWS)
        return;
    struct claim *c = &b->l->claim[b->l->nclaim++];
    va_list ap;
    va_start(ap, format);
    vsnprintf(c->claim, sizeof c->claim, format, ap);
    va_end(ap);
    c->left = left;
    c->right = right;
    c->relation = r;
    c->because = because;
    c->holds = compare(left, r, right, tolerance);
}
#define claim(b, left, r, right, ...) claim_to(b, left, r, right, (b)->tolerance, __VA_ARGS__)

__attribute__((format(printf, 4, 5)))
static void give_up(struct book *b, enum term term, const char *why, const char *format, ...)
{
    if (b->l->ngiven_up == LEDGER_ROWS)
        return;
    struct given_up *g = &b->l->given_up[b->l->ngiven_up++];
    va_list ap;
    va_start(ap, format);
    vsnprintf(g->claim, sizeof g->claim, format, ap);
    va_end(ap);
    g->term = term;
    g->why = why;
}

static double now(const struct book *b, enum term t)
{
    return b->now->terms.have & TERM_BIT(t) ? b->now->terms.value[t] : NAN;
}

static double was(const struct book *b, enum term t)
{
    return b->was && b->was->terms.have & TERM_BIT(t) ? b->was->terms.value[t] : NAN;
}

static const char *symbol(const struct book *b, enum term t)
{
    return term_name(b->m->model->class->kind, t)->symbol;
}

static bool is_mm(const struct book *b)
{
    return b->m->model->class->kind == MODEL_MM;
}

static bool has_prior(const struct book *b)
{
    return b->now->terms.have & TERM_BIT(TERM_LOGPRIOR);
}

/* True of every (q, θ). */
static void always(struct book *b)
{
    const char *bound = symbol(b, TERM_ELBO), *truth = symbol(b, TERM_LOGLIK);
    bool em = !is_mm(b);
    claim(b, now(b, TERM_ELBO), REL_LE, now(b, TERM_LOGLIK), em ? "Jensen" : "a minoriser",
          "%s ≤ %s", bound, truth);
    claim(b, now(b, TERM_KL), REL_GE, 0.0, em ? "Gibbs" : "a minoriser", "%s ≥ 0",
          symbol(b, TERM_KL));
    if (!em)
        return;
    claim(b, now(b, TERM_Q) - now(b, TERM_H), REL_EQ, now(b, TERM_LOGLIK), "identity",
          "%s = Q − H", truth);
    claim(b, now(b, TERM_ELBO) + now(b, TERM_KL), REL_EQ, now(b, TERM_LOGLIK), "identity",
          "%s = %s + KL", truth, bound);
}

/* How far the last coordinates of q's simplex blocks are from summing to 1, at most. */
static double worst_row_sum(const struct latent *q)
{
    double worst = 0.0;
    for (size_t i = 0; i < q->b.layout->nblock; i++) {
        const struct block *block = &q->b.layout->block[i];
        if (block->constraint != CONSTRAINT_SIMPLEX || block->rank == 0)
            continue;
        size_t row = block->dim[block->rank - 1];
        for (size_t r = 0; row && r < block->size; r += row) {
            double sum = 0.0;
            for (size_t k = 0; k < row; k++)
                sum += q->b.v[block->offset + r + k];
            worst = fmax(worst, fabs(sum - 1.0));
        }
    }
    return worst;
}

static void after_exact_e(struct book *b)
{
    bool touches = model_touches(b->m->model), mm = is_mm(b);
    if (touches && mm)
        claim(b, now(b, TERM_ELBO), REL_EQ, now(b, TERM_LOGLIK), "the surrogate touches",
              "%s(%s,%s) = %s(%s)", symbol(b, TERM_ELBO), b->q_now, b->theta_now,
              symbol(b, TERM_LOGLIK), b->theta_now);
    if (touches && !mm)
        claim(b, now(b, TERM_KL), REL_EQ, 0.0, "the bound touches", "%s(%s,%s) = 0",
              symbol(b, TERM_KL), b->q_now, b->theta_now);
    if (((touches && !mm) || b->m->model->class->rows) && b->now->q) /* else it is not stored */
        claim_to(b, worst_row_sum(b->now->q), REL_EQ, 0.0, 1e-12, "q is a distribution",
                 "rows of %s sum to 1, off by", b->q_now);
    if (!touches && !mm && !b->m->model->class->theta_in_q)
        give_up(b, TERM_KL, "q stays in its family, and the posterior is not in it",
                "KL(%s,%s) = 0", b->q_now, b->theta_now);
    if (!b->was)
        return;
    claim(b, now(b, TERM_LOGLIK), REL_EQ, was(b, TERM_LOGLIK), "E leaves θ alone",
          "%s is unchanged", symbol(b, TERM_LOGLIK));
    claim(b, terms_objective(&b->now->terms), REL_GE, terms_objective(&b->was->terms),
          "the E-step", "%s(%s,%s) ≥ %s(%s,%s)", has_prior(b) ? "J" : symbol(b, TERM_ELBO),
          b->q_now, b->theta_now, has_prior(b) ? "J" : symbol(b, TERM_ELBO), b->q_was,
          b->theta_now);
    if (touches)
        claim(b, now(b, TERM_ELBO) - was(b, TERM_ELBO), REL_EQ, was(b, TERM_KL),
              "E closes the gap", "rise of %s = the old %s", symbol(b, TERM_ELBO),
              symbol(b, TERM_KL));
}

/* The E-steps that are not exact: what each still maximises, and what it gives up. */
static void after_partial_e(struct book *b)
{
    const struct e_how *how = &b->now->step.e;
    static const char not_posterior[] = "q is not the posterior: the next M may lower ℓ";
    claim(b, now(b, TERM_LOGLIK), REL_EQ, was(b, TERM_LOGLIK), "E leaves θ alone",
          "%s is unchanged", symbol(b, TERM_LOGLIK));
    if (!b->now->exact && !b->m->model->class->theta_in_q)
        give_up(b, TERM_KL, not_posterior, "KL(%s,%s) = 0", b->q_now, b->theta_now);
    if (how->kind == E_HARD) {
        claim(b, now(b, TERM_Q), REL_GE, was(b, TERM_Q), "argmax of each row",
              "Q(%s,%s) ≥ Q(%s,%s)", b->q_now, b->theta_now, b->q_was, b->theta_now);
        give_up(b, TERM_ELBO, "a hard E maximises Q alone; the entropy of q is lost",
                "ELBO does not fall");
    } else if (how->kind == E_TEMPERED) {
        double beta = how->beta;
        claim(b, now(b, TERM_Q) + now(b, TERM_ENTROPY) / beta, REL_GE,
              was(b, TERM_Q) + was(b, TERM_ENTROPY) / beta, "the tempered E-step",
              "Q + S/%.6g does not fall", beta);
        give_up(b, TERM_ELBO, "a tempered E maximises Q + S/β, not Q + S", "ELBO does not fall");
    } else if (b->was) {
        claim(b, terms_objective(&b->now->terms), REL_GE, terms_objective(&b->was->terms),
              "part of an E-step", "ELBO does not fall");
    }
}

static void m_objective(struct book *b)
{
    double prior_now = has_prior(b) ? now(b, TERM_LOGPRIOR) : 0.0;
    double prior_was = has_prior(b) ? was(b, TERM_LOGPRIOR) : 0.0;
    const char *why = b->now->step.partial ? "part of an M-step" : "the M-step";
    const char *plus = has_prior(b) ? " + log p" : "";
    if (b->now->terms.have & TERM_BIT(TERM_Q) && !b->m->model->class->theta_in_q) {
        claim(b, now(b, TERM_Q) + prior_now, REL_GE, was(b, TERM_Q) + prior_was, why,
              "Q(%s,%s)%s ≥ Q(%s,%s)%s", b->q_now, b->theta_now, plus, b->q_now, b->theta_was,
              plus);
        claim(b, now(b, TERM_ENTROPY), REL_EQ, was(b, TERM_ENTROPY), "M leaves q alone",
              "S(%s) is unchanged", b->q_now);
    }
    const char *bound = has_prior(b) ? "J" : symbol(b, TERM_ELBO);
    double before = b->now->step.m.kind == M_GIS ? was(b, TERM_LOGLIK) /* where g was built */
                                                 : terms_objective(&b->was->terms);
    claim(b, terms_objective(&b->now->terms), REL_GE, before, why,
          "%s(%s,%s) ≥ %s(%s,%s)", bound, b->q_now, b->theta_now, bound, b->q_now, b->theta_was);
}

static void after_m(struct book *b)
{
    const char *truth = symbol(b, TERM_LOGLIK);
    if (b->now->step.m.kind == M_NEWTON) {
        give_up(b, TERM_LOGLIK, "Newton's parabola is no minoriser: its top may overshoot",
                "%s(%s) ≥ %s(%s)", truth, b->theta_now, truth, b->theta_was);
        return;
    }
    if (!b->was || !(b->was->has_q || b->now->step.m.kind == M_GIS))
        return;
    if (b->now->step.other_prior) {
        give_up(b, TERM_OBJECTIVE, "this M was under another prior than the one in force now",
                "%s(%s,%s) ≥ %s(%s,%s)", has_prior(b) ? "J" : symbol(b, TERM_ELBO), b->q_now,
                b->theta_now, has_prior(b) ? "J" : symbol(b, TERM_ELBO), b->q_now, b->theta_was);
        return;
    }
    m_objective(b);
    if (b->m->model->class->theta_in_q) /* there is no ℓ(θ) */
        return;
    const char *plus = has_prior(b) ? " + log p" : "";
    double prior_now = has_prior(b) ? now(b, TERM_LOGPRIOR) : 0.0;
    double prior_was = has_prior(b) ? was(b, TERM_LOGPRIOR) : 0.0;
    if (!b->now->step.from_exact) {
        const char *why = is_mm(b) ? "the surrogate was not built at the θ that M started from"
                          : terms_closed(&b->was->terms)
                              ? "KL was 0 there, but only an e makes the touch known"
                              : "q was not the posterior at the θ that M started from";
        give_up(b, TERM_LOGLIK, why, "%s(%s)%s ≥ %s(%s)%s", truth, b->theta_now, plus, truth,
                b->theta_was, plus);
        if (b->now->terms.have & TERM_BIT(TERM_H))
            give_up(b, TERM_H, why, "H(%s,%s) ≤ H(%s,%s)", b->q_now, b->theta_now, b->q_now,
                    b->theta_was);
        return;
    }
    claim(b, now(b, TERM_H), REL_LE, was(b, TERM_H), "Gibbs", "H(%s,%s) ≤ H(%s,%s)", b->q_now,
          b->theta_now, b->q_now, b->theta_was);
    claim(b, now(b, TERM_LOGLIK) + prior_now, REL_GE, was(b, TERM_LOGLIK) + prior_was,
          is_mm(b) ? "the surrogate touched"
          : isnan(now(b, TERM_H)) ? "the bound touched" : "by the two above",
          "%s(%s)%s ≥ %s(%s)%s", truth, b->theta_now, plus, truth, b->theta_was, plus);
    claim(b, now(b, TERM_LOGLIK) - was(b, TERM_LOGLIK), REL_EQ,
          now(b, TERM_Q) - was(b, TERM_Q) + was(b, TERM_H) - now(b, TERM_H),
          "the two above", "Δ%s = ΔQ − ΔH", truth);
}

/* Fisher's identity, along the line to the M-step's answer. */
static void fisher(struct book *b)
{
    struct line_how how = {.kind = LINE_EM, .n = 5};
    struct bound bound;
    struct error ignored;
    if (!b->now->touch || bound_make(b->m, &how, &bound, &ignored) != 0)
        return;
    if (bound.touches)
        claim_to(b, bound.slope_elbo, REL_EQ, bound.slope_loglik,
                 1e-6 * fmax(1.0, fabs(bound.slope_loglik)), "Fisher's identity",
                 "∇%s = ∇%s at the touch", symbol(b, TERM_ELBO),
                 symbol(b, TERM_LOGLIK));
    bound_clear(&bound);
}

int ledger_make(struct machine *m, struct ledger *l, bool slopes, struct error *e)
{
    const struct state *here = machine_here(m);
    *l = (struct ledger){.nclaim = 0};
    bool newton = here && here->step.phase == PHASE_M && here->step.m.kind == M_NEWTON;
    if (!here || !(here->has_q || newton)) {
        error_set(e, "the ledger needs q");
        return error_hint(e, "take an `e` first");
    }
    struct book b = {.m = m, .now = here, .was = machine_before(m), .l = l};
    b.tolerance = terms_tolerance(&here->terms);
    if (b.was)
        b.tolerance = fmax(b.tolerance, terms_tolerance(&b.was->terms));
    b.tolerance = fmax(b.tolerance, 8.0 * DBL_EPSILON * fabs(terms_objective(&here->terms)));
    /* a share near 1 is 1 to ε, and its log is 0 to ε: a row of weight w has wε of its own */
    b.tolerance = fmax(b.tolerance, 8.0 * DBL_EPSILON * m->model->obs.total_weight);
    subscripted(b.q_now, "q", here->q_count);
    subscripted(b.q_was, "q", here->q_count ? here->q_count - 1 : 0);
    subscripted(b.theta_now, "θ", here->t);
    subscripted(b.theta_was, "θ", here->t ? here->t - 1 : 0);
    if (here->step.phase == PHASE_M)
        after_m(&b);
    else if (here->step.phase == PHASE_E && here->step.e.kind == E_EXACT)
        after_exact_e(&b);
    else if (here->step.phase == PHASE_E)
        after_partial_e(&b);
    else
        give_up(&b, TERM_ELBO, "q or θ was set by hand: it is no step of an ascent",
                "%s does not fall", symbol(&b, TERM_ELBO));
    always(&b);
    if (slopes && here->has_q)
        fisher(&b);
    return 0;
}
