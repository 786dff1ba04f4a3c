/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compare */
#include <stdio.h>
#include <string.h>

#include "em/block_json.h"
#include "em/compare.h"
#include "shell/command.h"
#include "shell/grid.h"
#include "shell/page.h"
#include "shell/report.h"

enum { ENTRIES_SHOWN = 60 };

/* What the two states are called: as they were typed, and by their labels. */
struct names {
    char a[80], b[80];
};

static bool has(const struct state *st, enum term t)
{
    return st->terms.have & TERM_BIT(t);
}

static enum model_kind kind_of(const struct session *s)
{
    return s->machine->model->class->kind;
}

/* ---- text -------------------------------------------------------------------------------- */

static void heads(struct grid *g, const struct names *n)
{
    char difference[180];
    snprintf(difference, sizeof difference, "%s − %s", n->b, n->a);
    grid_left(g, "");
    grid_right(g, n->a);
    grid_right(g, n->b);
    grid_right(g, strlen(difference) < 30 ? difference : "difference");
    grid_row(g);
}

static void term_rows(const struct session *s, struct grid *g, const struct comparison *c)
{
    for (int i = 0; i < TERM_COUNT; i++) {
        enum term t = (enum term)i;
        bool a = has(c->a, t), b = has(c->b, t);
        if (!a && !b)
            continue;
        grid_left(g, term_name(kind_of(s), t)->symbol);
        if (a)
            grid_number(g, report_value(c->a, t));
        else
            grid_right(g, "no q");
        if (b)
            grid_number(g, report_value(c->b, t));
        else
            grid_right(g, "no q");
        if (a && b)
            grid_change(g, report_change(c->b, c->a, t));
        grid_row(g);
    }
}

/* The lower triangle of a symmetric matrix says nothing new. */
static bool is_repeated(const struct block *b, size_t at)
{
    size_t d = b->rank > 1 ? b->dim[b->rank - 1] : 1;
    return b->constraint == CONSTRAINT_SPD && at / d % d > at % d;
}

/* How many entries there were that are not shown. */
static size_t theta_rows(const struct session *s, struct grid *g, const struct comparison *c)
{
    const struct layout *l = &s->machine->model->theta;
    size_t n = 0;
    for (size_t i = 0; i < l->nblock; i++)
        for (size_t at = 0; at < l->block[i].size; at++) {
            if (is_repeated(&l->block[i], at) || n++ >= ENTRIES_SHOWN)
                continue;
            struct text name = TEXT_INIT;
            double a = c->a->theta->b.v[l->block[i].offset + at];
            double b = c->theta->b.v[l->block[i].offset + at];
            block_entry_name(&l->block[i], at, &name);
            grid_left(g, name.s);
            grid_number(g, a);
            grid_number(g, b);
            grid_change(g, b - a);
            grid_row(g);
            text_clear(&name);
        }
    return n > ENTRIES_SHOWN ? n - ENTRIES_SHOWN : 0;
}

static void say_labels(struct session *s, const struct comparison *c, const struct names *n)
{
    char a[NUMBER_TEXT], b[NUMBER_TEXT];
    int digits = (int)s->set.digits;
    if (c->renumbered) {
        text_addf(&s->out, "  components of %s are renumbered to fit %s:", n->b, n->a);
        for (size_t j = 0; j < s->machine->model->k; j++)
            text_addf(&s->out, "%s %zu → %zu", j ? "," : "", c->match[j] + 1, j + 1);
        text_addf(&s->out, "\n  ‖Δθ‖ = %s so, %s as they stand",
                  number_text(a, c->distance, digits), number_text(b, c->unaligned, digits));
        text_add(&s->out, c->same ? ": the same answer under other labels\n"
                          : c->distance < 0.01 * c->unaligned
                              ? ": nearly all of it lies in the labels\n"
                              : "\n");
        return;
    }
    text_addf(&s->out, "  ‖Δθ‖ = %s%s\n", number_text(a, c->distance, digits),
              c->distance == 0.0 ? ": the same θ"
              : c->same          ? ": the same θ, to rounding"
                                 : "");
}

static void say_block(struct session *s, const struct comparison *c, const struct block *b,
                      size_t i)
{
    const char *symbol = strcmp(b->name, "gamma") == 0 ? "γ" : b->name;
    struct text said = TEXT_INIT;
    struct page page = page_of(s);
    char number[NUMBER_TEXT];
    if (c->q_differs[i] == 0.0) {
        text_addf(&s->out, "  q: the same %s\n", symbol);
        return;
    }
    text_addf(&said, "q: max |Δ%s| = %s", symbol,
              number_text(number, c->q_differs[i], (int)s->set.digits));
    if (b->size > 1) {
        text_add(&said, ", at ");
        block_entry_name(b, c->q_where[i], &said);
    }
    if (i == 0 && c->match)
        text_addf(&said, "; the most probable z differs in %zu of %zu rows", c->q_rows,
                  s->machine->model->obs.n);
    text_add(&s->out, "  ");
    page_words(&page, said.s, 2, 5);
    text_clear(&said);
}

