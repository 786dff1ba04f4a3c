/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/memory.h"
#include "base/suggest.h"
#include "em/model.h"
#include "plot/picture.h"
#include "shell/command.h"
#include "shell/page.h"
#include "shell/session.h"
#include "shell/show.h"
#include "shell/topics.h"

enum { NAME_WIDTH = 12, PICTURE_WIDTH = 14, OPTION_WIDTH = 31 };

/* ---- help ---- */

static void list_group(const struct page *p, const char *group)
{
    text_addf(p->out, "%s\n", group);
    for (const struct command *const *c = commands; *c; c++)
        if (strcmp((*c)->group, group) == 0)
            page_row(p, (*c)->name, NAME_WIDTH, (*c)->summary);
}

static void list_all(const struct page *p)
{
    for (const char *const *group = command_groups; *group; group++)
        list_group(p, *group);
    text_add(p->out, "help NAME tells more, of a command, a model, a picture or a topic:\n");
    for (const struct topic *t = topics; t->name; t++)
        page_row(p, t->name, NAME_WIDTH, t->summary);
}

/* ---- help NAME ---- */

/* After a blank line, if there are any. */
static void list_options(const struct page *p, const struct option_spec *o)
{
    struct text name = TEXT_INIT;

    text_add(p->out, o && o->name ? "\n" : "");
    for (; o && o->name; o++) {
        text_reset(&name);
        text_addf(&name, "%s=%s", o->name, o->values ? o->values : "…");
        page_row(p, name.s, OPTION_WIDTH, o->help ? o->help : "");
    }
    text_clear(&name);
}

static void list_pictures(const struct page *p)
{
    struct text name = TEXT_INIT;

    text_add(p->out, "\n");
    for (const struct picture *const *row = pictures; *row; row++) {
        text_reset(&name);
        picture_usage(*row, &name);
        page_row(p, name.s, PICTURE_WIDTH, (*row)->summary);
    }
    text_clear(&name);
}

static void list_subjects(const struct page *p)
{
    text_add(p->out, "\n");
    for (const struct subject *const *row = show_subjects; *row; row++)
        page_row(p, (*row)->name, NAME_WIDTH, (*row)->summary);
}

static void describe_command(const struct page *p, const struct command *c)
{
    page_words(p, c->usage, 0, 4);
    text_addf(p->out, "  %s\n", c->summary);
    if (c->alias)
        text_addf(p->out, "  (also: %s)\n", c->alias);
    if (c->details)
        text_addf(p->out, "\n%s", c->details);
    list_options(p, c->options);
    if (c->argument == ARG_PICTURE)
        list_pictures(p);
    if (c->argument == ARG_SUBJECT)
        list_subjects(p);
}

static int describe_model(const struct page *p, const struct model_class *m, struct error *e)
{
    struct option_spec *table = model_option_table(m, e);
    if (!table)
        return -1;
    text_addf(p->out, "model %s\n  %s\n", m->name, m->summary);
    list_options(p, table);
    mem_free(table);
    text_add(p->out, "\ninit\n");
    for (const struct init_method *i = m->inits; i && i->name; i++)
        page_row(p, i->name, NAME_WIDTH, i->help);
    if (m->source) {
        text_add(p->out, "\nsource: ");
        page_words(p, m->source, 8, 2);
    }
    return 0;
}

static void describe_picture(const struct page *p, const struct picture *k)
{
    text_add(p->out, "plot ");
    picture_usage(k, p->out);
    text_add(p->out, "\n  ");
    page_words(p, k->summary, 2, 2);
    if (k->argument) {
        text_add(p->out, "\n");
        page_row(p, k->argument->values, OPTION_WIDTH, k->argument->help);
    }
    list_options(p, k->options);
}

static void describe_subject(const struct page *p, const struct subject *k)
{
    text_addf(p->out, "show %s\n  ", k->name);
    page_words(p, k->summary, 2, 2);
    list_options(p, k->options);
}

static const struct topic *find_topic(const char *name)
{
    for (const struct topic *t = topics; t->name; t++)
        if (strcmp(t->name, name) == 0)
            return t;
    return NULL;
}

static int unknown(const struct word *w, struct error *e)
{
    struct nearest near = {.typed = w->text};

    for (const struct command *const *c = commands; *c; c++)
        nearest_try(&near, (*c)->name);
    for (const struct topic *t = topics; t->name; t++)
        nearest_try(&near, t->name);
    for (const struct model_class *const *m = model_classes; *m; m++)
        nearest_try(&near, (*m)->name);
    error_set_at(e, w->at, "no help on '%s'", w->text);
    suggest_nearest(e, &near);
    return error_hint(e, "help lists the commands and topics");
}

/* What a name means by itself; after show, plot or model it is one of theirs first. */
static int describe(struct session *s, const struct page *p, enum argument kind,
                    const struct word *w, struct error *e)
{
    struct error unused;
    const struct subject *k = kind == ARG_SUBJECT ? show_find(w->text) : NULL;
    const struct picture *drawn = kind == ARG_PICTURE ? picture_find(w->text, &unused) : NULL;
    const struct command *c = k || kind != ARG_NONE ? NULL : command_find(w->text);
    const struct topic *t = k || drawn || c ? NULL : find_topic(w->text);
    const struct model_class *m =
        k || drawn || c || t ? NULL : model_class_find(w->text, &unused);
    const struct picture *picture =
        k || c || t || m ? NULL : drawn ? drawn : picture_find(w->text, &unused);

    if (k)
        describe_subject(p, k);
    else if (c)
        describe_command(p, c);
    else if (t && t->text)
        text_add(p->out, t->text);
    else if (t)
        t->write(s, p->out);
    else if (m)
        return describe_model(p, m, e);
    else if (picture)
        describe_picture(p, picture);
    else
        return unknown(w, e);
    return 0;
}

static int run(struct session *s, const struct call *c, struct error *e)
{
    struct page page = page_of(s);

    if (c->nword == 0) {
        list_all(&page);
        return 0;
    }
    const struct command *first = c->nword == 2 ? command_find(c->word[0].text) : NULL;
    return describe(s, &page, first ? first->argument : ARG_NONE, &c->word[c->nword - 1], e);
}

const struct command cmd_help = {
    .lets_q_be = true,
    .name = "help",
    .alias = "?",
    .group = "session",
    .usage = "help [NAME|TOPIC]",
    .summary = "this list; help NAME tells more",
    .details = "  help load          a command\n"
               "  help notation      a topic\n"
               "  help gmm           a model: its options and starts\n"
               "  help plot bound    a picture\n"
               "  help show bound    what show shows\n",
    .argument = ARG_TOPIC,
    .max_words = 2,
    .silent_in_history = true,
    .run = run,
};
