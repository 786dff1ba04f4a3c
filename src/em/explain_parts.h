/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of explain_make that are the same for every model: for em/explain*.c alone. */
#ifndef EMSTEP_EM_EXPLAIN_PARTS_H
#define EMSTEP_EM_EXPLAIN_PARTS_H

#include "em/explain.h"

/* Of finite models with free rows. */
int explain_finite_e(struct explanation *x, size_t i, struct error *e);
int explain_finite_term(struct explanation *x, enum term t, struct error *e);
int explain_finite_jensen(struct explanation *x, size_t i, struct error *e);

int explain_ledger(struct machine *m, struct explanation *x, struct error *e);
int explain_rate(struct machine *m, struct explanation *x, struct error *e);

#endif
