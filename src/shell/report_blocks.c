/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blocks of numbers as a table; θ. */
#include "em/block_json.h"
#include "shell/grid.h"
#include "shell/report.h"

enum { LABEL_SHOWN = 24 }; /* columns of a stranger's label */

/* The rank that matters: trailing extents of 1 do not. */
static int shown_rank(const struct block *b)
{
    int rank = b->rank;
    while (rank > 0 && b->dim[rank - 1] == 1)
        rank--;
    return rank;
}

/* "Sigma[2]" for the rows of a matrix of a stack, "mu[2]" for a row, "pi" for a vector. */
static void row_name(const struct block *b, int rank, size_t row, struct text *out)
{
    text_add(out, b->name);
    if (rank == 2)
        text_addf(out, "[%zu]", row + 1);
    else if (rank == 3 && row % b->dim[1] == 0)
        text_addf(out, "[%zu]", row / b->dim[1] + 1);
    else if (rank == 3)
        text_reset(out);
}

/* The names of a vector's entries, over them. */
static void label_row(struct grid *g, const struct block *b)
{
    grid_left(g, "");
    for (size_t i = 0; i < b->size; i++) {
        struct text name = TEXT_INIT;
        text_add_shown(&name, b->label[i], LABEL_SHOWN);
        grid_right(g, name.s);
        text_clear(&name);
    }
    grid_row(g);
}

/* A long block in short shows these of its rows and columns, as R and numpy do; of a stack of
 * matrices the first and the last. */
enum { HEAD_ROWS = 2, HEAD_COLUMNS = 6, FEW_ROWS = 4, FEW_COLUMNS = 12, ALL_ROWS = 14 };

static size_t width_of(const struct block *b)
{
    int rank = shown_rank(b);
    return rank == 0 ? 1 : b->dim[rank - 1];
}

static size_t rows_of(const struct block *b)
{
    return width_of(b) ? b->size / width_of(b) : 0;
}

/* The rows of one entry of a stack. */
static size_t unit_rows(const struct block *b)
{
    return shown_rank(b) == 3 ? b->dim[1] : 1;
}

/* The rows from … to are left out: from == to, none. */
static void left_out(const struct block *b, bool brief, size_t *from, size_t *to)
{
    size_t rows = rows_of(b), unit = unit_rows(b), head = unit > 1 ? unit : HEAD_ROWS;

    *from = *to = 0;
    if (brief && rows > FEW_ROWS && rows > head + 2 * unit) {
        *from = head;
        *to = rows - unit;
    }
}

static void elision(struct grid *g, const struct block *b)
{
    grid_left(g, "…");
    for (size_t c = 0; c < width_of(b) && c < FEW_COLUMNS; c++)
        grid_right(g, "…");
    grid_row(g);
}

static void block_rows(struct grid *g, const struct block *b, const double *v, bool brief)
{
    int rank = shown_rank(b);
    size_t width = width_of(b), rows = rows_of(b), from, to;
    left_out(b, brief, &from, &to);
    for (size_t r = 0; r < rows; r++) {
        struct text name = TEXT_INIT;
        if (r == from && from < to) {
            elision(g, b);
            r = to;
        }
        row_name(b, rank, r, &name);
        grid_left(g, name.s);
        text_clear(&name);
        for (size_t c = 0; c < width; c++) {
            if (brief && width > FEW_COLUMNS && c == HEAD_COLUMNS) {
                grid_right(g, "…");
                c = width - 1;
            }
            grid_number(g, v[r * width + c]);
        }
        grid_row(g);
    }
}

static bool is_long(const struct blocks *b)
{
    size_t rows = 0;
    for (size_t i = 0; i < b->layout->nblock; i++) {
        const struct block *block = &b->layout->block[i];
        if (width_of(block) > FEW_COLUMNS && !block->label)
            return true;
        rows += rows_of(block);
    }
    return rows > ALL_ROWS;
}

static void add_blocks(struct session *s, const struct blocks *b, unsigned which, bool brief)
{
    struct grid g;
    grid_init(&g, (int)s->set.digits);
    const char *const *named = NULL;
    for (size_t i = 0; i < b->layout->nblock; i++) {
        const struct block *block = &b->layout->block[i];
        if (!(which >> i & 1u))
            continue;
        if (block->label && block->label != named)
            label_row(&g, block);
        named = block->label;
        block_rows(&g, block, b->v + block->offset, brief && !block->label);
    }
    grid_print(&g, &s->out, session_width(s));
    grid_clear(&g);
}

void report_blocks(struct session *s, const struct blocks *b, unsigned which)
{
    add_blocks(s, b, which, false);
}

void report_theta_brief(struct session *s)
{
    const struct blocks *b = &machine_here(s->machine)->theta->b;
    if (s->json || !is_long(b)) {
        report_theta(s);
        return;
    }
    add_blocks(s, b, ~0u, true);
    text_add(&s->out, "  in short; theta shows all of it\n");
}

void report_theta(struct session *s)
{
    const struct state *st = machine_here(s->machine);
    if (s->json)
        json_object_set_new(session_reply(s, NULL), "theta", blocks_to_json(&st->theta->b));
    else
        report_blocks(s, &st->theta->b, ~0u);
}
