/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Words into lines of a width, by columns.  A line breaks at blanks, beside East Asian characters,
 * and inside a word only when that is longer than a line.
 */
#ifndef EMSTEP_LESSON_FILL_H
#define EMSTEP_LESSON_FILL_H

#include <stdbool.h>

#include "base/text.h"

/* Marks in the words: what follows is set so.  Each style ends with one FILL_PLAIN; they nest. */
#define FILL_STRONG "\001"
#define FILL_EMPHASIS "\002"
#define FILL_CODE "\003"
#define FILL_PLAIN "\004"

enum { FILL_NESTED = 32 };

struct fill {
    const char *at;          /* borrowed: what is still to be set; a \n breaks the line */
    size_t width;
    bool colour, begun;
    char style[FILL_NESTED]; /* (nested) those that are on */
    size_t nested;
};

void fill_init(struct fill *f, const char *words, size_t width, bool colour);
/* Appends the next line, without its break; false when there is none. */
bool fill_line(struct fill *f, struct text *line);

#endif
