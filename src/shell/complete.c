/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell/complete.h"

#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "data/table.h"
#include "plot/picture.h"
#include "shell/dispatch.h"
#include "shell/show.h"
#include "shell/topics.h"

enum { MOST_ENTRIES = 300 }; /* of a parameter block, that a list is still good for */

struct asked {
    const struct session *s;
    const char *word;       /* what stands there */
    size_t kept;            /* its beginning that stays: "a," of "a,b" */
    struct completion *out;
};

void completion_clear(struct completion *c)
{
    for (size_t i = 0; i < c->count; i++)
        mem_free(c->item[i]);
    mem_free(c->item);
    *c = (struct completion){0};
}

/* Adds name + ending if it goes on from the word; one with blanks or commas in quotes. */
static void offer_ending(struct asked *a, const char *name, const char *ending)
{
    const char *typed = a->word + a->kept;
    const char *quote = name[strcspn(name, " \t,;='")] && !ending[0] ? "\"" : "";
    struct text t = TEXT_INIT;

    if (strncmp(name, typed, strlen(typed)) != 0)
        return;
    char **item = mem_resize(a->out->item, a->out->count + 1, sizeof *item);
    if (item)
        a->out->item = item;
    text_add_bytes(&t, a->word, a->kept);
    text_addf(&t, "%s%s%s%s", quote, name, quote, ending);
    char *whole = text_take(&t);
    if (item && whole) {
        item[a->out->count++] = whole;
        return;
    }
    mem_free(whole);
    a->out->failed = true;
}

static void offer(struct asked *a, const char *name)
{
    offer_ending(a, name, "");
}

/* "full|tied|diag" */
static void offer_choices(struct asked *a, const char *choices)
{
    while (choices && *choices) {
        size_t n = strcspn(choices, "|");
        char *one = mem_copy_bytes(choices, n);
        if (one)
            offer(a, one);
        mem_free(one);
        choices += n + (choices[n] == '|');
    }
}

static void offer_columns(struct asked *a)
{
    const struct dataset *d = a->s->data;
    for (size_t j = 0; d && j < d->ncol; j++)
        offer(a, d->column[j].name);
}

static const struct layout *parameters(const struct asked *a)
{
    return a->s->machine ? &a->s->machine->model->theta : NULL;
}

static void offer_blocks(struct asked *a, const struct layout *l, const char *ending)
{
    for (size_t i = 0; l && i < l->nblock; i++)
        offer_ending(a, l->block[i].name, ending);
}

/* mu[1] …, one index in each bracket for expressions. */
static void offer_entries(struct asked *a, const char *ending, bool for_expression)
{
    const struct layout *l = parameters(a);
    struct text name = TEXT_INIT;

    for (size_t i = 0; l && i < l->nblock; i++)
        for (size_t at = 0; at < l->block[i].size && l->block[i].size <= MOST_ENTRIES; at++) {
            text_reset(&name);
            block_entry_name(&l->block[i], at, &name);
            char *comma = for_expression ? strchr(name.s, ',') : NULL;
            if (comma) {
                struct text split = TEXT_INIT;
                for (const char *c = name.s; *c; c++)
                    text_add_bytes(&split, *c == ',' ? "][" : c, *c == ',' ? 2 : 1);
                offer_ending(a, split.s, ending);
                text_clear(&split);
            } else {
                offer_ending(a, name.s, ending);
            }
        }
    text_clear(&name);
}

static void offer_datasets(struct asked *a)
{
    struct shipped_table *list;
    struct error unused;
    size_t n;

    a->out->files = true;
    if (table_shipped(&list, &n, &unused) != 0)
        return;
    for (size_t i = 0; i < n; i++)
        offer(a, list[i].name);
    table_shipped_free(list, n);
}

static void offer_models(struct asked *a)
{
    for (const struct model_class *const *m = model_classes; *m; m++)
        offer(a, (*m)->name);
}

static void offer_names_of_files(struct asked *a, const char *folder, const char *ending)
{
    char **names = file_names(folder, ending);

    for (char **name = names; name && *name; name++)
        offer(a, *name);
    file_names_free(names);
}

/* Models by name, and those that are files: here, or come with emstep. */
static void offer_models_to_choose(struct asked *a)
{
    for (const struct model_class *const *m = model_classes; *m; m++) {
        if (!(*m)->ending) {
            offer(a, (*m)->name);
            continue;
        }
        offer_names_of_files(a, ".", (*m)->ending);
        offer_names_of_files(a, file_shipped_folder((*m)->folder), (*m)->ending);
    }
    a->out->files = strchr(a->word, '/') != NULL;
}

