/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From roles to looks: which colour, width, dash and point a series gets in each theme, and which
 * characters draw it in a terminal.
 */
#ifndef EMSTEP_PLOT_THEME_H
#define EMSTEP_PLOT_THEME_H

#include "plot/render.h"

enum dash {
    DASH_SOLID, DASH_DASHED, DASH_DOTTED,
    DASH_LONG, DASH_SHORT, DASH_MIXED, DASH_DOUBLE, /* of components: all but lines */
    DASH_FINE,                                      /* of what is dashed beyond its role */
};

struct pen {
    unsigned rgb;
    double width;           /* of lines */
    enum dash dash;
    int shape;              /* gnuplot's point type */
    double size;            /* of points */
    double fill;            /* opacity of areas, 0 … 1 */
    bool plain;             /* the terminal's own colour (black would be lost on black) */
    const char *line, *point, *area; /* characters */
};

/* Sizes of a theme, for a picture of one panel. */
struct look {
    int width, height;      /* pixels */
    int font;               /* points, of the axes and labels */
    double weight;          /* of lines and points */
    double across, down;    /* the share of these sizes that one of several panels has: with large
                               letters it needs more, or the key leaves nothing to the plot */
};

struct look theme_look(enum theme theme);
struct pen theme_pen(enum theme theme, const struct series *s, bool ascii);
unsigned theme_colour(enum theme theme, unsigned rgb); /* of a point with a colour of its own */
const char *dash_pattern(enum dash dash);              /* as gnuplot's dashtype */

#endif
