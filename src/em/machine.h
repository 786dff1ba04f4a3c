/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The machine: a model, its state (q, θ), and the history of half-steps.
 *
 * Every half-step, and every θ or q set by hand, makes one immutable `state`; the machine holds
 * the tree of them and a cursor.  A step that is refused makes none, so the state before it stands.
 * A step from an earlier state starts a branch; the old branch stays in the tree, and goto finds
 * its states by label or by mark.
 *
 * Memory is bounded: beyond `history_limit` bytes the machine first lets go of q's that it can make
 * again (the posterior at a θ that it has), then of the oldest states' θ and q, whose terms it
 * keeps for the trace; `let_go` counts these.
 */
#ifndef EMSTEP_EM_MACHINE_H
#define EMSTEP_EM_MACHINE_H

#include <signal.h>

#include "em/model.h"

enum phase { PHASE_INIT, PHASE_E, PHASE_M, PHASE_Q, PHASE_THETA };
const char *phase_name(enum phase p); /* "init" "E" "M" "q" "theta": the JSON values */

enum { LABEL = 32, NO_STATE = -1 };

/* What made a state, for the ledger and for `why`. */
struct step {
    enum phase phase;
    struct e_how e;
    struct m_how m;
    double damp;          /* 1: none */
    bool from_exact;      /* M: q was the posterior at the θ it started from */
    bool partial;         /* M: not over all blocks that are not frozen, or damped */
    bool other_prior;     /* M: under another prior than the one in force now */
};

struct state {
    long parent;             /* place in machine->state, NO_STATE for a root */
    long child;              /* the child that was made or visited last */
    char label[LABEL];       /* "0", "0E", "1M", "1E.2", "1q", "2theta" */
    size_t t;                /* M-steps since the start */
    struct step step;
    struct theta *theta;     /* NULL: let go */
    struct latent *q;        /* NULL: none yet, let go, or not stored: machine_hold_q, machine_q */
    bool has_q;
    bool exact;              /* q is the posterior at this θ */
    struct theta *touch;     /* θ_q: q is the posterior there; NULL: of no θ that is known */
    struct theta *m_answer;  /* θ_M of this q by an exact M of all free blocks, once known */
    struct terms terms;      /* with no q: ℓ alone (and log p(θ)) */
    bool terms_due;          /* some are not computed yet: machine_settle */
    size_t q_count;          /* q's since the start: this one is q₁, q₂ … */
};

struct starts;

struct mark {
    char *name;
    long at;
};

struct machine {
    struct model *model;     /* owned, unless `beside` */
    bool beside;             /* a machine for trials, over another one's model */
    struct prior prior;      /* blocks under model->prior_layout */
    unsigned frozen;         /* blocks of θ that are held */
    struct state *state;     /* (nstate) */
    long nstate, room;
    long here;               /* NO_STATE: no θ yet */
    struct mark *mark;
    size_t nmark;
    size_t history_limit;    /* bytes */
    size_t history_bytes;
    size_t let_go;           /* states let go so far */
    long next_q, next_state; /* where the search for something to let go of goes on */
    struct latent *pending_q; /* set before there was a θ; the first M-step takes it */
    struct starts *starts;    /* what `restarts` found last (em/starts.h), of this prior and these
                                 frozen blocks; NULL: nothing */
};

/* Takes the model over, also when it fails. */
struct machine *machine_new(struct model *m, struct error *e);
/* A machine for trials: without a θ, over the model of m, under its prior, with its blocks held. It
 * must be freed before m. */
struct machine *machine_beside(const struct machine *m, struct error *e);
void machine_free(struct machine *m);

const struct state *machine_here(const struct machine *m);   /* NULL: no θ yet */
const struct state *machine_before(const struct machine *m); /* the parent of here, or NULL */

/* A new start at this θ, without a q: t = 0 again.  Validated. */
int machine_start(struct machine *m, const struct theta *theta, struct error *e);
/* The mask of all blocks of θ, frozen or not. */
unsigned machine_blocks(const struct machine *m);

