/* SPDX-License-Identifier: GPL-3.0-or-later */
/* back, forward, goto, mark: time travel over half-steps. */
#include <ctype.h>
#include <string.h>

#include "shell/command.h"
#include "shell/report.h"
#include "shell/session.h"

static int read_count(const struct call *c, size_t *n, struct error *e)
{
    *n = 1;
    if (c->nword == 0 || (count_parse(c->word[0].text, n) && *n >= 1))
        return 0;
    error_set_at(e, c->word[0].at, "'%s' is not a number of half-steps", c->word[0].text);
    return error_hint(e, "to go to a state by its name: goto %s", c->word[0].text);
}

static int travel(struct session *s, const struct call *c,
                  int (*go)(struct machine *m, size_t n, struct error *e), struct error *e)
{
    size_t n;
    if (read_count(c, &n, e) != 0 || go(s->machine, n, e) != 0)
        return -1;
    report_state(s);
    return 0;
}

static int run_back(struct session *s, const struct call *c, struct error *e)
{
    return travel(s, c, machine_back, e);
}

static int run_forward(struct session *s, const struct call *c, struct error *e)
{
    return travel(s, c, machine_forward, e);
}

static int run_goto(struct session *s, const struct call *c, struct error *e)
{
    long at;
    if (machine_find(s->machine, c->word[0].text, &at, e) != 0)
        return error_place(e, c->word[0].at);
    if (machine_goto(s->machine, at, e) != 0)
        return -1;
    report_state(s);
    return 0;
}

/* A mark is a word of letters, digits, _ and -, that does not begin like a state (3M). */
static int check_name(const struct word *w, struct error *e)
{
    const char *p = w->text;
    bool good = isalpha((unsigned char)*p) || *p == '_';
    for (; *p; p++)
        good = good && (isalnum((unsigned char)*p) || *p == '_' || *p == '-');
    if (good && p - w->text <= 40)
        return 0;
    error_set_at(e, w->at, "'%s' cannot name a state", w->text);
    return error_hint(e, "a letter, then letters, digits, _ or -: mark before_collapse");
}

static void list_marks(struct session *s)
{
    json_t *reply = session_reply(s, NULL), *all = json_object();
    for (size_t i = 0; i < s->machine->nmark; i++) {
        const struct mark *m = &s->machine->mark[i];
        json_object_set_new(all, m->name, json_string(s->machine->state[m->at].label));
        if (!reply)
            text_addf(&s->out, "  %s  %s\n", s->machine->state[m->at].label, m->name);
    }
    if (reply)
        json_object_set(reply, "marks", all);
    else if (s->machine->nmark == 0)
        text_add(&s->out, "no marks yet: mark NAME\n");
    json_decref(all);
}

static int run_mark(struct session *s, const struct call *c, struct error *e)
{
    if (c->nword == 0) {
        list_marks(s);
        return 0;
    }
    if (check_name(&c->word[0], e) != 0 || machine_mark(s->machine, c->word[0].text, e) != 0)
        return -1;
    json_t *reply = session_reply(s, NULL);
    const char *label = machine_here(s->machine)->label;
    if (reply)
        json_object_set_new(reply, "marked", json_string(label));
    else if (!s->quiet)
        text_addf(&s->out, "%s is marked %s: goto %s comes back to it\n", label,
                  c->word[0].text, c->word[0].text);
    return 0;
}

const struct command cmd_back = {
    .lets_q_be = true,
    .name = "back",
    .group = "step",
    .usage = "back [N]",
    .summary = "go back N half-steps",
    .details = "The states ahead stay: forward returns to them. A step taken from an earlier\n"
               "state starts a branch; the old branch can still be gone to.\n",
    .needs = NEED_MODEL | NEED_THETA,
    .argument = ARG_NUMBER,
    .max_words = 1,
    .run = run_back,
};

const struct command cmd_forward = {
    .lets_q_be = true,
    .name = "forward",
    .group = "step",
    .usage = "forward [N]",
    .summary = "go forward again, N half-steps",
    .details = "Along the branch that was visited last.\n",
    .needs = NEED_MODEL | NEED_THETA,
    .argument = ARG_NUMBER,
    .max_words = 1,
    .run = run_forward,
};

const struct command cmd_goto = {
    .lets_q_be = true,
    .name = "goto",
    .group = "step",
    .usage = "goto STATE|MARK",
    .summary = "go to a state: 0, 0E, 1M, 3E.2, or a mark",
    .details = "t counts M-steps: 0, 0E, 1M, 1E, 2M …; 3 alone is 3M; a repeat is 3E.2; a q or a\n"
               "θ set by hand is a state of its own (3q, 3theta). show trace lists them.\n",
    .needs = NEED_MODEL | NEED_THETA,
    .argument = ARG_STATE,
    .min_words = 1,
    .max_words = 1,
    .run = run_goto,
};

const struct command cmd_mark = {
    .lets_q_be = true,
    .name = "mark",
    .group = "step",
    .usage = "mark [NAME]",
    .summary = "give this state a name, to come back to",
    .details = "  mark before_collapse\n  goto before_collapse\n",
    .needs = NEED_MODEL | NEED_THETA,
    .argument = ARG_WORD,
    .max_words = 1,
    .run = run_mark,
};
