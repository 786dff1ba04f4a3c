/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Typed words, as a grader reads them. */
#ifndef EMSTEP_LESSON_WORDS_H
#define EMSTEP_LESSON_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* Letters and digits alone, without case and accents: "Kullback–Leibler" → "kullbackleibler".  The
 * caller frees; NULL when memory runs out. */
char *words_fold(const char *s);

/* The words of s, one at a time: between blanks, commas and semicolons.
 * Returns NULL at the end. */
const char *words_next(const char **s, size_t *length);

#endif
