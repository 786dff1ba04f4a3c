/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a cell says: a number, text, or that its entry is missing. */
#ifndef EMSTEP_DATA_ENTRY_H
#define EMSTEP_DATA_ENTRY_H

#include "data/cells.h"
#include "data/table.h"

enum entry_kind { ENTRY_MISSING, ENTRY_NUMBER, ENTRY_TEXT };

/* How the decimals of a number were written. */
enum decimal { DECIMAL_NONE, DECIMAL_POINT, DECIMAL_COMMA };

struct entry {
    enum entry_kind kind;
    double value;          /* NaN when missing */
    enum decimal decimal;
};

/* how->separator is known here: where it is ';', 1,5 is a number, as in R's read.csv2. */
struct entry entry_read(const struct cell *cell, const struct table_how *how);

#endif
