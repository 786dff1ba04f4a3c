/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell/complete.h"

#include <string.h>

#include "base/memory.h"
#include "plot/picture.h"
#include "shell/dispatch.h"
#include "shell/offer.h"
#include "shell/show.h"

void completion_clear(struct completion *c)
{
    for (size_t i = 0; i < c->count; i++)
        mem_free(c->item[i]);
    mem_free(c->item);
    *c = (struct completion){0};
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

static char *word_before(const struct asked *a, size_t n)
{
    return word_at(a->line, a->start, a->from, n);
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

/* ---- options ---- */

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
        offer_blocks(a, "");
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

static struct tables find_tables(const struct command *c, const struct asked *a)
{
    struct tables t = {.command = c->options};
    struct error unused;
    char *name = word_before(a, 1);
    const struct model_class *model =
        name && c->argument == ARG_MODEL ? model_class_find(name, &unused) : NULL;
    const struct picture *picture =
        name && c->argument == ARG_PICTURE ? picture_find(name, &unused) : NULL;
    const struct subject *subject = name && c->argument == ARG_SUBJECT ? show_find(name) : NULL;

    t.model = model ? model_option_table(model, &unused) : NULL;
    t.named = picture ? picture->options : subject ? subject->options : NULL;
    mem_free(name);
    return t;
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

static void offer_options(struct asked *a, const struct option_spec *table)
{
    for (; table && table->name; table++)
        if (!is_given(a->line + a->start, table->name))
            offer_ending(a, table->name, "=");
}

static void offer_option_values(struct asked *a, const struct command *c, const struct tables *t,
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

/* The word stands behind NAME=. */
static void complete_value(struct asked *a, const struct command *c, const struct tables *t)
{
    size_t end = a->from - 1, name = end;
    while (name > a->start && !strchr(" \t;", a->line[name - 1]))
        name--;
    char *option = mem_copy_bytes(a->line + name, end - name);
    a->kept = kept_length(a->word);
    if (option)
        offer_option_values(a, c, t, option);
    mem_free(option);
}

/* ---- plain words ---- */

static void offer_files(struct asked *a)
{
    a->out->files = true;
}

static void offer_assignments(struct asked *a)
{
    offer_entries(a, "=", false);
    offer_blocks(a, "=");
}

static void offer_block_names(struct asked *a)
{
    offer_blocks(a, "");
}

/* A picture, and behind one that takes a word what it may be, if that can be listed. */
static void offer_pictures_and_arguments(struct asked *a)
{
    struct error unused;
    char *last = NULL, *w;

    for (size_t n = 1; (w = word_before(a, n)); n++) {
        mem_free(last);
        last = w;
    }
    const struct picture *p = last ? picture_find(last, &unused) : NULL;
    if (p && p->argument)
        offer_values(a, p->argument);
    a->out->open_ended = false;
    mem_free(last);
    offer_pictures(a);
}

static void offer_settings_and_values(struct asked *a)
{
    char *name = word_before(a, 1);
    if (name)
        offer_setting_values(a, name);
    else
        offer_settings(a);
    mem_free(name);
}

/* Behind explain m a parameter. */
static void offer_explained_words(struct asked *a)
{
    char *first = word_before(a, 1);
    if (!first)
        offer_explained(a);
    if (first && strcmp(first, "m") == 0) {
        offer_blocks(a, "");
        offer_entries(a, "", false);
    }
    if (first)
        offer(a, "latex");
    mem_free(first);
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
    offer_files(a);
    return true;
}

static void (*const offers[])(struct asked *a) = { /* of enum argument; NULL: nothing is known */
    [ARG_DATASET] = offer_datasets,
    [ARG_FILE] = offer_files,
    [ARG_MODEL] = offer_models_to_choose,
    [ARG_PARAMETER] = offer_assignments,
    [ARG_BLOCK] = offer_block_names,
    [ARG_PRIOR] = offer_prior_blocks,
    [ARG_STATE] = offer_states,
    [ARG_COLUMN] = offer_columns,
    [ARG_PICTURE] = offer_pictures_and_arguments,
    [ARG_SUBJECT] = offer_subjects,
    [ARG_SETTING] = offer_settings_and_values,
    [ARG_TOPIC] = offer_topics,
    [ARG_INIT] = offer_inits,
    [ARG_EXPLAINED] = offer_explained_words,
    [ARG_LESSON] = offer_lessons,
};

static void offer_argument(struct asked *a, const struct command *c)
{
    char *first = word_before(a, 1);
    bool done = first && offer_second(a, c, first);

    mem_free(first);
    if (done)
        return;
    if (c->argument < sizeof offers / sizeof *offers && offers[c->argument])
        offers[c->argument](a);
    offer_choices(a, c->choices);
}

static size_t words_before(const struct asked *a)
{
    size_t n = 0, options = 0;
    for (char *w; (w = word_before(a, n)); n++) {
        options += strchr(w, '=') != NULL;
        mem_free(w);
    }
    return n > options ? n - options - 1 : 0; /* less the verb */
}

static void complete_behind(struct asked *a, const struct command *c)
{
    struct tables t = find_tables(c, a);

    if (a->line[a->from - 1] == '=') {
        complete_value(a, c, &t);
    } else {
        if (words_before(a) < c->max_words || c->max_words == 0)
            offer_argument(a, c);
        offer_options(a, t.command);
        offer_options(a, t.model);
        offer_options(a, t.named);
    }
    mem_free(t.model);
}

void complete_word(const struct session *s, const char *line, size_t from, const char *word,
                   struct completion *out)
{
    struct asked a = {s, line, statement_start(line, from), from, word, 0, out};

    *out = (struct completion){0};
    if (a.start >= from) {
        offer_verbs(&a);
        return;
    }
    const struct command *c = command_at(s, line, a.start, from);
    if (!c)
        return;
    if (c->raw)
        offer_expression(&a);
    else
        complete_behind(&a, c);
    const char *only = out->count == 1 ? out->item[0] : "";
    if (only[0] && only[strlen(only) - 1] == '=')
        out->open_ended = true;
}
