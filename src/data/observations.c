/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "data/dataset.h"

enum { NAMES_IN_HINT = 200 };

static size_t first_missing(const struct column *c, size_t nrow)
{
    size_t i = 0;

    while (i < nrow && !isnan(c->value[i]))
        i++;
    return i;
}

static size_t first_row_of_level(const struct column *c, size_t level)
{
    size_t i = 0;

    while (c->value[i] != (double)level)
        i++;
    return i + 1;
}

/* The columns that could have been taken, as the remedy. */
static int hint_numeric(const struct dataset *d, struct error *e)
{
    struct text names = TEXT_INIT;

    for (size_t j = 0; j < d->ncol && names.length < NAMES_IN_HINT; j++) {
        if (d->column[j].kind == COLUMN_NUMBER)
            text_add_listed(&names, d->column[j].name);
    }
    if (names.length == 0)
        error_hint(e, "it has no column of numbers: load other data");
    else
        error_hint(e, "columns of numbers: %s", names.s);
    text_clear(&names);
    return -1;
}

/* A column of numbers that one word has turned into text is mended by na=. */
static int refuse_text(const struct dataset *d, const struct column *c, struct error *e)
{
    size_t numbers = 0, word = 0;
    double v;

    for (size_t k = 0; k < c->nlevel; k++) {
        bool number = number_parse(c->level[k], &v);

        numbers += number;
        if (!number && word == 0)
            word = k + 1;
    }
    word = word ? word : 1;
    error_set(e, "column '%s' of %s is text: its row %zu is '%s'", c->name, d->name,
              first_row_of_level(c, word), c->level[word - 1]);
    if (numbers > 0)
        return error_hint(e, "numbers look like 1.5, 2e-3 or inf; if '%.40s' stands for a missing "
                             "entry, load with na=%.40s",
                          c->level[word - 1], c->level[word - 1]);
    return hint_numeric(d, e);
}

static int add_column(struct observations *o, size_t at, struct error *e)
{
    const struct dataset *d = o->data;

    if (d->column[at].kind == COLUMN_TEXT && !o->takes_text)
        return refuse_text(d, &d->column[at], e);
    for (size_t j = 0; j < o->d; j++) {
        if (o->column[j] == at) {
            error_set(e, "column '%s' is named twice", d->column[at].name);
            return error_hint(e, "name each column once");
        }
    }
    o->column[o->d++] = at;
    return 0;
}

static int add_named(struct observations *o, const struct option *columns, struct error *e)
{
    if (columns->nvalue == 0) {
        error_set_at(e, columns->at, "columns= names no column");
        return hint_numeric(o->data, e);
    }
    for (size_t i = 0; i < columns->nvalue; i++) {
        size_t at;

        if (dataset_find_column(o->data, columns->value[i], &at, e) || add_column(o, at, e))
            return error_place(e, columns->value_at[i]);
    }
    return 0;
}

static void add_kind(struct observations *o, enum column_kind kind, size_t weights)
{
    for (size_t j = 0; j < o->data->ncol; j++)
        if (o->data->column[j].kind == kind && j != weights)
            o->column[o->d++] = j;
}

/* All columns of numbers but the weights, which are column number `weights` (ncol: none). */
static int add_all(struct observations *o, size_t weights, struct error *e)
{
    const struct dataset *d = o->data;

    add_kind(o, COLUMN_NUMBER, weights);
    if (o->d == 0 && o->takes_text)
        add_kind(o, COLUMN_TEXT, weights);
    if (o->d > 0)
        return 0;
    error_set(e, "%s has no column of numbers%s", d->name,
              weights < d->ncol ? " besides the weights" : "");
    return error_hint(e, "load other data; `data` shows what was read");
}

static int refuse_weight(const struct observations *o, size_t at, size_t i, struct error *e)
{
    char number[NUMBER_TEXT];
    double w = o->data->column[at].value[i];

    error_set(e, "row %zu of the weights '%s' is %s", i + 1, o->data->column[at].name,
              isnan(w) ? "missing" : number_text(number, w, 6));
    return error_hint(e, "weights are numbers that are finite and not negative, one a row");
}

static int take_weights(struct observations *o, size_t at, struct error *e)
{
    const struct column *c = &o->data->column[at];

    if (c->kind == COLUMN_TEXT)
        return refuse_text(o->data, c, e);
    for (size_t i = 0; i < o->n; i++) {
        if (!isfinite(c->value[i]) || c->value[i] < 0)
            return refuse_weight(o, at, i, e);
        o->total_weight += c->value[i];
    }
    o->weight = c->value;
    if (isfinite(o->total_weight) && o->total_weight > 0)
        return 0;
    error_set(e, "the weights '%s' sum to %s", c->name, o->total_weight > 0 ? "infinity" : "0");
    return error_hint(e, "weights= names a column of frequencies with a positive sum");
}

static int find_weights(const struct observations *o, const struct option *weights, size_t *at,
                        struct error *e)
{
    if (!weights)
        return 0;
    if (weights->nvalue != 1) {
        error_set_at(e, weights->at, "weights= takes one column, not %zu", weights->nvalue);
        return hint_numeric(o->data, e);
    }
    if (dataset_find_column(o->data, weights->value[0], at, e))
        return error_place(e, weights->value_at[0]);
    return 0;
}