/* θ by hand, q kept: a state of its own (the first θ of all is a start).  Validated. */
int machine_set_theta(struct machine *m, const struct theta *theta, struct error *e);
/* q by hand; validated.  Before any θ it waits for one: m is then legal. */
int machine_set_q(struct machine *m, const struct latent *q, struct error *e);

/* The half-steps.  *made is false when the step changed nothing and made no state. */
int machine_e(struct machine *m, const struct e_how *how, bool *made, struct error *e);
int machine_m(struct machine *m, const struct m_how *how, double damp, bool *made,
              struct error *e);
bool machine_m_is_due(const struct machine *m); /* after an E or a q set by hand */

/* The prior in force from now on (given = 0: none), and the blocks that are held.  J and log p(θ)
 * of the states there are follow the new prior. */
int machine_set_prior(struct machine *m, const struct prior *prior, struct error *e);
void machine_freeze(struct machine *m, unsigned frozen);

/* Time travel. */
int machine_back(struct machine *m, size_t n, struct error *e);
int machine_forward(struct machine *m, size_t n, struct error *e);
/* "3M", "0", "3" (= 3M), "3E.2", or a mark's name: sets *at. */
int machine_find(const struct machine *m, const char *label, long *at, struct error *e);
int machine_goto(struct machine *m, long at, struct error *e);
int machine_mark(struct machine *m, const char *name, struct error *e);

/* The machine as it was at a state on the way to here, with nothing ahead of it: for a picture of
 * then.  Until machine_glance_end, which follows in any case, nothing else may move it. */
struct glance {
    long here, at, ahead;
};
int machine_glance(struct machine *m, long at, struct glance *g, struct error *e);
void machine_glance_end(struct machine *m, const struct glance *g);

/* The states from the first to here, and on along the last-visited children: the trace.
 * *here is the position of the cursor in it.  Free with mem_free. */
int machine_path(const struct machine *m, long **at, size_t *n, size_t *here, struct error *e);

/* After an exact E on many rows q is known as the posterior at its θ and not stored, as long as the
 * half-steps and their terms do without.  This stores the q of here, for whoever reads it. */
int machine_hold_q(struct machine *m, struct error *e);

/* All terms of a state, where a run left some due. */
int machine_settle(struct machine *m, long at, struct error *e);

/* q of a state, made again if it was let go.  The caller frees its reference. */
struct latent *machine_q(const struct machine *m, const struct state *s, struct error *e);

/* The M-step's answer to the q of here, without taking it (m_answer, computed at need). */
int machine_m_answer(struct machine *m, const struct theta **answer, struct error *e);

enum verdict { VERDICT_CONVERGED, VERDICT_LIMIT, VERDICT_DECREASED, VERDICT_INTERRUPTED,
               VERDICT_UNTIL };
const char *verdict_name(enum verdict v);

enum run_rule { RULE_ELBO, RULE_THETA };
struct run_how {
    size_t max;
    double tol;
    enum run_rule rule;
    /* `until=`: 1 stop, 0 go on, -1 error; NULL: none. */
    int (*until)(void *context, struct error *e);
    void *context;
    volatile sig_atomic_t *interrupt; /* looked at between half-steps */
    bool squarem;                     /* accelerate: em/squarem.h */
};
struct run_result {
    size_t iterations;    /* EM maps taken, an M and an E each; those of extrapolations too */
    enum verdict verdict;
    enum run_rule rule;
    bool squarem;
    double last_change;   /* of J, relative; or ‖Δθ‖ */
    double tol;           /* as used: never below what rounding of θ allows */
    double aitken;        /* Aitken's estimate of the limit of J; NaN when there is none */
    double seconds;       /* in the iterations alone */
};
/* Repeats M, E (after one E if that is due) until J stops moving; ends with an E.  A step that is
 * refused on the way is an error; the states before it stand and *result says how far it came. */
int machine_run(struct machine *m, const struct run_how *how, struct run_result *result,
                struct error *e);

/* The tolerance that claims and identities are held to: 1e-9·max(1,|ℓ|,|Q|,|H|). */
double terms_tolerance(const struct terms *t);
/* KL is 0 to that tolerance: q is the posterior by its numbers, whether or not an E made it so. */
bool terms_closed(const struct terms *t);

#endif
