/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell/why.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "em/ledger.h"
#include "shell/report.h"

/* A half-step, and what is known of it. */
struct told {
    struct session *s;
    const struct state *now, *was;   /* was NULL: a start */
    struct ledger ledger;
    unsigned step, facts;
    enum term term;                  /* the one that is spoken of */
    bool whole;                      /* every {…} so far could be filled in */
};

/* ---- values ------------------------------------------------------------------------------ */

static bool has(const struct state *st, enum term t)
{
    return st && (st->terms.have & TERM_BIT(t));
}

static double value(const struct state *st, enum term t)
{
    return has(st, t) ? report_value(st, t) : NAN;
}

static double change(const struct told *w, enum term t)
{
    return has(w->now, t) && has(w->was, t) ? report_change(w->now, w->was, t) : NAN;
}

static enum why_move move_of(const struct told *w, enum term t)
{
    double now = value(w->now, t), was = value(w->was, t), by = change(w, t);
    if (w->s->machine->model->terms_intractable & TERM_BIT(t))
        return MOVE_OUT;
    if (!has(w->now, t))
        return MOVE_GONE;
    if (isnan(now))
        return MOVE_UNDEFINED;
    if (isinf(now))
        return MOVE_INFINITE;
    if (!has(w->was, t))
        return MOVE_NEW;
    if (!isfinite(was))
        return MOVE_FINITE;
    return by > 0.0 ? MOVE_UP : by < 0.0 ? MOVE_DOWN : MOVE_SAME;
}

/* ---- what is known ----------------------------------------------------------------------- */

static unsigned step_of(const struct step *step, bool start)
{
    static const unsigned e_steps[] = {
        [E_EXACT] = WHY_E,      [E_HARD] = WHY_HARD,     [E_TEMPERED] = WHY_TEMPERED,
        [E_ROWS] = WHY_ROWS,    [E_SWEEPS] = WHY_SWEEPS, [E_UNIFORM] = WHY_Q,
        [E_RANDOM] = WHY_Q,
    };
    static const unsigned m_steps[] = {
        [M_EXACT] = WHY_M, [M_GRADIENT] = WHY_M, [M_GIS] = WHY_GIS, [M_NEWTON] = WHY_NEWTON};
    switch (step->phase) {
    case PHASE_INIT:
        return WHY_START;
    case PHASE_E:
        return e_steps[step->e.kind];
    case PHASE_M:
        return m_steps[step->m.kind];
    case PHASE_Q:
        return WHY_Q;
    case PHASE_THETA:
        return start ? WHY_START : WHY_THETA;
    }
    return 0;
}

static unsigned facts_of(const struct told *w)
{
    const struct model_class *class = w->s->machine->model->class;
    return (w->now->exact ? FACT_TOUCHES : 0u) | (class->kind == MODEL_MM ? FACT_MM : 0u) |
           (has(w->now, TERM_LOGPRIOR) ? FACT_PRIOR : 0u) |
           (class->theta_in_q ? FACT_THETA_IN_Q : 0u) |
           (w->now->step.partial ? FACT_PARTIAL : 0u) |
           (w->was && w->was->has_q ? FACT_HAD_Q : 0u) | (w->now->has_q ? FACT_HAS_Q : 0u) |
           (w->now->step.phase == PHASE_M && !w->now->step.from_exact ? FACT_FROM_OTHER : 0u) |
           (terms_closed(&w->now->terms) ? FACT_CLOSED : 0u);
}

static const char *given_up(const struct told *w, enum term t)
{
    for (size_t i = 0; i < w->ledger.ngiven_up; i++)
        if (w->ledger.given_up[i].term == t)
            return w->ledger.given_up[i].why;
    return NULL;
}

/* ---- words in braces --------------------------------------------------------------------- */

/* The blocks of θ that the M-step could move. */
static unsigned moved_blocks(const struct told *w)
{
    const struct machine *m = w->s->machine;
    return w->now->step.m.blocks & ~m->frozen & machine_blocks(m);
}

/* "mu and Sigma" */
static void add_blocks(const struct told *w, unsigned blocks, struct text *out)
{
    const struct layout *l = &w->s->machine->model->theta;
    bool first = true;
    for (size_t i = 0; i < l->nblock; i++) {
        if (!(blocks >> i & 1u))
            continue;
        blocks &= ~(1u << i);
        text_addf(out, "%s%s", first ? "" : blocks ? ", " : " and ", l->block[i].name);
        first = false;
    }
}

