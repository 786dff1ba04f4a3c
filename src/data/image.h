/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading images as data: PBM and PGM (P1, P2, P4, P5 of Netpbm), as a table row, col, x.
 *
 * Ink is positive: a black pixel is x = +1, a white one −1, greys lie between.  The size in the
 * header is held against the bytes that follow before anything is made of it.
 */
#ifndef EMSTEP_DATA_IMAGE_H
#define EMSTEP_DATA_IMAGE_H

#include "data/dataset.h"

/* Do the bytes begin as a PBM or PGM file does? */
bool image_begins(const char *bytes, size_t count);

/* The caller holds one reference.  Errors begin with `source`. */
struct dataset *image_parse(const char *bytes, size_t count, const char *source, const char *name,
                            struct error *e);

#endif
