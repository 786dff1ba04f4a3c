/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell/report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "em/block_json.h"
#include "em/ledger.h"
#include "shell/grid.h"

/* The terms of the two rows, in the order of LOOK: what is raised, then what it is made of. */
static const enum term order[] = {TERM_LOGLIK, TERM_ELBO, TERM_KL, TERM_Q, TERM_H, TERM_ENTROPY,
                                  TERM_LOGPRIOR, TERM_OBJECTIVE};
enum { TERMS_SHOWN = sizeof order / sizeof *order, FIRST_LINE = 6 };

static enum model_kind kind_of(const struct session *s)
{
    return s->machine->model->class->kind;
}

static bool has(const struct state *st, enum term t)
{
    return st && (st->terms.have & TERM_BIT(t));
}

/* KL after an exact E is 0 up to rounding (−6e−16) and is shown as 0. */
static double shown_value(const struct state *st, enum term t)
{
    double v = st->terms.value[t];
    return t == TERM_KL && st->exact && fabs(v) <= terms_tolerance(&st->terms) ? 0.0 : v;
}

static double shown_change(const struct state *now, const struct state *was, enum term t)
{
    return shown_value(now, t) - shown_value(was, t);
}

/* One line of the report: the terms order[first…last], their values and, below, their changes. */
static void term_rows(struct session *s, const struct state *now, const struct state *was,
                      size_t first, size_t last, bool labelled, const char *end)
{
    struct text values = TEXT_INIT, changes = TEXT_INIT;
    char buf[NUMBER_TEXT];
    int digits = (int)s->set.digits;
    bool any = false;
    text_pad_right(&values, labelled ? now->label : "", 4);
    text_repeat(&changes, " ", 4);
    for (size_t i = first; i < last; i++) {
        enum term t = order[i];
        if (!has(now, t))
            continue;
        const char *symbol = term_name(kind_of(s), t)->symbol;
        struct text cell = TEXT_INIT;
        text_addf(&cell, " %s %s", symbol, number_text(buf, shown_value(now, t), digits));
        size_t width = text_width(cell.s), column = text_width(symbol) + 2 + (size_t)digits + 3;
        if (i == TERM_KL)
            column += 1;
        text_pad_right(&values, cell.s, column);
        struct text change = TEXT_INIT;
        if (has(was, t))
            text_pad_left(&change, number_change(buf, shown_change(now, was, t), digits), width);
        text_pad_right(&changes, change.s, column > width ? column : width);
        any = any || has(was, t);
        text_clear(&cell);
        text_clear(&change);
    }
    while (values.length && values.s[values.length - 1] == ' ')
        values.s[--values.length] = '\0';
    text_addf(&s->out, "%s\n", values.s);
    if (any)
        text_addf(&s->out, "%s%s\n", changes.s, end);
    text_clear(&values);
    text_clear(&changes);
}

/* What the ledger says of this step, in one mark. */
static const char *verdict(const struct ledger *l)
{
    for (size_t i = 0; i < l->nclaim; i++)
        if (!l->claim[i].holds)
            return "✗";
    return "✓";
}

static void say_touch(struct session *s, const struct state *now)
{
    struct text theta = TEXT_INIT;
    text_subscript(&theta, (long)now->t);
    text_addf(&s->out, "     the %s touches %s at θ%s ✓\n",
              kind_of(s) == MODEL_MM ? "surrogate" : "bound",
              term_name(kind_of(s), TERM_LOGLIK)->symbol, theta.s);
    text_clear(&theta);
}

/* ℓ fell although the step did what it promised: say that this is allowed, and why. */
static void say_allowed_fall(struct session *s, const struct state *now, const struct state *was,
                             const struct ledger *l)
{
    static const enum term which[] = {TERM_LOGLIK, TERM_ELBO};
    for (size_t i = 0; i < 2; i++) {
        enum term t = which[i];
        if (!has(now, t) || !has(was, t) ||
            !(now->terms.value[t] < was->terms.value[t] - terms_tolerance(&now->terms)))
            continue;
        if (t == TERM_ELBO && has(now, TERM_OBJECTIVE) && now->step.phase == PHASE_M)
            text_addf(&s->out, "     the ELBO alone fell, as it may under a prior: J = ELBO + "
                               "log p(θ) rose\n");
        else if (l->ngiven_up)
            text_addf(&s->out, "     %s fell, as it may: %s\n", term_name(kind_of(s), t)->symbol,
                      l->given_up[0].why);
    }
}

static void state_text(struct session *s)
{
    const struct state *now = machine_here(s->machine), *was = machine_before(s->machine);
    struct ledger l = {.nclaim = 0};
    struct error ignored;
    bool checked = now->has_q && ledger_make(s->machine, &l, false, &ignored) == 0;
    bool compared = has(was, TERM_ELBO) && has(now, TERM_ELBO);
    bool by_step = now->step.phase == PHASE_E || now->step.phase == PHASE_M;
    const char *mark = checked && by_step ? verdict(&l) : "";
    bool prior = has(now, TERM_LOGPRIOR);
    term_rows(s, now, was, 0, FIRST_LINE, true, compared ? mark : "");
    if (prior)
        term_rows(s, now, was, FIRST_LINE, TERMS_SHOWN, false, "");
    if (now->exact && now->step.phase == PHASE_E)
        say_touch(s, now);
    else if (checked && by_step && was && was->has_q)
        say_allowed_fall(s, now, was, &l);
    if (strcmp(mark, "✗") == 0)
        text_add(&s->out, "     a claim does not hold: see ledger\n");
}

