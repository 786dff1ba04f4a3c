/* SPDX-License-Identifier: GPL-3.0-or-later */
/* load, datasets, data */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "data/table.h"
#include "em/block_json.h"
#include "shell/grid.h"
#include "shell/page.h"
#include "shell/session.h"
#include "shell/command.h"

static const struct option_spec load_options[] = {
    {"columns", OPTION_WORDS, "NAME,…", "keep these columns, by name or number from 1"},
    {"sep", OPTION_CHOICE, "comma|tab|semicolon|blank", "what separates the cells"},
    {"na", OPTION_WORDS, "WORD,…", "further words for a missing entry"},
    {"header", OPTION_CHOICE, "yes|no", "does the first line hold names"},
    {"name", OPTION_WORD, "NAME", "what to call the data set"},
    {NULL},
};

static const char *const *words_of(const struct options *o, const char *name, const char **list,
                                   size_t room)
{
    const struct option *item = options_find(o, name);
    if (!item)
        return NULL;
    size_t n = 0;
    for (; n < item->nvalue && n + 1 < room; n++)
        list[n] = item->value[n];
    list[n] = NULL;
    return list;
}

static int read_how(const struct options *o, struct table_how *how, struct error *e)
{
    static const char separators[] = {',', '\t', ';', ' '};
    int separator = -1, header = -1;
    if (options_choice(o, "sep", "comma|tab|semicolon|blank", &separator, e) != 0 ||
        options_choice(o, "header", "yes|no", &header, e) != 0)
        return -1;
    how->separator = separator >= 0 ? separators[separator] : 0;
    how->header = header < 0 ? -1 : header == 0;
    how->name = options_word(o, "name", NULL);
    return 0;
}

static size_t missing_of(const struct dataset *d)
{
    size_t n = 0;
    for (size_t j = 0; j < d->ncol; j++)
        n += d->column[j].nmissing;
    return n;
}

static void say_columns(const struct dataset *d, struct text *out)
{
    enum { SHOWN = 8 };
    for (size_t j = 0; j < d->ncol && j < SHOWN; j++) {
        text_add(out, j ? ", " : "");
        text_add_shown(out, d->column[j].name, 24);
        text_add(out, d->column[j].kind == COLUMN_TEXT ? " (text)" : "");
    }
    if (d->ncol > SHOWN)
        text_addf(out, ", … %zu more", d->ncol - SHOWN);
}

static bool is_number(const char *word)
{
    struct text point = TEXT_INIT; /* with a decimal comma it is one, too */
    double v;
    text_add(&point, word);
    char *comma = strchr(point.s, ',');
    if (comma)
        *comma = '.';
    bool is = number_parse(point.s, &v);
    text_clear(&point);
    return is;
}

/* A column of text whose words are numbers but for a few: the first of these; NULL: it is no such
 * column.  A slip in one row, or another sign for what is missing. */
static const char *odd_word(const struct column *c)
{
    const char *odd = NULL;
    size_t nodd = 0;
    for (size_t i = 0; i < c->nlevel; i++)
        if (!is_number(c->level[i])) {
            odd = odd ? odd : c->level[i];
            nodd++;
        }
    return 2 * nodd < c->nlevel ? odd : NULL;
}

static void note_odd_words(struct session *s, const struct dataset *d)
{
    for (size_t j = 0; j < d->ncol; j++) {
        const char *odd = d->column[j].kind == COLUMN_TEXT ? odd_word(&d->column[j]) : NULL;
        struct text words = TEXT_INIT;
        if (!odd)
            continue;
        text_add(&words, "'");
        text_add_shown(&words, odd, 24);
        text_add(&words, "' is no number, so all of column '");
        text_add_shown(&words, d->column[j].name, 24);
        text_add(&words, "' is text; if it stands for missing: load with na=");
        text_add_shown(&words, odd, 24);
        session_note(s, "%s", words.s);
        text_clear(&words);
    }
}

