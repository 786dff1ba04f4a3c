/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/paired.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "data/levels.h"

enum { PLAYERS = 2, COLUMNS = 3, NAMED = 4 };

static const char remedy[] = "columns=WINNER,LOSER,WINS: two of names, and one of how often "
                             "(1 when left out)";

/* ---- reading ---------------------------------------------------------------------------- */

struct reading {
    struct paired *p;
    const struct dataset *d;
    const struct column *column[COLUMNS]; /* the last NULL: every row is one win */
    struct levels items;
    bool closed;                          /* items= named them all */
};

static int wrong_count(size_t n, struct error *e)
{
    error_set(e, "comparisons are two or three columns: who won, who lost, and how often; here are "
                 "%zu", n);
    return error_hint(e, "%s", remedy);
}

static int find_columns(struct reading *r, const struct options *o, struct error *e)
{
    const struct option *columns = options_find(o, "columns");
    size_t n = columns ? columns->nvalue : r->d->ncol;
    if (columns && (n < PLAYERS || n > COLUMNS)) {
        wrong_count(n, e);
        return error_place(e, columns->at);
    }
    if (n < PLAYERS)
        return wrong_count(n, e);
    for (size_t j = 0; j < COLUMNS && j < n; j++) {
        size_t at = j;
        if (columns && dataset_find_column(r->d, columns->value[j], &at, e) != 0)
            return error_place(e, columns->value_at[j]);
        r->column[j] = &r->d->column[at];
    }
    if (!r->column[COLUMNS - 1] || r->column[COLUMNS - 1]->kind == COLUMN_NUMBER)
        return 0;
    error_set(e, "column '%s' is text, and should say how often the winner won",
              r->column[COLUMNS - 1]->name);
    return error_hint(e, "%s", remedy);
}

static int name_items(struct reading *r, const struct options *o, struct error *e)
{
    const struct option *items = options_find(o, "items");
    for (size_t i = 0; items && i < items->nvalue; i++) {
        const char *name = items->value[i];
        size_t number = levels_number(&r->items, name, strlen(name));
        if (number == 0)
            return error_no_memory(e);
        if (number <= i) {
            error_set_at(e, items->value_at[i], "items= names '%s' twice", name);
            return error_hint(e, "name each item once");
        }
    }
    r->closed = items != NULL;
    return 0;
}

static int refuse_entry(const struct reading *r, size_t row, size_t j, const char *what,
                        struct error *e)
{
    error_set(e, "row %zu of column '%s' %s", row + 1, r->column[j]->name, what);
    return error_hint(e, "%s", remedy);
}

/* The item that row `row` names in column j; a number's name is its shortest text. */
static int read_item(struct reading *r, size_t row, size_t j, size_t *item, struct error *e)
{
    const struct column *c = r->column[j];
    double v = c->value[row];
    char number[NUMBER_TEXT];
    const char *name = number;
    if (isnan(v))
        return refuse_entry(r, row, j, "is missing", e);
    if (c->kind == COLUMN_TEXT)
        name = c->level[(size_t)v - 1];
    else
        snprintf(number, sizeof number, "%.15g", v);
    size_t known = r->items.count, place = levels_number(&r->items, name, strlen(name));
    if (place == 0)
        return error_no_memory(e);
    if (r->closed && place > known) {
        error_set(e, "row %zu names '%s', which is not among items=", row + 1, name);
        return error_hint(e, "items= lists every item, or is left out");
    }
    *item = place - 1;
    return 0;
}

static int read_wins(const struct reading *r, size_t row, double *wins, struct error *e)
{
    const struct column *c = r->column[COLUMNS - 1];
    *wins = c ? c->value[row] : 1.0;
    if (*wins >= 0.0 && isfinite(*wins))
        return 0;
    return refuse_entry(r, row, COLUMNS - 1, isnan(*wins) ? "is missing"
                                                          : "is no number of wins, 0 or more", e);
}

static int read_rows(struct reading *r, struct error *e)
{
    struct paired *p = r->p;
    p->pair = NEW_ARRAY(r->d->nrow, struct pair);
    if (!p->pair)
        return error_no_memory(e);
    for (size_t row = 0; row < r->d->nrow; row++) {
        struct pair a;
        if (read_item(r, row, 0, &a.winner, e) != 0 || read_item(r, row, 1, &a.loser, e) != 0 ||
            read_wins(r, row, &a.wins, e) != 0)
            return -1;
        if (a.winner == a.loser)
            return refuse_entry(r, row, 1, "names the winner again: nothing beats itself", e);
        if (a.wins > 0.0)
            p->pair[p->npair++] = a;
    }
    return 0;
}

