/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The truth behind data that `sample` drew: the θ that they came from, and where their labels are.
 * It lasts as long as those data are the session's. */
#ifndef EMSTEP_SHELL_TRUTH_H
#define EMSTEP_SHELL_TRUTH_H

#include "shell/session.h"

struct truth {
    struct dataset *data;     /* a reference */
    char *words;              /* what stood after `model` */
    struct layout layout;     /* of θ: the model that it came from may be gone */
    struct theta *theta;
    bool labelled;            /* the last column of the data is z */
    size_t k;                 /* values of z */
};

/* Of data drawn from m at θ; words are copied. */
struct truth *truth_new(const struct model *m, const struct theta *theta, struct dataset *data,
                        const char *words, struct error *e);
void truth_free(struct truth *t);
/* {"model":…,"theta":{…}} as `save` keeps it, and back, for the same data. */
json_t *truth_to_json(const struct truth *t);
struct truth *truth_from_json(const json_t *j, struct dataset *data,
                              volatile sig_atomic_t *interrupt, struct error *e);

/* The truth of the data that are there; NULL: they were not drawn. */
const struct truth *truth_of(const struct session *s);

#endif
