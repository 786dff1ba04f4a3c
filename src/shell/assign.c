/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell/assign.h"

#include "base/suggest.h"

int assign_no_block(const struct layout *l, const struct option *o, const char *owner,
                    struct error *e)
{
    struct nearest near = {.typed = o->name};
    struct text shapes = TEXT_INIT;
    for (size_t i = 0; i < l->nblock; i++) {
        nearest_try(&near, l->block[i].name);
        text_add(&shapes, i ? " " : "");
        block_shape(&l->block[i], &shapes);
    }
    error_set_at(e, o->at, "%s has no '%s'", owner, o->name);
    suggest_nearest(e, &near);
    error_hint(e, "%s has %s", owner, shapes.s);
    text_clear(&shapes);
    return -1;
}

/* The entry's mirror image in a symmetric block, or the entry itself. */
static size_t mirrored(const struct block *b, size_t at)
{
    if (b->constraint != CONSTRAINT_SPD)
        return at;
    size_t d = b->dim[b->rank - 1], row = at / d % d, column = at % d;
    return at - at % (d * d) + column * d + row;
}

/* One NAME[i,j]=v,v,… into the values of its block; `given` marks entries that were set. */
int assign_blocks(const struct layout *l, const struct option *o, double *v, bool *given,
                   const char *owner, struct error *e)
{
    const struct block *b = layout_find(l, o->name);
    size_t at, count;
    if (!b)
        return assign_no_block(l, o, owner, e);
    if (block_run(b, o->index, o->nindex, &at, &count, e) != 0)
        return error_place(e, o->at);
    if (o->nvalue != count) {
        struct text shape = TEXT_INIT;
        block_shape(b, &shape);
        error_set_at(e, o->at, "%zu value%s for the %zu entr%s of %s", o->nvalue,
                     o->nvalue == 1 ? "" : "s", count, count == 1 ? "y" : "ies", o->name);
        error_hint(e, "%s takes them row by row, separated by commas", shape.s);
        text_clear(&shape);
        return -1;
    }
    for (size_t i = 0; i < count; i++) {
        size_t entry = b->offset + at + i;
        if (option_real(o, i, &v[entry], e) != 0)
            return -1;
        given[entry] = true;
        if (count == 1) {
            size_t mirror = b->offset + mirrored(b, at);
            v[mirror] = v[entry];
            given[mirror] = true;
        }
    }
    return 0;
}
