/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The machine's whole state as JSON, undo history included: what `save` writes and `open` reads.
 *
 * θ, q and the terms are kept with 17 digits, so that a reopened machine steps bit for bit as the
 * saved one would; a q that the E-step makes again from its touching point is not written.
 * The model itself is not in it: it is bound anew from its data and options.
 */
#ifndef EMSTEP_EM_MACHINE_JSON_H
#define EMSTEP_EM_MACHINE_JSON_H

#include <jansson.h>

#include "em/machine.h"

/* New reference; NULL when memory runs out. */
json_t *machine_to_json(const struct machine *m);

/* Fills a machine that is fresh from machine_new.  Everything is checked: shapes, domains, the
 * tree, and that the terms of the current state are those of its θ and q.  After an error m is only
 * fit to be freed. */
int machine_from_json(struct machine *m, const json_t *j, struct error *e);

#endif