static int weigh(struct observations *o, const struct option *weights, size_t at, struct error *e)
{
    if (weights) {
        o->weighted = true;
        if (take_weights(o, at, e))
            return error_place(e, weights->value_at[0]);
        return 0;
    }
    o->weight = o->ones = NEW_ARRAY(o->n, double);
    if (!o->ones)
        return error_no_memory(e);
    for (size_t i = 0; i < o->n; i++)
        o->ones[i] = 1;
    o->total_weight = (double)o->n;
    return 0;
}

static int refuse_infinite(const struct observations *o, size_t i, size_t j, struct error *e)
{
    error_set(e, "row %zu of column '%s' is %s", i + 1, observations_name(o, j),
              o->x[j][i] < 0 ? "-inf" : "inf");
    return error_hint(e, "write NA for what is missing, or choose other columns: columns=…");
}

static int take_values(struct observations *o, struct error *e)
{
    for (size_t j = 0; j < o->d; j++) {
        const struct column *c = &o->data->column[o->column[j]];

        o->x[j] = c->value;
        for (size_t i = 0; i < o->n; i++)
            if (isinf(c->value[i]))
                return refuse_infinite(o, i, j, e);
        o->nmissing += c->nmissing;
    }
    return 0;
}

/* What options leave to be found: where the weights are, ncol when there are none. */
static int take_rows(struct observations *o, const struct options *options, size_t *weights_at,
                     struct error *e)
{
    const struct option *weights = options_find(options, "weights");

    *weights_at = o->data->ncol;
    if (find_weights(o, weights, weights_at, e))
        return -1;
    return weigh(o, weights, *weights_at, e);
}

static int take_columns(struct observations *o, const struct options *options, size_t weights_at,
                        struct error *e)
{
    const struct option *columns = options_find(options, "columns");

    o->column = NEW_ARRAY(o->data->ncol, size_t);
    if (!o->column)
        return error_no_memory(e);
    if (columns ? add_named(o, columns, e) : add_all(o, weights_at, e))
        return -1;
    o->x = NEW_ARRAY(o->d, const double *);
    o->room = NEW_ARRAY((o->n < OBSERVATIONS_BLOCK ? o->n : OBSERVATIONS_BLOCK) * o->d, double);
    if (!o->x || !o->room)
        return error_no_memory(e);
    return take_values(o, e);
}

static int take(struct observations *o, struct dataset *data, const struct options *options,
                bool columns, bool text, struct error *e)
{
    struct observations made = {.data = dataset_ref(data), .n = data->nrow, .takes_text = text};
    size_t weights_at;

    if (take_rows(&made, options, &weights_at, e) ||
        (columns && take_columns(&made, options, weights_at, e))) {
        observations_clear(&made);
        return -1;
    }
    *o = made;
    return 0;
}

int observations_select(struct observations *o, struct dataset *data, const struct options *options,
                        struct error *e)
{
    return take(o, data, options, true, false, e);
}

int observations_with_text(struct observations *o, struct dataset *data,
                           const struct options *options, struct error *e)
{
    return take(o, data, options, true, true, e);
}

int observations_rows(struct observations *o, struct dataset *data, const struct options *options,
                      struct error *e)
{
    return take(o, data, options, false, false, e);
}

bool observations_is_text(const struct observations *o, size_t j)
{
    return o->data->column[o->column[j]].kind == COLUMN_TEXT;
}

const char *observations_word(const struct observations *o, size_t j, double v)
{
    const struct column *c = &o->data->column[o->column[j]];
    bool is_level = v >= 1.0 && v <= (double)c->nlevel && v == floor(v);

    return is_level ? c->level[(size_t)v - 1] : NULL;
}

bool observations_read(const struct observations *o, size_t j, const char *text, double *v)
{
    const struct column *c = &o->data->column[o->column[j]];

    if (c->kind == COLUMN_NUMBER)
        return number_parse(text, v);
    for (size_t level = 0; level < c->nlevel; level++)
        if (strcmp(c->level[level], text) == 0) {
            *v = (double)level + 1.0;
            return true;
        }
    return false;
}

int observations_complete(const struct observations *o, const char *model, struct error *e)
{
    if (o->nmissing == 0)
        return 0;
    for (size_t j = 0; j < o->d; j++) {
        size_t i = first_missing(&o->data->column[o->column[j]], o->n);

        if (i == o->n)
            continue;
        error_set(e, "%s takes no missing entries: row %zu of column '%s' is missing (%zu in all)",
                  model, i + 1, observations_name(o, j), o->nmissing);
        return error_hint(e, "choose columns without any (columns=…), or model mvn, which is made "
                             "for them");
    }
    return 0;
}

void observations_clear(struct observations *o)
{
    mem_free(o->x);
    mem_free(o->ones);
    mem_free(o->room);
    mem_free(o->column);
    dataset_free(o->data);
    *o = (struct observations){0};
}

const char *observations_name(const struct observations *o, size_t j)
{
    return o->data->column[o->column[j]].name;
}

const double *observations_block(const struct observations *o, size_t first, size_t count)
{
    if (o->d == 1)
        return o->x[0] + first;
    for (size_t j = 0; j < o->d; j++)
        for (size_t i = 0; i < count; i++)
            o->room[i * o->d + j] = o->x[j][first + i];
    return o->room;
}

const double *observations_row(const struct observations *o, size_t i)
{
    return observations_block(o, i, 1);
}
