/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random numbers (GSL's mt19937): the same seed gives the same numbers on every machine. */
#ifndef EMSTEP_NUMERIC_RANDOM_H
#define EMSTEP_NUMERIC_RANDOM_H

#include <gsl/gsl_rng.h>

#include "base/error.h"

/* NULL when memory runs out; free with gsl_rng_free. */
gsl_rng *random_new(unsigned long seed, struct error *e);

#endif
