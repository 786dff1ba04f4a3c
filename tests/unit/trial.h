/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A random problem (problem.h) on trial: what is done to it, and what must hold all the while.
 *
 * Every step either goes well, and then the terms exist, the ledger holds and the state is valid;
 * or it is refused with a reason and a remedy, and the state is what it was, bit for bit.  The fast
 * paths, where a model has them, agree with the terms and the half-steps.
 */
#ifndef EMSTEP_TESTS_TRIAL_H
#define EMSTEP_TESTS_TRIAL_H

#include "problem.h"

extern bool trial_show; /* SHOW=1: prints tables and steps */

/* What every failure begins with. */
#define holds(t, condition, ...)                                                                  \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            char said[700];                                                                        \
            snprintf(said, sizeof said, __VA_ARGS__);                                              \
            ck_abort_msg("problem %lu (%s %s, n=%zu), after %s: %s", (t)->p.number, (t)->p.model,  \
                         (t)->p.options, (t)->p.n, (t)->steps, said);                              \
        }                                                                                          \
    } while (0)

struct trial {
    struct problem p;
    char steps[1000]; /* what was done so far */
};

/* "; m only=0x1": what is done next. */
__attribute__((format(printf, 2, 3))) void note(struct trial *t, const char *format, ...);

/* A refusal says what to do next. */
void is_helpful(const struct trial *t, const struct error *e);

/* The claims of the half-step that led here; and the state itself. */
void ledger_holds(const struct trial *t);
void state_is_whole(const struct trial *t);
/* The smallest pivot of the covariances among the blocks, as a share of its variance. */
double pivot_of_blocks(const struct blocks *b);
/* What the rounding of nearly singular covariances may cost the terms of a state. */
double near_singular(const struct trial *t, const struct state *s);

/* Every faster way that the model has, at the state of here. */
void fast_path(const struct trial *t);

/* One thing that is done to the machine. */
typedef int step_function(struct trial *t, struct error *e);
step_function trial_start, trial_e, trial_m, trial_run, trial_theta, trial_q, trial_prior,
    trial_freeze;
/* Of the later problems only. */
step_function trial_schedule, trial_travel, trial_restarts, trial_release;

/* Takes the step and looks at what became of it; `stands`: what it had done when it was refused
 * does.  False: refused. */
bool try_step(struct trial *t, step_function *step, bool stands);

#endif
