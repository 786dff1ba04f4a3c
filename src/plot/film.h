/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the frames of an animation share, so that nothing jumps from one to the next: the axes and
 * their ticks, the entries of the key and its place, the room for title and note.
 *
 * Every frame is looked at first; then each is held to what all of them need.
 */
#ifndef EMSTEP_PLOT_FILM_H
#define EMSTEP_PLOT_FILM_H

#include "plot/figure.h"

struct film;

/* For frames of so many pictures.  NULL without memory. */
struct film *film_new(size_t npicture);
void film_free(struct film *f);

/* The picture at this place of a frame. */
int film_look(struct film *f, size_t place, const struct figure *picture, struct error *e);
int film_hold(const struct film *f, size_t place, struct figure *picture, struct error *e);

#endif
