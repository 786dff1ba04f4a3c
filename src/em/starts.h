/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Many starts: EM finds the top of the hill that it stands on, so it is started from many places
 * and the optima that it reaches are compared.
 *
 * Start i (from 0) is `init METHOD seed=SEED+i` and a run; each in a machine of its own beside the
 * one that is given, which stays as it is.
 */
#ifndef EMSTEP_EM_STARTS_H
#define EMSTEP_EM_STARTS_H

#include "em/machine.h"

struct starts_how {
    size_t n;
    unsigned long seed;
    const char *method;       /* one of the model's inits */
    struct run_how run;       /* its `interrupt` stops between starts too */
};

struct optimum {
    double value;             /* J (ℓ without a prior; of an MM model f) where the run ended */
    size_t starts;            /* how many ended here, within 1e-6 relative */
    size_t fewest, most;      /* iterations */
    size_t unsettled;         /* of the starts, those that did not converge */
    unsigned long seed;       /* of the first that got highest */
    struct theta *theta;      /* where that one ended, its components called as the best one's */
    struct latent *q;         /* where E at θ alone does not give it (mean field); else NULL */
};

struct refused_start {
    unsigned long seed;
    char *why;
};

/* One start that came to its end. */
struct ending {
    double value;             /* J there */
    unsigned long seed;
    bool settled;             /* it converged */
};

struct starts {
    struct optimum *optimum;  /* (noptimum) the best first */
    size_t noptimum;
    struct ending *ending;    /* (nending) by value, the best first: the starts of optimum 0, 1 … */
    size_t nending;
    struct refused_start *refused; /* (nrefused) degenerate: a step was refused */
    size_t nrefused;
    size_t done;              /* starts that came to an end */
    bool interrupted;
};

/* Refused starts are no errors. */
int starts_run(const struct machine *m, const struct starts_how *how, struct starts *s,
               struct error *e);
void starts_clear(struct starts *s);
void starts_free(struct starts *s); /* of the heap; NULL is harmless */

/* The machine keeps them, in place of those that it had, and owns them; NULL: none. */
void starts_keep(struct machine *m, struct starts *s);

/* Which term the values are. */
enum term starts_term(const struct machine *m);

/* The method of that name (NULL: the first whose name is `usual`, else the first of all), or NULL
 * and an error that lists them. */
const char *starts_method(const struct model *m, const char *name, const char *usual,
                          struct error *e);

/* Makes an optimum a new start of m, and takes the E-step there. */
int starts_take(struct machine *m, const struct optimum *o, struct error *e);

#endif
