/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every model against the theory: the matrix claim × model, printed at the end.  A new model is
 * covered by its rows in subjects.c; one without a row fails, and so does a cell that never ran.
 */
#include "bound.h"
#include "subjects.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/memory.h"
#include "data/table.h"
#include "em/ledger.h"
#include "em/line.h"
#include "em/machine_json.h"

/* ---- a machine at a place ---------------------------------------------------------------- */

/* At the M-step from the posterior of θ_a: a state that has not converged and has KL > 0. */
static struct machine *open_after_m(const struct subject *s, int theta)
{
    struct machine *m = subject_at(s, theta);
    support_e(m);
    support_m(m);
    return m;
}

/* Does the model have this term: ℓ where it is tractable, Q where there is a Z? */
static bool defines(const struct machine *m, enum term t)
{
    return m->model->terms_defined >> t & 1u;
}

/* NaN where the model does not define it: nothing holds of it then, and nothing is broken. */
static double term(const struct machine *m, enum term t)
{
    const struct terms *terms = &machine_here(m)->terms;
    if (t <= TERM_ENTROPY && !defines(m, t))
        return NAN;
    ck_assert_msg(terms->have & TERM_BIT(t), "no %s", term_name(MODEL_EM, t)->key);
    return terms->value[t];
}

static double objective(const struct machine *m)
{
    return terms_objective(&machine_here(m)->terms);
}

static double tolerance(const struct machine *m)
{
    return terms_tolerance(&machine_here(m)->terms);
}

static bool touches(const struct machine *m)
{
    return model_touches(m->model);
}

static bool is_mm(const struct machine *m)
{
    return m->model->class->kind == MODEL_MM;
}

static bool subject_is(const struct subject *s, bool what(const struct machine *m))
{
    struct machine *m = subject_bind(s);
    bool is = what(m);
    machine_free(m);
    return is;
}

