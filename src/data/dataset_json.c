/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/dataset_json.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"

/* JSON has no infinities: they are the strings "inf" and "-inf". */
static json_t *value_to_json(double v)
{
    if (isnan(v))
        return json_null();
    return isinf(v) ? json_string(v > 0.0 ? "inf" : "-inf") : json_real(v);
}

static bool value_from_json(const json_t *j, double *v)
{
    const char *word = json_string_value(j);
    *v = json_is_number(j) ? json_number_value(j) : NAN;
    if (word && (strcmp(word, "inf") == 0 || strcmp(word, "-inf") == 0))
        *v = word[0] == '-' ? -INFINITY : INFINITY;
    return json_is_null(j) || !isnan(*v);
}

static json_t *values_to_json(const struct column *c, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        if (json_array_append_new(list, value_to_json(c->value[i])) != 0) {
            json_decref(list);
            return NULL;
        }
    return list;
}

static json_t *levels_to_json(const struct column *c)
{
    json_t *levels = json_array();
    for (size_t k = 0; k < c->nlevel; k++)
        if (json_array_append_new(levels, json_string(c->level[k])) != 0) {
            json_decref(levels);
            return NULL;
        }
    return levels;
}

static json_t *column_to_json(const struct column *c, size_t n)
{
    json_t *j = json_object();
    int failed = json_object_set_new(j, "name", json_string(c->name)) |
                 json_object_set_new(j, "values", values_to_json(c, n));
    if (c->kind == COLUMN_TEXT)
        failed |= json_object_set_new(j, "levels", levels_to_json(c));
    if (!failed)
        return j;
    json_decref(j);
    return NULL;
}

json_t *dataset_to_json(const struct dataset *d)
{
    json_t *columns = json_array();
    for (size_t j = 0; j < d->ncol; j++)
        if (json_array_append_new(columns, column_to_json(&d->column[j], d->nrow)) != 0) {
            json_decref(columns);
            return NULL;
        }
    return json_pack("{ss sI so}", "name", d->name, "rows", (json_int_t)d->nrow, "columns",
                     columns);
}

/* ---- reading ----------------------------------------------------------------------------- */

static int malformed(struct error *e)
{
    error_set(e, "the data set in the file is not one that save wrote");
    return error_hint(e, "the file may be cut short, or edited");
}

static int read_levels(struct column *c, const json_t *levels, struct error *e)
{
    size_t n = json_array_size(levels);
    c->kind = COLUMN_TEXT;
    c->level = NEW_ARRAY(n + 1, char *);
    if (!c->level)
        return error_no_memory(e);
    for (size_t k = 0; k < n; k++) {
        const char *word = json_string_value(json_array_get(levels, k));
        if (!word)
            return malformed(e);
        c->level[k] = mem_copy_text(word);
        if (!c->level[k])
            return error_no_memory(e);
        c->nlevel++;
    }
    return 0;
}

/* A level's number, from 1; any number of a numeric column. */
static bool fits(const struct column *c, double v)
{
    if (c->kind == COLUMN_NUMBER || isnan(v))
        return true;
    return v >= 1.0 && v <= (double)c->nlevel && v == floor(v);
}

static int read_values(struct column *c, const json_t *values, size_t n, struct error *e)
{
    if (!json_is_array(values) || json_array_size(values) != n)
        return malformed(e);
    for (size_t i = 0; i < n; i++) {
        if (!value_from_json(json_array_get(values, i), &c->value[i]) || !fits(c, c->value[i]))
            return malformed(e);
        c->nmissing += isnan(c->value[i]) ? 1 : 0;
    }
    return 0;
}

static int read_column(struct column *c, const json_t *j, size_t n, struct error *e)
{
    const char *name = json_string_value(json_object_get(j, "name"));
    const json_t *levels = json_object_get(j, "levels");
    if (!name || (levels && !json_is_array(levels)))
        return malformed(e);
    mem_free(c->name);
    c->name = mem_copy_text(name);
    if (!c->name)
        return error_no_memory(e);
    if (levels && read_levels(c, levels, e) != 0)
        return -1;
    return read_values(c, json_object_get(j, "values"), n, e);
}

struct dataset *dataset_from_json(const json_t *j, struct error *e)
{
    const char *name = json_string_value(json_object_get(j, "name"));
    const json_t *columns = json_object_get(j, "columns");
    json_int_t rows = json_integer_value(json_object_get(j, "rows"));
    size_t ncol = json_array_size(columns);
    const json_t *first = json_object_get(json_array_get(columns, 0), "values");
    if (!name || ncol == 0 || rows < 1 || (size_t)rows != json_array_size(first)) {
        malformed(e);
        return NULL;
    }
    struct dataset *d = dataset_new(name, (size_t)rows, ncol, e);
    for (size_t k = 0; d && k < ncol; k++)
        if (read_column(&d->column[k], json_array_get(columns, k), d->nrow, e) != 0) {
            dataset_free(d);
            return NULL;
        }
    return d;
}