/* Takes the names over, and sums the wins. */
static int settle(struct reading *r, struct error *e)
{
    struct paired *p = r->p;
    p->nitem = r->items.count;
    p->name = r->items.text;
    r->items.text = NULL;
    r->items.count = 0;
    p->item = NEW_ARRAY(p->nitem, const char *);
    p->wins = NEW_ARRAY(p->nitem, double);
    p->work = NEW_ARRAY(p->nitem, double);
    if (!p->item || !p->wins || !p->work)
        return error_no_memory(e);
    for (size_t i = 0; i < p->nitem; i++)
        p->item[i] = p->name[i];
    for (size_t i = 0; i < p->npair; i++) {
        p->wins[p->pair[i].winner] += p->pair[i].wins;
        p->total += p->pair[i].wins;
    }
    if (isfinite(p->total) && p->total > 0.0)
        return 0;
    error_set(e, "the wins sum to %s", p->total > 0.0 ? "infinity" : "0");
    return error_hint(e, "%s", remedy);
}

int paired_read(struct paired *p, const struct dataset *d, const struct options *o,
                struct error *e)
{
    struct reading r = {.p = p, .d = d};
    levels_init(&r.items);
    bool read = find_columns(&r, o, e) == 0 && name_items(&r, o, e) == 0 && read_rows(&r, e) == 0 &&
                settle(&r, e) == 0;
    levels_clear(&r.items);
    return read ? 0 : -1;
}

void paired_clear(struct paired *p)
{
    for (size_t i = 0; i < p->nitem; i++)
        mem_free(p->name[i]);
    mem_free(p->name);
    mem_free(p->item);
    mem_free(p->pair);
    mem_free(p->wins);
    mem_free(p->work);
}

/* ---- connected? ------------------------------------------------------------------------- */

/* Who beat whom, as lists: next[r] is the pair after r with the same first item. */
struct graph {
    const struct paired *p;
    bool upward;      /* from the loser to the winner */
    size_t *head;     /* (nitem) a pair from 1, or 0 */
    size_t *next;     /* (npair) */
    size_t *queue;    /* (nitem) */
    bool *reached;    /* (nitem) */
};

static size_t tail_of(const struct graph *g, size_t pair)
{
    return g->upward ? g->p->pair[pair].loser : g->p->pair[pair].winner;
}

static void make_lists(struct graph *g)
{
    memset(g->head, 0, g->p->nitem * sizeof *g->head);
    memset(g->reached, 0, g->p->nitem * sizeof *g->reached);
    for (size_t r = 0; r < g->p->npair; r++) {
        g->next[r] = g->head[tail_of(g, r)];
        g->head[tail_of(g, r)] = r + 1;
    }
}

/* Marks what can be reached from the first item; how many that is. */
static size_t reach(struct graph *g)
{
    size_t n = 0;
    make_lists(g);
    g->queue[n++] = 0;
    g->reached[0] = true;
    for (size_t i = 0; i < n; i++)
        for (size_t r = g->head[g->queue[i]]; r; r = g->next[r - 1]) {
            const struct pair *a = &g->p->pair[r - 1];
            size_t to = g->upward ? a->winner : a->loser;
            if (!g->reached[to]) {
                g->reached[to] = true;
                g->queue[n++] = to;
            }
        }
    return n;
}

static void add_names(const struct graph *g, bool reached, struct text *out)
{
    size_t named = 0, left = 0;
    for (size_t i = 0; i < g->p->nitem; i++) {
        if (g->reached[i] != reached)
            continue;
        if (named == NAMED) {
            left++;
            continue;
        }
        text_add(out, named++ ? ", " : "");
        text_add_shown(out, g->p->item[i], 40);
    }
    if (left)
        text_addf(out, " and %zu more", left);
}

/* What was reached never beat the others (never lost to them, upward).  The smaller group is
 * named. */
static int refuse_group(const struct graph *g, size_t n, struct error *e)
{
    bool reached = 2 * n <= g->p->nitem, won = reached == g->upward, met = false;
    for (size_t r = 0; r < g->p->npair; r++)
        met = met || g->reached[g->p->pair[r].winner] != g->reached[g->p->pair[r].loser];
    struct text names = TEXT_INIT;
    add_names(g, reached, &names);
    error_set(e, "no maximum exists: %s %s", names.s,
              !met ? "never met the others, and how they compare is open"
              : won ? "never lost to the others, so skill would grow without end"
                    : "never beat the others, so skill would fall to 0");
    text_clear(&names);
    return error_hint(e, "leave that group out, or add the comparisons that tie it to the others");
}

int paired_connected(const struct paired *p, struct error *e)
{
    struct graph g = {.p = p};
    g.head = NEW_ARRAY(p->nitem, size_t);
    g.next = NEW_ARRAY(p->npair, size_t);
    g.queue = NEW_ARRAY(p->nitem, size_t);
    g.reached = NEW_ARRAY(p->nitem, bool);
    int r = g.head && g.next && g.queue && g.reached ? 0 : error_no_memory(e);
    for (int way = 0; r == 0 && way < 2; way++) {
        g.upward = way == 1;
        size_t n = reach(&g);
        if (n < p->nitem)
            r = refuse_group(&g, n, e);
    }
    mem_free(g.head);
    mem_free(g.next);
    mem_free(g.queue);
    mem_free(g.reached);
    return r;
}
