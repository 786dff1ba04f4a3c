/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "data/reading.h"

enum { NAME_DIGITS = 24 };

/* A column that will be kept by this name: two of them cannot be told apart. */
static bool is_wanted(const struct table_how *how, const char *name)
{
    if (!how->columns)
        return true;
    for (const char *const *wanted = how->columns; *wanted; wanted++) {
        if (strcmp(*wanted, name) == 0)
            return true;
    }
    return false;
}

/* Columns without a name are V1, V2 … */
static int name_column(struct reading *r, size_t j, const struct cell *cell, struct error *e)
{
    char number[NAME_DIGITS], *name;

    snprintf(number, sizeof number, "V%zu", j + 1);
    name = cell && cell->n > 0 ? mem_copy_bytes(cell->s, cell->n) : mem_copy_text(number);
    if (!name)
        return error_no_memory(e);
    mem_free(r->data->column[j].name);
    r->data->column[j].name = name;
    return 0;
}

static int refuse_second(const struct cell *cell, const char *name, struct error *e)
{
    place_error(e, &cell->place, "a second column named '%.60s'", name);
    return error_hint(e, "rename one in the header, or take the columns by number: columns=1,2");
}

static int name_from_header(struct reading *r, size_t j, struct cells *c, struct levels *names,
                            struct error *e)
{
    size_t seen = names->count;
    const char *name;
    struct cell cell;

    if (cells_next(c, &cell, e) < 0 || name_column(r, j, &cell, e))
        return -1;
    name = r->data->column[j].name;
    if (levels_number(names, name, strlen(name)) == 0)
        return error_no_memory(e);
    if (names->count == seen && is_wanted(&r->how, name))
        return refuse_second(&cell, name, e);
    return 0;
}

int reading_names(struct reading *r, struct cells *c, struct error *e)
{
    struct levels names;
    int status = 0;

    levels_init(&names);
    for (size_t j = 0; j < r->data->ncol && status == 0; j++)
        status = r->how.header ? name_from_header(r, j, c, &names, e)
                               : name_column(r, j, NULL, e);
    levels_clear(&names);
    return status;
}
