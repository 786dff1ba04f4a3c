/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file is read in stretches, within a cell too; ^C is looked at between two. */
#ifndef EMSTEP_DATA_STRETCH_H
#define EMSTEP_DATA_STRETCH_H

#include <signal.h>
#include <stdbool.h>

#include "base/error.h"

enum { STRETCH = 1 << 20 };

/* NULL: there is no ^C. */
static inline bool interrupted(const volatile sig_atomic_t *interrupt)
{
    return interrupt && *interrupt;
}

static inline int interrupted_error(struct error *e)
{
    error_set(e, "interrupted; the data are what they were");
    e->kind = ERROR_INTERRUPTED;
    return -1;
}

/* The end of the stretch that begins at s. */
static inline const char *stretch_end(const char *s, const char *end)
{
    return end - s > STRETCH ? s + STRETCH : end;
}

#endif
