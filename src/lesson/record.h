/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Outputs of a lesson that are to be written anew: verify --update. */
#ifndef EMSTEP_LESSON_RECORD_H
#define EMSTEP_LESSON_RECORD_H

#include "base/text.h"
#include "lesson/lesson.h"

/* In the order of the source. */
struct record {
    struct passage *output; /* (n) the lines that shall stand at these places */
    size_t n;
};

/* Lines that agree stay as they are written, elisions with them as far as one can tell what they
 * stand for. */
int record_output(struct record *r, const struct lesson_command *c, const char *printed,
                  struct error *e);
void record_clear(struct record *r);

/* The lesson's text with them in place, and the difference, as `diff -u` shows it. */
void record_apply(const struct record *r, const struct lesson *l, struct text *out);
void record_diff(const struct record *r, const struct lesson *l, struct text *out);

#endif
