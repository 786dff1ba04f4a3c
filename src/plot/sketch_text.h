/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lines around a text picture, and its polish.  Shared by sketch.c and sketch_text.c alone. */
#ifndef EMSTEP_PLOT_SKETCH_TEXT_H
#define EMSTEP_PLOT_SKETCH_TEXT_H

#include "plot/sketch.h"

/* Lines that are left for gnuplot's drawing. */
size_t sketch_drawing_lines(const struct sketch *k);

#endif
