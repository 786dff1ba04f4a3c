/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/decimal.h"

bool decimal_begin(struct decimal *d)
{
    d->point = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
    if (!d->point)
        return false;
    d->session = uselocale(d->point);
    return true;
}

void decimal_end(struct decimal *d)
{
    uselocale(d->session);
    freelocale(d->point);
}
