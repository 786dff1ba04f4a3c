/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ledger of the ascent proof: one row per claim of the proof that the last half-step
 * promises, with both sides and whether it holds; and the claims that a generalized step gave up.
 */
#ifndef EMSTEP_EM_LEDGER_H
#define EMSTEP_EM_LEDGER_H

#include "em/machine.h"

enum relation { REL_LE, REL_GE, REL_EQ };

struct claim {
    char claim[96];       /* "Q(q₁,θ₁) ≥ Q(q₁,θ₀)" */
    double left, right;
    enum relation relation;
    bool holds;
    const char *because;  /* "the M-step", "Gibbs", "Jensen" */
};

struct given_up {
    char claim[96];
    enum term term;       /* that may do what an exact step would not let it do */
    const char *why;
};

enum { LEDGER_ROWS = 16 };
struct ledger {
    struct claim claim[LEDGER_ROWS];
    size_t nclaim;
    struct given_up given_up[LEDGER_ROWS];
    size_t ngiven_up;
};

/* Of the half-step that led here.  Needs a q.  With `slopes` Fisher's identity is checked at the
 * touching point too, which costs some evaluations along a line. */
int ledger_make(struct machine *m, struct ledger *l, bool slopes, struct error *e);

#endif
