/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A table for people: rows of cells, columns as wide as their widest cell.
 *
 *     struct grid g;
 *     grid_init(&g, 6);                       digits of numbers
 *     grid_left(&g, "pi"); grid_number(&g, 0.5); grid_row(&g);
 *     grid_print(&g, &s->out, 80); grid_clear(&g);
 *
 * Text cells stand at the left of their column, numbers at the right.  A table wider than `width`
 * is printed in several parts, the first column repeated, without the rows that ended before.
 */
#ifndef EMSTEP_SHELL_GRID_H
#define EMSTEP_SHELL_GRID_H

#include "base/text.h"

struct grid_cell {
    char *text;
    bool right;
};

struct grid {
    int digits;
    struct grid_cell *cell;
    size_t ncell, room;
    size_t *row_end;      /* (nrow) cells before the end of each row */
    size_t nrow, row_room;
    bool failed;
};

void grid_init(struct grid *g, int digits);
void grid_left(struct grid *g, const char *text);  /* a stranger's text is shown safely */
void grid_right(struct grid *g, const char *text);
void grid_number(struct grid *g, double v);
void grid_change(struct grid *g, double v);        /* with its sign */
void grid_count(struct grid *g, size_t n);
void grid_row(struct grid *g);                     /* ends the row */
void grid_print(const struct grid *g, struct text *out, size_t width);
void grid_clear(struct grid *g);

#endif
