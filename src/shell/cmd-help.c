/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/memory.h"
#include "em/model.h"
#include "plot/picture.h"
#include "shell/command.h"
#include "shell/session.h"
#include "shell/topics.h"

enum { NAME_WIDTH = 12 };

static void add_row(struct text *out, const char *indent, const char *name, const char *summary)
{
    text_add(out, indent);
    text_pad_right(out, name, NAME_WIDTH);
    text_addf(out, "%s\n", summary);
}

/* ---- help ---- */

static void list_group(const char *group, struct text *out)
{
    bool any = false;
    for (const struct command *const *c = commands; *c; c++) {
        if (strcmp((*c)->group, group) != 0)
            continue;
        if (!any)
            text_addf(out, "%s\n", group);
        any = true;
        add_row(out, "  ", (*c)->name, (*c)->summary);
    }
}

static void list_all(struct text *out)
{
    static const char *const groups[] = {"data", "model", "step", "look", "plot", "use", "session"};

    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        list_group(groups[i], out);
    text_add(out, "help NAME tells more, of a command, a model, a picture or a topic:\n");
    for (const struct topic *t = topics; t->name; t++)
        add_row(out, "  ", t->name, t->summary);
}

/* ---- help NAME ---- */

static void add_options(const struct option_spec *o, struct text *out)
{
    struct text name = TEXT_INIT;

    for (; o && o->name; o++) {
        text_reset(&name);
        text_addf(&name, "%s=%s", o->name, o->values ? o->values : "…");
        text_add(out, "  ");
        text_pad_right(out, name.s, 30);
        text_addf(out, " %s\n", o->help ? o->help : "");
    }
    text_clear(&name);
}

static void list_pictures(struct text *out)
{
    text_add(out, "\n");
    for (const struct picture *const *p = pictures; *p; p++)
        add_row(out, "  ", (*p)->name, (*p)->summary);
}

static void describe_command(const struct command *c, struct text *out)
{
    text_addf(out, "%s\n  %s\n", c->usage, c->summary);
    if (c->alias)
        text_addf(out, "  (also: %s)\n", c->alias);
    if (c->details)
        text_addf(out, "\n%s\n", c->details);
    if (c->options && c->options->name) {
        text_add(out, "\n");
        add_options(c->options, out);
    }
    if (c->argument == ARG_PICTURE)
        list_pictures(out);
}

static int describe_model(const struct model_class *m, struct text *out, struct error *e)
{
    struct option_spec *table = model_option_table(m, e);
    if (!table)
        return -1;
    text_addf(out, "model %s\n  %s\n", m->name, m->summary);
    text_add(out, "\n");
    add_options(table, out);
    mem_free(table);
    text_add(out, "\ninit\n");
    for (const struct init_method *i = m->inits; i && i->name; i++)
        add_row(out, "  ", i->name, i->help);
    if (m->source)
        text_addf(out, "\nsource: %s\n", m->source);
    return 0;
}

static void describe_picture(const struct picture *p, struct text *out)
{
    text_addf(out, "plot %s\n  %s\n", p->name, p->summary);
    if (p->options && p->options->name) {
        text_add(out, "\n");
        add_options(p->options, out);
    }
}

static void describe_settings(const struct session *s, struct text *out)
{
    struct text value = TEXT_INIT;

    text_add(out, "set NAME VALUE changes a setting for this session.\n\n");
    for (const struct setting *row = settings_table; row->name; row++) {
        struct error unused;
        text_reset(&value);
        settings_get(&s->set, row->name, &value, &unused);
        text_add(out, "  ");
        text_pad_right(out, row->name, 14);
        text_addf(out, "%s\n", row->help);
        text_addf(out, "  %14s%s; now %s\n", "", row->values, value.length ? value.s : "–");
    }
    text_clear(&value);
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
    const char *names[200];
    size_t n = 0;

    for (const struct command *const *c = commands; *c && n < 120; c++)
        names[n++] = (*c)->name;
    for (const struct topic *t = topics; t->name && n < 150; t++)
        names[n++] = t->name;
    for (const struct model_class *const *m = model_classes; *m && n < 199; m++)
        names[n++] = (*m)->name;
    names[n] = NULL;
    error_set_at(e, w->at, "no help on '%s'", w->text);
    suggest(e, w->text, names);
    return error_hint(e, "help lists the commands and topics");
}

static int describe(struct session *s, const struct word *w, struct error *e)
{
    struct error unused;
    const struct command *c = command_find(w->text);
    const struct topic *t = c ? NULL : find_topic(w->text);
    const struct model_class *m = c || t ? NULL : model_class_find(w->text, &unused);
    const struct picture *p = c || t || m ? NULL : picture_find(w->text, &unused);

    if (c)
        describe_command(c, &s->out);
    else if (t && t->text)
        text_add(&s->out, t->text);
    else if (t)
        describe_settings(s, &s->out);
    else if (m)
        return describe_model(m, &s->out, e);
    else if (p)
        describe_picture(p, &s->out);
    else
        return unknown(w, e);
    return 0;
}

static int run(struct session *s, const struct call *c, struct error *e)
{
    if (c->nword == 0) {
        list_all(&s->out);
        return 0;
    }
    for (size_t i = 0; i < c->nword; i++)
        if (i == c->nword - 1 || !command_find(c->word[i].text))
            return describe(s, &c->word[i], e);
    return 0;
}

const struct command cmd_help = {
    .name = "help",
    .alias = "?",
    .group = "session",
    .usage = "help [NAME|TOPIC]",
    .summary = "this list; help NAME tells more",
    .details = "help load          a command\n"
               "help notation      a topic\n"
               "help gmm           a model: its options and starts\n"
               "help plot bound    a picture",
    .argument = ARG_TOPIC,
    .max_words = 2,
    .silent_in_history = true,
    .run = run,
};
