/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Running what a lesson holds in a session, and judging the state that came of it.
 *
 * Nothing here prints: output goes into a text, errors are returned, placed in the lesson's source.
 * What runs here is not kept by record, log or history.
 */
#ifndef EMSTEP_LESSON_JUDGE_H
#define EMSTEP_LESSON_JUDGE_H

#include "base/text.h"
#include "lesson/lesson.h"

struct session;
struct statement;

/* Runs one passage as a line of script.  Its output goes into `out` (NULL: unseen), as it would be
 * printed.  -1 with the error placed in the lesson; what was printed before it stays in `out`. */
int judge_run(struct session *s, const struct passage *p, struct text *out, struct error *e);
/* The same for a line of a script, in which quit is no error but the end. */
int judge_run_script(struct session *s, const struct passage *p, struct text *out, bool *quit,
                     struct error *e);
/* As these two (quit NULL: the first), of what people are shown: export will have it, with its
 * pictures. */
int judge_run_shown(struct session *s, const struct passage *p, struct text *out, bool *quit,
                    struct error *e);
/* Several, to the first error. */
int judge_run_all(struct session *s, const struct passage *p, size_t n, struct error *e);

/* Is the task done?  1: all its expect lines hold.  0: the first that does not is told in *why (a
 * message for the learner; an EXPR without a value counts as not holding).  -1: interrupted, out of
 * memory. */
int judge_try(struct session *s, const struct lesson_try *t, struct error *why);

/* All of them: whether each holds, into holds[nexpect].  Otherwise the same. */
int judge_each(struct session *s, const struct lesson_try *t, bool *holds, struct error *why);

/* What the lesson says when its expect line does not hold, without what the machine adds to it:
 * cuts the message of judge_try. */
void judge_cut(const struct lesson_try *t, struct error *why);

/* May it change the state?  Looking, drawing and writing files do not.  Its verb is in full. */
bool judge_moves(const struct statement *st);
/* Any of the statements of a line?  One that cannot be parsed does not. */
bool judge_line_moves(const char *line);

/* Does it begin with the name of a command? */
bool judge_command(const struct statement *st);

/* The hint to tell next: one whose condition holds now and that has not been told, else the first
 * plain one that has not.  told[i] of (n) is set; NULL: there are no more. */
const struct lesson_hint *judge_hint(struct session *s, const struct lesson_hint *hint, size_t n,
                                     bool *told);

#endif
