/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What may stand in a line, kind by kind: each call adds the names that go on from the word. */
#ifndef EMSTEP_SHELL_OFFER_H
#define EMSTEP_SHELL_OFFER_H

#include "shell/complete.h"

/* The question and where the answers go; all borrowed. */
struct asked {
    const struct session *s;
    const char *line;
    size_t start, from;     /* the statement and the word begin here */
    const char *word;       /* what stands there */
    size_t kept;            /* its beginning that stays: "a," of "a,b" */
    struct completion *out;
};

void offer(struct asked *a, const char *name); /* in quotes where it has blanks or commas */
void offer_ending(struct asked *a, const char *name, const char *ending); /* "tol=" */
void offer_choices(struct asked *a, const char *choices);                 /* "full|tied|diag" */

void offer_verbs(struct asked *a); /* those that are legal now */
void offer_expression(struct asked *a);
void offer_columns(struct asked *a);
void offer_datasets(struct asked *a);
void offer_blocks(struct asked *a, const char *ending);
/* mu[1] …, one index in each bracket for expressions. */
void offer_entries(struct asked *a, const char *ending, bool for_expression);
void offer_prior_blocks(struct asked *a);
void offer_models(struct asked *a);
void offer_models_to_choose(struct asked *a); /* by name, and those that are files */
void offer_inits(struct asked *a);
void offer_states(struct asked *a);
void offer_pictures(struct asked *a);
void offer_subjects(struct asked *a);
void offer_explained(struct asked *a);
void offer_settings(struct asked *a);
void offer_setting_values(struct asked *a, const char *name);
void offer_topics(struct asked *a);
void offer_lessons(struct asked *a);

#endif
