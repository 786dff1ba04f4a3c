/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A pass over many rows in chunks, by threads.
 *
 * The chunks do not depend on the number of threads, each adds up into a place of its own, and the
 * places are added in order: neither do the sums.
 */
#ifndef EMSTEP_MODELS_CHUNKS_H
#define EMSTEP_MODELS_CHUNKS_H

#include <stdbool.h>
#include <stddef.h>

#include "numeric/threads.h"

struct chunks {
    struct threads *threads;
    size_t n, rows;          /* rows in all, and of a chunk: whole blocks */
    size_t count;
    size_t nsum;
    double *sums;            /* (count,nsum), then their total (nsum) */
    double *room;            /* a piece for each worker … */
    double *scratch;         /* … from here on, to 64 bytes, zeroed */
    size_t scratch_size;
    size_t piece;            /* of a worker: scratch, and the sums of the chunk that it is at */
};

/* For n rows of so many operations each; `workers` as for threads_new, but one where waking another
 * costs more than it brings.  False: no memory, and nothing to clear. */
bool chunks_init(struct chunks *c, size_t n, double operations, size_t workers, size_t nsum,
                 size_t scratch);
void chunks_clear(struct chunks *c);

/* Rows first … last − 1; sums (nsum) is overwritten. */
typedef void chunk_fn(const void *context, size_t first, size_t last, double *scratch,
                      double *sums);
/* The total, (nsum). */
const double *chunks_run(struct chunks *c, chunk_fn *work, const void *context);

#endif
