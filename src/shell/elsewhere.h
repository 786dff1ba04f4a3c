/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What hands used to R, Python, psql, sqlite3 or gdb type, and the hint that leads them on. */
#ifndef EMSTEP_SHELL_ELSEWHERE_H
#define EMSTEP_SHELL_ELSEWHERE_H

#include "base/suggest.h"
#include "shell/command.h"
#include "shell/parse.h"
#include "shell/session.h"

/* Whether a verb that is none here is one elsewhere: near has what it is called here. */
bool elsewhere_known(const char *verb, struct nearest *near);

/* What was typed is no command but an expression or an assignment: hints which command takes it. */
void elsewhere_expression(const struct session *s, const char *text, const char *verb,
                          struct error *e);

/* An error where a command is called as a function of R or Python is: plot(bound). */
int elsewhere_call(const struct session *s, const struct command *c, const struct statement *st,
                   struct error *e);

#endif
