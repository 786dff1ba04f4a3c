/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Figures in characters.  gnuplot's dumb terminal draws the axes and places the points; a curve
 * goes to it as the places that it covers, so that each series has a character of its own; title,
 * y label and key are lines around the drawing, where no curve can run over them.
 */
#ifndef EMSTEP_PLOT_SKETCH_H
#define EMSTEP_PLOT_SKETCH_H

#include "plot/script.h"

struct sketch {
    const struct figure *figure;
    enum theme theme;
    size_t columns, lines;   /* of the whole */
    size_t least;            /* lines of the drawing, at least; 0: SKETCH_LINES */
    bool colour, ascii;
    bool untitled;           /* the first panel of a grid: its title and note stand over all */
    size_t left, right;      /* the columns that the axes span, */
    size_t foot, top;        /* and their rows, counted from below: set by sketch_measured */
};

enum { SKETCH_COLUMNS = 20, SKETCH_LINES = 10 }; /* at least */

/* Two exchanges.  In the first gnuplot draws the axes alone and says where they are, so that in the
 * second each curve fills exactly the characters that it covers. */
void sketch_measure(const struct sketch *k, struct script *s);
bool sketch_measured(struct sketch *k, const struct text *answer);
void sketch_draw(const struct sketch *k, struct script *s);

/* Title and note alone, and the key alone. */
void sketch_title(const struct sketch *k, struct text *out);
void sketch_key(const struct sketch *k, struct text *out);
/* The lines of n finished ones side by side, each from a column that is a multiple of `columns`. */
void sketch_beside(const struct text *part, size_t n, size_t columns, struct text *out);

/* Makes of gnuplot's second answer the lines to print. */
void sketch_finish(const struct sketch *k, const struct text *answer, struct text *out);

#endif
