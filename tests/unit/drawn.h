/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A picture held to what was drawn of it: the .csv and the .gp to 17 digits, the .svg to 1e-4 of
 * the axes, and gnuplot's own run of the .gp to the .svg, byte by byte.
 */
#ifndef EMSTEP_TESTS_DRAWN_H
#define EMSTEP_TESTS_DRAWN_H

#include "figures.h"

struct plotter;

/* An empty folder to work in, and back out of it; one at a time. */
void drawn_enter(void);
void drawn_leave(void);

/* The .csv has all numbers and words of the figure, and no others. */
void drawn_csv(const struct figure *f, const char *what);

/* Writes NAME.gp and NAME.svg in the folder and reads both back. */
void drawn_files(struct plotter *p, const struct figure *f, const char *name);

/* Runs gnuplot on every .gp in the folder: into an SVG, which must be the one that is there, and as
 * a user would, without a terminal set, which must go without a word. */
void drawn_scripts(void);

#endif
