/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/cells.h"

#include <csv.h>
#include <string.h>

#include "base/memory.h"
#include "data/stretch.h"

void cells_init(struct cells *c, const char *bytes, size_t count, const char *source,
                char separator, volatile sig_atomic_t *interrupt)
{
    *c = (struct cells){
        .at = bytes,
        .end = bytes + count,
        .separator = separator,
        .here = {source, 1, bytes, bytes},
        .interrupt = interrupt,
    };
    text_init(&c->unquoted);
}

void cells_clear(struct cells *c)
{
    text_clear(&c->unquoted);
}

static bool is_break(char b)
{
    return b == '\n' || b == '\r';
}

/* A tab that separates is no blank. */
static bool is_blank(const struct cells *c, char b)
{
    return b == ' ' || (b == '\t' && c->separator != '\t');
}

static bool ends_cell(const struct cells *c, char b)
{
    return is_break(b) || b == c->separator || (b == '\t' && c->separator == ' ');
}

static const char *skip_blanks(const struct cells *c, const char *s)
{
    while (s < c->end && is_blank(c, *s))
        s++;
    return s;
}

static void next_line(struct cells *c, const char *at_break)
{
    c->at = place_after_break(at_break, c->end);
    c->here.line++;
    c->here.line_start = c->at;
}

static void skip_empty_lines(struct cells *c)
{
    for (;;) {
        const char *s = skip_blanks(c, c->at);

        if (s == c->end)
            c->at = s;
        if (s == c->end || !is_break(*s))
            return;
        next_line(c, s);
    }
}

/* The first byte at or after s that ends the cell.  Inside the quotes of a cell that begins with
 * one, nothing does.  *quotes: it holds a quote anywhere.  NULL: interrupted. */
static const char *find_end(const struct cells *c, const char *s, bool *quotes)
{
    bool quoted = s < c->end && *s == '"', inside = false;

    *quotes = false;
    while (s < c->end && !interrupted(c->interrupt)) {
        for (const char *stop = stretch_end(s, c->end); s < stop; s++) {
            if (!inside && ends_cell(c, *s))
                return s;
            if (*s == '"') {
                *quotes = true;
                inside = quoted && !inside;
            }
        }
    }
    return s < c->end ? NULL : s;
}

static void take_unquoted(void *s, size_t n, void *cells)
{
    text_add_bytes(&((struct cells *)cells)->unquoted, s, n);
}

static void *resize_bytes(void *p, size_t n)
{
    return mem_resize(p, n, 1);
}

static int quote_error(const struct cell *cell, size_t good, struct error *e)
{
    struct place p = cell->place;

    if (*cell->place.at != '"') {
        p.at += good;
        place_error(e, &p, "a quote inside a cell that does not begin with one");
        return error_hint(e, "put the whole cell in quotes and double the quotes inside it");
    }
    if (good == (size_t)(cell->end - cell->place.at)) {
        place_error(e, &p, "this quote is never closed");
        return error_hint(e, "close it, or double it if it is part of the text");
    }
    p = place_end(&p, p.at + good);
    place_error(e, &p, "text after the closing quote of a cell");
    return error_hint(e, "its quote was opened in line %zu; double the quotes that are text",
                      cell->place.line);
}

/* As far as the bytes are good. */
static size_t feed(struct cells *c, struct csv_parser *csv, const char *s, size_t n)
{
    size_t good = 0, stop = 0;

    while (good == stop && good < n && !interrupted(c->interrupt)) {
        stop = (size_t)(stretch_end(s + good, s + n) - s);
        good += csv_parse(csv, s + good, stop - good, take_unquoted, NULL, c);
    }
    return good;
}

/* The cell between place.at and end as libcsv reads it. */
static int unquote(struct cells *c, struct cell *cell, struct error *e)
{
    struct csv_parser csv;
    size_t n = (size_t)(cell->end - cell->place.at), good;
    bool closed, room;

    text_reset(&c->unquoted);
    csv_init(&csv, CSV_STRICT | CSV_STRICT_FINI);
    csv_set_delim(&csv, (unsigned char)c->separator);
    csv_set_realloc_func(&csv, resize_bytes);
    csv_set_free_func(&csv, mem_free);
    csv_set_blk_size(&csv, n + 1); /* room for the cell at once: it would grow by 128 bytes */
    good = feed(c, &csv, cell->place.at, n);
    closed = good == n && csv_fini(&csv, take_unquoted, NULL, c) == 0;
    room = csv_error(&csv) != CSV_ENOMEM && !c->unquoted.failed;
    csv_free(&csv);
    if (!room)
        return error_no_memory(e);
    if (!closed && interrupted(c->interrupt))
        return interrupted_error(e);
    if (!closed)
        return quote_error(cell, good, e);
    cell->s = c->unquoted.s;
    cell->n = c->unquoted.length;
    return 0;
}

/* Goes past what ends the cell at s: a separator, a line break or the end. */
static void pass_separator(struct cells *c, const char *s)
{
    if (c->separator == ' ')
        s = skip_blanks(c, s);
    c->in_row = s < c->end && !is_break(*s);
    if (c->in_row)
        c->at = c->separator == ' ' ? s : s + 1;
    else if (s < c->end)
        next_line(c, s);
    else
        c->at = s;
}

int cells_next(struct cells *c, struct cell *cell, struct error *e)
{
    const char *stop;
    bool quotes;

    if (!c->in_row)
        skip_empty_lines(c);
    if (!c->in_row && c->at == c->end)
        return 0;
    cell->place = c->here;
    cell->place.at = skip_blanks(c, c->at);
    stop = find_end(c, cell->place.at, &quotes);
    if (!stop)
        return interrupted_error(e);
    cell->end = stop;
    while (cell->end > cell->place.at && is_blank(c, cell->end[-1]))
        cell->end--;
    cell->s = cell->place.at;
    cell->n = (size_t)(cell->end - cell->s);
    if (quotes) {
        if (unquote(c, cell, e))
            return -1;
        c->here = place_end(&cell->place, cell->end); /* quotes may hold line breaks */
    }
    pass_separator(c, stop);
    cell->ends_row = !c->in_row;
    return 1;
}
