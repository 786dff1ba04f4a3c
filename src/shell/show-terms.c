/* SPDX-License-Identifier: GPL-3.0-or-later */
/* show terms, show theta, show trace, show settings */
#include <math.h>

#include "base/memory.h"
#include "em/block_json.h"
#include "shell/grid.h"
#include "shell/report.h"
#include "shell/show.h"

static void add_term(struct session *s, struct grid *g, enum term t, const struct state *now,
                     const struct state *was)
{
    const struct model *m = s->machine->model;
    bool out_of_reach = m->terms_intractable >> t & 1u;
    if (!(now->terms.have & TERM_BIT(t)) && !out_of_reach)
        return;
    struct text symbol = TEXT_INIT;
    report_symbol(s, t, &symbol);
    grid_left(g, symbol.s);
    grid_left(g, term_name(m->class->kind, t)->formula);
    text_clear(&symbol);
    if (out_of_reach)
        grid_right(g, "intractable");
    else
        grid_number(g, report_value(now, t));
    if (!out_of_reach && was && was->terms.have & TERM_BIT(t))
        grid_change(g, report_change(now, was, t));
    grid_row(g);
}

/* The model's own numbers: ising's log C(J), maxent's entropy of p. */
static void add_extras(struct session *s, struct grid *g, const struct state *now,
                       const struct state *was)
{
    const struct extra_term *extra = s->machine->model->class->extras;
    double v[EXTRAS_MOST], before[EXTRAS_MOST];
    int n = report_extras(s, now, v), had = was ? report_extras(s, was, before) : 0;
    for (int i = 0; i < n; i++) {
        if (isnan(v[i]))
            continue;
        grid_left(g, extra[i].symbol);
        grid_left(g, extra[i].formula);
        grid_number(g, v[i]);
        if (i < had && !isnan(before[i]))
            grid_change(g, v[i] - before[i]);
        grid_row(g);
    }
}

static void say_residual(struct session *s, const char *what, double residual, double tolerance)
{
    char number[NUMBER_TEXT];
    if (isnan(residual))
        text_addf(&s->out, "  %s  n/a: a side is infinite or does not exist\n", what);
    else
        text_addf(&s->out, "  %s  to %s %s\n", what, number_text(number, residual, 1),
                  residual <= tolerance ? "✓" : "✗");
}

static void say_residuals(struct session *s, const struct terms *t)
{
    if ((t->have & TERMS_EM) != TERMS_EM)
        return;
    const double *v = t->value;
    double tolerance = terms_tolerance(t);
    say_residual(s, "ℓ = Q − H    ", fabs(v[TERM_LOGLIK] - (v[TERM_Q] - v[TERM_H])), tolerance);
    say_residual(s, "ℓ = ELBO + KL", fabs(v[TERM_LOGLIK] - (v[TERM_ELBO] + v[TERM_KL])),
                 tolerance);
}

static int run_terms(struct session *s, const struct call *c, struct error *e)
{
    static const char *const by[] = {"", "by this E", "by this M", "by this q", "by this θ"};
    const struct state *now = machine_here(s->machine), *was = machine_before(s->machine);
    (void)c;
    (void)e;
    if (s->json) {
        report_terms_json(s, session_reply(s, NULL));
        return 0;
    }
    struct grid g;
    grid_init(&g, (int)s->set.digits);
    grid_left(&g, "");
    grid_left(&g, "");
    grid_right(&g, "value");
    if (was)
        grid_right(&g, by[now->step.phase]);
    grid_row(&g);
    for (int t = 0; t < TERM_COUNT; t++)
        add_term(s, &g, (enum term)t, now, was);
    add_extras(s, &g, now, was);
    grid_print(&g, &s->out, session_width(s));
    grid_clear(&g);
    say_residuals(s, &now->terms);
    return 0;
}

const struct subject show_terms = {
    .lets_q_be = true,
    .name = "terms",
    .summary = "every term and what the last half-step did to it",
    .needs = NEED_MODEL | NEED_THETA,
    .run = run_terms,
};

