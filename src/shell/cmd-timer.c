/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "shell/command.h"
#include "shell/session.h"

static int run(struct session *s, const struct call *c, struct error *e)
{
    if (c->nword == 0) {
        json_object_set_new(session_reply(s, NULL), "timer", json_boolean(s->timer));
        if (!s->json)
            text_addf(&s->out, "timer is %s\n", s->timer ? "on" : "off");
        return 0;
    }
    bool on = strcmp(c->word[0].text, "on") == 0;
    if (!on && strcmp(c->word[0].text, "off") != 0)
        return error_set_at(e, c->word[0].at, "timer is on or off, not '%s'", c->word[0].text);
    s->timer = on;
    return 0;
}

const struct command cmd_timer = {
    .lets_q_be = true,
    .name = "timer",
    .group = "session",
    .usage = "timer [on|off]",
    .summary = "say how long each command took",
    .details = "With timer on, the seconds of wall time stand after each command's output\n"
               "(\"elapsed\" in JSON).\n",
    .argument = ARG_CHOICE,
    .choices = "on|off",
    .max_words = 1,
    .run = run,
};
