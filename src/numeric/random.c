/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "numeric/random.h"

#include <gsl/gsl_errno.h>

gsl_rng *random_new(unsigned long seed, struct error *e)
{
    gsl_rng *r;

    gsl_set_error_handler_off();
    r = gsl_rng_alloc(gsl_rng_mt19937);
    if (!r) {
        error_no_memory(e);
        return NULL;
    }
    gsl_rng_set(r, seed);
    return r;
}
