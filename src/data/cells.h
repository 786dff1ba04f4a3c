/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A table's bytes, a cell at a time, in the order of the file.
 *
 *     cells_init(&c, bytes, count, source, ',', NULL);
 *     while ((got = cells_next(&c, &cell, e)) > 0)
 *         … cell.s, cell.n; cell.ends_row …
 *     cells_clear(&c);
 *
 * Blanks round a cell are not part of it, and empty lines are no rows.  A cell that holds a quote
 * goes through libcsv in its strict mode; the others are borrowed from the bytes as they stand.
 */
#ifndef EMSTEP_DATA_CELLS_H
#define EMSTEP_DATA_CELLS_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/text.h"
#include "data/place.h"

struct cell {
    const char *s;       /* not NUL-terminated; good until the next call */
    size_t n;
    struct place place;  /* of its first byte in the file */
    const char *end;     /* the byte after it in the file */
    bool ends_row;
};

struct cells {
    const char *at, *end;    /* what is left to read */
    char separator;          /* ' ': any run of blanks and tabs */
    struct place here;       /* source, line and line_start of `at` */
    bool in_row;             /* a separator was read last: a cell follows, be it empty */
    volatile sig_atomic_t *interrupt;
    struct text unquoted;    /* what libcsv made of the last quoted cell */
};

void cells_init(struct cells *c, const char *bytes, size_t count, const char *source,
                char separator, volatile sig_atomic_t *interrupt);
void cells_clear(struct cells *c);

/* 1: a cell; 0: the end; -1: bad quotes, ^C (looked at within a cell, too; interrupt NULL: never),
 * or no memory. */
int cells_next(struct cells *c, struct cell *cell, struct error *e);

#endif
