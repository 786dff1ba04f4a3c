/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Errors on stderr: where, what, the line with a caret, what to do next. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "shell/ascii.h"
#include "shell/page.h"
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

/* Source bytes as they will stand on the terminal. */
static char *shown(const char *s, size_t n, bool ascii)
{
    struct text t = TEXT_INIT, spelt = TEXT_INIT;

    add_shown(&t, s, n);
    if (ascii)
        ascii_add(&spelt, t.s);
    char *out = text_take(ascii ? &spelt : &t);
    text_clear(&t);
    text_clear(&spelt);
    return out;
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

/* The bytes of s that fit into `columns`. */
static size_t fit_left(const char *s, size_t columns)
{
    size_t n = strlen(s), at = 0;
    while (at < n) {
        int32_t c;
        size_t bytes = utf8_next(s + at, n - at, &c);
        if (text_width_n(s, at + bytes) > columns)
            break;
        at += bytes;
    }
    return at;
}

/* The window of the line that is shown: what stands before the mark, the mark, what follows. */
struct window {
    const char *before, *marked, *rest;
    const char *ellipsis;
    size_t room;
};

static void add_window(struct text *out, const struct window *w, bool colour)
{
    size_t dots = text_width(w->ellipsis);
    size_t total = text_width(w->before) + text_width(w->marked) + text_width(w->rest);
    bool cut = total > w->room && text_width(w->before) > w->room / 2;
    const char *before = cut ? fit_right(w->before, w->room / 2 - dots) : w->before;
    size_t indent = text_width(before) + (cut ? dots : 0);
    size_t left = w->room - indent;
    struct text after = TEXT_INIT;

    text_addf(&after, "%s%s", w->marked, w->rest);
    bool long_tail = text_width(after.s) > left;
    size_t kept = long_tail ? fit_left(after.s, left - dots) : after.length;
    text_addf(out, "  %s%s%.*s%s\n  ", cut ? w->ellipsis : "", before, (int)kept, after.s,
              long_tail ? w->ellipsis : "");
    text_repeat(out, " ", indent);
    size_t marked = text_width(w->marked);
    text_add(out, colour ? "\033[1;31m^" : "^");
    text_repeat(out, "~", marked > left ? left - 1 : marked > 1 ? marked - 1 : 0);
    text_add(out, colour ? "\033[0m\n" : "\n");
    text_clear(&after);
}

/* The source line, cut to a window round the marked place, and the caret line under it. */
static void add_source(struct text *out, const struct session *s, const struct place *p)
{
    size_t width = session_width(s), after = p->offset + p->marked;
    char *before = shown(p->source, p->offset, s->ascii);
    char *marked = shown(p->source + p->offset, p->marked, s->ascii);
    char *rest = shown(p->source + after, p->length - after, s->ascii);

    if (before && marked && rest) {
        struct window w = {before, marked, rest, s->ascii ? "..." : "…",
                           width > 24 ? width - 3 : 21};
        add_window(out, &w, s->colour_errors);
    }
    mem_free(before);
    mem_free(marked);
    mem_free(rest);
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
    json_add_line(out, all, 0);
    json_decref(all);
}

/* On a terminal long lines break between words; elsewhere one thing stays one line. */
static void add_words(struct text *out, const struct session *s, const char *words, size_t at)
{
    struct text safe = TEXT_INIT;

    add_shown(&safe, words, strlen(words));
    if (isatty(2) && at + text_width(safe.s) > session_width(s))
        page_words(&(struct page){out, session_width(s)}, safe.s, at, 2);
    else
        text_addf(out, "%s\n", safe.s);
    text_clear(&safe);
}

static void add_text(struct text *out, const struct session *s, const struct error *e,
                     const struct place *p, const char *origin)
{
    if (origin[0]) {
        add_shown(out, origin, strlen(origin));
        text_add(out, ":");
    }
    text_addf(out, "%zu:%zu: ", p->line, p->column);
    add_words(out, s, e->message, text_width(out->s));
    if (e->at.length > 0 && e->kind != ERROR_INTERRUPTED)
        add_source(out, s, p);
    if (e->hint[0]) {
        text_add(out, "  ");
        add_words(out, s, e->hint, 2);
    }
}

static void keep(struct capture *c, const struct error *e, const struct place *p,
                 const char *origin)
{
    if (c->error.message[0])
        return;
    c->error = *e;
    if (origin == c->origin)
        return;
    error_set(&c->error, "%s:%zu:%zu: %s", origin, p->line, p->column, e->message);
    error_hint(&c->error, "%s", e->hint);
    c->error.kind = e->kind;
}

/* When there is no memory left to say it well: without the heap. */
static const char *say_shortly(const struct session *s, const struct error *e,
                               const struct place *p, const char *origin, char *room, size_t size)
{
    const char *message = strpbrk(e->message, "\"\\") ? "out of memory" : e->message;

    if (s->json)
        snprintf(room, size, "{\"error\":{\"message\":\"%s\"}}\n", message);
    else
        snprintf(room, size, "%.200s%s%zu:%zu: %s\n", origin, origin[0] ? ":" : "", p->line,
                 p->column, e->message);
    return room;
}

void session_complain(struct session *s, const struct error *e, const char *text,
                      const char *origin, size_t first_line)
{
    struct text out = TEXT_INIT, spelt = TEXT_INIT;
    struct place p = find_place(text, e->at, first_line);
    long failures = mem_failures();
    char room[sizeof e->message + 300];

    if (s->capture)
        keep(s->capture, e, &p, origin);
    if (s->capture && !s->capture->tells)
        return;
    if (s->json)
        add_json(&out, e, &p, origin);
    else
        add_text(&out, s, e, &p, origin);
    if (s->ascii)
        ascii_add(&spelt, out.s);
    const char *shown = s->ascii ? spelt.s : out.s;
    if (mem_failures() != failures)
        shown = say_shortly(s, e, &p, origin, room, sizeof room);
    fputs(shown, stderr);
    session_keep(s, shown);
    if (!s->capture)
        transcript_error(&s->transcript, shown);
    text_clear(&spelt);
    text_clear(&out);
}
