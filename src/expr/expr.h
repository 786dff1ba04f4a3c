/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Expressions over the machine's state: Lua 5.4 in a sandbox (SPEC section 2).
 *
 * Names: the terms by their keys (loglik elbo kl Q H entropy objective …), t phase exact n k d,
 * parameters by block name, q(i,k) x(i,j) prev at(label) approx(a,b,tol), names made by `let`, and
 * Lua's math library.  A name that is not defined at this state is an error that says what is
 * missing ("kl needs q: take an `e` first").
 *
 * Bounded: memory by its own allocator, time by a count hook that also looks at the interrupt flag.
 */
#ifndef EMSTEP_EXPR_EXPR_H
#define EMSTEP_EXPR_EXPR_H

#include <signal.h>

#include "em/machine.h"

struct expr;

struct expr *expr_new(volatile sig_atomic_t *interrupt, struct error *e);
void expr_free(struct expr *x);

/* The machine that the names refer to; NULL: none (then only math and let-names are there). */
void expr_attach(struct expr *x, struct machine *m);

/* Evaluates the text.  Syntax and run-time errors are placed inside `text` (offset from its start)
 * where Lua tells the place.  The result is printed into `out` as a user should read it (numbers to
 * `digits`, tables as {…}); *number and *is_number and *truth describe it too. */
struct expr_value {
    struct text shown;
    bool is_number, is_boolean;
    double number;
    bool truth;   /* Lua's truth: everything but nil and false */
};
int expr_eval(struct expr *x, const char *text, int digits, struct expr_value *v, struct error *e);
void expr_value_clear(struct expr_value *v);

/* Does the text compile as an expression?  (for expect's message rule) */
bool expr_compiles(struct expr *x, const char *text);

/* let NAME = text.  Reserved names are refused. */
int expr_let(struct expr *x, const char *name, const char *text, struct error *e);

/* Both sides of a comparison at the top of `text` ("kl > 0" → "12.3", "0"), for `expect`'s message.
 * False when the text is no comparison. */
bool expr_sides(struct expr *x, const char *text, int digits, struct text *left,
                struct text *right);

/* NULL-terminated; for completion. */
const char *const *expr_reserved(void);

#endif
