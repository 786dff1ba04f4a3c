/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell/panels.h"

#include <string.h>

#include "base/memory.h"

void panel_clear(struct panel *p)
{
    figure_free(p->figure);
    mem_free(p->argument);
}

void panels_clear(struct panels *p)
{
    for (size_t i = 0; i < p->n; i++)
        panel_clear(&p->panel[i]);
    p->n = 0;
}

void panels_name(const struct panels *p, struct text *out)
{
    for (size_t i = 0; i < p->n; i++) {
        text_addf(out, "%s%s", i ? ", " : "", p->panel[i].kind->name);
        if (p->panel[i].argument) {
            text_add(out, " ");
            text_add_shown(out, p->panel[i].argument, 40);
        }
    }
}

static size_t table_length(const struct option_spec *t)
{
    size_t n = 0;
    while (t && t[n].name)
        n++;
    return n;
}

/* The rows of `table` whose names are not among the n of all; several kinds may go along a line. */
static size_t add_rows(struct option_spec *all, size_t n, const struct option_spec *table)
{
    for (const struct option_spec *row = table; row && row->name; row++) {
        size_t same = 0;
        while (same < n && strcmp(all[same].name, row->name) != 0)
            same++;
        if (same == n)
            all[n++] = *row;
    }
    return n;
}

int panels_check(const struct panels *p, const struct options *o, const char *command,
                 const struct option_spec *own, struct error *e)
{
    size_t room = table_length(own) + 1, n = 0;
    for (size_t i = 0; i < p->n; i++)
        room += table_length(p->panel[i].kind->options);
    struct option_spec *all = NEW_ARRAY(room, struct option_spec);
    struct text owner = TEXT_INIT;
    if (!all)
        return error_no_memory(e);
    for (size_t i = 0; i < p->n; i++)
        n = add_rows(all, n, p->panel[i].kind->options);
    add_rows(all, n, own);
    text_addf(&owner, "%s ", command);
    panels_name(p, &owner);
    int r = options_check(o, all, owner.s, e);
    text_clear(&owner);
    mem_free(all);
    return r;
}

static bool is_picture(const char *word)
{
    for (const struct picture *const *p = pictures; *p; p++)
        if (strcmp((*p)->name, word) == 0)
            return true;
    return false;
}

/* The word after a kind that takes one is its argument, unless it is a kind itself. */
static int read_argument(const struct call *c, size_t *i, struct panel *p, struct error *e)
{
    const struct word *next = *i + 1 < c->nword ? &c->word[*i + 1] : NULL;
    if (!p->kind->argument || !next || is_picture(next->text))
        return 0;
    if (picture_takes(p->kind, next->text, next->at, e) != 0)
        return -1;
    p->argument = mem_copy_text(next->text);
    p->argument_at = next->at;
    ++*i;
    return p->argument ? 0 : error_no_memory(e);
}

int panels_read(const struct call *c, struct panels *p, struct error *e)
{
    for (size_t i = 0; i < c->nword; i++) {
        struct panel *panel = &p->panel[p->n];
        if (p->n == PANELS)
            return error_set_at(e, c->word[i].at, "at most %d kinds share a picture", PANELS);
        *panel = (struct panel){.kind = picture_find(c->word[i].text, e), .at = c->word[i].at};
        if (!panel->kind)
            return error_place(e, c->word[i].at);
        p->n++;
        if (read_argument(c, &i, panel, e) != 0)
            return -1;
    }
    return 0;
}

int panel_draw(struct machine *m, struct panel *p, const struct options *o, struct error *e)
{
    struct options own = {NEW_ARRAY(o->count + 1, struct option), o->count};
    if (!own.item)
        return error_no_memory(e);
    if (o->count > 0)
        memcpy(own.item, o->item, o->count * sizeof *o->item);
    if (p->argument)
        own.item[own.count++] = (struct option){.name = (char *)p->kind->argument->name,
                                                .value = &p->argument, .nvalue = 1,
                                                .at = p->argument_at};
    int r = picture_draw(p->kind, m, &own, &p->figure, e);
    mem_free(own.item);
    return r;
}