static int run_theta(struct session *s, const struct call *c, struct error *e)
{
    (void)c;
    (void)e;
    report_theta(s);
    return 0;
}

const struct subject show_theta = {
    .lets_q_be = true,
    .name = "theta",
    .summary = "the parameters",
    .needs = NEED_MODEL | NEED_THETA,
    .run = run_theta,
};

/* ---- trace ------------------------------------------------------------------------------ */

static void trace_heads(struct session *s, struct grid *g)
{
    grid_left(g, "  state");
    for (int t = 0; t < TERM_COUNT; t++) {
        const char *symbol = term_name(s->machine->model->class->kind, (enum term)t)->symbol;
        if (symbol && (machine_here(s->machine)->terms.have & TERM_BIT(t)))
            grid_right(g, symbol);
    }
    grid_row(g);
}

static void trace_row(struct session *s, struct grid *g, const struct state *st, bool here)
{
    unsigned shown = machine_here(s->machine)->terms.have;
    struct text label = TEXT_INIT;
    text_addf(&label, "%s %s", here ? "→" : " ", st->label);
    grid_left(g, label.s);
    text_clear(&label);
    for (int t = 0; t < TERM_COUNT; t++) {
        if (!(shown & TERM_BIT(t)))
            continue;
        if (st->terms.have & TERM_BIT(t))
            grid_number(g, report_value(st, (enum term)t));
        else
            grid_right(g, "");
    }
    grid_row(g);
}

static json_t *trace_json(const struct session *s, const struct state *st)
{
    json_t *one = json_pack("{ss si ss}", "label", st->label, "t", (int)st->t, "phase",
                            phase_name(st->step.phase));
    for (int t = 0; t < TERM_COUNT; t++)
        if (st->terms.have & TERM_BIT(t))
            json_object_set_new(one,
                                term_name(s->machine->model->class->kind, (enum term)t)->key,
                                json_number(st->terms.value[t]));
    return one;
}

static int run_trace(struct session *s, const struct call *c, struct error *e)
{
    long *at;
    size_t n, here, first, count;
    if (machine_path(s->machine, &at, &n, &here, e) != 0)
        return -1;
    if (show_rows(c, n, n, &first, &count, e) != 0) {
        mem_free(at);
        return -1;
    }
    struct grid g;
    json_t *reply = session_reply(s, NULL), *all = reply ? json_array() : NULL;
    grid_init(&g, (int)s->set.digits);
    trace_heads(s, &g);
    for (size_t i = first; i < first + count; i++) {
        const struct state *st = &s->machine->state[at[i]];
        if (reply)
            json_array_append_new(all, trace_json(s, st));
        else
            trace_row(s, &g, st, i == here);
    }
    if (reply) {
        json_object_set_new(reply, "trace", all);
        json_object_set_new(reply, "here", json_string(s->machine->state[at[here]].label));
    } else {
        grid_print(&g, &s->out, session_width(s));
    }
    grid_clear(&g);
    mem_free(at);
    return 0;
}

static const struct option_spec trace_options[] = {
    {"rows", OPTION_WORD, "A:B", "these states alone, from 1"},
    {NULL},
};

const struct subject show_trace = {
    .lets_q_be = true,
    .name = "trace",
    .summary = "every state with its terms",
    .needs = NEED_MODEL | NEED_THETA,
    .options = trace_options,
    .run = run_trace,
};

static int run_settings(struct session *s, const struct call *c, struct error *e)
{
    (void)c;
    (void)e;
    json_t *reply = session_reply(s, NULL);
    if (reply)
        json_object_set_new(reply, "settings", settings_to_json(&s->set));
    else
        settings_show(&s->set, &s->out);
    return 0;
}

const struct subject show_settings = {
    .lets_q_be = true,
    .name = "settings",
    .summary = "what set can change",
    .run = run_settings,
};
