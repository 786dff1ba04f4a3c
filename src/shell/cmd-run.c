/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run */
#include <math.h>
#include <string.h>

#include "em/block_json.h"
#include "shell/command.h"
#include "shell/page.h"
#include "shell/report.h"
#include "shell/session.h"

static const struct option_spec run_options[] = {
    {"max", OPTION_COUNT, "N", "iterations at most (set max)"},
    {"tol", OPTION_REAL, "T", "tolerance (set tol)"},
    {"rule", OPTION_CHOICE, "elbo|theta", "stop by the change of the objective, or of θ"},
    {"accel", OPTION_CHOICE, "none|squarem", "extrapolate after every second iteration"},
    {"until", OPTION_WORD, "EXPR", "stop when this is true, e.g. until=\"kl<0.01\""},
    {NULL},
};

struct until {
    struct session *s;
    const char *text;
    struct span at;
};

static int until_holds(void *context, struct error *e)
{
    const struct until *u = context;
    struct expr_value v;
    if (expr_eval(u->s->expr, u->text, (int)u->s->set.digits, &v, e) != 0) {
        e->at = u->at;
        return -1;
    }
    bool holds = v.truth;
    expr_value_clear(&v);
    return holds;
}

static const char *rule_text(const struct session *s, enum run_rule rule)
{
    if (rule == RULE_THETA)
        return "‖Δθ‖";
    bool penalised = s->machine->prior.given && !s->machine->model->prior;
    return penalised ? "relative change of J"
           : s->machine->model->class->kind == MODEL_MM ? "relative change of the surrogate"
                                                        : "relative change of the ELBO";
}

static void add_verdict(const struct session *s, const struct run_result *r, struct text *out)
{
    char change[NUMBER_TEXT], tol[NUMBER_TEXT];
    const char *rule = rule_text(s, r->rule);
    const char *plural = r->squarem ? (r->iterations == 1 ? " (an EM map)" : "s (EM maps)")
                                    : (r->iterations == 1 ? "" : "s");
    number_text(change, r->last_change, 3);
    number_text(tol, r->tol, 3);
    switch (r->verdict) {
    case VERDICT_CONVERGED:
        text_addf(out, "converged after %zu iteration%s: %s %s ≤ %s", r->iterations, plural,
                  rule, change, tol);
        break;
    case VERDICT_LIMIT:
        text_addf(out, "limit reached: %zu iteration%s, %s still %s > %s", r->iterations,
                  plural, rule, change, tol);
        break;
    case VERDICT_DECREASED:
        text_addf(out, "decreased: after %zu iteration%s the objective fell; this is not "
                           "convergence (see ledger)", r->iterations, plural);
        break;
    case VERDICT_INTERRUPTED:
        text_addf(out, "interrupted after %zu iteration%s; q and θ are whole",
                  r->iterations, plural);
        break;
    case VERDICT_UNTIL:
        text_addf(out, "until= holds after %zu iteration%s", r->iterations, plural);
        break;
    }
}

static void say_verdict(struct session *s, const struct run_result *r)
{
    struct page page = page_of(s);
    struct text words = TEXT_INIT;
    char limit[NUMBER_TEXT];

    add_verdict(s, r, &words);
    page_words(&page, words.s, 0, 5);
    text_clear(&words);
    double j = terms_objective(&machine_here(s->machine)->terms);
    if (isfinite(r->aitken) && fabs(r->aitken - j) > 1e-6 * fmax(1.0, fabs(j)))
        text_addf(&s->out, "     by Aitken's estimate the limit is %s: not there yet\n",
                  number_text(limit, r->aitken, (int)s->set.digits));
}

static void report_run(struct session *s, const struct run_result *r)
{
    json_t *reply = session_reply(s, NULL);
    if (!reply) {
        say_verdict(s, r);
        report_state(s);
        return;
    }
    report_terms_json(s, reply);
    json_object_set_new(reply, "iterations", json_integer((json_int_t)r->iterations));
    json_object_set_new(reply, "verdict", json_string(verdict_name(r->verdict)));
    json_object_set_new(reply, "rule", json_string(r->rule == RULE_THETA ? "theta" : "elbo"));
    json_object_set_new(reply, "change", json_number(r->last_change));
    json_object_set_new(reply, "tol", json_number(r->tol));
    json_object_set_new(reply, "aitken", json_number(r->aitken));
    json_object_set_new(reply, "seconds", json_real(r->seconds));
}

static int read_run(struct session *s, const struct call *c, struct run_how *how,
                    struct until *until, struct error *e)
{
    int rule = s->set.rule, accel = 0;
    *how = (struct run_how){.max = s->set.max, .tol = s->set.tol, .interrupt = s->interrupt};
    if (options_count(&c->options, "max", 1, 1000000000, &how->max, e) != 0 ||
        options_real(&c->options, "tol", 0.0, 1.0, &how->tol, e) != 0 ||
        options_choice(&c->options, "rule", "elbo|theta", &rule, e) != 0 ||
        options_choice(&c->options, "accel", "none|squarem", &accel, e) != 0)
        return -1;
    how->rule = (enum run_rule)rule;
    how->squarem = accel == 1;
    const struct option *given = options_find(&c->options, "until");
    if (given && given->nvalue) {
        *until = (struct until){s, given->value[0], given->value_at[0]};
        how->until = until_holds;
        how->context = until;
    }
    return 0;
}

static int run_run(struct session *s, const struct call *c, struct error *e)
{
    struct run_how how;
    struct run_result result;
    struct until until;
    size_t gone = s->machine->let_go;
    if (!machine_here(s->machine) && !s->machine->pending_q) {
        error_set(e, "run needs θ");
        return error_hint(e, "init makes a start, theta sets one by hand");
    }
    if (read_run(s, c, &how, &until, e) != 0 ||
        machine_run(s->machine, &how, &result, e) != 0)
        return -1;
    report_memory(s, gone);
    report_run(s, &result);
    return result.verdict == VERDICT_INTERRUPTED ? session_interrupted(s, e) : 0;
}

const struct command cmd_run = {
    .lets_q_be = true,
    .name = "run",
    .group = "step",
    .usage = "run [max=N] [tol=T] [rule=elbo|theta] [until=EXPR] [accel=squarem]",
    .summary = "M and E in turn until nothing moves any more",
    .details = "Ends with an E, and says which rule stopped it: converged, limit reached, or\n"
               "decreased (never called converged). rule=elbo looks at the change of ELBO (J\n"
               "with a prior) over a full iteration, relative to max(1,|J|); rule=theta at ‖Δθ‖,\n"
               "which goes on longer where ℓ is flat. Every half-step is in show trace. ^C stops\n"
               "between half-steps.\n"
               "\n"
               "accel=squarem extrapolates from every two iterations and takes a third (Varadhan\n"
               "& Roland 2008): monotone, it falls back to EM; iterations count every EM map.\n"
               "\n"
               "  run\n"
               "  run rule=theta tol=1e-10\n"
               "  run max=50 until=\"kl < 1e-3\"\n",
    .needs = NEED_MODEL,
    .options = run_options,
    .max_words = 0,
    .run = run_run,
};
