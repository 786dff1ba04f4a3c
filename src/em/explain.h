/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What `explain` says: a number of the theory as its formula, as the same formula with today's
 * numbers put in, and as its value, which is the machine's own.
 *
 * What is the same for every model is written here once: the E-step of a row, the terms, Jensen's
 * inequality of finite models with free rows (from row_log_joint), the ledger, the rate.  What only
 * a model can say is its `explain` slot (a struct explainer); a model without one still gets the
 * generic parts, with the numbers of its log_joint.
 */
#ifndef EMSTEP_EM_EXPLAIN_H
#define EMSTEP_EM_EXPLAIN_H

#include "em/formula.h"
#include "em/machine.h"

/* One number: "γ₃₁ = formula = numbers = value". */
struct explained {
    char *symbol;        /* in LaTeX, owned */
    formula is;          /* NULL: the value alone, with its reason in the remarks */
    double value;        /* the machine's own */
    char *after;         /* text after the value, owned: "→ λ²"; NULL: nothing */
    char *note;          /* a line of text below, owned: "row 12 contributes most"; NULL: none */
    const char *relation; /* of a claim: "≥".  `symbol` is then the claim, `is` left − right */
    formula left, right;  /* its two sides */
};

struct explanation {
    /* What there is to read, for the builders: all borrowed. */
    const struct model *model;
    const struct theta *theta;    /* of here */
    const struct latent *q;       /* of here; NULL: none yet */
    const struct latent *r;       /* `e I`, `jensen I`: what an exact E at θ makes of q (for models
                                     with free rows: its row I alone) */
    const struct theta *answer;   /* `m BLOCK`: the M-step's answer to q */
    const struct prior *prior;    /* NULL: none */
    unsigned frozen;              /* blocks of θ that are held */
    const struct terms *terms;    /* of here */
    bool exact;                   /* is q the posterior at θ? */
    size_t q_count, t;            /* of here: it is q₁ and θ₁ */
    int digits;                   /* of numbers in remarks */

    /* What is built. */
    struct formulas f;
    char *title;                  /* in LaTeX: the general formula; NULL: none */
    char *about;                  /* text beside it: "row 3: eruptions = 3.333" */
    struct explained *item;
    size_t nitem, room;
    char **remark;                /* whole sentences of text, no full stop */
    size_t nremark, remark_room;
    bool failed;                  /* memory ran out */
};

/* For builders.  Each says what it takes in LaTeX (see em/symbol.h) or text; none fails aloud. */
void explain_title(struct explanation *x, const char *latex, ...)
    __attribute__((format(printf, 2, 3)));
void explain_about(struct explanation *x, const char *text, ...)
    __attribute__((format(printf, 2, 3)));
void explain_item(struct explanation *x, double value, formula is, const char *latex, ...)
    __attribute__((format(printf, 4, 5)));
void explain_after(struct explanation *x, const char *text, ...) /* of the last item */
    __attribute__((format(printf, 2, 3)));
void explain_note(struct explanation *x, const char *text, ...) /* below the last item */
    __attribute__((format(printf, 2, 3)));
void explain_remark(struct explanation *x, const char *text, ...)
    __attribute__((format(printf, 2, 3)));
/* Is there an item of this name already? */
bool explain_has(const struct explanation *x, const char *latex);
/* "row 12, waiting = 43, contributes most: −6.21", of a sum whose terms are the rows of the data:
 * below the last item. */
void explain_largest_row(struct explanation *x, const struct formula *sum);
/* Q(q_{1},\theta_{1}): a term's name at the (q, θ) of here, in LaTeX, appended; the same as a
 * formula with its number; and an item of that name and value. */
void explain_term_symbol(const struct explanation *x, enum term t, struct text *latex);
formula explain_term_formula(struct explanation *x, enum term t);
void explain_term_item(struct explanation *x, enum term t, formula is);
/* \mu_{2,1}: an entry of a block of θ, in LaTeX, appended. */
void explain_entry(const struct block *b, size_t entry, struct text *latex);
/* "row 3: eruptions = 3.333, waiting = 74" into out. */
void explain_row(const struct explanation *x, size_t i, struct text *out);

/*
 * The slot of a model, model_class.explain.  Every function may be NULL.  i and k count from 0; a
 * function that returns -1 has set the error.  `value`s given to explain_item are the machine's
 * (of x->r, x->answer, x->terms), never formula_value(): the two are held against each other.
 */
struct explainer {
    /* How many things `e I` and `jensen I` can be about, and what one is called ("row", "pixel",
     * "item").  Without `units`: the rows.  Where there is one alone, I may be left out. */
    size_t (*units)(const struct model *m);
    const char *unit;

    /* Of finite models whose rows are free: log f(x_i|φ_k), as symbols x_{i}, \mu_{k} with their
     * numbers, and its name ("\\mathcal N(x_{3}|\\mu_{1},\\Sigma_{1})", appended; NULL i: x_{i}…).
     * With these the generic e, jensen and terms are complete.  log_density may first add items of
     * its own for what is long about it (|Σ_k|, a distance).  Where all the data share one Z
     * (linkage) log_density is log p(X,Z|θ) of Z = k, and needs no name. */
    formula (*log_density)(struct explanation *x, size_t i, size_t k);
    void (*density_name)(const struct model *m, const char *i, const char *k, struct text *latex);

    /* The E-step of unit i. */
    int (*e)(struct explanation *x, size_t i, struct error *e);
    /* The M-step's answer for one entry of a block of θ (place `entry` in it).  Without it, or
     * where it gives 1: "argmax Q", with the slope of Q there as its check. */
    int (*m)(struct explanation *x, const struct block *b, size_t entry, struct error *e);
    /* One term by its own definition. */
    int (*term)(struct explanation *x, enum term t, struct error *e);
    int (*jensen)(struct explanation *x, size_t i, struct error *e);
    /* log p(θ) with its constants; without it the number stands alone. */
    formula (*log_prior)(struct explanation *x);
    /* Why its intractable terms are so: "the sum over 2^48 images has no short cut". */
    const char *intractable;
};

enum explain_kind {
    EXPLAIN_E, EXPLAIN_M, EXPLAIN_TERM, EXPLAIN_JENSEN, EXPLAIN_LEDGER, EXPLAIN_RATE
};

struct explain_what {
    enum explain_kind kind;
    size_t unit;                  /* E, JENSEN: from 0 */
    const struct block *block;    /* M */
    size_t first, count;          /* M: these entries of it; of many the first are shown */
    enum term term;
};

/* Explains at the machine's state.  On success explanation_clear it. */
int explain_make(struct machine *m, const struct explain_what *what, int digits,
                 struct explanation *x, struct error *e);
void explanation_clear(struct explanation *x);

/* What a term is asked for by: its name for this kind of model, or that of a number of the model's
 * own in its place (maxent's entropy, which is of p and not of a q).  NULL: it has none. */
const char *explain_term_key(const struct model *m, enum term t);
/* The units of a model, and their name. */
size_t explain_units(const struct model *m, const char **name);


#endif
