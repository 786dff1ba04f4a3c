/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Expressions over the machine's state: Lua 5.4 in a sandbox.
 *
 * Names: the terms by their keys (loglik elbo kl Q H entropy objective …), t phase exact n k,
 * parameters by block name, q(i,k) x(i,j) prev at(label) approx(a,b,tol), names made by `let`, and
 * Lua's math library, log, exp, sqrt … also without `math.`.  A name that is not defined at this
 * state is an error that says what is missing ("kl needs q: take an e first").
 *
 * Bounded: memory by its own allocator, time by a count hook that also looks at the interrupt flag.
 */
#ifndef EMSTEP_EXPR_EXPR_H
#define EMSTEP_EXPR_EXPR_H

#include <jansson.h>
#include <signal.h>

#include "em/machine.h"

struct expr;

struct expr *expr_new(volatile sig_atomic_t *interrupt, struct error *e);
void expr_free(struct expr *x);

/* The machine that the names refer to; NULL: none (then only math and let-names are there).
 * Values that an older machine lent are void from here on. */
void expr_attach(struct expr *x, struct machine *m);

/* Evaluates the text.  Errors are placed inside `text` (offset from its start).  The result is
 * printed into `shown` as a user should read it (numbers to `digits`, tables as {…}, several values
 * with two blanks between); number and truth describe the first value. */
struct expr_value {
    struct text shown;
    json_t *json;  /* the value; an array when the text gave several */
    bool is_number, is_boolean;
    double number;
    bool truth;    /* Lua's truth: everything but nil and false */
};
int expr_eval(struct expr *x, const char *text, int digits, struct expr_value *v, struct error *e);
void expr_value_clear(struct expr_value *v);

/* Does the text compile as an expression?  (for expect's message rule) */
bool expr_compiles(struct expr *x, const char *text);

/* let NAME = text.  Reserved names are refused (the error has no place).  *v as by expr_eval. */
int expr_let(struct expr *x, const char *name, const char *text, int digits,
             struct expr_value *v, struct error *e);

/* Why the text, which evaluated to false, does: "6.09274 is not == 0", for `expect`'s message.
 * Of several parts joined by `and`, the first that fails.  Nothing is added where there is nothing
 * to say. */
void expr_explain(struct expr *x, const char *text, int digits, struct text *out);

/* Is this a name that means something now: a term, a parameter, a function, a let-name? */
bool expr_knows(struct expr *x, const char *name);
bool expr_is_block(const struct expr *x, const char *name);

/* NULL-terminated; for completion. */
const char *const *expr_reserved(void);

#endif
