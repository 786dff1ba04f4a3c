/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/table.h"

#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "data/detect.h"
#include "data/image.h"
#include "data/reading.h"
#include "data/shipped.h"
#include "data/textcheck.h"

enum { COLUMNS_AT_MOST = 100000 };
static const size_t BYTES_AT_MOST = (size_t)4 << 30;

static int check_separator(char separator, struct error *e)
{
    if (separator == '\t' || (separator >= ' ' && separator <= '~' && separator != '"'))
        return 0;
    error_set(e, "this character cannot separate cells");
    return error_hint(e, "sep= takes one of , ; | a tab or a blank");
}

static bool holds_nothing(const char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!strchr(" \t\r\n", bytes[i]))
            return false;
    return true;
}

/* The cells of the first row. */
static int count_columns(const struct reading *r, size_t *ncol, struct error *e)
{
    struct cells c;
    struct cell cell;
    size_t n = 0;
    int got;

    cells_init(&c, r->bytes, r->count, r->source, r->how.separator, r->how.interrupt);
    while ((got = cells_next(&c, &cell, e)) > 0) {
        n++;
        if (cell.ends_row || n > COLUMNS_AT_MOST)
            break;
    }
    cells_clear(&c);
    if (got < 0)
        return -1;
    if (n > COLUMNS_AT_MOST) {
        place_error(e, &cell.place, "more than %d columns", COLUMNS_AT_MOST);
        return error_hint(e, "is the separator right? sep= sets it");
    }
    if (n == 0 || holds_nothing(r->bytes, r->count)) {
        error_set(e, "%s:1:1: the file is empty", r->source);
        return error_hint(e, "a table has one row a line, with or without a header");
    }
    *ncol = n;
    return 0;
}

/* Separator and header, where the user left them to be found out. */
static int find_form(struct reading *r, size_t *ncol, struct error *e)
{
    if (r->how.separator == '\0')
        r->how.separator = detect_separator(r->bytes, r->count, r->how.interrupt);
    if (check_separator(r->how.separator, e) || count_columns(r, ncol, e))
        return -1;
    if (r->how.header < 0)
        r->how.header = detect_header(r->bytes, r->count, r->source, *ncol, &r->how, e);
    return r->how.header < 0 ? -1 : 0;
}

/* The name of a file, less folder and ending. */
static char *name_of(const char *source)
{
    const char *slash = strrchr(source, '/'), *base = slash ? slash + 1 : source;
    const char *dot = strrchr(base, '.');

    return mem_copy_bytes(base, dot && dot > base ? (size_t)(dot - base) : strlen(base));
}

/* What the data set is called, and where it is from; both are the caller's. */
static int take_names(const struct reading *r, char **name, char **source, struct error *e)
{
    *name = r->how.name ? mem_copy_text(r->how.name) : name_of(r->source);
    *source = mem_copy_text(r->source);
    if (*name && *source)
        return 0;
    mem_free(*name);
    mem_free(*source);
    return error_no_memory(e);
}

/* The data set, if it could be made, owns the name of its source. */
static int take_source(struct reading *r, char *source)
{
    if (!r->data) {
        mem_free(source);
        return -1;
    }
    mem_free(r->data->source);
    r->data->source = source;
    return 0;
}

static int make_dataset(struct reading *r, size_t ncol, struct error *e)
{
    char *name, *source;

    if (take_names(r, &name, &source, e) != 0)
        return -1;
    r->data = dataset_new(name, 0, ncol, e);
    mem_free(name);
    if (take_source(r, source) != 0)
        return -1;
    r->draft = NEW_ARRAY(ncol, struct draft);
    if (!r->draft)
        return error_no_memory(e);
    for (size_t j = 0; j < ncol; j++)
        levels_init(&r->draft[j].levels);
    return 0;
}

static int read_table(struct reading *r, struct error *e)
{
    size_t mark = textcheck_mark(r->bytes, r->count), ncol = 0;

    if (textcheck(r->bytes, r->count, r->source, r->how.interrupt, e))
        return -1;
    r->bytes += mark;
    r->count -= mark;
    if (find_form(r, &ncol, e) || make_dataset(r, ncol, e))
        return -1;
    return reading_rows(r, e);
}

static void clear_drafts(struct reading *r)
{
    for (size_t j = 0; r->draft && j < r->data->ncol; j++)
        levels_clear(&r->draft[j].levels);
    mem_free(r->draft);
}

/* An image is a table of its pixels. */
static int read_image(struct reading *r, struct error *e)
{
    char *name, *source;

    if (take_names(r, &name, &source, e) != 0)
        return -1;
    r->data = image_parse(r->bytes, r->count, r->source, name, e);
    mem_free(name);
    return take_source(r, source);
}

struct dataset *table_parse(const char *bytes, size_t count, const char *source,
                            const struct table_how *how, struct error *e)
{
    struct reading r = {.bytes = bytes, .source = source, .count = count, .how = *how};
    int status = image_begins(bytes, count) ? read_image(&r, e) : read_table(&r, e);

    clear_drafts(&r);
    if (status == 0 && how->columns)
        status = dataset_keep(r.data, how->columns, e);
    if (status == 0)
        return r.data;
    dataset_free(r.data);
    return NULL;
}

struct dataset *table_read(const char *path, const struct table_how *how, struct error *e)
{
    struct text found = TEXT_INIT, bytes = TEXT_INIT;
    struct dataset *d = NULL;

    if (shipped_find(path, &found, e) == 0 &&
        file_read_until(found.s, BYTES_AT_MOST, &bytes, how->interrupt, e) == 0)
        d = table_parse(bytes.s, bytes.length, found.s, how, e);
    text_clear(&bytes);
    text_clear(&found);
    return d;
}
