/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdint.h>
#include <string.h>

#include "shell/command.h"
#include "shell/line.h"

static int run(struct session *s, const struct call *c, struct error *e)
{
    size_t n = 0, last = 20;

    if (c->nword == 1 && strcmp(c->word[0].text, "all") == 0)
        last = SIZE_MAX;
    else if (c->nword == 1 && !count_parse(c->word[0].text, &last))
        return error_set_at(e, c->word[0].at, "history takes a number, or all");
    while (line_history(n))
        n++;
    json_t *reply = session_reply(s, NULL), *lines = json_array();
    for (size_t i = n > last ? n - last : 0; i < n; i++) {
        json_array_append_new(lines, json_string(line_history(i)));
        if (!reply) {
            text_addf(&s->out, "%5zu  ", i + 1);
            text_add_shown(&s->out, line_history(i), 2000);
            text_add(&s->out, "\n");
        }
    }
    json_object_set_new(reply, "lines", lines);
    return 0;
}

const struct command cmd_history = {
    .lets_q_be = true,
    .name = "history",
    .group = "session",
    .usage = "history [N|all]",
    .summary = "the last lines typed at the prompt",
    .details = "history shows 20 lines, history 5 five.  Lines keep their verbs in full, across\n"
               "sessions.  The arrow keys and ^R bring a line back.\n",
    .argument = ARG_NUMBER,
    .max_words = 1,
    .silent_in_history = true,
    .run = run,
};
