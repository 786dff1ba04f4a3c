/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Drills: small random cases to work by hand.
 *
 * A case is what is given, and some questions about it.  The right answer to each, and every
 * mistake that has a name, is a formula (em/formula.h) over the same numbers: so the worked answer
 * is what is graded, and a mistake is named because its own wrong value is what was typed.
 *
 * A kind of drill is one row of drill_kinds: its deals draw cases.  A deal draws friendly numbers;
 * drill_deal draws again until no mistake comes near the right answer or another mistake.
 */
#ifndef EMSTEP_SHELL_DRILL_H
#define EMSTEP_SHELL_DRILL_H

#include <gsl/gsl_rng.h>

#include "base/error.h"
#include "em/formula.h"

enum { DRILL_QUESTIONS = 5, DRILL_MISTAKES = 12, DRILL_DEALS = 3 };

struct mistake {
    const char *what;    /* "π is left out" */
    formula wrong;       /* what comes out of it */
};

struct question {
    char symbol[40];     /* what is asked for, in LaTeX */
    const char *hint;
    formula right;
    struct mistake mistake[DRILL_MISTAKES];
    size_t nmistake;
};

struct drill {
    struct formulas f;
    struct text given;   /* the case, in lines */
    struct question question[DRILL_QUESTIONS];
    size_t nquestion;
};

struct drill_kind {
    const char *name;    /* NULL ends the table */
    const char *summary;
    void (*deal[DRILL_DEALS])(struct drill *d, gsl_rng *random); /* taken in turn; NULL: no more */
};
extern const struct drill_kind drill_kinds[];

/* The n-th case (from 0) of a kind into d, which is zeroed or has been cleared.  The same random
 * numbers give the same case. */
int drill_deal(struct drill *d, const struct drill_kind *kind, size_t n, gsl_rng *random,
               struct error *e);
void drill_clear(struct drill *d);

/* For deals. */
struct question *drill_ask(struct drill *d, const char *symbol, const char *hint, formula right);
void drill_mistake(struct question *q, const char *what, formula wrong);
/* One of n numbers; a whole number from low to high. */
double drill_pick(gsl_rng *random, const double *from, size_t n);
int drill_whole(gsl_rng *random, int low, int high);
/* Without the rounding of sums of decimals: 1 − 0.8 is 0.2. */
double drill_round(double v);
/* `n` different whole numbers from low to high. */
void drill_different(gsl_rng *random, int low, int high, int *out, size_t n);

/*
 * What an answer is worth.  Right is within 0.5 % (and 0.0006), or rounded to the decimals that
 * were typed and within 2 %; a mistake likewise, the nearest if there are several.
 */
struct grade {
    bool right;
    const char *mistake; /* NULL: none that has a name */
};
struct grade drill_grade(const struct question *q, double value, const char *typed);

void drill_deal_coins(struct drill *d, gsl_rng *random);      /* e */
void drill_deal_normals(struct drill *d, gsl_rng *random);
void drill_deal_moments(struct drill *d, gsl_rng *random);    /* m */
void drill_deal_tosses(struct drill *d, gsl_rng *random);
void drill_deal_elbo(struct drill *d, gsl_rng *random);
void drill_deal_kl(struct drill *d, gsl_rng *random);

#endif
