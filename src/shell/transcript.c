/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell/transcript.h"

#include <string.h>

#include "base/memory.h"

static void entry_clear(struct transcript_entry *en)
{
    text_clear(&en->prompt);
    text_clear(&en->text);
    for (size_t i = 0; i < en->nfigure; i++)
        figure_free(en->figure[i]);
    mem_free(en->figure);
}

void transcript_clear(struct transcript *t)
{
    for (size_t i = 0; i < t->n; i++)
        entry_clear(&t->entry[i]);
    mem_free(t->entry);
    *t = (struct transcript){0};
}

/* Whole commands, with all that is under them; the newest stays. */
static size_t first_to_keep(const struct transcript *t)
{
    size_t bytes = t->bytes, first = 0, newest = t->n - 1;

    while (newest > 0 && t->entry[newest].kind != ENTRY_COMMAND)
        newest--;
    while (first < newest &&
           (bytes > TRANSCRIPT_BYTES / 4 * 3 || t->entry[first].kind != ENTRY_COMMAND))
        bytes -= t->entry[first++].bytes;
    return first;
}

static void bound(struct transcript *t)
{
    if (t->bytes <= TRANSCRIPT_BYTES)
        return;
    size_t first = first_to_keep(t);
    for (size_t i = 0; i < first; i++) {
        t->bytes -= t->entry[i].bytes;
        t->let_go += t->entry[i].kind == ENTRY_COMMAND;
        entry_clear(&t->entry[i]);
    }
    t->n -= first;
    memmove(t->entry, t->entry + first, t->n * sizeof *t->entry);
}

static struct transcript_entry *add_entry(struct transcript *t, enum entry_kind kind)
{
    if (t->n == t->room) {
        size_t room = t->room ? 2 * t->room : 64;
        struct transcript_entry *wider = mem_resize(t->entry, room, sizeof *wider);
        if (!wider) {
            t->failed = true;
            return NULL;
        }
        t->entry = wider;
        t->room = room;
    }
    struct transcript_entry *en = &t->entry[t->n++];
    *en = (struct transcript_entry){.kind = kind, .bytes = sizeof *en};
    text_init(&en->prompt);
    text_init(&en->text);
    t->bytes += en->bytes;
    return en;
}

static void grow(struct transcript *t, struct transcript_entry *en, size_t bytes)
{
    t->failed |= en->text.failed || en->prompt.failed;
    en->bytes += bytes;
    t->bytes += bytes;
    bound(t);
}

void transcript_command(struct transcript *t, const char *prompt, const char *text)
{
    struct transcript_entry *en = add_entry(t, ENTRY_COMMAND);

    if (!en)
        return;
    text_add(&en->prompt, prompt);
    text_add(&en->text, text);
    grow(t, en, strlen(prompt) + strlen(text));
}

/* Text that goes on from the entry before, where that is of its kind. */
static void add_text(struct transcript *t, enum entry_kind kind, const char *text, size_t n)
{
    struct transcript_entry *last = t->n ? &t->entry[t->n - 1] : NULL;
    struct transcript_entry *en = last && last->kind == kind ? last : add_entry(t, kind);

    if (!en || n == 0)
        return;
    if (en->text.length + n > TRANSCRIPT_OUTPUT) {
        n = TRANSCRIPT_OUTPUT - en->text.length;
        while (n > 0 && text[n - 1] != '\n')
            n--;
        en->cut = true;
    }
    text_add_bytes(&en->text, text, n);
    grow(t, en, n);
}

void transcript_comment(struct transcript *t, const char *line, size_t n)
{
    add_text(t, ENTRY_COMMENT, line, n);
    add_text(t, ENTRY_COMMENT, "\n", 1);
}

void transcript_output(struct transcript *t, const char *text)
{
    if (!t->held)
        add_text(t, ENTRY_OUTPUT, text, strlen(text));
}

void transcript_error(struct transcript *t, const char *text)
{
    add_text(t, ENTRY_ERROR, text, strlen(text));
}

void transcript_picture(struct transcript *t, struct figure **figure, size_t n)
{
    struct transcript_entry *en = add_entry(t, ENTRY_PICTURE);
    size_t bytes = 0;

    if (!en)
        return;
    en->figure = NEW_ARRAY(n, struct figure *);
    t->failed |= !en->figure;
    for (; en->figure && en->nfigure < n; en->nfigure++) {
        bytes += figure_bytes(figure[en->nfigure]);
        en->figure[en->nfigure] = figure[en->nfigure];
        figure[en->nfigure] = NULL;
    }
    grow(t, en, bytes);
}
