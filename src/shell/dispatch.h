/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a verb to its command: exact names, prefixes at the prompt, needs, options, then run. */
#ifndef EMSTEP_SHELL_DISPATCH_H
#define EMSTEP_SHELL_DISPATCH_H

#include "shell/command.h"
#include "shell/parse.h"
#include "shell/session.h"

/* Finds the command of a verb.  With `prefixes` a unique prefix among the commands that are legal
 * now will do (exact names first).  Errors: unknown (with near names), ambiguous (with all). */
int dispatch_find(const struct session *s, const char *verb, struct span at, bool prefixes,
                  const struct command **c, struct error *e);

/* The needs that are not met, as an error with its remedy; 0 when all are met. */
int dispatch_needs(const struct session *s, const struct command *c, struct error *e);

/* Parses and runs one statement, and prints its answer. */
int dispatch_run(struct session *s, const struct statement *st, bool prefixes, struct error *e);

/* Adds the statement as history and recordings keep it: in one line, every verb in full. */
void dispatch_in_full(const struct session *s, const struct statement *st, bool prefixes,
                      struct text *out);

#endif
