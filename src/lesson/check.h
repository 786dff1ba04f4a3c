/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * emstep verify: a lesson (or a plain script) is run fast in a session of its own, and everything in
 * it is tried, from both sides: what must hold holds, what must not does not.
 */
#ifndef EMSTEP_LESSON_CHECK_H
#define EMSTEP_LESSON_CHECK_H

#include <signal.h>
#include <stdbool.h>

#include "lesson/lesson.h"

struct session;

struct check_report {
    size_t steps, checks, failed;
    size_t updated;         /* outputs that --update rewrote */
};

/* Tries all of the lesson in `s`, a session that has run nothing.  What fails is told as it is
 * found (session_complain).  -1: interrupted or out of memory (told). */
int check_lesson(struct session *s, struct lesson *l, struct check_report *r);

/* The lesson's text with the outputs that do not agree recorded anew; run in `s` as by
 * check_lesson.  `updated` is what was rewritten. */
struct text;
int check_update(struct session *s, struct lesson *l, struct text *out, size_t *updated,
                 struct error *e);

#endif
