/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * "did you mean 'plot'?": the names nearest to a word that nobody knows.
 *
 *     struct nearest near = {.typed = word};
 *     for (each name)
 *         nearest_try(&near, name);
 *     suggest_nearest(e, &near);
 *
 * Words and names are borrowed.
 */
#ifndef BASE_SUGGEST_H
#define BASE_SUGGEST_H

#include "base/error.h"

struct nearest {
    const char *typed;
    const char *name[2]; /* nearest first; NULL: nothing is near */
    int distance[2];
};

/* A name as near as one that stands there already comes after it; equal names count once. */
void nearest_try(struct nearest *near, const char *name);

/* Adds what is near, at most two names, to the message of e. */
void suggest_nearest(struct error *e, const struct nearest *near);

/* The same of a list that ends in NULL. */
void suggest(struct error *e, const char *typed, const char *const *candidates);

#endif
