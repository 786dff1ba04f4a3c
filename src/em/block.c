/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "em/block.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static bool is_sound(const struct block *b)
{
    if (b->rank < 0 || b->rank > BLOCK_RANK)
        return false;
    if (b->constraint == CONSTRAINT_SPD)
        return b->rank >= 2 && b->dim[b->rank - 1] == b->dim[b->rank - 2];
    return b->constraint != CONSTRAINT_SIMPLEX || b->rank >= 1;
}

size_t layout_add(struct layout *l, struct block b)
{
    size_t at = l->nblock;

    assert(at < LAYOUT_BLOCKS && is_sound(&b));
    b.offset = l->size;
    b.size = 1;
    for (int r = 0; r < b.rank; r++)
        if (__builtin_mul_overflow(b.size, b.dim[r], &b.size))
            l->size = SIZE_MAX;
    if (l->size == SIZE_MAX || __builtin_add_overflow(l->size, b.size, &l->size)) {
        l->size = SIZE_MAX;
        b.offset = b.size = 0;
    }
    l->block[at] = b;
    l->nblock++;
    return at;
}

const struct block *layout_find(const struct layout *l, const char *name)
{
    for (size_t i = 0; i < l->nblock; i++)
        if (strcmp(l->block[i].name, name) == 0)
            return &l->block[i];
    return NULL;
}

size_t layout_place(const struct layout *l, const struct block *b)
{
    return (size_t)(b - l->block);
}

double *block_of(const struct blocks *b, const char *name)
{
    const struct block *found = layout_find(b->layout, name);

    if (!found)
        abort();
    return b->v + found->offset;
}

static int blocks_new(struct blocks *b, const struct layout *l, struct error *e)
{
    b->layout = l;
    b->v = l->size < SIZE_MAX ? NEW_ARRAY(l->size, double) : NULL;
    return b->v ? 0 : error_no_memory(e);
}

struct theta *theta_new(const struct layout *l, struct error *e)
{
    struct theta *t = NEW(struct theta);

    if (!t) {
        error_no_memory(e);
        return NULL;
    }
    t->refs = 1;
    if (blocks_new(&t->b, l, e) != 0) {
        theta_free(t);
        return NULL;
    }
    return t;
}

struct theta *theta_copy(const struct theta *t, struct error *e)
{
    struct theta *copy = theta_new(t->b.layout, e);

    if (copy)
        memcpy(copy->b.v, t->b.v, t->b.layout->size * sizeof *t->b.v);
    return copy;
}

struct theta *theta_ref(struct theta *t)
{
    t->refs++;
    return t;
}

void theta_free(struct theta *t)
{
    if (!t || --t->refs > 0)
        return;
    mem_free(t->b.v);
    mem_free(t);
}

struct latent *latent_new(const struct layout *l, struct error *e)
{
    struct latent *q = NEW(struct latent);

    if (!q) {
        error_no_memory(e);
        return NULL;
    }
    q->refs = 1;
    if (blocks_new(&q->b, l, e) != 0) {
        latent_free(q);
        return NULL;
    }
    return q;
}

struct latent *latent_copy(const struct latent *q, struct error *e)
{
    struct latent *copy = latent_new(q->b.layout, e);

    if (copy)
        memcpy(copy->b.v, q->b.v, q->b.layout->size * sizeof *q->b.v);
    return copy;
}

struct latent *latent_ref(struct latent *q)
{
    q->refs++;
    return q;
}

void latent_free(struct latent *q)
{
    if (!q || --q->refs > 0)
        return;
    mem_free(q->b.v);
    mem_free(q);
}

/* The rank without the trailing extents of 1, which names leave out. */
static int shown_rank(const struct block *b)
{
    int rank = b->rank;

    while (rank > 0 && b->dim[rank - 1] == 1)
        rank--;
    return rank;
}

static void add_bracketed(struct text *out, const size_t *index, int n)
{
    for (int r = 0; r < n; r++)
        text_addf(out, "%s%zu", r == 0 ? "[" : ",", index[r]);
    if (n > 0)
        text_add(out, "]");
}

void block_shape(const struct block *b, struct text *out)
{
    text_add(out, b->name);
    add_bracketed(out, b->dim, shown_rank(b));
}

const struct block *block_named(const struct layout *l, const char *entry)
{
    char name[BLOCK_NAME];
    size_t length = strcspn(entry, "[");
    if (length >= BLOCK_NAME)
        return NULL;
    snprintf(name, sizeof name, "%.*s", (int)length, entry);
    return layout_find(l, name);
}

int block_indices(const char *entry, size_t index[BLOCK_RANK], size_t *nindex, struct error *e)
{
    *nindex = 0;
    for (const char *p = entry + strcspn(entry, "["); *p && *p != ']'; (*nindex)++) {
        char *end;
        unsigned long v = strtoul(p + 1, &end, 10);
        if (*nindex == BLOCK_RANK || end == p + 1 || (*end != ',' && *end != ']')) {
            error_set(e, "'%s' is not a parameter", entry);
            return error_hint(e, "write %.*s[i,j]", (int)strcspn(entry, "["), entry);
        }
        index[*nindex] = v;
        p = end;
    }
    return 0;
}

void block_entry_name(const struct block *b, size_t at, struct text *out)
{
    size_t index[BLOCK_RANK];

    text_add(out, b->name);
    if (b->size == 0) /* no entry has a name (maxent without a constraint) */
        return;
    for (int r = b->rank - 1; r >= 0; r--) {
        index[r] = at % b->dim[r] + 1;
        at /= b->dim[r];
    }
    add_bracketed(out, index, shown_rank(b));
}

/* An index error with what was typed, what is wrong and the shape. */
static int wrong_index(const struct block *b, const size_t *index, size_t nindex, const char *why,
                       struct error *e)
{
    struct text typed = TEXT_INIT, shape = TEXT_INIT;
    int n = nindex < BLOCK_RANK ? (int)nindex : BLOCK_RANK;

    add_bracketed(&typed, index, n);
    block_shape(b, &shape);
    if (typed.failed || shape.failed)
        error_no_memory(e);
    else if (error_set(e, "no %s%s: %s", b->name, typed.s, why))
        error_hint(e, "%s is %s; indices count from 1", b->name, shape.s);
    text_clear(&typed);
    text_clear(&shape);
    return -1;
}

int block_run(const struct block *b, const size_t *index, size_t nindex, size_t *at, size_t *count,
              struct error *e)
{
    size_t place = 0, run = b->size;

    for (size_t r = 0; r < nindex; r++) {
        bool extra = r >= (size_t)b->rank;
        size_t extent = extra ? 1 : b->dim[r];

        if (index[r] < 1 || index[r] > extent)
            return wrong_index(b, index, nindex,
                               extra ? "too many indices" : "an index is out of range", e);
        if (!extra) {
            run /= extent;
            place += (index[r] - 1) * run;
        }
    }
    *at = place;
    *count = run;
    return 0;
}

int block_entry(const struct block *b, const size_t *index, size_t nindex, size_t *at,
                struct error *e)
{
    size_t place, count;

    if (block_run(b, index, nindex, &place, &count, e) != 0)
        return -1;
    if (count != 1)
        return wrong_index(b, index, nindex, "an index is missing", e);
    *at = place;
    return 0;
}

bool blocks_same(const struct blocks *a, const struct blocks *b)
{
    return memcmp(a->v, b->v, a->layout->size * sizeof *a->v) == 0;
}