static void report_data(struct session *s)
{
    const struct dataset *d = s->data;
    size_t missing = missing_of(d);
    json_t *reply = session_reply(s, NULL);
    if (reply) {
        json_t *names = json_array();
        for (size_t j = 0; j < d->ncol; j++)
            json_array_append_new(names, json_string(d->column[j].name));
        json_object_set_new(reply, "name", json_string(d->name));
        json_object_set_new(reply, "rows", json_integer((json_int_t)d->nrow));
        json_object_set_new(reply, "columns", names);
        json_object_set_new(reply, "missing", json_integer((json_int_t)missing));
        return;
    }
    if (s->quiet)
        return;
    struct page page = page_of(s);
    struct text words = TEXT_INIT;
    text_add_shown(&words, d->name, 40);
    text_addf(&words, ": %zu row%s, %zu column%s (", d->nrow, d->nrow == 1 ? "" : "s", d->ncol,
              d->ncol == 1 ? "" : "s");
    say_columns(d, &words);
    if (missing)
        text_addf(&words, "), %zu missing", missing);
    else
        text_add(&words, "), nothing missing");
    page_words(&page, words.s, 0, 5);
    text_clear(&words);
}

static int run_load(struct session *s, const struct call *c, struct error *e)
{
    const char *na[32], *columns[257];
    struct table_how how = {.na = words_of(&c->options, "na", na, 32),
                            .columns = words_of(&c->options, "columns", columns, 257),
                            .interrupt = s->interrupt};
    if (read_how(&c->options, &how, e) != 0)
        return -1;
    struct text path = TEXT_INIT;
    struct dataset *d = NULL;
    if (file_to_read(s, c->word[0].text, &path, e) == 0)
        d = table_read(path.s, &how, e);
    text_clear(&path);
    if (!d)
        return error_place(e, c->word[0].at);
    if (s->machine)
        session_note(s, "the model that was here is gone: choose one for the new data");
    session_set_machine(s, NULL);
    dataset_free(s->data);
    s->data = d;
    report_data(s);
    note_odd_words(s, s->data);
    return 0;
}

const struct command cmd_load = {
    .name = "load",
    .group = "data",
    .usage = "load FILE|NAME [columns=A,B] [sep=comma|tab|semicolon|blank] [na=WORD,…] "
             "[header=yes|no] [name=NAME]",
    .summary = "read a table: a file, or a data set that comes with emstep",
    .details = "CSV, TSV, semicolons or blanks; the separator and the header line are found out\n"
               "unless given. NA, an empty cell, NaN and the words of na= are missing entries.\n"
               "A name without a file of that name is a bundled data set (datasets lists them).\n"
               "A model that was there goes; the state with it.\n"
               "\n"
               "  load faithful\n"
               "  load mine.csv columns=height,weight na=-999\n",
    .options = load_options,
    .argument = ARG_DATASET,
    .min_words = 1,
    .max_words = 1,
    .run = run_load,
};

static int run_datasets(struct session *s, const struct call *c, struct error *e)
{
    struct shipped_table *list;
    size_t n;
    (void)c;
    if (table_shipped(&list, &n, e) != 0)
        return -1;
    json_t *reply = session_reply(s, NULL), *all = json_array();
    struct page page = page_of(s);
    for (size_t i = 0; i < n; i++) {
        json_array_append_new(all, json_pack("{ss ss}", "name", list[i].name, "about",
                                             list[i].about));
        if (!reply)
            page_row(&page, list[i].name, 15, list[i].about);
    }
    json_object_set(reply, "datasets", all);
    json_decref(all);
    table_shipped_free(list, n);
    return 0;
}

const struct command cmd_datasets = {
    .name = "datasets",
    .group = "data",
    .usage = "datasets",
    .summary = "list the data sets that come with emstep",
    .details = "Each can be loaded by its name: load faithful. Where they come from is written\n"
               "in datasets/README.md.\n",
    .run = run_datasets,
};

/* ---- data ------------------------------------------------------------------------------- */

static void add_entry(struct grid *g, const struct column *c, size_t i)
{
    if (isnan(c->value[i]))
        grid_right(g, "NA");
    else if (c->kind == COLUMN_TEXT)
        grid_left(g, c->level[(size_t)c->value[i] - 1]);
    else
        grid_number(g, c->value[i]);
}

static json_t *entry_json(const struct column *c, size_t i)
{
    if (isnan(c->value[i]))
        return json_null();
    return c->kind == COLUMN_TEXT ? json_string(c->level[(size_t)c->value[i] - 1])
                                  : json_number(c->value[i]);
}

