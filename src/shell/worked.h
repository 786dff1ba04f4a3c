/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A worked answer for people: the formula, the formula with its numbers put in, the value. */
#ifndef EMSTEP_SHELL_WORKED_H
#define EMSTEP_SHELL_WORKED_H

#include "em/formula.h"

/*
 *     symbol = formula
 *            = numbers
 *            = value
 *
 * in lines of at most `width` columns.  The symbol is LaTeX (em/symbol.h), the value text; lines
 * that would say the same again are left out, all but the value where `is` is NULL.
 */
void worked_add(struct text *out, size_t width, int digits, const char *symbol, formula is,
                const char *value);

#endif
