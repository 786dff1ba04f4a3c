/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Strangers' words in gnuplot commands.  Nothing but letters, digits and . , _ - + = ( ) stands for
 * itself between the double quotes; every other byte is octal, which neither ends the string nor
 * starts a command, a macro or a line.  gnuplot_quote (render.h) is the same without wrapping.
 */
#ifndef EMSTEP_PLOT_QUOTE_H
#define EMSTEP_PLOT_QUOTE_H

#include "base/text.h"

/* s made safe to show, broken at blanks into lines of `columns`, at most `lines` of them. */
void words_wrap(const char *s, size_t columns, size_t lines, struct text *out);

/* Bytes that are safe to show already; a line break in them is one in the picture. */
void quote_bytes(const char *s, size_t n, struct text *out);

/* For explicit tick labels, which gnuplot expands like a format. */
void quote_tick(const char *s, struct text *out);

#endif
