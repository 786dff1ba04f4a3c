/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Figures to gnuplot commands.  The numbers go inline as data blocks (a script that runs by itself)
 * or, exact and fast, as binary tables behind CHILD_DATA.
 */
#ifndef EMSTEP_PLOT_SCRIPT_H
#define EMSTEP_PLOT_SCRIPT_H

#include "plot/layout.h"
#include "plot/theme.h"

struct script {
    struct text *out;     /* commands */
    struct text *data;    /* binary tables; NULL: inline */
    struct text clauses;  /* of the plot command being written */
    size_t nclause, ntable, nrow;
    size_t start;         /* of the table being written, in out or data */
    bool undashed;        /* the terminal draws no dashes */
};

void script_init(struct script *s, struct text *out, struct text *data);
void script_clear(struct script *s); /* out->failed tells whether anything was lost */

/* One table of the plot command: rows of n numbers.  begin, rows, then a clause such as
 * "using 1:2 with lines"; a table without rows is left out, and false is returned. */
void script_table_begin(struct script *s);
void script_row(struct script *s, const double *v, size_t n);
bool script_table_end(struct script *s, size_t n);
void script_clause(struct script *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A clause of its own for nothing, so that the key still names it. */
void script_no_table(struct script *s);
/* "plot …" with all clauses since the last one; a plot of nothing when there are none. */
void script_plot(struct script *s);

/* "set xrange [a:b]", ticks and their number format. */
void script_axis(struct script *s, char name, const struct axis *a, double low, double high,
                 size_t room);
/* "set xtics 0.5": at most so many steps of 1, 2 or 5 times a power of 10, where gnuplot's own
 * ticks would run into one another. */
void script_step(struct script *s, char name, double low, double high, double most);

/* How pictures share one sheet: side by side, the panels of each in its own grid. */
struct sheet {
    size_t across, down;
    int width, height;    /* pixels of the whole */
};
struct sheet sheet_of(const struct figure *const *picture, size_t n, enum theme theme);
/* The extent of a picture's own grid: 1 × 1 when it is one panel. */
void sheet_grid(const struct figure *first, size_t *rows, size_t *columns);

/* All commands of pictures but `set term`. */
void script_picture(struct script *s, const struct figure *const *picture, size_t n,
                    enum theme theme);

#endif
