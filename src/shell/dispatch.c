/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell/dispatch.h"

#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "base/suggest.h"
#include "shell/elsewhere.h"
#include "shell/plotting.h"

static const struct command no_command;

static bool has_data(const struct session *s)
{
    return s->data || s->machine;
}

static const struct state *state_here(const struct session *s)
{
    return s->machine ? machine_here(s->machine) : NULL;
}

static bool has_q(const struct session *s)
{
    const struct state *here = state_here(s);
    return s->machine && (s->machine->pending_q || (here && here->has_q));
}

int dispatch_needs(const struct session *s, const struct command *c, struct error *e)
{
    unsigned needs = c->needs;

    if ((needs & NEED_DATA) && !has_data(s))
        return error_set(e, "%s needs data: load a table first, e.g. load faithful", c->name);
    if ((needs & (NEED_MODEL | NEED_THETA | NEED_Q)) && !s->machine)
        return error_set(e, "%s needs a model: %schoose one, e.g. model gmm k=2", c->name,
                         has_data(s) ? "" : "load data, then ");
    if ((needs & NEED_THETA) && !state_here(s))
        return error_set(e, "%s needs θ: init makes a start, theta sets one by hand", c->name);
    if ((needs & NEED_Q) && !has_q(s))
        return error_set(e, "%s needs q: take an e first, or set one with q", c->name);
    return 0;
}

static bool legal(const struct session *s, const struct command *c)
{
    struct error unused;
    return dispatch_needs(s, c, &unused) == 0;
}

static int no_such_command(const char *verb, struct span at, struct error *e)
{
    struct nearest near = {.typed = verb};

    error_set_at(e, at, "no command '%s'", verb);
    bool known = elsewhere_known(verb, &near);
    for (size_t i = 0; commands[i] && !known; i++)
        nearest_try(&near, commands[i]->name);
    suggest_nearest(e, &near);
    return -1;
}

static int ambiguous(const char *verb, struct span at, const struct command *const *match,
                     size_t n, struct error *e)
{
    struct text all = TEXT_INIT;
    for (size_t i = 0; i < n; i++)
        text_add_listed(&all, match[i]->name);
    error_set_at(e, at, "ambiguous command: %s, could be: %s", verb, all.s);
    text_clear(&all);
    return -1;
}

/* The commands that begin with `verb`, and are legal now or not, into match[]. */
static size_t matching(const struct session *s, const char *verb, bool now,
                       const struct command **match, size_t room)
{
    size_t n = 0;
    for (size_t i = 0; commands[i] && n < room; i++)
        if (strncmp(commands[i]->name, verb, strlen(verb)) == 0 && legal(s, commands[i]) == now)
            match[n++] = commands[i];
    return n;
}

int dispatch_find(const struct session *s, const char *verb, struct span at, bool prefixes,
                  const struct command **c, struct error *e)
{
    const struct command *match[40];

    *c = command_find(verb);
    if (*c)
        return 0;
    size_t n = prefixes && verb[0] ? matching(s, verb, true, match, 40) : 0;
    if (prefixes && verb[0] && n == 0)
        n = matching(s, verb, false, match, 40);
    if (n == 0)
        return no_such_command(verb, at, e);
    if (n > 1)
        return ambiguous(verb, at, match, n, e);
    *c = match[0];
    return 0;
}

static char *verb_text(const struct statement *st)
{
    struct span at = parse_verb(st);
    return mem_copy_bytes(st->text + at.offset, at.length);
}

static int find_for(const struct session *s, const struct statement *st, bool prefixes,
                    const struct command **c, struct error *e)
{
    char *verb = verb_text(st);
    if (!verb)
        return error_no_memory(e);
    struct span at = parse_verb(st);
    if (at.length == 0)
        at.length = 1;
    int failed = dispatch_find(s, verb, at, prefixes, c, e);
    if (failed && !strstr(e->message, "did you mean") && !e->hint[0])
        elsewhere_expression(s, st->text, verb, e);
    mem_free(verb);
    return failed;
}

void dispatch_in_full(const struct session *s, const struct statement *st, bool prefixes,
                      struct text *out)
{
    const struct command *c = NULL;
    struct error unused;
    char *verb = verb_text(st);

    if (!verb)
        return;
    bool known = dispatch_find(s, verb, parse_verb(st), prefixes, &c, &unused) == 0;
    bool alias = known && c->alias && strcmp(verb, c->alias) == 0;
    text_add(out, known && !alias ? c->name : verb);
    const char *rest = st->text + strlen(verb);
    mem_free(verb);
    if (!st->block) {
        text_add(out, rest);
        return;
    }
    text_add_bytes(out, rest, (size_t)(st->text + st->block - rest));
    text_add(out, "{ ");
    for (size_t i = 0; i < st->nbody; i++) {
        dispatch_in_full(s, &st->body[i], prefixes, out);
        text_add(out, i + 1 < st->nbody ? "; " : " ");
    }
    text_add(out, "}");
}

