/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell/offer.h"

#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "data/table.h"
#include "plot/picture.h"
#include "shell/dispatch.h"
#include "shell/show.h"
#include "shell/topics.h"

enum { MOST_ENTRIES = 300 }; /* of a parameter block, that a list is still good for */

/* Adds name + ending if it goes on from the word; one with blanks or commas in quotes. */
void offer_ending(struct asked *a, const char *name, const char *ending)
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

void offer(struct asked *a, const char *name)
{
    offer_ending(a, name, "");
}

/* "full|tied|diag" */
void offer_choices(struct asked *a, const char *choices)
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

void offer_columns(struct asked *a)
{
    const struct dataset *d = a->s->data;
    for (size_t j = 0; d && j < d->ncol; j++)
        offer(a, d->column[j].name);
}

static const struct layout *parameters(const struct asked *a)
{
    return a->s->machine ? &a->s->machine->model->theta : NULL;
}

static void offer_blocks_of(struct asked *a, const struct layout *l, const char *ending)
{
    for (size_t i = 0; l && i < l->nblock; i++)
        offer_ending(a, l->block[i].name, ending);
}

void offer_blocks(struct asked *a, const char *ending)
{
    offer_blocks_of(a, parameters(a), ending);
}

void offer_prior_blocks(struct asked *a)
{
    offer_blocks_of(a, a->s->machine ? &a->s->machine->model->prior_layout : NULL, "=");
}

/* mu[1] …, one index in each bracket for expressions. */
void offer_entries(struct asked *a, const char *ending, bool for_expression)
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

void offer_datasets(struct asked *a)
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

void offer_models(struct asked *a)
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
void offer_models_to_choose(struct asked *a)
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

void offer_lessons(struct asked *a)
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

void offer_pictures(struct asked *a)
{
    for (const struct picture *const *p = pictures; *p; p++)
        offer(a, (*p)->name);
}

void offer_subjects(struct asked *a)
{
    for (const struct subject *const *s = show_subjects; *s; s++)
        offer(a, (*s)->name);
}

void offer_states(struct asked *a)
{
    const struct machine *m = a->s->machine;
    for (long i = 0; m && i < m->nstate; i++)
        offer(a, m->state[i].label);
    for (size_t i = 0; m && i < m->nmark; i++)
        offer(a, m->mark[i].name);
}

void offer_settings(struct asked *a)
{
    for (const struct setting *row = settings_table; row->name; row++)
        offer(a, row->name);
}

/* Values of a setting that are a list of choices. */
void offer_setting_values(struct asked *a, const char *name)
{
    for (const struct setting *row = settings_table; row->name; row++)
        if (strcmp(row->name, name) == 0 && strchr(row->values, '|'))
            offer_choices(a, row->values);
    if (strcmp(name, "autoplot") == 0)
        offer_pictures(a);
}

void offer_topics(struct asked *a)
{
    for (const struct command *const *c = commands; *c; c++)
        offer(a, (*c)->name);
    for (const struct topic *t = topics; t->name; t++)
        offer(a, t->name);
    offer_models(a);
    offer_pictures(a);
}

void offer_inits(struct asked *a)
{
    if (!a->s->machine)
        return;
    for (const struct init_method *i = a->s->machine->model->class->inits; i && i->name; i++)
        offer(a, i->name);
}

void offer_expression(struct asked *a)
{
    for (const char *const *name = expr_reserved(); *name; name++)
        offer(a, *name);
    offer_blocks(a, "");
    offer_entries(a, "", true);
    a->out->open_ended = true;
}

/* What `explain` explains of this model. */
void offer_explained(struct asked *a)
{
    const struct model *m = a->s->machine ? a->s->machine->model : NULL;
    offer_choices(a, "e|m|jensen|ledger|rate");
    for (int t = 0; m && t < TERM_COUNT; t++)
        if (term_name(m->class->kind, (enum term)t)->key)
            offer(a, term_name(m->class->kind, (enum term)t)->key);
}

void offer_verbs(struct asked *a)
{
    struct error unused;
    for (const struct command *const *c = commands; *c; c++)
        if (dispatch_needs(a->s, *c, &unused) == 0)
            offer(a, (*c)->name);
    for (const char *const *word = a->s->also; word && *word; word++)
        offer(a, *word);
}
