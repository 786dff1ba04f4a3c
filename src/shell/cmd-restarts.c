/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restarts: many starts, and the table of the optima that they reach. */
#include <stdio.h>

#include "base/memory.h"
#include "em/block_json.h"
#include "em/starts.h"
#include "shell/command.h"
#include "shell/grid.h"
#include "shell/report.h"

enum { STARTS_MOST = 100000, OPTIMA_SHOWN = 10, OPTIMA_COMPARED = 5, ENTRIES_SHOWN = 40,
       REFUSALS_SHOWN = 5 };

static const struct option_spec restarts_options[] = {
    {"seed", OPTION_COUNT, "N", "of the first start, the next has N + 1 …; set seed when left out"},
    {"method", OPTION_WORD, "METHOD", "a start of the model, as init has it; random when left out"},
    {NULL},
};

static int read_restarts(const struct session *s, const struct call *c, struct starts_how *how,
                         struct error *e)
{
    size_t seed = s->set.seed;
    *how = (struct starts_how){
        .run = {.max = s->set.max, .tol = s->set.tol, .rule = (enum run_rule)s->set.rule,
                .interrupt = s->interrupt}};
    if (!count_parse(c->word[0].text, &how->n) || how->n < 1 || how->n > STARTS_MOST) {
        error_set_at(e, c->word[0].at, "'%s' is not a number of starts from 1 to %d",
                     c->word[0].text, STARTS_MOST);
        return error_hint(e, "restarts 20");
    }
    if (options_count(&c->options, "seed", 0, (size_t)1 << 32, &seed, e) != 0)
        return -1;
    how->seed = seed;
    const struct option *method = options_find(&c->options, "method");
    how->method = starts_method(s->machine->model, options_word(&c->options, "method", NULL),
                                "random", e);
    return how->method ? 0 : error_place(e, method->at);
}

/* ---- text -------------------------------------------------------------------------------- */

static void iterations(struct grid *g, const struct optimum *o)
{
    char cell[64];
    if (o->fewest == o->most)
        snprintf(cell, sizeof cell, "%zu", o->most);
    else
        snprintf(cell, sizeof cell, "%zu…%zu", o->fewest, o->most);
    grid_right(g, cell);
}

static const char *value_symbol(const struct session *s)
{
    return term_name(s->machine->model->class->kind, starts_term(s->machine))->symbol;
}

static void optima_table(struct session *s, const struct starts *found)
{
    struct grid g;
    grid_init(&g, (int)s->set.digits);
    grid_left(&g, "optimum");
    grid_right(&g, value_symbol(s));
    grid_right(&g, "starts");
    grid_right(&g, "iterations");
    grid_right(&g, "seed");
    grid_left(&g, "");
    grid_row(&g);
    for (size_t i = 0; i < found->noptimum && i < OPTIMA_SHOWN; i++) {
        const struct optimum *o = &found->optimum[i];
        char note[64] = "";
        if (o->unsettled)
            snprintf(note, sizeof note, "%zu not converged", o->unsettled);
        grid_count(&g, i + 1);
        grid_number(&g, o->value);
        grid_count(&g, o->starts);
        iterations(&g, o);
        grid_count(&g, o->seed);
        grid_left(&g, note);
        grid_row(&g);
    }
    grid_print(&g, &s->out, session_width(s));
    grid_clear(&g);
    if (found->noptimum > OPTIMA_SHOWN)
        text_addf(&s->out, "  … and %zu more\n", found->noptimum - OPTIMA_SHOWN);
}

/* θ of the best few side by side. */
static void theta_table(struct session *s, const struct starts *found)
{
    const struct layout *l = &s->machine->model->theta;
    size_t n = found->noptimum < OPTIMA_COMPARED ? found->noptimum : OPTIMA_COMPARED;
    if (n < 2 || l->size > ENTRIES_SHOWN)
        return;
    struct grid g;
    grid_init(&g, (int)s->set.digits);
    grid_left(&g, "θ");
    for (size_t i = 0; i < n; i++)
        grid_count(&g, i + 1);
    grid_row(&g);
    for (size_t b = 0; b < l->nblock; b++)
        for (size_t j = 0; j < l->block[b].size; j++) {
            struct text name = TEXT_INIT;
            block_entry_name(&l->block[b], j, &name);
            grid_left(&g, name.s);
            for (size_t i = 0; i < n; i++)
                grid_number(&g, found->optimum[i].theta->b.v[l->block[b].offset + j]);
            grid_row(&g);
            text_clear(&name);
        }
    grid_print(&g, &s->out, session_width(s));
    grid_clear(&g);
}

static void say_refused(struct session *s, const struct starts *found)
{
    if (found->nrefused)
        text_addf(&s->out, "  degenerate: %zu start%s, at which a step was refused\n",
                  found->nrefused, found->nrefused == 1 ? "" : "s");
    for (size_t i = 0; i < found->nrefused && i < REFUSALS_SHOWN; i++)
        text_addf(&s->out, "    seed %lu: %s\n", found->refused[i].seed, found->refused[i].why);
    if (found->nrefused > REFUSALS_SHOWN)
        text_addf(&s->out, "    …\n");
}

