/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The header of a lesson: lines `key: value` between two lines ---. */
#include <string.h>

#include "base/memory.h"
#include "base/suggest.h"
#include "base/text.h"
#include "lesson/reader.h"

static const char *const keys[] = {"title", "order", "time", "needs", "skip", "author", NULL};

static int take_text(char **to, const char *source, struct span value, struct error *e)
{
    mem_free(*to);
    *to = mem_copy_bytes(source + value.offset, value.length);
    return *to ? 0 : error_no_memory(e);
}

static bool is(const char *source, struct span s, const char *word)
{
    return s.length == strlen(word) && span_starts(source, s, word);
}

static int take_count(size_t *to, const char *source, struct span value, const char *what,
                      struct error *e)
{
    char *text = mem_copy_bytes(source + value.offset, value.length);
    if (!text)
        return error_no_memory(e);
    bool good = count_parse(text, to);
    mem_free(text);
    return good ? 0 : error_set_at(e, value, "%s is a whole number", what);
}

static int take_skip(struct lesson_header *h, const char *source, struct span value,
                     struct error *e)
{
    if (is(source, value, "no"))
        h->skip = SKIP_NO;
    else if (is(source, value, "yes"))
        h->skip = SKIP_YES;
    else if (span_starts(source, value, "after "))
        return take_count(&h->skip_after, source, span_after(source, value, 6), "skip: after", e);
    else
        return error_set_at(e, value, "skip is no, yes, or 'after 3': after so many attempts");
    return 0;
}

static int take_needs(struct lesson_header *h, const char *source, struct span value,
                      struct error *e)
{
    if (is(source, value, "none"))
        return 0;
    while (value.length > 0) {
        const char *from = source + value.offset, *comma = memchr(from, ',', value.length);
        size_t n = comma ? (size_t)(comma - from) : value.length;
        struct span name = span_trim(source, (struct span){value.offset, n});
        if (name.length == 0)
            return error_set_at(e, value, "needs: a lesson's name is missing");
        if (passage_append(&h->needs, &h->nneeds, source, name, e) != 0)
            return -1;
        value = span_after(source, value, n + 1);
    }
    return 0;
}

static int take_key(struct lesson_header *h, const char *source, int key, struct span value,
                    struct error *e)
{
    switch (key) {
    case 0:
        return take_text(&h->title, source, value, e);
    case 1:
        return take_count(&h->order, source, value, "order", e);
    case 2:
        return take_text(&h->time, source, value, e);
    case 3:
        return take_needs(h, source, value, e);
    case 4:
        return take_skip(h, source, value, e);
    default:
        return take_text(&h->author, source, value, e);
    }
}

static int find_key(const char *source, struct span key, struct error *e)
{
    for (int i = 0; keys[i]; i++)
        if (is(source, key, keys[i]))
            return i;
    char *typed = mem_copy_bytes(source + key.offset, key.length);
    error_set_at(e, key, "a header has no '%s'", typed ? typed : "");
    if (typed)
        suggest(e, typed, keys);
    mem_free(typed);
    return error_hint(e, "its keys are title, order, time, needs, skip and author");
}

static int take_entry(struct lesson_header *h, const char *source, struct span entry,
                      unsigned *seen, struct error *e)
{
    size_t colon = span_colon(source, entry);
    struct span name = span_trim(source, (struct span){entry.offset, colon});
    struct span value = span_after(source, entry, colon + 1);

    if (colon == entry.length)
        return error_set_at(e, entry, "a line of the header is 'key: value'");
    int key = find_key(source, name, e);
    if (key < 0)
        return -1;
    if (*seen & 1u << key)
        return error_set_at(e, name, "%s is there already", keys[key]);
    if (value.length == 0)
        return error_set_at(e, name, "%s has no value", keys[key]);
    *seen |= 1u << key;
    return take_key(h, source, key, value, e);
}

static int no_header(struct error *e, struct span at)
{
    error_set_at(e, at, "a lesson begins with its header");
    return error_hint(e, "lines title: order: time: between two lines ---, at the very top");
}

bool has_header(const char *source, size_t bytes)
{
    struct reader r = {source, 0, bytes};
    struct span first;

    return reader_line(&r, &first) && is(source, span_trim(source, first), "---");
}

int read_header(const char *source, size_t bytes, struct lesson_header *h, size_t *end,
                struct error *e)
{
    struct reader r = {source, 0, bytes};
    struct span line = {0, 0}, first = {0, 0};
    unsigned seen = 0;
    enum { NEEDED = 3 };

    *h = (struct lesson_header){.skip = SKIP_AFTER, .skip_after = 3};
    reader_line(&r, &first);
    if (!has_header(source, bytes))
        return no_header(e, (struct span){0, first.length ? first.length : 1});
    for (;;) {
        size_t at = r.at;
        if (!reader_line(&r, &line))
            return error_set_at(e, first, "this header is not closed: a line --- ends it");
        if (is(source, span_trim(source, line), "---"))
            break;
        r.at = at;
        if (reader_entry(&r, &line) && take_entry(h, source, line, &seen, e) != 0)
            return -1;
    }
    *end = r.at;
    for (int i = 0; i < NEEDED; i++)
        if (!(seen & 1u << i))
            return error_set_at(e, line, "the header lacks %s:", keys[i]);
    return 0;
}

void lesson_header_clear(struct lesson_header *h)
{
    mem_free(h->title);
    mem_free(h->time);
    mem_free(h->author);
    passages_free(h->needs, h->nneeds);
    *h = (struct lesson_header){0};
}