static void data_head(struct session *s, const struct dataset *d, size_t first, size_t count)
{
    json_t *reply = session_reply(s, NULL);
    struct grid g;
    grid_init(&g, (int)s->set.digits);
    grid_right(&g, "row");
    for (size_t j = 0; j < d->ncol; j++)
        grid_right(&g, d->column[j].name);
    grid_row(&g);
    json_t *rows = json_array();
    for (size_t i = first; i < first + count && i < d->nrow; i++) {
        json_t *row = json_array();
        grid_count(&g, i + 1);
        for (size_t j = 0; j < d->ncol; j++) {
            add_entry(&g, &d->column[j], i);
            json_array_append_new(row, entry_json(&d->column[j], i));
        }
        grid_row(&g);
        json_array_append_new(rows, row);
    }
    if (reply)
        json_object_set(reply, "rows", rows);
    else
        grid_print(&g, &s->out, session_width(s));
    json_decref(rows);
    grid_clear(&g);
}

struct summary {
    double low, mean, sd, high;
};

static struct summary summarise(const struct column *c, size_t n)
{
    struct summary v = {INFINITY, 0.0, 0.0, -INFINITY};
    size_t seen = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(c->value[i])) { /* Welford */
            double delta = c->value[i] - v.mean;
            v.mean += delta / (double)++seen;
            v.sd += delta * (c->value[i] - v.mean);
            v.low = fmin(v.low, c->value[i]);
            v.high = fmax(v.high, c->value[i]);
        }
    v.sd = seen > 1 ? sqrt(v.sd / (double)(seen - 1)) : NAN;
    return v;
}

static void summary_row(struct grid *g, json_t *all, const struct column *c, size_t n)
{
    json_t *one = json_pack("{ss si}", "name", c->name, "missing", (int)c->nmissing);
    grid_left(g, c->name);
    grid_count(g, c->nmissing);
    if (c->kind == COLUMN_TEXT) {
        char what[60];
        snprintf(what, sizeof what, "%zu different words", c->nlevel);
        grid_left(g, what);
        json_object_set_new(one, "levels", json_integer((json_int_t)c->nlevel));
    } else {
        struct summary v = summarise(c, n);
        grid_number(g, v.low);
        grid_number(g, v.mean);
        grid_number(g, v.sd);
        grid_number(g, v.high);
        json_object_set_new(one, "min", json_number(v.low));
        json_object_set_new(one, "mean", json_number(v.mean));
        json_object_set_new(one, "sd", json_number(v.sd));
        json_object_set_new(one, "max", json_number(v.high));
    }
    grid_row(g);
    json_array_append_new(all, one);
}

static void data_summary(struct session *s, const struct dataset *d, size_t first, size_t last)
{
    static const char *const heads[] = {"column", "missing", "min", "mean", "sd (n − 1)", "max"};
    json_t *reply = session_reply(s, NULL), *all = json_array();
    struct grid g;
    grid_init(&g, (int)s->set.digits);
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        i ? grid_right(&g, heads[i]) : grid_left(&g, heads[i]);
    grid_row(&g);
    for (size_t j = first; j < last; j++)
        summary_row(&g, all, &d->column[j], d->nrow);
    if (reply)
        json_object_set(reply, "summary", all);
    else
        grid_print(&g, &s->out, session_width(s));
    json_decref(all);
    grid_clear(&g);
}

static int run_data(struct session *s, const struct call *c, struct error *e)
{
    const struct dataset *d = s->data;
    const char *what = c->nword ? c->word[0].text : "";
    size_t column;
    if (!*what) {
        report_data(s);
        return 0;
    }
    if (strcmp(what, "head") == 0) {
        data_head(s, d, 0, 10);
        return 0;
    }
    if (strcmp(what, "summary") == 0) {
        data_summary(s, d, 0, d->ncol);
        return 0;
    }
    if (dataset_find_column(d, what, &column, e) != 0)
        return error_place(e, c->word[0].at);
    data_summary(s, d, column, column + 1);
    return 0;
}

const struct command cmd_data = {
    .name = "data",
    .group = "data",
    .usage = "data [head|summary|COLUMN]",
    .summary = "look at the data: size, first rows, or a summary by column",
    .details = "  data            rows, columns, missing entries\n"
               "  data head       the first ten rows\n"
               "  data summary    range, mean and standard deviation of every column\n"
               "  data eruptions  of one column\n",
    .needs = NEED_DATA,
    .argument = ARG_COLUMN,
    .choices = "head|summary",
    .max_words = 1,
    .run = run_data,
};
