/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A lesson's commands before people: the session's prompt, the command as if it were typed there,
 * and what it prints.  All goes through the session, and so into its log and before its witness.
 */
#ifndef EMSTEP_LESSON_SHOWN_H
#define EMSTEP_LESSON_SHOWN_H

#include "lesson/lesson.h"

struct session;

/* How the command comes to stand behind its prompt. */
struct hand {
    /* Shows this piece of the command.  −1: interrupted. */
    int (*types)(void *context, const char *command);
    void *context;
};

/* Runs a command of a block.  hand NULL: it stands there at once.  One that is meant to fail shows
 * its error as a reader of the lesson sees it ("error: …"), and not failing is its failure.  −1
 * with the error placed in the lesson, not yet told. */
int shown_command(struct session *s, const struct lesson_command *c, const struct hand *hand,
                  struct error *e);
/* One that succeeds (an answer, a prediction's run).  quit NULL: quit is an error, else *quit says
 * that it ran. */
int shown_passage(struct session *s, const struct passage *p, const struct hand *hand, bool *quit,
                  struct error *e);

/* Prints text that is ours. */
void shown_text(struct session *s, const char *text);
/* Words of CommonMark, broken at the session's width: typeset_words. */
void shown_words(struct session *s, const char *first, const char *markdown);

#endif
