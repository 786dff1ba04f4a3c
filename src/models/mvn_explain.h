/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of mvn's explainer share. */
#ifndef EMSTEP_MODELS_MVN_EXPLAIN_H
#define EMSTEP_MODELS_MVN_EXPLAIN_H

#include "models/mvn.h"

/* Entry (i,j) of Σ, from 0, by name and number. */
formula mvn_sigma(struct explanation *x, size_t i, size_t j);

int mvn_explain_term(struct explanation *x, enum term t, struct error *e);
int mvn_explain_jensen(struct explanation *x, size_t i, struct error *e);

#endif
