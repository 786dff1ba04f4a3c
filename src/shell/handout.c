/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What pages share, and Markdown. */
#include "shell/handout.h"

#include <stdint.h>
#include <string.h>

/* ESC [ … m and the like. */
static const char *skip_colour(const char *s)
{
    for (s += 2; *s && (*s < '@' || *s > '~'); s++)
        ;
    return *s ? s + 1 : s;
}

static void add_line(const char *s, size_t n, struct text *out)
{
    struct text line = TEXT_INIT;

    for (const char *end = s + n; s < end; s++) {
        while (s[0] == '\033' && s[1] == '[')
            s = skip_colour(s);
        if (s < end)
            text_add_bytes(&line, *s == '\t' ? " " : s, 1);
    }
    text_add_shown(out, line.s, SIZE_MAX);
    out->failed |= line.failed;
    text_clear(&line);
}

void handout_plain(const char *s, struct text *out)
{
    size_t n = strlen(s);

    while (n > 0 && (s[n - 1] == '\n' || s[n - 1] == '\r'))
        n--;
    for (const char *end = s + n; s < end;) {
        const char *to = memchr(s, '\n', (size_t)(end - s));
        to = to ? to : end;
        add_line(s, (size_t)(to - s), out);
        text_add(out, to < end ? "\n" : "");
        s = to + 1;
    }
}

void handout_caption(const struct transcript_entry *en, struct text *out)
{
    for (size_t i = 0; i < en->nfigure; i++) {
        const char *title = en->figure[i]->title;
        text_add(out, i > 0 ? "; " : "");
        text_add_shown(out, title ? title : "a picture", 200);
    }
}

void handout_missing(const struct handout *h, struct text *out)
{
    if (h->let_go)
        text_addf(out, "The first %zu commands are not here: a session keeps the last %d MB of "
                       "what it has shown.", h->let_go, TRANSCRIPT_BYTES >> 20);
    if (h->failed)
        text_addf(out, "%sSome of it is missing: memory ran out.", out->length ? " " : "");
}

/* ---- Markdown ---- */

/* Text in a paragraph: what could be markup stands behind a backslash. */
static void add_escaped(struct text *out, const char *s)
{
    bool start = true;

    for (; *s; s++) {
        bool digits = start && *s >= '0' && *s <= '9';
        if (strchr("\\`*_[]<>#|!&~$", *s) || (start && strchr("-+=:", *s)) ||
            (digits && (s[1] == '.' || s[1] == ')')))
            text_add(out, digits ? "" : "\\");
        text_add_bytes(out, s, 1);
        if (digits && (s[1] == '.' || s[1] == ')'))
            text_add(out, "\\");
        start = *s == '\n' || (start && (digits || *s == ' '));
    }
}

static void add_paragraph(struct text *out, const char *s)
{
    struct text plain = TEXT_INIT;

    handout_plain(s, &plain);
    text_add(out, "\n");
    add_escaped(out, plain.s);
    text_add(out, "\n");
    out->failed |= plain.failed;
    text_clear(&plain);
}

/* A fence is longer than any run of its kind inside. */
static size_t fence_for(const char *s)
{
    size_t longest = 2;

    for (size_t run = 0; *s; s++) {
        run = *s == '`' ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    return longest + 1;
}

static void add_block(struct text *out, struct text *block)
{
    if (block->length) {
        size_t fence = fence_for(block->s);
        text_add(out, "\n");
        text_repeat(out, "`", fence);
        text_add(out, "console\n");
        text_add_bytes(out, block->s, block->length);
        text_repeat(out, "`", fence);
        text_add(out, "\n");
    }
    out->failed |= block->failed;
    text_reset(block);
}

/* The lines of a command after its first stand behind "...", as at the prompt. */
static void add_command(struct text *block, const struct transcript_entry *en)
{
    struct text plain = TEXT_INIT;

    handout_plain(en->prompt.s, block);
    handout_plain(en->text.s, &plain);
    for (const char *s = plain.s; *s; s++) {
        text_add_bytes(block, s, 1);
        text_add(block, *s == '\n' ? "    ... " : "");
    }
    text_add(block, "\n");
    block->failed |= plain.failed;
    text_clear(&plain);
}

static void add_output(struct text *block, const struct transcript_entry *en)
{
    handout_plain(en->text.s, block);
    text_add(block, en->cut ? "\n…\n" : "\n");
}

/* A name in a link: all but the plainest bytes as %XX. */
static void add_link(struct text *out, const char *s)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";

    for (; *s; s++)
        if (strchr(plain, *s))
            text_add_bytes(out, s, 1);
        else
            text_addf(out, "%%%02X", (unsigned char)*s);
}

static void add_picture(struct text *out, const struct transcript_entry *en, const char *name)
{
    struct text caption = TEXT_INIT;

    handout_caption(en, &caption);
    text_add(out, "\n![");
    add_escaped(out, caption.s);
    text_add(out, "](");
    add_link(out, name);
    text_add(out, ")\n");
    out->failed |= caption.failed;
    text_clear(&caption);
}

static void add_head(const struct handout *h, struct text *out)
{
    struct text line = TEXT_INIT;

    text_add_shown(&line, h->title, SIZE_MAX);
    text_add(out, "# ");
    add_escaped(out, line.s);
    text_add(out, "\n");
    if (h->date)
        add_paragraph(out, h->date);
    text_reset(&line);
    handout_missing(h, &line);
    if (line.length)
        add_paragraph(out, line.s);
    text_clear(&line);
}

void handout_markdown(const struct handout *h, struct text *out)
{
    struct text block = TEXT_INIT;
    size_t picture = 0;

    add_head(h, out);
    for (size_t i = 0; i < h->n; i++) {
        const struct transcript_entry *en = &h->entry[i];
        if (en->kind == ENTRY_COMMAND)
            add_command(&block, en);
        else if (en->kind == ENTRY_OUTPUT || en->kind == ENTRY_ERROR)
            add_output(&block, en);
        else
            add_block(out, &block);
        if (en->kind == ENTRY_COMMENT)
            add_paragraph(out, en->text.s);
        if (en->kind == ENTRY_PICTURE)
            add_picture(out, en, h->picture[picture++].s);
    }
    add_block(out, &block);
    text_clear(&block);
}
