/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/pass/chunks.h"

#include <stdint.h>
#include <string.h>

#include "base/memory.h"
#include "models/pass/pass.h"

enum { CHUNKS = 64, CHUNK_BLOCKS = 8, LINE = 8 }; /* LINE: doubles of a cache line */
/* Doubles between the workers' pieces: a processor that reads a piece to its end asks for what lies
 * behind it, far behind, and would take it from the worker who writes there (measured: a tenth of
 * the time of either).  Nothing touches them, so they take no memory. */
enum { APART = 8192 };
/* Below so many operations waking a thread costs more than it brings. */
static const double worth_a_thread = 2e6;

static size_t whole_lines(size_t doubles)
{
    return (doubles + LINE - 1) / LINE * LINE;
}

bool chunks_init(struct chunks *c, size_t n, double operations, size_t workers, size_t nsum,
                 size_t scratch)
{
    size_t blocks = (n + PASS_BLOCK - 1) / PASS_BLOCK, each = (blocks + CHUNKS - 1) / CHUNKS;
    each = each > CHUNK_BLOCKS ? each : CHUNK_BLOCKS;
    *c = (struct chunks){.n = n, .rows = each * PASS_BLOCK, .count = (blocks + each - 1) / each,
                         .nsum = whole_lines(nsum), .scratch_size = whole_lines(scratch)};
    c->piece = c->scratch_size + c->nsum + APART;
    c->threads = threads_new((double)n * operations < worth_a_thread ? 1 : workers);
    if (!c->threads)
        return false;
    c->sums = NEW_ARRAY((c->count + 1) * c->nsum, double);
    c->room = NEW_ARRAY(threads_count(c->threads) * c->piece + LINE, double);
    if (!c->sums || !c->room) {
        chunks_clear(c);
        return false;
    }
    uintptr_t past = (uintptr_t)c->room / sizeof(double) % LINE;
    c->scratch = c->room + (past ? LINE - past : 0);
    return true;
}

void chunks_clear(struct chunks *c)
{
    threads_free(c->threads);
    mem_free(c->sums);
    mem_free(c->room);
    *c = (struct chunks){0};
}

struct round {
    const struct chunks *chunks;
    chunk_fn *work;
    const void *context;
};

static void do_chunk(void *context, size_t chunk, size_t worker)
{
    const struct round *r = context;
    const struct chunks *c = r->chunks;
    size_t first = chunk * c->rows, last = first + c->rows;
    double *scratch = c->scratch + worker * c->piece, *sums = scratch + c->scratch_size;
    r->work(r->context, first, last < c->n ? last : c->n, scratch, sums);
    memcpy(c->sums + chunk * c->nsum, sums, c->nsum * sizeof *sums);
}

const double *chunks_run(struct chunks *c, chunk_fn *work, const void *context)
{
    struct round r = {c, work, context};
    threads_run(c->threads, c->count, do_chunk, &r);
    double *total = c->sums + c->count * c->nsum;
    memcpy(total, c->sums, c->nsum * sizeof *total);
    for (size_t i = 1; i < c->count; i++)
        for (size_t j = 0; j < c->nsum; j++)
            total[j] += c->sums[i * c->nsum + j];
    return total;
}
