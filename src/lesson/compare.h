/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Output as written in a lesson against output as printed.
 *
 * Numbers agree when the printed one, rounded to the digits of the written one, is it; a plain 0 is
 * zero alone.  All other text is compared exactly, but blanks run alike and those at a line's ends
 * do not count, nor do blank lines at the end.  "..." in a line stands for any text, a line "..."
 * for any lines or none.
 */
#ifndef EMSTEP_LESSON_COMPARE_H
#define EMSTEP_LESSON_COMPARE_H

#include <stdbool.h>
#include <stddef.h>

/* Where they part: the lines on both sides, without their line breaks. */
struct difference {
    size_t line;            /* of the written text, from 0 */
    const char *written;    /* (written_length) points into the arguments; NULL: it has ended */
    size_t written_length;
    const char *printed;    /* NULL: nothing more was printed */
    size_t printed_length;
};

/* True when they agree; else *d says where not. */
bool compare_output(const char *written, const char *printed, struct difference *d);

/* One line each.  Where they part, if `part` is given: the bytes of the written one up to the word
 * or number that nothing printed agrees with, and its length. */
struct parting {
    size_t at, length;
};
bool compare_line(const char *written, size_t n, const char *printed, size_t m,
                  struct parting *part);

#endif
