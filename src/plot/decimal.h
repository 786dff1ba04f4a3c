/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers with a decimal point, whatever the session's locale is, between begin and end. */
#ifndef EMSTEP_PLOT_DECIMAL_H
#define EMSTEP_PLOT_DECIMAL_H

#include <locale.h>
#include <stdbool.h>

struct decimal {
    locale_t point, session;
};

bool decimal_begin(struct decimal *d); /* false when memory ran out */
void decimal_end(struct decimal *d);

#endif
