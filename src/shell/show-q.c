/* SPDX-License-Identifier: GPL-3.0-or-later */
/* show q, show posterior */
#include <stdio.h>
#include <string.h>

#include "em/block_json.h"
#include "shell/grid.h"
#include "shell/report.h"
#include "shell/show.h"

enum { ROWS_SHOWN = 10 };

static const struct option_spec rows_option[] = {
    {"rows", OPTION_WORD, "A:B", "these rows; the first ten when left out"},
    {NULL},
};

/* A block of one row an observation, or, of a chain, of one a step from an observation. */
static bool by_row(const struct model *m, const struct block *b)
{
    size_t n = m->obs.n;
    return b->rank > 0 && n > 1 && (b->dim[0] == n || (m->class->chained && b->dim[0] == n - 1));
}

/* How many of the rows first … first + count − 1 the block has. */
static size_t rows_within(const struct block *b, size_t first, size_t count)
{
    size_t last = first + count < b->dim[0] ? first + count : b->dim[0];
    return last > first ? last - first : 0;
}

/* The rows first … of a block, as a block of its own. */
static struct block row_range(const struct block *b, size_t first, size_t count)
{
    struct block part = *b;
    size_t width = b->size / b->dim[0];
    part.dim[0] = count;
    part.offset = b->offset + first * width;
    part.size = count * width;
    return part;
}

/* Covariances of what a row observed are 0 throughout: such columns are left out.  Probabilities
 * of 0 are not. */
static bool all_zero(const struct block *b, const double *v, size_t column, size_t first,
                     size_t count)
{
    size_t width = b->size / b->dim[0];
    for (size_t i = first; i < first + count; i++)
        if (v[b->offset + i * width + column] != 0.0)
            return false;
    return b->rank == BLOCK_RANK && b->constraint != CONSTRAINT_BOUNDS;
}

static void print_rows(struct session *s, const struct model *m, const struct block *b,
                       const double *v, size_t first, size_t count)
{
    struct grid g;
    size_t width = b->size / b->dim[0];
    char head[96];
    if (count == 0)
        return;
    grid_init(&g, (int)s->set.digits);
    grid_right(&g, "row");
    for (size_t j = 0; j < width; j++) {
        if (all_zero(b, v, j, first, count))
            continue;
        if (m->k && width == m->k)
            snprintf(head, sizeof head, "%s k=%zu", b->name, j + 1);
        else if (width == m->obs.d && !m->class->chained)
            snprintf(head, sizeof head, "%s %.24s", b->name, observations_name(&m->obs, j));
        else
            snprintf(head, sizeof head, "%s[%zu,%zu]", b->name, j / b->dim[b->rank - 1] + 1,
                     j % b->dim[b->rank - 1] + 1);
        grid_right(&g, head);
    }
    grid_row(&g);
    for (size_t i = first; i < first + count; i++) {
        grid_count(&g, i + 1);
        for (size_t j = 0; j < width; j++)
            if (!all_zero(b, v, j, first, count))
                grid_number(&g, v[b->offset + i * width + j]);
        grid_row(&g);
    }
    grid_print(&g, &s->out, session_width(s));
    grid_clear(&g);
}

static void print_latent(struct session *s, const struct latent *q, size_t first, size_t count)
{
    const struct model *m = s->machine->model;
    bool rows = false;
    for (size_t i = 0; i < m->q.nblock; i++) {
        const struct block *b = &m->q.block[i];
        char number[NUMBER_TEXT];
        if (b->rank == 0)
            text_addf(&s->out, "  %s  %s   %s\n", b->name,
                      number_text(number, q->b.v[b->offset], (int)s->set.digits),
                      b->help ? b->help : "");
        else if (by_row(m, b))
            print_rows(s, m, b, q->b.v, first, rows_within(b, first, count));
        else
            report_blocks(s, &q->b, 1u << i);
        rows = rows || by_row(m, b);
    }
    if (rows && first + count < m->obs.n)
        text_addf(&s->out, "  … %zu rows in all: show q rows=A:B\n", m->obs.n);
}

static json_t *latent_json(const struct session *s, const struct latent *q, size_t first,
                           size_t count)
{
    const struct model *m = s->machine->model;
    json_t *all = json_object();
    for (size_t i = 0; i < m->q.nblock; i++) {
        struct block b = m->q.block[i];
        if (by_row(m, &b))
            b = row_range(&b, first, rows_within(&b, first, count));
        json_object_set_new(all, b.name, block_to_json(&b, q->b.v + b.offset));
    }
    return all;
}

/* JSON carries every row unless rows= says otherwise. */
static int report_latent(struct session *s, const struct call *c, const struct latent *q,
                         struct error *e)
{
    size_t first, count, n = s->machine->model->obs.n;
    if (show_rows(c, n, s->json ? n : ROWS_SHOWN, &first, &count, e) != 0)
        return -1;
    json_t *reply = session_reply(s, NULL);
    if (!reply) {
        print_latent(s, q, first, count);
        return 0;
    }
    json_object_set_new(reply, "q", latent_json(s, q, first, count));
    if (options_find(&c->options, "rows"))
        json_object_set_new(reply, "rows", json_pack("[ii]", (int)first + 1,
                                                     (int)(first + count)));
    return 0;
}

static int run_q(struct session *s, const struct call *c, struct error *e)
{
    const struct state *here = machine_here(s->machine);
    return report_latent(s, c, here ? here->q : s->machine->pending_q, e);
}

const struct subject show_q = {
    .name = "q",
    .summary = "q, row by row",
    .needs = NEED_MODEL | NEED_Q,
    .options = rows_option,
    .run = run_q,
};

static int run_posterior(struct session *s, const struct call *c, struct error *e)
{
    const struct model *m = s->machine->model;
    struct e_how exact = {.kind = E_EXACT};
    struct latent *r = latent_new(&m->q, e);
    int failed = !r || m->class->e_step(m, machine_here(s->machine)->theta, &exact, r, e) != 0 ||
                 report_latent(s, c, r, e) != 0;
    latent_free(r);
    return failed ? -1 : 0;
}

const struct subject show_posterior = {
    .name = "posterior",
    .summary = "p(z|x,θ) at the current θ, whatever q is",
    .needs = NEED_MODEL | NEED_THETA,
    .options = rows_option,
    .run = run_posterior,
};
