/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lesson/record.h"

#include <string.h>

#include "base/memory.h"
#include "lesson/compare.h"
#include "lesson/reader.h"

enum { CONTEXT = 3 };

static size_t count_lines(const char *s, size_t n)
{
    size_t lines = n > 0 && s[n - 1] != '\n';
    for (size_t i = 0; i < n; i++)
        lines += s[i] == '\n';
    return lines;
}

/* Line i of a text; empty beyond its end. */
static struct span nth_line(const char *s, size_t i)
{
    struct reader r = {s, 0, strlen(s)};
    struct span line = {r.end, 0};
    do {
        if (!reader_line(&r, &line))
            return (struct span){r.end, 0};
    } while (i-- > 0);
    return line;
}

static bool is_elision(const char *s, struct span line)
{
    struct span t = span_trim(s, line);
    return t.length == 3 && span_starts(s, t, "...");
}

static void add_line(struct text *out, const char *s, struct span line)
{
    while (line.length > 0 && s[line.offset + line.length - 1] == ' ')
        line.length--;
    text_add_bytes(out, s + line.offset, line.length);
    text_add(out, "\n");
}

/* The printed line, as it was written where that agrees. */
static void add_merged(struct text *out, const char *written, size_t w, const char *printed,
                       size_t p)
{
    struct span a = nth_line(written, w), b = nth_line(printed, p);
    bool agree = compare_line(written + a.offset, a.length, printed + b.offset, b.length, NULL);
    add_line(out, agree ? written : printed, agree ? a : b);
}

/* A single line "..." goes on standing for what is between the lines before and after it. */
static void merge(const char *written, const char *printed, struct text *out)
{
    size_t nw = count_lines(written, strlen(written)), np = count_lines(printed, strlen(printed));
    size_t elisions = 0, at = 0;

    for (size_t i = 0; i < nw; i++)
        if (is_elision(written, nth_line(written, i))) {
            elisions++;
            at = i;
        }
    bool kept = elisions == 1 && np + 1 >= nw, same = elisions == 0 && np == nw;
    size_t head = kept ? at : np, tail = kept ? nw - at - 1 : 0;
    for (size_t i = 0; i < head; i++)
        add_merged(out, kept || same ? written : "", i, printed, i);
    if (kept)
        text_add(out, "...\n");
    for (size_t i = 0; i < tail; i++)
        add_merged(out, written, nw - tail + i, printed, np - tail + i);
}

int record_output(struct record *r, const struct lesson_command *c, const char *printed,
                  struct error *e)
{
    struct text text = TEXT_INIT;
    struct passage *p = LIST_APPEND(r->output, r->n, e);

    if (!p)
        return -1;
    merge(c->output.text ? c->output.text : "", printed, &text);
    *p = (struct passage){text_take(&text), c->output.at};
    if (p->text)
        return 0;
    r->n--;
    return error_no_memory(e);
}

void record_clear(struct record *r)
{
    passages_free(r->output, r->n);
    *r = (struct record){0};
}

void record_apply(const struct record *r, const struct lesson *l, struct text *out)
{
    size_t at = 0;

    for (size_t i = 0; i < r->n; i++) {
        text_add_bytes(out, l->source + at, r->output[i].at.offset - at);
        text_add(out, r->output[i].text);
        at = r->output[i].at.offset + r->output[i].at.length;
    }
    text_add(out, l->source + at);
}

static void add_lines(struct text *out, char mark, const char *s, size_t n)
{
    struct reader r = {s, 0, n};
    struct span line;

    while (reader_line(&r, &line)) {
        text_add_bytes(out, &mark, 1);
        text_add_bytes(out, s + line.offset, line.length);
        text_add(out, "\n");
    }
}

/* Up to CONTEXT lines before `to`, none before `from`. */
static size_t lines_back(const char *s, size_t from, size_t to)
{
    for (int i = 0; i < CONTEXT && to > from; i++)
        for (to--; to > from && s[to - 1] != '\n';)
            to--;
    return to;
}

static size_t lines_on(const char *s, size_t from, size_t to)
{
    for (int i = 0; i < CONTEXT && from < to; i++) {
        const char *stop = memchr(s + from, '\n', to - from);
        from = stop ? (size_t)(stop - s) + 1 : to;
    }
    return from;
}

/* One hunk for each output; context that two would share is shown once, by the first. */
void record_diff(const struct record *r, const struct lesson *l, struct text *out)
{
    const char *s = l->source;
    size_t shown = 0, n = strlen(s);
    long shift = 0;

    text_addf(out, "--- %s\n+++ %s\n", l->path, l->path);
    for (size_t i = 0; i < r->n; i++) {
        struct span at = r->output[i].at;
        const char *new = r->output[i].text;
        size_t end = at.offset + at.length;
        size_t limit = i + 1 < r->n ? r->output[i + 1].at.offset : n;
        size_t from = lines_back(s, shown, at.offset), to = lines_on(s, end, limit);
        size_t around = count_lines(s + from, at.offset - from) + count_lines(s + end, to - end);
        size_t gone = count_lines(s + at.offset, at.length), come = count_lines(new, strlen(new));
        size_t first = count_lines(s, from) + 1;
        text_addf(out, "@@ -%zu,%zu +%ld,%zu @@\n", first, around + gone, (long)first + shift,
                  around + come);
        add_lines(out, ' ', s + from, at.offset - from);
        add_lines(out, '-', s + at.offset, at.length);
        add_lines(out, '+', new, strlen(new));
        add_lines(out, ' ', s + end, to - end);
        shift += (long)come - (long)gone;
        shown = to;
    }
}
