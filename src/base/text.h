/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A growable text buffer, and the one place where numbers become text.
 *
 *     struct text t = TEXT_INIT;
 *     text_addf(&t, "%d rows", n);
 *     … t.s is always NUL-terminated, "" when nothing was added …
 *     text_clear(&t);
 *
 * Running out of memory sets `failed` and drops what does not fit; the owner looks once, at the
 * end.  Widths are columns of a terminal (UTF-8, East-Asian width), never bytes.
 */
#ifndef EMSTEP_BASE_TEXT_H
#define EMSTEP_BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct text {
    char *s;
    size_t length;
    size_t room;
    bool failed;
};

extern char text_empty[1];
#define TEXT_INIT {text_empty, 0, 0, false}

void text_init(struct text *t);
void text_clear(struct text *t);  /* frees; the buffer is empty and usable again */
void text_reset(struct text *t);  /* empties, keeps the room */
char *text_take(struct text *t);  /* hands the heap string to the caller; NULL on failure */

void text_add(struct text *t, const char *s);
void text_add_bytes(struct text *t, const char *s, size_t n);
void text_addf(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_vaddf(struct text *t, const char *format, va_list ap);
void text_add_listed(struct text *t, const char *name); /* behind ", " unless it is the first */
void text_repeat(struct text *t, const char *s, size_t times);

/* Appends s padded with blanks to `width` columns; left (−) or right (+) of the padding. */
void text_pad_right(struct text *t, const char *s, size_t width); /* s, then blanks */
void text_pad_left(struct text *t, const char *s, size_t width);  /* blanks, then s */

size_t text_width(const char *s);                  /* columns that s takes */
size_t text_width_n(const char *s, size_t bytes);  /* of its first bytes */

/* Strangers' text made safe to print: bad UTF-8 becomes U+FFFD, C0/C1 controls and bidirectional
 * overrides become '?', a line break a blank.  At most `columns` columns, then an ellipsis. */
void text_add_shown(struct text *t, const char *s, size_t columns);

bool text_is_utf8(const char *s, size_t bytes);

enum { NUMBER_TEXT = 40 };

/* A number to `digits` significant digits, with U+2212 as its minus, "0" for zero, "inf", "-inf"
 * and "n/a" (NaN).  Zeros at the end stay (44.6740) unless the value has no more digits (2, 0.25).
 * Switches to 1.2e−07 outside [1e-4, 1e7).  Returns buf. */
char *number_text(char buf[NUMBER_TEXT], double v, int digits);

/* The same with an explicit sign, for changes: +50.7668, −5.98011, 0. */
char *number_change(char buf[NUMBER_TEXT], double v, int digits);

/* Reads one number: decimal or exponent, '-' or U+2212 for minus, inf, -inf; the whole of s.
 * Independent of the locale.  False when s is not a number. */
bool number_parse(const char *s, double *v);
bool count_parse(const char *s, size_t *v); /* 0, 1, 2 … below 2^53 */

/* θ₁₂ … : n in subscript digits, appended. */
void text_subscript(struct text *t, long n);

#endif
