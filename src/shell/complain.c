/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Errors on stderr: where, what, the line with a caret, what to do next. */
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "shell/ascii.h"
#include "shell/session.h"

/* The place of an error in its source. */
struct place {
    size_t line, column;     /* from 1; columns in characters */
    const char *source;      /* the line itself (length) */
    size_t length;
    size_t offset, marked;   /* of the marked bytes in it */
};

static size_t characters(const char *s, size_t n)
{
    size_t count = 0;
    for (size_t at = 0; at < n; count++) {
        int32_t c;
        at += utf8_next(s + at, n - at, &c);
    }
    return count;
}

static struct place find_place(const char *text, struct span at, size_t first_line)
{
    struct place p = {.line = first_line, .source = text};
    size_t n = strlen(text), offset = at.offset < n ? at.offset : n;

    for (size_t i = 0; i < offset; i++)
        if (text[i] == '\n') {
            p.line++;
            p.source = text + i + 1;
        }
    p.length = strcspn(p.source, "\r\n");
    p.offset = offset - (size_t)(p.source - text);
    if (p.offset > p.length)
        p.offset = p.length;
    p.marked = at.length < p.length - p.offset ? at.length : p.length - p.offset;
    p.column = characters(p.source, p.offset) + 1;
    return p;
}

/* Bytes of strangers, safe to print, a tab as a blank so that the caret stands right. */
static void add_shown(struct text *out, const char *s, size_t n)
{
    for (size_t at = 0; at < n;) {
        int32_t c;
        size_t bytes = utf8_next(s + at, n - at, &c);
        int32_t shown = utf8_shown(c);
        if (c == '\t')
            text_add(out, " ");
        else if (shown == c)
            text_add_bytes(out, s + at, bytes);
        else
            text_add(out, c < 0 ? "\xef\xbf\xbd" : "?");
        at += bytes;
    }
}

/* Drops characters from the left until s fits into `columns`. */
static const char *fit_right(const char *s, size_t columns)
{
    while (text_width(s) > columns) {
        int32_t c;
        s += utf8_next(s, strlen(s), &c);
    }
    return s;
}

/* The source line, cut to a window round the marked place, and the caret line under it. */
static void add_source(struct text *out, const struct place *p, size_t width, bool colour)
{
    struct text before = TEXT_INIT, rest = TEXT_INIT;
    size_t room = width > 24 ? width - 3 : 21;

    add_shown(&before, p->source, p->offset);
    add_shown(&rest, p->source + p->offset, p->length - p->offset);
    size_t total = text_width(before.s) + text_width(rest.s);
    bool cut = total > room && text_width(before.s) > room / 2;
    const char *shown = cut ? fit_right(before.s, room / 2) : before.s;
    size_t indent = text_width(shown) + (cut ? 1 : 0);
    size_t marked = text_width_n(p->source + p->offset, p->marked);

    text_addf(out, "  %s%s", cut ? "…" : "", shown);
    text_add_shown(out, rest.s, room - indent);
    text_add(out, "\n  ");
    text_repeat(out, " ", indent);
    text_add(out, colour ? "\033[1;31m^" : "^");
    if (marked > room - indent)
        marked = room - indent;
    if (marked > 1)
        text_repeat(out, "~", marked - 1);
    text_add(out, colour ? "\033[0m\n" : "\n");
    text_clear(&before);
    text_clear(&rest);
}

static json_t *shown_string(const char *s)
{
    struct text t = TEXT_INIT;
    add_shown(&t, s, strlen(s));
    json_t *j = json_string(t.s);
    text_clear(&t);
    return j;
}

static void add_json(struct text *out, const struct error *e, const struct place *p,
                     const char *origin)
{
    json_t *about = json_object(), *all = json_object();
    json_object_set_new(about, "file", shown_string(origin));
    json_object_set_new(about, "line", json_integer((json_int_t)p->line));
    json_object_set_new(about, "column", json_integer((json_int_t)p->column));
    json_object_set_new(about, "message", shown_string(e->message));
    json_object_set_new(about, "hint", shown_string(e->hint));
    json_object_set_new(all, "error", about);
    char *line = json_dumps(all, JSON_COMPACT);
    text_addf(out, "%s\n", line ? line : "{\"error\":{\"message\":\"out of memory\"}}");
    json_free_t release;
    json_get_alloc_funcs(NULL, &release);
    release(line);
    json_decref(all);
}

static void add_text(struct text *out, const struct session *s, const struct error *e,
                     const struct place *p, const char *origin)
{
    if (origin[0]) {
        add_shown(out, origin, strlen(origin));
        text_add(out, ":");
    }
    text_addf(out, "%zu:%zu: ", p->line, p->column);
    add_shown(out, e->message, strlen(e->message));
    text_add(out, "\n");
    if (e->at.length > 0)
        add_source(out, p, session_width(s), s->colour_errors);
    if (e->hint[0]) {
        text_add(out, "  ");
        add_shown(out, e->hint, strlen(e->hint));
        text_add(out, "\n");
    }
}

void session_complain(struct session *s, const struct error *e, const char *text,
                      const char *origin, size_t first_line)
{
    struct text out = TEXT_INIT, spelt = TEXT_INIT;
    struct place p = find_place(text, e->at, first_line);

    if (s->json)
        add_json(&out, e, &p, origin);
    else
        add_text(&out, s, e, &p, origin);
    if (s->ascii)
        ascii_add(&spelt, out.s);
    const char *shown = s->ascii ? spelt.s : out.s;
    fputs(shown, stderr);
    if (s->log)
        fputs(shown, s->log);
    text_clear(&spelt);
    text_clear(&out);
}
