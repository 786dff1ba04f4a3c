/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Moving entries inside their constraints, and mixing two sets of blocks. */
#include "em/block.h"

static size_t row_length(const struct block *b)
{
    return b->dim[b->rank - 1];
}

/* Those of at[] that lie in the simplex row from `first` on ← s, the others of the row rescaled in
 * proportion to what is left. */
static void move_on_simplex(const struct block *b, double *v, size_t first, const size_t *at,
                            const double *s, size_t n)
{
    size_t width = row_length(b), moved = 0;
    double rest = 1.0, left = 1.0;

    for (size_t k = 0; k < n; k++)
        if (at[k] - at[k] % width == first) {
            rest -= v[at[k]];
            left -= s[k];
            moved++;
        }
    for (size_t i = first; i < first + width; i++)
        v[i] = rest > 0.0 ? v[i] / rest * left : left / (double)(width - moved);
    for (size_t k = 0; k < n; k++)
        if (at[k] - at[k] % width == first)
            v[at[k]] = s[k];
}

static size_t mirror(const struct block *b, size_t at)
{
    size_t d = row_length(b), matrix = at - at % (d * d);

    return matrix + at % d * d + at / d % d;
}

void block_move(const struct block *b, double *v, const size_t *at, const double *s, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        size_t first = b->constraint == CONSTRAINT_SIMPLEX ? at[k] - at[k] % row_length(b) : 0;

        if (b->constraint != CONSTRAINT_SIMPLEX)
            v[at[k]] = s[k];
        else if (k == 0 || at[0] - at[0] % row_length(b) != first)
            move_on_simplex(b, v, first, at, s, n);
        if (b->constraint == CONSTRAINT_SPD)
            v[mirror(b, at[k])] = s[k];
    }
}

bool block_moves(const struct block *b)
{
    return b->constraint != CONSTRAINT_SIMPLEX || row_length(b) > 1;
}

bool block_free_of(const struct block *b, size_t i, size_t j)
{
    if (i == j || (b->constraint == CONSTRAINT_SPD && mirror(b, i) == j))
        return false;
    return b->constraint != CONSTRAINT_SIMPLEX || row_length(b) > 2 ||
           i / row_length(b) != j / row_length(b);
}

void blocks_mix(const struct blocks *a, const struct blocks *b, double t, struct blocks *out)
{
    for (size_t i = 0; i < out->layout->size; i++)
        out->v[i] = a->v[i] + t * (b->v[i] - a->v[i]);
}
