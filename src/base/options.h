/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The name=value pairs of a command, as typed, and their typed readers.  The shell makes them,
 * commands and models read them; a value that cannot be is an error with its place.
 *
 * An option_spec row is at once what is legal, what completion offers and what help prints.
 */
#ifndef EMSTEP_BASE_OPTIONS_H
#define EMSTEP_BASE_OPTIONS_H

#include <stdbool.h>

#include "base/error.h"

enum { OPTION_INDICES = 3 };

/* name[index,…]=value,value,…   An empty right side is an empty list (nvalue 0). */
struct option {
    char *name;
    size_t index[OPTION_INDICES]; /* as typed, from 1 */
    size_t nindex;
    char **value;
    struct span *value_at;
    size_t nvalue;
    struct span at;               /* the whole word */
};

struct options {
    struct option *item;
    size_t count;
};

void options_clear(struct options *o);

enum option_type {
    OPTION_COUNT,   /* a whole number, 0 or more */
    OPTION_REAL,    /* a number */
    OPTION_REALS,   /* numbers, separated by commas */
    OPTION_CHOICE,  /* one of `values`, which are separated by | */
    OPTION_COLUMN,  /* a column of the data set: a name or a number from 1 */
    OPTION_COLUMNS, /* several */
    OPTION_FILE,
    OPTION_WORD,    /* anything */
    OPTION_WORDS,
    OPTION_BLOCKS,  /* names of θ's blocks */
};

struct option_spec {
    const char *name;   /* NULL ends a table */
    enum option_type type;
    const char *values; /* OPTION_CHOICE: the choices; otherwise how help writes the value */
    const char *help;   /* half a line */
};

/* Every option is in the table, given once, without [index], and of its type. */
int options_check(const struct options *o, const struct option_spec *table, const char *owner,
                  struct error *e);

const struct option *options_find(const struct options *o, const char *name);

/* The readers return 0 with *v set when the option is there, 0 with *v untouched when it is not,
 * and -1 with the error placed on the value when it cannot be read or lies outside [low, high].
 * Reals are finite; low = DBL_MIN says "above 0". */
int options_count(const struct options *o, const char *name, size_t low, size_t high, size_t *v,
                  struct error *e);
int options_real(const struct options *o, const char *name, double low, double high, double *v,
                 struct error *e);
/* The position of the value among `choices` ("full|tied|diag"), from 0. */
int options_choice(const struct options *o, const char *name, const char *choices, int *v,
                   struct error *e);
const char *options_word(const struct options *o, const char *name, const char *otherwise);

/* One value of an option as a number, with the error on that value. */
int option_real(const struct option *o, size_t i, double *v, struct error *e);

#endif