static void offer_lessons(struct asked *a)
{
    static const char ending[] = ".md";
    char **names = file_names(file_shipped_folder("lessons"), ending);

    for (char **name = names; name && *name; name++) {
        (*name)[strlen(*name) - strlen(ending)] = '\0';
        offer(a, *name);
    }
    file_names_free(names);
    a->out->files = true;
}

static void offer_pictures(struct asked *a)
{
    for (const struct picture *const *p = pictures; *p; p++)
        offer(a, (*p)->name);
}

static const struct subject *find_subject(const char *name)
{
    for (const struct subject *const *s = show_subjects; *s; s++)
        if (strcmp((*s)->name, name) == 0)
            return *s;
    return NULL;
}

static void offer_subjects(struct asked *a)
{
    for (const struct subject *const *s = show_subjects; *s; s++)
        offer(a, (*s)->name);
}

static void offer_states(struct asked *a)
{
    const struct machine *m = a->s->machine;
    for (long i = 0; m && i < m->nstate; i++)
        offer(a, m->state[i].label);
    for (size_t i = 0; m && i < m->nmark; i++)
        offer(a, m->mark[i].name);
}

static void offer_settings(struct asked *a)
{
    for (const struct setting *row = settings_table; row->name; row++)
        offer(a, row->name);
}

/* Values of a setting that are a list of choices. */
static void offer_setting_values(struct asked *a, const char *name)
{
    for (const struct setting *row = settings_table; row->name; row++)
        if (strcmp(row->name, name) == 0 && strchr(row->values, '|'))
            offer_choices(a, row->values);
    if (strcmp(name, "autoplot") == 0)
        offer_pictures(a);
}

static void offer_topics(struct asked *a)
{
    for (const struct command *const *c = commands; *c; c++)
        offer(a, (*c)->name);
    for (const struct topic *t = topics; t->name; t++)
        offer(a, t->name);
    offer_models(a);
    offer_pictures(a);
}

static void offer_inits(struct asked *a)
{
    if (!a->s->machine)
        return;
    for (const struct init_method *i = a->s->machine->model->class->inits; i && i->name; i++)
        offer(a, i->name);
}

/* Does the statement hold NAME= already? */
static bool is_given(const char *statement, const char *name)
{
    size_t n = strlen(name);
    for (const char *at = statement; (at = strstr(at, name)); at += n)
        if (at > statement && strchr(" \t", at[-1]) && at[n] == '=')
            return true;
    return false;
}

static void offer_options(struct asked *a, const struct option_spec *table, const char *statement)
{
    for (; table && table->name; table++)
        if (!is_given(statement, table->name))
            offer_ending(a, table->name, "=");
}

static void offer_expression(struct asked *a)
{
    for (const char *const *name = expr_reserved(); *name; name++)
        offer(a, *name);
    offer_blocks(a, parameters(a), "");
    offer_entries(a, "", true);
    a->out->open_ended = true;
}

static void offer_verbs(struct asked *a)
{
    struct error unused;
    for (const struct command *const *c = commands; *c; c++)
        if (dispatch_needs(a->s, *c, &unused) == 0)
            offer(a, (*c)->name);
    for (const char *const *word = a->s->also; word && *word; word++)
        offer(a, *word);
}

/* ---- where the word stands ---- */

/* The statement round `point`: its first byte that is no blank. */
static size_t statement_start(const char *line, size_t point)
{
    size_t start = 0;
    char quote = 0;

    for (size_t i = 0; i < point; i++) {
        if (quote)
            quote = line[i] == quote ? 0 : quote;
        else if (line[i] == '"' || line[i] == '\'')
            quote = line[i];
        else if (strchr(";{\n", line[i]))
            start = i + 1;
    }
    while (start < point && strchr(" \t", line[start]))
        start++;
    return start;
}

/* The n-th word of the statement before `to`, from 0; NULL: there are not so many.  Freed by the
 * caller. */
static char *word_at(const char *line, size_t start, size_t to, size_t n)
{
    for (;;) {
        start += strspn(line + start, " \t");
        size_t length = strcspn(line + start, " \t");
        if (start + length >= to || length == 0)
            return NULL;
        if (n-- == 0)
            return mem_copy_bytes(line + start, length);
        start += length;
    }
}

static const struct command *command_at(const struct session *s, const char *line, size_t start,
                                        size_t point)
{
    const struct command *c = NULL;
    struct error unused;
    char *verb = word_at(line, start, point, 0);

    if (verb && dispatch_find(s, verb, (struct span){0, 1}, true, &c, &unused) != 0)
        c = NULL;
    mem_free(verb);
    return c;
}

