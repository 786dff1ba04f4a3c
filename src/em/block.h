/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Named blocks with shapes and constraints: what θ, q and a prior are made of.
 *
 * A layout says which blocks there are ({"Sigma", {K,d,d}, SPD}); a theta, a latent or a prior is
 * an array of doubles under one layout.  Because every model's θ and q are made so, copying,
 * showing, setting, completing, saving and undoing are written once for all models.
 *
 * theta and latent are two C types on purpose: the E-step reads a const theta and writes a latent,
 * the M-step reads a const latent and writes a theta, and the compiler holds us to it.
 */
#ifndef EMSTEP_EM_BLOCK_H
#define EMSTEP_EM_BLOCK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/text.h"

enum { BLOCK_RANK = 3, LAYOUT_BLOCKS = 8, BLOCK_NAME = 24 };

enum constraint {
    CONSTRAINT_FREE,
    CONSTRAINT_POSITIVE, /* > 0 */
    CONSTRAINT_BOUNDS,   /* lower ≤ v ≤ upper: probabilities are 0 ≤ v ≤ 1 */
    CONSTRAINT_SIMPLEX,  /* ≥ 0, and along the last index the sum is 1 */
    CONSTRAINT_SPD,      /* over the last two indices symmetric and positive definite */
};

struct block {
    char name[BLOCK_NAME];
    const char *help;            /* "covariance of component k" */
    int rank;                    /* 0: a scalar */
    size_t dim[BLOCK_RANK];
    enum constraint constraint;
    double lower, upper;         /* CONSTRAINT_BOUNDS */
    unsigned of_z;               /* bit j: index j + 1 is a value of z, as k in mu[k,j] */
    const char *const *label;    /* (dim[0]) what its entries are called; NULL: by their numbers */
    size_t offset, size;         /* set by layout_add */
};

struct layout {
    size_t nblock;
    struct block block[LAYOUT_BLOCKS];
    size_t size; /* doubles in all */
};

/* Appends a block; offset and size are filled in.  Returns its position.  A size that overflows
 * makes layout->size SIZE_MAX, which blocks_new refuses. */
size_t layout_add(struct layout *l, struct block b);
/* The block of that name, or NULL. */
const struct block *layout_find(const struct layout *l, const char *name);
size_t layout_place(const struct layout *l, const struct block *b); /* its position: a mask's bit */

struct blocks {
    const struct layout *layout; /* borrowed: it lives in the model */
    double *v;                   /* (layout->size) */
};

struct theta {
    int refs;
    struct blocks b;
};

struct latent {
    int refs;
    struct blocks b;
};

/* Zeroed, one reference held.  NULL when memory runs out. */
struct theta *theta_new(const struct layout *l, struct error *e);
struct theta *theta_copy(const struct theta *t, struct error *e);
struct theta *theta_ref(struct theta *t);
void theta_free(struct theta *t);

struct latent *latent_new(const struct layout *l, struct error *e);
struct latent *latent_copy(const struct latent *q, struct error *e);
struct latent *latent_ref(struct latent *q);
void latent_free(struct latent *q);

/* The block's first double; the name must exist (a broken name is a broken program). */
double *block_of(const struct blocks *b, const char *name);
static inline double *theta_block(const struct theta *t, const char *name)
{
    return block_of(&t->b, name);
}
static inline double *latent_block(const struct latent *q, const char *name)
{
    return block_of(&q->b, name);
}

/* Position of entry [i,j,…] (from 1) inside block b; trailing indices of extent 1 may be left out,
 * and kept.  -1 and an error that gives the shape. */
int block_entry(const struct block *b, const size_t *index, size_t nindex, size_t *at,
                struct error *e);
/* Like block_entry for an incomplete index: the run [*at, *at + *count) that the index selects. */
int block_run(const struct block *b, const size_t *index, size_t nindex, size_t *at, size_t *count,
              struct error *e);

/* "mu[2,1]" → its block, NULL when there is none of that name, and its indices, as typed. */
const struct block *block_named(const struct layout *l, const char *entry);
int block_indices(const char *entry, size_t index[BLOCK_RANK], size_t *nindex, struct error *e);

/* Appends "mu[2,1]": the name of entry `at` of the block; trailing extents of 1 are left out, a
 * block of one entry is its bare name. */
void block_entry_name(const struct block *b, size_t at, struct text *out);
/* "Sigma[2,2,2]": the name with its extents. */
void block_shape(const struct block *b, struct text *out);

/* Every entry finite and within its block's constraint, to within rounding (1e-9 on sums and
 * symmetry).  The error names the entry, its value and the rule. */
int blocks_valid(const struct blocks *b, struct error *e);

/* Takes rounding out of a valid set: simplex rows are made to sum to 1, symmetric pairs equal. */
void blocks_tidy(struct blocks *b);

/* Entries at[k] of the block (n ≤ 2, v its first double) ← s[k], and what is tied to them follows:
 * the rest of a simplex row rescaled in proportion, a symmetric matrix's mirror images.  The result
 * may be out of range: see blocks_valid. */
void block_move(const struct block *b, double *v, const size_t *at, const double *s, size_t n);
/* False: a simplex of one entry, which is 1. */
bool block_moves(const struct block *b);
/* Whether entry i can move while j stands: not itself, its mirror image, the other of 2 weights. */
bool block_free_of(const struct block *b, size_t i, size_t j);

/* out ← (1 − t)·a + t·b, entry by entry.  Every constraint of a block is a convex set, so between
 * two valid ends, 0 ≤ t ≤ 1, the mix is valid too.  Mixing probabilities mixes the distributions
 * (of each row; ξ of a chain with its marginals stays one); mixing means and variances is a path
 * from one normal to another. */
void blocks_mix(const struct blocks *a, const struct blocks *b, double t, struct blocks *out);

/* The same values, bit for bit. */
bool blocks_same(const struct blocks *a, const struct blocks *b);

/* ‖a − b‖₂ over the free coordinates: the last weight of a simplex and the lower triangle of a
 * symmetric matrix follow from the others and are not counted twice. */
double blocks_distance(const struct blocks *a, const struct blocks *b);
double blocks_norm(const struct blocks *a);

#endif
