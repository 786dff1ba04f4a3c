/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "em/block_json.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/memory.h"
#include "base/suggest.h"

json_t *json_number(double v)
{
    if (isnan(v))
        return json_string("nan");
    if (isinf(v))
        return json_string(v > 0 ? "inf" : "-inf");
    return json_real(v);
}

bool json_to_number(const json_t *j, double *v)
{
    const char *s = json_string_value(j);

    if (json_is_number(j)) {
        *v = json_number_value(j);
        return true;
    }
    if (!s)
        return false;
    if (strcmp(s, "nan") == 0)
        *v = NAN;
    else if (strcmp(s, "inf") == 0)
        *v = INFINITY;
    else if (strcmp(s, "-inf") == 0)
        *v = -INFINITY;
    else
        return false;
    return true;
}

/* The entries that stand under one index of dimension `level`. */
static size_t stride(const struct block *b, int level)
{
    size_t n = 1;

    for (int r = level + 1; r < b->rank; r++)
        n *= b->dim[r];
    return n;
}

static json_t *nested(const struct block *b, int level, const double *v)
{
    json_t *array;

    if (level == b->rank)
        return json_number(*v);
    array = json_array();
    for (size_t i = 0; array && i < b->dim[level]; i++) {
        if (json_array_append_new(array, nested(b, level + 1, v + i * stride(b, level))) != 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

json_t *block_to_json(const struct block *b, const double *v)
{
    return nested(b, 0, v);
}

json_t *blocks_to_json(const struct blocks *b)
{
    json_t *object = json_object();

    for (size_t i = 0; object && i < b->layout->nblock; i++) {
        const struct block *block = &b->layout->block[i];
        json_t *value = block_to_json(block, b->v + block->offset);

        if (json_object_set_new(object, block->name, value) != 0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

static int wrong_shape(const struct block *b, const char *what, struct error *e)
{
    struct text shape = TEXT_INIT;

    block_shape(b, &shape);
    if (shape.failed)
        error_no_memory(e);
    else if (error_set(e, "'%s' %s", b->name, what))
        error_hint(e, "%s is %s: nested lists, or one list row by row", b->name, shape.s);
    text_clear(&shape);
    return -1;
}

static int read_entry(const struct block *b, const json_t *j, double *v, struct error *e)
{
    if (json_to_number(j, v))
        return 0;
    if (json_is_array(j))
        return wrong_shape(b, "is nested too deeply", e);
    return wrong_shape(b, "has an entry that is no number", e);
}

static int read_flat(const struct block *b, const json_t *list, double *v, struct error *e)
{
    for (size_t i = 0; i < b->size; i++)
        if (read_entry(b, json_array_get(list, i), v + i, e) != 0)
            return -1;
    return 0;
}

/* Trailing extents of 1 may be left out: a number will do for a list of one. */
static int read_nested(const struct block *b, int level, const json_t *j, double *v,
                       struct error *e)
{
    size_t under;

    if (level == b->rank)
        return read_entry(b, j, v, e);
    under = stride(b, level);
    if (!json_is_array(j))
        return under * b->dim[level] == 1 ? read_entry(b, j, v, e)
                                          : wrong_shape(b, "is not a list of the right depth", e);
    if (json_array_size(j) != b->dim[level])
        return wrong_shape(b, "has a list of the wrong length", e);
    for (size_t i = 0; i < b->dim[level]; i++)
        if (read_nested(b, level + 1, json_array_get(j, i), v + i * under, e) != 0)
            return -1;
    return 0;
}

static int read_block(const struct block *b, const json_t *j, double *v, struct error *e)
{
    bool flat = json_is_array(j) && json_array_size(j) == b->size &&
                !json_is_array(json_array_get(j, 0));

    return flat ? read_flat(b, j, v, e) : read_nested(b, 0, j, v, e);
}

static int no_such_block(const struct layout *l, const char *key, struct error *e)
{
    struct nearest near = {.typed = key};

    for (size_t i = 0; i < l->nblock; i++)
        nearest_try(&near, l->block[i].name);
    error_set(e, "there is no block '%.100s' here", key);
    suggest_nearest(e, &near);
    return -1;
}

static int check_keys(const struct layout *l, const json_t *object, struct error *e)
{
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        if (!layout_find(l, key))
            return no_such_block(l, key, e);
    }
    return 0;
}

static int read_blocks(const struct blocks *b, const json_t *object, struct error *e)
{
    for (size_t i = 0; i < b->layout->nblock; i++) {
        const struct block *block = &b->layout->block[i];
        const json_t *j = json_object_get(object, block->name);

        if (!j)
            return wrong_shape(block, "is missing", e);
        if (read_block(block, j, b->v + block->offset, e) != 0)
            return -1;
    }
    return blocks_valid(b, e);
}

int blocks_from_json(struct blocks *b, const json_t *object, struct error *e)
{
    struct blocks read = {b->layout, NULL};
    int status;

    if (!json_is_object(object)) {
        error_set(e, "this JSON is not an object of blocks");
        return error_hint(e, "{\"NAME\": [...], ...}, as theta save and --json write it");
    }
    if (check_keys(b->layout, object, e) != 0)
        return -1;
    read.v = NEW_ARRAY(b->layout->size, double);
    if (!read.v)
        return error_no_memory(e);
    status = read_blocks(&read, object, e);
    if (status == 0)
        memcpy(b->v, read.v, b->layout->size * sizeof *b->v);
    mem_free(read.v);
    return status;
}
