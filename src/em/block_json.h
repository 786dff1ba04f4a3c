/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blocks as JSON: {"pi":[…],"mu":[[…]],"Sigma":[[[…]]]}, as users, --json and files have them. */
#ifndef EMSTEP_EM_BLOCK_JSON_H
#define EMSTEP_EM_BLOCK_JSON_H

#include <jansson.h>

#include "em/block.h"

/* A number; a non-finite one is the string "inf", "-inf" or "nan".  New reference. */
json_t *json_number(double v);
/* Reads what json_number wrote.  False when it is neither. */
bool json_to_number(const json_t *j, double *v);

/* One block as nested arrays; a scalar is a number.  New reference, NULL when out of memory. */
json_t *block_to_json(const struct block *b, const double *v);
json_t *blocks_to_json(const struct blocks *b);

/* Fills *b from an object that has every block, each of its shape (or flat, row-major), and
 * nothing else; then checks blocks_valid.  On an error b is as it was. */
int blocks_from_json(struct blocks *b, const json_t *object, struct error *e);

#endif
