/* SPDX-License-Identifier: GPL-3.0-or-later */
/* show */
#include <stdio.h>
#include <string.h>

#include "base/suggest.h"
#include "shell/dispatch.h"
#include "shell/show.h"

#define SUBJECT(x) extern const struct subject show_##x;
#include "shell/shows.def"
#undef SUBJECT

const struct subject *const show_subjects[] = {
#define SUBJECT(x) &show_##x,
#include "shell/shows.def"
#undef SUBJECT
    NULL,
};

int show_rows(const struct call *c, size_t n, size_t otherwise, size_t *first, size_t *count,
              struct error *e)
{
    const struct option *o = options_find(&c->options, "rows");
    size_t a = 1, b = otherwise < n ? otherwise : n;
    if (o) {
        char from[24] = "", to[24] = "";
        if (o->nvalue)
            snprintf(from, sizeof from, "%s", o->value[0]);
        char *colon = strchr(from, ':');
        snprintf(to, sizeof to, "%s", colon ? colon + 1 : from);
        if (colon)
            *colon = '\0';
        if (!count_parse(from, &a) || !count_parse(to, &b) || a < 1 || b < a || a > n) {
            error_set_at(e, o->at, "rows= is not a range within the rows 1 to %zu", n);
            return error_hint(e, "rows=1:20 are the rows 1 to 20");
        }
        b = b < n ? b : n;
    }
    *first = a - 1;
    *count = b - a + 1;
    return 0;
}

const struct subject *show_find(const char *name)
{
    for (const struct subject *const *k = show_subjects; *k; k++)
        if (strcmp((*k)->name, name) == 0)
            return *k;
    return NULL;
}

static int no_subject(const struct word *w, struct error *e)
{
    struct nearest near = {.typed = w->text};
    struct text all = TEXT_INIT;
    for (size_t i = 0; show_subjects[i]; i++) {
        nearest_try(&near, show_subjects[i]->name);
        text_add_listed(&all, show_subjects[i]->name);
    }
    error_set_at(e, w->at, "show has no '%s'", w->text);
    suggest_nearest(e, &near);
    error_hint(e, "show %s", all.s);
    text_clear(&all);
    return -1;
}

/* The needs and the options are the subject's; its name in errors is "show terms". */
static int run_show(struct session *s, const struct call *c, struct error *e)
{
    static const struct option_spec none[] = {{0}};
    const struct subject *subject = show_find(c->word[0].text);
    if (!subject)
        return no_subject(&c->word[0], e);
    char name[40];
    snprintf(name, sizeof name, "show %s", subject->name);
    struct command as_command = {.name = name, .needs = subject->needs};
    if (dispatch_needs(s, &as_command, e) != 0 ||
        options_check(&c->options, subject->options ? subject->options : none, name, e) != 0)
        return -1;
    session_reply(s, name);
    if (!subject->lets_q_be && s->machine && machine_hold_q(s->machine, e) != 0)
        return -1;
    return subject->run(s, c, e);
}

const struct command cmd_show = {
    .lets_q_be = true,
    .name = "show",
    .group = "look",
    .usage = "show SUBJECT [rows=A:B] [along=em|gradient|PARAM] …",
    .summary = "look at the numbers: terms, θ, q, points, the trace, the bound",
    .details = "help show bound tells the options of a subject.\n"
               "\n"
               "  show terms\n"
               "  show q rows=1:20\n"
               "  show bound along=mu[1] from=1.5 to=2.5 n=11\n",
    .open_options = true,
    .argument = ARG_SUBJECT,
    .min_words = 1,
    .max_words = 1,
    .run = run_show,
};
