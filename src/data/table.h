/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading tables: CSV, TSV, semicolon- or blank-separated text, and PBM or PGM images
 * (data/image.h), from a file or from the data sets that ship with emstep.
 *
 * The separator is the one of , TAB ; blank that splits the first lines consistently, unless given.
 * A header is taken to be there when a cell of the first line is not a number while the cells
 * below it are, or when no cell of the first line is a number or NA, unless given.
 * NA, an empty cell, NaN, and the words of na= are missing.  A column with any other cell that is
 * not a number is a text column.
 */
#ifndef EMSTEP_DATA_TABLE_H
#define EMSTEP_DATA_TABLE_H

#include <signal.h>

#include "data/dataset.h"

struct table_how {
    char separator;                /* 0: find out; ' ' means any run of blanks and tabs */
    int header;                    /* 1 yes, 0 no, -1 find out */
    const char *const *na;         /* further words for missing, NULL-terminated; NULL: none */
    const char *const *columns;    /* names or numbers to keep, in this order; NULL: all */
    const char *name;              /* the data set's name; NULL: the file's, without its ending */
    volatile sig_atomic_t *interrupt; /* ^C, looked at in every cell; NULL: none */
};

/* Reads `path` ("faithful" finds the shipped datasets/faithful.csv when there is no such file).
 * Errors say file:line:column.  The caller holds one reference to the result. */
struct dataset *table_read(const char *path, const struct table_how *how, struct error *e);

/* The same from bytes in memory; `source` names them in messages.  What the fuzzers drive. */
struct dataset *table_parse(const char *bytes, size_t count, const char *source,
                            const struct table_how *how, struct error *e);

/* The shipped data sets, in alphabetical order: NULL-terminated names without ending, and what
 * each is in half a line (from datasets/README.md's table).  Free with table_shipped_free. */
struct shipped_table {
    char *name;
    char *about;
};
int table_shipped(struct shipped_table **list, size_t *count, struct error *e);
void table_shipped_free(struct shipped_table *list, size_t count);

#endif
