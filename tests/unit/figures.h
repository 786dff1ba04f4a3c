/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of pictures share: a picture drawn, or refused, and a look into its figure. */
#ifndef EMSTEP_TESTS_FIGURES_H
#define EMSTEP_TESTS_FIGURES_H

#include "plot/picture.h"
#include "support.h"

/* The figure of `plot kind` with these options (support_options); the caller frees it. */
struct figure *draw(struct machine *m, const char *kind, const char *words);
/* The picture is refused with these words in its message and its hint. */
void refused(struct machine *m, const char *kind, const char *words, const char *message,
             const char *hint);
/* Do its title, note, key or words say this? */
bool says(const struct figure *f, const char *words);
/* The series of that name, or NULL. */
const struct series *series_of(const struct figure *f, const char *name);

/* The rows of one series: x, y, x2, y2 as the .csv has them. */
enum { TABLE_ROWS = 4000 };
struct table {
    size_t n;
    double v[TABLE_ROWS][4];
};
void read_csv(const struct figure *f, const char *series, struct table *t);

/* To the bit: 17 digits, and NaN is NaN. */
void same(double a, double b, const char *what);

#endif
