/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/dataset.h"

#include <string.h>

#include "base/memory.h"
#include "base/suggest.h"

struct dataset *dataset_new(const char *name, size_t nrow, size_t ncol, struct error *e)
{
    struct dataset *d = NEW(struct dataset);

    if (d) {
        d->refs = 1;
        d->name = mem_copy_text(name);
        d->source = mem_copy_text("");
        d->column = NEW_ARRAY(ncol, struct column);
    }
    if (!d || !d->name || !d->source || !d->column)
        goto no_memory;
    d->nrow = nrow;
    d->ncol = ncol;
    for (size_t j = 0; j < ncol; j++) {
        d->column[j].name = mem_copy_text("");
        d->column[j].value = NEW_ARRAY(nrow, double);
        if (!d->column[j].name || !d->column[j].value)
            goto no_memory;
    }
    return d;

no_memory:
    dataset_free(d);
    error_no_memory(e);
    return NULL;
}

struct dataset *dataset_ref(struct dataset *d)
{
    if (d)
        d->refs++;
    return d;
}

static void column_clear(struct column *c)
{
    mem_free(c->name);
    mem_free(c->value);
    for (size_t i = 0; i < c->nlevel; i++)
        mem_free(c->level[i]);
    mem_free(c->level);
}

void dataset_free(struct dataset *d)
{
    if (!d || --d->refs > 0)
        return;
    for (size_t j = 0; j < d->ncol; j++)
        column_clear(&d->column[j]);
    mem_free(d->column);
    mem_free(d->source);
    mem_free(d->name);
    mem_free(d);
}

static void suggest_names(const struct dataset *d, const char *typed, struct error *e)
{
    struct nearest near = {.typed = typed};

    for (size_t j = 0; j < d->ncol; j++)
        nearest_try(&near, d->column[j].name);
    suggest_nearest(e, &near);
}

int dataset_find_column(const struct dataset *d, const char *name_or_number, size_t *at,
                        struct error *e)
{
    size_t number;

    for (size_t j = 0; j < d->ncol; j++) {
        if (strcmp(d->column[j].name, name_or_number) == 0) {
            *at = j;
            return 0;
        }
    }
    if (count_parse(name_or_number, &number)) {
        if (number >= 1 && number <= d->ncol) {
            *at = number - 1;
            return 0;
        }
        error_set(e, "%s has no column %zu: its columns are 1 … %zu", d->name, number, d->ncol);
    } else {
        error_set(e, "%s has no column '%s'", d->name, name_or_number);
        suggest_names(d, name_or_number, e);
    }
    return error_hint(e, "`data` lists the columns; one may be named or numbered from 1");
}

static int refuse_twice(const char *name, struct error *e)
{
    error_set(e, "column '%s' is named twice", name);
    return error_hint(e, "name each column once");
}

/* The places of the named columns in at (n), each of which is taken once. */
static int find_columns(const struct dataset *d, const char *const *columns, size_t n, size_t *at,
                        struct error *e)
{
    bool *taken = NEW_ARRAY(d->ncol, bool);
    int status = 0;

    if (!taken)
        return error_no_memory(e);
    for (size_t i = 0; i < n && status == 0; i++) {
        status = dataset_find_column(d, columns[i], &at[i], e);
        if (status == 0 && taken[at[i]])
            status = refuse_twice(d->column[at[i]].name, e);
        if (status == 0)
            taken[at[i]] = true;
    }
    mem_free(taken);
    return status;
}

/* Moves columns at (n) into `kept`, which takes the place of all columns. */
static void replace_columns(struct dataset *d, struct column *kept, const size_t *at, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        kept[i] = d->column[at[i]];
        d->column[at[i]] = (struct column){0};
    }
    for (size_t j = 0; j < d->ncol; j++)
        column_clear(&d->column[j]);
    mem_free(d->column);
    d->column = kept;
    d->ncol = n;
}

int dataset_keep(struct dataset *d, const char *const *columns, struct error *e)
{
    size_t n = 0, *at;
    struct column *kept;
    int status;

    while (columns[n])
        n++;
    if (n == 0) {
        error_set(e, "columns= names no column");
        return error_hint(e, "leave it out to take them all");
    }
    at = NEW_ARRAY(n, size_t);
    kept = NEW_ARRAY(n, struct column);
    status = at && kept ? find_columns(d, columns, n, at, e) : error_no_memory(e);
    if (status == 0)
        replace_columns(d, kept, at, n);
    else
        mem_free(kept);
    mem_free(at);
    return status;
}
