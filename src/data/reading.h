/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A table while it is read: the data set that grows, and what is known of its columns so far. */
#ifndef EMSTEP_DATA_READING_H
#define EMSTEP_DATA_READING_H

#include <stdbool.h>

#include "data/cells.h"
#include "data/levels.h"
#include "data/table.h"

/* A column. */
struct draft {
    struct levels levels;
    bool any;           /* an entry is not missing */
    size_t point_line;  /* the first line with 1.5 in this column; 0: none */
    struct place comma; /* the first 1,5; line 0: none */
};

struct reading {
    const char *bytes, *source;
    size_t count;
    struct table_how how;  /* with nothing left to find out */
    struct dataset *data;
    struct draft *draft;   /* (data->ncol) */
    size_t room;           /* rows that the columns have room for */
    bool again;            /* text was met below numbers: read once more, now as text */
};

/* Names the columns: from the first row of c, or V1, V2 … where there is no header. */
int reading_names(struct reading *r, struct cells *c, struct error *e);

/* Names and rows into r->data, whose columns are there, in two passes if need be. */
int reading_rows(struct reading *r, struct error *e);

#endif