static bool same(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static bool one_valued(const struct machine *m)
{
    return m->model->k == 1;
}

static unsigned blocks(const struct machine *m)
{
    return (1u << m->model->theta.nblock) - 1u;
}

static int try_m(struct machine *m, unsigned which, double damp, bool *made, struct error *e)
{
    struct m_how how = {.kind = M_EXACT, .blocks = which};
    return machine_m(m, &how, damp, made, e);
}

static void take_m(struct machine *m, unsigned which, double damp)
{
    struct error e = {0};
    bool made;
    ck_assert_msg(try_m(m, which, damp, &made, &e) == 0, "%s", e.message);
}

/* ---- the matrix -------------------------------------------------------------------------- */

enum outcome { NEVER_RAN, FAILED, HELD, UNDEFINED, REFUSED, GIVEN_UP };
struct cell {
    enum outcome outcome;
    size_t given_up; /* claims that generalized steps gave up, by their ledgers */
};

static const struct cell held = {.outcome = HELD}, undefined = {.outcome = UNDEFINED};
/* The E-step stays short of the posterior: the bound does not touch. */
static const struct cell stays_short = {.outcome = GIVEN_UP};

typedef struct cell check_function(const struct subject *s);

/* ---- identities -------------------------------------------------------------------------- */

/* Calls f at every (q, θ) with q the posterior of another θ. */
static void at_foreign_q(const struct subject *s, void f(const struct machine *m))
{
    for (int a = 0; a < THETAS; a++)
        for (int b = 0; b < THETAS; b++) {
            if (a == b)
                continue;
            struct machine *m = subject_at(s, a);
            support_e(m);
            support_theta(m, s->theta[b]);
            ck_assert(!machine_here(m)->exact);
            f(m);
            machine_free(m);
        }
}

static void is_q_minus_h(const struct machine *m)
{
    double l = term(m, TERM_LOGLIK), right = term(m, TERM_Q) - term(m, TERM_H);
    ck_assert_msg(fabs(l - right) <= tolerance(m), "ℓ = %.15g, Q − H = %.15g", l, right);
}

static void is_elbo_plus_kl(const struct machine *m)
{
    double l = term(m, TERM_LOGLIK), right = term(m, TERM_ELBO) + term(m, TERM_KL);
    ck_assert_msg(fabs(l - right) <= tolerance(m), "ℓ = %.15g, ELBO + KL = %.15g", l, right);
}

static void is_q_plus_s(const struct machine *m)
{
    double bound = term(m, TERM_ELBO), right = term(m, TERM_Q) + term(m, TERM_ENTROPY);
    ck_assert_msg(fabs(bound - right) <= tolerance(m), "ELBO = %.15g, Q + S = %.15g", bound,
                  right);
    double kl = term(m, TERM_KL), minus = -term(m, TERM_ENTROPY) - term(m, TERM_H);
    ck_assert_msg(!defines(m, TERM_KL) || fabs(kl - minus) <= tolerance(m),
                  "KL = %.15g, −S − H = %.15g", kl, minus);
}

static void has_gap(const struct machine *m)
{
    ck_assert_msg(term(m, TERM_KL) > 1e-3, "KL = %g", term(m, TERM_KL));
}

static bool has_all_terms(const struct machine *m)
{
    return (m->model->terms_defined & TERMS_EM) == TERMS_EM;
}

static bool has_kl(const struct machine *m)
{
    return defines(m, TERM_KL);
}

static bool has_entropy(const struct machine *m)
{
    return defines(m, TERM_ENTROPY);
}

static struct cell identity_qh(const struct subject *s)
{
    if (!subject_is(s, has_all_terms))
        return undefined;
    at_foreign_q(s, is_q_minus_h);
    return held;
}

static struct cell identity_elbo_kl(const struct subject *s)
{
    if (!subject_is(s, has_kl))
        return undefined;
    at_foreign_q(s, is_elbo_plus_kl);
    return held;
}

static struct cell identity_qs(const struct subject *s)
{
    if (!subject_is(s, has_entropy))
        return undefined;
    at_foreign_q(s, is_q_plus_s);
    return held;
}

/* A latent variable of one value has one q, and no gap. */
static struct cell gap_opens(const struct subject *s)
{
    if (subject_is(s, one_valued) || !subject_is(s, has_kl))
        return undefined;
    at_foreign_q(s, has_gap);
    return held;
}

/* ---- ledgers ----------------------------------------------------------------------------- */

/* Every claim of the half-step's ledger holds; returns how many it gave up. */
static size_t keeps_ledger(struct machine *m, size_t at_least)
{
    struct ledger l;
    struct error e = {0};
    ck_assert_msg(ledger_make(m, &l, true, &e) == 0, "%s", e.message);
    for (size_t i = 0; i < l.nclaim; i++)
        ck_assert_msg(l.claim[i].holds, "%s: %s: %.17g and %.17g", machine_here(m)->label,
                      l.claim[i].claim, l.claim[i].left, l.claim[i].right);
    ck_assert_msg(l.nclaim >= at_least, "%s: only %zu claims", machine_here(m)->label, l.nclaim);
    return l.ngiven_up;
}

/* How many claims a ledger has at least, Fisher's among them. */
enum { E_CLAIMS = 9, M_CLAIMS = 10, PARTIAL_CLAIMS = 6 };

/* Of a model with six terms; f, g and their gap make fewer claims, and an ELBO alone makes one. */
static size_t least(const struct machine *m, size_t claims)
{
    return has_all_terms(m) ? claims : is_mm(m) ? 4 : 1;
}

static struct cell ledger_e(const struct subject *s)
{
    struct cell c = held;
    for (int a = 0; a < THETAS; a++) {
        struct machine *m = open_after_m(s, a);
        double gap = term(m, TERM_KL), bound = term(m, TERM_ELBO), l = term(m, TERM_LOGLIK);
        support_e(m);
        size_t fewer = keeps_ledger(m, least(m, touches(m) ? E_CLAIMS : PARTIAL_CLAIMS));
        ck_assert_uint_eq(fewer, touches(m) || m->model->class->theta_in_q ? 0 : 1);
        c.given_up += fewer;
        ck_assert(same(term(m, TERM_LOGLIK), l) && term(m, TERM_ELBO) >= bound - tolerance(m));
        ck_assert(machine_here(m)->exact == touches(m));
        if (touches(m)) {
            ck_assert(fabs(term(m, TERM_KL)) <= tolerance(m));
            ck_assert(fabs(term(m, TERM_ELBO) - bound - gap) <= tolerance(m));
        }
        machine_free(m);
    }
    return c;
}

static struct cell ledger_m(const struct subject *s)
{
    struct cell c = held;
    for (int a = 0; a < THETAS; a++) {
        struct machine *m = subject_at(s, a);
        support_e(m);
        double l = term(m, TERM_LOGLIK), bound = term(m, TERM_ELBO), h = term(m, TERM_H);
        double q = term(m, TERM_Q), entropy = term(m, TERM_ENTROPY);
        support_m(m);
        size_t fewer = keeps_ledger(m, least(m, touches(m) ? M_CLAIMS : PARTIAL_CLAIMS));
        ck_assert_uint_eq(fewer, touches(m) || m->model->class->theta_in_q ? 0 : 2);
        c.given_up += fewer;
        ck_assert(term(m, TERM_ELBO) > bound + tolerance(m));
        ck_assert(!touches(m) || term(m, TERM_LOGLIK) > l + tolerance(m));
        ck_assert(!touches(m) || !(term(m, TERM_H) > h + tolerance(m)));
        if (!m->model->class->theta_in_q) { /* where it is, S moves as well */
            ck_assert(!(term(m, TERM_Q) <= q + tolerance(m)));
            ck_assert(same(term(m, TERM_ENTROPY), entropy));
        }
        machine_free(m);
    }
    return c;
}

/* From a foreign q: ℓ and H, as far as there are any, are given up; J is not. */
static struct cell ledger_m_foreign(const struct subject *s)
{
    struct cell c = held;
    for (int a = 0; a < THETAS; a++) {
        struct machine *m = subject_at(s, a);
        support_e(m);
        support_theta(m, s->theta[(a + 1) % THETAS]);
        double bound = term(m, TERM_ELBO);
        support_m(m);
        size_t given_up = keeps_ledger(m, least(m, PARTIAL_CLAIMS));
        ck_assert_uint_eq(given_up, defines(m, TERM_LOGLIK) + defines(m, TERM_H));
        ck_assert(term(m, TERM_ELBO) > bound + tolerance(m));
        c.given_up += given_up;
        machine_free(m);
    }
    return c;
}

/* The step is refused, with a message, and the state stays. */
static struct cell refused_e(struct machine *m, const struct e_how *how)
{
    struct error e = {0};
    struct terms before = machine_here(m)->terms;
    long here = m->here, states = m->nstate;
    bool made;
    ck_assert_int_eq(machine_e(m, how, &made, &e), -1);
    ck_assert(e.message[0] && e.hint[0]);
    ck_assert(m->here == here && m->nstate == states);
    ck_assert_mem_eq(&before, &machine_here(m)->terms, sizeof before);
    return (struct cell){.outcome = REFUSED};
}

/* Three rounds of a generalized E and an exact M: the E does not lower its own objective. */
static struct cell ledger_partial_e(const struct subject *s, const char *name,
                                    const struct e_how *how, double objective_of(struct machine *))
{
    struct cell c = held;
    for (int a = 0; a < THETAS; a++) {
        struct machine *m = open_after_m(s, a);
        if (strstr(s->refuses, name)) {
            c = refused_e(m, how);
            machine_free(m);
            continue;
        }
        for (int round = 0; round < 3; round++) {
            struct error e = {0};
            bool made;
            double before = objective_of(m), l = term(m, TERM_LOGLIK);
            ck_assert_msg(machine_e(m, how, &made, &e) == 0, "%s", e.message);
            c.given_up += keeps_ledger(m, least(m, PARTIAL_CLAIMS - 1));
            ck_assert_msg(objective_of(m) >= before - tolerance(m), "%.17g fell to %.17g", before,
                          objective_of(m));
            ck_assert(same(term(m, TERM_LOGLIK), l));
            double bound = term(m, TERM_ELBO);
            take_m(m, ~0u, 1.0);
            c.given_up += keeps_ledger(m, least(m, PARTIAL_CLAIMS - 1));
            ck_assert(term(m, TERM_ELBO) >= bound - tolerance(m));
        }
        machine_free(m);
    }
    return c;
}

static double just_q(struct machine *m)
{
    return term(m, TERM_Q);
}

static double just_elbo(struct machine *m)
{
    return term(m, TERM_ELBO);
}

static double cold(struct machine *m)
{
    return term(m, TERM_Q) + term(m, TERM_ENTROPY) / 2.0;
}

static double warm(struct machine *m)
{
    return term(m, TERM_Q) + term(m, TERM_ENTROPY) / 0.5;
}

static struct cell ledger_e_hard(const struct subject *s)
{
    return ledger_partial_e(s, "hard", &(struct e_how){.kind = E_HARD}, just_q);
}

static struct cell ledger_e_beta(const struct subject *s)
{
    struct cell c = ledger_partial_e(s, "beta", &(struct e_how){.kind = E_TEMPERED, .beta = 0.5},
                                     warm);
    struct cell d = ledger_partial_e(s, "beta", &(struct e_how){.kind = E_TEMPERED, .beta = 2.0},
                                     cold);
    c.given_up += d.given_up;
    return c;
}

static struct cell ledger_e_rows(const struct subject *s)
{
    struct cell c = ledger_partial_e(
        s, "rows", &(struct e_how){.kind = E_ROWS, .first = 2, .last = 4}, just_elbo);
    ledger_partial_e(s, "rows", &(struct e_how){.kind = E_ROWS, .first = 1, .last = 1}, just_elbo);
    return c;
}

static void same_block(const struct theta *a, const struct theta *b, size_t block)
{
    const struct block *at = &a->b.layout->block[block];
    ck_assert_msg(memcmp(a->b.v + at->offset, b->b.v + at->offset, at->size * sizeof(double)) == 0,
                  "%s moved", at->name);
}

/* The blocks of `which` alone move, by only= or because the others are frozen; ℓ rises all the
 * same, since the E before is exact. */
static struct cell ledger_blocks(const struct subject *s, bool freeze)
{
    struct cell c = held;
    for (int a = 0; a < THETAS; a++)
        for (size_t b = 0; b < LAYOUT_BLOCKS; b++) {
            struct machine *m = subject_at(s, a);
            unsigned which = freeze ? blocks(m) & ~(1u << b) : 1u << b;
            if (b >= m->model->theta.nblock || which == 0) {
                machine_free(m);
                break;
            }
            support_e(m);
            struct theta *was = theta_ref(machine_here(m)->theta);
            double before = objective(m), l = term(m, TERM_LOGLIK);
            if (freeze)
                machine_freeze(m, 1u << b);
            take_m(m, freeze ? ~0u : which, 1.0);
            c.given_up += keeps_ledger(m, least(m, touches(m) ? M_CLAIMS - 2 : PARTIAL_CLAIMS));
            ck_assert(objective(m) >= before - tolerance(m));
            ck_assert(!touches(m) || term(m, TERM_LOGLIK) >= l - tolerance(m));
            for (size_t i = 0; i < m->model->theta.nblock; i++)
                if (!(which >> i & 1u))
                    same_block(machine_here(m)->theta, was, i);
            theta_free(was);
            machine_free(m);
        }
    return c;
}

static struct cell ledger_m_only(const struct subject *s)
{
    return ledger_blocks(s, false);
}

static void everything_frozen(const struct subject *s)
{
    struct machine *m = subject_at(s, 0);
    struct error e = {0};
    bool made;
    support_e(m);
    machine_freeze(m, blocks(m));
    long states = m->nstate;
    ck_assert_int_eq(try_m(m, ~0u, 1.0, &made, &e), -1);
    ck_assert(strstr(e.message, "frozen") && e.hint[0] && m->nstate == states);
    machine_free(m);
}

static struct cell ledger_frozen(const struct subject *s)
{
    everything_frozen(s);
    struct machine *m = subject_bind(s);
    size_t nblock = m->model->theta.nblock;
    machine_free(m);
    return nblock == 1 ? (struct cell){.outcome = REFUSED} : ledger_blocks(s, true);
}

static struct cell refused_damp(const struct subject *s)
{
    struct machine *m = subject_at(s, 0);
    struct error e = {0};
    bool made;
    support_e(m);
    long states = m->nstate;
    ck_assert_int_eq(try_m(m, ~0u, 0.5, &made, &e), -1);
    ck_assert(strstr(e.message, "damp") && e.hint[0] && m->nstate == states);
    machine_free(m);
    return (struct cell){.outcome = REFUSED};
}

/* θ + d(θ_M − θ), entry by entry. */
static struct cell ledger_m_damp(const struct subject *s)
{
    static const double damps[] = {0.1, 0.5, 0.9};
    struct cell c = held;
    if (strstr(s->refuses, "damp"))
        return refused_damp(s);
    for (int a = 0; a < THETAS; a++)
        for (size_t i = 0; i < 3; i++) {
            struct machine *m = subject_at(s, a), *whole = open_after_m(s, a);
            support_e(m);
            double before = objective(m);
            const double *from = machine_before(whole)->theta->b.v;
            const double *to = machine_here(whole)->theta->b.v;
            take_m(m, ~0u, damps[i]);
            c.given_up += keeps_ledger(m, least(m, touches(m) ? M_CLAIMS - 2 : PARTIAL_CLAIMS));
            ck_assert(objective(m) > before);
            for (size_t j = 0; j < m->model->theta.size; j++)
                support_close(machine_here(m)->theta->b.v[j],
                              from[j] + damps[i] * (to[j] - from[j]), 1e-14, "damped");
            machine_free(m);
            machine_free(whole);
        }
    return c;
}

static struct cell refused_prior(const struct subject *s)
{
    struct machine *m = open_after_m(s, 0);
    struct error e = {0};
    struct prior p = {.b = {&m->model->prior_layout, NULL}, .given = 1};
    ck_assert_uint_eq(m->model->prior_layout.nblock, 0);
    ck_assert_int_eq(machine_set_prior(m, &p, &e), -1);
    ck_assert(e.message[0] && e.hint[0] && m->prior.given == 0);
    machine_free(m);
    return (struct cell){.outcome = REFUSED};
}

static struct cell ledger_prior(const struct subject *s)
{
    if (!s->prior)
        return refused_prior(s);
    for (int a = 0; a < THETAS; a++) {
        struct machine *m = subject_at(s, a);
        subject_put_prior(s, m);
        for (int round = 0; round < 5; round++) {
            support_e(m);
            double before = objective(m);
            keeps_ledger(m, least(m, round ? E_CLAIMS : 4));
            support_m(m);
            keeps_ledger(m, least(m, M_CLAIMS));
            ck_assert(objective(m) >= before - tolerance(m));
            double log_prior = m->model->prior ? 0.0 : term(m, TERM_LOGPRIOR); /* 0: a part of it */
            support_close(objective(m), term(m, TERM_ELBO) + log_prior, 1e-14, "J");
        }
        machine_free(m);
    }
    return held;
}

/* ---- maxima ------------------------------------------------------------------------------ */

static struct line parameter_line(const struct machine *m, struct theta *base,
                                  const struct block *b, size_t entry)
{
    return (struct line){.model = m->model, .base = base,
                         .how = {.kind = LINE_PARAMETER, .block = b, .entry = entry}};
}

/* J at θ moved along one coordinate is below J here; false when θ(s) is outside its domain. */
static bool lower_at(const struct machine *m, const struct line *l, double s, const char *name)
{
    struct error e = {0};
    const struct state *here = machine_here(m);
    struct theta *moved = theta_new(&m->model->theta, &e);
    struct terms t;
    bool inside = line_at(l, s, moved);
    if (inside) {
        model_terms(m->model, &m->prior, here->q, moved, ~0u, &t);
        ck_assert_msg(terms_objective(&t) < objective(m) - terms_tolerance(&t),
                      "J(%s = %.17g) = %.17g is not below %.17g at the M-step's answer", name, s,
                      terms_objective(&t), objective(m));
    }
    theta_free(moved);
    return inside;
}

static double root_mean_square(const struct block *b, const double *v)
{
    double sum = 0.0;
    for (size_t i = b->offset; i < b->offset + b->size; i++)
        sum += v[i] * v[i];
    return sqrt(sum / (double)b->size);
}

/* θ here maximises J over each coordinate of these blocks: both ways, by several steps. */
static void is_peak(const struct machine *m, unsigned which)
{
    static const double steps[] = {1e-3, 1e-2, 0.1, 0.5};
    const struct layout *layout = &m->model->theta;
    struct theta *here = machine_here(m)->theta;
    for (size_t i = 0; i < layout->nblock; i++)
        for (size_t at = 0; which >> i & 1u && at < layout->block[i].size; at++) {
            const struct block *b = &layout->block[i];
            if (b->constraint == CONSTRAINT_SIMPLEX && b->dim[b->rank - 1] == 1)
                continue; /* one weight is 1: it has no freedom */
            struct text name = TEXT_INIT;
            struct line l = parameter_line(m, here, b, at);
            double v = here->b.v[b->offset + at], scale = root_mean_square(b, here->b.v);
            int inside = 0;
            block_entry_name(b, at, &name);
            for (size_t k = 0; k < sizeof steps / sizeof *steps; k++)
                inside += lower_at(m, &l, v + steps[k] * scale, name.s) +
                          lower_at(m, &l, v - steps[k] * scale, name.s);
            ck_assert_msg(inside >= 4, "%s: only %d of its steps stay inside", name.s, inside);
            text_clear(&name);
        }
}

static struct cell m_maximises(const struct subject *s)
{
    for (int a = 0; a < THETAS; a++) {
        struct machine *m = open_after_m(s, a);
        is_peak(m, ~0u);
        machine_free(m);
        m = subject_at(s, a); /* and from a q that is not the posterior here */
        support_e(m);
        support_theta(m, s->theta[(a + 1) % THETAS]);
        support_m(m);
        is_peak(m, ~0u);
        machine_free(m);
    }
    return held;
}

static struct cell m_maximises_with_prior(const struct subject *s)
{
    if (!s->prior)
        return undefined;
    for (int a = 0; a < THETAS; a++) {
        struct machine *m = subject_at(s, a);
        subject_put_prior(s, m);
        support_e(m);
        support_m(m);
        is_peak(m, ~0u);
        machine_free(m);
    }
    return held;
}

static struct cell m_only_maximises(const struct subject *s)
{
    for (int a = 0; a < THETAS; a++)
        for (int with_prior = 0; with_prior < (s->prior ? 2 : 1); with_prior++)
            for (size_t b = 0; b < LAYOUT_BLOCKS; b++) {
                struct machine *m = subject_at(s, a);
                if (b < m->model->theta.nblock) {
                    if (with_prior)
                        subject_put_prior(s, m);
                    support_e(m);
                    take_m(m, 1u << b, 1.0);
                    is_peak(m, 1u << b);
                }
                machine_free(m);
            }
    return held;
}

/* A q mixed with another lowers the ELBO, by exactly the KL that opens. */
static struct cell e_maximises(const struct subject *s)
{
    static const double shares[] = {1e-2, 0.1, 1.0};
    struct machine *m = subject_at(s, 0), *other = subject_at(s, 1);
    support_e(m);
    support_e(other);
    bool one = one_valued(m);
    double best = term(m, TERM_ELBO);
    for (size_t i = 0; i < 3 && !one; i++) {
        struct error e = {0};
        struct latent *q = latent_copy(machine_here(m)->q, &e);
        const double *posterior = machine_here(m)->q->b.v, *away = machine_here(other)->q->b.v;
        for (size_t j = 0; j < q->b.layout->size; j++)
            q->b.v[j] = (1.0 - shares[i]) * posterior[j] + shares[i] * away[j];
        ck_assert_msg(machine_set_q(m, q, &e) == 0, "%s", e.message);
        latent_free(q);
        ck_assert(term(m, TERM_ELBO) < best - tolerance(m) && !machine_here(m)->exact);
        ck_assert(!touches(m) ||
                  fabs(best - term(m, TERM_ELBO) - term(m, TERM_KL)) <= tolerance(m));
        ck_assert_int_eq(machine_back(m, 1, &e), 0);
    }
    machine_free(m);
    machine_free(other);
    return one ? undefined : held;
}

/* ---- the bound --------------------------------------------------------------------------- */

static double slope_by_hand(const struct machine *m, const struct bound *b, enum term which)
{
    struct error e = {0};
    struct theta *t = theta_new(&m->model->theta, &e);
    double h = 1e-5 * fmax(1e-2, fabs(b->touch.s)), f[2];
    for (int side = 0; side < 2; side++) {
        struct terms terms;
        ck_assert(line_at(&b->line, b->touch.s + (side ? h : -h), t));
        model_terms(m->model, NULL, machine_here(m)->q, t, ~0u, &terms);
        f[side] = terms.value[which];
    }
    theta_free(t);
    return (f[1] - f[0]) / (2.0 * h);
}

/* A slope near 0 is measured against what the value and the coordinate make of a slope. */
static void slopes_agree(const struct machine *m, const struct bound *b)
{
    double size = fmax(fabs(b->slope_loglik), 1e-3 * fabs(b->touch.value) /
                                                  fmax(1e-2, fabs(b->touch.s)));
    ck_assert_msg(fabs(b->slope_elbo - b->slope_loglik) <= 1e-6 * size,
                  "along %s: slopes %.12g and %.12g", b->line.name, b->slope_elbo,
                  b->slope_loglik);
    double tolerance_by_hand = 1e-4 * size;
    ck_assert(fabs(b->slope_elbo - slope_by_hand(m, b, TERM_ELBO)) <= tolerance_by_hand);
    ck_assert(fabs(b->slope_loglik - slope_by_hand(m, b, TERM_LOGLIK)) <= tolerance_by_hand);
}

static void lies_under(const struct bound *b, double tol)
{
    ck_assert_msg(b->s[b->n - 1] > b->s[0], "%s: no range", b->line.name);
    for (size_t i = 0; i < b->n; i++) {
        ck_assert_msg(isnan(b->loglik[i]) == !b->has_loglik && !isnan(b->elbo[i]),
                      "%s = %g: no bound", b->line.name, b->s[i]);
        /* Q comes from sums over the rows, ℓ from the rows: both round to their size */
        double slack = fmax(tol, 1e-14 * fabs(b->elbo[i]));
        ck_assert_msg(!(b->elbo[i] > b->loglik[i] + slack), "%s = %g: ELBO %.17g > ℓ %.17g",
                      b->line.name, b->s[i], b->elbo[i], b->loglik[i]);
    }
    ck_assert(!(b->peak_loglik < b->peak.value - tol));
    ck_assert(!b->touches || b->peak.value >= b->touch.value - tol);
}

static void touches_along(struct machine *m, const struct line_how *how, double at_touch)
{
    struct bound b;
    struct error e = {0};
    double tol = tolerance(m);
    ck_assert_msg(bound_make(m, how, &b, &e) == 0, "%s", e.message);
    lies_under(&b, tol);
    ck_assert_msg(b.touches == touches(m) && b.touches == (b.why_no_touch[0] == '\0'), "%s: %s",
                  b.line.name, b.why_no_touch);
    if (!b.touches) {
        bound_clear(&b);
        return;
    }
    ck_assert_msg(fabs(b.touch.value - at_touch) <= tol, "%s: the bound is %.17g, ℓ is %.17g",
                  b.line.name, b.touch.value, at_touch);
    slopes_agree(m, &b);
    ck_assert(how->kind != LINE_EM || (b.touch.s == 0.0 && b.peak_is_m_step && b.peak.s == 1.0));
    bound_clear(&b);
}

static void bound_touches_along(struct machine *m, bool em, double at_touch)
{
    const struct layout *l = &m->model->theta;
    if (em) {
        touches_along(m, &(struct line_how){.kind = LINE_EM, .n = 41}, at_touch);
        return;
    }
    for (size_t i = 0; i < l->nblock; i++)
        for (size_t at = 0; at < l->block[i].size; at++) {
            const struct block *b = &l->block[i];
            if (b->constraint == CONSTRAINT_SIMPLEX && b->dim[b->rank - 1] == 1)
                continue;
            touches_along(m, &(struct line_how){.kind = LINE_PARAMETER, .block = b, .entry = at,
                                                .n = 41},
                          at_touch);
        }
}

static struct cell bound_touches(const struct subject *s, bool em)
{
    bool reaches = false;
    for (int a = 0; a < THETAS; a++) {
        struct machine *m = subject_at(s, a);
        support_e(m);
        double at_touch = term(m, TERM_LOGLIK);
        bound_touches_along(m, em, at_touch);
        support_m(m);
        reaches = touches(m);
        if (reaches || !em) /* without a touch, em starts from here, which is the answer */
            bound_touches_along(m, em, at_touch);
        machine_free(m);
    }
    return reaches ? held : stays_short;
}

static struct cell bound_along_parameters(const struct subject *s)
{
    return bound_touches(s, false);
}

static struct cell bound_along_em(const struct subject *s)
{
    return bound_touches(s, true);
}

/* base=here after an M: the touch is off every line but the one it came by; q by hand has none,
 * unless it is a tangent point. */
static struct cell bound_without_touch(const struct subject *s)
{
    if (subject_is(s, is_mm))
        return undefined;
    struct machine *m = open_after_m(s, 0);
    struct error e = {0};
    struct bound b;
    const struct block *last = &m->model->theta.block[m->model->theta.nblock - 1];
    struct line_how how = {.kind = LINE_PARAMETER, .block = last, .here = true, .n = 11};
    struct latent *q = latent_copy(machine_here(m)->q, &e);
    ck_assert_int_eq(machine_set_q(m, q, &e), 0);
    latent_free(q);
    ck_assert_msg(bound_make(m, &how, &b, &e) == 0, "%s", e.message);
    ck_assert(!b.touches && b.why_no_touch[0] && b.has_here);
    lies_under(&b, tolerance(m));
    bound_clear(&b);
    machine_free(m);
    return held;
}

/* ---- undo -------------------------------------------------------------------------------- */

enum { WALK = 9, WALK_THETAS = 5 };

struct picture {
    struct theta *theta;
    struct latent *q;
    struct terms terms;
    long at;
};

static void take_picture(const struct machine *m, struct picture *p)
{
    struct error e = {0};
    const struct state *s = machine_here(m);
    p->theta = theta_copy(s->theta, &e);
    p->q = s->q ? latent_copy(s->q, &e) : NULL;
    p->terms = s->terms;
    p->at = m->here;
}

static void looks_like(const struct machine *m, const struct picture *p)
{
    const struct state *s = machine_here(m);
    ck_assert_int_eq(m->here, p->at);
    ck_assert_mem_eq(s->theta->b.v, p->theta->b.v, m->model->theta.size * sizeof(double));
    ck_assert((s->q != NULL) == (p->q != NULL));
    if (p->q)
        ck_assert_mem_eq(s->q->b.v, p->q->b.v, m->model->q.size * sizeof(double));
    ck_assert_mem_eq(&s->terms, &p->terms, sizeof p->terms);
}

/* 0, 0E, 1M, 1E, 2M, 2E, θ by hand, E, M */
static void walk(const struct subject *s, struct machine *m, struct picture *p)
{
    support_theta(m, s->theta[0]);
    take_picture(m, p++);
    for (int i = 1; i < WALK; i++, p++) {
        if (i == 6)
            support_theta(m, s->theta[1]);
        else if (i == 7 || (i < 6 && i % 2))
            support_e(m);
        else
            support_m(m);
        take_picture(m, p);
    }
}

static void travel(struct machine *m, const struct picture *p)
{
    struct error e = {0};
    for (int i = WALK - 2; i >= 0; i--) {
        ck_assert_msg(machine_back(m, 1, &e) == 0, "%s", e.message);
        looks_like(m, &p[i]);
    }
    for (int i = 1; i < WALK; i++) {
        ck_assert_msg(machine_forward(m, 1, &e) == 0, "%s", e.message);
        looks_like(m, &p[i]);
    }
    static const int jumps[] = {3, 0, 8, 1, 6, 5, 2, 7, 4};
    for (size_t i = 0; i < sizeof jumps / sizeof *jumps; i++) {
        long at;
        ck_assert_int_eq(machine_find(m, m->state[p[jumps[i]].at].label, &at, &e), 0);
        ck_assert_msg(machine_goto(m, at, &e) == 0, "%s", e.message);
        looks_like(m, &p[jumps[i]]);
    }
}

static size_t missing_q(const struct machine *m)
{
    size_t n = 0;
    for (long i = 0; i < m->nstate; i++)
        n += m->state[i].has_q && !m->state[i].q;
    return n;
}

static struct cell undo(const struct subject *s, size_t limit_in_q)
{
    struct machine *m = subject_bind(s);
    struct picture p[WALK];
    if (limit_in_q && !touches(m)) { /* q depends on the q before it */
        machine_free(m);
        return stays_short;
    }
    if (limit_in_q)
        m->history_limit = WALK_THETAS * m->model->theta.size * sizeof(double) +
                           limit_in_q * m->model->q.size * sizeof(double);
    walk(s, m, p);
    ck_assert(!limit_in_q || missing_q(m) > 0);
    travel(m, p);
    ck_assert_uint_eq(m->let_go, 0);
    for (int i = 0; i < WALK; i++) {
        theta_free(p[i].theta);
        latent_free(p[i].q);
    }
    machine_free(m);
    return held;
}

static struct cell undo_exact(const struct subject *s)
{
    return undo(s, 0);
}

static struct cell undo_exact_when_q_is_made_again(const struct subject *s)
{
    return undo(s, 1);
}

static struct cell twice_makes_no_state(const struct subject *s)
{
    struct machine *m = open_after_m(s, 0);
    struct error e = {0};
    bool made = true;
    long states = m->nstate;
    ck_assert_int_eq(try_m(m, ~0u, 1.0, &made, &e), 0);
    ck_assert(!made && m->nstate == states);
    support_e(m);
    ck_assert_int_eq(m->nstate, states + 1);
    ck_assert_int_eq(machine_e(m, &(struct e_how){.kind = E_EXACT}, &made, &e), 0);
    ck_assert(!made && m->nstate == states + 1);
    machine_free(m);
    return held;
}

/* ---- data -------------------------------------------------------------------------------- */

enum { SMALL = 60 };

static void add_entry(struct text *t, const struct observations *o, size_t j, double v)
{
    if (isnan(v))
        text_add(t, "NA");
    else if (observations_is_text(o, j))
        text_add(t, observations_word(o, j, v));
    else
        text_addf(t, "%.17g", v);
}

/* The first rows of the subject's observations as a table, each `copies` times, or once with that
 * number in a last column; shifted. */
static struct dataset *table_of(const struct subject *s, bool weights, double shift)
{
    struct machine *m = subject_bind(s);
    const struct observations *o = &m->model->obs;
    struct text t = TEXT_INIT;
    for (size_t j = 0; j < o->d; j++)
        text_addf(&t, "c%zu,", j + 1);
    text_add(&t, "w\n");
    for (size_t i = 0; i < o->n && i < SMALL; i++)
        for (size_t copy = 0; copy < (weights ? 1 : i % 3 + 1); copy++) {
            for (size_t j = 0; j < o->d; j++) {
                double v = o->x[j][i];
                add_entry(&t, o, j, shift != 0.0 ? floor(v * 1024.0) / 1024.0 + shift : v);
                text_add(&t, ",");
            }
            text_addf(&t, "%zu\n", i % 3 + 1);
        }
    struct error e = {0};
    struct table_how how = {.header = 1, .name = "here"};
    struct dataset *d = table_parse(t.s, strlen(t.s), "here", &how, &e);
    ck_assert_msg(d != NULL, "%s", e.message);
    text_clear(&t);
    machine_free(m);
    return d;
}

static struct machine *bind_table(const struct subject *s, struct dataset *d, bool weights)
{
    char words[200] = "columns=";
    struct options o;
    struct error e = {0};
    for (size_t j = 0; j + 1 < d->ncol; j++)
        snprintf(words + strlen(words), sizeof words - strlen(words), "%s%s", j ? "," : "",
                 d->column[j].name);
    snprintf(words + strlen(words), sizeof words - strlen(words), " %s %s", s->options,
             weights ? "weights=w" : "");
    support_options(&o, words);
    struct model *model = model_open(s->model, d, &o, NULL, &e);
    ck_assert_msg(model != NULL, "%s: %s", words, e.message);
    options_clear(&o);
    dataset_free(d);
    return machine_new(model, &e);
}

static void same_terms(const struct machine *a, const struct machine *b, double tol)
{
    for (int t = 0; t <= TERM_ENTROPY; t++)
        ck_assert_msg(!defines(b, (enum term)t) ||
                          fabs(term(a, (enum term)t) - term(b, (enum term)t)) <=
                              tol * fmax(1.0, fabs(term(b, TERM_ELBO))),
                      "%s: %s %.17g and %.17g", machine_here(a)->label,
                      term_name(MODEL_EM, (enum term)t)->key, term(a, (enum term)t),
                      term(b, (enum term)t));
}

static bool takes_weights(const struct subject *s)
{
    struct error e = {0};
    return model_class_find(s->model, &e)->takes_weights;
}

/* maxent's rows are outcomes, not data: weights say what their means are. */
static struct cell weight_is_repetition(const struct subject *s)
{
    if (!takes_weights(s) || subject_is(s, is_mm))
        return undefined;
    struct machine *weighted = bind_table(s, table_of(s, true, 0.0), true);
    struct machine *repeated = bind_table(s, table_of(s, false, 0.0), false);
    ck_assert_uint_gt(repeated->model->obs.n, weighted->model->obs.n);
    support_theta(weighted, s->theta[0]);
    support_theta(repeated, s->theta[0]);
    for (int half = 0; half < 6; half++) {
        half % 2 ? support_m(weighted) : support_e(weighted);
        half % 2 ? support_m(repeated) : support_e(repeated);
        same_terms(weighted, repeated, 1e-11);
        for (size_t j = 0; j < weighted->model->theta.size; j++)
            support_close(machine_here(weighted)->theta->b.v[j],
                          machine_here(repeated)->theta->b.v[j], 1e-11, "θ");
    }
    machine_free(weighted);
    machine_free(repeated);
    return held;
}

static void shift_block(struct machine *m, const struct subject *s, double shift)
{
    struct error e = {0};
    struct theta *t = support_make_theta(m, s->theta[0]);
    const struct block *b = layout_find(t->b.layout, s->moves);
    for (size_t i = 0; i < b->size; i++)
        t->b.v[b->offset + i] += shift;
    ck_assert_msg(machine_set_theta(m, t, &e) == 0, "%s", e.message);
    theta_free(t);
}

/* Data of 10 binary places and an offset of 1e8 are exact, so the answers differ by what the
 * algorithm loses: about ulp(1e8) in a mean. */
static struct cell shift_is_a_shift(const struct subject *s)
{
    if (!s->moves)
        return undefined;
    bool weights = takes_weights(s);
    struct machine *near = bind_table(s, table_of(s, true, 1024.0), weights);
    struct machine *far = bind_table(s, table_of(s, true, 1e8), weights);
    double shift = 1e8 - 1024.0;
    shift_block(near, s, 1024.0);
    shift_block(far, s, 1e8);
    for (int half = 0; half < 6; half++) {
        half % 2 ? support_m(near) : support_e(near);
        half % 2 ? support_m(far) : support_e(far);
        same_terms(far, near, 1e-7);
        const struct theta *a = machine_here(far)->theta, *b = machine_here(near)->theta;
        for (size_t i = 0; i < a->b.layout->nblock; i++) {
            const struct block *block = &a->b.layout->block[i];
            double by = strcmp(block->name, s->moves) == 0 ? shift : 0.0;
            for (size_t j = block->offset; j < block->offset + block->size; j++)
                support_close(a->b.v[j] - by, b->b.v[j], 1e-6, block->name);
        }
    }
    machine_free(near);
    machine_free(far);
    return held;
}

static struct cell far_away(const struct subject *s)
{
    if (!s->far)
        return undefined;
    struct machine *m = subject_bind(s);
    support_theta(m, s->far);
    support_e(m);
    keeps_ledger(m, least(m, 5));
    if (has_all_terms(m)) {
        is_q_minus_h(m);
        is_elbo_plus_kl(m);
    }
    for (int t = 0; t <= TERM_ENTROPY; t++)
        ck_assert(!defines(m, (enum term)t) || isfinite(term(m, (enum term)t)));
    ck_assert(term(m, TERM_ELBO) < -1000.0);
    machine_free(m);
    return held;
}

static struct cell start_is_reproducible(const struct subject *s)
{
    struct machine *m = subject_bind(s);
    const struct init_method *method = m->model->class->inits;
    struct error e = {0};
    ck_assert(method && method->name);
    for (; method->name; method++) {
        struct theta *t[2];
        for (int i = 0; i < 2; i++) {
            gsl_rng *r = random_new(7, &e);
            t[i] = theta_new(&m->model->theta, &e);
            ck_assert_msg(m->model->class->init(m->model, method->name, r, t[i], &e) == 0,
                          "%s: %s", method->name, e.message);
            gsl_rng_free(r);
        }
        ck_assert_mem_eq(t[0]->b.v, t[1]->b.v, m->model->theta.size * sizeof(double));
        ck_assert_msg(machine_start(m, t[0], &e) == 0, "%s: %s", method->name, e.message);
        support_e(m);
        keeps_ledger(m, least(m, 5));
        theta_free(t[0]);
        theta_free(t[1]);
    }
    machine_free(m);
    return held;
}

/* The density of every row as a new point adds up to ℓ, and its posterior is its row of q. */
static struct cell prediction_agrees(const struct subject *s)
{
    if (!subject_is(s, has_all_terms)) /* there is no ℓ that they could add up to */
        return undefined;
    struct machine *m = subject_at(s, 0);
    const struct model *model = m->model;
    struct error e = {0};
    double sum = 0.0, out[16];
    support_e(m);
    ck_assert_uint_le(model->k, 16);
    for (size_t i = 0; model->class->predict && i < model->obs.n; i++) {
        double density;
        ck_assert_int_eq(model->class->predict(model, machine_here(m)->theta,
                                               observations_row(&model->obs, i), out, &density, &e),
                         0);
        sum += model->obs.weight[i] * density;
        for (size_t k = 0; k < model->k; k++)
            support_close(out[k], machine_here(m)->q->b.v[i * model->k + k], 1e-12, "posterior");
    }
    if (model->class->predict)
        ck_assert_msg(fabs(sum - term(m, TERM_LOGLIK)) <= tolerance(m), "Σ log p = %.15g", sum);
    bool defined = model->class->predict != NULL;
    machine_free(m);
    return defined ? held : undefined;
}

/* ---- save, open, step -------------------------------------------------------------------- */

/* Through the text of a file, as save writes it. */
static struct machine *reopened(const struct subject *s, const struct machine *m)
{
    struct error e = {0};
    json_t *written = machine_to_json(m);
    char *text = json_dumps(written, JSON_REAL_PRECISION(17));
    json_t *read = json_loads(text, 0, NULL);
    struct machine *again = subject_bind(s);
    ck_assert_msg(machine_from_json(again, read, &e) == 0, "%s: %s", s->column, e.message);
    json_decref(written);
    json_decref(read);
    free(text);
    return again;
}

static void same_state(const struct machine *a, const struct machine *b)
{
    const struct state *x = machine_here(a), *y = machine_here(b);
    ck_assert_str_eq(x->label, y->label);
    ck_assert(memcmp(x->theta->b.v, y->theta->b.v, x->theta->b.layout->size * sizeof(double)) == 0);
    ck_assert_int_eq(x->has_q, y->has_q);
    if (x->has_q)
        ck_assert(memcmp(x->q->b.v, y->q->b.v, x->q->b.layout->size * sizeof(double)) == 0);
    ck_assert(x->terms.have == y->terms.have && x->exact == y->exact);
    for (int t = 0; t < TERM_COUNT; t++)
        if (x->terms.have & TERM_BIT(t))
            ck_assert(memcmp(&x->terms.value[t], &y->terms.value[t], sizeof(double)) == 0);
}

static struct cell saved_steps_alike(const struct subject *s)
{
    struct error e = {0};
    struct machine *m = open_after_m(s, 1);
    if (s->prior)
        subject_put_prior(s, m);
    struct machine *again = reopened(s, m);
    for (int i = 0; i < 3; i++) {
        same_state(m, again);
        support_e(m), support_e(again);
        same_state(m, again);
        support_m(m), support_m(again);
    }
    ck_assert(machine_back(m, 5, &e) == 0 && machine_back(again, 5, &e) == 0);
    same_state(m, again);
    machine_free(m);
    machine_free(again);
    return held;
}

/* A q set by hand needs no θ: it is made and valid, or refused with a word. */
static struct cell by_hand_without_theta(const struct subject *s)
{
    struct error e = {0};
    struct machine *m = subject_bind(s);
    gsl_rng *random = random_new(5, &e);
    size_t made = 0;
    for (enum e_kind kind = E_UNIFORM; kind <= E_RANDOM; kind++) {
        struct e_how how = {.kind = kind, .random = random};
        struct latent *q = latent_new(&m->model->q, &e);
        struct error refusal = {0};
        if (m->model->class->e_step(m->model, NULL, &how, q, &refusal) == 0) {
            ck_assert_msg(machine_set_q(m, q, &e) == 0, "%s: %s", s->column, e.message);
            made++;
        } else {
            ck_assert(refusal.message[0]);
        }
        latent_free(q);
    }
    gsl_rng_free(random);
    machine_free(m);
    return made ? held : (struct cell){.outcome = REFUSED};
}

/* ---- the table of claims ----------------------------------------------------------------- */

static const struct {
    const char *claim;
    check_function *check;
} claims[] = {
    {"ℓ = Q − H, q of another θ", identity_qh},
    {"ℓ = ELBO + KL, q of another θ", identity_elbo_kl},
    {"ELBO = Q + S, KL = −S − H", identity_qs},
    {"KL > 0, q of another θ", gap_opens},
    {"e keeps its ledger", ledger_e},
    {"m keeps its ledger", ledger_m},
    {"m from a q of another θ", ledger_m_foreign},
    {"e hard", ledger_e_hard},
    {"e beta=", ledger_e_beta},
    {"e rows=", ledger_e_rows},
    {"m only=BLOCK, each", ledger_m_only},
    {"m damp=", ledger_m_damp},
    {"frozen blocks, each", ledger_frozen},
    {"e, m with a prior", ledger_prior},
    {"θ off the M-step: J falls", m_maximises},
    {"the same with a prior", m_maximises_with_prior},
    {"the same of m only=", m_only_maximises},
    {"q off the E-step: ELBO falls", e_maximises},
    {"bound touches: parameters", bound_along_parameters},
    {"bound touches: along=em", bound_along_em},
    {"bound under ℓ without touch", bound_without_touch},
    {"undo is exact", undo_exact},
    {"undo makes q again exactly", undo_exact_when_q_is_made_again},
    {"q by hand, before any θ", by_hand_without_theta},
    {"save, open, step: the same bits", saved_steps_alike},
    {"e, m twice make no state", twice_makes_no_state},
    {"weight w is w rows", weight_is_repetition},
    {"data + 1e8", shift_is_a_shift},
    {"60 sd away", far_away},
    {"init by a seed", start_is_reproducible},
    {"rows predicted add up to ℓ", prediction_agrees},
};
enum { CLAIMS = sizeof claims / sizeof *claims };

/* Shared with the processes that the tests run in. */
static struct cell (*matrix)[SUBJECTS];

START_TEST(claim_holds)
{
    struct cell *c = &matrix[_i / SUBJECTS][_i % SUBJECTS];
    c->outcome = FAILED;
    *c = claims[_i / SUBJECTS].check(&claim_subjects[_i % SUBJECTS]);
}
END_TEST

START_TEST(every_model_has_a_row)
{
    subjects_have_all_models();
}
END_TEST

static const char *shown(const struct cell *c, char out[40])
{
    switch (c->outcome) {
    case NEVER_RAN:
        return "never ran";
    case FAILED:
        return "✗";
    case UNDEFINED:
        return "–";
    case REFUSED:
        return "refused";
    case GIVEN_UP:
        return "given up";
    case HELD:
        break;
    }
    if (c->given_up == 0)
        return "✓";
    snprintf(out, 40, "✓ −%zu", c->given_up);
    return out;
}

static int width(const char *s)
{
    int n = 0;
    for (; *s; s++)
        n += (*s & 0xc0) != 0x80;
    return n;
}

/* Returns the number of cells that never ran. */
enum { ACROSS = 7 }; /* models side by side: a page's width */

/* The models from..to, every claim. */
static int print_part(size_t from, size_t to)
{
    int never = 0;
    printf("%-32s", "claim × model");
    for (size_t j = from; j < to; j++)
        printf(" %-9s", claim_subjects[j].column);
    for (size_t i = 0; i < CLAIMS; i++) {
        printf("\n%s%*s", claims[i].claim, 32 - width(claims[i].claim), "");
        for (size_t j = from; j < to; j++) {
            char room[40];
            const char *s = shown(&matrix[i][j], room);
            printf(" %s%*s", s, 9 - width(s), "");
            never += matrix[i][j].outcome == NEVER_RAN;
        }
    }
    printf("\n\n");
    return never;
}

static int print_matrix(void)
{
    int never = 0;
    printf("\n");
    for (size_t j = 0; j < SUBJECTS; j += ACROSS)
        never += print_part(j, j + ACROSS < SUBJECTS ? j + ACROSS : SUBJECTS);
    printf("✓ held   ✓ −n held, and n claims were given up on the way, as the ledger says\n"
           "refused: with a message   given up: the E-step stays short of the posterior\n"
           "– not defined for this model   ✗ failed\n");
    return never;
}

/* ---- K = 1, and enumeration -------------------------------------------------------------- */

/* In one dimension every kind of covariance is the same number. */
START_TEST(one_component_agrees)
{
    static const char *const kinds[] = {"full", "tied", "diag", "spherical"};
    struct machine *m[4];
    for (size_t i = 0; i < 4; i++) {
        char words[80];
        snprintf(words, sizeof words, "columns=velocity k=1 cov=%s", kinds[i]);
        m[i] = support_machine("galaxies", "gmm", words);
        support_theta(m[i], "pi=1 mu=15000 Sigma=1e6");
        support_e(m[i]);
        support_m(m[i]);
        same_terms(m[i], m[0], 1e-14);
        for (size_t j = 0; j < 3; j++)
            support_close(machine_here(m[i])->theta->b.v[j], machine_here(m[0])->theta->b.v[j],
                          1e-14, kinds[i]);
    }
    /* PUBLISHED: mean 20.82817, variance 20.573888, in thousands */
    support_close(theta_block(machine_here(m[0])->theta, "mu")[0], 20828.17073, 1e-9, "mean");
    for (size_t i = 0; i < 4; i++)
        machine_free(m[i]);
}
END_TEST

static double normal(const double *x, double a, double b)
{
    return exp(-0.5 * (x[0] - a) * (x[0] - a) / b) / sqrt(2.0 * M_PI * b);
}

static double binomial(const double *x, double p, double unused)
{
    (void)unused;
    return tgamma(x[1] + 1.0) / (tgamma(x[0] + 1.0) * tgamma(x[1] - x[0] + 1.0)) * pow(p, x[0]) *
           pow(1.0 - p, x[1] - x[0]);
}

static double poisson(const double *x, double rate, double unused)
{
    (void)unused;
    return pow(rate, x[0]) * exp(-rate) / tgamma(x[0] + 1.0);
}

static double exponential(const double *x, double rate, double unused)
{
    (void)unused;
    return rate * exp(-rate * x[0]);
}

static double two_bits(const double *x, double a, double b)
{
    return (x[0] == 1.0 ? a : 1.0 - a) * (x[1] == 1.0 ? b : 1.0 - b);
}

static const struct small {
    const char *model, *csv, *theta, *other;
    double (*density)(const double *x, double a, double b);
} small[] = {
    {"gmm", "x\n-1\n0.5\n2\n3.5\n", "pi=0.3,0.7 mu=0,2 Sigma=1,2", "pi=0.6,0.4 mu=1,3 Sigma=2,1",
     normal},
    {"binomial", "h,t\n1,5\n4,5\n3,6\n0,3\n", "pi=0.3,0.7 p=0.2,0.7", "pi=0.5,0.5 p=0.4,0.6",
     binomial},
    {"poisson", "x\n0\n2\n3\n6\n", "pi=0.4,0.6 lambda=1,3", "pi=0.5,0.5 lambda=2,4", poisson},
    {"exponential", "x\n0.1\n2\n0.7\n6\n", "pi=0.4,0.6 rate=0.3,2", "pi=0.5,0.5 rate=1,0.5",
     exponential},
    {"bernoulli", "a,b\n0,0\n1,0\n1,1\n0,1\n", "pi=0.4,0.6 p=0.3,0.6,0.8,0.1",
     "pi=0.5,0.5 p=0.5,0.7,0.6,0.2", two_bits},
};

/* log p(x, z|θ) of one configuration z of all four rows: bit i is row i's component. */
static double log_joint(const struct small *s, const struct machine *m, const struct theta *t,
                        unsigned z)
{
    const double *pi = t->b.v, *first = pi + 2, *second = pi + 4;
    bool two = m->model->theta.nblock == 3, wide = !two && m->model->theta.size == 6;
    double sum = 0.0;
    for (size_t i = 0; i < 4; i++) {
        size_t k = z >> i & 1u;
        double a = wide ? first[2 * k] : first[k];
        double b = wide ? first[2 * k + 1] : two ? second[k] : 0.0;
        sum += log(pi[k] * s->density(observations_row(&m->model->obs, i), a, b));
    }
    return sum;
}

static double q_of(const struct machine *m, unsigned z)
{
    double product = 1.0;
    for (size_t i = 0; i < 4; i++)
        product *= machine_here(m)->q->b.v[2 * i + (z >> i & 1u)];
    return product;
}

START_TEST(enumeration_agrees)
{
    const struct small *s = &small[_i];
    struct error e = {0};
    struct model *model = bound_model(s->csv, s->model, "k=2", &e);
    ck_assert_msg(model != NULL, "%s", e.message);
    struct machine *m = machine_new(model, &e);
    support_theta(m, s->theta);
    support_e(m);
    const struct theta *t = machine_here(m)->theta;
    double evidence = 0.0, marginal[4] = {0};
    for (unsigned z = 0; z < 16; z++)
        evidence += exp(log_joint(s, m, t, z));
    for (unsigned z = 0; z < 16; z++)
        for (size_t i = 0; i < 4; i++)
            if (z >> i & 1u)
                marginal[i] += exp(log_joint(s, m, t, z)) / evidence;
    for (size_t i = 0; i < 4; i++)
        support_close(machine_here(m)->q->b.v[2 * i + 1], marginal[i], 1e-12, "posterior");
    support_theta(m, s->other);
    t = machine_here(m)->theta;
    double value[TERM_COUNT] = {0}, there = 0.0;
    for (unsigned z = 0; z < 16; z++)
        there += exp(log_joint(s, m, t, z));
    value[TERM_LOGLIK] = log(there);
    for (unsigned z = 0; z < 16; z++) {
        double q = q_of(m, z), joint = log_joint(s, m, t, z), r = joint - log(there);
        value[TERM_Q] += q * joint;
        value[TERM_H] += q * r;
        value[TERM_ENTROPY] -= q * log(q);
        value[TERM_ELBO] += q * (joint - log(q));
        value[TERM_KL] += q * (log(q) - r);
    }
    for (int i = 0; i <= TERM_ENTROPY; i++)
        support_close(term(m, (enum term)i), value[i], 1e-12,
                      term_name(MODEL_EM, (enum term)i)->key);
    machine_free(m);
}
END_TEST

int main(void)
{
    matrix = mmap(NULL, CLAIMS * sizeof *matrix, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (matrix == MAP_FAILED)
        return EXIT_FAILURE;
    Suite *s = suite_create("claims");
    TCase *t = tcase_create("matrix");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, every_model_has_a_row);
    tcase_add_loop_test(t, claim_holds, 0, CLAIMS * SUBJECTS);
    tcase_add_test(t, one_component_agrees);
    tcase_add_loop_test(t, enumeration_agrees, 0, sizeof small / sizeof *small);
    suite_add_tcase(s, t);
    int status = support_run(s);
    return print_matrix() == 0 ? status : EXIT_FAILURE;
}
