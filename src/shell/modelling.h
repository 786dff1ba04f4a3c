/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Binding a model as `model` does: what `open` shares with it. */
#ifndef EMSTEP_SHELL_MODELLING_H
#define EMSTEP_SHELL_MODELLING_H

#include "shell/command.h"
#include "shell/session.h"

/* A machine for `NAME k=…` on this data, without a θ; NULL on an error. */
struct machine *model_bind(struct dataset *data, const struct call *c,
                           volatile sig_atomic_t *interrupt, struct error *e);

/* The same of the words after `model`. */
struct machine *model_bind_words(struct dataset *data, const char *words,
                                 volatile sig_atomic_t *interrupt, struct error *e);

/* The words less the options of these names (NULL-terminated), and `more` after them.  The caller
 * frees; NULL on an error. */
char *model_words_with(const char *words, const char *const *less, const char *more,
                       struct error *e);
/* Appends a value so that it is read as one, whatever is in it: quoted where it must be. */
void model_quote(struct text *out, const char *value);

/* Makes it the session's, with the words that chose it; both are taken over. */
void model_take(struct session *s, struct machine *m, char *words);

#endif
