/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "shell/command.h"
#include "shell/session.h"

static int run(struct session *s, const struct call *c, struct error *e)
{
    if (strcmp(c->word[0].text, "-") == 0)
        return error_set_at(e, c->word[0].at, "source reads a file, not standard input");
    struct text path = TEXT_INIT;
    int failed = file_to_read(s, c->word[0].text, &path, e);
    s->depth++;
    if (!failed)
        failed = session_run_file(s, path.s, e);
    s->depth--;
    text_clear(&path);
    if (failed && e->message[0])
        error_place(e, c->word[0].at);
    return failed;
}

const struct command cmd_source = {
    .lets_q_be = true,
    .name = "source",
    .group = "session",
    .usage = "source FILE",
    .summary = "run the commands of a file",
    .details = "Verbs stand in full in a file.  It ends at its first error (set onerror continue\n"
               "goes on).\n",
    .argument = ARG_FILE,
    .min_words = 1,
    .max_words = 1,
    .run = run,
};
