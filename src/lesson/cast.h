/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a terminal showed, as an asciicast v2 (docs.asciinema.org/manual/asciicast/v2): a line of
 * header, then a line for each event, [seconds, "o", what was written].  Nothing of the machine
 * that recorded it is in it.
 *
 *     cast_begin(&c, 80, 24, "Two coins");
 *     cast_output(&c, 0.5, "ℓ = −11.32\n");
 *     cast_write(&c, "coins.cast", &e);
 *     cast_clear(&c);
 *
 * It is kept in memory until it is written, whole or not at all.
 */
#ifndef EMSTEP_LESSON_CAST_H
#define EMSTEP_LESSON_CAST_H

#include "base/error.h"
#include "base/text.h"

struct cast {
    struct text lines;
    size_t columns, rows;
};

void cast_begin(struct cast *c, size_t columns, size_t rows, const char *title);
/* Text at a time in seconds from the beginning; times never fall.  Its line breaks begin lines, as
 * a terminal driver makes them. */
void cast_output(struct cast *c, double seconds, const char *text);
/* An event only when the size has changed. */
void cast_resize(struct cast *c, double seconds, size_t columns, size_t rows);
int cast_write(const struct cast *c, const char *path, struct error *e);
void cast_clear(struct cast *c);

#endif
