/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of `verify` share: what is being checked, and how a failure is told. */
#ifndef EMSTEP_LESSON_CHECK_PARTS_H
#define EMSTEP_LESSON_CHECK_PARTS_H

#include "lesson/check.h"
#include "shell/session.h"

struct check {
    struct session *s;
    struct lesson *l;
    struct record *record;
    struct check_report *r;
    size_t pictures, predictions, tasks;
    bool interrupted;
    bool derailed; /* a command has failed: outputs from here on are not what they should be */
};

/* A failure, at its place in the lesson. */
void check_tell(struct check *c, const struct error *e);
void check_tell_at(struct check *c, struct span at, const char *hint, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The pictures that these commands draw are counted. */
void check_count_pictures(struct check *c, const char *command);

/* Conditions need a value at one of the states that a learner passes, at the least: each is tried
 * at the state of here, and its outcome kept in failed (n), which begins as zeros; at the
 * end those that never had one are told. */
void check_try_hints(struct check *c, const struct lesson_hint *hint, size_t n,
                     struct error *failed);
void check_tell_hints(struct check *c, const struct lesson_hint *hint, size_t n,
                      const struct error *failed);

/* Its answer is right, what is marked as wrong is not, and its hints hold. */
void check_quiz(struct check *c, const struct lesson_step *step);

#endif
