/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A formula within a formula, for formula_write.c and formula_functions.c alone. */
#ifndef EMSTEP_EM_FORMULA_PARTS_H
#define EMSTEP_EM_FORMULA_PARTS_H

#include "em/formula_pen.h"

/* How tightly a node's writing holds together. */
enum level { LOOSE, SUMS, PRODUCTS, FUNCTIONS, POWERS, ATOMS };

/* The node whose writing stands for f's. */
formula formula_resolve(const struct pen *p, formula f);
enum level formula_level(const struct pen *p, formula f);

/* f alone; and f in brackets when it is looser than `level`, or when a minus would stand in its
 * way. */
void formula_node(struct pen *p, formula f, struct text *out);
void formula_at(struct pen *p, formula f, enum level level, bool may_lead, struct text *out);

/* log, √, tanh, x!, a call …: the nodes that are functions. */
void formula_function(struct pen *p, formula f, struct text *out);

#endif
