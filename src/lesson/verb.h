/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words after `emstep` that are no files: emstep verify NAME … */
#ifndef EMSTEP_LESSON_VERB_H
#define EMSTEP_LESSON_VERB_H

#include "shell/arguments.h"

struct session;

/* `s` is the program's session: its options and its terminal are set, nothing has run.  name[]:
 * what stood after the verb.  What is wrong is told; the exit status is left in s->status. */
struct verb {
    const char *name;
    void (*run)(struct session *s, const struct arguments *a, char **name, size_t n);
};

/* NULL: it is no verb. */
const struct verb *verb_find(const char *word);

void verb_lesson(struct session *s, const struct arguments *a, char **name, size_t n);
void verb_lessons(struct session *s, const struct arguments *a, char **name, size_t n);
void verb_replay(struct session *s, const struct arguments *a, char **name, size_t n);
void verb_verify(struct session *s, const struct arguments *a, char **name, size_t n);

#endif
