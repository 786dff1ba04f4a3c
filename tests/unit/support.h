/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of models share: models, θ and q from a line of text. */
#ifndef EMSTEP_TESTS_SUPPORT_H
#define EMSTEP_TESTS_SUPPORT_H

#include <check.h>
#undef fail /* check.h's macro, which our own words collide with */

#include "em/machine.h"

/* name=value,value words separated by blanks, as options; 'Comm Statist' keeps its blank.  Free
 * with options_clear. */
void support_options(struct options *o, const char *words);

/* A shipped data set; aborts the test when it cannot be read. */
struct dataset *support_data(const char *name);

/* A machine without a θ over a data set, which stays the caller's. */
struct machine *support_machine_on(struct dataset *d, const char *model, const char *options);
/* The same over a shipped one: support_machine("faithful", "gmm", "k=2 columns=eruptions") */
struct machine *support_machine(const char *data, const char *model, const char *options);

/* "pi=0.5,0.5 mu=2,4.5 Sigma=0.25,0.25": every block, row-major. */
void support_theta(struct machine *m, const char *words);
/* The same into a new theta; the caller frees it. */
struct theta *support_make_theta(const struct machine *m, const char *words);

void support_e(struct machine *m);   /* an exact E, which must go well */
void support_m(struct machine *m);   /* an exact M */

/* |a − b| ≤ tol·max(1,|b|), equal infinities allowed; says both and `what` when not. */
void support_close(double a, double b, double tol, const char *what);

/* Runs a suite: the main() of every test program. */
int support_run(Suite *s);

#endif
