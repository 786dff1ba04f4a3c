/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/memory.h"
#include "shell/command.h"
#include "shell/parse.h"
#include "shell/session.h"
#include "shell/show.h"

static int show_one(struct session *s, const struct word *name, struct error *e)
{
    struct text value = TEXT_INIT;
    int failed = settings_get(&s->set, name->text, &value, e);

    if (failed) {
        error_place(e, name->at);
    } else {
        json_object_set_new(session_reply(s, NULL), name->text, json_string(value.s));
        if (!s->json)
            text_addf(&s->out, "%s %s\n", name->text, value.length ? value.s : "–");
    }
    text_clear(&value);
    return failed;
}

static int set_options(struct session *s, const struct call *c, struct settings *changed,
                       struct error *e)
{
    (void)s;
    for (size_t i = 0; i < c->options.count; i++) {
        const struct option *o = &c->options.item[i];
        char *value = parse_joined(o);
        if (!value)
            return error_no_memory(e);
        int failed = o->nindex ? error_set(e, "%s takes no [index]", o->name)
                               : settings_set(changed, o->name, value, e);
        mem_free(value);
        if (failed)
            return error_place(e, o->at);
    }
    return 0;
}

static int run(struct session *s, const struct call *c, struct error *e)
{
    struct settings changed = s->set;

    if (c->nword == 0 && c->options.count == 0)
        return show_find("settings")->run(s, c, e);
    if (c->nword == 1 && c->options.count == 0)
        return show_one(s, &c->word[0], e);
    if (set_options(s, c, &changed, e) != 0)
        return -1;
    if (c->nword == 1)
        return error_set_at(e, c->word[0].at, "'%s' has no value here", c->word[0].text);
    if (c->nword == 2 && settings_set(&changed, c->word[0].text, c->word[1].text, e) != 0)
        return error_place(e, c->word[1].at);
    s->set = changed;
    if (s->machine) {
        s->machine->history_limit = changed.history_limit << 20;
        s->machine->model->threads = changed.threads;
    }
    return 0;
}

const struct command cmd_set = {
    .lets_q_be = true,
    .name = "set",
    .group = "session",
    .usage = "set [NAME [VALUE]] [NAME=VALUE …]",
    .summary = "settings: digits, seed, theme …; set alone lists them",
    .details = "  set                   lists them; so does show settings\n"
               "  set digits 10         shows numbers to 10 significant digits\n"
               "  set onerror continue  lets a script go on after an error\n"
               "  set autoplot bound    draws a picture after each half-step; off ends it\n"
               "\n"
               "help settings tells what each is for.\n",
    .open_options = true,
    .argument = ARG_SETTING,
    .max_words = 2,
    .run = run,
};
