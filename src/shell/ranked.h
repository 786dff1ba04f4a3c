/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which rows a table shows, and in which order: rows=A:B, n=,
 * and the largest of something first. */
#ifndef EMSTEP_SHELL_RANKED_H
#define EMSTEP_SHELL_RANKED_H

#include "shell/command.h"

struct ranked {
    size_t *row;      /* (n) from 0, owned */
    size_t n;
    size_t of;        /* out of so many that were asked for */
};

/* Of rows 0 … total − 1: those of rows=, by falling key (total) (NULL: as they come; a NaN comes
 * last), n= of them, or `otherwise` where neither is given. */
int ranked_make(const struct call *c, size_t total, size_t otherwise, const double *key,
                struct ranked *r, struct error *e);
void ranked_clear(struct ranked *r);

#endif