static const char word_breaks[] = " \t\n=;";
static const char expression_breaks[] = " \t\n=;()+-*/%^<>~,{}#&|";

const char *complete_breaks(const struct session *s, const char *line, size_t point)
{
    const struct command *c = command_at(s, line, statement_start(line, point), point);
    return c && c->raw ? expression_breaks : word_breaks;
}

/* ---- values of options ---- */

static void offer_values(struct asked *a, const struct option_spec *spec)
{
    if (strcmp(spec->name, "along") == 0) {
        offer(a, "em");
        offer(a, "gradient");
        offer_entries(a, "", false);
        return;
    }
    switch (spec->type) {
    case OPTION_CHOICE:
        offer_choices(a, spec->values);
        break;
    case OPTION_COLUMNS:
        a->out->open_ended = true;
        offer_columns(a);
        break;
    case OPTION_COLUMN:
        offer_columns(a);
        break;
    case OPTION_BLOCKS:
        a->out->open_ended = true;
        offer_blocks(a, parameters(a), "");
        break;
    case OPTION_FILE:
        a->out->files = true;
        break;
    default:
        break;
    }
}

static const struct option_spec *find_option(const struct option_spec *t, const char *name)
{
    for (; t && t->name; t++)
        if (strcmp(t->name, name) == 0)
            return t;
    return NULL;
}

/* The tables that the statement's options may come from: the command's own, the model's of
 * `model NAME`, the picture's of `plot NAME` or the subject's of `show NAME`. */
struct tables {
    const struct option_spec *command, *named;
    struct option_spec *model;
};

static struct tables find_tables(const struct command *c, const char *line, size_t start,
                                 size_t point)
{
    struct tables t = {.command = c->options};
    struct error unused;
    char *name = word_at(line, start, point, 1);
    const struct model_class *model =
        name && c->argument == ARG_MODEL ? model_class_find(name, &unused) : NULL;
    const struct picture *picture =
        name && c->argument == ARG_PICTURE ? picture_find(name, &unused) : NULL;
    const struct subject *subject =
        name && c->argument == ARG_SUBJECT ? find_subject(name) : NULL;

    t.model = model ? model_option_table(model, &unused) : NULL;
    t.named = picture ? picture->options : subject ? subject->options : NULL;
    mem_free(name);
    return t;
}

static void complete_value(struct asked *a, const struct command *c, const struct tables *t,
                           const char *name)
{
    const struct option_spec *spec = find_option(t->command, name);

    spec = spec ? spec : find_option(t->model, name);
    spec = spec ? spec : find_option(t->named, name);
    if (spec)
        offer_values(a, spec);
    else if (c->argument == ARG_SETTING)
        offer_setting_values(a, name);
}

/* ---- plain words ---- */

/* Behind a picture that takes a word: what it may be, if that can be listed. */
static void offer_picture_argument(struct asked *a, const char *line, size_t start, size_t point)
{
    struct error unused;
    char *last = NULL, *w;

    for (size_t n = 1; (w = word_at(line, start, point, n)); n++) {
        mem_free(last);
        last = w;
    }
    const struct picture *p = last ? picture_find(last, &unused) : NULL;
    if (p && p->argument)
        offer_values(a, p->argument);
    a->out->open_ended = false;
    mem_free(last);
}

static void offer_second_setting(struct asked *a, const char *line, size_t start, size_t point)
{
    char *name = word_at(line, start, point, 1);
    if (name)
        offer_setting_values(a, name);
    else
        offer_settings(a);
    mem_free(name);
}

/* Behind theta save, q load: a file.  Behind help show, help plot, help model: one of theirs. */
static bool offer_second(struct asked *a, const struct command *c, const char *first)
{
    if (c->argument == ARG_TOPIC) {
        const struct command *of = command_find(first);
        enum argument kind = of ? of->argument : ARG_NONE;
        if (kind == ARG_SUBJECT)
            offer_subjects(a);
        if (kind == ARG_PICTURE)
            offer_pictures(a);
        if (kind == ARG_MODEL)
            offer_models(a);
        return true;
    }
    if (c->max_words < 2 || (strcmp(first, "save") != 0 && strcmp(first, "load") != 0))
        return false;
    a->out->files = true;
    return true;
}

