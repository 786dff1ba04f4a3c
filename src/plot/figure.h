/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A picture as data: what is drawn, in numbers and words, with nothing of gnuplot in it.
 *
 * A picture function (plot/picture-*.c) makes a figure from the machine; the renderers make of any
 * figure a window, a terminal picture, an image file, a .gp script or a .csv of the numbers.  All
 * text in a figure is a stranger's: the renderers quote it.
 *
 * A picture of several panels is a chain of figures, each at its place of a grid; whoever takes a
 * figure takes the chain.  The first one's title and note are the picture's; titles further down
 * are their panels' own.
 */
#ifndef EMSTEP_PLOT_FIGURE_H
#define EMSTEP_PLOT_FIGURE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum mark_style {
    STYLE_LINE,       /* x, y */
    STYLE_POINTS,     /* x, y */
    STYLE_LINE_POINTS,
    STYLE_BAND,       /* x, y, y2: filled between */
    STYLE_BARS,       /* x, y, from the baseline 0 or from y2 where it is given: boxes of `width` */
    STYLE_STEPS,
    STYLE_TEXT,       /* x, y, text[]: words at places */
    STYLE_ARROW,      /* from (x,y) to (x2,y2); two_headed */
};

/* Roles, not colours: the theme gives each role a colour, a width and a dash that differ in
 * grey-scale too (Okabe–Ito). */
enum ink {
    INK_TRUTH,        /* ℓ: heavy solid blue */
    INK_BOUND,        /* ELBO: lighter dashed orange */
    INK_GAP,          /* KL: vermillion, light when filled */
    INK_TOUCH,        /* the touching point: black */
    INK_STEP,         /* the M-step's landing point: orange triangle */
    INK_PAST,         /* bounds of E-steps before: lighter than INK_BOUND */
    INK_PATH,         /* the states that EM went through: thin black */
    INK_FAINT,        /* guides, histograms: grey */
    INK_COMPONENT,    /* + component number: the palette */
    INK_SHADE,        /* + component 0 … 3: the greys of an image, light to dark */
    INK_TRUTH_HEIGHT, /* + component 0 … HEIGHTS − 1: a level of ℓ, solid blue, dark when high */
    INK_BOUND_HEIGHT, /* the same of the ELBO, dashed orange */
};

enum { HEIGHTS = 8 };

struct series {
    char *label;           /* in the key; NULL: not in the key */
    char *name;            /* column name in the .csv: "elbo" */
    enum mark_style style;
    enum ink ink;
    int component;         /* INK_COMPONENT: 0, 1, …; shades, heights */
    bool filled;           /* points: filled or open */
    bool dashed;           /* overrides the role */
    bool two_headed;
    bool centred;          /* STYLE_TEXT: over the point, as a bar's number, not beside it */
    bool inlaid;           /* STYLE_TEXT: on the point itself, in a gap of the lines there */
    double width;          /* STYLE_BARS: of a box, in x units */
    size_t n;
    double *x, *y;         /* (n), owned; NaN breaks a line */
    double *x2, *y2;       /* (n) or NULL */
    unsigned *colour;      /* (n) 0xRRGGBB or NULL: a colour of its own for each point */
    char **text;           /* (n) or NULL */
};

struct axis {
    char *label;           /* NULL: none */
    bool ranged;
    double low, high;
    size_t ntick;          /* 0: gnuplot's own ticks */
    double *tick;
    char **tick_label;
};

enum key_place { KEY_TOP_LEFT, KEY_TOP_RIGHT, KEY_BOTTOM_LEFT, KEY_BOTTOM_RIGHT, KEY_NONE,
                 KEY_BELOW };

struct figure {
    char *title;           /* one claim */
    char *note;            /* a line under it, or NULL ("q was never exact: no touching point") */
    struct axis x, y;
    size_t title_lines;    /* room for so many at least */
    enum key_place key;
    bool square;           /* equal units on both axes */
    bool bare;             /* no axes: a panel for the key alone */
    char *name;            /* of a panel, in the .csv: "eruptions,waiting"; NULL: its number */
    struct figure *next;   /* the next panel of the picture, owned; NULL: the last */
    size_t row, column;    /* its place in their grid, from 0 at the top left */
    struct series **series; /* (nseries), owned; a series stays where it is */
    size_t nseries, room;
    bool failed;           /* out of memory while it was made: figure_done says so */
    struct series *spare;  /* what figure_add hands out then */
};

/* NULL when memory ran out.  The key starts top left. */
struct figure *figure_new(const char *title, const char *xlabel, const char *ylabel);
void figure_free(struct figure *f);
/* Of memory, all panels. */
size_t figure_bytes(const struct figure *f);
int figure_done(const struct figure *f, struct error *e);
/* The panel follows the others of `first`, at that place of their grid; it is owned there.  panel:
 * NULL, when memory ran out, makes `first` fail.  `name` is copied. */
void figure_panel(struct figure *first, struct figure *panel, size_t row, size_t column,
                  const char *name);

/* The new series, n long with x and y zeroed.  Never NULL, so that pictures read straight down:
 * when memory ran out (failed is set) it is a spare one with s->n = 0 that takes x[0] and x[1], so
 * loops go to s->n.  label and name are copied. */
struct series *figure_add(struct figure *f, enum mark_style style, enum ink ink, const char *name,
                          const char *label, size_t n);
double *series_second(struct figure *f, struct series *s, bool of_x); /* x2 or y2, zeroed (n) */
unsigned *series_colours(struct figure *f, struct series *s);         /* colour, zeroed (n) */
/* One point with words beside it (or over it: set centred). */
struct series *figure_text(struct figure *f, double x, double y, enum ink ink, const char *words);
void figure_tick(struct figure *f, struct axis *a, double at, const char *label);
/* The number of a row: no tick at 1.5 where there are few. */
void figure_tick_row(struct figure *f, struct axis *a, double at, size_t row);

/* The component palette (Okabe–Ito), and a mixture of its colours by weights (k). */
unsigned figure_component_colour(int component);
unsigned figure_mixed_colour(const double *weight, size_t k);

/* A line under the title. */
void figure_note(struct figure *f, const char *words);

#endif
