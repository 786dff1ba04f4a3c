/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where the key and the words go so that nothing collides: what the curves and points cover is
 * taken, the key moves to a free corner, and each text tries the places around its point.
 */
#ifndef EMSTEP_PLOT_LAYOUT_H
#define EMSTEP_PLOT_LAYOUT_H

#include "plot/view.h"

/* A text's place: offset from its point in characters, and which end of it is there. */
struct spot {
    double dx, dy;
    int align; /* −1: its right end, 0: its middle, 1: its left end */
    bool left_out; /* the window is too narrow for it */
};

struct layout {
    enum key_place key;
    bool crowded;        /* no corner is free for it */
    double key_lines;    /* its height */
    double key_width;    /* of its widest entry, in characters */
    size_t key_entries;
    struct spot *spot;   /* one for each text of the figure, in order; owned */
    size_t nspot;
};

/* `steps`: grid steps of v to a character's width, and to a line.  0, or -1 without memory. */
int layout_of(const struct figure *f, const struct view *v, size_t steps, bool key_inside,
              struct layout *out);
void layout_clear(struct layout *l);

/* Every n-th tick label, so that they do not run into one another on an axis of `room` characters
 * (lines, for y). */
size_t layout_tick_stride(const struct axis *a, size_t room, bool vertical);

/* Goes to the figure's first text in the window from `at` on, {0, 0} to begin with; false
 * when there is none.  The caller steps at->i. */
struct text_at {
    size_t series, i;
};
bool layout_next_text(const struct figure *f, const struct view *v, struct text_at *at);

#endif
