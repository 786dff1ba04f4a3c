/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * CommonMark on a terminal: broken at its width by columns (not bytes), emphasis by colours where
 * they are on and by nothing where they are not, headings, lists, quotes, code as it stands, links
 * as their text.  Always Unicode: session_flush spells it in ASCII where that is asked for.
 */
#ifndef EMSTEP_LESSON_TYPESET_H
#define EMSTEP_LESSON_TYPESET_H

#include <stdbool.h>

#include "base/text.h"

struct lesson_step;
struct session;

struct typeset {
    size_t width;  /* columns, at least 20 are used */
    bool colour;   /* escape sequences of our own making may be written */
};

/* As the session writes: its width (at most 80, lines longer than that are hard to read), its
 * colours. */
struct typeset typeset_of(const struct session *s);

/* A STEP_TEXT, one blank line between its blocks, a line break at the end. */
void typeset_step(const struct typeset *how, const struct lesson_step *step, struct text *out);
/* The first block of it, a heading with what follows; that is then gone from the step (first NULL:
 * nothing is left). */
void typeset_next(const struct typeset *how, struct lesson_step *step, struct text *out);
/* Its last paragraph, and what stands below that. */
void typeset_last(const struct typeset *how, const struct lesson_step *step, struct text *out);
/* The same as CommonMark. */
void typeset_last_source(const struct lesson_step *step, struct text *out);
/* A few words of CommonMark: a hint, a message.  `first` begins the first line, the others are
 * indented as far: typeset_words(&how, "  hint  ", text, out). */
void typeset_words(const struct typeset *how, const char *first, const char *markdown,
                   struct text *out);

#endif