static void add_theta(struct text *out, size_t t)
{
    text_add(out, "θ");
    text_subscript(out, (long)t);
}

static void add_q(struct text *out, size_t n)
{
    text_add(out, "q");
    text_subscript(out, (long)n);
}

/* Does the ledger say that this M-step missed its top?  (One that a file wrote may.) */
static bool missed(const struct told *w)
{
    for (size_t i = 0; i < w->ledger.nclaim; i++)
        if (!w->ledger.claim[i].holds)
            return true;
    return false;
}

/* How an M-step found its θ. */
static void add_way(const struct told *w, struct text *out)
{
    const struct step *step = &w->now->step;
    bool mm = w->facts & FACT_MM, prior = w->facts & FACT_PRIOR;
    char number[NUMBER_TEXT];
    add_theta(out, w->now->t);
    if (step->m.kind == M_GRADIENT) {
        text_addf(out, " is a step up the slope of %s, shortened until it rose",
                  mm ? "the surrogate" : prior ? "J" : "the bound");
        return;
    }
    if (step->damp < 1.0)
        text_addf(out, " lies %s of the way to",
                  number_text(number, step->damp, (int)w->s->set.digits));
    else
        text_add(out, " is");
    text_addf(out, " where %s %s largest", mm ? "the surrogate" : prior ? "Q + log p(θ)" : "Q",
              missed(w) ? "should be" : "is");
    if (moved_blocks(w) != machine_blocks(w->s->machine)) {
        text_add(out, " over ");
        add_blocks(w, moved_blocks(w), out);
        text_add(out, ", the rest of θ held");
    }
}

static void add_rows(const struct told *w, struct text *out)
{
    text_addf(out, "%zu to %zu", w->now->step.e.first, w->now->step.e.last);
}

static void add_sweeps(const struct told *w, struct text *out)
{
    size_t n = w->now->step.e.sweeps;
    text_addf(out, "%zu sweep%s", n, n == 1 ? "" : "s");
}

static void add_beta(const struct told *w, struct text *out)
{
    char number[NUMBER_TEXT];
    text_add(out, number_text(number, w->now->step.e.beta, (int)w->s->set.digits));
}

static void add_q_now(const struct told *w, struct text *out)
{
    add_q(out, w->now->q_count);
}

static void add_q_was(const struct told *w, struct text *out)
{
    add_q(out, w->was ? w->was->q_count : 0);
}

static void add_theta_now(const struct told *w, struct text *out)
{
    add_theta(out, w->now->t);
}

static void add_theta_was(const struct told *w, struct text *out)
{
    add_theta(out, w->was ? w->was->t : 0);
}

static const struct {
    const char *name;
    void (*add)(const struct told *w, struct text *out);
} words[] = {
    {"q", add_q_now},     {"q-", add_q_was},     {"θ", add_theta_now}, {"θ-", add_theta_was},
    {"way", add_way},     {"rows", add_rows},    {"beta", add_beta},   {"sweeps", add_sweeps},
};

/* The symbols that depend on the kind of model. */
static const struct {
    const char *name;
    enum term term;
} symbols[] = {{"l", TERM_LOGLIK}, {"elbo", TERM_ELBO}, {"kl", TERM_KL}};

