/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a learner takes for one step of a lesson: prose and examples, up to the task or question
 * that ends them, or to the next heading.
 */
#ifndef EMSTEP_LESSON_STAGE_H
#define EMSTEP_LESSON_STAGE_H

#include "base/text.h"
#include "lesson/lesson.h"

enum { STAGE_DIGEST = 17 };

struct stage {
    size_t first, end;              /* the lesson's steps from first to before end */
    const struct lesson_step *ask;  /* the task or question at its end; NULL: none */
    char digest[STAGE_DIGEST];      /* of its source: the same text, the same digest */
};

/* A lesson with steps has stages; free with mem_free.  NULL with the error when memory runs out. */
struct stage *lesson_stages(const struct lesson *l, size_t *n, struct error *e);

/* The words of the heading that it begins with; false: it begins with none. */
bool stage_heading(const struct lesson *l, const struct stage *stage, struct text *out);

#endif
