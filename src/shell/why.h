/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Why each term moved, or did not: one sentence for each term of the state that is here, about the
 * half-step that led to it.
 *
 * The sentences are rows of a table (why-rows.c): for which terms, after which kinds of step, under
 * which conditions, and which way the term went.  The first row that fits speaks; a row whose
 * numbers do not all exist at this state does not fit.  No row knows a model by its name.
 */
#ifndef EMSTEP_SHELL_WHY_H
#define EMSTEP_SHELL_WHY_H

#include "shell/session.h"

enum why_step {
    WHY_START = 1,      /* no half-step yet */
    WHY_E = 2,          /* the exact E */
    WHY_HARD = 4,
    WHY_TEMPERED = 8,
    WHY_ROWS = 16,
    WHY_SWEEPS = 32,
    WHY_M = 64,         /* exact, damped, of some blocks, up the gradient */
    WHY_GIS = 128,
    WHY_NEWTON = 256,
    WHY_Q = 512,        /* q by hand */
    WHY_THETA = 1024,   /* θ by hand */
};
#define WHY_ANY_E (WHY_E | WHY_HARD | WHY_TEMPERED | WHY_ROWS | WHY_SWEEPS)
#define WHY_ANY_M (WHY_M | WHY_GIS | WHY_NEWTON)
#define WHY_ANY (WHY_START | WHY_ANY_E | WHY_ANY_M | WHY_Q | WHY_THETA)

enum why_fact {
    FACT_TOUCHES = 1,   /* q is the posterior at this θ; the surrogate was built here */
    FACT_MM = 2,
    FACT_PRIOR = 4,
    FACT_THETA_IN_Q = 8,
    FACT_GIVEN_UP = 16, /* the ledger: this step no longer promises what an exact one does */
    FACT_PARTIAL = 32,  /* an M that is not the exact M over all of θ */
    FACT_HAD_Q = 64,    /* there was a q before this step */
    FACT_HAS_Q = 128,
    FACT_FROM_OTHER = 256, /* M: q was not the posterior at the θ that it started from */
    FACT_CLOSED = 512,  /* KL is 0 by its number */
};

enum why_move {
    MOVE_UP = 1,
    MOVE_DOWN = 2,
    MOVE_SAME = 4,
    MOVE_NEW = 8,       /* it has no value before */
    MOVE_GONE = 16,     /* it has none now */
    MOVE_OUT = 32,      /* out of reach for this model */
    MOVE_UNDEFINED = 64,
    MOVE_INFINITE = 128,
    MOVE_FINITE = 256,  /* again */
};
#define MOVE_BOTH (MOVE_UP | MOVE_DOWN)
#define MOVE_THERE (MOVE_UP | MOVE_DOWN | MOVE_SAME | MOVE_NEW)

/*
 * In a sentence {…} stands for what is there: {it} the term's symbol, {now} {was} its values, {by}
 * how far it moved, {change} the same with its sign, {moved} rose or fell; {KL.by} and the like
 * those of another term; {l} {elbo} {kl} symbols that depend on the kind of model; {q} {q-} {θ}
 * {θ-} q₂, q₁, θ₁, θ₀; {why} what the ledger says of a claim given up; {way} how an M-step found
 * its θ; {beta} {rows} {sweeps} of the E-step.
 */
struct why_row {
    unsigned terms;      /* mask of enum term; 0: the opening sentence, about the step itself */
    unsigned steps;      /* mask of enum why_step */
    unsigned facts, not; /* masks of enum why_fact: those that must hold, and must not */
    unsigned moves;      /* mask of enum why_move */
    const char *sentence;
};
extern const struct why_row why_rows[]; /* ended by a NULL sentence */

struct reason {
    enum term term;
    double change;       /* NaN: there is nothing to compare with */
    char sentence[400];
};
struct reasons {
    char opening[400];
    struct reason reason[TERM_COUNT];
    size_t count;
};

/* Of the state that is here, in the terms' order.  Needs a θ. */
void why_make(struct session *s, struct reasons *r);

#endif
