/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "em/align.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"

/* Rows and columns from 1, so that column 0 can stand for "none". */
struct assignment {
    size_t k;
    const double *gain;
    double *row, *column;    /* (k+1) potentials: row_i + column_j ≤ −gain_ij */
    double *least;           /* (k+1) smallest slack of each column */
    size_t *owner, *before;  /* (k+1) row of each column; the column before it on the path */
    bool *used;
};

static double slack(const struct assignment *a, size_t i, size_t j)
{
    return -a->gain[(i - 1) * a->k + j - 1] - a->row[i] - a->column[j];
}

/* Grows the tree of tight edges by a column: the one of least slack, which becomes tight. */
static size_t grow(struct assignment *a, size_t from)
{
    size_t next = 0;
    double delta = INFINITY;
    a->used[from] = true;
    for (size_t j = 1; j <= a->k; j++) {
        if (a->used[j])
            continue;
        double s = slack(a, a->owner[from], j);
        if (s < a->least[j]) {
            a->least[j] = s;
            a->before[j] = from;
        }
        if (next == 0 || a->least[j] < delta) {
            delta = a->least[j];
            next = j;
        }
    }
    for (size_t j = 0; j <= a->k; j++)
        if (a->used[j]) {
            a->row[a->owner[j]] += delta;
            a->column[j] -= delta;
        } else {
            a->least[j] -= delta;
        }
    return next;
}

/* Gives row i a column, moving others along the augmenting path. */
static void place(struct assignment *a, size_t i)
{
    size_t at = 0;
    a->owner[0] = i;
    for (size_t j = 0; j <= a->k; j++) {
        a->least[j] = INFINITY;
        a->used[j] = false;
    }
    do
        at = grow(a, at);
    while (a->owner[at] != 0);
    for (; at != 0; at = a->before[at])
        a->owner[at] = a->owner[a->before[at]];
}

int align_best(size_t k, const double *gain, size_t *match, struct error *e)
{
    struct assignment a = {.k = k, .gain = gain};
    double *room = NEW_ARRAY(3 * (k + 1), double);
    size_t *places = NEW_ARRAY(2 * (k + 1), size_t);
    a.used = NEW_ARRAY(k + 1, bool);
    bool whole = room && places && a.used;
    if (whole) {
        a.row = room;
        a.column = room + k + 1;
        a.least = room + 2 * (k + 1);
        a.owner = places;
        a.before = places + k + 1;
        for (size_t i = 1; i <= k; i++)
            place(&a, i);
        for (size_t j = 1; j <= k; j++)
            match[a.owner[j] - 1] = j - 1;
    }
    mem_free(room);
    mem_free(places);
    mem_free(a.used);
    return whole ? 0 : error_no_memory(e);
}

bool align_has_rows(const struct model *m)
{
    const struct block *b = &m->q.block[0];
    return m->k > 0 && m->q.nblock > 0 && b->rank == 2 && b->constraint == CONSTRAINT_SIMPLEX &&
           b->dim[0] == m->obs.n && b->dim[1] == m->k;
}

void align_overlap(const struct model *m, const struct latent *a, const struct latent *b,
                   double *gain)
{
    size_t k = m->k;
    memset(gain, 0, k * k * sizeof *gain);
    for (size_t i = 0; i < m->obs.n; i++)
        for (size_t j = 0; j < k; j++)
            for (size_t l = 0; l < k; l++)
                gain[j * k + l] += m->obs.weight[i] * a->b.v[i * k + j] * b->b.v[i * k + l];
}

static void relabel_block(const struct block *b, const double *from, const size_t *match,
                          double *to)
{
    size_t dim[BLOCK_RANK] = {1, 1, 1};
    for (int r = 0; r < b->rank; r++)
        dim[r] = b->dim[r];
    for (size_t at = 0; at < b->size; at++) {
        size_t index[BLOCK_RANK] = {at / (dim[1] * dim[2]), at / dim[2] % dim[1], at % dim[2]};
        for (int r = 0; r < b->rank; r++)
            if (b->of_z >> r & 1u)
                index[r] = match[index[r]];
        to[at] = from[(index[0] * dim[1] + index[1]) * dim[2] + index[2]];
    }
}

void align_relabel(const struct blocks *from, const size_t *match, struct blocks *to)
{
    for (size_t i = 0; i < from->layout->nblock; i++) {
        const struct block *b = &from->layout->block[i];
        relabel_block(b, from->v + b->offset, match, to->v + b->offset);
    }
}

struct latent *align_posterior(const struct model *m, const struct theta *theta, struct error *e)
{
    const struct e_how exact = {.kind = E_EXACT};
    struct latent *q = latent_new(&m->q, e);
    if (q && m->class->e_step(m, theta, &exact, q, e) == 0)
        return q;
    latent_free(q);
    return NULL;
}