/* What explain explains of this model; behind m a parameter. */
static void offer_explained(struct asked *a, const char *line, size_t start, size_t point)
{
    char *first = word_at(line, start, point, 1);
    const struct model *m = a->s->machine ? a->s->machine->model : NULL;
    if (first) {
        if (strcmp(first, "m") == 0 && m) {
            offer_blocks(a, &m->theta, "");
            offer_entries(a, "", false);
        }
        offer(a, "latex");
    } else {
        offer_choices(a, "e|m|jensen|ledger|rate");
        for (int t = 0; m && t < TERM_COUNT; t++)
            if (term_name(m->class->kind, (enum term)t)->key)
                offer(a, term_name(m->class->kind, (enum term)t)->key);
    }
    mem_free(first);
}

static void offer_argument(struct asked *a, const struct command *c, const char *line,
                           size_t start, size_t point)
{
    char *first = word_at(line, start, point, 1);
    bool done = first && offer_second(a, c, first);
    mem_free(first);
    if (done)
        return;
    switch (c->argument) {
    case ARG_DATASET:
        offer_datasets(a);
        break;
    case ARG_FILE:
        a->out->files = true;
        break;
    case ARG_MODEL:
        offer_models_to_choose(a);
        break;
    case ARG_PARAMETER:
        offer_entries(a, "=", false);
        offer_blocks(a, parameters(a), "=");
        break;
    case ARG_BLOCK:
        offer_blocks(a, parameters(a), "");
        break;
    case ARG_PRIOR:
        offer_blocks(a, a->s->machine ? &a->s->machine->model->prior_layout : NULL, "=");
        break;
    case ARG_STATE:
        offer_states(a);
        break;
    case ARG_COLUMN:
        offer_columns(a);
        break;
    case ARG_PICTURE:
        offer_picture_argument(a, line, start, point);
        offer_pictures(a);
        break;
    case ARG_SUBJECT:
        offer_subjects(a);
        break;
    case ARG_SETTING:
        offer_second_setting(a, line, start, point);
        break;
    case ARG_TOPIC:
        offer_topics(a);
        break;
    case ARG_INIT:
        offer_inits(a);
        break;
    case ARG_EXPLAINED:
        offer_explained(a, line, start, point);
        break;
    case ARG_LESSON:
        offer_lessons(a);
        break;
    case ARG_CHOICE:
    case ARG_NONE:
    case ARG_WORD:
    case ARG_NUMBER:
        break;
    }
    offer_choices(a, c->choices);
}

static size_t words_before(const char *line, size_t start, size_t point)
{
    size_t n = 0, options = 0;
    for (char *w; (w = word_at(line, start, point, n)); n++) {
        options += strchr(w, '=') != NULL;
        mem_free(w);
    }
    return n > options ? n - options - 1 : 0; /* less the verb */
}

/* How much of a word stays in front of its last value: "a," of "a,b" (not of "Sigma[1,2"). */
static size_t kept_length(const char *word)
{
    size_t kept = 0;
    bool in_index = false;
    for (size_t i = 0; word[i]; i++) {
        in_index = word[i] == '[' || (in_index && word[i] != ']');
        if (word[i] == ',' && !in_index)
            kept = i + 1;
    }
    return kept;
}

static void complete_behind(struct asked *a, const struct command *c, const char *line,
                            size_t start, size_t from)
{
    struct tables t = find_tables(c, line, start, from);

    if (line[from - 1] == '=') {
        size_t name = from - 1;
        while (name > start && !strchr(" \t;", line[name - 1]))
            name--;
        char *option = mem_copy_bytes(line + name, from - 1 - name);
        a->kept = kept_length(a->word);
        if (option)
            complete_value(a, c, &t, option);
        mem_free(option);
    } else {
        if (words_before(line, start, from) < c->max_words || c->max_words == 0)
            offer_argument(a, c, line, start, from);
        offer_options(a, t.command, line + start);
        offer_options(a, t.model, line + start);
        offer_options(a, t.named, line + start);
    }
    mem_free(t.model);
}

void complete_word(const struct session *s, const char *line, size_t from, const char *word,
                   struct completion *out)
{
    struct asked a = {s, word, 0, out};
    size_t start = statement_start(line, from);

    *out = (struct completion){0};
    if (start >= from) {
        offer_verbs(&a);
        return;
    }
    const struct command *c = command_at(s, line, start, from);
    if (!c)
        return;
    if (c->raw)
        offer_expression(&a);
    else
        complete_behind(&a, c, line, start, from);
    const char *only = out->count == 1 ? out->item[0] : "";
    if (only[0] && only[strlen(only) - 1] == '=')
        out->open_ended = true;
}
