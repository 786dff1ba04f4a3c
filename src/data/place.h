/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where in a table something stands, for messages that begin with file:line:column. */
#ifndef EMSTEP_DATA_PLACE_H
#define EMSTEP_DATA_PLACE_H

#include <stddef.h>

#include "base/error.h"

struct place {
    const char *source;      /* the file */
    size_t line;             /* from 1 */
    const char *line_start;  /* its first byte */
    const char *at;          /* the byte that is meant: in that line */
};

/* The place of the byte at `at` in a table that begins at `bytes`. */
struct place place_find(const char *source, const char *bytes, const char *at);

/* The place of `at`, which stands behind p, be it in a later line. */
struct place place_end(const struct place *p, const char *at);

/* The first byte after the line break at s < end: LF, CR LF or CR. */
const char *place_after_break(const char *s, const char *end);

/* The message after file:line:column, where a column is a character, from 1.  Returns -1. */
int place_error(struct error *e, const struct place *p, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
