/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell/command.h"
#include "shell/session.h"

enum { REPEAT_MOST = 10000 };

static int read_count(const struct call *c, size_t *n, struct error *e)
{
    if (c->nword == 0) {
        error_set_at(e, c->verb_at, "repeat needs a number");
    } else if (!count_parse(c->word[0].text, n)) {
        error_set_at(e, c->word[0].at, "'%s' is not a whole number", c->word[0].text);
    } else if (*n > REPEAT_MOST) {
        error_set_at(e, c->word[0].at, "repeat goes up to %d times", REPEAT_MOST);
    } else if (!c->has_block) {
        error_set_at(e, c->verb_at, "repeat needs a block");
    } else {
        return 0;
    }
    return error_hint(e, "for example: repeat 3 { e; m }");
}

static int run(struct session *s, const struct call *c, struct error *e)
{
    size_t n;

    if (read_count(c, &n, e) != 0)
        return -1;
    for (size_t i = 0; i < n && !s->quit; i++)
        if (session_run_body(s, c->body, c->nbody, e) != 0)
            return -1;
    return 0;
}

const struct command cmd_repeat = {
    .lets_q_be = true,
    .name = "repeat",
    .group = "use",
    .usage = "repeat N { COMMANDS }",
    .summary = "the same commands N times",
    .details = "The block may go over several lines.  N is at most 10000.\n"
               "\n"
               "  repeat 3 { e; m; print t, loglik }\n",
    .argument = ARG_NUMBER,
    .max_words = 1,
    .run = run,
};
