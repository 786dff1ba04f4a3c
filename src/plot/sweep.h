/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the pictures along a line share: the bound there, the names of the θ that it is about,
 * curves over s, and marks at places of it.
 */
#ifndef EMSTEP_PLOT_SWEEP_H
#define EMSTEP_PLOT_SWEEP_H

#include "em/line.h"
#include "plot/picture.h"

struct sweep {
    struct machine *m;
    const struct state *here;
    struct bound b;
    struct figure *f;                /* NULL until sweep_start, or without memory */
    double low, high;                /* of y */
    /* "θ₀", "θ₁": where the line starts, where q was made exact, the M-step's answer. */
    char base[PICTURE_NAME], touch[PICTURE_NAME], peak[PICTURE_NAME];
    bool stuck;                      /* the bound has its peak where it touches */
    double focus;                    /* the s that the picture is about: that of here when an M or a
                                        hand has moved it off the touching point, else the peak */
    bool at_here;                    /* … is the θ of here, neither touch nor peak */
    char at[PICTURE_NAME];             /* "θ₁", "here" where that name is taken, "best" */
};

/* Reads the options of the line and sweeps it; `how` comes with history and parts set.  Refused
 * where the curves differ from a constant by rounding alone.  sweep_clear it,
 * but for the figure. */
int sweep_make(struct machine *m, const struct options *o, struct line_how *how, struct sweep *d,
               struct error *e);
void sweep_clear(struct sweep *d);

/* Is s in the range that is drawn? */
bool sweep_shows(const struct sweep *d, double s);
/* The width of that range. */
double sweep_width(const struct sweep *d);

/* The figure, with its x axis. */
void sweep_start(struct sweep *d, const char *title, const char *ylabel);
/* y (n) over the s of the bound. */
struct series *sweep_curve(struct sweep *d, enum ink ink, const char *name, const char *label,
                           const double *y);
void sweep_point(struct sweep *d, enum ink ink, bool filled, const char *name, const char *label,
                 double x, double y);
/* A dotted line from the point down to the axis, and the θ there: "θ₀ = 0.1" of a model of one
 * parameter, "θ₀: 2" of others; "θ₀" alone along em and the gradient. */
void sweep_guide(struct sweep *d, const char *name, const char *theta, double x, double y);
/* From (s, low) to (s, high): an arrow, or a line where there is no room for its heads. */
void sweep_riser(struct sweep *d, enum ink ink, const char *name, bool two_headed, double s,
                 double low, double high);

/* The y that a picture is about. */
struct extent {
    double low, high;
};
void stretch(struct extent *r, double v); /* what is not finite is passed over */
/* The range of y: all of the curves' upper side, down to a little below what matters. */
void sweep_range(struct sweep *d, struct extent matter, struct extent all);

#endif