static void say(struct session *s, const struct starts_how *how, const struct starts *found)
{
    text_addf(&s->out, "%s%zu start%s (%s), %zu optim%s\n",
              found->interrupted ? "interrupted after " : "", found->done,
              found->done == 1 ? "" : "s", how->method, found->noptimum,
              found->noptimum == 1 ? "um" : "a");
    optima_table(s, found);
    theta_table(s, found);
    say_refused(s, found);
    text_add(&s->out, "here is the best of them, a start of its own: goto best comes back\n");
    report_state(s);
}

/* ---- JSON -------------------------------------------------------------------------------- */

static json_t *optimum_json(const struct optimum *o)
{
    json_t *j = json_object();
    json_object_set_new(j, "value", json_number(o->value));
    json_object_set_new(j, "starts", json_integer((json_int_t)o->starts));
    json_object_set_new(j, "fewest", json_integer((json_int_t)o->fewest));
    json_object_set_new(j, "most", json_integer((json_int_t)o->most));
    json_object_set_new(j, "not_converged", json_integer((json_int_t)o->unsettled));
    json_object_set_new(j, "seed", json_integer((json_int_t)o->seed));
    json_object_set_new(j, "theta", blocks_to_json(&o->theta->b));
    return j;
}

static void reply_json(struct session *s, const struct starts_how *how,
                       const struct starts *found)
{
    json_t *reply = session_reply(s, NULL), *optima = json_array(), *refused = json_array();
    for (size_t i = 0; i < found->noptimum; i++)
        json_array_append_new(optima, optimum_json(&found->optimum[i]));
    for (size_t i = 0; i < found->nrefused; i++)
        json_array_append_new(refused,
                              json_pack("{sI ss}", "seed", (json_int_t)found->refused[i].seed,
                                        "reason", found->refused[i].why));
    report_terms_json(s, reply);
    json_object_set_new(reply, "starts", json_integer((json_int_t)found->done));
    json_object_set_new(reply, "method", json_string(how->method));
    json_object_set_new(reply, "interrupted", json_boolean(found->interrupted));
    json_object_set_new(reply, "optima", optima);
    json_object_set_new(reply, "degenerate", refused);
}

/* ---- the command ------------------------------------------------------------------------- */

static int nothing_found(const struct starts *found, struct error *e)
{
    if (found->nrefused == 0) {
        error_set(e, "interrupted before the first start came to its end");
        e->kind = ERROR_INTERRUPTED;
        return -1;
    }
    error_set(e, "%s of %zu start%s was refused a step: seed %lu, %.300s",
              found->nrefused == 1 ? "the one" : "each", found->nrefused,
              found->nrefused == 1 ? "" : "s", found->refused[0].seed, found->refused[0].why);
    return error_hint(e, "take fewer components, or put a prior on them (help prior)");
}

static int report(struct session *s, const struct starts_how *how, const struct starts *found,
                  struct error *e)
{
    size_t gone = s->machine->let_go;
    long before = s->machine->here;
    if (found->noptimum == 0)
        return nothing_found(found, e);
    if (starts_take(s->machine, &found->optimum[0], e) != 0 ||
        machine_mark(s->machine, "best", e) != 0) {
        struct error none;
        if (before != NO_STATE)
            machine_goto(s->machine, before, &none);
        return -1;
    }
    report_memory(s, gone);
    (s->json ? reply_json : say)(s, how, found);
    return 0;
}

/* What was found stays with the machine, for plot optima. */
static int run_restarts(struct session *s, const struct call *c, struct error *e)
{
    struct starts_how how;
    if (read_restarts(s, c, &how, e) != 0)
        return -1;
    struct starts *found = NEW(struct starts);
    if (!found)
        return error_no_memory(e);
    if (starts_run(s->machine, &how, found, e) != 0 || report(s, &how, found, e) != 0) {
        starts_free(found);
        return -1;
    }
    bool interrupted = found->interrupted;
    starts_keep(s->machine, found);
    return interrupted ? session_interrupted(s, e) : 0;
}

const struct command cmd_restarts = {
    .name = "restarts",
    .group = "step",
    .usage = "restarts N [seed=N] [method=METHOD]",
    .summary = "run from N starts: the table of the optima that they reach",
    .details = "EM climbs the hill that it stands on. Each start is an init and a run (set tol,\n"
               "max and rule hold); those that end within 1e-6 of one another, relative, have\n"
               "found one optimum. Components are renumbered to fit those of the best optimum.\n"
               "A start at which a step was refused is degenerate, and its reason is told.\n"
               "\n"
               "The best one becomes a new start of the machine, marked best; init METHOD with\n"
               "the seed of its row, and a run, come to it too. ^C stops, with what was found.\n"
               "plot optima shows where each start ended.\n"
               "\n"
               "  restarts 20\n"
               "  restarts 50 seed=100 method=kmeans++\n",
    .needs = NEED_MODEL,
    .options = restarts_options,
    .argument = ARG_NUMBER,
    .min_words = 1,
    .max_words = 1,
    .run = run_restarts,
};
