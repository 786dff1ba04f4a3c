/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `explain` says, for people, for slides and for programs. */
#ifndef EMSTEP_SHELL_EXPLAINED_H
#define EMSTEP_SHELL_EXPLAINED_H

#include "em/explain.h"
#include "shell/session.h"

/* Formula, numbers and value of each item, in lines of the session's width, into session->out. */
void explained_text(struct session *s, const struct explain_what *what,
                    const struct explanation *x);
/* The same as align* of amsmath; what is not a formula stands in comments. */
void explained_latex(struct session *s, const struct explain_what *what,
                     const struct explanation *x);
/* The same into the reply, with nothing left out. */
void explained_json(struct session *s, const struct explain_what *what,
                    const struct explanation *x);

#endif
