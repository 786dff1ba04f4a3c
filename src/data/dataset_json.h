/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A data set as JSON, whole: {"name":…,"rows":n,"columns":[{"name":…,"values":[…]},
 * {"name":…,"levels":[…],"values":[…]}]}; a missing entry is null,
 * an infinite one "inf" or "-inf".  What `save` writes. */
#ifndef EMSTEP_DATA_DATASET_JSON_H
#define EMSTEP_DATA_DATASET_JSON_H

#include <jansson.h>

#include "data/dataset.h"

/* New reference; NULL when memory runs out. */
json_t *dataset_to_json(const struct dataset *d);
/* One reference held by the caller.  Anything that dataset_to_json does not write is an error. */
struct dataset *dataset_from_json(const json_t *j, struct error *e);

#endif