void report_state(struct session *s)
{
    if (!machine_here(s->machine))
        return;
    if (s->json)
        report_terms_json(s, session_reply(s, NULL));
    else
        state_text(s);
}

static void add_residuals(const struct session *s, json_t *reply)
{
    const struct terms *t = &machine_here(s->machine)->terms;
    if ((t->have & TERMS_EM) != TERMS_EM)
        return;
    const double *v = t->value;
    json_object_set_new(reply, "residual_qh",
                        json_number(fabs(v[TERM_LOGLIK] - (v[TERM_Q] - v[TERM_H]))));
    json_object_set_new(reply, "residual_elbo_kl",
                        json_number(fabs(v[TERM_LOGLIK] - (v[TERM_ELBO] + v[TERM_KL]))));
}

static void add_intractable(const struct session *s, json_t *reply)
{
    unsigned out_of_reach = s->machine->model->terms_intractable;
    if (!out_of_reach)
        return;
    json_t *names = json_array();
    for (int t = 0; t < TERM_COUNT; t++)
        if (out_of_reach & TERM_BIT(t)) {
            const char *key = term_name(kind_of(s), (enum term)t)->key;
            json_object_set_new(reply, key, json_null());
            json_array_append_new(names, json_string(key));
        }
    json_object_set_new(reply, "intractable", names);
}

void report_terms_json(struct session *s, json_t *reply)
{
    const struct state *st = machine_here(s->machine);
    json_object_set_new(reply, "t", json_integer((json_int_t)st->t));
    json_object_set_new(reply, "label", json_string(st->label));
    json_object_set_new(reply, "phase", json_string(phase_name(st->step.phase)));
    json_object_set_new(reply, "exact", json_boolean(st->exact));
    for (int t = 0; t < TERM_COUNT; t++)
        if (has(st, (enum term)t))
            json_object_set_new(reply, term_name(kind_of(s), (enum term)t)->key,
                                json_number(st->terms.value[t]));
    add_intractable(s, reply);
    add_residuals(s, reply);
}

void report_memory(struct session *s, size_t let_go_before)
{
    size_t gone = s->machine->let_go - let_go_before;
    if (gone)
        session_note(s, "%zu old state%s let go of to keep undo memory within %zu MB "
                        "(set history_limit); their terms stay in show trace",
                     gone, gone == 1 ? " was" : "s were", s->set.history_limit);
}

/* ---- blocks ----------------------------------------------------------------------------- */

/* The rank that matters: trailing extents of 1 do not. */
static int shown_rank(const struct block *b)
{
    int rank = b->rank;
    while (rank > 0 && b->dim[rank - 1] == 1)
        rank--;
    return rank;
}

/* "Sigma[2]" for the rows of a matrix of a stack, "mu[2]" for a row, "pi" for a vector. */
static void row_name(const struct block *b, int rank, size_t row, struct text *out)
{
    text_add(out, b->name);
    if (rank == 2)
        text_addf(out, "[%zu]", row + 1);
    else if (rank == 3 && row % b->dim[1] == 0)
        text_addf(out, "[%zu]", row / b->dim[1] + 1);
    else if (rank == 3)
        text_reset(out);
}

static void block_rows(struct grid *g, const struct block *b, const double *v)
{
    int rank = shown_rank(b);
    size_t width = rank == 0 ? 1 : b->dim[rank - 1], rows = width ? b->size / width : 0;
    for (size_t r = 0; r < rows; r++) {
        struct text name = TEXT_INIT;
        row_name(b, rank, r, &name);
        grid_left(g, name.s);
        text_clear(&name);
        for (size_t c = 0; c < width; c++)
            grid_number(g, v[r * width + c]);
        grid_row(g);
    }
}

void report_blocks(struct session *s, const struct blocks *b, unsigned which)
{
    struct grid g;
    grid_init(&g, (int)s->set.digits);
    for (size_t i = 0; i < b->layout->nblock; i++)
        if (which >> i & 1u)
            block_rows(&g, &b->layout->block[i], b->v + b->layout->block[i].offset);
    grid_print(&g, &s->out, session_width(s));
    grid_clear(&g);
}

void report_theta(struct session *s)
{
    const struct state *st = machine_here(s->machine);
    if (s->json)
        json_object_set_new(session_reply(s, NULL), "theta", blocks_to_json(&st->theta->b));
    else
        report_blocks(s, &st->theta->b, ~0u);
}

void report_symbol(const struct session *s, enum term t, struct text *out)
{
    const struct state *st = machine_here(s->machine);
    struct text q = TEXT_INIT, theta = TEXT_INIT;
    text_subscript(&q, (long)st->q_count);
    text_subscript(&theta, (long)st->t);
    const char *symbol = term_name(kind_of(s), t)->symbol;
    switch (t) {
    case TERM_LOGLIK:
        text_addf(out, "%s(θ%s)", symbol, theta.s);
        break;
    case TERM_ENTROPY:
        text_addf(out, "%s(q%s)", symbol, q.s);
        break;
    case TERM_LOGPRIOR:
        text_addf(out, "log p(θ%s)", theta.s);
        break;
    case TERM_KL:
        text_addf(out, kind_of(s) == MODEL_MM ? "%s" : "%s(q%s‖p)", symbol, q.s);
        break;
    default:
        text_addf(out, "%s(q%s,θ%s)", symbol, q.s, theta.s);
        break;
    }
    text_clear(&q);
    text_clear(&theta);
}
