/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What formula_write.c writes with: numbers, signs and brackets, for each of the three readers. */
#ifndef EMSTEP_EM_FORMULA_PEN_H
#define EMSTEP_EM_FORMULA_PEN_H

#include "em/formula.h"

enum medium { TEXT, LATEX, BC };

struct pen {
    enum medium medium;
    enum formula_style style;
    int digits;
    bool not_finite; /* bc was given a number that it cannot have */
};

const char *pen_minus(const struct pen *p);
bool pen_minus_leads(const struct pen *p, const struct text *t);
void pen_number(struct pen *p, double v, struct text *out);

/* A name, which is in LaTeX. */
void pen_symbol(const struct pen *p, const char *latex, struct text *out);

/* (…), or […] around what has round ones already. */
void pen_bracket(const struct pen *p, const struct text *inside, struct text *out);
/* The same in LaTeX: brackets that grow with what is in them cannot be broken; those of long sums
 * can. */
void pen_latex_bracket(bool square, const char *inside, struct text *out);
/* A group of LaTeX that cannot be broken. */
void pen_unbroken(struct text *out, const char *s);
/* Is it longer than a line, and can it be broken? */
bool pen_is_long(const char *s);

#endif
