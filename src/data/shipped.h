/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The data sets that come with emstep: finding one, and listing them (table_shipped). */
#ifndef EMSTEP_DATA_SHIPPED_H
#define EMSTEP_DATA_SHIPPED_H

#include "base/error.h"
#include "base/text.h"

/* The file that the user means by `path`, appended to `found`: it itself, or the shipped data set
 * of that name when there is no such file. */
int shipped_find(const char *path, struct text *found, struct error *e);

#endif
