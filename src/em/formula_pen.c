/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "em/formula_pen.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "em/symbol.h"

enum { LATEX_LONG = 110 };

const char *pen_minus(const struct pen *p)
{
    return p->medium == TEXT ? "−" : "-";
}

bool pen_minus_leads(const struct pen *p, const struct text *t)
{
    return strncmp(t->s, pen_minus(p), strlen(pen_minus(p))) == 0;
}

static int digits_that_tell(double v)
{
    char buf[NUMBER_TEXT];
    for (int digits = 1; digits < 17; digits++) {
        snprintf(buf, sizeof buf, "%.*e", digits - 1, v);
        if (strtod(buf, NULL) == v)
            return digits;
    }
    return 17;
}

/* bc knows no exponents: 0.00012 for 1.2e-4. */
static void add_plain_decimal(double v, struct text *out)
{
    char buf[NUMBER_TEXT];
    int digits = digits_that_tell(v);
    snprintf(buf, sizeof buf, "%.*e", digits > 17 ? 16 : digits - 1, fabs(v));
    int exponent = atoi(strchr(buf, 'e') + 1);
    text_add(out, v < 0.0 ? "-" : "");
    if (exponent < 0) {
        text_add(out, "0.");
        text_repeat(out, "0", (size_t)(-exponent - 1));
    }
    for (int i = 0; i < digits; i++) {
        text_add_bytes(out, buf + (i == 0 ? 0 : i + 1), 1);
        if (i == exponent && i < digits - 1)
            text_add(out, ".");
    }
    if (exponent > digits - 1)
        text_repeat(out, "0", (size_t)exponent - (size_t)digits + 1);
}

static void latex_number(const char *shown, struct text *out)
{
    for (const char *s = shown; *s;) {
        if (strncmp(s, "−", strlen("−")) == 0) {
            text_add(out, "-");
            s += strlen("−");
        } else if (*s == 'e') {
            bool negative = strncmp(s + 1, "−", strlen("−")) == 0;
            text_addf(out, "\\cdot 10^{%s%d}", negative ? "-" : "",
                      atoi(s + 1 + (negative ? strlen("−") : 0)));
            return;
        } else {
            text_add_bytes(out, s++, 1);
        }
    }
}

void pen_number(struct pen *p, double v, struct text *out)
{
    char buf[NUMBER_TEXT];
    if (p->medium == BC) {
        p->not_finite = p->not_finite || !isfinite(v);
        add_plain_decimal(isfinite(v) ? v : 0.0, out);
        return;
    }
    number_text(buf, v, p->style == FORMULA_ALL ? digits_that_tell(v) : p->digits);
    if (p->medium == TEXT)
        text_add(out, buf);
    else if (isinf(v))
        text_add(out, v > 0.0 ? "\\infty" : "-\\infty");
    else if (isnan(v))
        text_add(out, "\\text{n/a}");
    else
        latex_number(buf, out);
}

/* ---- brackets ---------------------------------------------------------------------------- */

static const char breaks[] = {1, 2, 3, 4, 5, 6, '\0'}; /* FORMULA_BREAK … FORMULA_BREAK_DEEPEST */

/* Breaks inside brackets are worse places than those outside. */
static void add_inside(struct text *out, const char *s)
{
    for (; *s; s++) {
        char deeper = (char)(*s + (formula_is_break(*s) && *s < FORMULA_BREAK_DEEPEST));
        text_add_bytes(out, &deeper, 1);
    }
}

/* A group of LaTeX that cannot be broken. */
void pen_unbroken(struct text *out, const char *s)
{
    for (; *s; s++)
        text_add_bytes(out, formula_is_break(*s) ? " " : s, 1);
}

/* Is it longer than a line, and can it be broken? */
bool pen_is_long(const char *s)
{
    return strlen(s) > LATEX_LONG && strcspn(s, breaks) < strlen(s);
}

/* Brackets that grow with what is in them cannot be broken; long sums have those that can. */
void pen_latex_bracket(bool square, const char *inside, struct text *out)
{
    if (pen_is_long(inside)) {
        text_add(out, square ? "\\bigl[" : "\\bigl(");
        add_inside(out, inside);
        text_add(out, square ? "\\bigr]" : "\\bigr)");
    } else {
        text_add(out, square ? "\\left[" : "\\left(");
        pen_unbroken(out, inside);
        text_add(out, square ? "\\right]" : "\\right)");
    }
}

/* (…), or […] around what has round ones already. */
void pen_bracket(const struct pen *p, const struct text *inside, struct text *out)
{
    bool square = p->medium != BC && strchr(inside->s, '(');
    if (p->medium == LATEX) {
        pen_latex_bracket(square, inside->s, out);
        return;
    }
    text_add(out, square ? "[" : "(");
    add_inside(out, inside->s);
    text_add(out, square ? "]" : ")");
}

void pen_symbol(const struct pen *p, const char *latex, struct text *out)
{
    if (p->medium == LATEX)
        text_add(out, latex);
    else
        symbol_to_text(latex, out);
}
