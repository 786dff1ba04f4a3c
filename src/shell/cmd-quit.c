/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell/command.h"
#include "shell/session.h"

static int run(struct session *s, const struct call *c, struct error *e)
{
    (void)c;
    (void)e;
    s->quit = true;
    return 0;
}

const struct command cmd_quit = {
    .lets_q_be = true,
    .name = "quit",
    .group = "session",
    .usage = "quit",
    .summary = "end the session (so does ^D at the prompt)",
    .details = "What was not saved is gone.  In a script, quit ends the script and emstep.\n",
    .argument = ARG_NONE,
    .silent_in_history = true,
    .run = run,
};