static int check_words(const struct command *c, const struct call *call, struct error *e)
{
    if (call->has_block && strcmp(c->name, "repeat") != 0)
        error_set_at(e, (struct span){call->verb_at.offset, call->verb_at.length},
                     "%s takes no block", c->name);
    else if (call->nword < c->min_words)
        error_set_at(e, call->verb_at, "%s needs %s", c->name,
                     call->nword ? "one word more" : "a word after it");
    else if (call->nword > c->max_words && c->max_words == 0)
        error_set_at(e, call->word[0].at, "%s takes no '%s'", c->name, call->word[0].text);
    else if (call->nword > c->max_words)
        error_set_at(e, call->word[c->max_words].at, "'%s' is one word too many for %s",
                     call->word[c->max_words].text, c->name);
    else
        return 0;
    return error_hint(e, "usage: %s", c->usage);
}

static int check_call(const struct command *c, const struct call *call, struct error *e)
{
    static const struct option_spec none[] = {{0}};

    if (c->raw)
        return 0;
    if (check_words(c, call, e) != 0)
        return -1;
    if (c->open_options)
        return 0;
    return options_check(&call->options, c->options ? c->options : none, c->name, e);
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void say_time(struct session *s, double took)
{
    json_t *reply = session_reply(s, NULL);

    json_object_set_new(reply, "elapsed", json_real(took));
    if (!s->json && s->timeless)
        text_add(&s->out, "time: …\n");
    else if (!s->json)
        text_addf(&s->out, took < 1.0 ? "time: %.3f ms\n" : "time: %.3f s\n",
                  took < 1.0 ? 1e3 * took : took);
}

/* set autoplot: whatever moved the state, the pictures follow.  One that cannot be drawn is a
 * notice: the step itself went well. */
static void follow_with_pictures(struct session *s, const struct machine *machine, long here)
{
    struct error e = {0};
    bool moved = s->machine && (s->machine != machine || s->machine->here != here);
    if (moved && s->set.autoplot[0] && plot_after_step(s, &e) != 0)
        session_note(s, "autoplot: %s", e.message);
}

static int run_call(struct session *s, const struct command *c, const struct call *call,
                    struct error *e)
{
    double start = seconds();
    const struct machine *machine = s->machine;
    long here = machine ? machine->here : NO_STATE;

    s->running = c;
    int failed = c->lets_q_be || !s->machine ? 0 : machine_hold_q(s->machine, e);
    if (!failed)
        failed = c->run(s, call, e);
    s->running = c; /* repeat and source ran others meanwhile */
    if (!failed && !c->raw && !call->has_block)
        follow_with_pictures(s, machine, here);
    if (!failed && s->timer)
        say_time(s, seconds() - start);
    return failed;
}

/* History and recordings keep what was typed or stood in the script, not what it ran in turn. */
static void note_for_record(struct session *s, const struct command *c, const struct text *full)
{
    struct text lines = TEXT_INIT;

    if (!s->record.on || c->silent_in_history || full->failed)
        return;
    text_addf(&lines, "%s\n%s", full->s, s->answered.s);
    if (!lines.failed)
        session_write_along(s, &s->record, "record", lines.s);
    text_clear(&lines);
}

/* The command went well, but pieces of what it says were dropped on the way. */
static int half_told(struct error *e)
{
    error_set(e, "out of memory: the command is done, but its answer is not whole");
    return error_hint(e, "show and print tell what there is now");
}

/* What failed for want of memory may have taken it for something else; "": it is told already. */
static void blame_memory(struct error *e)
{
    if (e->kind == ERROR_COMMAND && e->message[0] && !strstr(e->message, "memory"))
        error_no_memory(e);
}

int dispatch_run(struct session *s, const struct statement *st, bool prefixes, struct error *e)
{
    const struct command *c = &no_command;
    struct call call = {0};
    struct text full = TEXT_INIT;
    long failures = mem_failures();

    s->failures = failures;
    if (s->depth == 0)
        dispatch_in_full(s, st, prefixes, &full);
    int failed = find_for(s, st, prefixes, &c, e) != 0 ||
                 elsewhere_call(s, c, st, e) != 0 || dispatch_needs(s, c, e) != 0 ||
                 parse_call(st, c->raw, &call, e) != 0;
    if (!failed) {
        failed = check_call(c, &call, e) != 0 || run_call(s, c, &call, e) != 0;
        call_clear(&call);
    }
    session_flush(s);
    if (s->depth == 0 && !failed)
        note_for_record(s, c, &full);
    bool ran_short = mem_failures() != failures, half = ran_short && !failed;
    if (half)
        half_told(e);
    else if (ran_short)
        blame_memory(e);
    if ((failed || half) && e->at.length == 0)
        error_place(e, parse_verb(st));
    if (s->depth == 0) {
        text_addf(&s->echo, "%s%s", s->echo.length ? "; " : "", full.s);
        text_reset(&s->answered);
    }
    text_clear(&full);
    return failed || half ? -1 : 0;
}
