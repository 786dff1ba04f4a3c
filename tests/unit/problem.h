/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Random problems, each made from its number alone: a table, a model over it, options, a prior,
 * held blocks.  They are meant to be awkward: units of 1e-150 and 1e150, offsets, duplicates,
 * collinear and constant columns, outliers, weights of 0 and of 1e-300, more components than rows.
 */
#ifndef EMSTEP_TESTS_PROBLEM_H
#define EMSTEP_TESTS_PROBLEM_H

#include "support.h"

/* The numbers up to here stay the problems that they are, so that what once failed can be tried
 * again; those beyond draw from more: every Lua model, schedules, time travel, restarts. */
enum { PROBLEMS_BEFORE = 20000 };

struct problem {
    unsigned long number;
    gsl_rng *random;
    const char *model;
    char options[400];
    size_t n, d;
    bool weighted;
    bool later;             /* beyond PROBLEMS_BEFORE */
    bool wild;              /* not what a sensible person would call data */
    double unit;            /* of the columns */
    struct dataset *data;
    struct machine *m;      /* NULL: the model refused, see `error` */
    struct error error;
};

void problem_make(struct problem *p, unsigned long number);
void problem_clear(struct problem *p);
/* The table as CSV, and the options: to make a case of it. */
void problem_print(const struct problem *p);

/* Draws, all from p->random. */
bool problem_chance(const struct problem *p, double share);
size_t problem_below(const struct problem *p, size_t n); /* 0 … n − 1 */
double problem_between(const struct problem *p, double low, double high);

/* Fills p->data, p->options: see problem_data.c. */
void problem_data(struct problem *p);
/* Hyperparameters in a random range around the data, into v; the mask of those given. */
unsigned problem_prior(const struct problem *p, double *v);

#endif
