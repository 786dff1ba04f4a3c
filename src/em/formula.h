/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A formula: one tree of symbols with their numbers in them.  The same tree is written four ways,
 * so that "the formula" and "the formula with today's numbers put in" cannot disagree:
 *
 *     symbols      −½ log(2πΣ₁) − (x₃ − μ₁)²/(2Σ₁)
 *     numbers      −½ log(2π·0.25) − (3.333 − 2)²/(2·0.25)
 *     LaTeX        of either
 *     arithmetic   what `bc -l` reads: −(1/2)*l(2*3.14…*0.25)−…, with 17 digits (scale=50 or more)
 *
 * and it evaluates itself.  Brackets are set by precedence, never by the author.
 *
 *     struct formulas f = FORMULAS_INIT;
 *     const struct formula *mu = f_symbol(&f, 2, "\\mu_{%zu}", k + 1);      2, called μ₁
 *     const struct formula *square = f_square(&f, f_sub(&f, x, mu));
 *     … formula_text(square, FORMULA_NUMBERS, 6, &out) …
 *     formulas_clear(&f);
 *
 * Nodes belong to the arena `struct formulas`, and may be used in several places.  Running out of
 * memory gives NULL and sets `failed`; every call takes NULL parts calmly, and the owner looks
 * once, at the end.
 *
 * Names are written in LaTeX, with what em/symbol.h knows: \mu_{1}, \gamma_{3,1}, \bar x,
 * \Sigma^{-1}, \mathcal N(x_{3}|\mu_{1},\Sigma_{1}), \text{…}; plain text is made from them.
 */
#ifndef EMSTEP_EM_FORMULA_H
#define EMSTEP_EM_FORMULA_H

#include "base/text.h"

struct formula;
struct formulas {
    struct arena_page *page;
    bool failed;
    bool nameless; /* within a term that is not kept */
};
#define FORMULAS_INIT {NULL, false, false}
void formulas_clear(struct formulas *a);
/* Lets go of what was made since the mark. */
struct formulas_mark {
    struct arena_page *page;
    size_t used;
    bool nameless;
};
struct formulas_mark formulas_mark(const struct formulas *a);
void formulas_release(struct formulas *a, struct formulas_mark m);

typedef const struct formula *formula; /* borrowed from the arena */

/* A number without a name: 2, −1, 0.25. */
formula f_number(struct formulas *a, double v);
formula f_half(struct formulas *a); /* ½ */
formula f_pi(struct formulas *a);   /* the circle's π */
/* A number with a name in LaTeX, and a name alone (in sums' bodies, whose indices run). */
formula f_symbol(struct formulas *a, double v, const char *latex, ...)
    __attribute__((format(printf, 3, 4)));
formula f_name(struct formulas *a, const char *latex, ...) __attribute__((format(printf, 2, 3)));

formula f_add(struct formulas *a, formula x, formula y);
formula f_sub(struct formulas *a, formula x, formula y);
formula f_neg(struct formulas *a, formula x);
formula f_mul(struct formulas *a, formula x, formula y);
formula f_div(struct formulas *a, formula x, formula y);
formula f_pow(struct formulas *a, formula x, int n);
formula f_square(struct formulas *a, formula x);
formula f_sqrt(struct formulas *a, formula x);
formula f_log(struct formulas *a, formula x);
formula f_exp(struct formulas *a, formula x);
formula f_tanh(struct formulas *a, formula x);
formula f_abs(struct formulas *a, formula x);
/* A function that bc lacks, with its value: name in LaTeX ("\\psi", "\\log\\Gamma"), n ≤ 3
 * arguments that are shown in brackets.  In arithmetic it is a number. */
formula f_call(struct formulas *a, double v, const char *latex, int n, ...);
formula f_log_gamma(struct formulas *a, formula x);      /* log Γ(x) */
formula f_log_factorial(struct formulas *a, formula x);  /* log x! */
formula f_log_choose(struct formulas *a, formula n, formula x); /* log C(n,x) */
/* 0·log 0 = 0: x·log y, and with x = 0 the number 0 in place of it (the symbols stay). */
formula f_times_log(struct formulas *a, formula x, formula y);
/* x is written in symbols, y in numbers: where the two must differ (a matrix form and its entries,
 * a sum's running index). */
formula f_as(struct formulas *a, formula x, formula y);

/*
 * A long sum: `over` in LaTeX ("\\sum_{i}"), the body in symbols (f_name), and its terms, added
 * one by one.  In text the first FORMULA_TERMS terms are shown and the rest is one number, "… (269
 * more: −271.3)"; LaTeX likewise; arithmetic (and FORMULA_ALL text) has FORMULA_TERMS_KEPT terms.
 * A term's `what` is for the note that names the largest: "row 12".
 */
enum { FORMULA_TERMS = 3, FORMULA_TERMS_KEPT = 1000 };
struct formula *f_sum(struct formulas *a, const char *over, formula body);
/* False when only the term's value was kept, so that its nodes may be let go. */
bool f_sum_add(struct formulas *a, struct formula *sum, formula term);
/* The same of a term that is made between the two (NULL: there is none after all).  Beyond
 * FORMULA_TERMS_KEPT its names are not written, which is nearly all the work, and its nodes are let
 * go. */
struct formulas_mark f_term_begin(struct formulas *a, const struct formula *sum);
void f_term_end(struct formulas *a, struct formula *sum, formula term, struct formulas_mark begun);
/* One more term, of which the value alone is known: for those beyond FORMULA_TERMS_KEPT. */
void f_sum_add_value(struct formula *sum, double v);
/* Of this sum the largest terms are shown, in their order, not the first. */
void f_sum_peaked(struct formula *sum);
/* How many terms were added, and which is the largest in size, from 0. */
size_t formula_terms(const struct formula *sum);
size_t formula_largest(const struct formula *sum, double *value);

double formula_value(formula f); /* of the whole tree; NaN for NULL and for bare names */

enum formula_style { FORMULA_SYMBOLS, FORMULA_NUMBERS, FORMULA_ALL /* numbers, nothing elided */ };
/* Appended to out.  Text has control characters where a line may be broken, FORMULA_BREAK outside
 * all brackets and the next ones inside: formula_wrap takes them out again. */
enum { FORMULA_BREAK = 1, FORMULA_BREAK_DEEPEST = 6 };
static inline bool formula_is_break(char c)
{
    return c >= FORMULA_BREAK && c <= FORMULA_BREAK_DEEPEST;
}
void formula_text(formula f, enum formula_style style, int digits, struct text *out);
void formula_latex(formula f, enum formula_style style, int digits, struct text *out);
void formula_arithmetic(formula f, struct text *out); /* "" when a part is not finite */
/* Appends `lead` and the text, in lines of at most `width` columns that are broken at + and − and
 * indented under the first; width 0: one line. */
void formula_wrap(const char *lead, const char *text, size_t width, struct text *out);

#endif
