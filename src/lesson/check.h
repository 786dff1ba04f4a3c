/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * emstep verify: a lesson (or a plain script) is run fast in a session of its own, and everything
 * in it is tried, from both sides: what must hold holds, what must not does not.
 */
#ifndef EMSTEP_LESSON_CHECK_H
#define EMSTEP_LESSON_CHECK_H

#include "lesson/lesson.h"

struct session;
struct record;

struct check_report {
    size_t steps, checks, failed;
    size_t recorded;        /* outputs that do not agree and went into `record` instead */
};

/* Tries all of the lesson in `s`, a session that has run nothing.  What fails is told as it is
 * found (session_complain).  `record` (NULL: none) takes outputs that do not agree; they then count
 * as no failure.  -1: interrupted. */
int check_lesson(struct session *s, struct lesson *l, struct record *record,
                 struct check_report *r);

#endif