/* What stands before the point of {KL.by}. */
static const struct {
    const char *name;
    enum term term;
} terms[] = {
    {"L", TERM_LOGLIK},   {"ELBO", TERM_ELBO},     {"KL", TERM_KL},
    {"Q", TERM_Q},        {"H", TERM_H},           {"S", TERM_ENTROPY},
    {"P", TERM_LOGPRIOR}, {"J", TERM_OBJECTIVE},
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool is(const char *name, size_t n, const char *wanted)
{
    return strlen(wanted) == n && strncmp(name, wanted, n) == 0;
}

static bool add_number(struct told *w, const char *name, size_t n, double now, double was,
                       double by, struct text *out)
{
    char number[NUMBER_TEXT];
    int digits = (int)w->s->set.digits;
    double v;
    if (is(name, n, "now"))
        v = now;
    else if (is(name, n, "was"))
        v = was;
    else if (is(name, n, "by"))
        v = fabs(by);
    else if (is(name, n, "change"))
        v = by;
    else
        return false;
    w->whole = w->whole && isfinite(v);
    text_add(out, is(name, n, "change") ? number_change(number, v, digits)
                                        : number_text(number, v, digits));
    return true;
}

/* {KL.by}; {LP.change} is of ℓ + log p(θ). */
static bool add_other(struct told *w, const char *name, size_t n, struct text *out)
{
    const char *point = memchr(name, '.', n);
    size_t before = point ? (size_t)(point - name) : 0, after = before + 1;
    if (!point)
        return false;
    if (is(name, before, "LP"))
        return add_number(w, name + after, n - after, NAN, NAN,
                          change(w, TERM_LOGLIK) + change(w, TERM_LOGPRIOR), out);
    for (size_t i = 0; i < COUNT(terms); i++)
        if (is(name, before, terms[i].name))
            return add_number(w, name + after, n - after, value(w->now, terms[i].term),
                              value(w->was, terms[i].term), change(w, terms[i].term), out);
    return false;
}

static const char *symbol_of(const struct told *w, enum term t)
{
    return term_name(w->s->machine->model->class->kind, t)->symbol;
}

static bool add_word(struct told *w, const char *name, size_t n, struct text *out)
{
    if (is(name, n, "it"))
        text_add(out, symbol_of(w, w->term));
    else if (is(name, n, "moved"))
        text_add(out, change(w, w->term) > 0.0 ? "rose" : "fell");
    else if (is(name, n, "why") && given_up(w, w->term))
        text_add(out, given_up(w, w->term));
    else
        return false;
    return true;
}

static void fill(struct told *w, const char *name, size_t n, struct text *out)
{
    if (add_word(w, name, n, out) || add_other(w, name, n, out) ||
        add_number(w, name, n, value(w->now, w->term), value(w->was, w->term),
                   change(w, w->term), out))
        return;
    for (size_t i = 0; i < COUNT(symbols); i++)
        if (is(name, n, symbols[i].name)) {
            text_add(out, symbol_of(w, symbols[i].term));
            return;
        }
    for (size_t i = 0; i < COUNT(words); i++)
        if (is(name, n, words[i].name)) {
            words[i].add(w, out);
            return;
        }
    w->whole = false;
}

/* False: a number that the sentence wants is not there. */
static bool say(struct told *w, const char *sentence, struct text *out)
{
    w->whole = true;
    for (const char *c = sentence; *c;) {
        size_t plain = strcspn(c, "{");
        text_add_bytes(out, c, plain);
        c += plain;
        if (!*c)
            break;
        size_t n = strcspn(c + 1, "}");
        fill(w, c + 1, n, out);
        c += n + 2;
    }
    return w->whole && !out->failed;
}

/* ---- the rows ---------------------------------------------------------------------------- */

static bool fits(const struct told *w, const struct why_row *row, unsigned term, unsigned move)
{
    unsigned facts = w->facts;
    if (term && given_up(w, w->term))
        facts |= FACT_GIVEN_UP;
    return (term ? (row->terms & term) != 0 && (row->moves & move) != 0 : row->terms == 0) &&
           (row->steps & w->step) && (row->facts & facts) == row->facts && !(row->not & facts);
}

/* term 0: the opening. */
static void find(struct told *w, unsigned term, unsigned move, char *out, size_t room)
{
    struct text said = TEXT_INIT;
    for (const struct why_row *row = why_rows; row->sentence; row++) {
        if (!fits(w, row, term, move))
            continue;
        text_reset(&said);
        if (say(w, row->sentence, &said))
            break;
    }
    snprintf(out, room, "%s", said.s);
    text_clear(&said);
}

void why_make(struct session *s, struct reasons *r)
{
    struct error ignored;
    struct told w = {.s = s, .now = machine_here(s->machine), .was = machine_before(s->machine)};
    unsigned shown = w.now->terms.have | s->machine->model->terms_intractable |
                     (w.was ? w.was->terms.have : 0u);
    if (ledger_make(s->machine, &w.ledger, false, &ignored) != 0)
        w.ledger.nclaim = w.ledger.ngiven_up = 0;
    w.step = step_of(&w.now->step, !w.was);
    w.facts = facts_of(&w);
    *r = (struct reasons){.count = 0};
    find(&w, 0, 0, r->opening, sizeof r->opening);
    for (int t = 0; t < TERM_COUNT; t++) {
        if (!(shown & TERM_BIT(t)))
            continue;
        struct reason *reason = &r->reason[r->count++];
        reason->term = w.term = (enum term)t;
        reason->change = change(&w, w.term);
        find(&w, TERM_BIT(t), move_of(&w, w.term), reason->sentence, sizeof reason->sentence);
    }
}