static void say_q(struct session *s, const struct comparison *c)
{
    const struct layout *l = &s->machine->model->q;
    if (!c->qa) {
        text_add(&s->out, "  one of the two has no q to compare\n");
        return;
    }
    for (size_t i = 0; i < l->nblock; i++)
        say_block(s, c, &l->block[i], i);
}

static void print(struct session *s, const struct comparison *c, const struct names *n)
{
    struct grid g;
    grid_init(&g, (int)s->set.digits);
    heads(&g, n);
    term_rows(s, &g, c);
    size_t more = theta_rows(s, &g, c);
    grid_print(&g, &s->out, session_width(s));
    grid_clear(&g);
    if (more)
        text_addf(&s->out, "  … %zu entries of θ more: --json has them all\n", more);
    say_labels(s, c, n);
    say_q(s, c);
}

/* ---- JSON -------------------------------------------------------------------------------- */

static json_t *terms_json(const struct session *s, const struct comparison *c)
{
    json_t *all = json_array();
    for (int i = 0; i < TERM_COUNT; i++) {
        enum term t = (enum term)i;
        bool a = has(c->a, t), b = has(c->b, t);
        if (!a && !b)
            continue;
        json_t *one = json_object();
        json_object_set_new(one, "term", json_string(term_name(kind_of(s), t)->key));
        json_object_set_new(one, "a", a ? json_number(c->a->terms.value[t]) : json_null());
        json_object_set_new(one, "b", b ? json_number(c->b->terms.value[t]) : json_null());
        json_object_set_new(one, "difference",
                            a && b ? json_number(c->b->terms.value[t] - c->a->terms.value[t])
                                   : json_null());
        json_array_append_new(all, one);
    }
    return all;
}

static json_t *match_json(const struct session *s, const struct comparison *c)
{
    if (!c->match)
        return json_null();
    json_t *match = json_array();
    for (size_t j = 0; j < s->machine->model->k; j++)
        json_array_append_new(match, json_integer((json_int_t)c->match[j] + 1));
    return match;
}

static json_t *q_json(const struct session *s, const struct comparison *c)
{
    const struct layout *l = &s->machine->model->q;
    if (!c->qa)
        return json_null();
    json_t *q = json_object();
    for (size_t i = 0; i < l->nblock; i++)
        json_object_set_new(q, l->block[i].name, json_number(c->q_differs[i]));
    return q;
}

static void reply_json(struct session *s, const struct comparison *c)
{
    json_t *reply = session_reply(s, NULL), *theta = json_object();
    json_object_set_new(reply, "a", json_string(c->a->label));
    json_object_set_new(reply, "b", json_string(c->b->label));
    json_object_set_new(reply, "terms", terms_json(s, c));
    json_object_set_new(theta, "a", blocks_to_json(&c->a->theta->b));
    json_object_set_new(theta, "b", blocks_to_json(&c->theta->b));
    json_object_set_new(theta, "distance", json_number(c->distance));
    json_object_set_new(reply, "theta", theta);
    json_object_set_new(reply, "match", match_json(s, c));
    json_object_set_new(reply, "renumbered", json_boolean(c->renumbered));
    json_object_set_new(reply, "same", json_boolean(c->same));
    json_object_set_new(reply, "q", q_json(s, c));
    if (c->match && c->qa)
        json_object_set_new(reply, "rows_differ", json_integer((json_int_t)c->q_rows));
}

/* ---- the command ------------------------------------------------------------------------- */

static int find(const struct session *s, const struct call *c, size_t i, long *at, char name[80],
                struct error *e)
{
    const struct machine *m = s->machine;
    *at = m->here;
    if (i < c->nword && machine_find(m, c->word[i].text, at, e) != 0)
        return error_place(e, c->word[i].at);
    const char *label = m->state[*at].label;
    bool marked = i < c->nword && strcmp(c->word[i].text, label) != 0;
    snprintf(name, 80, marked ? "%.40s (%s)" : "%.0s%s", marked ? c->word[i].text : "", label);
    return 0;
}

static int run_compare(struct session *s, const struct call *c, struct error *e)
{
    struct comparison comparison;
    struct names names;
    long a, b;
    if (find(s, c, 0, &a, names.a, e) != 0 || find(s, c, 1, &b, names.b, e) != 0 ||
        comparison_make(s->machine, a, b, &comparison, e) != 0)
        return -1;
    if (s->json)
        reply_json(s, &comparison);
    else
        print(s, &comparison, &names);
    comparison_clear(&comparison);
    return 0;
}

const struct command cmd_compare = {
    .name = "compare",
    .group = "use",
    .usage = "compare STATE|MARK [STATE|MARK]",
    .summary = "two states side by side: terms, θ, how far their q agree",
    .details = "The second is the state that is here, when it is left out; differences are\n"
               "second less first.  Where the same components have other numbers in the two,\n"
               "those of the second are renumbered, and it says so.\n"
               "\n"
               "  mark good; init seed=2; run; compare good\n"
               "  compare 0 3M\n",
    .needs = NEED_MODEL | NEED_THETA,
    .argument = ARG_STATE,
    .min_words = 1,
    .max_words = 2,
    .run = run_compare,
};
