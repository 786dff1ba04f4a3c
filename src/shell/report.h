/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What several commands say alike: a half-step's two rows, terms, blocks.  Each call writes text
 * into session->out, or under --json members into the reply. */
#ifndef EMSTEP_SHELL_REPORT_H
#define EMSTEP_SHELL_REPORT_H

#include "shell/session.h"

/* After a half-step, and after every change of the state: label, terms and their changes, and what
 * the step promised (✓), or why ℓ was allowed to fall.  Under --json: the terms. */
void report_state(struct session *s);
/* The members t, phase, exact, loglik … of the state that is here. */
void report_terms_json(struct session *s, json_t *reply);

/* The model's own numbers (class->extras) at a state, out (EXTRAS_MOST); how many. */
int report_extras(const struct session *s, const struct state *st, double *v);

/* A term as it is shown: KL after an exact E is 0 up to rounding (−6e−16) and reads 0. */
double report_value(const struct state *st, enum term t);
/* Its change: what is within the rounding of sums (1e-13 of the largest term) reads 0. */
double report_change(const struct state *now, const struct state *was, enum term t);

/* Notices that the machine earned since the last call: states let go. */
void report_memory(struct session *s, size_t let_go_before);

/* A set of blocks as a table, one entry a cell: those whose bit is in the mask `which`. */
void report_blocks(struct session *s, const struct blocks *b, unsigned which);
/* θ of here: text, or "theta" in the reply. */
void report_theta(struct session *s);
/* The same, but a long one in short, with what shows all of it: "in short" is of the text alone. */
void report_theta_brief(struct session *s);

/* "ℓ(θ₁)" and the like, for the state that is here. */
void report_symbol(const struct session *s, enum term t, struct text *out);

#endif
