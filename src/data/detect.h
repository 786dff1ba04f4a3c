/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a table's first lines tell of its form, where the user did not say. */
#ifndef EMSTEP_DATA_DETECT_H
#define EMSTEP_DATA_DETECT_H

#include "data/table.h"

/* The separator: one of TAB ; , blank that gives each of the first rows as many cells, two or more.
 * Else the one that the first row has; ',' where it has none, or at ^C. */
char detect_separator(const char *bytes, size_t count, volatile sig_atomic_t *interrupt);

/* 1 or 0: the first row is a header, by the rule of table.h; -1 with an error.
 * how->separator is known, and that the first row has ncol cells. */
int detect_header(const char *bytes, size_t count, const char *source, size_t ncol,
                  const struct table_how *how, struct error *e);

#endif
