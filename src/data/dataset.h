/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A data set: named columns of numbers or of text, with missing entries, and the observations that
 * a model takes from it.
 *
 * A dataset is immutable once read and reference-counted, so that undo, models and marked states
 * share it.  Missing numbers are NaN.  A text column holds, per row, the number of its level
 * (1 … nlevel, levels in order of first appearance; NaN for missing).
 */
#ifndef EMSTEP_DATA_DATASET_H
#define EMSTEP_DATA_DATASET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/options.h"
#include "base/text.h"

enum column_kind { COLUMN_NUMBER, COLUMN_TEXT };

struct column {
    char *name;
    enum column_kind kind;
    double *value;    /* (nrow) */
    size_t nmissing;
    char **level;     /* (nlevel), text columns only */
    size_t nlevel;
};

struct dataset {
    int refs;
    char *name;       /* what the user calls it: the prompt shows it */
    char *source;     /* the file's path, for messages */
    size_t nrow, ncol;
    struct column *column;
};

/* An empty table of that size with unnamed, NUMBER columns of zeros, one reference held. */
struct dataset *dataset_new(const char *name, size_t nrow, size_t ncol, struct error *e);
struct dataset *dataset_ref(struct dataset *d);
void dataset_free(struct dataset *d); /* lets go of one reference; NULL is harmless */

/* Finds a column by its exact name, else by its number from 1.  -1 and an error with near names. */
int dataset_find_column(const struct dataset *d, const char *name_or_number, size_t *at,
                        struct error *e);

/* Keeps only these columns, in this order; NULL ends the list.  For readers, before d is shared. */
int dataset_keep(struct dataset *d, const char *const *columns, struct error *e);

/*
 * What a model sees: n rows of d numbers, column by column, and a weight per row.  Columns, weights
 * and names are the data set's own, which is held: nothing is copied.
 */
enum { OBSERVATIONS_BLOCK = 128 };
struct observations {
    struct dataset *data;
    size_t n, d;
    const double **x;      /* (d) columns (n) of the data set: entry j of row i is x[j][i], NaN =
                              missing */
    const double *weight;  /* (n), all 1 when no column was named */
    double *ones;          /* the latter; else NULL */
    double *room;          /* of observations_block */
    double total_weight;   /* Σ weight: what the formulas call n */
    bool weighted;         /* a weights column was named */
    size_t *column;        /* (d) places in data->column */
    size_t nmissing;
    bool takes_text;       /* columns of text too: x holds the numbers of their levels */
};

/*
 * Takes the columns named by option `columns` (all numeric ones, less the weights column, when it
 * is not given) and the weights named by option `weights`.  Weights must be present, finite and
 * not negative, with a positive sum.  Infinite entries are refused, with row and column.
 */
int observations_select(struct observations *o, struct dataset *data, const struct options *options,
                        struct error *e);
/* The same, but named columns may be text; all of them are taken where nothing is named and there
 * is no column of numbers. */
int observations_with_text(struct observations *o, struct dataset *data,
                           const struct options *options, struct error *e);
bool observations_is_text(const struct observations *o, size_t j);
/* The level of a text column that the number stands for; NULL: of none. */
const char *observations_word(const struct observations *o, size_t j, double v);
/* An entry of column j from its text: a number, or a word's level.  False when it is neither. */
bool observations_read(const struct observations *o, size_t j, const char *text, double *v);
/* The rows and the weights alone (d = 0): the columns are the model's own affair. */
int observations_rows(struct observations *o, struct dataset *data, const struct options *options,
                      struct error *e);
/* The model cannot take missing entries: an error that names the first one and how
 * many there are. */
int observations_complete(const struct observations *o, const char *model, struct error *e);
void observations_clear(struct observations *o);
const char *observations_name(const struct observations *o, size_t j);
/* `count` rows, OBSERVATIONS_BLOCK at most, as (count,d).  Good until the next call, or the next of
 * observations_row, which is a block of one. */
const double *observations_block(const struct observations *o, size_t first, size_t count);
const double *observations_row(const struct observations *o, size_t i);

#endif
