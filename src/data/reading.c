/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/reading.h"

#include "base/memory.h"
#include "data/entry.h"

enum { ROWS_AT_FIRST = 64, ROWS_AT_MOST = 200000000 };

static int make_room(struct reading *r, struct error *e)
{
    size_t room = r->room ? 2 * r->room : ROWS_AT_FIRST;

    if (r->data->nrow < r->room)
        return 0;
    for (size_t j = 0; j < r->data->ncol; j++) {
        double *value = mem_resize(r->data->column[j].value, room, sizeof *value);

        if (!value)
            return error_no_memory(e);
        r->data->column[j].value = value;
    }
    r->room = room;
    return 0;
}

static void note_decimal(struct draft *draft, const struct cell *cell, enum decimal decimal)
{
    if (decimal == DECIMAL_POINT && draft->point_line == 0)
        draft->point_line = cell->place.line;
    if (decimal == DECIMAL_COMMA && draft->comma.line == 0)
        draft->comma = cell->place;
}

/* A column is text once a cell is.  Numbers above that cell were stored as such: read again. */
static void note_kind(struct reading *r, size_t j, enum entry_kind kind)
{
    struct column *column = &r->data->column[j];

    if (kind == ENTRY_MISSING) {
        column->nmissing++;
        return;
    }
    if (kind == ENTRY_TEXT && column->kind == COLUMN_NUMBER) {
        column->kind = COLUMN_TEXT;
        r->again = r->again || r->draft[j].any;
    }
    r->draft[j].any = true;
}

/* One entry into row nrow of column j. */
static int store(struct reading *r, size_t j, const struct cell *cell, struct error *e)
{
    struct column *column = &r->data->column[j];
    struct entry entry = entry_read(cell, &r->how);

    note_kind(r, j, entry.kind);
    note_decimal(&r->draft[j], cell, entry.decimal);
    if (column->kind == COLUMN_TEXT && entry.kind != ENTRY_MISSING && !r->again) {
        entry.value = (double)levels_number(&r->draft[j].levels, cell->s, cell->n);
        if (entry.value == 0)
            return error_no_memory(e);
    }
    column->value[r->data->nrow] = entry.value;
    return 0;
}

/* A row of another length than the first: `cell`, its n-th, is its last or the first too many. */
static int refuse_ragged(const struct reading *r, struct cells *c, struct cell cell, size_t n,
                         struct error *e)
{
    struct place p = n > r->data->ncol ? cell.place : place_end(&cell.place, cell.end);
    size_t ncol = r->data->ncol;

    for (; !cell.ends_row; n++) {
        if (cells_next(c, &cell, e) < 0)
            return -1;
    }
    place_error(e, &p, "%zu cell%s, where the %s has %zu", n, n == 1 ? "" : "s",
                r->how.header ? "header" : "first row", ncol);
    if (r->how.header && n == ncol + 1)
        return error_hint(e, "quote cells that hold the separator; a column of row names needs a "
                             "name in the header");
    return error_hint(e, "NA stands for a missing entry; quote cells that hold the separator, or "
                         "set it with sep=");
}

static int end_row(struct reading *r, const struct cell *cell, struct error *e)
{
    if (++r->data->nrow < ROWS_AT_MOST)
        return 0;
    place_error(e, &cell->place, "more than %d rows", ROWS_AT_MOST);
    return error_hint(e, "load a part of the file");
}

static int read_rows(struct reading *r, struct cells *c, struct error *e)
{
    struct cell cell;
    size_t j = 0;
    int got;

    while ((got = cells_next(c, &cell, e)) > 0) {
        if (j == 0 && make_room(r, e))
            return -1;
        if (j == r->data->ncol || (cell.ends_row && j + 1 < r->data->ncol))
            return refuse_ragged(r, c, cell, j + 1, e);
        if (store(r, j, &cell, e))
            return -1;
        j = cell.ends_row ? 0 : j + 1;
        if (cell.ends_row && end_row(r, &cell, e))
            return -1;
    }
    return got;
}

/* One pass over the file. */
static int read_pass(struct reading *r, struct error *e)
{
    struct cells c;
    int status;

    cells_init(&c, r->bytes, r->count, r->source, r->how.separator, r->how.interrupt);
    status = reading_names(r, &c, e);
    if (status == 0)
        status = read_rows(r, &c, e);
    if (status == 0 && r->data->nrow == 0) {
        place_error(e, &c.here, "no row below the header");
        status = error_hint(e, "load with header=no if the first line is data");
    }
    cells_clear(&c);
    return status;
}

/* Forgets what the first pass stored, and keeps what it learned: which columns are text. */
static void start_again(struct reading *r)
{
    r->again = false;
    r->data->nrow = 0;
    for (size_t j = 0; j < r->data->ncol; j++) {
        r->data->column[j].nmissing = 0;
        levels_clear(&r->draft[j].levels);
    }
}

/* The drafts' levels become the columns'. */
static void hand_over_levels(struct reading *r)
{
    for (size_t j = 0; j < r->data->ncol; j++) {
        struct levels *levels = &r->draft[j].levels;

        r->data->column[j].level = levels->text;
        r->data->column[j].nlevel = levels->count;
        levels->text = NULL;
        levels->count = levels->room = 0;
    }
}

/* 1,5 and 1.5 in one column: one of the two separates thousands, and nobody can say which. */
static int check_decimals(const struct reading *r, struct error *e)
{
    for (size_t j = 0; j < r->data->ncol; j++) {
        const struct draft *draft = &r->draft[j];

        if (r->data->column[j].kind == COLUMN_TEXT || !draft->point_line || !draft->comma.line)
            continue;
        place_error(e, &draft->comma,
                    "a decimal comma in column '%.60s', which has a decimal point in line %zu",
                    r->data->column[j].name, draft->point_line);
        return error_hint(e, "write all numbers with one of the two");
    }
    return 0;
}

/* Gives back what the columns did not grow into. */
static void trim(struct reading *r)
{
    for (size_t j = 0; j < r->data->ncol; j++) {
        struct column *column = &r->data->column[j];
        double *value = mem_resize(column->value, r->data->nrow, sizeof *value);

        if (value)
            column->value = value;
    }
}

int reading_rows(struct reading *r, struct error *e)
{
    if (read_pass(r, e))
        return -1;
    if (r->again) {
        start_again(r);
        if (read_pass(r, e))
            return -1;
    }
    hand_over_levels(r);
    trim(r);
    return check_decimals(r, e);
}
