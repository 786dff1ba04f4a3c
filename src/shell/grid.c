/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell/grid.h"

#include <stdio.h>

#include "base/memory.h"

enum { CELL_WIDTH = 60, INDENT = 2, GAP = 2 };

void grid_init(struct grid *g, int digits)
{
    *g = (struct grid){.digits = digits};
}

static void add_cell(struct grid *g, const char *text, bool right)
{
    if (g->ncell == g->room) {
        size_t room = g->room ? 2 * g->room : 64;
        struct grid_cell *grown = mem_resize(g->cell, room, sizeof *grown);
        if (!grown) {
            g->failed = true;
            return;
        }
        g->cell = grown;
        g->room = room;
    }
    struct text shown = TEXT_INIT;
    text_add_shown(&shown, text, CELL_WIDTH);
    g->cell[g->ncell] = (struct grid_cell){text_take(&shown), right};
    if (!g->cell[g->ncell].text)
        g->failed = true;
    else
        g->ncell++;
}

void grid_left(struct grid *g, const char *text)
{
    add_cell(g, text, false);
}

void grid_right(struct grid *g, const char *text)
{
    add_cell(g, text, true);
}

void grid_number(struct grid *g, double v)
{
    char buf[NUMBER_TEXT];
    add_cell(g, number_text(buf, v, g->digits), true);
}

void grid_change(struct grid *g, double v)
{
    char buf[NUMBER_TEXT];
    add_cell(g, number_change(buf, v, g->digits), true);
}

void grid_count(struct grid *g, size_t n)
{
    char buf[NUMBER_TEXT];
    snprintf(buf, sizeof buf, "%zu", n);
    add_cell(g, buf, true);
}

void grid_row(struct grid *g)
{
    if (g->nrow == g->row_room) {
        size_t room = g->row_room ? 2 * g->row_room : 16;
        size_t *grown = mem_resize(g->row_end, room, sizeof *grown);
        if (!grown) {
            g->failed = true;
            return;
        }
        g->row_end = grown;
        g->row_room = room;
    }
    g->row_end[g->nrow++] = g->ncell;
}

static size_t row_begin(const struct grid *g, size_t row)
{
    return row ? g->row_end[row - 1] : 0;
}

static size_t columns_of(const struct grid *g)
{
    size_t columns = 0;
    for (size_t r = 0; r < g->nrow; r++) {
        size_t n = g->row_end[r] - row_begin(g, r);
        columns = n > columns ? n : columns;
    }
    return columns;
}

static size_t column_width(const struct grid *g, size_t column)
{
    size_t width = 0;
    for (size_t r = 0; r < g->nrow; r++) {
        size_t at = row_begin(g, r) + column;
        if (at < g->row_end[r]) {
            size_t w = text_width(g->cell[at].text);
            width = w > width ? w : width;
        }
    }
    return width;
}

static void print_cell(const struct grid *g, size_t row, size_t column, size_t width, bool last,
                       struct text *out)
{
    size_t at = row_begin(g, row) + column;
    const struct grid_cell *c = at < g->row_end[row] ? &g->cell[at] : NULL;
    if (!c)
        text_repeat(out, " ", last ? 0 : width);
    else if (c->right)
        text_pad_left(out, c->text, width);
    else if (last)
        text_add(out, c->text);
    else
        text_pad_right(out, c->text, width);
}

/* Blanks at the end of a line help nobody. */
static void trim_end(struct text *out)
{
    while (out->length && out->s[out->length - 1] == ' ')
        out->s[--out->length] = '\0';
}

/* Columns first … first+count, after column 0 again where they do not begin with it; of a later
 * part, the rows that reach it. */
static void print_part(const struct grid *g, const size_t *widths, size_t first, size_t count,
                       struct text *out)
{
    for (size_t r = 0; r < g->nrow; r++) {
        if (first > 0 && row_begin(g, r) + first >= g->row_end[r])
            continue;
        text_repeat(out, " ", INDENT);
        if (first > 0) {
            print_cell(g, r, 0, widths[0], false, out);
            text_repeat(out, " ", GAP);
        }
        for (size_t c = first; c < first + count; c++) {
            print_cell(g, r, c, widths[c], c + 1 == first + count, out);
            if (c + 1 < first + count)
                text_repeat(out, " ", GAP);
        }
        trim_end(out);
        text_add(out, "\n");
    }
}

void grid_print(const struct grid *g, struct text *out, size_t width)
{
    size_t columns = columns_of(g);
    size_t *widths = NEW_ARRAY(columns + 1, size_t);
    if (!widths || g->failed) {
        out->failed = true;
        mem_free(widths);
        return;
    }
    for (size_t c = 0; c < columns; c++)
        widths[c] = column_width(g, c);
    for (size_t first = 0; first < columns;) {
        size_t used = INDENT + (first ? widths[0] + GAP : 0) + widths[first], count = 1;
        while (first + count < columns && used + GAP + widths[first + count] <= width)
            used += GAP + widths[first + count++];
        if (first)
            text_add(out, "\n");
        print_part(g, widths, first, count, out);
        first += count;
    }
    mem_free(widths);
}

void grid_clear(struct grid *g)
{
    for (size_t i = 0; i < g->ncell; i++)
        mem_free(g->cell[i].text);
    mem_free(g->cell);
    mem_free(g->row_end);
    *g = (struct grid){0};
}
