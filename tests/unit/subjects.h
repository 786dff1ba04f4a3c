/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every model with data and places in its θ: what the loop tests over models step through.  A new
 * model is covered by its rows here.
 */
#ifndef EMSTEP_TESTS_SUBJECTS_H
#define EMSTEP_TESTS_SUBJECTS_H

#include "support.h"

enum { THETAS = 3 };

struct subject {
    const char *column;        /* its heading in the matrix */
    const char *model, *data;  /* a shipped data set, or the table itself */
    const char *taken;         /* columns= and weights= */
    const char *options;       /* the others */
    const char *theta[THETAS]; /* places in the interior, none a fixed point */
    const char *prior;         /* in blocks of the prior; NULL: the model has none */
    const char *far;           /* a θ that is 60 standard deviations from all the data; NULL:
                                  none is: some latent values explain them at any θ */
    const char *refuses;       /* generalized steps that its q does not have */
    const char *moves;         /* the block that shifts as the data shift; NULL: none */
};

/* A count that the compiler knows: tests loop over it. */
enum { SUBJECTS = 28 };
extern const struct subject claim_subjects[SUBJECTS];

/* Its machine without a θ, and at the θ of that number. */
struct machine *subject_bind(const struct subject *s);
struct machine *subject_at(const struct subject *s, int theta);
/* Its prior in force. */
void subject_put_prior(const struct subject *s, struct machine *m);

/* Fails the test when a model of models.def has no row. */
void subjects_have_all_models(void);

#endif
