/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `show` can show: one function in show-x.c and one row in shows.def each. */
#ifndef EMSTEP_SHELL_SHOW_H
#define EMSTEP_SHELL_SHOW_H

#include "shell/command.h"
#include "shell/session.h"

struct subject {
    const char *name;
    const char *summary;
    unsigned needs;                    /* mask of enum need */
    const struct option_spec *options; /* NULL: none */
    bool lets_q_be;                    /* as of a command */
    int (*run)(struct session *s, const struct call *c, struct error *e);
};

extern const struct subject *const show_subjects[]; /* rows of shows.def, NULL-terminated */

/* NULL: there is none of that name. */
const struct subject *show_find(const char *name);

/* rows=a:b, from 1, both included; without it the first `otherwise` rows of n. */
int show_rows(const struct call *c, size_t n, size_t otherwise, size_t *first, size_t *count,
              struct error *e);

#endif
