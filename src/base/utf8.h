/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Strangers' bytes, a character at a time (libutf8proc knows the rest). */
#ifndef EMSTEP_BASE_UTF8_H
#define EMSTEP_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The first character of the `n` > 0 bytes at s into *c, -1 for a byte that is not UTF-8.  Returns
 * how many bytes it takes, at least 1. */
size_t utf8_next(const char *s, size_t n, int32_t *c);

/* What to print for a character: itself, '?' for one that could steer a terminal (C0, C1,
 * bidirectional overrides), a blank for a line break, U+FFFD for -1. */
int32_t utf8_shown(int32_t c);

#endif
